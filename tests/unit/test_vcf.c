/* VCF files: what becomes of lines, columns and headers, in every container. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "simd/cpu.h"
#include "simd/select.h"
#include "tests/support/one_in.h"
#include "tests/support/prng.h"
#include "tests/support/variant_text.h"

Test(vcf, all_lines_without_a_sample)
{
	expect_text(records_as_text("c1\t100\trs1\tA\tG\t30\tLowQ\tDP=3\tGT\t0/0\t0/0\t0/0\n"
				    "c2\t5\t.\ta\tc\t.\t.\t.\tGT\t.\t.\t.\n"
				    "c1\t7\t.\tN\t*\t.\tPASS\t.\tDP\t.\t.\t.\n"
				    "c1\t7\t.\tN\tAC\t.\tPASS\t.\tDP\t.\t.\t.\n",
			    (struct reading){.samples = ""}),
		"c1 99 100 A G\nc2 4 5 a c\nc1 6 7 N *\n", "no sample");
}

Test(vcf, no_line_is_no_error)
{
	expect_text(records_as_text("", (struct reading){.samples = "A"}), "", "no records");
	expect_text(records_as_text("c1\t1\t.\tA\tG\t.\t.\t.\tGT\t0/0\t0/1\t0/1\n",
			    (struct reading){.samples = "A"}),
		"", "no het");
}

Test(vcf, positions_are_positive_numbers)
{
	static const struct {
		const char *pos, *lines;
	} cases[] = {
		{"100", "c1 99 100 A G\n"},
		{"+100", "c1 99 100 A G\n"},
		{"00100", "c1 99 100 A G\n"},
		{"4294967295", "c1 4294967294 4294967295 A G\n"},
		{"12345678", "c1 12345677 12345678 A G\n"},
		{"987654321", "c1 987654320 987654321 A G\n"},
		{"+123456789", "c1 123456788 123456789 A G\n"},
		{"00000000007", "c1 6 7 A G\n"},
		{"1234567x", ""},
		{"x23456789", ""},
		{"12345678:9", ""},
		{"/12345678", ""},
		{"0", ""},
		{"00", ""},
		{"-5", ""},
		{"x", ""},
		{"1e3", ""},
		{"100.0", ""},
		{" 100", ""},
		{"", ""},
		{".", ""},
		{"18446744073709551616", ""},
	};
	char record[100];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(record, sizeof(record), "c1\t%s\t.\tA\tG\t.\t.\t.\n", cases[i].pos);
		expect_text(records_as_text(record, (struct reading){.samples = ""}),
			cases[i].lines, cases[i].pos);
	}
	expect_start(records_as_text(
			     "c1\t4294967296\t.\tA\tG\t.\t.\t.\n", (struct reading){.samples = ""}),
		"! limit at 6,0", "beyond 32 bits");
}

Test(vcf, genotypes_are_those_of_the_sample)
{
	const char *records = "c1\t1\t.\tA\tG\t.\t.\t.\tGT\t0/1\t0/0\t1|0\n"
			      "c1\t2\t.\tA\tG\t.\t.\t.\tGT:DP\t0|0:5\t0|1:3\t1|1:1\n"
			      "c1\t3\t.\tA\tG\t.\t.\t.\tDP:GT\t1:0/1\t.:1/0\t.\n"
			      "c1\t4\t.\tA\tG\t.\t.\t.\tGT\t0/1\n"
			      "c1\t5\t.\tA\tG\t.\t.\t.\t.\t0/1\t0/1\t0/1\n"
			      "c1\t6\t.\tA\tG\t.\t.\t.\tDP\t5\t5\t5\n"
			      "c1\t7\t.\tA\tG\t.\t.\t.\tGT\n"
			      "c1\t8\t.\tA\tG\t.\t.\t.\n"
			      "c1\t9\t.\tA\tG\t.\t.\t.\tGT:GT\t0/1:1/1\t0/0:0/1\t\n";

	expect_text(records_as_text(records, (struct reading){.samples = "A"}),
		"c1 0 1 A G 0/1\nc1 2 3 A G 0/1\nc1 3 4 A G 0/1\nc1 8 9 A G 0/1\n", "A");
	expect_text(records_as_text(records, (struct reading){.samples = "B"}),
		"c1 1 2 A G 0|1\nc1 2 3 A G 1/0\n", "B");
	expect_text(records_as_text(records, (struct reading){.samples = "C"}), "c1 0 1 A G 1|0\n",
		"C");
	expect_text(records_as_text(records, (struct reading){.samples = "B A"}),
		"c1 1 2 A G\nc1 2 3 A G\n", "B, then A: the first is tested");
	expect_text(records_as_text(records, (struct reading){.samples = "A A"}),
		"c1 0 1 A G\nc1 2 3 A G\nc1 3 4 A G\nc1 8 9 A G\n", "A twice counts as two");
}

/* One record whose FORMAT is KEY:GT with this value; true when the genotype is seen. */
static bool is_seen(
	const char *version, const char *declaration, const char *key, const char *value)
{
	struct bytes vcf = {0}, got;
	bool seen;

	bytes_print(&vcf, "##fileformat=%s\n%s", version, declaration);
	bytes_print(&vcf, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\n");
	bytes_print(&vcf, "c1\t1\t.\tA\tG\t.\t.\t.\t%s:GT\t%s:0/1\n", key, value);
	got = bytes_as_text(&vcf, ".vcf", (struct reading){.samples = "A"});
	cr_assert(got.data[0] != '!', "%s", (char *)got.data);
	seen = got.n > 1;
	bytes_free(&got);
	bytes_free(&vcf);
	return seen;
}

Test(vcf, a_value_in_front_of_gt_has_to_fit_its_type)
{
	static const struct {
		const char *type;
		const char *good[10], *bad[10];
	} cases[] = {
		{"Number=1,Type=Integer",
			{"7", "-7", "+7", ".", "2147483647", "-2147483648", "007"},
			{"x", "1.5", "2147483648", "-2147483649", " 7", "7 ", "-", "0x1", ""}},
		{"Number=1,Type=Float",
			{"1", "1.5", ".5", "1.", "-1e5", "1E+05", "inf", "-Infinity", "NaN", "."},
			{"x", "1e", "e5", "..", "1.5.", "0x10", "infi", "-", "1,2", ""}},
		{"Number=1,Type=Character", {"a", ".", "\xC3\xA9", "%41", "%", "%C3%A9"},
			{"ab", "%4", "%41b", "%C3", "\xC3\xA9x", ""}},
		{"Number=1,Type=String", {"abc", "a,b", ".", "%zz", "", "%C3%A9"},
			{"%FF", "a%C3", "%E9b"}},
		{"Number=.,Type=Integer", {"x", "1,x", "", "%FF"}, {NULL}},
		{"Number=2,Type=Float", {"x", ""}, {NULL}},
		{"Number=0,Type=Integer", {"."}, {"1", "x"}},
	};
	char declaration[200];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(declaration, sizeof(declaration), "##FORMAT=<ID=K,%s,Description=\"\">\n",
			cases[i].type);
		for (size_t k = 0; k < 10 && cases[i].good[k]; k++)
			cr_assert(is_seen("VCFv4.2", declaration, "K", cases[i].good[k]), "%s %s",
				cases[i].type, cases[i].good[k]);
		for (size_t k = 0; k < 10 && cases[i].bad[k]; k++)
			cr_assert(!is_seen("VCFv4.2", declaration, "K", cases[i].bad[k]), "%s '%s'",
				cases[i].type, cases[i].bad[k]);
	}
	cr_assert(is_seen("VCFv4.2", "", "DP", "x"), "not declared: text");
	cr_assert(!is_seen("VCFv4.3", "", "DP", "x"), "reserved from 4.3 on");
}

