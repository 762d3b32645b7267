/* Intermediate files as inputs: what their columns mean. Tables were recorded from the original. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "tests/support/text_rows.h"
#include "variants/line_files.h"

#define NINE_COLUMNS "c\t99\t100\tA\tG\t0/1\tx\ty\tz\n"
#define TEN_COLUMNS "c\t99\t100\tA\tG\t0/1\tx\ty\tz\tw\n"

struct table {
	enum sphex_status status;
	struct sphex_error err;
	struct bytes text;
};

static struct table read_rows(
	const char *text, bool one_sample, bool use_names, enum region_kind kind)
{
	struct table table = {0};
	char *path = text_file(text, ".bed");
	struct rows_options options = {
		.one_sample = one_sample, .use_region_names = use_names, .n_threads = 1};
	struct variants v = {0};
	struct rows rows = {0};
	uint8_t *quotes = NULL;

	if (kind == REGIONS_GENES) {
		rows.n_attributes = 2;
		rows.attribute_names[0] = strdup("a");
		rows.attribute_names[1] = strdup("p");
	}
	table.status = row_file_read(path, &options, kind, &v, &rows, &quotes, &table.err);
	if (rows.identity)
		rows.n = v.n;
	table.text = table_text(&v, &rows);
	free(quotes);
	rows_free(&rows);
	variants_free(&v);
	temp_remove(path);
	return table;
}

Test(line_files, columns_behind_the_variant_become_the_region)
{
	static const struct {
		const char *text;
		bool one_sample, use_names;
		const char *table;
	} cases[] = {{"c\t099\t100\tA\tG\n", false, false, "chrom pos ref alt\nc 100 A G\n"},
		{"c\t99\t100\tA\tG\t0/1\r\n", false, false,
			"chrom pos ref alt region\nc 100 A G 0/1\n"},
		{"c\t99\t100\tA\tG\t0/1\tx\n", false, false,
			"chrom pos ref alt region\nc 100 A G 0/1_x\n"},
		{"c\t99\t100\tA\tG\t0/1\tx\ty\n", false, true,
			"chrom pos ref alt region\nc 100 A G 0/1_x_y\n"},
		{NINE_COLUMNS, false, false, "chrom pos ref alt region\nc 100 A G 0/1_x_y\n"},
		{NINE_COLUMNS, false, true, "chrom pos ref alt region\nc 100 A G z\n"},
		{"c\t99\t100\tA\tG\t0/1\n", true, false, "chrom pos ref alt GT\nc 100 A G 0/1\n"},
		{"c\t99\t100\tA\tG\t\n", true, true, "chrom pos ref alt GT\nc 100 A G -\n"},
		{"c\t99\t100\tA\tG\t0/1\tx", true, true,
			"chrom pos ref alt GT region\nc 100 A G 0/1 x\n"},
		{NINE_COLUMNS, true, true, "chrom pos ref alt GT region\nc 100 A G 0/1 x_y_z\n"},
		{TEN_COLUMNS, true, true, "chrom pos ref alt GT region\nc 100 A G 0/1 w\n"},
		{"c\t99\t100\tA\tG\tx\t\ty\n", false, false,
			"chrom pos ref alt region\nc 100 A G -\n"},
		{"c\t99\t100\tA\tG\tx\t\"\"\t\"y\"\"\"\n", false, false,
			"chrom pos ref alt region\nc 100 A G x__y\"\n"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct table t = read_rows(
			cases[i].text, cases[i].one_sample, cases[i].use_names, REGIONS_BED);

		cr_assert(!t.status, "case %zu: %s", i, t.err.message);
		cr_assert_str_eq((char *)t.text.data, cases[i].table, "case %zu: %s", i,
			(char *)t.text.data);
		bytes_free(&t.text);
	}
}

Test(line_files, with_annotation_the_last_two_columns_are_the_attributes)
{
	static const char *const cases[][2] = {
		{"c\t9\t10\tA\tG\tx\ty\n", "chrom pos ref alt a p\nc 10 A G x y\n"},
		{"c\t9\t10\tA\tG\tc\t0\t50\tx\ty\n", "chrom pos ref alt a p\nc 10 A G x y\n"},
		{"c\t9\t10\tA\tG\t0/1\tc\t0\t50\tx\t\n",
			"chrom pos ref alt GT a p\nc 10 A G 0/1 x -\n"},
		{"c\t9\t10\tA\tG\t0/1\tc\t0\t50\tx\t\"\"\"\"\n",
			"chrom pos ref alt GT a p\nc 10 A G 0/1 x \"\n"},
		{"", "chrom pos ref alt a p\n"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct table t = read_rows(cases[i][0], i % 2, false, REGIONS_GENES);

		cr_assert(!t.status, "case %zu: %s", i, t.err.message);
		cr_assert_str_eq(
			(char *)t.text.data, cases[i][1], "case %zu: %s", i, (char *)t.text.data);
		bytes_free(&t.text);
	}
}

Test(line_files, files_of_rows_that_are_not_understood_are_refused)
{
	static const struct {
		const char *text;
		bool one_sample;
		enum region_kind kind;
		enum sphex_status status;
		uint64_t line;
	} cases[] = {{"c\t9\t10\tA\tG\n", true, REGIONS_BED, SPHEX_E_DATA, 1},
		{"c\t9\t10\tA\n", false, REGIONS_BED, SPHEX_E_DATA, 1},
		{"c\t9\t10\tA\tG\n", false, REGIONS_GENES, SPHEX_E_DATA, 1},
		{"c\t9\t10\tA\tG\tx\n", false, REGIONS_GENES, SPHEX_E_DATA, 1},
		{"c\t9\t10\tA\tG\nc\t9\t10\tA\n", false, REGIONS_BED, SPHEX_E_DATA, 2},
		{"c\t9\t10\tA\tG\nc\t9\t10\tA\tG\tx\n", false, REGIONS_BED, SPHEX_E_DATA, 2},
		{"c\t9\t10\tA\t\n", false, REGIONS_BED, SPHEX_E_DATA, 1},
		{"\t9\t10\tA\tG\n", false, REGIONS_BED, SPHEX_E_DATA, 1},
		{"#c\tx\t10\tA\tG\n", false, REGIONS_BED, SPHEX_E_DATA, 1},
		{"c\t9\t4294967296\tA\tG\n", false, REGIONS_BED, SPHEX_E_LIMIT, 1},
		{"c\t9\t10\tA\tG\t\xe9\n", false, REGIONS_BED, SPHEX_E_DATA, 1},
		{"c\t9\t10\tA\tG\t\xe9\n", true, REGIONS_BED, SPHEX_E_DATA, 1}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct table t =
			read_rows(cases[i].text, cases[i].one_sample, false, cases[i].kind);

		cr_assert_eq(t.status, cases[i].status, "case %zu: %s", i, t.err.message);
		cr_assert_eq(t.err.line, cases[i].line, "case %zu", i);
		bytes_free(&t.text);
	}
}

static enum sphex_status read_lines(const char *text, bool one_sample, enum region_kind kind,
	struct variants *v, bool *has_gt, struct sphex_error *err)
{
	char *path = text_file(text, ".bed");
	struct rows_options options = {
		.variant_lines = path, .one_sample = one_sample, .n_threads = 1};
	enum sphex_status status;

	memset(v, 0, sizeof(*v));
	memset(err, 0, sizeof(*err));
	status = line_file_read(&options, kind, v, has_gt, err);
	temp_remove(path);
	return status;
}

Test(line_files, lines_for_a_join_have_a_genotype_for_one_sample_only)
{
	static const struct {
		const char *text;
		bool one_sample;
		enum region_kind kind;
		enum sphex_status status;
		bool has_gt;
	} cases[] = {{"#h\nc\t9\t10\tA\tG\n", false, REGIONS_BED, SPHEX_OK, false},
		{"c\t9\t10\tA\tG\t0/1\n", true, REGIONS_BED, SPHEX_OK, true},
		{"c\t9\t10\tA\tG\t0/1\n", false, REGIONS_BED, SPHEX_E_DATA, false},
		{"c\t9\t10\tA\tG\n", true, REGIONS_BED, SPHEX_E_DATA, true},
		/* with annotation the file decides */
		{"c\t9\t10\tA\tG\t0/1\n", false, REGIONS_GENES, SPHEX_OK, true},
		{"c\t9\t10\tA\tG\n", true, REGIONS_GENES, SPHEX_OK, false},
		{"c\t9\t10\tA\tG\t0/1\tx\n", true, REGIONS_GENES, SPHEX_E_DATA, true},
		{"c\t10\t10\tA\tG\n", false, REGIONS_BED, SPHEX_E_DATA, false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct variants v;
		struct sphex_error err;
		bool has_gt;

		cr_assert_eq(read_lines(cases[i].text, cases[i].one_sample, cases[i].kind, &v,
				     &has_gt, &err),
			cases[i].status, "case %zu: %s", i, err.message);
		cr_assert_eq(has_gt, cases[i].has_gt, "case %zu", i);
		cr_assert_eq(v.n, cases[i].status ? 0 : 1, "case %zu", i);
		variants_free(&v);
	}
}
