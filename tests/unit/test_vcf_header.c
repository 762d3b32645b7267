/* Header lines: dictionaries, types, samples; and which headers WASP2's own reader refuses. */
#include <criterion/criterion.h>

#include <string.h>

#include "variants/vcf_strict.h"

#define COLUMNS "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"

/* Feeds the lines of `text`; each line ends with \n. */
static enum sphex_status read_header(
	const char *text, struct vcf_header *header, struct sphex_error *err)
{
	struct pieces lines = pieces_of(span_of(text), '\n');
	struct span line;

	memset(header, 0, sizeof(*header));
	while (pieces_next(&lines, &line) && line.n) {
		enum sphex_status status = vcf_header_line(header, line, err);

		if (status)
			return status;
	}
	return SPHEX_OK;
}

static void expect_name(const struct vcf_dictionary *d, int32_t index, const char *name)
{
	struct span got = span_of("");

	cr_assert_eq(vcf_dictionary_name(d, index, &got), *name != '\0', "index %d", index);
	cr_assert(span_is(got, name), "index %d is %.*s, not %s", index, (int)got.n, got.p, name);
	if (*name)
		cr_assert_eq(vcf_dictionary_index(d, span_of(name)), index);
}

Test(vcf_header, names_are_numbered_in_order_and_pass_is_0)
{
	static const char *const tags[] = {"PASS", "q10", "DP", "GT", "AD", ""};
	struct vcf_header h;
	struct sphex_error err;

	cr_assert(!read_header(
		"##fileformat=VCFv4.2\n"
		"##FILTER=<ID=q10,Description=\"x\">\n"
		"##contig=<ID=chr1,length=10>\n"
		"##INFO=<ID=DP,Number=1,Type=Integer,Description=\"a, \\\"b\\\" <c>\">\n"
		"##FILTER=<ID=PASS,Description=\"x\">\n"
		"##contig=<length=5,ID=chr2>\n"
		"##FORMAT=<ID=GT,Number=1,Type=String,Description=\"x\">\n"
		"##FORMAT=<ID=DP,Number=1,Type=String,Description=\"x\">\n"
		"##contig=<ID=bad,length=x>\n"
		"##contig=<ID=bad2,length=>\n"
		"##contig=<Length=3>\n"
		"##INFO=<ID=lost,Number=1,Type=Integer,Description=\"a \"b\" c\">\n"
		"##foo\n##source=<ID=x>\n##x=y\n"
		"##contig=< ID=chr3  , length=7 >\n"
		"##FORMAT=<ID=AD,Number=R,Type=Integer,Description=\"x\">\n",
		&h, &err));
	for (int32_t i = 0; i < 6; i++)
		expect_name(&h.tags, i, tags[i]);
	expect_name(&h.tags, -1, "");
	expect_name(&h.contigs, 0, "chr1");
	expect_name(&h.contigs, 1, "chr2");
	expect_name(&h.contigs, 2, "chr3");
	expect_name(&h.contigs, 3, "");
	vcf_header_free(&h);
}

Test(vcf_header, idx_sets_the_number_and_leaves_gaps)
{
	struct vcf_header h;
	struct sphex_error err;

	cr_assert(!read_header("##fileformat=VCFv4.2\n"
			       "##FILTER=<ID=PASS,Description=\"x\",IDX=0>\n"
			       "##INFO=<ID=A,Number=1,Type=Integer,Description=\"x\",IDX=4>\n"
			       "##INFO=<ID=B,Number=1,Type=Integer,Description=\"x\">\n"
			       "##FORMAT=<ID=C,Number=1,Type=Integer,Description=\"x\",IDX=2>\n"
			       "##FORMAT=<ID=D,Number=1,Type=Integer,Description=\"x\",IDX=y>\n"
			       "##contig=<ID=c7,length=5,IDX=7>\n",
		&h, &err));
	expect_name(&h.tags, 0, "PASS");
	expect_name(&h.tags, 1, "");
	expect_name(&h.tags, 2, "C");
	expect_name(&h.tags, 3, "");
	expect_name(&h.tags, 4, "A");
	expect_name(&h.tags, 5, "B");
	expect_name(&h.tags, 6, "");
	expect_name(&h.contigs, 0, "");
	expect_name(&h.contigs, 7, "c7");
	vcf_header_free(&h);
}

