/* Hopping over blocks and inflating them: from any place, from files and pipes, up to every damage.
 */
#include <criterion/criterion.h>

#include <libdeflate.h>
#include <string.h>

#include "bgzf/blocks.h"
#include "tests/support/random_bam.h"

static struct bytes random_content(size_t n)
{
	struct prng r = {n};
	struct bytes b = {0};

	for (size_t i = 0; i < n; i++)
		bytes_add_number(&b, prng_next(&r) & 0x4F, 1);
	return b;
}

static struct input *open_input(const char *path)
{
	struct sphex_error err;
	struct input *in;

	cr_assert_eq(input_open(path, &in, &err), SPHEX_OK, "%s", err.message);
	return in;
}

/* A block whose extra field has extra_nbytes beside BC, as nobody writes them. */
static void add_odd_block(struct bytes *file, size_t extra_nbytes, const char *content)
{
	struct libdeflate_compressor *deflate = libdeflate_alloc_compressor(6);
	size_t n = strlen(content), n_packed;
	uint8_t packed[100];

	n_packed = libdeflate_deflate_compress(deflate, content, n, packed, sizeof(packed));
	bytes_add(file, "\x1f\x8b\x08\x04\0\0\0\0\0\xff", 10);
	bytes_add_number(file, 4 + extra_nbytes + 6, 2);
	bytes_add(file, "ZZ", 2);
	bytes_add_number(file, extra_nbytes, 2);
	for (size_t i = 0; i < extra_nbytes; i++)
		bytes_add_number(file, i, 1);
	bytes_add(file, "BC\2\0", 4);
	bytes_add_number(file, 12 + 4 + extra_nbytes + 6 + n_packed + 8 - 1, 2);
	bytes_add(file, packed, n_packed);
	bytes_add_number(file, libdeflate_crc32(0, content, n), 4);
	bytes_add_number(file, n, 4);
	libdeflate_free_compressor(deflate);
}

/* By peeks and in a reader's window, which then reads the blocks. */
static void hop_both_ways(struct input *in, size_t n_blocks)
{
	struct block_hop peeking = {.in = in}, reading = {.in = in};
	struct block_reader reader;
	uint8_t out[BGZF_MAX_BLOCK_NBYTES];
	struct sphex_error err, other;
	enum sphex_status status = SPHEX_OK;
	size_t n;

	cr_assert_eq(block_reader_init(&reader, in, NULL, &err), SPHEX_OK);
	while (!status && !peeking.at_end) {
		uint64_t begin = peeking.offset;

		status = block_hop_over(&peeking, UINT64_MAX / 2, n_blocks, &err);
		cr_assert_eq(block_hop_reading(&reading, &reader, UINT64_MAX / 2, n_blocks, &other),
			status);
		cr_assert_eq(reading.offset, peeking.offset);
		cr_assert_eq(reading.at_end, peeking.at_end);
		cr_assert_eq(reading.ends_with_eof_marker, peeking.ends_with_eof_marker);
		if (status) {
			cr_assert_str_eq(other.message, err.message);
			cr_assert_eq(other.voffset, err.voffset);
		}
		block_reader_seek(&reader, begin);
		while (reader.offset < peeking.offset)
			cr_assert_eq(block_reader_next(&reader, out, &n, &err), SPHEX_OK);
	}
	block_reader_free(&reader);
}

/* 12 MB: more than a window ever has. */
Test(blocks, hopping_in_a_window_is_hopping)
{
	static const size_t n_blocks[] = {1, 7, 64, 1000};
	struct bytes content = random_content(12000000);
	struct bytes file =
		bgzf_wrap(&content, (struct bgzf_shape){.block_nbytes = 30000, .level = 1});
	char *path = temp_file(&file, ".gz");
	struct input *in = open_input(path);

	for (size_t i = 0; i < sizeof(n_blocks) / sizeof(n_blocks[0]); i++)
		hop_both_ways(in, n_blocks[i]);
	input_close(in);
	temp_remove(path);
	bytes_free(&content);
	bytes_free(&file);
}

