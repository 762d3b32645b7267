/* Rows end to end: lines and options in, the table without counts out. */
#include <criterion/criterion.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/text_rows.h"
#include "variants/rows.h"

#define LINES "c 99 100 A G 0/1\nc 109 112 ACG A 0|1\nd 99 100 A G 1|0\n"

struct table {
	enum sphex_status status;
	struct sphex_error err;
	size_t n_lost;
	bool identity;
	struct bytes text;
};

/* `regions` and `row_file` are texts; suffix is the ending of the region file. */
static struct table make(
	const char *lines, const char *regions, const char *suffix, struct rows_options options)
{
	char *path = regions ? text_file(regions, suffix) : NULL;
	struct table table = {0};
	struct variants v = {0};
	struct rows rows = {0};

	add_lines(&v, lines);
	options.variants = "in.vcf";
	options.regions = path;
	options.n_threads = 1;
	table.status = rows_make(&options, &v, &rows, &table.err);
	table.n_lost = rows.n_lost;
	table.identity = rows.identity;
	if (!table.status)
		table.text = table_text(&v, &rows);
	rows_free(&rows);
	variants_free(&v);
	if (path)
		temp_remove(path);
	return table;
}

static void expect(const char *lines, const char *regions, const char *suffix,
	struct rows_options options, const char *expected)
{
	struct table t = make(lines, regions, suffix, options);

	cr_assert(!t.status, "%s", t.err.message);
	cr_assert_str_eq((char *)t.text.data, expected, "%s", (char *)t.text.data);
	bytes_free(&t.text);
}

static void expect_status(const char *lines, const char *regions, const char *suffix,
	struct rows_options options, enum sphex_status status)
{
	struct table t = make(lines, regions, suffix, options);

	cr_assert_eq(t.status, status, "%s", t.err.message);
	bytes_free(&t.text);
}

static const struct rows_options ONE = {.one_sample = true}, NONE = {0};

Test(rows, without_regions_rows_are_the_lines)
{
	struct table t = make(LINES, NULL, NULL, ONE);

	cr_assert(!t.status && t.identity);
	cr_assert_str_eq((char *)t.text.data, "chrom pos0 pos ref alt GT\nc 99 100 A G 0/1\n"
					      "c 109 112 ACG A 0|1\nd 99 100 A G 1|0\n");
	bytes_free(&t.text);
	expect("c 99 100 A G\n", NULL, NULL, NONE, "chrom pos0 pos ref alt\nc 99 100 A G\n");
}

Test(rows, with_regions_there_is_a_row_for_each_overlap)
{
	const char *regions = "c\t0\t20000\tbig\nc\t90\t111\tsmall\nx\t0\t9\tz\n";

	expect(LINES, regions, ".bed", ONE,
		"chrom pos ref alt GT region\nc 100 A G 0/1 c_90_111\nc 100 A G 0/1 c_0_20000\n"
		"c 111 ACG A 0|1 c_90_111\nc 112 ACG A 0|1 c_0_20000\n");
	expect(LINES, regions, ".narrowPeak", (struct rows_options){.use_region_names = true},
		"chrom pos ref alt region\nc 100 A G small\nc 100 A G big\nc 111 ACG A small\n"
		"c 112 ACG A big\n");
}

Test(rows, annotation_gives_two_columns)
{
	const char *genes = "c\ts\tgene\t1\t101\t.\t+\t.\tID=g;Parent=p;\n";

	expect(LINES, genes, ".gff3", ONE, "chrom pos ref alt GT ID Parent\nc 100 A G 0/1 g p\n");
	expect(LINES, genes, ".gtf",
		(struct rows_options){.feature = "gene", .attribute = "Parent", .parent = "x"},
		"chrom pos ref alt Parent x\nc 100 A G p -\n");
}

Test(rows, annotation_without_overlap_is_a_header_in_wasp2_and_an_error_in_legacy)
{
	const char *genes = "e\ts\tgene\t1\t101\t.\t+\t.\tID=g;\n";

	expect(LINES, genes, ".gtf", ONE, "chrom pos ref alt ID groupby_ID\n");
	expect("", genes, ".gtf", ONE, "chrom pos ref alt ID groupby_ID\n");
	expect_status(LINES, genes, ".gtf", (struct rows_options){.legacy = true}, SPHEX_E_EMPTY);
}

