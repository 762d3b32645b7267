/* One unit: its records, whole, whatever blocks they lie in; and where it says that it stands. */
#include <criterion/criterion.h>

#include <string.h>

#include "bam/unit.h"
#include "tests/support/random_bam.h"

struct place {
	size_t start, nbytes;
};

/* Where the records of the BAM lie. */
struct places {
	struct place items[5000];
	size_t n;
};

static struct places find_places(const struct bytes *bam)
{
	struct places p = {.n = 0};

	for (size_t at = random_bam_header_nbytes(bam); at < bam->n; p.n++) {
		cr_assert(p.n < 5000, "too many records");
		p.items[p.n] = (struct place){at, load_u32(bam->data + at) + 4};
		at += p.items[p.n].nbytes;
	}
	return p;
}

/* Inflated bytes in front of block k when all blocks but the last are full. */
struct opened {
	struct bytes file;
	char *path;
	struct input *in;
	struct unit unit;
};

static struct opened open_unit(const struct bytes *bam, struct bgzf_shape shape)
{
	struct opened o = {.file = bgzf_wrap(bam, shape)};
	struct sphex_error err;

	o.path = temp_file(&o.file, ".bam");
	cr_assert_eq(input_open(o.path, &o.in, &err), SPHEX_OK);
	cr_assert_eq(unit_init(&o.unit, o.in, NULL, &err), SPHEX_OK);
	return o;
}

static void close_unit(struct opened *o)
{
	unit_free(&o->unit);
	input_close(o->in);
	temp_remove(o->path);
	bytes_free(&o->file);
}

/* The virtual offset of an inflated place, by what unit_tell() promises for ends of blocks. */
static uint64_t voffset_of(const struct bytes *file, size_t block_nbytes, size_t at)
{
	return (uint64_t)bgzf_block_offset(file, at / block_nbytes) << 16 | at % block_nbytes;
}

static void expect_next(struct unit *u, const struct bytes *bam, struct place place)
{
	struct sphex_error err;
	const uint8_t *bytes;
	size_t nbytes;

	cr_assert_eq(unit_next(u, &bytes, &nbytes, &err), SPHEX_OK, "%s", err.message);
	cr_assert_eq(nbytes, place.nbytes);
	cr_assert(memcmp(bytes, bam->data + place.start, nbytes) == 0, "other bytes at %zu",
		place.start);
}

static void expect_end(struct unit *u)
{
	struct sphex_error err;
	const uint8_t *bytes;
	size_t nbytes;

	for (int i = 0; i < 2; i++) {
		cr_assert_eq(unit_next(u, &bytes, &nbytes, &err), SPHEX_END);
		cr_assert(u->finished, "not finished");
	}
}

Test(unit, records_are_those_that_start_in_its_blocks)
{
	static const size_t block_sizes[] = {40, 100, 333, 5000};
	struct bytes bam = {0};
	struct places places;

	random_bam(&bam, 1, 60, 150);
	places = find_places(&bam);
	for (size_t i = 0; i < 4 * 2; i++) {
		size_t size = block_sizes[i / 2], n_blocks = (bam.n + size - 1) / size;
		struct opened o =
			open_unit(&bam, (struct bgzf_shape){.block_nbytes = size, .level = 1});
		size_t k = 0;

		for (size_t from = random_bam_header_nbytes(&bam) / size, to; from < n_blocks;
			from = to) {
			size_t end, n_before = k;

			to = from + 3 < n_blocks ? from + 3 : n_blocks;
			end = to < n_blocks ? to * size : bam.n;
			unit_set_range(&o.unit, bgzf_block_offset(&o.file, from),
				bgzf_block_offset(&o.file, to));
			o.unit.keep = i % 2;
			if (k < places.n && places.items[k].start < end) {
				struct sphex_error err;

				cr_assert_eq(
					unit_start_at(&o.unit,
						voffset_of(&o.file, size, places.items[k].start),
						&err),
					SPHEX_OK);
				while (k < places.n && places.items[k].start < end)
					expect_next(&o.unit, &bam, places.items[k++]);
				expect_end(&o.unit);
				cr_assert_eq(o.unit.n_records, k - n_before);
				if (k < places.n)
					cr_assert_eq(unit_tell(&o.unit),
						voffset_of(&o.file, size, places.items[k].start));
			}
		}
		cr_assert_eq(k, places.n);
		close_unit(&o);
	}
	bytes_free(&bam);
}

