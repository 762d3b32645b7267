/* Columns and cells: which there are, and what they hold, for every kind of rows. */
#include <criterion/criterion.h>

#include <string.h>

#include "base/memory.h"
#include "output/table.h"
#include "tests/support/site_rows.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

static struct table lay_out(
	const struct site_table *t, enum sphex_mode mode, const uint32_t *counts)
{
	struct table table = {.variants = &t->variants,
		.rows = &t->rows,
		.sites = &t->sites,
		.rules = count_rules_of(mode),
		.counts = counts};

	table_layout(&table);
	return table;
}

/* The column names with a blank between. */
static void expect_columns(const struct table *t, const char *want)
{
	char got[300] = "";

	for (unsigned i = 0; i < t->n_columns; i++) {
		strcat(got, i ? " " : "");
		strcat(got, table_column_name(t, i));
	}
	cr_assert_str_eq(got, want, "%s", got);
}

static void name_attributes(struct rows *rows, unsigned n, const char *first, const char *second)
{
	rows->n_attributes = n;
	rows->attribute_names[0] = memory_copy_text(first, strlen(first));
	if (n > 1)
		rows->attribute_names[1] = memory_copy_text(second, strlen(second));
}

static const struct site_row two_rows[] = {
	{"chr1", 100, "A", "G", "0/1"}, {"chrZ", 7, "AT", "A", "1|0"}};

Test(table, columns_are_those_of_the_original)
{
	static const struct {
		bool has_pos0, has_gt;
		unsigned n_attributes;
		const char *want;
	} cases[] = {
		{true, false, 0, "chrom pos0 pos ref alt ref_count alt_count other_count"},
		{true, true, 0, "chrom pos0 pos ref alt GT ref_count alt_count other_count"},
		{false, false, 1, "chrom pos ref alt region ref_count alt_count other_count"},
		{false, true, 1, "chrom pos ref alt GT region ref_count alt_count other_count"},
		{false, true, 2,
			"chrom pos ref alt GT region gene_id ref_count alt_count other_count"},
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct site_table t;
		struct table table;

		site_table_start(&t, two_rows, 2);
		t.rows.has_pos0 = cases[i].has_pos0;
		t.rows.has_gt = cases[i].has_gt;
		if (cases[i].n_attributes)
			name_attributes(&t.rows, cases[i].n_attributes, "region", "gene_id");
		table = lay_out(&t, SPHEX_MODE_WASP2, NULL);
		expect_columns(&table, cases[i].want);
		for (unsigned k = 0; k < table.n_columns; k++) {
			const char *name = table_column_name(&table, k);

			cr_assert_eq(table_column_is_number(&table, k),
				strncmp(name, "pos", 3) == 0 || strstr(name, "_count") != NULL,
				"%s", name);
		}
		site_table_free(&t);
	}
}

Test(table, columns_of_the_native_mode)
{
	struct site_table t;
	struct table table;

	site_table_start(&t, two_rows, 2);
	t.rows.has_pos0 = false;
	t.rows.has_gt = true;
	name_attributes(&t.rows, 2, "gene_id", "gene_name");
	table = lay_out(&t, SPHEX_MODE_NATIVE, NULL);
	expect_columns(&table, "chrom pos id ref alt gt ref_count alt_count other_count "
			       "discordant_count ambiguous_count "
			       "low_baseq_count low_mapq_count filtered_count gene_id gene_name");
	site_table_free(&t);
}

static void expect_number(const struct table *t, unsigned column, size_t row, uint32_t want)
{
	char room[TABLE_ROOM];
	struct table_cell cell = table_cell(t, column, row, room);

	cr_assert(cell.is_number && cell.number == want, "column %u row %zu: %u", column, row,
		cell.number);
}

static void expect_text(const struct table *t, unsigned column, size_t row, const char *want)
{
	char room[TABLE_ROOM];
	struct table_cell cell = table_cell(t, column, row, room);

	cr_assert_not(cell.is_number);
	cr_assert_eq(cell.text != NULL, want != NULL, "column %u row %zu", column, row);
	if (want)
		cr_assert(cell.nbytes == strlen(want) && memcmp(cell.text, want, cell.nbytes) == 0,
			"%.*s, not %s", (int)cell.nbytes, cell.text, want);
}

