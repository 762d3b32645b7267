/* See writer.h. */
#include "writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "deflate.h"

#define MAX_NAME_TRIES 100
#define MAX_STEM_NBYTES ((size_t)200)
/* As many symbolic links in a row as Linux follows; and the longest target of one. */
#define MAX_LINKS 40
#define MAX_TARGET_NBYTES ((size_t)4096)

struct writer {
	const char *given;       /* path as it was asked for */
	char *final, *temporary; /* NULL when written directly */
	int fd;
	int errnum;                /* first failure */
	const atomic_bool *stop;   /* NULL: nobody stops it */
	struct deflater *deflater; /* NULL: the bytes as they are */
	size_t n;
	uint8_t buffer[DEFLATE_CONTENT_NBYTES];
};

static void writer_free(struct writer *w)
{
	if (w->fd > STDERR_FILENO)
		close(w->fd);
	deflater_free(w->deflater);
	memory_free(w->final);
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

/*
 * Under a name that nobody has: with O_EXCL a file or a symbolic link that somebody puts there is
 * neither opened nor followed.
 */
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

/* The path that a symbolic link at `path` means, or `path`; the caller's. NULL: `errnum` says why.
 */
static char *follow_link(const char *path, int *errnum)
{
	char target[MAX_TARGET_NBYTES];
	ssize_t n = readlink(path, target, sizeof(target));
	const char *slash = n > 0 && target[0] != '/' ? strrchr(path, '/') : NULL;
	size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
	char *out;

	*errnum = 0;
	if (n == (ssize_t)sizeof(target)) {
		*errnum = ENAMETOOLONG;
		return NULL;
	}
	if (n < 0)
		return memory_copy_text(path, strlen(path));
	out = memory_new(folder + (size_t)n + 1, 1);
	if (!out)
		return NULL;
	memcpy(out, path, folder);
	memcpy(out + folder, target, (size_t)n);
	out[folder + (size_t)n] = '\0';
	return out;
}

/* Sets `final` to what `path` means when all symbolic links at its end are followed: a file or
 * nothing. */
static int find_final(struct writer *w, const char *path)
{
	int errnum = 0;

	w->final = memory_copy_text(path, strlen(path));
	for (int i = 0; i < MAX_LINKS && w->final; i++) {
		char *next = follow_link(w->final, &errnum);
		bool ends = next && strcmp(next, w->final) == 0;

		memory_free(w->final);
		w->final = next;
		if (ends)
			return 0;
	}
	return errnum ? errnum : w->final ? ELOOP : ENOMEM;
}

/* A new file beside the one that `st` describes, with the same permissions. */
static int open_replacement(struct writer *w, const struct stat *st)
{
	int errnum;

	/* rename() would replace what the user has protected */
	if (access(w->final, W_OK) != 0)
		return errno;
	errnum = open_temporary(w);
	if (!errnum && fchmod(w->fd, st->st_mode & 0777) != 0)
		errnum = errno;
	return errnum;
}

static int open_direct(struct writer *w, const char *path)
{
	w->fd = open(path, O_WRONLY | O_CLOEXEC);
	return w->fd < 0 ? errno : 0;
}

/* Also by the names that lead to a file when the shell has redirected it. */
static bool is_stdout(const char *path)
{
	static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(path, names[i]) == 0)
			return true;
	return false;
}

static int open_output(struct writer *w, const char *path)
{
	struct stat st;
	bool exists;
	int errnum;

	if (is_stdout(path)) {
		w->fd = STDOUT_FILENO;
		return 0;
	}
	exists = stat(path, &st) == 0;
	if (!exists && errno != ENOENT)
		return errno;
	if (exists && S_ISDIR(st.st_mode))
		return EISDIR;
	if (exists && !S_ISREG(st.st_mode))
		return open_direct(w, path);
	errnum = find_final(w, path);
	if (errnum)
		return errnum;
	return exists ? open_replacement(w, &st) : open_temporary(w);
}

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
		ssize_t done = write(w->fd, data, n);

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

/* A failure is none of the file's: under its name is the old one or the new one, whole. */
static void sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = memory_copy_text(slash ? path : ".", slash ? (size_t)(slash - path) + 1 : 1);
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	memory_free(folder);
}

/* Bytes on the disk, then the name: in this order a crash leaves the old file or the new one. */
static void finish_file(struct writer *w)
{
	if (!w->errnum && fsync(w->fd) != 0 && errno != EINVAL && errno != EROFS)
		w->errnum = errno;
	if (close(w->fd) != 0 && !w->errnum)
		w->errnum = errno;
	w->fd = -1;
	look_at_stop(w);
	if (!w->errnum && rename(w->temporary, w->final) != 0)
		w->errnum = errno;
	if (w->errnum)
		unlink(w->temporary);
	else
		sync_folder(w->final);
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
