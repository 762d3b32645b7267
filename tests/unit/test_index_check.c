/*
 * An index that is not this BAM's, or not any more, is found out before a record is lost: by
 * index_parse(), by index_check() or by the reader.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "bam/index_check.h"
#include "bam/index_plan.h"
#include "tests/support/index_builder.h"
#include "tests/support/one_in.h"

enum { N_PLACES = 16, MAX_SLOTS = 16, MAX_RECORDS = 4000 };

/* A BAM file, its records, and targets. */
struct setting {
	struct bytes bam, file;
	char *path;
	struct indexed_reads reads;
	uint32_t pos0[RANDOM_N_REFS], begins[RANDOM_N_REFS + 1];
};

static struct setting setting_new(uint64_t seed, size_t n_records, int level)
{
	struct setting s = {0};
	struct prng r = {seed};

	random_spliced_bam(&s.bam, seed, n_records);
	s.file = bgzf_wrap(&s.bam, (struct bgzf_shape){.block_nbytes = 700, .level = level});
	s.path = temp_file(&s.file, ".bam");
	s.reads = indexed_reads_of(&s.bam, &s.file);
	for (uint32_t i = 0; i < RANDOM_N_REFS; i++) {
		const struct indexed_read *read;

		for (size_t tries = 0; tries < 1000; tries++) {
			read = &s.reads.items[prng_below(&r, s.reads.n)];
			if (read->ref_id == (int32_t)i && !read->unmapped)
				s.pos0[i] = (uint32_t)read->pos0;
		}
		s.begins[i + 1] = i + 1;
	}
	return s;
}

static void setting_free(struct setting *s)
{
	indexed_reads_free(&s->reads);
	temp_remove(s->path);
	bytes_free(&s->file);
	bytes_free(&s->bam);
}

/* What was read of each slot, and of all: names of records are their places in the file. */
struct seen {
	uint64_t keys[MAX_SLOTS][MAX_RECORDS];
	size_t n[MAX_SLOTS];
	uint64_t n_covering;
	const struct setting *setting;
};

static enum sphex_status collect(
	void *user, size_t slot, struct unit *unit, struct sphex_error *err)
{
	struct seen *seen = user;
	const uint8_t *bytes;
	size_t nbytes;
	enum sphex_status status;

	seen->n[slot] = 0;
	while (!(status = unit_next(unit, &bytes, &nbytes, err))) {
		struct record r;
		int64_t end;

		if (record_parse(bytes, nbytes, RANDOM_N_REFS, &r, err))
			return unit_refuse(unit, nbytes, err);
		unit->last_key = sort_key(r.ref_id, r.pos0);
		end = record_end0(&r, record_cigar_span(&r));
		if (r.ref_id >= 0 && !(r.flags & FLAG_UNMAPPED) &&
			r.pos0 <= (int64_t)seen->setting->pos0[r.ref_id] &&
			end > (int64_t)seen->setting->pos0[r.ref_id])
			seen->n[slot]++;
	}
	return status == SPHEX_END ? SPHEX_OK : status;
}

static enum sphex_status read_ranges(
	struct reader *r, const struct index_plan *plan, struct seen *seen, struct sphex_error *err)
{
	struct reader_client client = {seen, collect};
	enum sphex_status status;
	size_t slot;

	reader_set_ranges(r, plan->ranges, plan->n);
	status = reader_start(r, &client, err);
	while (!status && !(status = reader_next(r, &slot, err)))
		seen->n_covering += seen->n[slot];
	return status == SPHEX_END ? SPHEX_OK : status;
}

/* Reads by the index; *n_covering when that went well. */
static enum sphex_status read_by(const struct setting *s, const struct bytes *built,
	uint64_t *n_covering, struct sphex_error *err)
{
	struct reader_options options = {.n_threads = 1, .unit_n_blocks = 4};
	struct index_targets targets = {s->pos0, s->begins, 1, false};
	static struct seen seen;
	struct bam_index index = {0};
	struct index_plan plan = {0};
	struct reader *r;
	enum sphex_status status;

	seen = (struct seen){.setting = s};
	cr_assert_eq(reader_open(s->path, &options, &r, err), SPHEX_OK, "%s", err->message);
	status = index_parse(
		built->data, built->n, reader_header(r), reader_first_record(r), &index, err);
	if (!status)
		status = index_plan_make(&index, &targets, 0, &plan, err);
	if (!status)
		status = index_check(&index, &plan, N_PLACES, r, err);
	if (!status)
		status = read_ranges(r, &plan, &seen, err);
	*n_covering = seen.n_covering;
	reader_close(r);
	index_plan_free(&plan);
	index_free(&index);
	return status;
}

/* True when the index is believed; then nothing may be missing. */
static bool is_believed(const struct setting *s, const struct bytes *built, uint64_t n_covering,
	const char *what, size_t which)
{
	struct sphex_error err;
	uint64_t n;
	enum sphex_status status = read_by(s, built, &n, &err);

	cr_assert(status || n == n_covering, "%s %zu: %llu of %llu records", what, which,
		(unsigned long long)n, (unsigned long long)n_covering);
	return status == SPHEX_OK;
}

