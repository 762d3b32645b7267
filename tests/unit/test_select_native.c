/* Native rules: which records and ALTs become lines, and what is said of the rest. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "simd/select.h"
#include "tests/support/prng.h"
#include "tests/support/text_rows.h"
#include "variants/vcf.h"

#define HEADER "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO"
#define ONE HEADER "\tFORMAT\tS\n"
#define TWO HEADER "\tFORMAT\tS\tT\n"
#define SITES HEADER "\n"

/* Spaces stand for tabs. */
static enum sphex_status read_text(const char *text, struct variant_options options,
	struct variants *out, struct sphex_error *err)
{
	char buffer[8192], *path;
	enum sphex_status status;

	snprintf(buffer, sizeof(buffer), "%s", text);
	for (char *p = strchr(buffer, '\n'); p && *p; p++)
		*p = *p == ' ' ? '\t' : *p;
	path = text_file(buffer, ".txt");
	options.rules = SELECT_NATIVE;
	options.n_threads = 1;
	options.kernels = sphex_kernels_select("scalar", 0);
	memset(out, 0, sizeof(*out));
	memset(err, 0, sizeof(*err));
	status = variants_read(path, &options, out, err);
	temp_remove(path);
	return status;
}

/* "record contig:pos-end REF>ALT id gt; " per line, "(...)" where it has no row. */
static struct bytes lines_text(const struct variants *v)
{
	struct bytes out = {0};

	for (size_t i = 0; i < v->n; i++) {
		const struct variant *item = &v->items[i];
		const struct variant_extra *extra = &v->extras[i];
		char room[VARIANT_ID_ROOM];
		size_t n_ref, n_alt;
		const char *ref = variant_ref(v, i, &n_ref), *alt = variant_alt(v, i, &n_alt);

		bytes_print(&out, variant_has_row(v, i) ? "%s%" PRIu32 " " : "%s(%" PRIu32 " ",
			i ? "; " : "", extra->record);
		bytes_print(&out, "%s:%" PRIu32 "-%" PRIu32 " %.*s>%.*s",
			pool_text(&v->contigs, item->contig, NULL), item->pos0 + 1,
			variant_end(v, i), (int)n_ref, ref, (int)n_alt, alt);
		if (variant_id(v, i, room))
			bytes_print(&out, " %s", variant_id(v, i, room));
		if (variant_gt(v, i) != POOL_NONE)
			bytes_print(&out, " %s", pool_text(&v->gts, variant_gt(v, i), NULL));
		bytes_add(&out, variant_has_row(v, i) ? "" : ")", !variant_has_row(v, i));
	}
	bytes_add(&out, "", 1);
	return out;
}

/* Counts that are not 0: "word n, word n". */
static struct bytes fates_text(const struct variants *v)
{
	struct bytes out = {0};

	for (enum variant_fate fate = 0; fate < N_VARIANT_FATES; fate++)
		if (v->fates[fate])
			bytes_print(&out, "%s%s %" PRIu64, out.n ? ", " : "",
				variant_fate_word(fate), v->fates[fate]);
	bytes_add(&out, "", 1);
	return out;
}

struct select_case {
	const char *text, *lines, *fates;
};

static void check_cases(const struct select_case *cases, size_t n, struct variant_options options)
{
	for (size_t i = 0; i < n; i++) {
		struct variants v;
		struct sphex_error err;
		struct bytes lines, fates;

		cr_assert(!read_text(cases[i].text, options, &v, &err), "case %zu: %s", i,
			err.message);
		lines = lines_text(&v);
		fates = fates_text(&v);
		cr_assert_str_eq(
			(const char *)lines.data, cases[i].lines, "case %zu: %s", i, lines.data);
		cr_assert_str_eq(
			(const char *)fates.data, cases[i].fates, "case %zu: %s", i, fates.data);
		bytes_free(&lines);
		bytes_free(&fates);
		variants_free(&v);
	}
}

#define CHECK(cases, ...) \
	check_cases(cases, sizeof(cases) / sizeof(*(cases)), (struct variant_options){__VA_ARGS__})

static const char *const sample[] = {"S"};

/* ---------------------------------------------------------------- the short way */

