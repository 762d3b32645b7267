/* Rows become sites in BAM order: one per contig and position, with the alleles of the first row.
 */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tests/support/prng.h"
#include "tests/support/site_rows.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

static struct site_table make(const struct site_row *rows, size_t n, enum sphex_mode mode)
{
	struct site_table t;

	site_table_start(&t, rows, n);
	site_table_finish(&t, mode, true, true);
	return t;
}

/* The site of row i: where it is, and whose turn it is. */
static void expect_site(
	const struct site_table *t, size_t row, int32_t ref_id, uint32_t pos1, uint32_t order)
{
	uint32_t site = t->sites.row_sites[row];

	if (ref_id < 0) {
		cr_assert_eq(site, SITE_NONE, "row %zu", row);
		return;
	}
	cr_assert(site >= t->sites.ref_begins[ref_id] && site < t->sites.ref_begins[ref_id + 1],
		"row %zu", row);
	cr_assert_eq(t->sites.pos0[site], pos1 - 1, "row %zu", row);
	cr_assert_eq(t->sites.order[site], order, "row %zu", row);
	cr_assert_eq(t->sites.variant[site], order, "row %zu", row);
}

Test(sites, lie_by_reference_and_position_whatever_the_order_of_the_rows)
{
	static const struct site_row rows[] = {{"chr2", 50, "A", "G", NULL},
		{"chr1", 900, "A", "G", NULL}, {"chr2", 10, "A", "G", NULL},
		{"chr1", 100, "A", "G", NULL}, {"chr3", 7, "A", "G", NULL}};
	struct site_table t = make(rows, N_OF(rows), SPHEX_MODE_WASP2);
	static const uint32_t want[] = {99, 899, 9, 49, 6};

	cr_assert_eq(t.sites.n, 5);
	for (size_t i = 0; i < 5; i++)
		cr_assert_eq(t.sites.pos0[i], want[i]);
	cr_assert_eq(t.sites.pos0[5], UINT32_MAX, "no guard");
	expect_site(&t, 0, 1, 50, 0);
	expect_site(&t, 1, 0, 900, 1);
	expect_site(&t, 2, 1, 10, 2);
	expect_site(&t, 3, 0, 100, 3);
	expect_site(&t, 4, 2, 7, 4);
	cr_assert_not(t.sites.in_list_order);
	cr_assert_eq(t.sites.n_kept, 5);
	for (uint32_t i = 0; i < 5; i++)
		cr_assert_eq(t.sites.kept_rows[i], i, "rows stay in file order");
	site_table_free(&t);
}

Test(sites, list_order_is_seen_within_each_reference)
{
	static const struct site_row rows[] = {{"chr3", 5, "A", "G", NULL},
		{"chr1", 1, "A", "G", NULL}, {"chr1", 2, "A", "G", NULL},
		{"chr3", 6, "A", "G", NULL}, {"chr1", 2, "A", "T", NULL}};
	struct site_table t = make(rows, N_OF(rows), SPHEX_MODE_WASP2);

	cr_assert(t.sites.in_list_order, "contigs may come in any order");
	site_table_free(&t);
}

Test(sites, rows_at_one_position_share_the_site_of_the_first)
{
	static const struct site_row rows[] = {{"chr1", 100, "A", "T", NULL},
		{"chr1", 50, "C", "G", NULL}, {"chr1", 100, "A", "G", NULL},
		{"chr1", 100, "A", "C", NULL}};
	struct site_table t = make(rows, N_OF(rows), SPHEX_MODE_WASP2);

	cr_assert_eq(t.sites.n, 2);
	expect_site(&t, 0, 0, 100, 0);
	expect_site(&t, 2, 0, 100, 0);
	expect_site(&t, 3, 0, 100, 0);
	cr_assert_eq(t.sites.refs[1], 1);
	cr_assert_eq(t.sites.alts[1], 8, "T, the first row's ALT");
	cr_assert_eq(t.sites.n_kept, 4);
	site_table_free(&t);
}

Test(sites, without_sharing_only_the_first_row_has_the_site)
{
	static const struct site_row rows[] = {{"chr1", 100, "A", "T", NULL},
		{"chr1", 100, "A", "G", NULL}, {"chrX", 100, "A", "T", NULL},
		{"chrX", 100, "A", "G", NULL}};
	struct site_table t;

	site_table_start(&t, rows, 4);
	site_table_finish(&t, SPHEX_MODE_WASP2, false, false);
	expect_site(&t, 0, 0, 100, 0);
	cr_assert_eq(t.sites.row_sites[1], t.sites.n, "the place of no counts");
	expect_site(&t, 2, -1, 0, 0);
	expect_site(&t, 3, -1, 0, 0);
	site_table_free(&t);
}

