/* Bytes by offset: from a file in any order, from a pipe as long as they have not been released. */
#define _DEFAULT_SOURCE /* mincore() */

#include <criterion/criterion.h>

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bgzf/input.h"
#include "tests/support/random_bam.h"

static struct bytes random_bytes(size_t n)
{
	struct prng r = {n};
	struct bytes b = {0};

	for (size_t i = 0; i < n; i++)
		bytes_add_number(&b, prng_next(&r), 1);
	return b;
}

static struct input *open_input(const char *path)
{
	struct sphex_error err;
	struct input *in;

	cr_assert_eq(input_open(path, &in, &err), SPHEX_OK, "%s", err.message);
	return in;
}

/* Reads n bytes at offset and compares with what `all` has there. */
static void expect_bytes(struct input *in, const struct bytes *all, uint64_t offset, size_t n)
{
	size_t have = offset < all->n ? all->n - (size_t)offset : 0, n_read = 99;
	struct sphex_error err;
	uint8_t *out = malloc(n + 1);

	cr_assert_eq(input_read_at(in, offset, out, n, &n_read, &err), SPHEX_OK);
	cr_assert_eq(
		n_read, have < n ? have : n, "%zu bytes at %lu", n_read, (unsigned long)offset);
	cr_assert(n_read == 0 || memcmp(out, all->data + offset, n_read) == 0, "other bytes");
	free(out);
}

Test(input, a_file_is_read_in_any_order)
{
	struct bytes all = random_bytes(3000);
	struct prng r = {1};
	char *path = temp_file(&all, ".x");
	struct input *in = open_input(path);

	cr_assert_str_eq(input_path(in), path);
	cr_assert_eq(input_nbytes(in), all.n);
	for (int i = 0; i < 500; i++)
		expect_bytes(in, &all, prng_below(&r, 3100), (size_t)prng_below(&r, 3500));
	input_release(in, 2000);
	expect_bytes(in, &all, 0, 3000);
	expect_bytes(in, &all, 1ull << 40, 10);
	input_close(in);
	input_close(NULL);
	temp_remove(path);
	bytes_free(&all);
}

Test(input, a_pipe_gives_the_same_bytes_as_a_file)
{
	static const size_t steps[] = {1, 7, 1000, 0};
	struct bytes all = random_bytes(30000);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		pid_t feeder = feed_stdin(&all, steps[i]);
		struct input *in = open_input("-");
		struct prng r = {i};

		cr_assert_eq(input_nbytes(in), 0);
		for (uint64_t released = 0; released < all.n; released += prng_below(&r, 900)) {
			input_release(in, released);
			expect_bytes(in, &all, released, (size_t)prng_below(&r, 2000));
			expect_bytes(in, &all, released + prng_below(&r, 500),
				(size_t)prng_below(&r, 2000));
		}
		expect_bytes(in, &all, all.n, 10);
		expect_bytes(in, &all, all.n + 10, 10);
		input_close(in);
		stop_feeding(feeder);
	}
	bytes_free(&all);
}

Test(input, a_large_pipe_can_be_kept_whole_or_released_at_once)
{
	struct bytes all = random_bytes(3 << 20);

	for (int release = 0; release < 2; release++) {
		pid_t feeder = feed_stdin(&all, 0);
		struct input *in = open_input("-");

		for (size_t at = 0; at < all.n; at += 100000) {
			expect_bytes(in, &all, at, 65536);
			if (release)
				input_release(in, at);
		}
		if (!release)
			expect_bytes(in, &all, 0, all.n);
		input_release(in, UINT64_MAX);
		input_close(in);
		stop_feeding(feeder);
	}
	bytes_free(&all);
}

Test(input, released_bytes_of_a_pipe_are_an_error_and_not_an_end)
{
	struct bytes all = random_bytes(5000);
	pid_t feeder = feed_stdin(&all, 0);
	struct input *in = open_input("-");
	struct sphex_error err;
	uint8_t out[10];
	size_t n;

	expect_bytes(in, &all, 0, 3000);
	input_release(in, 1000);
	expect_bytes(in, &all, 1000, 10);
	cr_assert_neq(input_read_at(in, 999, out, 10, &n, &err), SPHEX_OK);
	cr_assert_eq(n, 0);
	cr_assert_str_eq(err.file, "-");
	expect_bytes(in, &all, 1000, 5000);
	input_close(in);
	stop_feeding(feeder);
	bytes_free(&all);
}

Test(input, a_release_behind_what_was_read_drops_only_what_was_read)
{
	struct bytes all = random_bytes(600000);
	pid_t feeder = feed_stdin(&all, 0);
	struct input *in = open_input("-");

	expect_bytes(in, &all, 0, 10);
	input_release(in, 500000);
	expect_bytes(in, &all, 500000, 1000);
	input_close(in);
	stop_feeding(feeder);
	bytes_free(&all);
}

