/* The inflated bytes in order, whatever the container, the shape, the threads and the appetite are.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "bgzf/stream.h"
#include "tests/support/one_in.h"
#include "tests/support/random_bam.h"

static struct bytes random_content(size_t n)
{
	struct prng r = {n};
	struct bytes b = {0};

	for (; n > 0; n--)
		bytes_add_number(&b, prng_next(&r) & 0x4F, 1);
	return b;
}

/* How much of a window of n bytes the consumer takes. */
enum appetite { ALL, NOTHING_BELOW_3_MB, ALL_BUT_A_FEW, ALL_BUT_70_KB, ANY, N_APPETITES };

static size_t bite(enum appetite appetite, size_t n, struct prng *r)
{
	size_t rest;

	switch (appetite) {
	case NOTHING_BELOW_3_MB:
		return n < 3000000 ? 0 : n;
	case ALL_BUT_A_FEW:
		rest = (size_t)prng_below(r, 3000);
		break;
	case ALL_BUT_70_KB:
		rest = 65000 + (size_t)prng_below(r, 5000);
		break;
	case ANY:
		return (size_t)prng_below(r, n + 1);
	default:
		rest = 0;
		break;
	}
	return n < rest ? 0 : n - rest;
}

struct result {
	struct bytes got; /* bytes that were consumed, and those that were left at the end */
	enum sphex_status status;
	struct sphex_error err;
	enum stream_kind kind;
};

static struct result read_all(const char *path, unsigned n_threads, enum appetite appetite)
{
	struct result result = {0};
	struct stream *s;
	struct prng r = {n_threads + 1};
	const uint8_t *data;
	size_t n = 0, n_consumed = 0, left = 0;

	result.status = stream_open(path, n_threads, NULL, &s, &result.err);
	if (result.status) {
		cr_assert_null(s);
		return result;
	}
	result.kind = stream_kind(s);
	while (!(result.status = stream_next(s, n_consumed, &data, &n, &result.err))) {
		cr_assert(n > left, "nothing was added to %zu bytes", left);
		n_consumed = bite(appetite, n, &r);
		bytes_add(&result.got, data, n_consumed);
		left = n - n_consumed;
	}
	if (result.status == SPHEX_END) {
		cr_assert_eq(n, left);
		bytes_add(&result.got, data, n);
	}
	stream_close(s);
	return result;
}

static bool same(const struct bytes *a, const struct bytes *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->data, b->data, a->n) == 0);
}

static void expect_content(const struct bytes *file, const struct bytes *content,
	enum stream_kind kind, unsigned n_threads, enum appetite appetite)
{
	char *path = temp_file(file, ".x");
	struct result result = read_all(path, n_threads, appetite);

	cr_assert_eq(result.status, SPHEX_END, "%s", result.err.message);
	cr_assert_eq(result.kind, kind);
	cr_assert(same(&result.got, content), "other bytes: %u threads, appetite %d", n_threads,
		(int)appetite);
	bytes_free(&result.got);
	temp_remove(path);
}

Test(stream, every_container_gives_the_content_to_every_appetite)
{
	struct bytes content = random_content(7500000), bgzf, gzip;

	bgzf = bgzf_wrap(&content, (struct bgzf_shape){.level = 1});
	gzip = gzip_wrap(&content, 1);
	for (enum appetite appetite = ALL; appetite < N_APPETITES; appetite++) {
		expect_content(&content, &content, STREAM_PLAIN, 1, appetite);
		expect_content(&gzip, &content, STREAM_GZIP, 2, appetite);
		expect_content(&bgzf, &content, STREAM_BGZF, 1, appetite);
		expect_content(&bgzf, &content, STREAM_BGZF, 3, appetite);
	}
	bytes_free(&content);
	bytes_free(&bgzf);
	bytes_free(&gzip);
}

Test(stream, shapes_and_threads_do_not_matter)
{
	static const size_t sizes[] = {0, 1, 100, 30000};
	static const size_t block_sizes[] = {1, 7, 1000, 0};

	for (size_t i = 0; i < 4 * 4 * 8; i += one_in(7)) {
		struct bytes content = random_content(sizes[i % 4] / (i / 4 % 4 == 0 ? 30 : 1)),
			     file;

		file = bgzf_wrap(
			&content, (struct bgzf_shape){.block_nbytes = block_sizes[i / 4 % 4],
					  .level = i / 16 % 2 ? 0 : 6,
					  .extra_subfield = i / 16 / 2 % 2,
					  .empty_blocks = i / 16 / 4 % 2});
		for (unsigned n_threads = 1; n_threads < 9; n_threads += n_threads < 3 ? 1 : 5)
			expect_content(&file, &content, STREAM_BGZF, n_threads, ANY);
		bytes_free(&content);
		bytes_free(&file);
	}
}

