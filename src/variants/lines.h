/* Lines of a text file, plain or compressed. */
#ifndef SPHEX_LINES_H
#define SPHEX_LINES_H

#include "bgzf/stream.h"
#include "span.h"

/* GFF3 files may end with sequences, each on one line. */
#define LINE_MAX_NBYTES ((size_t)1 << 30)

/* Zeroed before lines_open(); lines_close() is allowed in every state. */
struct lines {
	struct stream *stream;
	const char *path; /* borrowed */
	const uint8_t *window;
	size_t n, used;  /* bytes in the window; of these, handed out */
	uint64_t number; /* 1-based number of the last line */
	bool at_end;
};

/* n_threads and crc32 as for stream_open(). */
enum sphex_status lines_open(struct lines *lines, const char *path, unsigned n_threads,
	crc32_fn *crc32, struct sphex_error *err);
void lines_close(struct lines *lines);
/* The next line without its LF or CRLF, valid until the next call; SPHEX_END behind the last. */
enum sphex_status lines_next(struct lines *lines, struct span *line, struct sphex_error *err);
/* Adds path and line number to the error. */
enum sphex_status lines_fail(const struct lines *lines, struct sphex_error *err);

#endif