Test(blocks, hopping_stops_after_so_many_blocks_or_bytes)
{
	struct bytes content = random_content(20000);
	struct bytes file =
		bgzf_wrap(&content, (struct bgzf_shape){.block_nbytes = 1000, .level = 1});
	char *path = temp_file(&file, ".gz");
	struct input *in = open_input(path);
	struct sphex_error err;

	for (size_t n_blocks = 1; n_blocks < 25; n_blocks++) {
		struct block_hop hop = {.in = in};
		size_t k = 0;

		while (!hop.at_end && k < 21) {
			cr_assert_eq(
				block_hop_over(&hop, UINT64_MAX / 2, n_blocks, &err), SPHEX_OK);
			k = k + n_blocks < 21 ? k + n_blocks : 21;
			cr_assert_eq(hop.offset, bgzf_block_offset(&file, k));
		}
		cr_assert_eq(hop.offset, file.n);
		cr_assert(hop.ends_with_eof_marker, "marker");
	}
	for (uint64_t nbytes = 1; nbytes < 3000; nbytes += 100) {
		struct block_hop hop = {.in = in};
		size_t k = 0;

		cr_assert_eq(block_hop_over(&hop, nbytes, 1000, &err), SPHEX_OK);
		while (bgzf_block_offset(&file, k) < nbytes)
			k++;
		cr_assert_eq(hop.offset, bgzf_block_offset(&file, k));
	}
	input_close(in);
	temp_remove(path);
	bytes_free(&content);
	bytes_free(&file);
}

Test(blocks, the_eof_marker_is_noted_only_when_it_is_the_last_block)
{
	struct bytes content = random_content(500), file = {0}, part;
	struct block_hop hop = {0};
	struct sphex_error err;
	char *path;

	part = bgzf_wrap(&content, (struct bgzf_shape){.level = 1});
	bytes_add(&file, part.data, part.n); /* with a marker in the middle */
	bytes_free(&part);
	part = bgzf_wrap(&content, (struct bgzf_shape){.level = 1, .no_eof = true});
	bytes_add(&file, part.data, part.n);
	path = temp_file(&file, ".gz");
	hop.in = open_input(path);
	cr_assert_eq(block_hop_over(&hop, UINT64_MAX / 2, 2, &err), SPHEX_OK);
	cr_assert(hop.ends_with_eof_marker, "in the middle");
	cr_assert_eq(block_hop_over(&hop, UINT64_MAX / 2, 2, &err), SPHEX_OK);
	cr_assert_not(hop.ends_with_eof_marker);
	cr_assert(hop.at_end, "end");
	input_close(hop.in);
	temp_remove(path);
	bytes_free(&part);
	bytes_free(&content);
	bytes_free(&file);
}

Test(blocks, extra_fields_of_any_length_are_passed)
{
	static const size_t sizes[] = {0, 1, 9, 10, 11, 100, 40000, 65400};
	struct block_reader reader;
	struct sphex_error err;
	struct bytes file = {0};
	struct block_hop hop = {0};
	uint8_t out[BGZF_MAX_BLOCK_NBYTES];
	char *path;
	size_t n;

	for (size_t i = 0; i < 8; i++)
		add_odd_block(&file, sizes[i], "content");
	path = temp_file(&file, ".gz");
	hop.in = open_input(path);
	cr_assert_eq(block_hop_over(&hop, UINT64_MAX / 2, 100, &err), SPHEX_OK, "%s", err.message);
	cr_assert(hop.at_end && hop.offset == file.n, "end");
	cr_assert_eq(block_reader_init(&reader, hop.in, NULL, &err), SPHEX_OK);
	for (size_t i = 0; i < 8; i++) {
		cr_assert_eq(block_reader_next(&reader, out, &n, &err), SPHEX_OK);
		cr_assert(n == 7 && memcmp(out, "content", 7) == 0, "block %zu", i);
	}
	cr_assert_eq(block_reader_next(&reader, out, &n, &err), SPHEX_END);
	block_reader_free(&reader);
	hop_both_ways(hop.in, 2);
	input_close(hop.in);
	temp_remove(path);
	bytes_free(&file);
}

