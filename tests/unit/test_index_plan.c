/* Every record over a target lies in a range, and what is far from all targets does not. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "bam/index_plan.h"
#include "bam/record.h"
#include "tests/support/index_builder.h"

enum { N_REFS = RANDOM_N_REFS, MAX_TARGETS = 40 };

struct chosen {
	uint32_t pos0[MAX_TARGETS], begins[N_REFS + 1];
	struct index_targets targets;
};

static int compare_numbers(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Up to n targets, half of them at records. */
static void choose(struct chosen *c, struct prng *r, const struct indexed_reads *reads, size_t n)
{
	size_t n_taken = 0;

	for (size_t ref = 0; ref < N_REFS; ref++) {
		c->begins[ref] = (uint32_t)n_taken;
		for (size_t i = 0; i < n / N_REFS; i++) {
			const struct indexed_read *read = &reads->items[prng_below(r, reads->n)];
			bool at_read = read->ref_id == (int32_t)ref && read->pos0 > 0;

			c->pos0[n_taken++] = at_read ? (uint32_t)read->pos0
						     : (uint32_t)prng_below(r, RANDOM_REF_NBASES);
		}
		qsort(c->pos0 + c->begins[ref], n_taken - c->begins[ref], sizeof(c->pos0[0]),
			compare_numbers);
	}
	c->begins[N_REFS] = (uint32_t)n_taken;
	c->targets = (struct index_targets){
		c->pos0, c->begins, 1 + (uint32_t)prng_below(r, 2) * 30, prng_below(r, 2)};
}

static bool covers(const struct indexed_read *r, const struct chosen *c)
{
	if (r->ref_id < 0 || (r->unmapped && !c->targets.unmapped_too))
		return false;
	for (uint32_t i = c->begins[r->ref_id]; i < c->begins[r->ref_id + 1]; i++)
		if (r->end0 > c->pos0[i] && r->pos0 < (int64_t)c->pos0[i] + c->targets.width)
			return true;
	return false;
}

static bool is_in(const struct indexed_read *r, const struct record_range *range)
{
	return r->begin >= range->begin && r->begin >> 16 < range->end &&
	       sort_key(r->ref_id, r->pos0) < range->stop;
}

static void check_plan(
	const struct index_plan *plan, const struct indexed_reads *reads, const struct chosen *c)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct record_range *range = &plan->ranges[i];
		const struct indexed_read *read = reads->items;

		cr_assert(range->begin >> 16 < range->end);
		cr_assert(
			i == 0 || range[-1].end <= range->begin >> 16, "two ranges share a block");
		while (read->begin < range->begin)
			read++;
		cr_assert_eq(read->begin, range->begin, "no record begins there");
		cr_assert(sort_key(read->ref_id, read->pos0) >= range->first_least &&
			  sort_key(read->ref_id, read->pos0) < range->first_most);
	}
	for (size_t i = 0; i < reads->n; i++) {
		bool found = false;

		for (size_t j = 0; j < plan->n; j++)
			found |= is_in(&reads->items[i], &plan->ranges[j]);
		cr_assert(found || !covers(&reads->items[i], c), "record %zu is missing", i);
	}
}

static struct bam_header header_of_random(void)
{
	static struct bam_ref refs[N_REFS] = {{(char *)"chr1", RANDOM_REF_NBASES},
		{(char *)"chr2", RANDOM_REF_NBASES}, {(char *)"chr3", RANDOM_REF_NBASES}};

	return (struct bam_header){.refs = refs, .n_refs = N_REFS};
}