/* ---------------------------------------------------------------- lines */

Test(vcf, line_ends_and_the_last_line_do_not_matter)
{
	static const char *const ends[] = {"\n", "\r\n"};

	for (int k = 0; k < 4; k++) {
		struct bytes vcf = {0};
		const char *e = ends[k % 2];

		bytes_print(&vcf, "##fileformat=VCFv4.1%s", e);
		bytes_print(&vcf, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA%s", e);
		bytes_print(&vcf, "c1\t1\t.\tA\tG\t.\tFoo\tX=1\tGT\t0/1%s", e);
		bytes_print(&vcf, "c1\t2\t.\tA\tG\t.\t.\t.\tGT\t0|1%s", k < 2 ? e : "");
		expect_text(bytes_as_text(&vcf, ".vcf", (struct reading){.samples = "A"}),
			"c1 0 1 A G 0/1\nc1 1 2 A G 0|1\n", "one of four ways to end lines");
		bytes_free(&vcf);
	}
}

Test(vcf, a_line_without_its_columns_is_an_error_with_its_number)
{
	static const char *const lines[] = {
		"\n", "\r\n", "c1\n", "#comment\n", "c1\t2\t.\tA\tG\t.\t.\n", "##x=y\n"};
	char records[300];

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		snprintf(records, sizeof(records),
			"c1\t1\t.\tA\tG\t.\t.\t.\n%sc1\t3\t.\tA\tG\t.\t.\t.\n", lines[i]);
		expect_start(records_as_text(records, (struct reading){.samples = ""}),
			"! data at 7,0", lines[i]);
	}
}

