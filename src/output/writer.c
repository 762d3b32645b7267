/* See writer.h. */
#define _XOPEN_SOURCE 700 /* realpath */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "deflate.h"

#define MAX_NAME_TRIES 100
#define MAX_STEM_NBYTES ((size_t)200)

struct writer {
	const char *given;       /* path as it was asked for */
	char *final, *temporary; /* NULL when written directly */
	int fd;
	int errnum;                /* first failure */
	struct deflater *deflater; /* NULL: the bytes as they are */
	size_t n;
	uint8_t buffer[DEFLATE_CONTENT_NBYTES];
};

static void writer_free(struct writer *w)
{
	if (w->fd > STDERR_FILENO)
		close(w->fd);
	deflater_free(w->deflater);
	free(w->final); /* from realpath() or strdup() */
	memory_free(w->temporary);
	memory_free(w);
}

/* Bytes of the final path that the temporary one begins with: names of files have an end at 255. */
static int stem_nbytes(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t folder = slash ? (size_t)(slash - path) + 1 : 0, n = strlen(path);

	return (int)(n - folder > MAX_STEM_NBYTES ? folder + MAX_STEM_NBYTES : n);
}

static int open_temporary(struct writer *w)
{
	size_t nbytes = strlen(w->final) + 48;
	struct timespec now;
	int fd = -1, errnum;

	w->temporary = memory_new(nbytes, 1);
	if (!w->temporary)
		return ENOMEM;
	for (int i = 0; i < MAX_NAME_TRIES && fd < 0; i++) {
		clock_gettime(CLOCK_REALTIME, &now);
		snprintf(w->temporary, nbytes, "%.*s.tmp%ld.%09ld", stem_nbytes(w->final), w->final,
			(long)getpid(), now.tv_nsec);
		fd = open(w->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	w->fd = fd;
	if (fd >= 0)
		return 0;
	errnum = errno;
	memory_free(w->temporary);
	w->temporary = NULL;
	return errnum;
}

/* A new file beside the one at `path`, with the same permissions. */
static int open_replacement(struct writer *w, const char *path, mode_t mode)
{
	int errnum;

	w->final = realpath(path, NULL);
	errnum = w->final ? open_temporary(w) : errno;
	if (!errnum && fchmod(w->fd, mode & 0777) != 0)
		errnum = errno;
	return errnum;
}

static int open_direct(struct writer *w, const char *path)
{
	w->fd = open(path, O_WRONLY | O_CLOEXEC);
	return w->fd < 0 ? errno : 0;
}

static int open_output(struct writer *w, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0) {
		w->fd = STDOUT_FILENO;
		return 0;
	}
	if (stat(path, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return EISDIR;
		if (!S_ISREG(st.st_mode))
			return open_direct(w, path);
		return open_replacement(w, path, st.st_mode);
	}
	w->final = strdup(path);
	return w->final ? open_temporary(w) : ENOMEM;
}

static enum sphex_status write_failed(const char *path, int errnum, struct sphex_error *err)
{
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
	w->fd = -1;
	w->given = path;
	if (compressed)
		w->deflater = deflater_new();
	errnum = compressed && !w->deflater ? ENOMEM : open_output(w, path);
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

static void write_all(struct writer *w, const uint8_t *data, size_t n)
{
	while (n && !w->errnum) {
		ssize_t done = write(w->fd, data, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			w->errnum = errno;
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
void writer_put(struct writer *w, const void *data, size_t n)
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

/* Bytes on the disk, then the name: in this order a crash leaves the old file or the new one. */
static void finish_file(struct writer *w)
{
	if (!w->errnum && fsync(w->fd) != 0 && errno != EINVAL && errno != EROFS)
		w->errnum = errno;
	if (close(w->fd) != 0 && !w->errnum)
		w->errnum = errno;
	w->fd = -1;
	if (!w->errnum && rename(w->temporary, w->final) != 0)
		w->errnum = errno;
	if (w->errnum)
		unlink(w->temporary);
}

enum sphex_status writer_commit(struct writer *w, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	flush(w);
	if (w->deflater)
		write_all(w, bgzf_eof_marker, BGZF_EOF_NBYTES);
	if (w->temporary)
		finish_file(w);
	if (w->errnum)
		status = write_failed(w->given, w->errnum, err);
	writer_free(w);
	return status;
}

void writer_abandon(struct writer *w)
{
	if (!w)
		return;
	if (w->temporary)
		unlink(w->temporary);
	writer_free(w);
}
