/* Lines of a text file; see lines.h. */
#include "lines.h"

#include <string.h>

enum sphex_status lines_open(struct lines *lines, const char *path, unsigned n_threads,
	crc32_fn *crc32, struct sphex_error *err)
{
	memset(lines, 0, sizeof(*lines));
	lines->path = path;
	return stream_open(path, n_threads, crc32, &lines->stream, err);
}

void lines_close(struct lines *lines)
{
	if (lines->stream)
		stream_close(lines->stream);
	memset(lines, 0, sizeof(*lines));
}

enum sphex_status lines_fail(const struct lines *lines, struct sphex_error *err)
{
	at_line(err, lines->number);
	return at_file(err, lines->path);
}

/* Reads on until the window holds a line end that is not handed out, or the file ends. */
static enum sphex_status find_line_end(
	struct lines *l, const uint8_t **newline, struct sphex_error *err)
{
	size_t searched = 0;

	for (;;) {
		size_t left = l->n - l->used;
		enum sphex_status status;

		*newline = left > searched
				   ? memchr(l->window + l->used + searched, '\n', left - searched)
				   : NULL;
		if (*newline || l->at_end)
			return SPHEX_OK;
		if (left > LINE_MAX_NBYTES) {
			fail(err, SPHEX_E_LIMIT, "a line is longer than 1 GiB");
			return lines_fail(l, err);
		}
		searched = left;
		status = stream_next(l->stream, l->used, &l->window, &l->n, err);
		l->used = 0;
		l->at_end = status == SPHEX_END;
		if (status && status != SPHEX_END)
			return status;
	}
}

enum sphex_status lines_next(struct lines *l, struct span *line, struct sphex_error *err)
{
	const uint8_t *newline;
	enum sphex_status status;

	l->number++;
	status = find_line_end(l, &newline, err);
	if (status)
		return status;
	if (!newline && l->used == l->n)
		return SPHEX_END;
	line->p = (const char *)l->window + l->used;
	line->n = newline ? (size_t)(newline - l->window) - l->used : l->n - l->used;
	l->used += line->n + (newline != NULL);
	line->n -= line->n && line->p[line->n - 1] == '\r';
	return SPHEX_OK;
}