Test(vcf, a_last_line_that_is_cut_gives_what_it_has)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
		{"c1", ""},
		{"c1\t5", ""},
		{"c1\t5\t.\tA", ""},
		{"c1\t5\t.\tA\t", ""},
		{"c1\t5\t.\tA\tG", "c1 4 5 A G\n"},
		{"c1\t5\t.\tA\tG\t.\t.", "c1 4 5 A G\n"},
		{"c1\t5\t.\tA\tG\t.\t.\t.\tGT\t0", "c1 4 5 A G\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		expect_text(records_as_text(cases[i].line, (struct reading){.samples = ""}),
			cases[i].expected, cases[i].line);
	expect_text(records_as_text("c1\t5\t.\tA\tG", (struct reading){.samples = "A"}), "",
		"no genotype");
}

/* ---------------------------------------------------------------- headers and names */

/* AC>GC appears by bcftools' rules only, `*` by the text rules only. */
static const char telling[] = "c1\t1\t.\tA\t*\t.\t.\t.\nc1\t2\t.\tAC\tGC\t.\t.\t.\n";
#define BY_TEXT "c1 0 1 A *\n"
#define BY_BCFTOOLS "c1 1 3 AC GC\n"

Test(vcf, a_header_that_the_strict_reader_refuses_means_other_rules)
{
	static const struct {
		const char *more, *expected;
	} cases[] = {
		{"", BY_TEXT},
		{"##contig=<ID=c1,length=1000>\n", BY_BCFTOOLS},
		{"##INFO=<ID=X>\n", BY_BCFTOOLS},
		{"##noequals\n", BY_BCFTOOLS},
		{"\n", BY_BCFTOOLS},
		{"##comment=caf\xE9\n", BY_BCFTOOLS},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bytes vcf = {0};

		add_header(&vcf, cases[i].more);
		bytes_print(&vcf, "%s", telling);
		expect_text(bytes_as_text(&vcf, ".vcf", (struct reading){.samples = ""}),
			cases[i].expected, cases[i].more);
		bytes_free(&vcf);
	}
}