Test(unit, tell_names_the_place_of_the_next_record)
{
	struct bytes bam = {0};
	struct places places;

	random_bam(&bam, 2, 40, 150);
	places = find_places(&bam);
	for (size_t size = 30; size < 400; size += 31) {
		for (int keep = 0; keep < 2; keep++) {
			struct opened o = open_unit(
				&bam, (struct bgzf_shape){.block_nbytes = size, .level = 1});
			struct sphex_error err;

			unit_set_range(&o.unit, 0, o.file.n);
			o.unit.keep = keep;
			cr_assert_eq(
				unit_start_at(&o.unit,
					voffset_of(&o.file, size, places.items[0].start), &err),
				SPHEX_OK);
			for (size_t k = 0; k < places.n; k++) {
				/* nothing has been read yet: the first record is in the middle of a
				 * block or at its start */
				cr_assert_eq(unit_tell(&o.unit),
					voffset_of(&o.file, size, places.items[k].start),
					"record %zu", k);
				expect_next(&o.unit, &bam, places.items[k]);
				if (k % 3 == 0)
					unit_drop_read(&o.unit);
			}
			expect_end(&o.unit);
			close_unit(&o);
		}
	}
	bytes_free(&bam);
}

Test(unit, a_record_is_told_by_the_block_that_has_its_start)
{
	struct bytes bam = {0};
	struct places places;

	random_bam(&bam, 2, 40, 150);
	places = find_places(&bam);
	for (size_t i = 0; i < 2 * 12; i++) {
		size_t size = 30 + i / 2 * 31, n_blocks = 1 + i % 2; /* of them one is empty */
		struct bgzf_shape shape = {
			.block_nbytes = size, .level = 1, .empty_blocks = i % 2, .no_eof = true};
		struct opened o = open_unit(&bam, shape);
		struct sphex_error err;

		unit_set_range(&o.unit, 0, o.file.n);
		for (size_t k = 0; k < places.n; k++) {
			size_t start = places.items[k].start;
			uint64_t voffset =
				(uint64_t)bgzf_block_offset(&o.file, n_blocks * (start / size))
					<< 16 |
				start % size;

			if (k == 0)
				cr_assert_eq(unit_start_at(&o.unit, voffset, &err), SPHEX_OK);
			expect_next(&o.unit, &bam, places.items[k]);
			cr_assert_eq(unit_tell_record(&o.unit, places.items[k].nbytes), voffset,
				"record %zu of %zu", k + 1, places.n);
		}
		close_unit(&o);
	}
	bytes_free(&bam);
}

Test(unit, empty_blocks_change_nothing)
{
	struct bytes bam = {0};
	struct places places;

	random_bam(&bam, 3, 50, 150);
	places = find_places(&bam);
	for (size_t size = 50; size < 500; size += 75) {
		struct opened o = open_unit(
			&bam, (struct bgzf_shape){
				      .block_nbytes = size, .level = 1, .empty_blocks = true});
		size_t first = random_bam_header_nbytes(&bam);
		struct sphex_error err;

		unit_set_range(&o.unit, 0, o.file.n);
		cr_assert_eq(
			unit_start_at(&o.unit,
				(uint64_t)bgzf_block_offset(&o.file, 2 * (first / size)) << 16 |
					first % size,
				&err),
			SPHEX_OK);
		for (size_t k = 0; k < places.n; k++) {
			uint64_t told = unit_tell(&o.unit);
			struct unit again = {0};

			expect_next(&o.unit, &bam, places.items[k]);
			/* the place told may be that of an empty block, but it leads to the same
			 * record */
			cr_assert_eq(unit_init(&again, o.in, NULL, &err), SPHEX_OK);
			unit_set_range(&again, told >> 16, o.file.n);
			cr_assert_eq(unit_start_at(&again, told, &err), SPHEX_OK);
			expect_next(&again, &bam, places.items[k]);
			unit_free(&again);
		}
		expect_end(&o.unit);
		close_unit(&o);
	}
	bytes_free(&bam);
}