Test(sites, exact_duplicates_are_dropped_and_their_first_kept)
{
	static const struct site_row rows[] = {{"chr1", 100, "A", "T", "0/1"},
		{"chr1", 100, "A", "G", "0/1"}, {"chr1", 100, "A", "T", "0/1"},
		{"chr1", 100, "A", "T", "1/0"}, {"chr2", 100, "A", "T", "0/1"},
		{"chr1", 101, "A", "T", "0/1"}, {"chr1", 100, "A", "TT", "0/1"},
		{"chr1", 100, "AT", "T", "0/1"}, {"chr1", 100, "A", "T", "0/1"},
		{"chrX", 100, "A", "T", "0/1"}, {"chrX", 100, "A", "T", "0/1"}};
	static const uint32_t want[] = {0, 1, 3, 4, 5, 6, 7, 9};
	struct site_table t = make(rows, N_OF(rows), SPHEX_MODE_WASP2);

	cr_assert_eq(t.sites.n_kept, N_OF(want), "%zu", t.sites.n_kept);
	for (size_t i = 0; i < N_OF(want); i++)
		cr_assert_eq(t.sites.kept_rows[i], want[i]);
	site_table_free(&t);
	site_table_start(&t, rows, N_OF(rows));
	site_table_finish(&t, SPHEX_MODE_WASP2, false, true);
	cr_assert_eq(t.sites.n_kept, N_OF(rows), "asked not to");
	site_table_free(&t);
}

/* Two lines of one place, the second of which begins a base before it, as clipped lines may. */
static void start_clipped(struct site_table *t)
{
	static const struct site_row rows[] = {{"chr1", 100, "A", "T", "0/1"}};
	struct sphex_error err;
	uint32_t gt;

	site_table_start(t, rows, 1);
	cr_assert(!pool_add(&t->variants.gts, "1/0", 3, &gt, &err));
	cr_assert(!variants_add(&t->variants, 0, 98, 100, "A", 1, "T", 1, gt, &err));
	t->rows.n = 2;
	t->rows.has_gt = false;
}

Test(sites, columns_that_are_not_shown_do_not_make_rows_different)
{
	struct site_table t;

	start_clipped(&t);
	t.rows.has_pos0 = false;
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	cr_assert_eq(t.sites.n_kept, 1);
	site_table_free(&t);
	start_clipped(&t);
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	cr_assert_eq(t.sites.n_kept, 2, "pos0 is shown");
	site_table_free(&t);
}

Test(sites, joined_rows_have_their_own_position_and_attributes)
{
	static const struct site_row lines[] = {
		{"chr1", 100, "AT", "A", NULL}, {"chr1", 50, "C", "G", NULL}};
	struct row items[] = {{0, 101, {5, 6}}, {0, 100, {5, 6}}, {1, 50, {5, 6}}, {1, 50, {5, 7}},
		{1, 50, {5, 6}}, {0, 101, {4, 6}}};
	struct site_table t;

	site_table_start(&t, lines, 2);
	t.rows = (struct rows){.n = N_OF(items), .n_attributes = 2};
	t.rows.items = memory_new(N_OF(items), sizeof(items[0]));
	memcpy(t.rows.items, items, sizeof(items));
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	cr_assert_eq(t.sites.n, 3);
	cr_assert_eq(t.sites.pos0[t.sites.row_sites[1]], 99);
	cr_assert_eq(t.sites.order[t.sites.row_sites[1]], 1);
	cr_assert_eq(t.sites.variant[t.sites.row_sites[1]], 0);
	cr_assert_eq(t.sites.n_kept, 5, "row 4 repeats row 2");
	cr_assert_eq(t.sites.kept_rows[4], 5);
	cr_assert_eq(t.sites.row_sites[0], t.sites.row_sites[5]);
	site_table_free(&t);
}

