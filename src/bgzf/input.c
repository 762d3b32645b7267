/* Files by pread(), pipes through a sliding window; see input.h. */
#include "input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/memory.h"
#include "base/threads.h"

#define PIPE_STEP_NBYTES ((size_t)256 << 10)
/* The cache is dropped in pieces of so many bytes, a multiple of all page sizes. */
#define DROP_NBYTES ((uint64_t)1 << 20)

struct input {
	const char *path;
	int fd;
	bool is_file, drops_cache;
	uint64_t nbytes;
	/* the pipe's window: bytes [offset, offset + n) of the stream at window[start ..] */
	struct lock *lock;
	uint8_t *window;
	size_t start, n, cap;
	uint64_t offset; /* of a file: what lies before it was dropped from the cache */
	bool at_end;
};

static enum sphex_status describe_file(struct input *in, struct sphex_error *err)
{
	struct stat st;

	if (fstat(in->fd, &st) != 0)
		return fail_errno(err, errno, "cannot read");
	if (S_ISDIR(st.st_mode))
		return fail_errno(err, EISDIR, "cannot read");
	/* standard input may be a file that something else has read from: then it is a stream */
	in->is_file =
		S_ISREG(st.st_mode) && (in->fd != STDIN_FILENO || lseek(in->fd, 0, SEEK_CUR) == 0);
	in->nbytes = in->is_file ? (uint64_t)st.st_size : 0;
	return SPHEX_OK;
}

enum sphex_status input_open(const char *path, struct input **out, struct sphex_error *err)
{
	struct input *in = memory_new_zeroed(1, sizeof(*in));
	enum sphex_status status;

	*out = NULL;
	if (!in)
		return fail_memory(err);
	in->path = path;
	in->lock = lock_new();
	in->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (!in->lock)
		status = fail_memory(err);
	else if (in->fd < 0)
		status = fail_errno(err, errno, "cannot open");
	else
		status = describe_file(in, err);
	if (status) {
		at_file(err, path);
		input_close(in);
		return status;
	}
	*out = in;
	return SPHEX_OK;
}

void input_close(struct input *in)
{
	if (!in)
		return;
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	lock_free(in->lock);
	memory_free(in->window);
	memory_free(in);
}

const char *input_path(const struct input *in)
{
	return in->path;
}

uint64_t input_nbytes(const struct input *in)
{
	return in->nbytes;
}

static enum sphex_status read_failed(struct input *in, int errnum, struct sphex_error *err)
{
	fail_errno(err, errnum, "cannot read");
	return at_file(err, in->path);
}

/* Text has no mark of its end: the part that is there would look whole. */
static enum sphex_status became_shorter(struct input *in, struct sphex_error *err)
{
	fail(err, SPHEX_E_TRUNCATED, "the file became shorter while it was read");
	with_hint(err, "wait until it is complete");
	return at_file(err, in->path);
}

static enum sphex_status read_file(struct input *in, uint64_t offset, uint8_t *out, size_t n,
	size_t *n_read, struct sphex_error *err)
{
	while (*n_read < n) {
		ssize_t got = pread(in->fd, out + *n_read, n - *n_read, (off_t)(offset + *n_read));

		if (got == 0)
			return offset + *n_read < in->nbytes ? became_shorter(in, err) : SPHEX_OK;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return read_failed(in, errno, err);
		*n_read += (size_t)got;
	}
	return SPHEX_OK;
}

/* Appends one read() to the window; sets at_end at the end of the stream. */
static enum sphex_status read_pipe_step(struct input *in, struct sphex_error *err)
{
	ssize_t got;

	if (in->start && in->start >= in->n) {
		memmove(in->window, in->window + in->start, in->n);
		in->start = 0;
	}
	if (!memory_reserve(&in->window, &in->cap, in->start + in->n + PIPE_STEP_NBYTES, 1))
		return fail_memory(err);
	do {
		got = read(in->fd, in->window + in->start + in->n, PIPE_STEP_NBYTES);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return read_failed(in, errno, err);
	in->n += (size_t)got;
	in->at_end = got == 0;
	return SPHEX_OK;
}

/* With the lock held. */
static enum sphex_status read_pipe(struct input *in, uint64_t offset, uint8_t *out, size_t n,
	size_t *n_read, struct sphex_error *err)
{
	enum sphex_status status;
	size_t skip;

	if (offset < in->offset) {
		fail(err, SPHEX_E_IO, "cannot go back in a pipe");
		return at_file(err, in->path);
	}
	while (!in->at_end && in->offset + in->n < offset + n) {
		status = read_pipe_step(in, err);
		if (status)
			return status;
	}
	if (offset - in->offset >= in->n)
		return SPHEX_OK;
	skip = (size_t)(offset - in->offset);
	*n_read = in->n - skip < n ? in->n - skip : n;
	memcpy(out, in->window + in->start + skip, *n_read);
	return SPHEX_OK;
}

enum sphex_status input_read_at(struct input *in, uint64_t offset, uint8_t *out, size_t n,
	size_t *n_read, struct sphex_error *err)
{
	enum sphex_status status;

	*n_read = 0;
	if (in->is_file)
		return read_file(in, offset, out, n, n_read, err);
	lock_hold(in->lock);
	status = read_pipe(in, offset, out, n, n_read, err);
	lock_drop(in->lock);
	return status;
}

void input_drop_cache(struct input *in)
{
	in->drops_cache = in->is_file;
}

/* With the lock held. */
static void release_file(struct input *in, uint64_t offset)
{
	uint64_t end = offset >= in->nbytes ? in->nbytes : offset / DROP_NBYTES * DROP_NBYTES;

	if (end <= in->offset)
		return;
	/* from the start: pages leave in large groups, of which some crossed the last border */
	file_drop_cached(in->fd, end);
	in->offset = end;
}

/* With the lock held. */
static void release_pipe(struct input *in, uint64_t offset)
{
	size_t skip;

	if (offset <= in->offset)
		return;
	skip = offset - in->offset < in->n ? (size_t)(offset - in->offset) : in->n;
	in->start += skip;
	in->n -= skip;
	in->offset += skip;
}

void input_release(struct input *in, uint64_t offset)
{
	if (in->is_file && !in->drops_cache)
		return;
	lock_hold(in->lock);
	if (in->is_file)
		release_file(in, offset);
	else
		release_pipe(in, offset);
	lock_drop(in->lock);
}
