/* Whose name counts where: by record, by site and by fragment, against rules applied one by one. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "count/parcel.h"
#include "count/tally.h"
#include "tests/support/prng.h"
#include "tests/support/site_rows.h"

enum { MAX_NAMES = 5000 };

static struct name_hash name_of(uint64_t i)
{
	return name_hash_of((const uint8_t *)&i, sizeof(i));
}

/* What a record says about a site, in the file's order. */
struct fact {
	uint32_t row;  /* the site that it is about is that of this row */
	uint32_t name; /* NAMELESS: "*" */
	uint8_t says;
};

#define NAMELESS UINT32_MAX

/* The three counts of every row by the pseudo-code of the rules, section 3: site by site. */
static void count_by_site(
	const struct site_table *t, const struct fact *facts, size_t n, uint32_t (*counts)[3])
{
	static bool seen[3][MAX_NAMES];

	memset(seen, 0, sizeof(seen));
	for (uint32_t row = 0; row < t->rows.n; row++) {
		uint32_t ref = 0;

		while (t->sites.ref_begins[ref + 1] <= t->sites.row_sites[row])
			ref++;
		for (size_t i = 0; i < n; i++) {
			if (facts[i].row != row || seen[ref][facts[i].name])
				continue;
			seen[ref][facts[i].name] = true;
			if (facts[i].says < 3)
				counts[row][facts[i].says]++;
		}
	}
}

/* The same for records in file order. */
static void count_by_record(
	const struct site_table *t, const struct fact *facts, size_t n, uint32_t (*counts)[3])
{
	static bool seen[3][MAX_NAMES];

	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < n; i++) {
		uint32_t ref = 0;

		while (t->sites.ref_begins[ref + 1] <= t->sites.row_sites[facts[i].row])
			ref++;
		if (seen[ref][facts[i].name])
			continue;
		seen[ref][facts[i].name] = true;
		if (facts[i].says < 3)
			counts[facts[i].row][facts[i].says]++;
	}
}

/* Hands the facts to a tally, at most `part` at a time. The caller frees it. */
static struct tally *tally_facts(const struct site_table *t, enum sphex_mode mode, bool by_read,
	const struct fact *facts, size_t n, size_t part)
{
	struct observer observer = {.rules = count_rules_of(mode), .sites = &t->sites};
	struct observations o = {.items = calloc(part, sizeof(*o.items))};
	struct sphex_error err;
	struct tally *tally;

	cr_assert_eq(tally_new(&observer, by_read, &tally, &err), SPHEX_OK);
	for (size_t begin = 0; begin < n; begin += part) {
		o.n = n - begin < part ? n - begin : part;
		for (size_t i = 0; i < o.n; i++) {
			const struct fact *fact = &facts[begin + i];
			uint32_t site = t->sites.row_sites[fact->row], ref = 0;

			while (t->sites.ref_begins[ref + 1] <= site)
				ref++;
			o.items[i] = (struct observation){
				name_of(fact->name), site, fact->says, fact->name == NAMELESS};
			/* records begin at their sites here, so that the file is sorted as the
			 * facts are */
			o.last_key = sort_key((int32_t)ref, (int32_t)t->sites.pos0[site]);
		}
		o.n_records = o.n;
		cr_assert_eq(parcels_pack(&observer, &o, &err), SPHEX_OK);
		tally_add(tally, &o);
		if (begin / part % 2)
			cr_assert_eq(tally_work(tally, &err), SPHEX_OK);
	}
	cr_assert_eq(tally_finish(tally, &err), SPHEX_OK);
	observations_free(&o);
	return tally;
}

static void expect_counts(const struct site_table *t, enum sphex_mode mode,
	const struct fact *facts, size_t n, size_t part, uint32_t (*want)[3])
{
	struct tally *tally = tally_facts(t, mode, false, facts, n, part);
	uint64_t n_counted = 0;

	for (uint32_t row = 0; row < t->rows.n; row++) {
		for (unsigned k = 0; k < 3; k++) {
			uint32_t got = tally_counts(tally)[(size_t)t->sites.row_sites[row] * 3 + k];

			cr_assert_eq(got, want[row][k],
				"row %u count %u: %u, not %u (parts of %zu)", row, k, got,
				want[row][k], part);
			n_counted += got;
		}
	}
	cr_assert_eq(tally_n_counted(tally), n_counted);
	tally_free(tally);
}

static int compare_facts(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;

	/* rows carry their place here: see make_facts() */
	return (x->row > y->row) - (x->row < y->row);
}

static const uint8_t wasp2_words[] = {CLASS_REF, CLASS_ALT, CLASS_OTHER, SAYS_NO_BASE};
static const uint8_t native_words[] = {CLASS_REF, CLASS_ALT, CLASS_OTHER, CLASS_AMBIGUOUS,
	CLASS_LOW_BASEQ, SAYS_LOW_MAPQ, SAYS_FILTERED};

