/* The records of a file in file order: for any container, unit, block and number of threads. */
#include <criterion/criterion.h>

#include <string.h>

#include "bam/reader.h"
#include "tests/support/index_builder.h"
#include "tests/support/one_in.h"

enum { MAX_SLOTS = 24 };

/* A client that collects the bytes of the records. */
struct collector {
	struct bytes slots[MAX_SLOTS];
	size_t full; /* bytes at which a result is handed out; 0: when the unit is finished */
	bool parse;
	uint32_t n_refs;
};

struct result {
	struct bytes got;
	uint64_t n_records;
	enum sphex_status status;
	struct sphex_error err;
	bool is_truncated;
	unsigned n_damages;
	struct sphex_error damage; /* the first one */
};

static enum sphex_status collect(
	void *user, size_t slot, struct unit *unit, struct sphex_error *err)
{
	struct collector *c = user;
	struct bytes *out = &c->slots[slot];
	enum sphex_status status = SPHEX_OK;

	out->n = 0;
	while (!status && (!c->full || out->n < c->full)) {
		const uint8_t *bytes;
		struct record r;
		size_t nbytes;

		status = unit_next(unit, &bytes, &nbytes, err);
		if (!status && c->parse && record_parse(bytes, nbytes, c->n_refs, &r, err))
			return unit_refuse(unit, nbytes, err);
		if (!status) {
			bytes_add(out, bytes, nbytes);
			unit->last_key = sort_key(
				(int32_t)load_u32(bytes + 4), (int32_t)load_u32(bytes + 8));
		}
	}
	return status == SPHEX_END ? SPHEX_OK : status;
}

static void read_on(struct reader *r, struct collector *c, struct result *result)
{
	struct reader_client client = {c, collect};
	size_t slot;

	cr_assert(reader_n_slots(r) <= MAX_SLOTS, "%zu slots", reader_n_slots(r));
	c->n_refs = reader_header(r)->n_refs;
	result->status = reader_start(r, &client, &result->err);
	while (!result->status && !(result->status = reader_next(r, &slot, &result->err))) {
		struct sphex_error damage;

		bytes_add(&result->got, c->slots[slot].data, c->slots[slot].n);
		if (reader_met_damage(r, &damage) && result->n_damages++ == 0)
			result->damage = damage;
	}
	result->n_records = reader_n_records(r);
	result->is_truncated = result->status == SPHEX_END && reader_is_truncated(r);
}

struct how {
	unsigned n_threads;
	size_t unit_n_blocks;
	bool keep, allow_truncated;
	size_t full;
	bool skip_damage;
};

static struct result read_all(const char *path, struct how how)
{
	struct reader_options options = {.n_threads = how.n_threads,
		.unit_n_blocks = how.unit_n_blocks,
		.keep_units = how.keep,
		.allow_truncated = how.allow_truncated,
		.skip_damage = how.skip_damage};
	struct collector c = {.full = how.full, .parse = true};
	struct result result = {0};
	struct reader *r;

	result.status = reader_open(path, &options, &r, &result.err);
	if (result.status) {
		cr_assert_null(r);
		return result;
	}
	read_on(r, &c, &result);
	reader_close(r);
	for (size_t i = 0; i < MAX_SLOTS; i++)
		bytes_free(&c.slots[i]);
	return result;
}

/* The bytes behind the header. */
static bool is_all_of(const struct bytes *got, const struct bytes *bam)
{
	size_t first = random_bam_header_nbytes(bam);

	return got->n == bam->n - first &&
	       (!got->n || memcmp(got->data, bam->data + first, got->n) == 0);
}

static bool is_start_of(const struct bytes *got, const struct bytes *bam)
{
	size_t first = random_bam_header_nbytes(bam);

	return got->n <= bam->n - first &&
	       (!got->n || memcmp(got->data, bam->data + first, got->n) == 0);
}

static uint64_t count_records(const struct bytes *bam)
{
	uint64_t n = 0;

	for (size_t at = random_bam_header_nbytes(bam); at < bam->n; n++)
		at += load_u32(bam->data + at) + 4;
	return n;
}

static void expect_all(const char *path, const struct bytes *bam, struct how how, const char *what)
{
	struct result result = read_all(path, how);

	cr_assert_eq(result.status, SPHEX_END, "%s, %u threads, units of %zu: %s", what,
		how.n_threads, how.unit_n_blocks, result.err.message);
	cr_assert(is_all_of(&result.got, bam), "%s, %u threads, units of %zu: other records", what,
		how.n_threads, how.unit_n_blocks);
	cr_assert_eq(result.n_records, count_records(bam));
	bytes_free(&result.got);
}

/* Every number of threads, many units, both ways of keeping, results in parts or not. */
static void expect_all_ways(const struct bytes *bam, struct bgzf_shape shape, const char *what)
{
	static const size_t units[] = {1, 2, 3, 7, 1000};
	struct bytes file = bgzf_wrap(bam, shape);
	char *path = temp_file(&file, ".bam");

	for (size_t i = 0; i < 8 * 5; i += one_in(7)) {
		unsigned n_threads = (unsigned)i / 5 + 1;
		bool odd = (n_threads + i % 5) % 2;
		struct how how = {
			n_threads, units[i % 5], odd, false, n_threads % 3 ? 0 : 2000, false};

		expect_all(path, bam, how, what);
	}
	temp_remove(path);
	bytes_free(&file);
}

Test(reader, the_same_records_for_any_threads_units_and_blocks)
{
	static const size_t block_sizes[] = {30, 100, 777, 4000, 0};
	struct bytes bam = {0};

	random_bam(&bam, 1, 150, 120);
	for (size_t i = 0; i < 5 * 4; i++)
		expect_all_ways(&bam,
			(struct bgzf_shape){.block_nbytes = block_sizes[i / 4],
				.level = 1,
				.whole_records = i % 2,
				.empty_blocks = i / 2 % 2},
			"random");
	bytes_free(&bam);
}

