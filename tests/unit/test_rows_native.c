/* Rows of native mode: from lines, with and without regions. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/support/text_rows.h"
#include "variants/rows_native.h"

static const char lines[] = "c 4 5 A G\nc 9 12 CAA C\nc 9 12 CAA CT\nd 4 5 A T\nc 4 5 A T\n";

/* Letter i of `has_row` is '1' where line i has one; its record is i + 1. */
static struct variants variants_of(const char *text, const char *has_row)
{
	struct variants v = {0};

	add_lines(&v, text);
	v.extras = memory_new(v.n, sizeof(*v.extras));
	for (size_t i = 0; i < v.n; i++)
		v.extras[i] = (struct variant_extra){(uint32_t)i + 1,
			!has_row || has_row[i] == '1' ? VARIANT_NO_ID : VARIANT_NO_ROW};
	return v;
}

static void check_rows(
	const struct variants *v, const struct native_rows_options *options, const char *expected)
{
	struct rows rows = {0};
	struct sphex_error err = {0};
	struct bytes table;
	enum sphex_status status = rows_make_native(options, v, &rows, &err);

	cr_assert(!status, "%s: %s", options->regions ? options->regions[0] : "", err.message);
	table = table_text(v, &rows);
	cr_assert_str_eq((const char *)table.data, expected, "%s", table.data);
	bytes_free(&table);
	rows_free(&rows);
}

Test(rows_native, without_regions_rows_are_the_lines_that_have_one)
{
	static const struct native_rows_options options = {0};
	struct variants v = variants_of(lines, NULL);

	struct rows rows = {0};
	struct sphex_error err;

	cr_assert(!rows_make_native(&options, &v, &rows, &err) && rows.identity && rows.n == 5);
	rows_free(&rows);
	variants_free(&v);

	v = variants_of(lines, "01011");
	check_rows(&v, &options, "chrom pos ref alt\nc 10 CAA C\nd 5 A T\nc 5 A T\n");
	variants_free(&v);

	v = variants_of("", NULL);
	check_rows(&v, &options, "chrom pos ref alt\n");
	variants_free(&v);
}

Test(rows_native, only_one_named_sample_has_a_genotype_column)
{
	static const struct native_rows_options options = {0};

	for (size_t n = 0; n < 3; n++) {
		struct variants v = variants_of("c 4 5 A G 0/1\n", NULL);

		v.n_samples = n;
		check_rows(&v, &options,
			n == 1 ? "chrom pos ref alt GT\nc 5 A G 0/1\n"
			       : "chrom pos ref alt\nc 5 A G\n");
		variants_free(&v);
	}
}

Test(rows_native, typed_regions_give_a_row_each_where_ref_shares_a_base)
{
	static const struct {
		const char *regions[3];
		const char *table;
	} cases[] = {
		{{"c"}, "c 5 A G c\nc 10 CAA C c\nc 10 CAA CT c\nc 5 A T c\n"},
		/* POS stays as it is when the region begins inside REF */
		{{"c:12"}, "c 10 CAA C c:12\nc 10 CAA CT c:12\n"},
		{{"c:11-40"}, "c 10 CAA C c:11-40\nc 10 CAA CT c:11-40\n"},
		{{"c:13"}, ""},
		{{"c:5-9"}, "c 5 A G c:5-9\nc 5 A T c:5-9\n"},
		{{"c:6-9"}, ""},
		/* in the order of the arguments, twice the same once */
		{{"d:5-5", "d", "d:5-5"}, "d 5 A T d:5-5\nd 5 A T d\n"},
		{{"d", "c:5-5", "d:1-5"},
			"c 5 A G c:5-5\nd 5 A T d\nd 5 A T d:1-5\nc 5 A T c:5-5\n"},
		{{"e:1-5"}, ""},
	};
	struct variants v = variants_of(lines, NULL);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct native_rows_options options = {.regions = cases[i].regions, .n_threads = 1};
		char expected[400];

		while (options.n_regions < 3 && cases[i].regions[options.n_regions])
			options.n_regions++;
		snprintf(
			expected, sizeof(expected), "chrom pos ref alt region\n%s", cases[i].table);
		check_rows(&v, &options, expected);
	}
	variants_free(&v);
}

Test(rows_native, lines_without_a_row_have_none_in_regions_either)
{
	static const char *const regions[] = {"c"};
	static const struct native_rows_options options = {.regions = regions, .n_regions = 1};
	struct variants v = variants_of(lines, "10100");

	check_rows(&v, &options, "chrom pos ref alt region\nc 5 A G c\nc 10 CAA CT c\n");
	variants_free(&v);
}

Test(rows_native, files_are_told_by_name_or_by_being_there)
{
	char *bed =
		text_file("c\t11\t12\t.\nc\t4\t5\tpeak\nc\t4\t5\tpeak\nd\t4\t4\tempty\n", ".bed");
	char *list = text_file("c\t4\t5\nc\t11\t12\n", ".list");
	char *gtf = text_file("c\ts\tgene\t1\t20\t.\t+\t.\tgene_id \"G\";\n"
			      "c\ts\texon\t5\t5\t.\t+\t.\tgene_id \"G\"; gene_name \"N\";\n",
		".gtf");
	const char *regions[] = {bed, list};
	struct native_rows_options options = {.regions = regions, .n_regions = 2, .n_threads = 1};
	struct variants v = variants_of("c 4 5 A G\nc 9 12 CAA C\nd 4 5 A G\n", NULL);

	check_rows(&v, &options,
		"chrom pos ref alt region\nc 5 A G peak\nc 5 A G c:5-5\nc 10 CAA C c:12-12\n");
	regions[0] = gtf;
	options.n_regions = 1;
	check_rows(
		&v, &options, "chrom pos ref alt gene_id gene_name\nc 5 A G G -\nc 10 CAA C G -\n");
	options.feature = "exon";
	check_rows(&v, &options, "chrom pos ref alt gene_id gene_name\nc 5 A G G N\n");
	temp_remove(bed);
	temp_remove(list);
	temp_remove(gtf);
	variants_free(&v);
}