/* Facts in file order: sorted by the place of their site. */
static void make_facts(const struct site_table *t, struct prng *r, struct fact *facts, size_t n,
	uint32_t n_names, const uint8_t *says, size_t n_says)
{
	uint32_t *row_of_site = calloc(t->sites.n, sizeof(*row_of_site));

	for (uint32_t row = 0; row < t->rows.n; row++)
		row_of_site[t->sites.row_sites[row]] = row;
	for (size_t i = 0; i < n; i++)
		facts[i] = (struct fact){(uint32_t)prng_below(r, t->sites.n),
			(uint32_t)prng_below(r, n_names), says[prng_below(r, n_says)]};
	qsort(facts, n, sizeof(*facts), compare_facts);
	for (size_t i = 0; i < n; i++)
		facts[i].row = row_of_site[facts[i].row];
	free(row_of_site);
}

/* Rows on three contigs at places of their own, in random order; contigs interleave. */
static void make_rows(struct site_table *t, struct prng *r, size_t n)
{
	static const char *const contigs[] = {"chr1", "chr2", "chr3"};
	struct site_row *rows = calloc(n, sizeof(*rows));

	for (size_t i = 0; i < n; i++) {
		size_t other = (size_t)prng_below(r, i + 1);

		rows[i] = rows[other];
		rows[other] = (struct site_row){
			contigs[prng_below(r, 3)], (uint32_t)i * 3 + 1, "A", "G", NULL};
	}
	site_table_start(t, rows, n);
	site_table_finish(t, SPHEX_MODE_WASP2, false, true);
	free(rows);
}

Test(tally, small_random_files_agree_with_the_rules_applied_one_by_one)
{
	static const size_t parts[] = {1, 7, 100, 1000};
	struct prng r = {1};

	for (int round = 0; round < 200; round++) {
		size_t n_rows = 1 + (size_t)prng_below(&r, 30), n = (size_t)prng_below(&r, 300);
		struct fact facts[300];
		uint32_t want[2][30][3] = {0};
		struct site_table t;

		make_rows(&t, &r, n_rows);
		make_facts(&t, &r, facts, n, 1 + (uint32_t)prng_below(&r, 100), wasp2_words, 4);
		count_by_record(&t, facts, n, want[0]);
		count_by_site(&t, facts, n, want[1]);
		for (size_t i = 0; i < 4; i++) {
			expect_counts(&t, SPHEX_MODE_WASP2, facts, n, parts[i], want[0]);
			expect_counts(&t, SPHEX_MODE_WASP2_LEGACY, facts, n, parts[i], want[1]);
		}
		site_table_free(&t);
	}
}

/* More observations wait here than are held back before the first ones are settled. */
static void expect_large(bool rows_in_file_order)
{
	enum { N = 1300000, N_ROWS = 200 };
	struct fact *facts = calloc(N, sizeof(*facts));
	uint32_t want[N_ROWS][3] = {0};
	struct prng r = {2};
	struct site_table t;

	if (rows_in_file_order) {
		struct site_row rows[N_ROWS];

		for (uint32_t i = 0; i < N_ROWS; i++)
			rows[i] = (struct site_row){
				i < N_ROWS / 2 ? "chr1" : "chr3", 1 + i, "A", "G", NULL};
		site_table_start(&t, rows, N_ROWS);
		site_table_finish(&t, SPHEX_MODE_WASP2, false, true);
	} else {
		make_rows(&t, &r, N_ROWS);
	}
	make_facts(&t, &r, facts, N, MAX_NAMES, wasp2_words, 4);
	count_by_site(&t, facts, N, want);
	expect_counts(&t, SPHEX_MODE_WASP2_LEGACY, facts, N, 50000, want);
	site_table_free(&t);
	free(facts);
}

Test(tally, observations_settled_early_count_the_same)
{
	expect_large(true);
}

Test(tally, observations_that_wait_for_sites_listed_before_count_the_same)
{
	expect_large(false);
}

Test(tally, a_name_counts_on_every_contig_and_anew_after_one_without_sites)
{
	static const struct site_row rows[] = {{"chr1", 5, "A", "G", NULL},
		{"chr3", 5, "A", "G", NULL}, {"chr3", 9, "A", "G", NULL}};
	static const struct fact facts[] = {
		{0, 1, CLASS_REF}, {0, 1, CLASS_REF}, {1, 1, CLASS_ALT}, {2, 1, CLASS_ALT}};
	uint32_t want[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 0}};
	struct site_table t;

	site_table_start(&t, rows, 3);
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	for (size_t part = 1; part < 5; part++) {
		expect_counts(&t, SPHEX_MODE_WASP2, facts, 4, part, want);
		expect_counts(&t, SPHEX_MODE_WASP2_LEGACY, facts, 4, part, want);
	}
	site_table_free(&t);
}

