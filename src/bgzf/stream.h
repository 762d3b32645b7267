/*
 * The inflated bytes of a file in order, through a window that slides: for text and for BCF. BGZF
 * is inflated by several threads, plain gzip and uncompressed files by one.
 */
#ifndef SPHEX_STREAM_H
#define SPHEX_STREAM_H

#include <stdbool.h>

#include "inflate.h"
#include "input.h"

enum stream_kind { STREAM_PLAIN, STREAM_GZIP, STREAM_BGZF };

struct stream;

/*
 * Opens `path` ("-": standard input). The kind is found from the first bytes. `path` is kept by
 * pointer for messages and must outlive the stream. crc32 as for inflater_new().
 */
enum sphex_status stream_open(const char *path, unsigned n_threads, crc32_fn *crc32,
	struct stream **out, struct sphex_error *err);
/* A stream over an input of the caller's, which stays the caller's; one thread. */
enum sphex_status stream_open_input(struct input *in, struct stream **out, struct sphex_error *err);
/* The stream ends behind its first BGZF block, wherever the file ends. Before any read; one thread
 * only. */
void stream_end_after_block(struct stream *s);
void stream_close(struct stream *s);
enum stream_kind stream_kind(const struct stream *s);

/*
 * Drops the first `n_consumed` bytes of the window and adds at least one byte behind the rest. The
 * window is data[0 .. n): bytes that were not consumed come first. SPHEX_END when the file has no
 * more; the window then holds the bytes not consumed, or is empty. The window grows as far as the
 * caller refuses to consume, so the caller bounds its own items.
 */
enum sphex_status stream_next(struct stream *s, size_t n_consumed, const uint8_t **data, size_t *n,
	struct sphex_error *err);
/* A damaged or truncated source is SPHEX_E_DATA or SPHEX_E_TRUNCATED with file and virtual offset.
 */

#endif
