/* Regions of native mode: files of every kind, and typed. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <string.h>

#include "tests/support/text_rows.h"
#include "variants/region_list.h"

static enum sphex_status read_named(const char *text, const char *ending, const char *feature,
	struct region_list *list, struct sphex_error *err)
{
	char *path = text_file(text, ending);
	enum sphex_status status;

	memset(err, 0, sizeof(*err));
	status = region_file_read(path, feature, 1, list, err);
	temp_remove(path);
	return status;
}

static enum sphex_status read_text(
	const char *text, const char *feature, struct region_list *list, struct sphex_error *err)
{
	return read_named(text, ".any", feature, list, err);
}

/* "contig beg0 end0 [text] [text]; ..." */
static struct bytes list_text(const struct region_list *list)
{
	struct bytes out = {0};

	for (size_t i = 0; i < list->n; i++) {
		const struct listed_region *r = &list->items[i];

		bytes_print(&out, "%s%s %" PRIu64 " %" PRIu64, i ? "; " : "",
			pool_text(&list->contigs, r->contig, NULL), r->beg0, r->end0);
		for (int k = 0; k < (list->columns == COLUMNS_GENE ? 2 : 1); k++)
			bytes_print(&out, " [%s]",
				r->texts[k] == POOL_NONE
					? "-"
					: pool_text(&list->texts, r->texts[k], NULL));
	}
	bytes_add(&out, "", 1);
	return out;
}

struct file_case {
	const char *text, *regions;
};

static void check_files(const struct file_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct region_list list = {0};
		struct sphex_error err;
		struct bytes text;

		cr_assert(!read_text(cases[i].text, "gene", &list, &err), "case %zu: %s", i,
			err.message);
		text = list_text(&list);
		cr_assert_str_eq(
			(const char *)text.data, cases[i].regions, "case %zu: %s", i, text.data);
		bytes_free(&text);
		region_list_free(&list);
	}
}

Test(region_list, bed_lines_are_named_by_column_4_or_their_place)
{
	static const struct file_case cases[] = {
		{"c\t4\t10\nc\t4\t10\tx\nc\t4\t10\t.\nc\t4\t11\t\n",
			"c 4 10 [c:5-10]; c 4 10 [x]; c 4 11 [c:5-11]"},
		{"c\t0\t0\nc\t5\t5\tempty\n", "c 0 0 [c:1-0]; c 5 5 [empty]"},
		/* comments, browser lines; chrom and track as contigs */
		{"#chrom\tstart\tend\n\nbrowser position x\ntrack "
		 "name=x\ntrack\t1\t2\nchrom\t1\t2\n",
			"track 1 2 [track:2-2]; chrom 1 2 [chrom:2-2]"},
		/* no tab: words */
		{"c 4  10 peak 1\r\n", "c 4 10 [peak]"},
		{"c\t4\t10\tpeak 1 \"a\"\n", "c 4 10 [peak 1 \"a\"]"},
		/* narrowPeak */
		{"c\t9\t20\tp1\t0\t.\t1.5\t2\t3\t4\nc\t9\t20\tp2\t0\t.\t1.5\t2\t3\t9\n",
			"c 9 20 [p1]; c 9 20 [p2]"},
		{"c\t9\t20\t.\t0\t.\t1.5\t2\t3\t4\nc\t9\t20\t.\t0\t.\t1.5\t2\t3\t9\n",
			"c 9 20 [c:10-20]"},
		{"c\t1\t2", "c 1 2 [c:2-2]"},
		{"", ""},
		{"# nothing\n", ""},
	};

	check_files(cases, sizeof(cases) / sizeof(*cases));
}

#define GTF(feature, place, attributes) \
	"c\tsource\t" feature "\t" place "\t.\t+\t.\t" attributes "\n"