Test(unit, of_empty_blocks_a_unit_reads_no_more_than_its_own)
{
	struct bytes bam = {0}, nothing = {0};
	struct opened o;
	struct sphex_error err;
	struct bytes marker = bgzf_wrap(&nothing, (struct bgzf_shape){.level = 1});
	const uint8_t *bytes;
	size_t nbytes, begin;

	random_bam_start(&bam);
	o = open_unit(&bam, (struct bgzf_shape){.level = 1});
	begin = o.file.n;
	for (int i = 0; i < 1000; i++)
		bytes_add(&o.file, marker.data, marker.n);
	input_close(o.in);
	temp_remove(o.path);
	o.path = temp_file(&o.file, ".bam");
	cr_assert_eq(input_open(o.path, &o.in, &err), SPHEX_OK);
	o.unit.blocks.in = o.in;
	unit_set_range(&o.unit, begin, begin + 10 * marker.n);
	cr_assert_eq(unit_next(&o.unit, &bytes, &nbytes, &err), SPHEX_END);
	cr_assert_eq(o.unit.blocks.offset, begin + 10 * marker.n, "read on to %zu",
		(size_t)o.unit.blocks.offset);
	bytes_free(&marker);
	bytes_free(&bam);
	close_unit(&o);
}

Test(unit, dropping_what_was_read_does_not_move_the_unit_s_end)
{
	struct bytes bam = {0};
	struct places places;

	random_bam(&bam, 4, 50, 150);
	places = find_places(&bam);
	for (size_t size = 50; size < 400; size += 7) {
		struct opened o =
			open_unit(&bam, (struct bgzf_shape){.block_nbytes = size, .level = 1});
		size_t end = 4 * size + random_bam_header_nbytes(&bam) / size * size, k = 0;
		struct sphex_error err;

		/* the last record ends behind the unit, and is dropped before the unit knows that
		 * it is finished */
		unit_set_range(&o.unit, 0, bgzf_block_offset(&o.file, end / size));
		o.unit.keep = true;
		cr_assert_eq(unit_start_at(&o.unit,
				     voffset_of(&o.file, size, places.items[0].start), &err),
			SPHEX_OK);
		for (; places.items[k].start < end; k++) {
			expect_next(&o.unit, &bam, places.items[k]);
			unit_drop_read(&o.unit);
		}
		expect_end(&o.unit);
		cr_assert_eq(unit_tell(&o.unit), voffset_of(&o.file, size, places.items[k].start));
		close_unit(&o);
	}
	bytes_free(&bam);
}

Test(unit, dropping_what_was_read_does_not_move_the_place_that_is_told)
{
	struct bytes bam = {0};
	struct places places;
	struct sphex_error err;
	struct opened o;

	random_bam(&bam, 4, 50, 150);
	places = find_places(&bam);
	o = open_unit(&bam, (struct bgzf_shape){.block_nbytes = 300,
				    .level = 1,
				    .whole_records = true,
				    .empty_blocks = true});
	unit_set_range(&o.unit, 0, o.file.n);
	o.unit.keep = true;
	cr_assert_eq(unit_start_at(&o.unit, 0, &err), SPHEX_OK);
	while (o.unit.to < places.items[0].start)
		cr_assert_eq(unit_more(&o.unit, &err), SPHEX_OK);
	o.unit.from = places.items[0].start;
	for (size_t k = 0; k + 1 < places.n; k++) {
		uint64_t told;

		expect_next(&o.unit, &bam, places.items[k]);
		if (o.unit.from == o.unit.to) /* an empty block comes along */
			cr_assert_eq(unit_more(&o.unit, &err), SPHEX_OK);
		told = unit_tell(&o.unit);
		unit_drop_read(&o.unit);
		cr_assert_eq(unit_tell(&o.unit), told, "behind record %zu", k + 1);
	}
	close_unit(&o);
	bytes_free(&bam);
}

Test(unit, kept_records_stay_where_they_are)
{
	struct bytes bam = {0};
	struct places places;
	struct opened o;
	struct sphex_error err;
	size_t offsets[50];

	random_bam(&bam, 5, 50, 150);
	places = find_places(&bam);
	o = open_unit(&bam, (struct bgzf_shape){.block_nbytes = 70, .level = 1});
	unit_set_range(&o.unit, 0, o.file.n);
	o.unit.keep = true;
	cr_assert_eq(unit_start_at(&o.unit, voffset_of(&o.file, 70, places.items[0].start), &err),
		SPHEX_OK);
	for (size_t k = 0; k < places.n; k++) {
		offsets[k] = o.unit.from;
		expect_next(&o.unit, &bam, places.items[k]);
	}
	for (size_t k = 0; k < places.n; k++)
		cr_assert(memcmp(o.unit.data + offsets[k], bam.data + places.items[k].start,
				  places.items[k].nbytes) == 0,
			"record %zu", k);
	close_unit(&o);
	bytes_free(&bam);
}

