/* See new_file.h. */
#include "new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "memory.h"

#define MAX_NAME_TRIES 100
#define MAX_STEM_NBYTES ((size_t)200)
/* As many symbolic links in a row as Linux follows; and the longest target of one. */
#define MAX_LINKS 40
#define MAX_TARGET_NBYTES ((size_t)4096)

/* ---------------------------------------------------------------- paths */

/* Bytes of the path up to and with its last slash. */
static size_t folder_nbytes(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* The folder that the path is in; the caller's. NULL: no memory. */
static char *folder_of(const char *path)
{
	size_t n = folder_nbytes(path);

	return memory_copy_text(n ? path : ".", n ? n : 1);
}

/* The path that a symbolic link at `path` means, or `path`; the caller's. NULL: `errnum` says why.
 */
static char *follow_link(const char *path, int *errnum)
{
	char target[MAX_TARGET_NBYTES];
	ssize_t n = readlink(path, target, sizeof(target));
	size_t folder = n > 0 && target[0] != '/' ? folder_nbytes(path) : 0;
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
static int find_final(struct new_file *f, const char *path)
{
	int errnum = 0;

	f->final = memory_copy_text(path, strlen(path));
	for (int i = 0; i < MAX_LINKS && f->final; i++) {
		char *next = follow_link(f->final, &errnum);
		bool ends = next && strcmp(next, f->final) == 0;

		memory_free(f->final);
		f->final = next;
		if (ends)
			return 0;
	}
	return errnum ? errnum : f->final ? ELOOP : ENOMEM;
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

/* Finds `final` unless the path is to be written directly; st->st_mode becomes 0 without a file. */
static int look_at(struct new_file *f, const char *path, struct stat *st)
{
	*f = (struct new_file){.fd = -1};
	if (stat(path, st) != 0) {
		st->st_mode = 0;
		return errno == ENOENT && *path ? find_final(f, path) : errno;
	}
	if (S_ISDIR(st->st_mode))
		return EISDIR;
	/* rename() would replace what the user has protected */
	if (access(path, W_OK) != 0)
		return errno;
	return S_ISREG(st->st_mode) ? find_final(f, path) : 0;
}

/* ---------------------------------------------------------------- opening */

/* Bytes of the final path that the temporary one begins with: names of files have an end at 255. */
static int stem_nbytes(const char *path)
{
	size_t folder = folder_nbytes(path), n = strlen(path);

	return (int)(n - folder > MAX_STEM_NBYTES ? folder + MAX_STEM_NBYTES : n);
}

/*
 * Under a name that nobody has: with O_EXCL a file or a symbolic link that somebody puts there is
 * neither opened nor followed.
 */
static int open_temporary(struct new_file *f)
{
	size_t nbytes = strlen(f->final) + 48;
	struct timespec now;
	int errnum;

	f->temporary = memory_new(nbytes, 1);
	if (!f->temporary)
		return ENOMEM;
	for (int i = 0; i < MAX_NAME_TRIES && f->fd < 0; i++) {
		clock_gettime(CLOCK_REALTIME, &now);
		snprintf(f->temporary, nbytes, "%.*s.tmp%ld.%09ld", stem_nbytes(f->final), f->final,
			(long)getpid(), now.tv_nsec);
		f->fd = open(f->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (f->fd < 0 && errno != EEXIST)
			break;
	}
	if (f->fd >= 0)
		return 0;
	errnum = errno;
	memory_free(f->temporary);
	f->temporary = NULL;
	return errnum;
}

int new_file_open(struct new_file *f, const char *path)
{
	struct stat st;
	int errnum;

	if (is_stdout(path)) {
		*f = (struct new_file){.fd = STDOUT_FILENO};
		return 0;
	}
	errnum = look_at(f, path, &st);
	if (!errnum && f->final) {
		errnum = open_temporary(f);
		if (!errnum && st.st_mode && fchmod(f->fd, st.st_mode & 0777) != 0)
			errnum = errno;
	} else if (!errnum) {
		f->fd = open(path, O_WRONLY | O_CLOEXEC);
		errnum = f->fd < 0 ? errno : 0;
	}
	if (errnum)
		new_file_vanish(f);
	return errnum;
}

int new_file_check(const char *path)
{
	struct new_file f = {.fd = -1};
	struct stat st;
	char *folder;
	int errnum = is_stdout(path) ? 0 : look_at(&f, path, &st);

	if (!errnum && f.final) {
		folder = folder_of(f.final);
		if (!folder)
			errnum = ENOMEM;
		else if (access(folder, W_OK | X_OK) != 0)
			errnum = errno;
		memory_free(folder);
	}
	new_file_vanish(&f);
	return errnum;
}

/* ---------------------------------------------------------------- ending */

int new_file_close(struct new_file *f)
{
	int errnum = 0;

	if (!f->temporary)
		return 0; /* pipes and devices have nothing to flush */
	if (fsync(f->fd) != 0 && errno != EINVAL && errno != EROFS)
		errnum = errno;
	if (close(f->fd) != 0 && !errnum)
		errnum = errno;
	f->fd = -1;
	return errnum;
}

/* A failure is none of the file's: under its name is the old one or the new one, whole. */
static void sync_folder(const char *path)
{
	char *folder = folder_of(path);
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	memory_free(folder);
}

/* Bytes on the disk, then the name: in this order a crash leaves the old file or the new one. */
int new_file_appear(struct new_file *f)
{
	int errnum = f->temporary && rename(f->temporary, f->final) != 0 ? errno : 0;

	if (f->temporary && !errnum) {
		sync_folder(f->final);
		memory_free(f->temporary);
		f->temporary = NULL;
	}
	new_file_vanish(f);
	return errnum;
}

void new_file_vanish(struct new_file *f)
{
	if (f->fd > STDERR_FILENO)
		close(f->fd);
	f->fd = -1;
	if (f->temporary)
		unlink(f->temporary);
	memory_free(f->final);
	memory_free(f->temporary);
	f->final = f->temporary = NULL;
}