/* A contig is one even where a file has its name, and a directory is no file. */
Test(rows_native, a_known_contig_comes_before_a_file_of_its_name)
{
	static const char *const regions[] = {"c", "d"};
	static const struct native_rows_options options = {.regions = regions, .n_regions = 2};
	struct variants v = variants_of("c 4 5 A G\n", NULL);
	char folder[] = "/tmp/sphex_test_XXXXXX";
	FILE *file;

	cr_assert(mkdtemp(folder) && !chdir(folder) && !mkdir("d", 0700));
	file = fopen("c", "w");
	cr_assert(file && !fclose(file));
	check_rows(&v, &options, "chrom pos ref alt region\nc 5 A G c\n");
	cr_assert(!unlink("c") && !rmdir("d") && !chdir("/") && !rmdir(folder));
	variants_free(&v);
}

Test(rows_native, auto_style_finds_regions_by_the_other_name)
{
	static const char *const regions[] = {"chrc:5-5", "c:5"};
	static const char *const bam[] = {"chrc", "chrx"};
	struct native_rows_options options = {
		.regions = regions, .n_regions = 2, .bam = {bam, 2}, .contigs_auto = true};
	struct variants v = variants_of("c 4 5 A G\n", NULL);
	struct sphex_error err;
	struct rows rows = {0};

	check_rows(&v, &options, "chrom pos ref alt region\nc 5 A G chrc:5-5\nc 5 A G c:5\n");
	options.contigs_auto = false;
	check_rows(&v, &options, "chrom pos ref alt region\nc 5 A G c:5\n");
	/* none in common: an error, for it is only the style */
	options.n_regions = 1;
	cr_assert_eq(rows_make_native(&options, &v, &rows, &err), SPHEX_E_NOT_FOUND);
	cr_assert_str_eq(
		err.message, "no contig of the regions is in the variants: chrc against c");
	cr_assert_str_eq(err.hint, "--contig-style auto takes chrc for c");
	rows_free(&rows);
	variants_free(&v);
}

Test(rows_native, regions_that_cannot_be_are_errors)
{
	char *empty = text_file("# nothing\n", ".bed"),
	     *exons = text_file("c\ts\texon\t1\t2\t.\t+\t.\t\n", ".gff3");
	char *bed = text_file("c\t1\t2\n", ".bed");
	char empty_message[300], exons_message[300];
	const struct {
		const char *region, *feature;
		enum sphex_status status;
		const char *message, *hint;
	} cases[] = {
		{empty, NULL, SPHEX_E_EMPTY, empty_message,
			"of GTF and GFF3 the lines of feature 'gene' count"},
		{exons, NULL, SPHEX_E_EMPTY, exons_message,
			"of GTF and GFF3 the lines of feature 'gene' count"},
		{bed, "exon", SPHEX_E_ARGUMENT,
			"feature 'exon' was asked for, but the regions are no GTF or GFF3", ""},
		{"nowhere.txt", NULL, SPHEX_E_NOT_FOUND,
			"no contig of the typed region is in the variants and the BAM: nowhere.txt "
			"against "
			"c, b",
			"there is no file 'nowhere.txt' either"},
		{"chrc:1", NULL, SPHEX_E_NOT_FOUND,
			"no contig of the typed region is in the variants and the BAM: chrc "
			"against c, b",
			"--contig-style auto takes chrc for c"},
		{"c:0", NULL, SPHEX_E_ARGUMENT, "'c:0' is no region",
			"write CONTIG, CONTIG:BEG or CONTIG:BEG-END"},
		{"/nowhere/x.bed", NULL, SPHEX_E_IO, NULL, NULL},
	};
	static const char *const bam[] = {"b"};
	struct variants v = variants_of("c 4 5 A G\n", NULL);

	snprintf(empty_message, sizeof(empty_message), "there is no region in %s", empty);
	snprintf(exons_message, sizeof(exons_message), "there is no region in %s", exons);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct native_rows_options options = {.regions = &cases[i].region,
			.n_regions = 1,
			.feature = cases[i].feature,
			.bam = {bam, 1},
			.n_threads = 1};
		struct rows rows = {0};
		struct sphex_error err = {0};

		cr_assert_eq(rows_make_native(&options, &v, &rows, &err), cases[i].status,
			"case %zu: %s", i, err.message);
		if (cases[i].message) {
			cr_assert_str_eq(err.message, cases[i].message);
			cr_assert_str_eq(err.hint, cases[i].hint);
		}
		rows_free(&rows);
	}
	temp_remove(empty);
	temp_remove(exons);
	temp_remove(bed);
	variants_free(&v);
}

Test(rows_native, rows_are_counted_per_contig)
{
	static const char *const regions[] = {"c", "c:5"};
	static const struct native_rows_options none = {0},
						two = {.regions = regions, .n_regions = 2};
	struct variants v = variants_of(lines, NULL);
	struct rows rows = {0};
	struct sphex_error err;
	uint64_t n_rows[2];

	cr_assert(!rows_make_native(&none, &v, &rows, &err));
	rows_per_contig(&v, &rows, n_rows);
	cr_assert(n_rows[0] == 4 && n_rows[1] == 1);
	rows_free(&rows);
	cr_assert(!rows_make_native(&two, &v, &rows, &err));
	rows_per_contig(&v, &rows, n_rows);
	cr_assert(n_rows[0] == 6 && n_rows[1] == 0);
	rows_free(&rows);
	variants_free(&v);
}