Test(table, cells_hold_what_the_lines_and_counts_say)
{
	static const uint32_t counts[] = {11, 12, 4000000000u, 0, 0, 0};

	for (int legacy = 0; legacy < 2; legacy++) {
		struct site_table t;
		struct table table;

		site_table_start(&t, two_rows, 2);
		site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
		table = lay_out(&t, legacy ? SPHEX_MODE_WASP2_LEGACY : SPHEX_MODE_WASP2, counts);
		cr_assert_eq(table_n_rows(&table), 2);
		expect_text(&table, 0, 0, "chr1");
		expect_number(&table, 1, 0, 99);
		expect_number(&table, 2, 0, 100);
		expect_text(&table, 3, 0, "A");
		expect_text(&table, 4, 0, "G");
		expect_text(&table, 5, 0, "0/1");
		expect_number(&table, 6, 0, 11);
		expect_number(&table, 7, 0, 12);
		expect_number(&table, 8, 0, 4000000000u);
		expect_text(&table, 0, 1, "chrZ");
		expect_text(&table, 3, 1, "AT");
		expect_text(&table, 5, 1, "1|0");
		for (unsigned k = 6; k < 9; k++) { /* the BAM lacks chrZ */
			if (legacy)
				expect_text(&table, k, 1, NULL);
			else
				expect_number(&table, k, 1, 0);
		}
		site_table_free(&t);
	}
}

Test(table, rows_without_counts_of_their_own_show_0)
{
	static const struct site_row rows[] = {{"chr1", 100, "A", "G", NULL},
		{"chr1", 100, "A", "T", NULL}, {"chr1", 200, "A", "T", NULL}};
	static const uint32_t counts[] = {1, 2, 3, 4, 5, 6, 0, 0, 0};

	for (int legacy = 0; legacy < 2; legacy++) {
		struct site_table t;
		struct table table;

		site_table_start(&t, rows, 3);
		site_table_finish(&t, SPHEX_MODE_WASP2, false, false);
		table = lay_out(&t, legacy ? SPHEX_MODE_WASP2_LEGACY : SPHEX_MODE_WASP2, counts);
		for (unsigned k = 0; k < 3; k++) {
			expect_number(&table, 5 + k, 0, k + 1);
			expect_number(&table, 5 + k, 1, 0);
			expect_number(&table, 5 + k, 2, k + 4);
		}
		site_table_free(&t);
	}
}

Test(table, joined_rows_show_their_position_and_attributes_in_the_kept_order)
{
	static const uint32_t counts[] = {1, 2, 3, 4, 5, 6, 0, 0, 0};
	struct sphex_error err;
	struct site_table t;
	struct table table;
	uint32_t value;

	site_table_start(&t, two_rows, 1);
	t.rows = (struct rows){.n = 3};
	name_attributes(&t.rows, 2, "gene_id", "Parent");
	cr_assert_eq(pool_add(&t.rows.values, "g1", 2, &value, &err), SPHEX_OK);
	t.rows.items = memory_new(3, sizeof(*t.rows.items));
	t.rows.items[0] = (struct row){0, 90, {value, POOL_NONE}};
	t.rows.items[1] = (struct row){0, 90, {value, POOL_NONE}};
	t.rows.items[2] = (struct row){0, 80, {POOL_NONE, value}};
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	table = lay_out(&t, SPHEX_MODE_WASP2, counts);
	expect_columns(&table, "chrom pos ref alt gene_id Parent ref_count alt_count other_count");
	cr_assert_eq(table_n_rows(&table), 2);
	expect_number(&table, 1, 0, 90);
	expect_text(&table, 4, 0, "g1");
	expect_text(&table, 5, 0, NULL);
	expect_number(&table, 6, 0, 4);
	expect_number(&table, 1, 1, 80);
	expect_text(&table, 4, 1, NULL);
	expect_text(&table, 5, 1, "g1");
	expect_number(&table, 6, 1, 1);
	site_table_free(&t);
}