Test(vcf, name_and_container_decide_about_the_rules)
{
	enum container { PLAIN, GZIP, BGZF };
	static const struct {
		const char *suffix;
		enum container container;
		const char *expected; /* ! for a name that is refused */
	} cases[] = {
		{".vcf", PLAIN, BY_TEXT},
		{".VCF", PLAIN, BY_TEXT},
		{".x.vcf", PLAIN, BY_TEXT},
		{".vcf.gz", BGZF, BY_TEXT},
		{".vcf.gz", GZIP, BY_TEXT},
		{".Vcf.bgz", BGZF, BY_TEXT},
		{".vcf", BGZF, BY_BCFTOOLS},
		{".vcf.gz", PLAIN, BY_BCFTOOLS},
		{".bcf", PLAIN, BY_BCFTOOLS},
		{".bcf", BGZF, BY_BCFTOOLS},
		{".bcf.gz", BGZF, BY_BCFTOOLS},
		{".txt", PLAIN, "! format"},
		{".vcf.GZ", BGZF, "! format"},
		{".gz", BGZF, "! format"},
		{"vcf", PLAIN, "! format"},
		{".vcf.", PLAIN, "! format"},
		{".pgen", PLAIN, "! unsupported"},
	};
	struct bytes vcf = {0};

	add_header(&vcf, "");
	bytes_print(&vcf, "%s", telling);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bytes file = {0};

		if (cases[i].container == PLAIN)
			bytes_add(&file, vcf.data, vcf.n);
		else
			file = cases[i].container == GZIP
				       ? gzip_wrap(&vcf, 6)
				       : bgzf_wrap(&vcf, (struct bgzf_shape){.level = 6});
		expect_start(bytes_as_text(&file, cases[i].suffix, (struct reading){.samples = ""}),
			cases[i].expected, cases[i].suffix);
		expect_text(bytes_as_text(&file, cases[i].suffix,
				    (struct reading){.rules = SELECT_WASP2_LEGACY}),
			BY_BCFTOOLS, "legacy: any name");
		bytes_free(&file);
	}
	bytes_free(&vcf);
}

Test(vcf, what_is_no_vcf_is_a_format_error)
{
	static const char *const texts[] = {"", "chr1\t1\n", "##fileformat=VCFv4.2\n", "\x1f", "BC",
		"##fileformat=VCFv4.2\n#CHROM\tPOS\n"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct bytes file = {0};

		bytes_print(&file, "%s", texts[i]);
		expect_start(bytes_as_text(&file, ".vcf", (struct reading){.samples = ""}),
			"! format", texts[i]);
		bytes_free(&file);
	}
	expect_start(
		read_as_text("/no/such.vcf", (struct reading){.samples = ""}), "! io", "missing");
}

Test(vcf, a_sample_that_is_not_there_is_named)
{
	expect_text(records_as_text("", (struct reading){.samples = "A zz"}),
		"! not found at 0,0: sample 'zz' is not in the file", "unknown sample");
}

Test(vcf, by_bcftools_a_sample_is_named_once)
{
	expect_start(records_as_text(telling,
			     (struct reading){.rules = SELECT_WASP2_LEGACY, .samples = "B B"}),
		"! data", "twice");
}

Test(vcf, info_end_is_the_end_by_bcftools_where_it_is_declared)
{
	static const struct {
		const char *declaration, *info;
		unsigned end;
	} cases[] = {
		{"##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n", "END=131", 131},
		{"##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n", "DP=1;END=100;X",
			100},
		{"##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n", "END=99", 101},
		{"##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n", "END=.", 101},
		{"##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n", "END=2147483648",
			101},
		{"##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n", "END=120;END=.;END=5",
			120},
		{"##INFO=<ID=END,Number=1,Type=Integer,Description=\"e\">\n", "XEND=131", 101},
		{"##INFO=<ID=END,Number=1,Type=String,Description=\"e\">\n", "END=131", 101},
		{"", "END=131", 101},
	};
	char expected[100];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bytes vcf = {0};

		add_header(&vcf, cases[i].declaration);
		bytes_print(&vcf, "c1\t100\t.\tAC\tGC\t.\t.\t%s\n", cases[i].info);
		snprintf(expected, sizeof(expected), "c1 99 %u AC GC\n", cases[i].end);
		expect_text(
			bytes_as_text(&vcf, ".vcf", (struct reading){.rules = SELECT_WASP2_LEGACY}),
			expected, cases[i].info);
		bytes_free(&vcf);
	}
	expect_text(records_as_text(
			    "c1\t100\t.\tA\tG\t.\t.\tEND=131\n", (struct reading){.samples = ""}),
		"c1 99 100 A G\n", "not by the text rules");
}