Test(region_list, annotation_lines_of_the_feature_have_id_and_name)
{
	static const struct file_case cases[] = {
		{GTF("gene", "5\t10", "gene_id \"G;1\"; gene_name \"A B\";")
				GTF("exon", "x\ty", "gene_id \"G1\"") GTF(
					"gene", "7\t7", "gene_id G2;gene_biotype \"gene_name\""),
			"c 4 10 [G;1] [A B]; c 6 7 [G2] [-]"},
		{"##gff-version 3\n" GTF("gene", "5\t10", "ID=gene:1;Name=A=B;gene_id=x") GTF(
			 "gene", "5\t11", "Name=n; ID = 2 ") GTF("gene", "5\t12", "Parent=x"),
			"c 4 10 [gene:1] [A=B]; c 4 11 [-] [n]; c 4 12 [-] [-]"},
		{GTF("gene", "5\t10", ""), "c 4 10 [-] [-]"},
		{GTF("gene", "5\t10", "  gene_id   \"a\"  ; gene_name  b "), "c 4 10 [a] [b]"},
		{GTF("gene", "5\t10", "gene_id \"\"; gene_name \"n"), "c 4 10 [-] [n]"},
		{GTF("gene", "5\t10", "ID= a ;Name=b"), "c 4 10 [a] [b]"},
		/* only whole keys, and the first of several */
		{GTF("gene", "5\t10", "old_gene_id \"x\"; gene_id \"a\"; gene_id \"b\""),
			"c 4 10 [a] [-]"},
		/* the same place and texts once, whatever else differs */
		{GTF("gene", "5\t10", "ID=a") GTF("gene", "5\t10", "ID=a;n=2")
				GTF("gene", "5\t10", "ID=b"),
			"c 4 10 [a] [-]; c 4 10 [b] [-]"},
		{GTF("gene", "5\t10", "ID=a") "##FASTA\n>c\nACGT\n", "c 4 10 [a] [-]"},
		{GTF("gene", "5\t10", "ID=a") ">c d\nACGT\n>e\n", "c 4 10 [a] [-]"},
		{"##gff-version 3\n##FASTA\n>c\nACGT\n", ""},
		{GTF("exon", "5\t10", "ID=a"), ""},
	};

	check_files(cases, sizeof(cases) / sizeof(*cases));
}

#define AMONG_SEQUENCES "a line with tabs stands among the sequences that ##FASTA or '>' begin"

Test(region_list, bad_lines_are_errors_with_their_number)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{"c\t1\t2\nc\t1\n", "the line has 2 columns instead of 3 or more"},
		{"#\nc\tx\t2\n", "column 2 is not the start of a region: 'x'"},
		{"c\t1\t2\nc\t1\t2e3\n", "column 3 is not the end of a region: '2e3'"},
		{"c\t1\t2\nc\t3\t2\n", "the region ends before it starts"},
		{"c\t1\t2\n\t1\t2\n", "the contig is empty"},
		{"#\nc\t-1\t2\n", "column 2 is not the start of a region: '-1'"},
		{"c\t1\t2\nc\t1\t99999999999999999999\n",
			"column 3 is not the end of a region: '99999999999999999999'"},
		{"#\n" GTF("gene", "0\t2", "ID=a"), "column 4 is not the start of a region: '0'"},
		{"#\n" GTF("gene", "3\t2", "ID=a"), "the region ends before it starts"},
		{"#\n\tsource\tgene\t1\t2\t.\t+\t.\tID=a\n", "the contig is empty"},
		{GTF("gene", "1\t2", "ID=a") GTF("gene", "1\tx", "ID=a"),
			"column 5 is not the end of a region: 'x'"},
		{GTF("gene", "1\t2", "ID=a") "c\ts\tgene\n", "the line has 3 columns instead of 9"},
		{GTF("gene", "1\t2", "ID=a") "c\ts\tgene\t5\t10\t.\t+\t.\n",
			"the line has 8 columns instead of 9"},
		{GTF("gene", "1\t2", "ID=a") GTF("gene", "1\t2", "ID=\tID=b"),
			"the line has more than 9 columns"},
		/* what begins sequences is a line that was a region, or comes before one */
		{GTF("gene", "1\t2", "ID=a") ">" GTF("gene", "3\t4", "ID=b"), AMONG_SEQUENCES},
		{GTF("gene", "1\t2", "ID=a") ">" GTF("gene", "3\t4", "ID=b") ">c\nA\n",
			AMONG_SEQUENCES},
		{"##FASTA\n" GTF("gene", "3\t4", "ID=b"), AMONG_SEQUENCES},
		{"#\n>" GTF("gene", "1\t2", "ID=a") GTF("gene", "3\t4", "ID=b"), AMONG_SEQUENCES},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct region_list list = {0};
		struct sphex_error err;

		cr_assert_eq(
			read_text(cases[i].text, "gene", &list, &err), SPHEX_E_DATA, "case %zu", i);
		cr_assert_str_eq(err.message, cases[i].message, "case %zu", i);
		cr_assert_eq(err.line, 2, "case %zu", i);
		cr_assert(strstr(err.file, ".any"), "case %zu", i);
		region_list_free(&list);
	}
}

Test(region_list, files_are_listed_in_order_and_kinds_kept_apart)
{
	struct region_list list = {0};
	struct sphex_error err;
	struct bytes text;

	cr_assert(!read_text("d\t1\t2\nc\t1\t2\n", "gene", &list, &err));
	cr_assert(!read_text("c\t1\t2\tx\nd\t1\t2\n", "gene", &list, &err));
	text = list_text(&list);
	cr_assert_str_eq((const char *)text.data, "d 1 2 [d:2-2]; c 1 2 [c:2-2]; c 1 2 [x]");
	bytes_free(&text);
	cr_assert_eq(read_text(GTF("gene", "1\t2", "ID=a"), "gene", &list, &err), SPHEX_E_ARGUMENT);
	region_list_free(&list);
}

