/* See seam.h. The names are the linker's: it calls __wrap_x() for x(), and x() is __real_x() here.
 */
#include "seam.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Before main() and in the parent nothing is armed. */
static struct seam nothing;
static struct seam *seam = &nothing;

void seam_arm(struct seam *with, const struct seam_fault *fault)
{
	with->fault = *fault;
	with->n_calls = with->n_injected = 0;
	with->armed = true;
	seam = with;
}

void seam_disarm(void)
{
	seam->armed = false;
}

/* Counts a call; true when it meets the fault. A signal is sent, and the call is then as any other.
 */
static bool meets(enum seam_call call)
{
	const struct seam_fault *f = &seam->fault;
	uint64_t n;

	if (!seam->armed || !(f->calls & (unsigned)call))
		return false;
	n = atomic_fetch_add(&seam->n_calls, 1) + 1;
	if (f->onwards ? n < f->nth : n != f->nth)
		return false;
	atomic_fetch_add(&seam->n_injected, 1);
	if (f->effect != EFFECT_SIGNAL) {
		errno = f->errnum;
		return true;
	}
	kill(getpid(), f->errnum);
	return false;
}

/* How many of n bytes are moved: -1 is an error, 0 the end. */
static ssize_t moved(enum seam_call call, size_t n)
{
	if (n == 0 || !meets(call))
		return (ssize_t)n;
	return seam->fault.effect == EFFECT_SHORT ? 1 : seam->fault.effect == EFFECT_END ? 0 : -1;
}

/* ---------------------------------------------------------------- memory */

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_malloc(size_t n)
{
	return meets(CALL_ALLOCATE) ? NULL : __real_malloc(n);
}

void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size)
{
	return meets(CALL_ALLOCATE) ? NULL : __real_calloc(n, size);
}

void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n)
{
	return meets(CALL_ALLOCATE) ? NULL : __real_realloc(p, n);
}

int __real_posix_memalign(void **p, size_t alignment, size_t n);
int __wrap_posix_memalign(void **p, size_t alignment, size_t n);
int __wrap_posix_memalign(void **p, size_t alignment, size_t n)
{
	return meets(CALL_ALLOCATE) ? ENOMEM : __real_posix_memalign(p, alignment, n);
}

char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);
char *__wrap_strdup(const char *text)
{
	return meets(CALL_ALLOCATE) ? NULL : __real_strdup(text);
}

char *__real_realpath(const char *path, char *out);
char *__wrap_realpath(const char *path, char *out);
char *__wrap_realpath(const char *path, char *out)
{
	return meets(CALL_ALLOCATE) ? NULL : __real_realpath(path, out);
}

struct libdeflate_decompressor *__real_libdeflate_alloc_decompressor(void);
struct libdeflate_decompressor *__wrap_libdeflate_alloc_decompressor(void);
struct libdeflate_decompressor *__wrap_libdeflate_alloc_decompressor(void)
{
	return meets(CALL_ALLOCATE) ? NULL : __real_libdeflate_alloc_decompressor();
}

struct libdeflate_compressor *__real_libdeflate_alloc_compressor(int level);
struct libdeflate_compressor *__wrap_libdeflate_alloc_compressor(int level);
struct libdeflate_compressor *__wrap_libdeflate_alloc_compressor(int level)
{
	return meets(CALL_ALLOCATE) ? NULL : __real_libdeflate_alloc_compressor(level);
}

/* ---------------------------------------------------------------- reading and writing */

ssize_t __real_read(int fd, void *out, size_t n);
ssize_t __wrap_read(int fd, void *out, size_t n);
ssize_t __wrap_read(int fd, void *out, size_t n)
{
	ssize_t want = moved(CALL_READ, n);

	return want > 0 ? __real_read(fd, out, (size_t)want) : want;
}