Test(unit, without_keep_the_buffer_stays_small)
{
	struct bytes bam = {0};
	struct places places;
	struct opened o;
	struct sphex_error err;

	random_bam(&bam, 6, 4000, 1500);
	places = find_places(&bam);
	o = open_unit(&bam, (struct bgzf_shape){.level = 1});
	unit_set_range(&o.unit, 0, o.file.n);
	cr_assert_eq(
		unit_start_at(&o.unit, voffset_of(&o.file, 65280, places.items[0].start), &err),
		SPHEX_OK);
	for (size_t k = 0; k < places.n; k++)
		expect_next(&o.unit, &bam, places.items[k]);
	cr_assert(bam.n > 2 << 20 && o.unit.cap <= 256 << 10, "%zu", o.unit.cap);
	cr_assert(o.unit.marks_cap <= 16, "%zu marks", o.unit.marks_cap);
	close_unit(&o);
	bytes_free(&bam);
}

Test(unit, a_file_cut_inside_a_record_says_which)
{
	struct bytes bam = {0}, part;
	struct places places;

	random_bam(&bam, 7, 5, 50);
	places = find_places(&bam);
	for (size_t cut = places.items[3].start + 1; cut < places.items[4].start; cut++) {
		struct sphex_error err;
		const uint8_t *bytes;
		struct opened o;
		size_t nbytes;

		part = (struct bytes){bam.data, cut, 0};
		o = open_unit(&part, (struct bgzf_shape){.block_nbytes = 64, .level = 1});
		unit_set_range(&o.unit, 0, o.file.n);
		cr_assert_eq(unit_start_at(
				     &o.unit, voffset_of(&o.file, 64, places.items[0].start), &err),
			SPHEX_OK);
		for (size_t k = 0; k < 3; k++)
			expect_next(&o.unit, &bam, places.items[k]);
		cr_assert_eq(unit_next(&o.unit, &bytes, &nbytes, &err), SPHEX_E_TRUNCATED);
		cr_assert_eq(err.voffset, voffset_of(&o.file, 64, places.items[3].start));
		close_unit(&o);
	}
	bytes_free(&bam);
}

Test(unit, a_record_length_beyond_reason_is_refused_at_once)
{
	static const uint32_t lengths[] = {(256u << 20) - 3, 0x7fffffff, 0x80000000, 0xffffffff};

	for (size_t i = 0; i < 4; i++) {
		struct sphex_error err;
		const uint8_t *bytes;
		struct bytes data = {0};
		struct opened o;
		size_t nbytes;

		bytes_add_number(&data, lengths[i], 4);
		bytes_add(&data, "0123456789", 10);
		o = open_unit(&data, (struct bgzf_shape){.level = 1});
		unit_set_range(&o.unit, 0, o.file.n);
		cr_assert_eq(unit_start_at(&o.unit, 0, &err), SPHEX_OK);
		cr_assert_eq(unit_next(&o.unit, &bytes, &nbytes, &err), SPHEX_E_LIMIT);
		cr_assert_eq(err.voffset, 0);
		close_unit(&o);
		bytes_free(&data);
	}
}

Test(unit, a_start_behind_its_block_is_refused)
{
	struct bytes bam = {0};
	struct opened o;
	struct sphex_error err;

	random_bam(&bam, 8, 5, 50);
	o = open_unit(&bam, (struct bgzf_shape){.level = 1});
	unit_set_range(&o.unit, 0, o.file.n);
	cr_assert_eq(unit_start_at(&o.unit, bam.n + 1, &err), SPHEX_E_TRUNCATED);
	unit_set_range(&o.unit, 0, o.file.n);
	cr_assert_eq(unit_start_at(&o.unit, (uint64_t)o.file.n << 16 | 1, &err), SPHEX_E_TRUNCATED);
	close_unit(&o);
	bytes_free(&bam);
}

/* ---------------------------------------------------------------- guesses */

