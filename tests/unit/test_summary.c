/* The summary, byte by byte, and its medians. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "output/summary.h"
#include "tests/support/bam_builder.h"
#include "tests/support/site_rows.h"

enum { N_COUNTS = 3, MAX_ROWS = 260 };

/* Facts of a run over `t`, of which the test changes some. */
struct made {
	struct sphex_count_stats stats;
	struct table table;
	struct summary summary;
};

static void make(struct made *m, const struct site_table *t, const uint32_t *counts)
{
	m->stats = (struct sphex_count_stats){.n_records = 12345678901u,
		.n_bam_bytes = 500,
		.index = "used",
		.n_observations = 9,
		.n_counted = 7,
		.n_rows = 3,
		.n_rows_covered = 2,
		.seconds_variants = 0.25,
		.seconds_bam = 1.5,
		.n_threads = 4,
		.simd = "scalar"};
	m->table = (struct table){.variants = &t->variants,
		.rows = &t->rows,
		.sites = &t->sites,
		.rules = count_rules_of(SPHEX_MODE_WASP2),
		.counts = counts};
	m->summary = (struct summary){.mode = "wasp2",
		.bam = {"x.bam", 1000},
		.variants = {"y.vcf", 20},
		.stats = &m->stats,
		.table = &m->table};
}

/* The caller frees the text. */
static char *text_of(const struct summary *summary)
{
	struct bytes nothing = {(uint8_t[1]){0}, 0, 0};
	char *path = temp_file(&nothing, ".json"), *text = calloc(1, 1 << 16);
	struct sphex_error err;
	struct writer *w;
	FILE *f;

	cr_assert_eq(writer_open(path, &w, &err), SPHEX_OK);
	cr_assert_eq(summary_write(w, summary, &err), SPHEX_OK);
	cr_assert_eq(writer_commit(w, &err), SPHEX_OK);
	f = fopen(path, "r");
	cr_assert(fread(text, 1, (1 << 16) - 1, f) > 0, "empty");
	fclose(f);
	temp_remove(path);
	return text;
}

static void expect_part(const struct summary *summary, const char *want)
{
	char *text = text_of(summary);

	cr_assert(strstr(text, want), "%s is not in\n%s", want, text);
	free(text);
}

Test(summary, has_all_members_in_order)
{
	static const struct site_row rows[] = {{"chr1", 1, "A", "C", NULL}};
	static const uint32_t counts[2 * N_COUNTS] = {0};
	struct site_table t;
	struct made m;
	char *text;

	site_table_start(&t, rows, 1);
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	make(&m, &t, counts);
	text = text_of(&m.summary);
	cr_assert_str_eq(text,
		"{\n  \"version\": \"" SPHEX_VERSION "\",\n  \"command_line\": \"\",\n"
		"  \"mode\": \"wasp2\",\n  \"simd\": \"scalar\",\n  \"threads\": 4,\n"
		"  \"inputs\": {\n"
		"    \"bam\": {\"path\": \"x.bam\", \"bytes\": 1000},\n"
		"    \"variants\": {\"path\": \"y.vcf\", \"bytes\": 20}\n"
		"  },\n  \"median_reference_ratio\": {},\n  \"index\": \"used\",\n  "
		"\"bytes_read\": 500,\n  \"records_read\": 12345678901,\n"
		"  \"observations\": 9,\n  \"counted\": 7,\n  \"rows\": 3,\n"
		"  \"share_of_rows_without_coverage\": 0.333333,\n  \"truncated\": false,\n"
		"  \"seconds\": {\"variants\": 0.250, \"bam\": 1.500}\n}\n",
		"%s", text);
	free(text);
	m.summary.truncated = true;
	expect_part(&m.summary, "\"truncated\": true,");
	m.stats.n_rows = m.stats.n_rows_covered = 0;
	expect_part(&m.summary, "\"share_of_rows_without_coverage\": 0.000000,");
	site_table_free(&t);
}

