/* A new file (base/new_file.h) that is written in pieces, compressed if its name asks for it. */
#ifndef SPHEX_WRITER_H
#define SPHEX_WRITER_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/status.h"

struct writer;

/* How `path` is meant: base/new_file.h. */
enum sphex_status writer_open(const char *path, struct writer **out, struct sphex_error *err);
/* The same; under a name that ends in .gz the bytes are compressed, as BGZF. */
enum sphex_status writer_open_by_name(
	const char *path, struct writer **out, struct sphex_error *err);
/* Whether that would fail, as far as can be seen without making or opening anything. */
enum sphex_status writer_check(const char *path, struct sphex_error *err);
/* Once *stop is true, writing fails with SPHEX_E_CANCELLED. The flag must outlive the writer. */
void writer_stop_when(struct writer *w, const atomic_bool *stop);
/* Failures are remembered and reported by writer_commit(). */
void writer_put(struct writer *w, const void *data, size_t n);
/* Completes the file and frees the writer; on failure nothing is left of it. */
enum sphex_status writer_commit(struct writer *w, struct sphex_error *err);
/* Throws away what was written; NULL is allowed. */
void writer_abandon(struct writer *w);

#endif