Test(sites, alleles_become_codes_text_or_what_never_matches)
{
	static const struct site_row rows[] = {{"chr1", 1, "A", "C", NULL},
		{"chr1", 2, "G", "T", NULL}, {"chr1", 3, "N", "=", NULL},
		{"chr1", 4, "a", "g", NULL}, {"chr1", 5, "*", ".", NULL},
		{"chr1", 6, "AC", "A", NULL}, {"chr1", 7, "A", "<DEL>", NULL},
		{"chr1", 8, "", "A", NULL}};
	static const uint8_t want[][2] = {{1, 2}, {4, 8}, {15, 0}, {ALLELE_NEVER, ALLELE_NEVER},
		{ALLELE_NEVER, ALLELE_NEVER}, {ALLELE_TEXT, ALLELE_TEXT},
		{ALLELE_TEXT, ALLELE_TEXT}, {ALLELE_TEXT, ALLELE_TEXT}};

	for (int legacy = 0; legacy < 2; legacy++) {
		struct site_table t =
			make(rows, N_OF(rows), legacy ? SPHEX_MODE_WASP2_LEGACY : SPHEX_MODE_WASP2);

		for (size_t i = 0; i < N_OF(rows); i++) {
			bool never = legacy && want[i][0] == ALLELE_TEXT;

			cr_assert_eq(
				t.sites.refs[i], never ? ALLELE_NEVER : want[i][0], "row %zu", i);
			cr_assert_eq(
				t.sites.alts[i], never ? ALLELE_NEVER : want[i][1], "row %zu", i);
		}
		site_table_free(&t);
	}
}

Test(sites, contigs_that_the_bam_lacks_are_listed_with_their_extent)
{
	static const struct site_row rows[] = {{"chrZ", 500, "A", "C", NULL},
		{"chr1", 5, "A", "C", NULL}, {"chrY", 7, "A", "C", NULL},
		{"chrZ", 100, "A", "C", NULL}, {"chrZ", 500, "A", "G", NULL},
		{"chr1x", 3, "A", "G", NULL}, {"chr", 0, "A", "G", NULL}};
	struct site_table t = make(rows, N_OF(rows), SPHEX_MODE_WASP2);
	static const struct {
		const char *contig;
		uint32_t min, max;
		size_t n;
	} want[] = {{"chrZ", 100, 500, 2}, {"chrY", 7, 7, 1}, {"chr1x", 3, 3, 1}, {"chr", 0, 0, 1}};

	cr_assert_eq(t.missing.n, 4);
	for (size_t i = 0; i < 4; i++) {
		const struct missing_contig *m = &t.missing.items[i];

		cr_assert_str_eq(pool_text(&t.variants.contigs, m->contig, NULL), want[i].contig);
		cr_assert_eq(m->min_pos1, want[i].min);
		cr_assert_eq(m->max_pos1, want[i].max);
		cr_assert_eq(m->n_sites, want[i].n);
	}
	cr_assert_eq(t.sites.n, 1);
	for (size_t i = 0; i < N_OF(rows); i++)
		expect_site(&t, i, i == 1 ? 0 : -1, 5, 1);
	site_table_free(&t);
}

Test(sites, no_rows_make_no_sites)
{
	struct site_table t = make(NULL, 0, SPHEX_MODE_WASP2);

	cr_assert(t.sites.n == 0 && t.sites.n_kept == 0 && t.missing.n == 0,
		"something from nothing");
	for (int i = 0; i <= 3; i++)
		cr_assert_eq(t.sites.ref_begins[i], 0);
	site_table_free(&t);
}

Test(sites, positions_ascend_within_a_reference_even_with_position_0)
{
	enum { N = 5000 };
	static struct site_row rows[N];
	static const char *const contigs[] = {"chr1", "chr2", "chr3", "chrX"};
	struct site_table t;
	struct prng r = {1};

	for (size_t i = 0; i < N; i++)
		rows[i] = (struct site_row){contigs[prng_below(&r, 4)],
			(uint32_t)(prng_below(&r, 50) ? prng_below(&r, 3000)
						      : prng_below(&r, 2) * UINT32_MAX),
			"A", "G", NULL};
	t = make(rows, N, SPHEX_MODE_WASP2);
	for (uint32_t ref = 0; ref < 3; ref++)
		for (uint32_t i = t.sites.ref_begins[ref]; i + 1 < t.sites.ref_begins[ref + 1]; i++)
			cr_assert(t.sites.pos0[i] < t.sites.pos0[i + 1], "site %u", i);
	for (size_t i = 0; i < N; i++) {
		size_t first = 0;

		while (strcmp(rows[first].contig, rows[i].contig) != 0 ||
			rows[first].pos1 != rows[i].pos1)
			first++;
		expect_site(&t, i, rows[i].contig[3] == 'X' ? -1 : rows[i].contig[3] - '1',
			rows[i].pos1, (uint32_t)first);
	}
	site_table_free(&t);
}