ssize_t __real_pread64(int fd, void *out, size_t n, off_t at);
ssize_t __wrap_pread64(int fd, void *out, size_t n, off_t at);
ssize_t __wrap_pread64(int fd, void *out, size_t n, off_t at)
{
	ssize_t want = moved(CALL_READ, n);

	return want > 0 ? __real_pread64(fd, out, (size_t)want, at) : want;
}

ssize_t __real_write(int fd, const void *data, size_t n);
ssize_t __wrap_write(int fd, const void *data, size_t n);
ssize_t __wrap_write(int fd, const void *data, size_t n)
{
	ssize_t want = moved(CALL_WRITE, n);

	return want > 0 ? __real_write(fd, data, (size_t)want) : want;
}

/* ---------------------------------------------------------------- files */

int __real_open64(const char *path, int flags, mode_t mode);

/* The link is gone afterwards; a file that was opened through it stays. */
static int open_behind_link(const char *path, int flags, mode_t mode)
{
	int fd, errnum;

	if (symlink("stolen", path) != 0)
		return -1;
	fd = __real_open64(path, flags, mode);
	errnum = errno;
	unlink(path);
	errno = errnum;
	return fd;
}

int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	if (flags & O_CREAT && meets(CALL_CREATE))
		return open_behind_link(path, flags, mode);
	return meets(CALL_OPEN) ? -1 : __real_open64(path, flags, mode);
}

FILE *__real_fopen64(const char *path, const char *mode);
FILE *__wrap_fopen64(const char *path, const char *mode);
FILE *__wrap_fopen64(const char *path, const char *mode)
{
	return meets(CALL_OPEN) ? NULL : __real_fopen64(path, mode);
}

/* Only a full disk is met here, not what write() alone can tell. The stream is closed all the same.
 */
int __real_fclose(FILE *file);
int __wrap_fclose(FILE *file);
int __wrap_fclose(FILE *file)
{
	bool fails = seam->fault.errnum == ENOSPC && meets(CALL_WRITE);
	int errnum = errno, result = __real_fclose(file);

	errno = fails ? errnum : errno;
	return fails ? EOF : result;
}

/* As on Linux, the descriptor is gone even if an error is told. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	bool fails = meets(CALL_CLOSE);
	int errnum = errno, result = __real_close(fd);

	errno = fails ? errnum : errno;
	return fails ? -1 : result;
}

int __real_fstat64(int fd, struct stat *out);
int __wrap_fstat64(int fd, struct stat *out);
int __wrap_fstat64(int fd, struct stat *out)
{
	return meets(CALL_STAT) ? -1 : __real_fstat64(fd, out);
}

int __real_stat64(const char *path, struct stat *out);
int __wrap_stat64(const char *path, struct stat *out);
int __wrap_stat64(const char *path, struct stat *out)
{
	return meets(CALL_STAT) ? -1 : __real_stat64(path, out);
}

off_t __real_lseek64(int fd, off_t offset, int from);
off_t __wrap_lseek64(int fd, off_t offset, int from);
off_t __wrap_lseek64(int fd, off_t offset, int from)
{
	return meets(CALL_STAT) ? -1 : __real_lseek64(fd, offset, from);
}

int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);
int __wrap_access(const char *path, int mode)
{
	return meets(CALL_STAT) ? -1 : __real_access(path, mode);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	return meets(CALL_SYNC) ? -1 : __real_fsync(fd);
}

int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to)
{
	return meets(CALL_RENAME) ? -1 : __real_rename(from, to);
}

int __real_unlink(const char *path);
int __wrap_unlink(const char *path);
int __wrap_unlink(const char *path)
{
	return meets(CALL_REMOVE) ? -1 : __real_unlink(path);
}

int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode)
{
	return meets(CALL_PERMIT) ? -1 : __real_fchmod(fd, mode);
}

/* ---------------------------------------------------------------- threads */

int __real_pthread_create(
	pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg);
int __wrap_pthread_create(
	pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg);
int __wrap_pthread_create(
	pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *), void *arg)
{
	return meets(CALL_THREAD) ? EAGAIN : __real_pthread_create(thread, attr, run, arg);
}