/* Two records, then such as most are, and some that are not. */
static void print_records(struct bytes *vcf, const char *first, struct prng *random)
{
	static const char *const ids[] = {".", "rs1", "rs12345678", "rs123456789;x", "\xC3\xA9"};
	static const char *const alleles[] = {"A", "C", "g", "T", "A", "G", "TA", "A,C", "*"};
	static const char *const gts[] = {"0/1", "1|0", "0|0", "1/1", "./.", "0", "."};
	uint32_t pos1 = 1;

	bytes_print(vcf, ONE "%s", first);
	for (int i = 0; i < 100; i++) {
		pos1 = prng_below(random, 60) ? pos1 + (uint32_t)prng_below(random, 3) : 1;
		bytes_print(vcf, "c%" PRIu64 " %" PRIu32 " %s %s %s . %s . GT %s\n",
			prng_below(random, 60) ? (uint64_t)i / 40 : 0, pos1,
			ids[prng_below(random, 5)], alleles[prng_below(random, 7)],
			alleles[prng_below(random, 9)], prng_below(random, 9) ? "PASS" : "q",
			gts[prng_below(random, 7)]);
	}
	bytes_add(vcf, "", 1);
}

static void expect_equal(struct bytes got, struct bytes expected, size_t skipped)
{
	cr_assert(got.n > skipped && expected.n > skipped);
	cr_assert_str_eq((char *)got.data + skipped, (char *)expected.data + skipped);
	bytes_free(&got);
	bytes_free(&expected);
}

/* Behind a record that goes back none is plain any more. */
Test(select_native, plain_records_give_what_the_long_way_gives)
{
	static const char up[] = "y 5 . A G . PASS . GT 0/1\ny 9 . A G . PASS . GT 0/1\n";
	static const char down[] = "y 9 . A G . PASS . GT 0/1\ny 5 . A G . PASS . GT 0/1\n";
	static const char *const filters[] = {"PASS"};

	for (unsigned k = 0; k < 120; k++) {
		struct prng random = {k}, same = {k};
		size_t n_first =
			strlen(k % 4 ? "1 y:5-5 A>G 0/1; 2 y:9-9" : "1 y:5-5 A>G; 2 y:9-9");
		struct variant_options options = {.samples = sample,
			.n_samples = k % 4 > 0,
			.all_sites = k % 4 == 1,
			.filters = filters,
			.n_filters = k % 3 == 0,
			.include_indels = k % 5 == 0};
		struct bytes sorted = {0}, unsorted = {0};
		struct variants v, w;
		struct sphex_error err;

		print_records(&sorted, up, &random);
		print_records(&unsorted, down, &same);
		cr_assert(!read_text((char *)sorted.data, options, &v, &err), "%s", err.message);
		cr_assert(!read_text((char *)unsorted.data, options, &w, &err), "%s", err.message);
		cr_assert_gt(v.n, 3);
		expect_equal(lines_text(&v), lines_text(&w), n_first);
		expect_equal(fates_text(&v), fates_text(&w), 0);
		bytes_free(&sorted);
		bytes_free(&unsorted);
		variants_free(&v);
		variants_free(&w);
	}
}

#define A10 "AAAAAAAAAA"
#define A50 A10 A10 A10 A10 A10

Test(select_native, indels_are_lines_up_to_fifty_bases)
{
	static const struct select_case cases[] = {
		{SITES "c 5 . C CA,CG,GT,TTT . . .\n",
			"1 c:5-5 C>CA; 1 c:5-5 C>CG; 1 c:5-5 C>GT; 1 c:5-5 C>TTT", "kept 4"},
		{SITES "c 5 . C C" A50 ",C" A50 "A . . .\n", "1 c:5-5 C>C" A50,
			"too_long 1, kept 1"},
		{SITES "c 5 . C" A50 " C . . .\nc 5 . C" A50 "A C . . .\n", "1 c:5-55 C" A50 ">C",
			"too_long 1, kept 1"},
		/* the trimmed allele counts */
		{SITES "c 5 . C" A50 "G C" A50 "T . . .\n", "1 c:5-56 C" A50 "G>C" A50 "T",
			"kept 1"},
	};

	CHECK(cases, .include_indels = true);
}