Test(blocks, a_cut_file_ends_in_an_error_at_the_block_that_is_cut)
{
	struct bytes content = random_content(300);
	struct bytes file =
		bgzf_wrap(&content, (struct bgzf_shape){.block_nbytes = 100, .level = 6});
	size_t last = 0;

	for (size_t cut = 1; cut < file.n; cut++) {
		struct bytes part = {file.data, cut, 0};
		char *path = temp_file(&part, ".gz");
		struct block_hop hop = {.in = open_input(path)};
		struct block_reader reader;
		uint8_t out[BGZF_MAX_BLOCK_NBYTES];
		struct sphex_error err;
		enum sphex_status status;
		size_t n;

		while (last < 4 && bgzf_block_offset(&file, last + 1) <= cut)
			last++;
		status = block_hop_over(&hop, UINT64_MAX / 2, 100, &err);
		cr_assert_eq(hop.offset, bgzf_block_offset(&file, last));
		cr_assert_eq(status, hop.offset == cut ? SPHEX_OK : SPHEX_E_TRUNCATED, "cut at %zu",
			cut);
		cr_assert_not(hop.ends_with_eof_marker);
		if (status) {
			cr_assert_str_eq(err.file, path);
			cr_assert_eq(err.voffset, hop.offset << 16);
		}
		cr_assert_eq(block_reader_init(&reader, hop.in, NULL, &err), SPHEX_OK);
		for (size_t k = 0; k < last; k++)
			cr_assert_eq(block_reader_next(&reader, out, &n, &err), SPHEX_OK);
		cr_assert_eq(
			block_reader_next(&reader, out, &n, &err), status ? status : SPHEX_END);
		if (status)
			cr_assert_eq(err.voffset, hop.offset << 16);
		block_reader_free(&reader);
		hop_both_ways(hop.in, 1);
		hop_both_ways(hop.in, 3);
		input_close(hop.in);
		temp_remove(path);
	}
	bytes_free(&content);
	bytes_free(&file);
}

Test(blocks, bytes_behind_the_end_are_an_error)
{
	struct bytes content = random_content(300);
	struct bytes file = bgzf_wrap(&content, (struct bgzf_shape){.level = 6});
	size_t end = file.n;

	for (size_t n_more = 1; n_more < 40; n_more++) {
		struct block_hop hop = {0};
		struct sphex_error err;
		char *path;

		bytes_add_number(&file, n_more * 37, 1);
		path = temp_file(&file, ".gz");
		hop.in = open_input(path);
		cr_assert_eq(block_hop_over(&hop, UINT64_MAX / 2, 100, &err), SPHEX_E_DATA);
		cr_assert_eq(err.voffset, end << 16);
		hop_both_ways(hop.in, 100);
		input_close(hop.in);
		temp_remove(path);
	}
	bytes_free(&content);
	bytes_free(&file);
}

/* Reads the blocks in the order of `order` and compares with the content. */
static void read_in_order(struct input *in, const struct bytes *content, const struct bytes *file,
	const size_t *order, size_t n_order)
{
	struct block_reader reader;
	uint8_t out[BGZF_MAX_BLOCK_NBYTES];
	struct sphex_error err;
	size_t n;

	cr_assert_eq(block_reader_init(&reader, in, NULL, &err), SPHEX_OK);
	for (size_t i = 0; i < n_order; i++) {
		size_t at = order[i] * 20000;

		block_reader_seek(&reader, bgzf_block_offset(file, order[i]));
		cr_assert_eq(
			block_reader_next(&reader, out, &n, &err), SPHEX_OK, "%s", err.message);
		cr_assert_eq(n, content->n - at < 20000 ? content->n - at : 20000);
		cr_assert(memcmp(out, content->data + at, n) == 0, "block %zu", order[i]);
	}
	block_reader_free(&reader);
}