Test(input, standard_input_that_is_a_file_begins_where_it_stands)
{
	struct bytes all = random_bytes(5000), rest = {0};
	char *path = temp_file(&all, ".x");

	for (size_t at = 0; at < 3; at++) {
		int fd = open(path, O_RDONLY);
		struct input *in;

		cr_assert(fd >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO, "dup2");
		close(fd);
		lseek(STDIN_FILENO, (off_t)at, SEEK_SET);
		bytes_add(&rest, all.data + at, all.n - at);
		in = open_input("-");
		/* only the rest is the input: its size must not be taken for that of the file */
		cr_assert_eq(input_nbytes(in), at ? 0 : all.n);
		expect_bytes(in, &rest, 0, 10);
		expect_bytes(in, &rest, 10, 6000);
		input_close(in);
		rest.n = 0;
	}
	temp_remove(path);
	bytes_free(&all);
	bytes_free(&rest);
}

Test(input, what_cannot_be_read_is_an_io_error_with_its_name)
{
	static const char *const paths[] = {"/nonexistent/file.bam", "/tmp", ""};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct sphex_error err;
		struct input *in;

		cr_assert_eq(input_open(paths[i], &in, &err), SPHEX_E_IO);
		cr_assert_null(in);
		cr_assert_str_eq(err.file, paths[i]);
		cr_assert(strstr(err.message, ": "), "%s", err.message);
	}
	close(STDIN_FILENO);
	{
		struct sphex_error err;
		struct input *in;

		cr_assert_eq(input_open("-", &in, &err), SPHEX_E_IO);
	}
}

/* ---------------------------------------------------------------- several threads */

struct visitor {
	struct input *in;
	const struct bytes *all;
	uint64_t seed;
};

static void *visit(void *arg)
{
	struct visitor *v = arg;
	struct prng r = {v->seed};

	for (int i = 0; i < 200; i++)
		expect_bytes(
			v->in, v->all, prng_below(&r, v->all->n), (size_t)prng_below(&r, 3000));
	return NULL;
}

Test(input, several_threads_read_at_once)
{
	struct bytes all = random_bytes(200000);

	for (int from_pipe = 0; from_pipe < 2; from_pipe++) {
		char *path = temp_file(&all, ".x");
		pid_t feeder = from_pipe ? feed_stdin(&all, 5000) : 0;
		struct input *in = open_input(from_pipe ? "-" : path);
		struct visitor visitors[4];
		pthread_t threads[4];

		for (uint64_t i = 0; i < 4; i++) {
			visitors[i] = (struct visitor){in, &all, i};
			cr_assert_eq(pthread_create(&threads[i], NULL, visit, &visitors[i]), 0);
		}
		for (int i = 0; i < 4; i++)
			pthread_join(threads[i], NULL);
		input_close(in);
		if (from_pipe)
			stop_feeding(feeder);
		temp_remove(path);
	}
	bytes_free(&all);
}

/* ---------------------------------------------------------------- the page cache */

enum { CACHED_NBYTES = 4 << 20, PAGE_NBYTES = 4096 };

/* Pages of the file's first n bytes that are in memory; what is not there is not fetched. */
static size_t n_cached(int fd, size_t n)
{
	unsigned char pages[CACHED_NBYTES / PAGE_NBYTES];
	void *map = mmap(NULL, CACHED_NBYTES, PROT_READ, MAP_SHARED, fd, 0);
	size_t sum = 0;

	cr_assert(map != MAP_FAILED);
	cr_assert_eq(mincore(map, n, pages), 0);
	for (size_t i = 0; i < n / PAGE_NBYTES; i++)
		sum += pages[i] & 1;
	munmap(map, CACHED_NBYTES);
	return sum;
}

static void release_in_steps(struct input *in, const struct bytes *all, size_t begin, size_t end)
{
	for (size_t at = begin; at < end; at += 100000) {
		expect_bytes(in, all, at, 100000);
		input_release(in, at);
	}
	input_release(in, end);
}

Test(input, what_is_released_leaves_the_page_cache_if_asked)
{
	struct bytes all = random_bytes(CACHED_NBYTES);
	char *path = temp_file(&all, ".x");
	struct input *in = open_input(path);
	int fd = open(path, O_RDONLY);

	/* some file systems have no other place for a file than the cache; pages have other sizes
	 */
	if (sysconf(_SC_PAGESIZE) == PAGE_NBYTES && fsync(fd) == 0 &&
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) == 0 &&
		n_cached(fd, CACHED_NBYTES) == 0) {
		release_in_steps(in, &all, 0, CACHED_NBYTES);
		cr_assert_eq(n_cached(fd, CACHED_NBYTES), CACHED_NBYTES / PAGE_NBYTES);
		input_drop_cache(in);
		release_in_steps(in, &all, 0, 3 << 20);
		cr_assert_eq(n_cached(fd, 3 << 20), 0);
		release_in_steps(in, &all, 3 << 20, CACHED_NBYTES);
		cr_assert_eq(n_cached(fd, CACHED_NBYTES), 0);
	}
	close(fd);
	input_close(in);
	temp_remove(path);
	bytes_free(&all);
}