/* Bytes that the plans of some random targets read; *n_all: that they could. */
static void plan_often(
	uint64_t seed, size_t n_records, struct bgzf_shape shape, uint64_t *n_read, uint64_t *n_all)
{
	struct bam_header header = header_of_random();
	struct prng r = {seed};
	struct bytes bam = {0}, file;
	struct indexed_reads reads;

	random_spliced_bam(&bam, seed, n_records);
	file = bgzf_wrap(&bam, shape);
	reads = indexed_reads_of(&bam, &file);
	for (int kind = BUILT_BAI; kind <= BUILT_CSI; kind++) {
		struct bytes built = index_of(&reads, (enum built_index)kind);
		struct bam_index index = {0};
		struct sphex_error err;

		cr_assert_eq(index_parse(built.data, built.n, &header, reads.first, &index, &err),
			SPHEX_OK, "seed %llu: %s", (unsigned long long)seed, err.message);
		for (size_t i = 0; i < 20; i++) {
			struct index_plan plan = {0};
			struct chosen c;

			choose(&c, &r, &reads, prng_below(&r, 10) ? 3 : MAX_TARGETS - N_REFS);
			cr_assert_eq(index_plan_make(&index, &c.targets, i % 2 * 3000, &plan, &err),
				SPHEX_OK);
			check_plan(&plan, &reads, &c);
			*n_read += plan.nbytes;
			*n_all += file.n;
			index_plan_free(&plan);
		}
		index_free(&index);
		bytes_free(&built);
	}
	indexed_reads_free(&reads);
	bytes_free(&file);
	bytes_free(&bam);
}

Test(index_plan, ranges_hold_every_record_over_a_target)
{
	static const size_t sizes[] = {100, 700, 5000, 0};
	uint64_t n_read = 0, n_all = 0;

	for (uint64_t seed = 0; seed < 48; seed++)
		plan_often(seed, seed < 40 ? 300 : 3000,
			(struct bgzf_shape){.block_nbytes = sizes[seed % 4],
				.level = 1,
				.whole_records = seed / 4 % 2,
				.empty_blocks = seed / 8 % 2},
			&n_read, &n_all);
	cr_assert(n_read < n_all / 2, "%llu of %llu bytes", (unsigned long long)n_read,
		(unsigned long long)n_all);
}

/* Frees the BAM. */
static struct bam_index bai_of(struct bytes *bam, struct bgzf_shape shape)
{
	struct bam_header header = header_of_random();
	struct bytes file = bgzf_wrap(bam, shape);
	struct indexed_reads reads = indexed_reads_of(bam, &file);
	struct bytes built = index_of(&reads, BUILT_BAI);
	struct bam_index index = {0};
	struct sphex_error err;

	cr_assert_eq(
		index_parse(built.data, built.n, &header, reads.first, &index, &err), SPHEX_OK);
	indexed_reads_free(&reads);
	bytes_free(&built);
	bytes_free(&file);
	bytes_free(bam);
	return index;
}

Test(index_plan, nothing_is_read_for_no_targets)
{
	struct bytes bam = {0};
	struct bam_index index;
	struct index_plan plan = {0};
	struct chosen c = {.targets = {c.pos0, c.begins, 1, true}};
	struct sphex_error err;

	random_spliced_bam(&bam, 5, 100);
	index = bai_of(&bam, (struct bgzf_shape){.level = 1});
	cr_assert_eq(index_plan_make(&index, &c.targets, 0, &plan, &err), SPHEX_OK);
	cr_assert(plan.n == 0 && plan.nbytes == 0);
	index_plan_free(&plan);
	index_free(&index);
}

/* Of short reads all along a reference, many chunks lie before the target: bins and windows agree.
 */
Test(index_plan, what_bin_and_window_leave_out_is_no_doubt)
{
	enum { N_RECORDS = 3000, STEP = RANDOM_REF_NBASES / N_RECORDS };
	struct bytes bam = {0};
	struct bam_index index;
	struct index_plan plan = {0};
	struct chosen c = {.pos0 = {STEP * (N_RECORDS - 20)},
		.begins = {0, 1, 1, 1},
		.targets = {c.pos0, c.begins, 1, false}};
	struct sphex_error err;

	random_bam_start(&bam);
	for (int32_t i = 0; i < N_RECORDS; i++)
		bam_add(&bam, (struct bam_read){.pos0 = i * STEP, .cigar = "4M", .seq = "ACGT"});
	index = bai_of(&bam, (struct bgzf_shape){.block_nbytes = 700, .level = 1});
	cr_assert(index.n_chunks > 50);
	cr_assert_eq(index_plan_make(&index, &c.targets, 0, &plan, &err), SPHEX_OK);
	cr_assert_eq(plan.n, 1);
	cr_assert(plan.n_doubts <= 2, "%zu doubts of %zu chunks", plan.n_doubts, index.n_chunks);
	index_plan_free(&plan);
	index_free(&index);
}