Test(reader, larger_files_in_units_of_many_blocks)
{
	struct bytes bam = {0}, file;
	char *path;

	random_bam(&bam, 2, 8000, 400);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 6000, .level = 1});
	path = temp_file(&file, ".bam");
	for (unsigned n_threads = 1; n_threads <= 8; n_threads++)
		for (size_t unit = 1; unit <= 64; unit *= 4)
			expect_all(path, &bam,
				(struct how){n_threads, unit, unit == 4, false,
					unit == 16 ? 9999 : 0, false},
				"large");
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
}

Test(reader, records_longer_than_many_units)
{
	static const size_t sizes[] = {5, 3000, 10, 20000, 20, 20, 20, 40000, 1};
	struct bytes bam = {0};
	struct prng r = {3};

	random_bam_start(&bam);
	for (size_t i = 0; i < 9; i++) {
		size_t before = bam.n;

		do { /* the length is random: take one that is long enough */
			bam.n = before;
			random_bam_add(&bam, &r, 0, (int32_t)i, sizes[i]);
		} while (bam.n - before < sizes[i]);
	}
	expect_all_ways(&bam, (struct bgzf_shape){.block_nbytes = 500, .level = 1}, "long");
	expect_all_ways(&bam,
		(struct bgzf_shape){.block_nbytes = 500, .level = 1, .empty_blocks = true}, "long");
	expect_all_ways(&bam, (struct bgzf_shape){.whole_records = true, .level = 1}, "long");
	bytes_free(&bam);
}

Test(reader, files_with_few_or_no_records)
{
	for (size_t n = 0; n < 3; n++) {
		struct bytes bam = {0};

		random_bam(&bam, n, n, 50);
		expect_all_ways(&bam, (struct bgzf_shape){.level = 1}, "few");
		expect_all_ways(&bam, (struct bgzf_shape){.block_nbytes = 7, .level = 1}, "few");
		expect_all_ways(&bam,
			(struct bgzf_shape){
				.level = 1, .whole_records = true, .empty_blocks = true},
			"few");
		bytes_free(&bam);
	}
}

Test(reader, headers_of_many_blocks_with_and_without_records)
{
	for (size_t n_refs = 0; n_refs < 8000; n_refs = n_refs * 3 + 1) {
		for (size_t n_records = 0; n_records < 3; n_records++) {
			struct bytes bam = {0}, file;
			struct prng r = {n_refs};
			size_t header;
			char *path;

			bytes_add(&bam, "BAM\1\3\0\0\0@CO", 11);
			bytes_add_number(&bam, n_refs, 4);
			for (size_t i = 0; i < n_refs; i++)
				bytes_add(&bam, "\6\0\0\0chr11\0\0\1\0\0", 14);
			header = bam.n;
			for (size_t i = 0; i < n_records; i++) {
				size_t at = random_bam_add(&bam, &r, -1, -1, 50);

				memset(bam.data + at + 24, 0xff, 4); /* no mate's reference */
			}
			file = bgzf_wrap(
				&bam, (struct bgzf_shape){.block_nbytes = n_refs < 500 ? 13 : 1000,
					      .level = 1});
			path = temp_file(&file, ".bam");
			for (unsigned n_threads = 1; n_threads < 4; n_threads++) {
				struct result result = read_all(
					path, (struct how){n_threads, 2, false, false, 0, false});

				cr_assert_eq(result.status, SPHEX_END, "%zu references: %s", n_refs,
					result.err.message);
				cr_assert_eq(result.got.n, bam.n - header);
				bytes_free(&result.got);
			}
			temp_remove(path);
			bytes_free(&file);
			bytes_free(&bam);
		}
	}
}

Test(reader, other_containers_give_the_same_records)
{
	struct bytes bam = {0}, gzip;
	char *paths[2];

	random_bam(&bam, 4, 6000,
		600); /* some MB: batches of the stream are larger than its headroom */
	gzip = gzip_wrap(&bam, 1);
	paths[0] = temp_file(&bam, ".bam");
	paths[1] = temp_file(&gzip, ".bam");
	for (size_t i = 0; i < 2 * 2 * 3; i++) {
		struct how how = {
			(unsigned)i % 3 + 1, 4, i / 3 % 2, false, i % 3 ? 0 : 3000000, false};

		expect_all(paths[i / 6], &bam, how, i / 6 ? "gzip" : "not compressed");
	}
	temp_remove(paths[0]);
	temp_remove(paths[1]);
	bytes_free(&gzip);
	bytes_free(&bam);
}

Test(reader, a_pipe_gives_the_same_records)
{
	static const struct bgzf_shape shapes[] = {{.block_nbytes = 300, .level = 1},
		{.block_nbytes = 300, .level = 1, .whole_records = true, .empty_blocks = true},
		{.block_nbytes = 5000, .level = 1, .whole_records = true}};
	static const size_t steps[] = {0, 50, 4000};
	struct bytes bam = {0};

	random_bam(&bam, 5, 500, 150);
	for (size_t i = 0; i < 3 * 3; i++) {
		struct bytes file = bgzf_wrap(&bam, shapes[i / 3]);

		for (size_t k = 0; k < 8 * 5; k += one_in(7)) {
			pid_t feeder = feed_stdin(&file, steps[i % 3]);
			unsigned n_threads = (unsigned)k / 5 + 1;
			size_t unit = k % 5 + 1;

			expect_all("-", &bam,
				(struct how){n_threads, unit, unit % 2, false, 0, false}, "pipe");
			stop_feeding(feeder);
		}
		bytes_free(&file);
	}
	bytes_free(&bam);
}