Test(stream, an_empty_file_is_plain_and_empty)
{
	struct bytes nothing = {(uint8_t[1]){0}, 0, 0};

	expect_content(&nothing, &nothing, STREAM_PLAIN, 2, ALL);
}

Test(stream, end_markers_and_runs_of_empty_blocks_may_stand_in_the_middle)
{
	struct bytes content = random_content(5000), file = {0}, all = {0}, empty = {0}, part,
		     marker;

	marker = bgzf_wrap(&empty, (struct bgzf_shape){.level = 6});
	part = bgzf_wrap(&content, (struct bgzf_shape){.block_nbytes = 500, .level = 6});
	for (int i = 0; i < 5; i++) {
		bytes_add(&file, part.data, part.n);
		bytes_add(&all, content.data, content.n);
		for (int k = 0; k < i * 20; k++) /* more than a piece of 16 blocks */
			bytes_add(&file, marker.data, marker.n);
	}
	for (unsigned n_threads = 1; n_threads < 5; n_threads++)
		expect_content(&file, &all, STREAM_BGZF, n_threads, ALL_BUT_A_FEW);
	bytes_free(&part);
	bytes_free(&marker);
	bytes_free(&content);
	bytes_free(&file);
	bytes_free(&all);
}

Test(stream, gzip_members_follow_each_other)
{
	static const size_t sizes[] = {0, 1000, 0, 0, 2000000, 3, 0};
	struct bytes file = {0}, all = {0};

	for (size_t i = 0; i < 7; i++) {
		struct bytes content = random_content(sizes[i]), member = gzip_wrap(&content, 6);

		bytes_add(&file, member.data, member.n);
		bytes_add(&all, content.data, content.n);
		expect_content(&file, &all, STREAM_GZIP, 1, ALL_BUT_A_FEW);
		expect_content(&file, &all, STREAM_GZIP, 4, ALL_BUT_70_KB);
		bytes_free(&content);
		bytes_free(&member);
	}
	bytes_free(&file);
	bytes_free(&all);
}

Test(stream, a_pipe_gives_the_same)
{
	static const size_t steps[] = {1, 1000, 0};
	struct bytes content = random_content(60000), files[3];

	files[0] = bgzf_wrap(&content,
		(struct bgzf_shape){.block_nbytes = 1000, .level = 6, .empty_blocks = true});
	files[1] = gzip_wrap(&content, 6);
	files[2] = random_content(60000);
	for (size_t i = 0; i < 3 * 3; i++) {
		for (unsigned n_threads = 1; n_threads < 5; n_threads += 3) {
			pid_t feeder = feed_stdin(&files[i / 3], steps[i % 3]);
			struct result result = read_all("-", n_threads, ANY);

			cr_assert_eq(result.status, SPHEX_END, "%s", result.err.message);
			cr_assert(same(&result.got, &content), "other bytes");
			bytes_free(&result.got);
			stop_feeding(feeder);
		}
	}
	for (size_t i = 0; i < 3; i++)
		bytes_free(&files[i]);
	bytes_free(&content);
}

/* ---------------------------------------------------------------- what is not whole */

static bool is_prefix(const struct bytes *a, const struct bytes *b)
{
	return a->n <= b->n && (a->n == 0 || memcmp(a->data, b->data, a->n) == 0);
}

Test(stream, a_file_cut_at_any_byte_is_never_taken_for_a_whole_one)
{
	struct bytes content = random_content(400), files[2];

	files[0] = bgzf_wrap(&content,
		(struct bgzf_shape){.block_nbytes = 150, .level = 6, .empty_blocks = true});
	files[1] = gzip_wrap(&content, 6);
	for (size_t i = 0; i < 2; i++) {
		for (size_t cut = 2; cut < files[i].n; cut += one_in(7)) {
			struct bytes part = {files[i].data, cut, 0};
			char *path = temp_file(&part, ".gz");

			for (unsigned n_threads = 1; n_threads < 4; n_threads += 2) {
				struct result result = read_all(path, n_threads, ANY);

				cr_assert(result.status == SPHEX_E_TRUNCATED ||
						  result.status == SPHEX_E_DATA,
					"cut at %zu: %s", cut, sphex_status_name(result.status));
				cr_assert_str_eq(result.err.file, path);
				cr_assert(is_prefix(&result.got, &content), "other bytes");
				bytes_free(&result.got);
			}
			temp_remove(path);
		}
		bytes_free(&files[i]);
	}
	bytes_free(&content);
}