Test(blocks, a_reader_can_be_sent_anywhere)
{
	struct bytes content = random_content(1500000);
	struct bytes file =
		bgzf_wrap(&content, (struct bgzf_shape){.block_nbytes = 20000, .level = 1});
	char *path = temp_file(&file, ".gz");
	struct input *in = open_input(path);
	size_t order[200];
	struct prng r = {3};

	for (size_t i = 0; i < 75; i++)
		order[i] = i;
	read_in_order(in, &content, &file, order, 75);
	for (size_t i = 0; i < 200; i++)
		order[i] = (size_t)prng_below(&r, 75);
	read_in_order(in, &content, &file, order, 200);
	input_close(in);
	temp_remove(path);
	bytes_free(&content);
	bytes_free(&file);
}

Test(blocks, a_pipe_is_hopped_and_inflated_like_a_file)
{
	static const size_t steps[] = {17, 5000, 0};
	struct bytes content = random_content(200000);
	struct bytes file =
		bgzf_wrap(&content, (struct bgzf_shape){.block_nbytes = 20000, .level = 1});

	for (size_t i = 0; i < 3; i++) {
		pid_t feeder = feed_stdin(&file, steps[i]);
		struct block_hop hop = {.in = open_input("-")};
		struct block_reader reader;
		struct sphex_error err;

		cr_assert_eq(block_reader_init(&reader, hop.in, NULL, &err), SPHEX_OK);
		for (size_t at = 0; at < content.n; at += 20000) {
			uint8_t out[BGZF_MAX_BLOCK_NBYTES];
			size_t n;

			cr_assert_eq(block_hop_over(&hop, UINT64_MAX / 2, 1, &err), SPHEX_OK);
			cr_assert_eq(block_reader_next(&reader, out, &n, &err), SPHEX_OK);
			cr_assert(n == 20000 && memcmp(out, content.data + at, n) == 0,
				"other bytes");
			input_release(hop.in, hop.offset);
		}
		cr_assert_eq(block_hop_over(&hop, UINT64_MAX / 2, 9, &err), SPHEX_OK);
		cr_assert(hop.at_end && hop.ends_with_eof_marker, "end");
		block_reader_free(&reader);
		input_close(hop.in);
		stop_feeding(feeder);
	}
	bytes_free(&content);
	bytes_free(&file);
}

Test(blocks, damage_is_reported_with_the_place_of_its_block)
{
	struct bytes content = random_content(300);
	struct bytes file =
		bgzf_wrap(&content, (struct bgzf_shape){.block_nbytes = 100, .level = 6});
	size_t second = bgzf_block_offset(&file, 1), third = bgzf_block_offset(&file, 2);

	for (size_t at = second; at < third; at++) {
		struct block_reader reader;
		uint8_t out[BGZF_MAX_BLOCK_NBYTES];
		struct sphex_error err;
		enum sphex_status status;
		struct input *in;
		char *path;
		size_t n;

		file.data[at] ^= 0xFF;
		path = temp_file(&file, ".gz");
		file.data[at] ^= 0xFF;
		in = open_input(path);
		cr_assert_eq(block_reader_init(&reader, in, NULL, &err), SPHEX_OK);
		cr_assert_eq(block_reader_next(&reader, out, &n, &err), SPHEX_OK);
		status = block_reader_next(&reader, out, &n, &err);
		if (status == SPHEX_OK) /* MTIME, XFL and OS mean nothing */
			cr_assert(at - second >= 4 && at - second < 10, "byte %zu", at - second);
		else
			cr_assert(err.voffset == second << 16 && strcmp(err.file, path) == 0,
				"no place");
		block_reader_free(&reader);
		input_close(in);
		temp_remove(path);
	}
	bytes_free(&content);
	bytes_free(&file);
}