Test(summary, an_account_is_an_object_for_each_kind)
{
	static const char *const kinds[] = {
		ACCOUNT_VARIANTS, ACCOUNT_RECORDS, ACCOUNT_OBSERVATIONS};
	struct account account;
	struct site_table t;
	struct made m;

	site_table_start(&t, NULL, 0);
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	make(&m, &t, NULL);
	for (size_t i = 0; i < ACCOUNT_N_ENTRIES; i++)
		account.entries[i] = (struct sphex_fate){kinds[i > 2 ? 2 : i], "fate", 100 + i};
	account.entries[4].kind = kinds[1];
	m.summary.account = &account;
	expect_part(&m.summary,
		"  \"variants\": {\"fate\": 100},\n"
		"  \"records\": {\"fate\": 101, \"fate\": 104},\n"
		"  \"observations_by_fate\": {\"fate\": 102, \"fate\": 103, \"fate\": 105, ");
	site_table_free(&t);
}

Test(summary, texts_are_escaped)
{
	struct site_table t;
	struct made m;

	site_table_start(&t, NULL, 0);
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	make(&m, &t, NULL);
	m.summary.command_line = "a \"b\" \\ \t\n\x01 \xC3\xA9";
	m.summary.bam.path = NULL;
	expect_part(&m.summary,
		"\"command_line\": \"a \\\"b\\\" \\\\ \\u0009\\u000a\\u0001 \xC3\xA9\",");
	expect_part(&m.summary, "\"bam\": {\"path\": \"\", ");
	site_table_free(&t);
}

/* n rows ref>alt, of which row i has i REF among `depth`, from position *pos1 on. */
static void add_rows(struct site_row *rows, uint32_t *counts, size_t *n_rows, size_t n,
	const char *ref, const char *alt, uint32_t depth)
{
	for (size_t i = 0; i < n; i++, ++*n_rows) {
		rows[*n_rows] = (struct site_row){"chr1", (uint32_t)*n_rows + 1, ref, alt, NULL};
		counts[*n_rows * N_COUNTS] = (uint32_t)i;
		counts[*n_rows * N_COUNTS + 1] = depth - (uint32_t)i;
	}
}

Test(summary, medians_of_pairs_with_100_rows_of_depth_10)
{
	static const struct {
		size_t n;
		const char *ref, *alt;
		uint32_t depth;
		const char *want;
	} cases[] = {{101, "A", "G", 100, "{\"A>G\": 0.5000},"},
		{100, "C", "T", 200, "{\"C>T\": 0.2475},"}, /* between 49 and 50 of 200 */
		{99, "A", "G", 100, "{},"}, {110, "AC", "G", 200, "{},"},
		{110, "A", "GT", 200, "{},"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct site_row rows[MAX_ROWS];
		static uint32_t counts[(MAX_ROWS + 1) * N_COUNTS];
		char want[100];
		size_t n = 0;
		struct site_table t;
		struct made m;

		memset(counts, 0, sizeof(counts));
		add_rows(rows, counts, &n, cases[i].n, cases[i].ref, cases[i].alt, cases[i].depth);
		add_rows(rows, counts, &n, 9, cases[i].ref, cases[i].alt, 9); /* too shallow */
		rows[n++] = (struct site_row){"chrX", 5, "A", "G", NULL};     /* not in the BAM */
		site_table_start(&t, rows, n);
		site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
		make(&m, &t, counts);
		snprintf(want, sizeof(want), "\"median_reference_ratio\": %s\n", cases[i].want);
		expect_part(&m.summary, want);
		site_table_free(&t);
	}
}

Test(summary, pairs_are_kept_apart)
{
	static struct site_row rows[MAX_ROWS];
	static uint32_t counts[(MAX_ROWS + 1) * N_COUNTS];
	size_t n = 0;
	struct site_table t;
	struct made m;

	add_rows(rows, counts, &n, 101, "G", "A", 200);
	add_rows(rows, counts, &n, 101, "A", "G", 100);
	site_table_start(&t, rows, n);
	site_table_finish(&t, SPHEX_MODE_WASP2, true, true);
	make(&m, &t, counts);
	expect_part(&m.summary, "{\"A>G\": 0.5000, \"G>A\": 0.2500},");
	site_table_free(&t);
}