Test(select_native, other_alts_are_kept_for_judging_where_a_row_is_no_snv)
{
	static const struct select_case cases[] = {
		{ONE "c 5 . CAA CA,C,CTA . . . GT 0/1\n",
			"1 c:5-7 CAA>CA 0/1; (1 c:5-7 CAA>C 0/1); (1 c:5-7 CAA>CTA 0/1)",
			"not_het 2, kept 1"},
		/* an SNV's row needs no others */
		{ONE "c 5 . CAA CA,C,CTA . . . GT 0/3\n", "1 c:5-7 CAA>CTA 0/3",
			"not_het 2, kept 1"},
		/* those that fail by their alleles have no say */
		{ONE "c 5 . CAA CA,*,<DEL>,CNN,CAA,C" A50 "AAA . . . GT 0|1\n",
			"1 c:5-7 CAA>CA 0|1",
			"star 1, symbolic 1, not_acgt 1, same_as_ref 1, too_long 1, kept 1"},
		/* what has a row elsewhere has a say */
		{ONE "c 5 . CAA CA . . . GT 0/1\nc 5 . CAA CA,C . . . GT 1/2\n",
			"1 c:5-7 CAA>CA 0/1; 2 c:5-7 CAA>C 1/2; (2 c:5-7 CAA>CA 1/2)",
			"repeated 1, kept 2"},
		/* but each once */
		{ONE "c 5 . CAA C,CA,C,CA,C . . . GT 0/2\n",
			"1 c:5-7 CAA>CA 0/2; (1 c:5-7 CAA>C 0/2)", "not_het 4, kept 1"},
		{ONE "c 5 . CAA CA,CA . . . GT 0/2\n", "1 c:5-7 CAA>CA 0/2", "not_het 1, kept 1"},
		{ONE "c 5 . CAA CA,CA . . . GT 1/2\n", "1 c:5-7 CAA>CA 1/2", "repeated 1, kept 1"},
	};

	CHECK(cases, .include_indels = true, .samples = sample, .n_samples = 1);
}

Test(select_native, one_sample_gives_the_alts_for_which_it_is_heterozygous)
{
	static const struct select_case cases[] = {
		{ONE "c 5 . A C,G . . . GT 0/2\n", "1 c:5-5 A>G 0/2", "not_het 1, kept 1"},
		{ONE "c 5 . A C,G . . . DP:GT 3:1|2\n", "1 c:5-5 A>C 1|2; 1 c:5-5 A>G 1|2",
			"kept 2"},
		{ONE "c 5 . A C . . . GT 0/0/1\n", "1 c:5-5 A>C 0/0/1", "kept 1"},
		{ONE "c 5 . A C . . . GT |0/1\n", "1 c:5-5 A>C |0/1", "kept 1"},
		{ONE "c 5 . A C . . . GT 1/1\nc 5 . A C . . . GT 0/0\nc 5 . A C . . . GT 1\n"
		     "c 5 . A C . . . GT ./.\nc 5 . A C . . . GT .\nc 5 . A C . . . GT ./1\n"
		     "c 5 . A C . . . GT 0/1/.\nc 5 . A C . . . DP 0/1\n",
			"", "not_het 8"},
		/* the number counts all ALTs as written */
		{ONE "c 5 . A *,C . . . GT 0/2\n", "1 c:5-5 A>C 0/2", "star 1, kept 1"},
		{ONE "c 5 . A *,C . . . GT 0/1\n", "", "star 1, not_het 1"},
		/* nothing qualifies: the genotype is not looked at */
		{ONE "c 5 . A AT . . . GT x\n", "", "not_snv 1"},
	};
	static const struct select_case all[] = {
		{ONE "c 5 . A C,G . . . GT 0/2\nc 6 . A C . . . GT 1\nc 7 . A C . . . DP 1\n"
		     "c 8 . A C . . . GT ./.\n",
			"1 c:5-5 A>C 0/2; 1 c:5-5 A>G 0/2; 2 c:6-6 A>C 1; 3 c:7-7 A>C .; "
			"4 c:8-8 A>C ./.",
			"kept 5"},
	};

	CHECK(cases, .samples = sample, .n_samples = 1);
	CHECK(all, .samples = sample, .n_samples = 1, .all_sites = true);
}