Test(rows, nothing_to_count_is_an_error)
{
	expect_status("", NULL, NULL, NONE, SPHEX_E_EMPTY);
	expect_status("", "c\t1\t2\n", ".bed", NONE, SPHEX_E_EMPTY);
	expect_status(LINES, "c\t1\t2\n", ".bed", NONE, SPHEX_E_EMPTY);
	expect_status(LINES, "", ".bed", NONE, SPHEX_E_EMPTY);
	expect_status(LINES, "c\t1\t2\n", ".txt", NONE, SPHEX_E_ARGUMENT);
}

Test(rows, a_quote_behind_the_columns_that_are_read_loses_rows_as_in_the_original)
{
	const char *lines = "c 1 2 A G\nc 2 3 A G\nc 3 4 A G\nc 4 5 A G\n",
		   *odd = "c\t0\t99\tz\"z\n";
	struct table t = make(lines, odd, ".bed", NONE);

	cr_assert(!t.status);
	cr_assert_eq(t.n_lost, 2);
	cr_assert_str_eq(
		(char *)t.text.data, "chrom pos ref alt region\nc 2 A G c_0_99\nc 4 A G c_0_99\n");
	bytes_free(&t.text);
	/* as a name it is text, and all rows are there */
	t = make(lines, odd, ".bed", (struct rows_options){.use_region_names = true});
	cr_assert(!t.status && !t.n_lost);
	cr_assert_str_eq((char *)t.text.data,
		"chrom pos ref alt region\nc 2 A G z\"z\nc 3 A G z\"z\n"
		"c 4 A G z\"z\nc 5 A G z\"z\n");
	bytes_free(&t.text);
}

/* ---------------------------------------------------------------- intermediate files */

/* Runs with the kept files in a new folder; returns the folder, which the caller removes. */
static char *keep(const char *lines, const char *regions, const char *suffix, struct rows_options o,
	const char *table)
{
	char *dir = text_file("", ".kept");

	cr_assert(unlink(dir) == 0 && mkdir(dir, 0700) == 0);
	o.keep_dir = dir;
	expect(lines, regions, suffix, o, table);
	return dir;
}

static char *in_dir(const char *dir, const char *name)
{
	size_t n = strlen(dir) + strlen(name) + 2;
	char *path = malloc(n);

	snprintf(path, n, "%s/%s", dir, name);
	return path;
}

/* Returns how many files were in it. */
static size_t remove_dir(const char *dir)
{
	DIR *entries = opendir(dir);
	size_t n = 0;

	cr_assert(entries);
	for (struct dirent *e; (e = readdir(entries));) {
		char *path = in_dir(dir, e->d_name);

		n += unlink(path) == 0;
		free(path);
	}
	closedir(entries);
	cr_assert_eq(rmdir(dir), 0);
	return n;
}

Test(rows, kept_files_give_the_same_rows_when_they_are_read_again)
{
	const char *genes = "c\ts\tgene\t1\t111\t.\t+\t.\tID=g\"\"x;Parent=;\n"
			    "c\ts\tgene\t9\t101\t.\t+\t.\tID=h;\n";
	const char *regions = "c\t0\t111\tn \"1\"\nc\t90\t20000\t\n";
	const char *const texts[] = {regions, genes};
	const char *const suffixes[] = {".bed", ".gtf"};
	const char *const joined[] = {"in_intersect_regions.bed", "in_intersect_genes.bed"};

	for (int kind = 0; kind < 2; kind++) {
		for (int one = 0; one < 2; one++) {
			const char *lines = one ? LINES : "c 99 100 A G\nc 109 112 ACG A\n";
			struct rows_options o = {.one_sample = one, .use_region_names = kind == 0};
			struct table t = make(lines, texts[kind], suffixes[kind], o);
			char *dir, *lines_path, *joined_path;

			cr_assert(!t.status, "%s", t.err.message);
			dir = keep(lines, texts[kind], suffixes[kind], o, (char *)t.text.data);
			lines_path = in_dir(dir, "in.bed");
			joined_path = in_dir(dir, joined[kind]);
			o.variant_lines = lines_path;
			expect("", texts[kind], suffixes[kind], o, (char *)t.text.data);
			o.joined_lines = joined_path;
			expect("", texts[kind], suffixes[kind], o, (char *)t.text.data);
			cr_assert_eq(remove_dir(dir), kind == 0 ? 2u : 3u);
			bytes_free(&t.text);
			free(lines_path);
			free(joined_path);
			free(dir);
		}
	}
}