Test(reader, a_pipe_may_hold_other_containers)
{
	struct bytes bam = {0}, gzip;

	random_bam(&bam, 6, 300, 300);
	gzip = gzip_wrap(&bam, 1);
	for (size_t i = 0; i < 4; i++) {
		pid_t feeder = feed_stdin(i / 2 ? &gzip : &bam, i % 2 ? 100 : 0);

		expect_all("-", &bam, (struct how){3, 4, i % 2, false, 0, false}, "pipe");
		stop_feeding(feeder);
	}
	bytes_free(&gzip);
	bytes_free(&bam);
}

/* ---------------------------------------------------------------- wrong guesses */

/* A record whose tag holds many small records, as a BAM inside a BAM would. */
static void add_trap(struct bytes *bam, size_t n_inside, size_t shift)
{
	struct bytes tags = {0}, inside = {0};

	for (size_t i = 0; i < n_inside; i++)
		bam_add(&inside,
			(struct bam_read){.name = "trap", .pos0 = 7, .cigar = "*", .seq = NULL});
	bytes_add(&tags, "ttBC", 4);
	bytes_add_number(&tags, inside.n + shift, 4);
	for (size_t i = 0; i < shift; i++)
		bytes_add_number(&tags, 0xFF, 1);
	bytes_add(&tags, inside.data, inside.n);
	bam_add(bam, (struct bam_read){.name = "honest",
			     .pos0 = 5,
			     .cigar = "4M",
			     .seq = "ACGT",
			     .tags = tags.data,
			     .tags_nbytes = tags.n});
	bytes_free(&tags);
	bytes_free(&inside);
}

Test(reader, bytes_that_look_like_records_inside_a_record_deceive_nobody)
{
	for (size_t shift = 0; shift < 41; shift += 10) {
		struct bytes bam = {0};
		struct prng r = {shift};

		random_bam_start(&bam);
		for (size_t i = 0; i < 8; i++) {
			add_trap(&bam, 10 + 10 * i, shift + i);
			random_bam_add(&bam, &r, 0, 5, 60);
		}
		expect_all_ways(&bam, (struct bgzf_shape){.block_nbytes = 410, .level = 1}, "trap");
		expect_all_ways(&bam, (struct bgzf_shape){.block_nbytes = 41, .level = 1}, "trap");
		bytes_free(&bam);
	}
}

/* As the trap, but what is inside would be refused as a record: a claim of too many bytes at the
 * end. */
Test(reader, errors_met_behind_a_wrong_guess_do_not_count)
{
	struct bytes bam = {0}, tags = {0};

	random_bam_start(&bam);
	for (size_t i = 0; i < 5; i++) {
		tags.n = 0;
		bytes_add(&tags, "ttBC", 4);
		bytes_add_number(&tags, 4000, 4);
		while (tags.n < 3000)
			bam_add(&tags, (struct bam_read){.name = "trap", .pos0 = 7, .cigar = "*"});
		bytes_add_number(&tags, 0x0fffffff, 4); /* a record of 256 MB would follow */
		while (tags.n < 4008)
			bytes_add_number(&tags, 0, 1);
		bam_add(&bam, (struct bam_read){.name = "honest",
				      .pos0 = 5,
				      .cigar = "*",
				      .tags = tags.data,
				      .tags_nbytes = tags.n});
	}
	expect_all_ways(&bam, (struct bgzf_shape){.block_nbytes = 410, .level = 1}, "trap");
	bytes_free(&tags);
	bytes_free(&bam);
}

/* ---------------------------------------------------------------- what is not whole */

Test(reader, a_file_cut_at_any_byte_is_never_taken_for_a_whole_one)
{
	struct bytes bam = {0}, file;

	random_bam(&bam, 7, 12, 30);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 150, .level = 1});
	for (size_t cut = 0; cut < file.n; cut += one_in(7)) {
		struct bytes part = {file.data, cut, 0};
		char *path = temp_file(&part, ".bam");

		for (unsigned n_threads = 1; n_threads < 4; n_threads += 2) {
			struct result result =
				read_all(path, (struct how){n_threads, 2, false, false, 0, false});

			cr_assert(result.status == SPHEX_E_TRUNCATED ||
					  (cut < 12 && result.status >= SPHEX_E_FORMAT),
				"cut at %zu: %s", cut, sphex_status_name(result.status));
			cr_assert_str_eq(result.err.file, path);
			cr_assert(is_start_of(&result.got, &bam), "other records");
			bytes_free(&result.got);
		}
		temp_remove(path);
	}
	bytes_free(&file);
	bytes_free(&bam);
}

Test(reader, bam_bytes_cut_anywhere_are_truncated_or_end_with_a_record)
{
	struct bytes bam = {0};
	size_t whole;

	random_bam(&bam, 8, 4, 30);
	whole = random_bam_header_nbytes(&bam);
	for (size_t cut = 0; cut < bam.n; cut++) {
		struct bytes part = {bam.data, cut, 0}, files[3];

		if (cut >= whole && cut == whole + load_u32(bam.data + whole) + 4)
			whole = cut;
		else if (cut % one_in(7))
			continue;
		files[0] = bgzf_wrap(&part, (struct bgzf_shape){.block_nbytes = 50, .level = 1});
		files[1] = gzip_wrap(&part, 1);
		files[2] = part;
		for (size_t i = 0; i < 3; i++) {
			char *path = temp_file(&files[i], ".bam");
			struct result result =
				read_all(path, (struct how){2, 2, false, false, 0, false});

			if (cut == whole)
				cr_assert_eq(result.status, SPHEX_END, "%zu", cut);
			else if (cut < 4)
				cr_assert_eq(result.status, SPHEX_E_FORMAT, "%zu", cut);
			else
				cr_assert_eq(result.status, SPHEX_E_TRUNCATED, "%zu", cut);
			cr_assert(is_start_of(&result.got, &bam), "other records");
			bytes_free(&result.got);
			temp_remove(path);
		}
		bytes_free(&files[0]);
		bytes_free(&files[1]);
	}
	bytes_free(&bam);
}

