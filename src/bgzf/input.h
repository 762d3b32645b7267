/*
 * Bytes of a file or a pipe by offset. A regular file is read with pread(). A pipe is read once, in
 * order; what was read stays in a window until input_release() says that it is not needed again, so
 * that everything above works on offsets in both cases.
 */
#ifndef SPHEX_INPUT_H
#define SPHEX_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct input;

/* "-" is standard input. `path` is kept by pointer for messages and must outlive the input. */
enum sphex_status input_open(const char *path, struct input **out, struct sphex_error *err);
void input_close(struct input *in);
const char *input_path(const struct input *in);
/* Bytes in the file, 0 for a pipe. */
uint64_t input_nbytes(const struct input *in);

/*
 * Up to n bytes at `offset`; fewer only at the end of the file (n_read may be 0). Several threads
 * may read at once. A pipe's bytes before a released offset are gone: SPHEX_E_IO.
 */
enum sphex_status input_read_at(struct input *in, uint64_t offset, uint8_t *out, size_t n,
	size_t *n_read, struct sphex_error *err);
/* From now on what is released of a file leaves the page cache as well. */
void input_drop_cache(struct input *in);
/* Bytes before `offset` will not be asked for again. */
void input_release(struct input *in, uint64_t offset);

#endif
