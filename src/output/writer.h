/* A new file (base/new_file.h) that is written in pieces, compressed if its name asks for it. */
#ifndef SPHEX_WRITER_H
#define SPHEX_WRITER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/new_file.h"
#include "base/status.h"
#include "deflate.h"

struct writer {
	const char *given; /* path as it was asked for */
	struct new_file file;
	int errnum;                /* first failure */
	const atomic_bool *stop;   /* NULL: nobody stops it */
	struct deflater *deflater; /* NULL: the bytes as they are */
	size_t n;                  /* bytes that wait in the buffer */
	uint8_t buffer[DEFLATE_CONTENT_NBYTES];
};

/* How `path` is meant: base/new_file.h. */
enum sphex_status writer_open(const char *path, struct writer **out, struct sphex_error *err);
/* The same; under a name that ends in .gz the bytes are compressed, as BGZF. */
enum sphex_status writer_open_by_name(
	const char *path, struct writer **out, struct sphex_error *err);
/* Whether that would fail, as far as can be seen without making or opening anything. */
enum sphex_status writer_check(const char *path, struct sphex_error *err);
/* Once *stop is true, writing fails with SPHEX_E_CANCELLED. The flag must outlive the writer. */
void writer_stop_when(struct writer *w, const atomic_bool *stop);
void writer_put_slow(struct writer *w, const void *data, size_t n);
/* Completes the file and frees the writer; on failure nothing is left of it. */
enum sphex_status writer_commit(struct writer *w, struct sphex_error *err);
/* Throws away what was written; NULL is allowed. */
void writer_abandon(struct writer *w);

/* Failures are remembered and reported by writer_commit(). */
static inline void writer_put(struct writer *w, const void *data, size_t n)
{
	if (n > sizeof(w->buffer) || w->n > sizeof(w->buffer) - n) {
		writer_put_slow(w, data, n);
		return;
	}
	memcpy(w->buffer + w->n, data, n);
	w->n += n;
}

static inline void writer_put_byte(struct writer *w, char c)
{
	writer_put(w, &c, 1);
}

#endif