Test(vcf_header, a_tag_has_its_first_type_of_each_kind)
{
	struct vcf_header h;
	struct vcf_tag tag;
	struct sphex_error err;

	cr_assert(!read_header("##fileformat=VCFv4.2\n"
			       "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"x\">\n"
			       "##INFO=<ID=DP,Number=1,Type=Float,Description=\"x\">\n"
			       "##FORMAT=<ID=DP,Number=A,Type=Float,Description=\"x\">\n"
			       "##FORMAT=<ID=XX,Number=017,Type=Odd>\n",
		&h, &err));
	tag = vcf_header_tag(&h, span_of("DP"));
	cr_assert(tag.info.type == TYPE_INTEGER && tag.info.number == 1);
	cr_assert(tag.format.type == TYPE_FLOAT && tag.format.number == NUMBER_A);
	tag = vcf_header_tag(&h, span_of("XX"));
	cr_assert(tag.info.type == TYPE_NONE);
	cr_assert(tag.format.type == TYPE_STRING && tag.format.number == 17);
	cr_assert(vcf_header_tag(&h, span_of("YY")).format.type == TYPE_NONE);
	vcf_header_free(&h);
}

Test(vcf_header, samples_are_columns_behind_format)
{
	struct vcf_header h;
	struct sphex_error err;

	cr_assert(!read_header("##fileformat=VCFv4.2\n" COLUMNS "\tFORMAT\tB\tA\n", &h, &err));
	cr_assert(h.is_complete && h.samples.n == 2);
	cr_assert(pool_find(&h.samples, "B", 1) == 0 && pool_find(&h.samples, "A", 1) == 1);
	vcf_header_free(&h);
	cr_assert(!read_header("##fileformat=VCFv4.2\n" COLUMNS "\n", &h, &err));
	cr_assert(h.is_complete && h.samples.n == 0);
	vcf_header_free(&h);
}