Test(reader, a_missing_end_marker_is_an_error_unless_it_is_allowed)
{
	struct bytes bam = {0}, file;
	char *path;

	random_bam(&bam, 9, 200, 100);
	file = bgzf_wrap(
		&bam, (struct bgzf_shape){.block_nbytes = 1000, .level = 1, .no_eof = true});
	path = temp_file(&file, ".bam");
	for (unsigned n_threads = 1; n_threads <= 8; n_threads++) {
		for (int allow = 0; allow < 2; allow++) {
			struct result result =
				read_all(path, (struct how){n_threads, 3, false, allow, 0, false});

			cr_assert_eq(result.status, allow ? SPHEX_END : SPHEX_E_TRUNCATED);
			cr_assert(is_all_of(&result.got, &bam), "other records");
			cr_assert_eq(result.is_truncated, allow);
			bytes_free(&result.got);
		}
	}
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
}

Test(reader, end_markers_in_the_middle_and_joined_files_of_blocks)
{
	struct bytes bam = {0}, empty = {0}, marker, file = {0}, part;

	random_bam(&bam, 10, 300, 100);
	marker = bgzf_wrap(&empty, (struct bgzf_shape){.level = 1});
	for (size_t at = 0; at < bam.n; at += 997) {
		struct bytes piece = {bam.data + at, bam.n - at < 997 ? bam.n - at : 997, 0};

		part = bgzf_wrap(&piece, (struct bgzf_shape){.level = 1, .block_nbytes = 400});
		bytes_add(&file, part.data, part.n);
		for (size_t k = 0; k < at / 997 % 5; k++)
			bytes_add(&file, marker.data, marker.n);
		bytes_free(&part);
	}
	{
		char *path = temp_file(&file, ".bam");

		for (unsigned n_threads = 1; n_threads <= 8; n_threads++)
			for (size_t unit = 1; unit < 9; unit++)
				expect_all(path, &bam,
					(struct how){n_threads, unit, unit % 2, false, 0, false},
					"markers");
		temp_remove(path);
	}
	bytes_free(&marker);
	bytes_free(&file);
	bytes_free(&bam);
}

Test(reader, bytes_behind_the_end_marker_are_an_error)
{
	struct bytes bam = {0}, file;
	size_t end;

	random_bam(&bam, 11, 50, 100);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.level = 1});
	end = file.n;
	for (size_t i = 1; i < 40; i++) {
		struct result result;
		char *path;

		bytes_add_number(&file, 'x', 1);
		path = temp_file(&file, ".bam");
		result = read_all(
			path, (struct how){1 + (unsigned)i % 4, 1, false, false, 0, false});
		cr_assert_eq(result.status, SPHEX_E_DATA);
		cr_assert_eq(result.err.voffset, end << 16);
		bytes_free(&result.got);
		temp_remove(path);
	}
	bytes_free(&file);
	bytes_free(&bam);
}

/* ---------------------------------------------------------------- where it went wrong */

/* Start of record k. */
static size_t record_start(const struct bytes *bam, size_t k)
{
	size_t at = random_bam_header_nbytes(bam);

	for (; k > 0; k--)
		at += load_u32(bam->data + at) + 4;
	return at;
}

Test(reader, a_damaged_record_is_named_by_file_place_and_number)
{
	struct bytes bam = {0};

	random_bam(&bam, 12, 60, 100);
	for (size_t k = 0; k < 60; k += 7) {
		size_t at = record_start(&bam, k);
		uint8_t before = bam.data[at + 12];
		struct bytes file;
		char *path;

		bam.data[at + 12] = 0; /* no name */
		file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 130, .level = 1});
		bam.data[at + 12] = before;
		path = temp_file(&file, ".bam");
		for (unsigned n_threads = 1; n_threads <= 8; n_threads++) {
			for (size_t unit = 1; unit < 50; unit *= 3) {
				struct result result =
					read_all(path, (struct how){n_threads, unit, unit == 3,
							       false, unit == 9 ? 500 : 0, false});

				cr_assert_eq(result.status, SPHEX_E_DATA);
				cr_assert_str_eq(result.err.file, path);
				cr_assert_eq(result.err.record, k + 1);
				cr_assert_eq(result.err.voffset,
					(uint64_t)bgzf_block_offset(&file, at / 130) << 16 |
						at % 130);
				cr_assert(is_start_of(&result.got, &bam), "other records");
				bytes_free(&result.got);
			}
		}
		temp_remove(path);
		bytes_free(&file);
	}
	bytes_free(&bam);
}

Test(reader, a_damaged_block_is_named_by_file_place_and_the_record_it_breaks)
{
	struct bytes bam = {0}, file;

	random_bam(&bam, 13, 60, 100);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 130, .level = 1});
	for (size_t b = random_bam_header_nbytes(&bam) / 130 + 1; b < bam.n / 130; b += 5) {
		size_t crc = bgzf_block_offset(&file, b + 1) - 8, k = 0;
		char *path;

		file.data[crc] ^= 1;
		path = temp_file(&file, ".bam");
		file.data[crc] ^= 1;
		while (record_start(&bam, k + 1) <= b * 130)
			k++; /* record k is the first one that is not whole in the blocks before */
		for (unsigned n_threads = 1; n_threads <= 8; n_threads++) {
			for (size_t unit = 1; unit < 50; unit *= 3) {
				struct result result =
					read_all(path, (struct how){n_threads, unit, unit == 3,
							       false, unit == 9 ? 500 : 0, false});

				cr_assert_eq(result.status, SPHEX_E_DATA);
				cr_assert_str_eq(result.err.file, path);
				cr_assert_eq(result.err.voffset,
					(uint64_t)bgzf_block_offset(&file, b) << 16);
				cr_assert_eq(result.err.record, k + 1,
					"block %zu, %u threads, unit %zu: %lu not %zu", b,
					n_threads, unit, (unsigned long)result.err.record, k + 1);
				cr_assert(is_start_of(&result.got, &bam), "other records");
				bytes_free(&result.got);
			}
		}
		temp_remove(path);
	}
	bytes_free(&file);
	bytes_free(&bam);
}