static uint64_t count_covering(const struct setting *s)
{
	uint64_t n = 0;

	for (size_t i = 0; i < s->reads.n; i++) {
		const struct indexed_read *r = &s->reads.items[i];

		n += r->ref_id >= 0 && !r->unmapped && r->pos0 <= (int64_t)s->pos0[r->ref_id] &&
		     r->end0 > (int64_t)s->pos0[r->ref_id];
	}
	return n;
}

Test(index_check, the_right_index_is_believed)
{
	for (uint64_t seed = 0; seed < 40; seed++) {
		struct setting s = setting_new(seed, 200 + seed * 10, seed % 2);
		uint64_t n = count_covering(&s);

		cr_assert(n >= RANDOM_N_REFS);
		for (int kind = BUILT_BAI; kind <= BUILT_CSI; kind++) {
			struct bytes built = index_of(&s.reads, (enum built_index)kind);

			cr_assert(is_believed(&s, &built, n, "seed", seed));
			bytes_free(&built);
		}
		setting_free(&s);
	}
}

Test(index_check, no_bit_that_is_wrong_loses_a_record)
{
	for (int kind = BUILT_BAI; kind <= BUILT_CSI; kind++) {
		struct setting s = setting_new(3, 150, 1);
		struct bytes built = index_of(&s.reads, (enum built_index)kind);
		uint64_t n = count_covering(&s);
		size_t n_believed = 0;

		for (size_t bit = 0; bit < built.n * 8;
			bit += (kind == BUILT_CSI ? 3 : 1) * one_in(7)) {
			built.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
			n_believed += is_believed(&s, &built, n, "bit", bit);
			built.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		/* bits of a chunk's end, or of a window without targets, do no harm */
		cr_assert(n_believed < built.n * 8 / 2, "%zu of %zu bits", n_believed, built.n * 8);
		bytes_free(&built);
		setting_free(&s);
	}
}

Test(index_check, an_index_cut_anywhere_is_refused)
{
	struct setting s = setting_new(4, 150, 1);

	for (int kind = BUILT_BAI; kind <= BUILT_CSI; kind++) {
		struct bytes built = index_of(&s.reads, (enum built_index)kind);
		struct sphex_error err;
		size_t whole = built.n;
		uint64_t n;

		for (built.n = 0; built.n < whole; built.n++)
			cr_assert_eq(read_by(&s, &built, &n, &err), SPHEX_E_DATA);
		bytes_free(&built);
	}
	setting_free(&s);
}

/* Files of the same length, with blocks and records at the same places, are the hardest to tell. */
Test(index_check, the_index_of_another_bam_is_refused)
{
	size_t n_believed = 0, n_refused = 0;

	for (uint64_t seed = 0; seed < 60; seed++) {
		struct setting s = setting_new(seed, 400, (int)(seed % 2));
		struct setting other = setting_new(seed + 1000, 400, (int)(seed % 2));

		for (int kind = BUILT_BAI; kind <= BUILT_CSI; kind++) {
			struct bytes built = index_of(&other.reads, (enum built_index)kind);
			bool believed =
				is_believed(&s, &built, count_covering(&s), "seed", (size_t)seed);

			n_believed += believed;
			n_refused += !believed;
			bytes_free(&built);
		}
		setting_free(&s);
		setting_free(&other);
	}
	cr_assert(n_refused > 0 && n_believed == 0, "%zu believed, %zu refused", n_believed,
		n_refused);
}

/* Its end is cut off, but for the marker. */
Test(index_check, the_index_of_a_longer_file_is_refused)
{
	struct setting s = setting_new(9, 400, 1), shorter = s;
	struct bytes built = index_of(&s.reads, BUILT_BAI),
		     marker = bgzf_wrap(&(struct bytes){0}, (struct bgzf_shape){0});

	for (size_t i = 3; i < s.reads.n; i += 17) {
		struct bytes part = {0};
		struct sphex_error err;
		uint64_t n;

		bytes_add(&part, s.file.data, s.reads.items[i].begin >> 16);
		bytes_add(&part, marker.data, marker.n);
		shorter.path = temp_file(&part, ".bam");
		if (s.reads.items[i].ref_id >= 0 &&
			s.reads.items[i].begin > s.reads.first + (1 << 16))
			cr_assert(read_by(&shorter, &built, &n, &err), "cut at record %zu", i);
		temp_remove(shorter.path);
		bytes_free(&part);
	}
	bytes_free(&marker);
	bytes_free(&built);
	setting_free(&s);
}

/* As of a file that was indexed before it was complete, or that has lost its end. */
Test(index_check, the_index_of_a_part_is_refused)
{
	struct setting s = setting_new(7, 400, 1);
	struct indexed_reads part = s.reads;
	struct sphex_error err;
	uint64_t n;

	for (part.n = 0; part.n < s.reads.n; part.n += 13) {
		struct bytes built = index_of(&part, BUILT_BAI);

		if (s.reads.items[part.n].ref_id >= 0)
			cr_assert_eq(read_by(&s, &built, &n, &err), SPHEX_E_DATA);
		bytes_free(&built);
	}
	setting_free(&s);
}