Test(vcf, by_bcftools_several_samples_without_gt_are_counted_by_info)
{
	static const struct {
		const char *info;
		bool kept;
	} cases[] = {{"AC=1;AN=6", true}, {"AN=6;AC=3", true}, {"AC=4;AN=6", false},
		{"AC=0;AN=6", false}, {"AC=1", false}, {"AN=6", false}, {"AC=1,1;AN=6", false},
		{".", false}};
	char record[200];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		snprintf(record, sizeof(record), "c1\t100\t.\tA\tG\t.\t.\t%s\tDP\t1\t1\t1\n",
			cases[i].info);
		expect_text(records_as_text(record, (struct reading){.rules = SELECT_WASP2_LEGACY,
							    .samples = "A C"}),
			cases[i].kept ? "c1 99 100 A G\n" : "", cases[i].info);
	}
}

/* ---------------------------------------------------------------- many samples, large files */

enum { N_SAMPLES = 3000, N_RECORDS = 40 };

/* Allele k of the genotype of a sample in a record. */
static unsigned allele(size_t record, size_t sample, unsigned k)
{
	return (unsigned)((record * 7919 + sample * 31 + k * (record + sample)) % 3 == 0);
}

static struct bytes make_cohort(void)
{
	struct bytes vcf = {0};
	struct prng r = {5};

	bytes_print(&vcf,
		"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT");
	for (size_t s = 0; s < N_SAMPLES; s++)
		bytes_print(&vcf, "\ts%zu", s);
	for (size_t i = 0; i < N_RECORDS; i++) {
		bytes_print(&vcf, "\nc1\t%zu\t.\tA\tG\t.\t.\t.\tGT:X", i + 1);
		for (size_t s = 0; s < N_SAMPLES; s++)
			bytes_print(&vcf, "\t%u/%u:%.*s", allele(i, s, 0), allele(i, s, 1),
				(int)prng_below(&r, 40),
				"........................................");
	}
	bytes_print(&vcf, "\n");
	return vcf;
}

Test(vcf, the_column_of_a_sample_is_found_by_every_row_of_kernels)
{
	size_t n_rows;
	const struct row_info *rows = kernels_rows(&n_rows);
	struct bytes vcf = make_cohort();
	char *path = temp_file(&vcf, ".vcf");

	for (size_t s = 0; s < N_SAMPLES; s += (s < 200 ? 1 : 97) * one_in(7)) {
		struct bytes expected = {0};
		char name[20];

		snprintf(name, sizeof(name), "s%zu", s);
		for (size_t i = 0; i < N_RECORDS; i++)
			if (allele(i, s, 0) != allele(i, s, 1))
				bytes_print(&expected, "c1 %zu %zu A G %u/%u\n", i, i + 1,
					allele(i, s, 0), allele(i, s, 1));
		bytes_add(&expected, "", 1);
		for (size_t k = 0; k < n_rows; k++)
			if (sphex_kernels_select(rows[k].name, cpu_bundles()))
				expect_text(read_as_text(path, (struct reading){.samples = name,
								       .kernels = rows[k].name}),
					(char *)expected.data, name);
		bytes_free(&expected);
	}
	temp_remove(path);
	bytes_free(&vcf);
}

Test(vcf, samples_may_be_named_in_any_order)
{
	struct bytes vcf = make_cohort(), expected = {0};
	static const size_t chosen[] = {2999, 0, 64, 63, 1500};
	char names[] = "s2999 s0 s64 s63 s1500";

	for (size_t i = 0; i < N_RECORDS; i++) {
		unsigned n = 0;

		for (size_t k = 0; k < 5; k++)
			n += allele(i, chosen[k], 0) + allele(i, chosen[k], 1);
		if (n >= 1 && n <= 9)
			bytes_print(&expected, "c1 %zu %zu A G\n", i, i + 1);
	}
	bytes_add(&expected, "", 1);
	expect_text(bytes_as_text(&vcf, ".vcf",
			    (struct reading){.rules = SELECT_WASP2_LEGACY, .samples = names}),
		(char *)expected.data, names);
	bytes_free(&vcf);
	bytes_free(&expected);
}