Test(reader, an_error_stays_when_it_is_asked_for_again)
{
	struct reader_options options = {.n_threads = 2, .unit_n_blocks = 2};
	struct bytes bam = {0}, file;

	random_bam(&bam, 14, 60, 100);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 130, .level = 1});
	for (size_t i = 0; i < 4;
		i++) { /* a header or a checksum, of a unit's first or second block */
		size_t at = bgzf_block_offset(&file, 10 + i / 2) - (i % 2 ? 8 : 0);

		for (options.n_threads = 1; options.n_threads < 5; options.n_threads++) {
			struct collector c = {.parse = true};
			struct result result = {0};
			struct sphex_error again;
			struct reader *r;
			char *path;
			size_t slot;

			file.data[at] ^= 1;
			path = temp_file(&file, ".bam");
			file.data[at] ^= 1;
			cr_assert_eq(reader_open(path, &options, &r, &result.err), SPHEX_OK);
			read_on(r, &c, &result);
			cr_assert_eq(result.status, SPHEX_E_DATA);
			for (int k = 0; k < 20; k++) {
				cr_assert_eq(reader_next(r, &slot, &again), SPHEX_E_DATA);
				cr_assert_eq(again.voffset, result.err.voffset);
			}
			reader_close(r);
			for (size_t k = 0; k < MAX_SLOTS; k++)
				bytes_free(&c.slots[k]);
			bytes_free(&result.got);
			temp_remove(path);
		}
	}
	bytes_free(&file);
	bytes_free(&bam);
}

Test(reader, the_end_stays_when_it_is_asked_for_again)
{
	struct reader_options options = {.n_threads = 3, .unit_n_blocks = 2};
	struct bytes bam = {0}, files[2];

	random_bam(&bam, 15, 60, 100);
	files[0] = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 130, .level = 1});
	files[1] = gzip_wrap(&bam, 1);
	for (size_t i = 0; i < 2; i++) {
		char *path = temp_file(&files[i], ".bam");
		struct collector c = {.parse = true};
		struct result result = {0};
		struct reader *r;
		size_t slot;

		cr_assert_eq(reader_open(path, &options, &r, &result.err), SPHEX_OK);
		read_on(r, &c, &result);
		for (int k = 0; k < 3; k++)
			cr_assert_eq(reader_next(r, &slot, &result.err), SPHEX_END);
		cr_assert(is_all_of(&result.got, &bam), "records");
		reader_close(r);
		for (size_t k = 0; k < MAX_SLOTS; k++)
			bytes_free(&c.slots[k]);
		bytes_free(&result.got);
		temp_remove(path);
		bytes_free(&files[i]);
	}
	bytes_free(&bam);
}

Test(reader, a_reader_can_be_closed_at_any_time)
{
	struct bytes bam = {0}, file;
	char *path;

	random_bam(&bam, 16, 3000, 200);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 2000, .level = 1});
	path = temp_file(&file, ".bam");
	for (unsigned n_threads = 1; n_threads <= 8; n_threads++) {
		for (unsigned n_asked = 0; n_asked < 5; n_asked++) {
			struct reader_options options = {
				.n_threads = n_threads, .unit_n_blocks = 5};
			struct collector c = {.parse = false};
			struct reader_client client = {&c, collect};
			struct sphex_error err;
			struct reader *r;
			size_t slot;

			cr_assert_eq(reader_open(path, &options, &r, &err), SPHEX_OK);
			if (n_asked)
				cr_assert_eq(reader_start(r, &client, &err), SPHEX_OK);
			for (unsigned k = 1; k < n_asked; k++)
				cr_assert_eq(reader_next(r, &slot, &err), SPHEX_OK);
			reader_close(r);
			for (size_t k = 0; k < MAX_SLOTS; k++)
				bytes_free(&c.slots[k]);
		}
	}
	reader_close(NULL);
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
}

/* ---------------------------------------------------------------- reading on behind damage */

/*
 * Reads a damaged file with skip_damage. What comes must be whole records of the BAM in their
 * order: all of those that end before `good`, and of those from `again` on all (SIZE_MAX: none are
 * asked for).
 */
static void expect_rest(const struct bytes *file, const struct bytes *bam, size_t good,
	size_t again, uint64_t voffset, struct how how)
{
	char *path = temp_file(file, ".bam");
	struct result result;
	size_t at = random_bam_header_nbytes(bam), n_lost = 0, got = 0;

	how.skip_damage = how.allow_truncated = true;
	result = read_all(path, how);
	cr_assert_eq(result.status, SPHEX_END, "%u threads, units of %zu: %s", how.n_threads,
		how.unit_n_blocks, result.err.message);
	for (size_t nbytes; at < bam->n; at += nbytes) {
		nbytes = load_u32(bam->data + at) + 4;
		if (got + nbytes <= result.got.n &&
			memcmp(result.got.data + got, bam->data + at, nbytes) == 0) {
			got += nbytes;
			continue;
		}
		cr_assert(at + nbytes > good, "the record at %zu is lost, before the damage at %zu",
			at, good);
		cr_assert(at < again, "the record at %zu is lost, far behind the damage", at);
		n_lost++;
	}
	cr_assert_eq(got, result.got.n, "something that is no record, or twice");
	cr_assert(n_lost > 0, "nothing is lost");
	cr_assert(result.n_damages > 0, "%u threads, units of %zu: %zu records lost in silence",
		how.n_threads, how.unit_n_blocks, n_lost);
	cr_assert_eq(result.damage.voffset, voffset);
	cr_assert_str_eq(result.damage.file, path);
	bytes_free(&result.got);
	temp_remove(path);
}

