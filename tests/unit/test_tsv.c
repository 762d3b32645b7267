/* Cells as text: numbers, missing values, and quotes where a reader of the table needs them. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "output/tsv.h"

#include "tests/support/random_bam.h"
#include "tests/support/site_rows.h"

/* The table written to a file and read again; the caller frees it. */
static char *written(const struct table *table)
{
	struct bytes nothing = {(uint8_t[1]){0}, 0, 0};
	char *path = temp_file(&nothing, ".tsv"), *text = calloc(1, 1 << 20);
	struct sphex_error err;
	struct writer *w;
	FILE *f;

	cr_assert_eq(writer_open(path, &w, &err), SPHEX_OK);
	tsv_write(w, table);
	cr_assert_eq(writer_commit(w, &err), SPHEX_OK);
	f = fopen(path, "r");
	cr_assert(fread(text, 1, (1 << 20) - 1, f) > 0, "empty");
	fclose(f);
	temp_remove(path);
	return text;
}

static void expect_text(
	const struct site_table *t, enum sphex_mode mode, const uint32_t *counts, const char *want)
{
	struct table table = {.variants = &t->variants,
		.rows = &t->rows,
		.sites = &t->sites,
		.rules = count_rules_of(mode),
		.counts = counts};
	char *got;

	table_layout(&table);
	got = written(&table);
	cr_assert_str_eq(got, want, "%s", got);
	free(got);
}

Test(tsv, one_line_a_row_and_a_header)
{
	static const struct site_row rows[] = {{"chr1", 100, "A", "G", NULL},
		{"chr1", 1, "ACGTACGTACGT", "<DEL>", NULL}, {"chr2", 4294967295u, "a", ".", NULL}};
	/* the sites lie by position */
	static const uint32_t counts[] = {0, 10, 4294967295u, 1, 2, 3, 999, 1000, 99999, 0, 0, 0};
	struct site_table t;

	site_table_start(&t, rows, 3);
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	expect_text(&t, SPHEX_MODE_WASP2, counts,
		"chrom\tpos0\tpos\tref\talt\tref_count\talt_count\tother_count\n"
		"chr1\t99\t100\tA\tG\t1\t2\t3\n"
		"chr1\t0\t1\tACGTACGTACGT\t<DEL>\t0\t10\t4294967295\n"
		"chr2\t4294967294\t4294967295\ta\t.\t999\t1000\t99999\n");
	site_table_free(&t);
}

/* Longer than whatever they gather in, one cell or all together. */
Test(tsv, cells_of_any_length_come_whole)
{
	enum { N_ROWS = 4000, N_BASES = 70000 };
	static struct site_row rows[N_ROWS];
	static uint32_t counts[3 * (N_ROWS + 1)];
	static char bases[N_BASES + 1], want[1 << 20];
	struct site_table t;
	int n = sprintf(want, "chrom\tpos0\tpos\tref\talt\tref_count\talt_count\tother_count\n");

	memset(bases, 'A', N_BASES);
	for (uint32_t i = 0; i < N_ROWS; i++) {
		const char *ref = i % 1999 ? "A" : bases + i * 10;
		uint32_t c[] = {i, i * i, i % 11};

		rows[i] = (struct site_row){"chr1", 1 + i * 7, ref, "G", NULL};
		memcpy(counts + 3 * i, c, sizeof(c));
		n += sprintf(want + n, "chr1\t%u\t%u\t%s\tG\t%u\t%u\t%u\n", i * 7, 1 + i * 7, ref,
			c[0], c[1], c[2]);
	}
	site_table_start(&t, rows, N_ROWS);
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	expect_text(&t, SPHEX_MODE_WASP2, counts, want);
	site_table_free(&t);
}

Test(tsv, no_rows_are_a_header_only)
{
	struct site_table t;

	site_table_start(&t, NULL, 0);
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	expect_text(&t, SPHEX_MODE_WASP2, NULL,
		"chrom\tpos0\tpos\tref\talt\tref_count\talt_count\tother_count\n");
	site_table_free(&t);
}

Test(tsv, missing_values_are_nothing_and_empty_texts_are_quotes)
{
	static const struct site_row rows[] = {
		{"chrZ", 5, "A", "", ""}, {"chrZ", 6, "A", "G", NULL}};
	struct site_table t;

	site_table_start(&t, rows, 2);
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	expect_text(&t, SPHEX_MODE_WASP2_LEGACY, NULL,
		"chrom\tpos0\tpos\tref\talt\tGT\tref_count\talt_count\tother_count\n"
		"chrZ\t4\t5\tA\t\"\"\t\"\"\t\t\t\n"
		"chrZ\t5\t6\tA\tG\t\t\t\t\n");
	site_table_free(&t);
}