Test(unit, a_block_that_begins_with_records_is_guessed_right)
{
	struct bytes bam = {0};
	struct places places;
	struct opened o;
	struct sphex_error err;
	size_t n_blocks = 0, k = 0;

	random_bam(&bam, 9, 500, 150);
	places = find_places(&bam);
	o = open_unit(
		&bam, (struct bgzf_shape){.block_nbytes = 2000, .whole_records = true, .level = 1});
	while (bgzf_block_offset(&o.file, n_blocks) + BGZF_EOF_NBYTES < o.file.n)
		n_blocks++;
	for (size_t b = 1; b < n_blocks; b++) { /* block 0 is the header's */
		unit_set_range(
			&o.unit, bgzf_block_offset(&o.file, b), bgzf_block_offset(&o.file, b + 1));
		cr_assert_eq(unit_guess_start(&o.unit, RANDOM_N_REFS, &err), SPHEX_OK);
		cr_assert_eq(unit_tell(&o.unit), (uint64_t)bgzf_block_offset(&o.file, b) << 16);
		while (!o.unit.finished) {
			const uint8_t *bytes;
			size_t nbytes;

			if (unit_next(&o.unit, &bytes, &nbytes, &err) == SPHEX_END)
				break;
			cr_assert_eq(nbytes, places.items[k].nbytes);
			k++;
		}
	}
	cr_assert_eq(k, places.n);
	close_unit(&o);
	bytes_free(&bam);
}

Test(unit, a_block_that_begins_inside_a_record_is_searched)
{
	struct bytes bam = {0};
	struct places places;
	struct opened o;
	struct sphex_error err;
	size_t n_right = 0, n_blocks;

	random_bam(&bam, 10, 500, 150);
	places = find_places(&bam);
	o = open_unit(&bam, (struct bgzf_shape){.block_nbytes = 3000, .level = 1});
	n_blocks = bam.n / 3000;
	for (size_t b = 1; b < n_blocks; b++) {
		size_t k = 0;

		while (places.items[k].start < b * 3000)
			k++;
		unit_set_range(
			&o.unit, bgzf_block_offset(&o.file, b), bgzf_block_offset(&o.file, b + 1));
		if (unit_guess_start(&o.unit, RANDOM_N_REFS, &err) == SPHEX_OK)
			n_right += unit_tell(&o.unit) ==
				   voffset_of(&o.file, 3000, places.items[k].start);
	}
	cr_assert(n_blocks > 20 && n_right + 1 >= n_blocks - 1, "%zu of %zu", n_right, n_blocks);
	close_unit(&o);
	bytes_free(&bam);
}

Test(unit, where_no_record_begins_none_is_guessed)
{
	struct bytes bam = {0};
	struct prng r = {11};
	struct opened o;
	struct sphex_error err;

	random_bam_start(&bam);
	random_bam_add(&bam, &r, 0, 5, 100000);
	for (size_t i = 0; i < 500000; i++)
		bytes_add_number(&bam, 0xFF, 1);
	o = open_unit(&bam, (struct bgzf_shape){.level = 1});
	unit_set_range(&o.unit, bgzf_block_offset(&o.file, 3), bgzf_block_offset(&o.file, 5));
	cr_assert_eq(unit_guess_start(&o.unit, RANDOM_N_REFS, &err), SPHEX_END);
	unit_set_range(&o.unit, o.file.n, o.file.n);
	cr_assert_eq(unit_guess_start(&o.unit, RANDOM_N_REFS, &err), SPHEX_END);
	close_unit(&o);
	bytes_free(&bam);
}

Test(unit, a_long_chain_of_records_is_enough_for_a_guess)
{
	struct bytes bam = {0};
	struct opened o;
	struct sphex_error err;
	size_t first;

	/* many records, and then bytes that break every chain */
	random_bam_start(&bam);
	first = bam.n;
	for (int i = 0; i < 1000; i++)
		bam_add(&bam, (struct bam_read){.name = "r", .cigar = "*"});
	for (int i = 0; i < 100; i++)
		bytes_add_number(&bam, 0xFF, 1);
	o = open_unit(&bam, (struct bgzf_shape){.level = 1});
	unit_set_range(&o.unit, 0, o.file.n);
	cr_assert_eq(unit_guess_start(&o.unit, RANDOM_N_REFS, &err), SPHEX_OK);
	cr_assert_eq(unit_tell(&o.unit), first);
	close_unit(&o);
	bytes_free(&bam);
}