static void expect_rest_all_ways(const struct bytes *file, const struct bytes *bam, size_t good,
	size_t again, uint64_t voffset)
{
	for (unsigned n_threads = 1; n_threads < 6; n_threads++)
		for (size_t unit = 1; unit < 40; unit += unit < 5 ? 1 : 7)
			expect_rest(file, bam, good, again, voffset,
				(struct how){.n_threads = n_threads, .unit_n_blocks = unit});
}

Test(reader, damaged_contents_cost_only_the_records_near_them)
{
	struct bytes bam = {0}, file;

	random_bam(&bam, 61, 400, 100);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 600, .level = 1});
	for (size_t b = 1; b < bam.n / 600; b += 9) {
		size_t crc = bgzf_block_offset(&file, b + 1) - 8;

		file.data[crc] ^= 1;
		expect_rest_all_ways(&file, &bam, b * 600, (b + 2) * 600,
			(uint64_t)bgzf_block_offset(&file, b) << 16);
		file.data[crc] ^= 1;
	}
	bytes_free(&file);
	bytes_free(&bam);
}

Test(reader, behind_a_damaged_block_header_nothing_is_found_and_it_is_said)
{
	struct bytes bam = {0}, file;

	random_bam(&bam, 62, 400, 100);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 600, .level = 1});
	for (size_t b = 1; b < bam.n / 600; b += 9) {
		size_t at = bgzf_block_offset(&file, b);

		file.data[at] ^= 1;
		expect_rest_all_ways(&file, &bam, b * 600, SIZE_MAX, (uint64_t)at << 16);
		file.data[at] ^= 1;
	}
	bytes_free(&file);
	bytes_free(&bam);
}

Test(reader, what_is_left_of_a_cut_file_comes_and_the_cut_is_said)
{
	struct bytes bam = {0}, file;

	random_bam(&bam, 63, 100, 100);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 600, .level = 1});
	for (size_t b = 3; b < bam.n / 600; b += 5) {
		size_t at = bgzf_block_offset(&file, b), whole = random_bam_header_nbytes(&bam);
		struct bytes part = {file.data, at + 10, 0};

		while (whole + load_u32(bam.data + whole) + 4 <= b * 600)
			whole += load_u32(bam.data + whole) + 4;
		expect_rest_all_ways(&part, &bam, b * 600, SIZE_MAX, (uint64_t)at << 16);
	}
	bytes_free(&file);
	bytes_free(&bam);
}

Test(reader, records_of_a_stream_before_its_damage_are_counted)
{
	struct bytes bam = {0}, file;
	char *path;

	random_bam(&bam, 65, 20, 100);
	bytes_add_number(&bam, 4, 4); /* of a record only its length, which is too small */
	bytes_add_number(&bam, 0, 4);
	file = gzip_wrap(&bam, 1);
	path = temp_file(&file, ".bam");
	for (size_t full = 0; full < 200; full += 100) {
		struct result result = read_all(
			path, (struct how){.n_threads = 1, .skip_damage = true, .full = full});

		cr_assert_eq(result.status, SPHEX_END);
		cr_assert_eq(result.n_damages, 1);
		cr_assert_eq(result.n_records, 20, "%zu", (size_t)result.n_records);
		bytes_free(&result.got);
	}
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
}

Test(reader, whole_files_are_read_alike_with_skip_damage)
{
	struct bytes bam = {0}, files[2];

	random_bam(&bam, 64, 400, 100);
	files[0] = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 600, .level = 1});
	files[1] = gzip_wrap(&bam, 1);
	for (size_t i = 0; i < 2 * 5; i++) {
		char *path = temp_file(&files[i / 5], ".bam");
		struct result result =
			read_all(path, (struct how){.n_threads = (unsigned)(i % 5) + 1,
					       .unit_n_blocks = 3,
					       .skip_damage = true});

		cr_assert_eq(result.status, SPHEX_END);
		cr_assert(is_all_of(&result.got, &bam), "other records");
		cr_assert_eq(result.n_damages, 0);
		bytes_free(&result.got);
		temp_remove(path);
	}
	bytes_free(&files[0]);
	bytes_free(&files[1]);
	bytes_free(&bam);
}

/* ---------------------------------------------------------------- random damage */

static void flip_bytes(struct bytes *b, struct prng *r, size_t from)
{
	for (uint64_t n = 1 + prng_below(r, 3); n > 0; n--)
		b->data[from + prng_below(r, b->n - from)] = (uint8_t)prng_next(r);
}

