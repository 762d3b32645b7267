/* See writer.h. */
#include "writer.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

static enum sphex_status write_failed(const char *path, int errnum, struct sphex_error *err)
{
	if (errnum == ECANCELED)
		fail(err, SPHEX_E_CANCELLED, "stopped");
	else
		fail_errno(err, errnum, "cannot write");
	return at_file(err, strcmp(path, "-") == 0 ? "standard output" : path);
}

static bool is_gz(const char *path)
{
	size_t n = strlen(path);

	return n >= 3 && strcmp(path + n - 3, ".gz") == 0;
}

static enum sphex_status open_writer(
	const char *path, bool compressed, struct writer **out, struct sphex_error *err)
{
	struct writer *w = memory_new_zeroed(1, sizeof(*w));
	int errnum;

	*out = NULL;
	if (!w)
		return fail_memory(err);
	w->file.fd = -1;
	w->given = path;
	if (compressed)
		w->deflater = deflater_new();
	errnum = compressed && !w->deflater ? ENOMEM : new_file_open(&w->file, path);
	if (errnum) {
		writer_abandon(w);
		return write_failed(path, errnum, err);
	}
	*out = w;
	return SPHEX_OK;
}

enum sphex_status writer_open(const char *path, struct writer **out, struct sphex_error *err)
{
	return open_writer(path, false, out, err);
}

enum sphex_status writer_open_by_name(
	const char *path, struct writer **out, struct sphex_error *err)
{
	return open_writer(path, is_gz(path), out, err);
}

enum sphex_status writer_check(const char *path, struct sphex_error *err)
{
	int errnum = new_file_check(path);

	return errnum ? write_failed(path, errnum, err) : SPHEX_OK;
}

void writer_stop_when(struct writer *w, const atomic_bool *stop)
{
	w->stop = stop;
}

static void look_at_stop(struct writer *w)
{
	if (!w->errnum && w->stop && atomic_load(w->stop))
		w->errnum = ECANCELED;
}

static void write_all(struct writer *w, const uint8_t *data, size_t n)
{
	for (look_at_stop(w); n && !w->errnum; look_at_stop(w)) {
		ssize_t done = write(w->file.fd, data, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0) { /* 0 would go on for ever */
			w->errnum = done ? errno : EIO;
			return;
		}
		data += done;
		n -= (size_t)done;
	}
}

static void flush(struct writer *w)
{
	uint8_t block[BGZF_MAX_BLOCK_NBYTES];

	if (w->deflater && w->n)
		write_all(w, block, deflate_block(w->deflater, w->buffer, w->n, block));
	else
		write_all(w, w->buffer, w->n);
	w->n = 0;
}

/* Blocks begin after each DEFLATE_CONTENT_NBYTES, however the bytes come. */
void writer_put_slow(struct writer *w, const void *data, size_t n)
{
	const uint8_t *from = data;

	while (n > sizeof(w->buffer) - w->n) {
		size_t part = sizeof(w->buffer) - w->n;

		memcpy(w->buffer + w->n, from, part);
		w->n += part;
		from += part;
		n -= part;
		flush(w);
	}
	memcpy(w->buffer + w->n, from, n);
	w->n += n;
}

enum sphex_status writer_commit(struct writer *w, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	flush(w);
	if (w->deflater)
		write_all(w, bgzf_eof_marker, BGZF_EOF_NBYTES);
	if (!w->errnum)
		w->errnum = new_file_close(&w->file);
	if (w->file.temporary)
		look_at_stop(w);
	if (!w->errnum)
		w->errnum = new_file_appear(&w->file);
	if (w->errnum)
		status = write_failed(w->given, w->errnum, err);
	writer_abandon(w);
	return status;
}

void writer_abandon(struct writer *w)
{
	if (!w)
		return;
	new_file_vanish(&w->file);
	deflater_free(w->deflater);
	memory_free(w);
}