Test(region_list, typed_regions_are_contigs_places_and_ranges)
{
	static const struct {
		const char *text, *contig;
		uint64_t beg0, end0;
		bool is_known;
	} cases[] = {
		{"c", "c", 0, UINT64_MAX, true},
		{"d", "d", 0, UINT64_MAX, false},
		{"c:5", "c", 4, 5, true},
		{"c:5-10", "c", 4, 10, true},
		{"c:5-5", "c", 4, 5, true},
		{"d:1,000-2,000,000", "d", 999, 2000000, false},
		/* names with colons */
		{"h*1:02", "h*1:02", 0, UINT64_MAX, true},
		{"h*1:02:7", "h*1:02", 6, 7, true},
		{"h*1:02:7-9", "h*1:02", 6, 9, true},
		{"h*1:x", "h*1:x", 0, UINT64_MAX, true},
		{"h*1:03", "h*1", 2, 3, false},
		{"two:1:1", "two:1", 0, 1, true},
		{"a-b:1-2", "a-b", 0, 2, false},
	};
	static const char *const names[] = {"c", "h*1:02", "h*1:x", "two", "two:1"};
	static const char *const bad[] = {"", ":", ":5", "c:", "c:0", "c:0-5", "c:6-5", "c:x",
		"c:5-", "c:5-x", "c:-5", "c:5-6-7", "c:,5", "c:99999999999999999999", "two:1",
		"d:e:f"};
	const struct contig_names known = {names, sizeof(names) / sizeof(*names)};
	struct sphex_error err;
	struct typed_region region;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cr_assert(!typed_region_parse(cases[i].text, &known, false, &region, &err), "%s",
			cases[i].text);
		cr_assert(span_is(region.contig, cases[i].contig), "%s", cases[i].text);
		cr_assert_eq(region.beg0, cases[i].beg0, "%s", cases[i].text);
		cr_assert_eq(region.end0, cases[i].end0, "%s", cases[i].text);
		cr_assert_eq(region.is_known, cases[i].is_known, "%s", cases[i].text);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_assert_eq(typed_region_parse(bad[i], &known, false, &region, &err),
			SPHEX_E_ARGUMENT, "%s", bad[i]);
}

Test(region_list, typed_contigs_with_colons_are_known_by_the_other_style)
{
	static const struct {
		const char *text, *contig;
		uint64_t beg0, end0;
	} cases[] = {
		{"chrh*1:02", "chrh*1:02", 0, UINT64_MAX},
		{"chrh*1:02:7-9", "chrh*1:02", 6, 9},
		{"h*1:02:7", "h*1:02", 6, 7},
		{"x:3", "x:3", 0, UINT64_MAX},
		{"chrM:3", "chrM", 2, 3},
	};
	static const char *const names[] = {"h*1:02", "chrx:3", "MT"};
	const struct contig_names known = {names, sizeof(names) / sizeof(*names)};
	struct sphex_error err;
	struct typed_region region;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cr_assert(!typed_region_parse(cases[i].text, &known, true, &region, &err), "%s",
			cases[i].text);
		cr_assert(region.is_known && span_is(region.contig, cases[i].contig), "%s",
			cases[i].text);
		cr_assert(region.beg0 == cases[i].beg0 && region.end0 == cases[i].end0, "%s",
			cases[i].text);
	}
}

Test(region_list, a_file_is_of_the_kind_that_its_name_says)
{
	static const char bed[] = "chr1\t4\t43\t.\t+\n",
			  gtf[] = "chr1\tx\tgene\t5\t43\t.\t+\t.\tgene_id \"g\";\n";
	static const struct {
		const char *text, *ending;
		enum sphex_status status;
	} cases[] = {{bed, ".bed", SPHEX_OK}, {bed, ".any", SPHEX_OK}, {bed, ".gff3", SPHEX_E_DATA},
		{bed, ".gtf", SPHEX_E_DATA}, {gtf, ".gtf", SPHEX_OK}, {gtf, ".any", SPHEX_OK},
		{gtf, ".bed", SPHEX_E_DATA}, {gtf, ".narrowPeak", SPHEX_E_DATA}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct region_list list = {0};
		struct sphex_error err;

		cr_assert_eq(read_named(cases[i].text, cases[i].ending, "gene", &list, &err),
			cases[i].status, "case %zu: %s", i, err.message);
		region_list_free(&list);
	}
}