Test(vcf_header, what_is_no_header_is_refused)
{
	static const struct {
		const char *text;
		enum sphex_status status;
	} cases[] = {
		{"##contig=<ID=a>\n", SPHEX_E_FORMAT},
		{"##fileformat=BCFv2\n", SPHEX_E_FORMAT},
		{"chr1\t1\n", SPHEX_E_FORMAT},
		{"##fileformat=VCFv4.2\nchr1\t1\n", SPHEX_E_FORMAT},
		{"##fileformat=VCFv4.2\n#comment\n", SPHEX_E_FORMAT},
		{"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\n", SPHEX_E_FORMAT},
		{"##fileformat=VCFv4.2\n#CHROM POS ID REF ALT QUAL FILTER INFO\n", SPHEX_E_FORMAT},
		{"##fileformat=VCFv4.2\n" COLUMNS "\tA\n", SPHEX_E_FORMAT},
		{"##fileformat=VCFv4.2\n" COLUMNS "\tFORMAT\tA\tA\n", SPHEX_E_FORMAT},
		{"##fileformat=VCFv4.2\n" COLUMNS "\tFORMAT\tA\t\n", SPHEX_E_FORMAT},
		{"##fileformat=VCFv4.2\n##contig=<ID=a,IDX=3>\n##contig=<ID=b,IDX=3>\n",
			SPHEX_E_DATA},
		{"##fileformat=VCFv4.2\n##contig=<ID=a,IDX=4000000000>\n", SPHEX_E_LIMIT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct vcf_header h;
		struct sphex_error err;

		cr_assert_eq(
			read_header(cases[i].text, &h, &err), cases[i].status, "%s", cases[i].text);
		vcf_header_free(&h);
	}
}

/* ---------------------------------------------------------------- the strict reader */

static bool is_refused(const char *version, const char *lines)
{
	struct vcf_strict s = {0};
	struct sphex_error err;
	struct span line = span_of(version);
	struct pieces pieces = pieces_of(span_of(lines), '\n');
	bool refuses;

	cr_assert(!vcf_strict_line(&s, line, &err));
	while (pieces_next(&pieces, &line))
		cr_assert(!vcf_strict_line(&s, line, &err));
	cr_assert(!vcf_strict_line(&s, span_of(COLUMNS), &err));
	refuses = s.refuses;
	vcf_strict_free(&s);
	return refuses;
}

static const char v42[] = "##fileformat=VCFv4.2", v43[] = "##fileformat=VCFv4.3",
		  v44[] = "##fileformat=VCFv4.4", v45[] = "##fileformat=VCFv4.5";

Test(vcf_strict, takes_headers_that_follow_the_specification)
{
	static const struct {
		const char *version, *lines;
	} cases[] = {
		{v42, "##contig=<ID=chr1,length=10>\n##contig=<ID=chr2>"},
		{v42, "##contig=<ID=chr1,length=10,assembly=\"a,b\",md5=x,URL=http://x/y>"},
		{v42, "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"x\",Source=\"a\",Version="
		      "\"3\">"},
		{v42, "##INFO=<Description=\"x\",Type=Flag,Number=0,ID=DB>"},
		{v42, "##INFO=<ID=X,Number=A,Type=Float,Description=\"a \\\"b\\\" \\\\ <c>, "
		      "d\",IDX=7>"},
		{v42, "##FORMAT=<ID=DP,Number=G,Type=Float,Description=\"other type\">"},
		{v42, "##FILTER=<ID=q10,Description=\"x\">\n##FILTER=<ID=PASS,Description=\"x\">"},
		{v42, "##ALT=<ID=DEL,Description=\"x\">"},
		{v42, "##source=a\n##source=b\n##x=<y>"},
		{v42, "##GATKCommandLine=<ID=HC,CommandLine=\"a=b --c\",Version=3>"},
		{v42, "##META=<ID=A,Type=String,Number=.,Values=\"a\">"},
		{v42, "##PEDIGREE=<Child=c,Mother=m>"},
		{v42, "##contig=<ID=a,>"},
		{v42, "##contig=<ID=a>junk"},
		{v42, "##contig=<ID=a, length=x>"}, /* " length" is another key */
		{v42, "##contig=<ID=\xC3\xA9,length=5>"},
		{v43, "##META=<ID=A,Type=String,Number=.,Values=[a, b]>\n##META=<ID=B>"},
		{v43, "##SAMPLE=<ID=s>\n##PEDIGREE=<ID=c,Father=f>"},
		{v43, "##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"x\">"},
		{v43, "##INFO=<ID=SVLEN,Number=.,Type=Integer,Description=\"x\">"},
		{v44, "##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"x\">"},
		{v43, "##FORMAT=<ID=CN,Number=1,Type=Integer,Description=\"x\">"},
		{v44, "##FORMAT=<ID=CN,Number=1,Type=Float,Description=\"x\">"},
		{v44, "##FORMAT=<ID=LAD,Number=.,Type=Integer,Description=\"x\">"},
		{"##fileformat=VCFv4.", "##x=y"},
		{"##fileformat=VCFv4.10", "##INFO=<ID=DP,Number=A,Type=Float,Description=\"x\">"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_assert(!is_refused(cases[i].version, cases[i].lines), "%s", cases[i].lines);
}

/* long: one table of all that is refused */
Test(vcf_strict, refuses_what_the_rules_list)
{
	static const struct {
		const char *version, *lines;
	} cases[] = {
		{v42, "##contig=<ID=a>\n##contig=<ID=a>"},
		{v42, "##INFO=<ID=D,Number=1,Type=Float,Description=\"\">\n"
		      "##INFO=<ID=D,Number=1,Type=Float,Description=\"\">"},
		{v42, "##FORMAT=<ID=D,Number=1,Type=Float,Description=\"\">\n"
		      "##FORMAT=<ID=D,Number=1,Type=Float,Description=\"\">"},
		{v42, "##FILTER=<ID=D,Description=\"\">\n##FILTER=<ID=D,Description=\"\">"},
		{v42, "##ALT=<ID=D,Description=\"\">\n##ALT=<ID=D,Description=\"\">"},
		{v42, "##x=<ID=D>\n##x=<ID=D>"},
		{v42, "##INFO=<ID=D,Type=Float,Description=\"\">"},
		{v42, "##INFO=<ID=D,Number=1,Description=\"\">"},
		{v42, "##INFO=<ID=D,Number=1,Type=Float>"},
		{v42, "##INFO=<Number=1,Type=Float,Description=\"\">"},
		{v42, "##INFO=<ID=D,Number=P,Type=Float,Description=\"\">"},
		{v42, "##INFO=<ID=D,Number=-1,Type=Float,Description=\"\">"},
		{v42, "##INFO=<ID=D,Number=1,Type=Double,Description=\"\">"},
		{v42, "##FORMAT=<ID=D,Number=0,Type=Flag,Description=\"\">"},
		{v42, "##INFO=<ID=D,ID=D,Number=1,Type=Float,Description=\"\">"},
		{v42, "##contig=<ID=a,x=1,x=1>"},
		{v42, "##INFO=<ID=D,Number=1,Type=Float,Description=\"a \"b\" c\">"},
		{v42, "##INFO=<ID=D,Number=1,Type=Float,Description=\"a\\b\">"},
		{v42, "##INFO=<ID=D, Number=1,Type=Float,Description=\"\">"},
		{v42, "##INFO=<ID=D,Number=1,Type=Float,Description=\"\",IDX=x>"},
		{v42, "##INFO=<ID=D,Number=1,Type=Float,Description=\"\""},
		{v42, "##INFO=x"},
		{v42, "##FILTER=<ID=q>"},
		{v42, "##ALT=<ID=DEL>"},
		{v42, "##x"},
		{v42, "##contig=<length=5>"},
		{v42, "##contig=<ID=a,length=-5>"},
		{v42, "##contig=<ID=a,length=5x>"},
		{v42, "#comment"},
		{v42, ""},
		{v42, "##x=<ID=a>\n##x=b"},
		{v42, "##x=b\n##x=<ID=a>"},
		{v42, "##x=b\n##y=c\n##x=d\n##x=<ID=a>"},
		{v42, "##fileformat=VCFv4.2"},
		{v42, "##x=\xE9"},
		{v42, "##x=\xC0\x80"},
		{v42, "##x=\xED\xA0\x80"},
		{v42, "##x=\xF4\x90\x80\x80"},
		{v42, "##x=\xE2\x82"},
		{v42, "##META=<ID=A,Values=[a, b]>"},
		{v42, "##META=x"},
		{v42, "##PEDIGREE=<Name_0=a,Name_1=b>"},
		{v43, "##PEDIGREE=<Child=c,Mother=m>"},
		{v43, "##pedigreeDB=<http://x>"},
		{v43, "##META=<ID=B,>"},
		{v43, "##FORMAT=<ID=DP,Number=1,Type=Float,Description=\"\">"},
		{v43, "##FORMAT=<ID=GT,Number=2,Type=String,Description=\"\">"},
		{v43, "##INFO=<ID=AC,Number=.,Type=Integer,Description=\"\">"},
		{v43, "##INFO=<ID=SVLEN,Number=A,Type=Integer,Description=\"\">"},
		{v44, "##INFO=<ID=SVLEN,Number=.,Type=Integer,Description=\"\">"},
		{v45, "##FORMAT=<ID=LAD,Number=.,Type=Integer,Description=\"\">"},
		{"##fileformat=VCFv4", "##x=y"},
		{"##fileformat=VCFv4.x", "##x=y"},
		{"##fileformat=VCF4.2", "##x=y"},
		{"##fileformat=VCFv4.2 ", "##x=y"},
		{"##x=y", "##x=y"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_assert(is_refused(cases[i].version, cases[i].lines), "%s\n%s", cases[i].version,
			cases[i].lines);
}

Test(vcf_strict, knows_reserved_formats_of_a_version)
{
	struct vcf_strict s = {.major = 4, .minor = 2};

	cr_assert_eq(vcf_strict_reserved_format(&s, span_of("DP")).type, TYPE_NONE);
	s.minor = 3;
	cr_assert_eq(vcf_strict_reserved_format(&s, span_of("DP")).type, TYPE_INTEGER);
	cr_assert_eq(vcf_strict_reserved_format(&s, span_of("LEN")).type, TYPE_NONE);
	s.minor = 5;
	cr_assert_eq(vcf_strict_reserved_format(&s, span_of("LEN")).type, TYPE_INTEGER);
	s.minor = 6;
	cr_assert_eq(vcf_strict_reserved_format(&s, span_of("DP")).type, TYPE_NONE);
}