Test(stream, a_missing_end_marker_is_a_truncated_file)
{
	struct bytes content = random_content(40000);
	struct bytes file = bgzf_wrap(
		&content, (struct bgzf_shape){.block_nbytes = 100, .level = 1, .no_eof = true});
	char *path = temp_file(&file, ".gz");

	for (unsigned n_threads = 1; n_threads < 9; n_threads++) {
		struct result result = read_all(path, n_threads, ALL);

		cr_assert_eq(result.status, SPHEX_E_TRUNCATED);
		cr_assert(same(&result.got, &content), "all bytes come before the error");
		bytes_free(&result.got);
	}
	temp_remove(path);
	bytes_free(&content);
	bytes_free(&file);
}

Test(stream, bytes_behind_the_end_are_an_error)
{
	struct bytes content = random_content(400), files[2];

	files[0] = bgzf_wrap(&content, (struct bgzf_shape){.level = 6});
	files[1] = gzip_wrap(&content, 6);
	for (size_t i = 0; i < 2 * 40; i++) {
		struct bytes *file = &files[i / 40];
		struct result result;
		char *path;

		bytes_add_number(file, 'x', 1);
		path = temp_file(file, ".gz");
		result = read_all(path, 2, ALL);
		cr_assert_eq(result.status, SPHEX_E_DATA);
		bytes_free(&result.got);
		temp_remove(path);
	}
	bytes_free(&files[0]);
	bytes_free(&files[1]);
	bytes_free(&content);
}

Test(stream, damage_in_any_block_is_met_with_its_place)
{
	struct bytes content = random_content(30000);
	struct bytes file =
		bgzf_wrap(&content, (struct bgzf_shape){.block_nbytes = 500, .level = 6});

	for (size_t k = 0; k < 60; k += 7) {
		for (unsigned n_threads = 1; n_threads < 9; n_threads += 3) {
			size_t at = bgzf_block_offset(&file, k),
			       crc = bgzf_block_offset(&file, k + 1) - 8;
			struct result result;
			char *path;

			file.data[crc] ^= 1;
			path = temp_file(&file, ".gz");
			file.data[crc] ^= 1;
			result = read_all(path, n_threads, ANY);
			cr_assert_eq(result.status, SPHEX_E_DATA);
			cr_assert_eq(result.err.voffset, at << 16);
			cr_assert_str_eq(result.err.file, path);
			cr_assert(is_prefix(&result.got, &content), "other bytes");
			bytes_free(&result.got);
			temp_remove(path);
		}
	}
	bytes_free(&content);
	bytes_free(&file);
}

Test(stream, what_cannot_be_opened_is_an_error)
{
	struct result result = read_all("/nonexistent/x.gz", 2, ALL);

	cr_assert_eq(result.status, SPHEX_E_IO);
	cr_assert_str_eq(result.err.file, "/nonexistent/x.gz");
}

Test(stream, a_stream_can_be_closed_at_any_time)
{
	struct bytes content = random_content(5000000);
	struct bytes file = bgzf_wrap(&content, (struct bgzf_shape){.level = 1});
	char *path = temp_file(&file, ".gz");

	for (unsigned n_threads = 1; n_threads < 9; n_threads++) {
		for (unsigned n_pieces = 0; n_pieces < 3; n_pieces++) {
			struct sphex_error err;
			struct stream *s;
			const uint8_t *data;
			size_t n = 0;

			cr_assert_eq(stream_open(path, n_threads, NULL, &s, &err), SPHEX_OK);
			for (unsigned k = 0; k < n_pieces; k++)
				cr_assert_eq(stream_next(s, n, &data, &n, &err), SPHEX_OK);
			stream_close(s);
		}
	}
	stream_close(NULL);
	temp_remove(path);
	bytes_free(&content);
	bytes_free(&file);
}

Test(stream, a_borrowed_input_stays_open)
{
	struct bytes content = random_content(5000), file = gzip_wrap(&content, 6);
	char *path = temp_file(&file, ".gz");
	struct sphex_error err;
	struct stream *s;
	struct input *in;
	const uint8_t *data;
	uint8_t byte;
	size_t n;

	cr_assert_eq(input_open(path, &in, &err), SPHEX_OK);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(stream_open_input(in, &s, &err), SPHEX_OK);
		cr_assert_eq(stream_next(s, 0, &data, &n, &err), SPHEX_OK);
		cr_assert(n == content.n && memcmp(data, content.data, n) == 0, "other bytes");
		stream_close(s);
	}
	cr_assert_eq(input_read_at(in, 0, &byte, 1, &n, &err), SPHEX_OK);
	input_close(in);
	temp_remove(path);
	bytes_free(&content);
	bytes_free(&file);
}