Test(select_native, of_several_samples_one_has_to_be_heterozygous)
{
	static const char *const both[] = {"T,S"};
	static const struct select_case cases[] = {
		{TWO "c 5 . A C,G . . . GT 0/1 0/2\n", "1 c:5-5 A>C; 1 c:5-5 A>G", "kept 2"},
		{TWO "c 5 . A C,G . . . GT 1/1 0/2\n", "1 c:5-5 A>G", "not_het 1, kept 1"},
		/* each on its own: 0 and 1 in two samples are no heterozygote */
		{TWO "c 5 . A C . . . GT 0/0 1/1\n", "", "not_het 1"},
		{TWO "c 5 . A C . . . GT ./. 1|0\n", "1 c:5-5 A>C", "kept 1"},
	};

	CHECK(cases, .samples = both, .n_samples = 1);
}

Test(select_native, records_go_by_filter_and_by_number_of_alts)
{
	static const char *const passing[] = {"PASS,."}, *const named[] = {"PASS", "q10"};
	static const char text[] = SITES "c 1 . A C . PASS .\nc 2 . A C . . .\nc 3 . A C . q10 .\n"
					 "c 4 . A C . s50;q10 .\nc 5 . A C . s50 .\n"
					 "c 6 . A C,<X> . PASS .\nc 7 . A * . PASS .\n";
	static const struct select_case
		pass[] = {{text, "1 c:1-1 A>C; 2 c:2-2 A>C; 6 c:6-6 A>C",
			"filter 3, star 1, symbolic 1, kept 3"}},
		names[] = {{text, "1 c:1-1 A>C; 3 c:3-3 A>C; 4 c:4-4 A>C; 6 c:6-6 A>C",
			"filter 2, star 1, symbolic 1, kept 4"}},
		biallelic[] = {{text, "1 c:1-1 A>C; 2 c:2-2 A>C",
			"filter 3, multiallelic 1, star 1, kept 2"}};

	CHECK(pass, .filters = passing, .n_filters = 1);
	CHECK(names, .filters = named, .n_filters = 2);
	CHECK(biallelic, .filters = passing, .n_filters = 1, .biallelic_only = true);
}

Test(select_native, a_repeated_alt_gets_no_row_wherever_it_stands)
{
	static const struct select_case cases[] = {
		{SITES "c 5 . A C . . .\nc 5 . A G,c . . .\nc 5 . AT CT . . .\n",
			"1 c:5-5 A>C; 2 c:5-5 A>G; 3 c:5-6 AT>CT", "repeated 1, kept 3"},
		{SITES "c 5 . A C,C . . .\n", "1 c:5-5 A>C", "repeated 1, kept 1"},
		/* unsorted: a position before, a contig again */
		{SITES "c 5 . A C . . .\nc 9 . A C . . .\nc 5 . A C . . .\nc 5 . A G . . .\n"
		       "d 5 . A C . . .\nc 9 . A C . . .\nd 5 . A C . . .\n",
			"1 c:5-5 A>C; 2 c:9-9 A>C; 4 c:5-5 A>G; 5 d:5-5 A>C", "repeated 3, kept 4"},
	};
	static const struct select_case hets[] = {
		{ONE "c 5 . A C . . . GT 1/1\nc 5 . A C . . . GT 0/1\nc 5 . A C . . . GT 0/1\n",
			"2 c:5-5 A>C 0/1", "not_het 1, repeated 1, kept 1"}};

	CHECK(cases, .samples = NULL);
	CHECK(hets, .samples = sample, .n_samples = 1);
}