Test(rows, variant_lines_replace_the_variants)
{
	char *path = text_file("c\t99\t100\tA\tG\nd\t5\t6\tAC\tG\n", ".bed");
	char *with_gt = text_file("c\t99\t100\tA\tG\t0/1\n", ".bed");

	expect(LINES, NULL, NULL, (struct rows_options){.variant_lines = path},
		"chrom pos0 pos ref alt\nc 99 100 A G\nd 5 6 AC G\n");
	expect(LINES, "d\t5\t6\n", ".bed", (struct rows_options){.variant_lines = path},
		"chrom pos ref alt region\nd 6 AC G d_5_6\n");
	expect("", NULL, NULL, (struct rows_options){.variant_lines = with_gt},
		"chrom pos ref alt region\nc 100 A G 0/1\n");
	expect("", NULL, NULL, (struct rows_options){.variant_lines = with_gt, .one_sample = true},
		"chrom pos0 pos ref alt GT\nc 99 100 A G 0/1\n");
	expect_status("", NULL, NULL,
		(struct rows_options){.variant_lines = path, .one_sample = true}, SPHEX_E_DATA);
	temp_remove(path);
	temp_remove(with_gt);
}

Test(rows, joined_lines_need_no_bed_file_but_annotation_names_the_columns)
{
	char *joined = text_file("c\t99\t100\tA\tG\tc\t90\t105\tn1\n", ".bed");
	char *genes = text_file("c\t99\t100\tA\tG\tc\t90\t105\tx\ty\n", ".bed");
	struct rows_options o = {
		.variants = "in.vcf", .regions = "no/such.bed", .joined_lines = joined};
	struct variants v = {0};
	struct rows rows = {0};
	struct sphex_error err;
	struct bytes text;

	cr_assert(!rows_make(&o, &v, &rows, &err), "%s", err.message);
	text = table_text(&v, &rows);
	cr_assert_str_eq((char *)text.data, "chrom pos ref alt region\nc 100 A G c_90_105\n");
	bytes_free(&text);
	rows_free(&rows);
	variants_free(&v);
	expect("", "c\ts\tgene\t1\t2\t.\t+\t.\tID=q;\n", ".gtf",
		(struct rows_options){.joined_lines = genes},
		"chrom pos ref alt ID groupby_ID\nc 100 A G x y\n");
	temp_remove(joined);
	temp_remove(genes);
}

Test(rows, the_file_that_held_no_variant_is_named)
{
	char *empty = text_file("", ".bed");
	struct rows_options joined = {.joined_lines = empty, .variant_lines = "no/such.bed"};
	struct variants v = {0};
	struct rows rows = {0};
	struct sphex_error err;
	struct table t;

	t = make("", NULL, NULL, joined);
	cr_assert_eq(t.status, SPHEX_E_EMPTY);
	cr_assert_str_eq(t.err.file, empty);
	t = make("", NULL, NULL, (struct rows_options){.variant_lines = empty});
	cr_assert_str_eq(t.err.file, empty);
	t = make("", NULL, NULL, NONE);
	cr_assert_str_eq(t.err.file, "in.vcf");
	/* a caller of the library need not have a file of variants */
	joined.variant_lines = NULL;
	cr_assert_eq(rows_make(&joined, &v, &rows, &err), SPHEX_E_EMPTY);
	cr_assert_str_eq(err.file, empty);
	rows_free(&rows);
	variants_free(&v);
	temp_remove(empty);
}