Test(tally, nothing_observed_counts_nothing)
{
	static const struct site_row rows[] = {{"chr1", 5, "A", "G", NULL}};
	uint32_t want[1][3] = {{0, 0, 0}};
	struct site_table t;

	site_table_start(&t, rows, 1);
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	expect_counts(&t, SPHEX_MODE_WASP2, NULL, 0, 1, want);
	expect_counts(&t, SPHEX_MODE_WASP2_LEGACY, NULL, 0, 1, want);
	expect_counts(&t, SPHEX_MODE_WASP2, &(struct fact){0, 1, SAYS_NO_BASE}, 1, 1, want);
	tally_free(NULL);
	site_table_free(&t);
}

/* ---------------------------------------------------------------- fragments (native rules, 4) */

/* Columns of the native table. */
enum { REF, ALT, OTHER, DISCORDANT, AMBIGUOUS, LOW_BASEQ, LOW_MAPQ, FILTERED, N_COLUMNS };

static unsigned column_of(uint8_t says)
{
	switch (says) {
	case CLASS_AMBIGUOUS:
		return AMBIGUOUS;
	case CLASS_LOW_BASEQ:
		return LOW_BASEQ;
	case SAYS_LOW_MAPQ:
		return LOW_MAPQ;
	case SAYS_FILTERED:
		return FILTERED;
	default:
		return says;
	}
}

/* Where a fragment counts whose observations speak for the columns of the mask. */
static unsigned column_of_fragment(unsigned mask)
{
	unsigned alleles = mask & 7;

	if (alleles)
		return alleles == 1 ? REF : alleles == 2 ? ALT : alleles == 4 ? OTHER : DISCORDANT;
	return mask & 1 << LOW_BASEQ ? LOW_BASEQ : AMBIGUOUS;
}

static void count_fragments(const struct fact *facts, size_t n, uint32_t n_rows, bool by_read,
	uint32_t (*counts)[N_COLUMNS])
{
	static unsigned masks[MAX_NAMES];

	for (uint32_t row = 0; row < n_rows; row++) {
		memset(masks, 0, sizeof(masks));
		for (size_t i = 0; i < n; i++) {
			unsigned column = column_of(facts[i].says);

			if (facts[i].row != row)
				continue;
			if (by_read || column >= LOW_MAPQ || facts[i].name == NAMELESS)
				counts[row][column]++;
			else
				masks[facts[i].name] |= 1u << column;
		}
		for (size_t name = 0; name < MAX_NAMES; name++)
			if (masks[name])
				counts[row][column_of_fragment(masks[name])]++;
	}
}

static void expect_fragments(const struct site_table *t, const struct fact *facts, size_t n,
	size_t part, bool by_read, uint32_t (*want)[N_COLUMNS])
{
	struct tally *tally = tally_facts(t, SPHEX_MODE_NATIVE, by_read, facts, n, part);
	uint64_t n_counted = 0;

	for (uint32_t row = 0; row < t->rows.n; row++) {
		const uint32_t *got =
			tally_counts(tally) + (size_t)t->sites.row_sites[row] * N_COLUMNS;

		for (unsigned k = 0; k < N_COLUMNS; k++)
			cr_assert_eq(got[k], want[row][k],
				"row %u column %u: %u, not %u (parts of %zu)", row, k, got[k],
				want[row][k], part);
		n_counted += (uint64_t)got[REF] + got[ALT] + got[OTHER];
	}
	cr_assert_eq(tally_n_counted(tally), n_counted);
	tally_free(tally);
}

Test(tally, fragments_count_once_at_each_site)
{
	static const size_t parts[] = {1, 50, 2000};
	struct prng r = {5};

	for (int round = 0; round < 100; round++) {
		size_t n_rows = 1 + (size_t)prng_below(&r, 12), n = (size_t)prng_below(&r, 2000);
		uint32_t n_names = 1 + (uint32_t)prng_below(&r, round % 2 ? 600 : 20);
		uint32_t want[2][12][N_COLUMNS] = {0};
		struct fact facts[2000];
		struct site_table t;

		make_rows(&t, &r, n_rows);
		make_facts(&t, &r, facts, n, n_names, native_words, 7);
		for (size_t i = 0; i < n; i += 17)
			facts[i].name = NAMELESS;
		for (int by_read = 0; by_read < 2; by_read++) {
			count_fragments(facts, n, (uint32_t)n_rows, by_read, want[by_read]);
			for (size_t i = 0; i < 3; i++)
				expect_fragments(&t, facts, n, parts[i], by_read, want[by_read]);
		}
		site_table_free(&t);
	}
}

Test(tally, fragments_settled_early_count_the_same)
{
	enum { N = 100000, N_ROWS = 50 };
	struct fact *facts = calloc(N, sizeof(*facts));
	uint32_t want[N_ROWS][N_COLUMNS] = {0};
	struct prng r = {6};
	struct site_table t;

	make_rows(&t, &r, N_ROWS);
	make_facts(&t, &r, facts, N, MAX_NAMES, native_words, 7);
	count_fragments(facts, N, N_ROWS, false, want);
	expect_fragments(&t, facts, N, 1000, false, want);
	expect_fragments(&t, facts, N, 7000, false, want);
	site_table_free(&t);
	free(facts);
}