Test(reader, random_damage_is_met_alike_by_any_threads_and_units)
{
	static const size_t units[] = {0, 64, 1, 3, 6};
	struct prng r = {81};
	size_t n_rounds = 0, n_failed = 0;

	for (size_t round = 0; round < 400; round += one_in(7), n_rounds++) {
		struct bytes bam = {0}, file;
		struct result first = {0};
		bool skip = prng_below(&r, 2);
		char *path;

		random_bam(&bam, round, 60, 100);
		if (round % 2)
			flip_bytes(&bam, &r, random_bam_header_nbytes(&bam));
		file = bgzf_wrap(
			&bam, (struct bgzf_shape){.block_nbytes = 40 + (size_t)prng_below(&r, 900),
				      .level = 1});
		if (round % 2 == 0)
			flip_bytes(&file, &r, 0);
		path = temp_file(&file, ".bam");
		for (unsigned n_threads = 1; n_threads < 5; n_threads++) {
			struct result result =
				read_all(path, (struct how){.n_threads = n_threads,
						       .unit_n_blocks = units[n_threads],
						       .skip_damage = skip,
						       .allow_truncated = skip});

			if (n_threads == 1) {
				first = result;
				n_failed += first.status != SPHEX_END || first.n_damages;
				continue;
			}
			cr_assert_eq(result.status, first.status, "round %zu: %s", round,
				result.err.message);
			cr_assert_eq(result.got.n, first.got.n, "round %zu", round);
			cr_assert(!first.got.n ||
					  memcmp(result.got.data, first.got.data, first.got.n) == 0,
				"round %zu", round);
			cr_assert_eq(result.n_damages, first.n_damages, "round %zu", round);
			if (first.status != SPHEX_END) {
				cr_assert_str_eq(result.err.message, first.err.message);
				cr_assert(result.err.voffset == first.err.voffset &&
						  result.err.record == first.err.record,
					"place");
			}
			bytes_free(&result.got);
		}
		temp_remove(path);
		bytes_free(&first.got);
		bytes_free(&file);
		bytes_free(&bam);
	}
	cr_assert(n_failed > n_rounds / 2, "only %zu of %zu were noticed", n_failed, n_rounds);
}

/* Damage and refusals say the same and have the same records in front of them, however units are
 * cut. */
Test(reader, hands_out_all_records_before_damage)
{
	struct bytes bam = {0}, file;
	size_t third = 0;
	char *path;

	random_bam_start(&bam);
	for (unsigned i = 0; i < 5; i++) {
		size_t at =
			bam_add(&bam, (struct bam_read){.name = "r", .cigar = "4M", .seq = "ACGT"});

		third = i == 2 ? at : third;
	}
	bam.data[third + 12] = 0; /* no name */
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 40});
	path = temp_file(&file, ".bam");
	for (unsigned i = 0; i < 24; i++) {
		struct how how = {.n_threads = 1 + i % 3, .unit_n_blocks = 1 + i, .keep = i & 4};
		struct result result = read_all(path, how);
		size_t first = random_bam_header_nbytes(&bam);

		cr_assert_eq(result.status, SPHEX_E_DATA);
		cr_assert_eq(result.err.record, 3);
		cr_assert_eq(result.got.n, third - first);
		cr_assert(is_start_of(&result.got, &bam));
		cr_assert_eq(result.n_records, 2);
		bytes_free(&result.got);
	}
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
}

/* ---------------------------------------------------------------- ranges */

enum { MAX_RANGES = 30 };

/* Some ranges of the file, each from a record on; which records lie in them goes to `expected`. */
static size_t choose_ranges(struct prng *r, const struct indexed_reads *reads,
	const struct bytes *bam, struct record_range *ranges, struct bytes *expected)
{
	size_t n = 0;

	for (size_t i = 0; i < reads->n && n < MAX_RANGES; i++) {
		const struct indexed_read *read = &reads->items[i];
		uint64_t key = sort_key(read->ref_id, read->pos0);

		if (prng_below(r, 8) || (n && read->begin >> 16 < ranges[n - 1].end))
			continue;
		i += prng_below(r, 40);
		i = i < reads->n ? i : reads->n - 1;
		ranges[n++] = (struct record_range){.begin = read->begin,
			.end = (reads->items[i].end + 0xFFFF) >> 16,
			.first_least = key,
			.first_most = key + 1,
			.stop = prng_below(r, 2)
					? UINT64_MAX
					: sort_key(reads->items[i].ref_id, reads->items[i].pos0)};
	}
	for (size_t i = 0, j = 0; i < n; i++) {
		for (; j < reads->n && reads->items[j].begin >> 16 < ranges[i].end; j++) {
			const struct indexed_read *read = &reads->items[j];

			if (read->begin >= ranges[i].begin &&
				sort_key(read->ref_id, read->pos0) < ranges[i].stop)
				bytes_add(expected, bam->data + read->at, read->nbytes);
		}
	}
	return n;
}

/* Whether the records of `part` come in `whole`, in the same order. */
static bool is_subsequence(const struct bytes *part, const struct bytes *whole)
{
	size_t at = 0;

	for (size_t i = 0; i < part->n;) {
		size_t nbytes = load_u32(part->data + i) + 4;

		while (at < whole->n &&
			(load_u32(whole->data + at) + 4 != nbytes ||
				memcmp(part->data + i, whole->data + at, nbytes) != 0))
			at += load_u32(whole->data + at) + 4;
		if (at == whole->n)
			return false;
		at += nbytes;
		i += nbytes;
	}
	return true;
}

static struct result read_by_ranges(const char *path, struct how how,
	const struct record_range *ranges, size_t n, bool then_all)
{
	struct reader_options options = {.n_threads = how.n_threads,
		.unit_n_blocks = how.unit_n_blocks,
		.keep_units = how.keep};
	struct collector c = {.full = how.full, .parse = true};
	struct result result = {0};
	struct reader *r;

	cr_assert_eq(reader_open(path, &options, &r, &result.err), SPHEX_OK);
	reader_set_ranges(r, ranges, n);
	read_on(r, &c, &result);
	cr_assert(result.status != SPHEX_END ||
		  (reader_bytes_done(r) <= reader_bytes_total(r) && !reader_is_truncated(r)));
	if (then_all) {
		bytes_free(&result.got);
		result = (struct result){0};
		reader_rewind(r);
		read_on(r, &c, &result);
		cr_assert_eq(reader_bytes_done(r), reader_bytes_total(r));
	}
	reader_close(r);
	for (size_t i = 0; i < MAX_SLOTS; i++)
		bytes_free(&c.slots[i]);
	return result;
}