Test(tsv, texts_are_quoted_only_where_they_must_be)
{
	static const struct {
		const char *text, *want;
	} cases[] = {{"plain", "plain"}, {"with blank", "with blank"}, {"a,b;c'd", "a,b;c'd"},
		{"a\tb", "\"a\tb\""}, {"a\nb", "\"a\nb\""}, {"a\rb", "\"a\rb\""},
		{"\"", "\"\"\"\""}, {"say \"x\"", "\"say \"\"x\"\"\""}, {"", "\"\""},
		{"\xc3\xa4", "\xc3\xa4"}, {"#x", "#x"}, {" x ", " x "}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct site_row row = {"chr1", 5, "A", "G", cases[i].text};
		uint32_t counts[6] = {1, 2, 3};
		struct site_table t;
		char want[200];

		site_table_start(&t, &row, 1);
		site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
		snprintf(want, sizeof(want),
			"chrom\tpos0\tpos\tref\talt\tGT\tref_count\talt_count\tother_"
			"count\nchr1\t4\t5\tA\tG\t%s\t1\t2\t3\n",
			cases[i].want);
		expect_text(&t, SPHEX_MODE_WASP2, counts, want);
		site_table_free(&t);
	}
}

Test(tsv, column_names_are_quoted_by_the_same_rule)
{
	struct site_row row = {"chr1", 5, "A", "G", NULL};
	uint32_t counts[6] = {1, 2, 3};
	struct site_table t;

	site_table_start(&t, &row, 1);
	t.rows = (struct rows){.n = 1, .n_attributes = 1};
	t.rows.items = memory_new(1, sizeof(*t.rows.items));
	t.rows.items[0] = (struct row){0, 5, {POOL_NONE, POOL_NONE}};
	t.rows.attribute_names[0] = memory_copy_text("a \"b\"", 5);
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	expect_text(&t, SPHEX_MODE_WASP2, counts,
		"chrom\tpos\tref\talt\t\"a "
		"\"\"b\"\"\"\tref_count\talt_count\tother_count\nchr1\t5\tA\tG\t\t1\t2\t3\n");
	site_table_free(&t);
}

Test(tsv, the_native_style_writes_texts_as_they_are_and_a_dot_for_none)
{
	static const struct site_row rows[] = {
		{"chr1", 5, "A", "G", "0|1"}, {"chr1", 6, "A", "G", "x\"y"}};
	uint32_t counts[24] = {1, 2, 3, 4, 5, 6, 7, 8};
	struct sphex_error err;
	struct site_table t;
	uint32_t id;

	site_table_start(&t, rows, 0);
	t.rows.has_pos0 = false;
	t.rows.has_gt = true;
	for (size_t i = 0; i < 2; i++) {
		uint32_t contig, gt;

		cr_assert_eq(pool_add(&t.variants.contigs, "chr1", 4, &contig, &err), SPHEX_OK);
		cr_assert_eq(pool_add(&t.variants.gts, rows[i].gt, 3, &gt, &err), SPHEX_OK);
		cr_assert_eq(variants_add(&t.variants, contig, 4 + (uint32_t)i, 5 + (uint32_t)i,
				     "A", 1, "G", 1, i ? gt : POOL_NONE, &err),
			SPHEX_OK);
		cr_assert_eq(variants_add_id(&t.variants, "rs1", 3, &id, &err), SPHEX_OK);
		cr_assert_eq(variants_add_extra(&t.variants,
				     (struct variant_extra){.record = 1 + (uint32_t)i,
					     .id = i ? VARIANT_NO_ID : id},
				     &err),
			SPHEX_OK);
	}
	site_table_finish(&t, SPHEX_MODE_WASP2, false, true);
	expect_text(&t, SPHEX_MODE_NATIVE, counts,
		"chrom\tpos\tid\tref\talt\tgt\tref_count\talt_count\tother_count\tdiscordant_"
		"count\tambiguous_count\t"
		"low_baseq_count\tlow_mapq_count\tfiltered_count\n"
		"chr1\t5\trs1\tA\tG\t.\t1\t2\t3\t4\t5\t6\t7\t8\n"
		"chr1\t6\t.\tA\tG\tx\"y\t0\t0\t0\t0\t0\t0\t0\t0\n");
	site_table_free(&t);
}