Test(select_native, bad_records_are_errors_with_their_line)
{
	static const struct {
		const char *text;
		enum sphex_status status;
		const char *message;
	} cases[] = {
		{ONE "c 5 . A C . . . GT 0/2\n", SPHEX_E_DATA,
			"genotype '0/2' has an allele beyond the ALTs"},
		{ONE "c 5 . A C . . . GT 0/x\n", SPHEX_E_DATA,
			"genotype '0/x' is not made of numbers and dots"},
		{ONE "c 5 . A C . . .\n", SPHEX_E_DATA,
			"the line has 8 columns, the header has 10"},
		{ONE "c 5 . A C . . . GT\n", SPHEX_E_DATA,
			"the line has 9 columns, the header has 10"},
		{ONE "c 5 . A C . . . GT 0/1 0/1\n", SPHEX_E_DATA,
			"the line has 11 columns, the header has 10"},
		{ONE "c 5 . A C . . . GT 0/1 c 6 . A C . . . GT 0/1\n", SPHEX_E_DATA,
			"the line has 20 columns, the header has 10"},
		{ONE "c 5 . A C . . . GT 0/+1\n", SPHEX_E_DATA,
			"genotype '0/+1' is not made of numbers and dots"},
		/* also where no ALT could become a row */
		{ONE "c rs1 . A . . . . GT 0/1\n", SPHEX_E_DATA, "POS is not a position"},
		{ONE "c 5 . A\1T <DEL> . . . GT 0/1\n", SPHEX_E_DATA, "REF is damaged: 'A?T'"},
		{ONE "c 5 .  C . . . GT 0/1\n", SPHEX_E_DATA, "REF is damaged: ''"},
		{ONE "c 5 . A C,,G . . . GT 0/1\n", SPHEX_E_DATA, "ALT is damaged: 'C,,G'"},
		{ONE "c 5 . A C;G . . . GT 0/1\n", SPHEX_E_DATA, "ALT is damaged: 'C;G'"},
		{ONE "c 5 . A <D\177L> . . . GT 0/1\n", SPHEX_E_DATA, "ALT is damaged: '<D?L>'"},
		{ONE "c 5 r\2s A C . . . GT 0/1\n", SPHEX_E_DATA, "ID is damaged: 'r?s'"},
		{ONE "#c 5 . A C . . . GT 0/1\n", SPHEX_E_DATA, "CHROM is damaged: '#c'"},
		{ONE "c\310 5 . A C . . . GT 0/1\n", SPHEX_E_DATA, "CHROM is damaged: 'c?'"},
		{ONE "c 5 . A C . .", SPHEX_E_DATA, "the line has 7 columns instead of 8 or more"},
		{ONE "c 0 . A C . . . GT 0/1\n", SPHEX_E_DATA, "POS is not a position"},
		{ONE "c x . A C . . . GT 0/1\n", SPHEX_E_DATA, "POS is not a position"},
		{ONE " 5 . A C . . . GT 0/1\n", SPHEX_E_DATA, "CHROM is damaged: ''"},
		{ONE "c 2147483647 . A C . . . GT 0/1\n", SPHEX_E_LIMIT,
			"the variant ends beyond position 2147483646"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct variants v;
		struct sphex_error err;
		struct variant_options options = {.samples = sample, .n_samples = 1};
		enum sphex_status status = read_text(cases[i].text, options, &v, &err);

		cr_assert_eq(status, cases[i].status, "case %zu", i);
		cr_assert_str_eq(err.message, cases[i].message, "case %zu", i);
		cr_assert_eq(err.line, 3, "case %zu", i);
		cr_assert(strstr(err.file, ".txt"), "case %zu", i);
		variants_free(&v);
	}
}

Test(select_native, bad_ids_behind_plain_records_are_errors)
{
	static const char *const ids[] = {"r\2s", "rs12\177", "rs1234\001", "rs123456789\003"};

	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		struct variants v;
		struct sphex_error err;
		struct variant_options options = {.samples = sample, .n_samples = 1};
		char text[300];

		snprintf(text, sizeof(text),
			ONE "c 5 . A C . . . GT 0/1\nc 6 %s A C . . . GT 0/1\n", ids[i]);
		cr_assert_eq(read_text(text, options, &v, &err), SPHEX_E_DATA, "case %zu", i);
		cr_assert(strstr(err.message, "ID is damaged"), "case %zu", i);
		cr_assert_eq(err.line, 4, "case %zu", i);
		variants_free(&v);
	}
}

Test(select_native, an_unknown_sample_is_named)
{
	static const char *const unknown[] = {"U"};
	struct variants v;
	struct sphex_error err;
	struct variant_options options = {.samples = unknown, .n_samples = 1};

	cr_assert_eq(read_text(TWO, options, &v, &err), SPHEX_E_NOT_FOUND);
	cr_assert_str_eq(err.message, "sample 'U' is not in the file");
	cr_assert_str_eq(err.hint, "it has S, T");
	variants_free(&v);
}