Test(reader, ranges_give_their_records_and_all_after_a_rewind)
{
	static const size_t units[] = {1, 2, 5, 64};
	struct bytes bam = {0}, records;
	struct prng r = {11};

	random_spliced_bam(&bam, 4, 600);
	records = (struct bytes){.data = bam.data + random_bam_header_nbytes(&bam),
		.n = bam.n - random_bam_header_nbytes(&bam)};
	for (size_t shape = 0; shape < 6; shape++) {
		struct bytes file =
			bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = shape % 3 ? 900 : 150,
						.level = 1,
						.whole_records = shape % 2,
						.empty_blocks = shape > 3});
		struct indexed_reads reads = indexed_reads_of(&bam, &file);
		char *path = temp_file(&file, ".bam");

		for (size_t i = 0; i < 16; i++) {
			struct how how = {1 + (unsigned)i % 4, units[i / 4], i % 3 == 0, false,
				i % 5 ? 0 : 500, false};
			struct record_range ranges[MAX_RANGES];
			struct bytes expected = {0};
			size_t n = choose_ranges(&r, &reads, &bam, ranges, &expected);
			struct result got = read_by_ranges(path, how, ranges, n, false);
			struct result all = read_by_ranges(path, how, ranges, n, true);

			cr_assert_eq(got.status, SPHEX_END, "%s", got.err.message);
			cr_assert(is_subsequence(&expected, &got.got), "records are missing");
			cr_assert(is_subsequence(&got.got, &records),
				"records twice, or out of order");
			cr_assert(got.got.n < bam.n);
			cr_assert(all.status == SPHEX_END && is_all_of(&all.got, &bam));
			bytes_free(&expected);
			bytes_free(&got.got);
			bytes_free(&all.got);
		}
		temp_remove(path);
		indexed_reads_free(&reads);
		bytes_free(&file);
	}
	bytes_free(&bam);
}

/* Behind the range comes nothing or, where that does not share its last block, one more record. */
Test(reader, ranges_that_do_not_reach_what_they_have_to_fail)
{
	struct bytes bam = {0}, file;
	struct indexed_reads reads;
	char *path;

	random_spliced_bam(&bam, 7, 300);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 700, .level = 1});
	reads = indexed_reads_of(&bam, &file);
	path = temp_file(&file, ".bam");
	for (size_t i = 1; i + 40 < reads.n; i += 3) {
		size_t behind = i + i % 20;
		uint64_t end = (reads.items[behind].begin >> 16) + 1, key;
		struct record_range ranges[] = {
			{reads.items[i].begin, end, 0, UINT64_MAX, UINT64_MAX, 0},
			{reads.items[reads.n - 1].begin, file.n, 0, UINT64_MAX, UINT64_MAX, 0}};

		while (behind < reads.n && reads.items[behind].begin >> 16 < end)
			behind++;
		key = sort_key(reads.items[behind - 1].ref_id, reads.items[behind - 1].pos0);
		for (uint64_t more = 0; more < 2; more++) {
			struct how how = {
				.n_threads = 1 + (unsigned)i / 2 % 2, .unit_n_blocks = 1 + i % 3};
			struct result got;

			ranges[0].reach = key + more;
			got = read_by_ranges(path, how, ranges, 1 + (i % 4 < 2), false);
			cr_assert_eq(got.status, more ? SPHEX_E_DATA : SPHEX_END, "record %zu", i);
			bytes_free(&got.got);
		}
	}
	temp_remove(path);
	indexed_reads_free(&reads);
	bytes_free(&file);
	bytes_free(&bam);
}

Test(reader, ranges_that_do_not_begin_as_they_say_fail)
{
	struct bytes bam = {0}, file;
	struct indexed_reads reads;
	char *path;

	random_spliced_bam(&bam, 6, 200);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 900, .level = 1});
	reads = indexed_reads_of(&bam, &file);
	path = temp_file(&file, ".bam");
	for (size_t i = 1; i < 40; i++) {
		const struct indexed_read *read = &reads.items[i];
		uint64_t key = sort_key(read->ref_id, read->pos0);
		uint64_t block = read->begin >> 16;
		struct record_range wrong[] = {
			{read->begin, block + 1, key + 1, key + 9, UINT64_MAX, 0},
			{read->begin, block + 1, key - 9, key, UINT64_MAX, 0},
			{read->begin + 1, block + 1, 0, UINT64_MAX, UINT64_MAX, 0},
			{read->begin + (1 << 16), block + 2, 0, UINT64_MAX, UINT64_MAX, 0},
			{(uint64_t)file.n << 16, file.n + 1, 0, UINT64_MAX, UINT64_MAX, 0},
			{read->begin, block + 1, key, key + 1, UINT64_MAX, UINT64_MAX}};

		for (size_t j = 0; j < sizeof(wrong) / sizeof(*wrong); j++) {
			struct result got = read_by_ranges(path,
				(struct how){.n_threads = 1 + (unsigned)i % 2, .unit_n_blocks = 3},
				&wrong[j], 1, false);

			cr_assert(got.status == SPHEX_E_DATA || got.status == SPHEX_E_TRUNCATED ||
					  got.status == SPHEX_E_LIMIT,
				"record %zu, case %zu: status %d", i, j, (int)got.status);
			bytes_free(&got.got);
		}
	}
	temp_remove(path);
	indexed_reads_free(&reads);
	bytes_free(&file);
	bytes_free(&bam);
}