Test(vcf, lines_are_the_same_in_every_container_by_any_number_of_threads)
{
	struct bytes vcf = make_cohort(), expected, file;

	expected = bytes_as_text(&vcf, ".vcf", (struct reading){.samples = "s2000"});
	cr_assert(expected.n > 100);
	file = gzip_wrap(&vcf, 1);
	expect_text(bytes_as_text(&file, ".vcf.gz", (struct reading){.samples = "s2000"}),
		(char *)expected.data, "gzip");
	bytes_free(&file);
	file = bgzf_wrap(&vcf, (struct bgzf_shape){.level = 1});
	for (unsigned n_threads = 1; n_threads <= 8; n_threads++)
		expect_text(bytes_as_text(&file, ".vcf.gz",
				    (struct reading){.samples = "s2000", .n_threads = n_threads}),
			(char *)expected.data, "BGZF");
	bytes_free(&file);
	bytes_free(&expected);
	bytes_free(&vcf);
}

Test(vcf, damage_behind_the_first_block_is_an_error)
{
	struct bytes vcf = make_cohort(), file, cut = {0};

	file = bgzf_wrap(&vcf, (struct bgzf_shape){.level = 1});
	bytes_add(&cut, file.data, bgzf_block_offset(&file, 3) + 100);
	expect_start(bytes_as_text(&cut, ".vcf.gz", (struct reading){.samples = "s0"}),
		"! truncated", "cut in a block");
	cut.n = bgzf_block_offset(&file, 3);
	expect_start(bytes_as_text(&cut, ".vcf.gz", (struct reading){.samples = "s0"}),
		"! truncated", "cut between blocks");
	file.data[bgzf_block_offset(&file, 2) + 200] ^= 1;
	expect_start(bytes_as_text(&file, ".vcf.gz", (struct reading){.samples = "s0"}), "! data",
		"one bit changed");
	bytes_free(&vcf);
	bytes_free(&file);
	bytes_free(&cut);
}

Test(vcf, bytes_changed_at_random_never_crash)
{
	struct prng r = {11};

	for (size_t round = 0; round < 400; round += one_in(7)) {
		struct bytes vcf = {0};

		add_header(&vcf, "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"d\">\n");
		bytes_print(&vcf, "%s",
			"c1\t1\t.\tA\tG,<X>\t.\tPASS\tEND=5\tDP:GT\t1:0/1\t.:1|2\t3:.\n"
			"c2\t2\t.\tACG\tA\t.\tPASS\tAC=1;AN=3\tGT\t0/1\t1|1\t./.\n");
		for (size_t i = 0; i < 1 + round % 5; i++)
			vcf.data[prng_below(&r, vcf.n)] =
				(uint8_t) "\t\n,:;=<>\"/|.\0\xFF\x80"[prng_below(&r, 15)];
		for (int k = 0; k < 4; k++) {
			struct bytes got = bytes_as_text(&vcf, ".vcf",
				(struct reading){
					.rules = k % 2 ? SELECT_WASP2_LEGACY : SELECT_WASP2,
					.samples = k / 2 ? "A B" : "B",
					.include_indels = true,
					.include_multiallelic = true});

			cr_assert(got.n >= 1);
			bytes_free(&got);
		}
		bytes_free(&vcf);
	}
}

Test(vcf, reading_ends_when_it_is_cancelled)
{
	struct bytes vcf = make_cohort();
	char *path = temp_file(&vcf, ".vcf");
	atomic_bool cancelled = true;
	struct variant_options options = {.rules = SELECT_NATIVE,
		.n_threads = 1,
		.kernels = sphex_kernels_select(NULL, cpu_bundles()),
		.cancelled = &cancelled};
	struct variants v = {0};
	struct sphex_error err;

	cr_assert_eq(variants_read(path, &options, &v, &err), SPHEX_E_CANCELLED);
	cr_assert_eq(v.n, 0);
	variants_free(&v);
	cancelled = false;
	cr_assert_eq(variants_read(path, &options, &v, &err), SPHEX_OK);
	cr_assert_neq(v.n, 0);
	variants_free(&v);
	temp_remove(path);
	bytes_free(&vcf);
}
