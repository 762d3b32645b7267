/* Rules of selection: a record in, lines out (design: rules of mode wasp2, sections 4.1 and 4.2).
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "variants/select.h"

Test(select, alts_have_the_types_of_htslib)
{
	static const struct {
		const char *ref, *alt;
		enum alt_type type;
	} cases[] = {
		{"A", "G", ALT_SNP},
		{"a", "A", ALT_SNP},
		{"A", "N", ALT_SNP},
		{"A", "R", ALT_SNP},
		{"A", "<", ALT_SNP},
		{"A", "A", ALT_REF},
		{"A", "X", ALT_REF},
		{"A", ".", ALT_REF},
		{"A", "*", ALT_OVERLAP},
		{"AC", "*", ALT_OVERLAP},
		{"A", "<*>", ALT_REF},
		{"A", "<X>", ALT_REF},
		{"AC", "<NON_REF>", ALT_REF},
		{"A", "<DEL>", ALT_OTHER},
		{"A", "<NON_REF", ALT_OTHER},
		{"A", "]c:5]A", ALT_BREAKEND},
		{"AC", "[c:5[A", ALT_BREAKEND},
		{"A", "A]c:5]", ALT_BREAKEND},
		{"A", "G]c:5]", ALT_OTHER},
		{"A", "AT", ALT_INDEL},
		{"AT", "A", ALT_INDEL},
		{"aT", "At", ALT_REF},
		{"AC", "GC", ALT_SNP},
		{"AC", "AT", ALT_SNP},
		{"AC", "GT", ALT_MNP},
		{"ACG", "TCA", ALT_MNP},
		{"ACGT", "ATGT", ALT_SNP},
		{"CAAA", "CTAA", ALT_SNP},
		{"AC", "GCC", ALT_OTHER},
		{"AC", "TAC", ALT_INDEL},
		{"TAC", "AC", ALT_INDEL},
		{"A", "GT", ALT_OTHER},
		{"AG", "T", ALT_OTHER},
		{"ACT", "GA", ALT_OTHER},
		{"AT", "CAT", ALT_INDEL},
		{"AcA", "ACa", ALT_REF},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_assert_eq(alt_type_of(span_of(cases[i].ref), span_of(cases[i].alt)),
			cases[i].type, "%s > %s", cases[i].ref, cases[i].alt);
}

/* ---------------------------------------------------------------- records */

enum { TEXT, BCFTOOLS };

struct record {
	const char *ref, *alt;
	const char *gts[3]; /* the first NULL ends them; none: no GT field */
};

static const struct select_rule *rule_of(int rule)
{
	return rule == TEXT ? &select_by_text : &select_by_bcftools;
}

/*
 * Lines of a record at c:100 as "REF>ALT" and "=GT" where there is one, separated by spaces; "!"
 * and a status for an error. n_samples 0: the record's GTs are not looked at.
 */
static const char *select_text(struct selection s, struct record r, char out[1000])
{
	struct span gts[3];
	struct record_view view = {.contig = span_of("c"),
		.pos1 = 100,
		.end = NO_END,
		.id = span_of("."),
		.ref = span_of(r.ref),
		.alt = span_of(r.alt),
		.filter = span_of("."),
		.gts = gts};
	struct variants v = {0};
	struct sphex_error err;
	size_t n = 0;

	for (; n < 3 && r.gts[n]; n++)
		gts[n] = span_of(r.gts[n]);
	view.has_gt = n > 0;
	out[0] = '\0';
	if (select_alleles(&s, &view) && select_lines(&s, &view, &v, &err)) {
		snprintf(out, 1000, "!%s", sphex_status_name(err.status));
		variants_free(&v);
		return out;
	}
	for (size_t i = n = 0; i < v.n; i++) {
		size_t n_ref, n_alt;
		const char *ref = variant_ref(&v, i, &n_ref), *alt = variant_alt(&v, i, &n_alt);
		uint32_t gt_id = variant_gt(&v, i);
		const char *gt = gt_id == POOL_NONE ? NULL : pool_text(&v.gts, gt_id, NULL);

		cr_assert(v.items[i].pos0 == 99 && variant_end(&v, i) == 99 + n_ref);
		n += (size_t)snprintf(out + n, 1000 - n, "%s%.*s>%.*s%s%s", i ? " " : "",
			(int)n_ref, ref, (int)n_alt, alt, gt ? "=" : "", gt ? gt : "");
	}
	variants_free(&v);
	return out;
}

Test(select, alleles_qualify_by_length_in_one_rule_and_by_type_in_the_other)
{
	static const struct {
		const char *ref, *alt;
		const char *text, *text_indels, *bcftools, *bcftools_indels;
	} cases[] = {
		{"A", "G", "A>G", "A>G", "A>G", "A>G"},
		{"A", "*", "A>*", "A>*", "", ""},
		{"A", "A", "A>A", "A>A", "", ""},
		{"A", "", "", "", "", ""},
		{"A", "<DEL>", "", "A><DEL>", "", ""},
		{"AC", "GC", "", "AC>GC", "AC>GC", "AC>GC"},
		{"AC", "GT", "", "AC>GT", "", ""},
		{"A", "AT", "", "A>AT", "", "A>AT"},
		{"A", "ATTTTTTTTTT", "", "A>ATTTTTTTTTT", "", "A>ATTTTTTTTTT"},
		{"A", "ATTTTTTTTTTT", "", "", "", ""},
		{"ATTTTTTTTTT", "A", "", "ATTTTTTTTTT>A", "", "ATTTTTTTTTT>A"},
		{"ATTTTTTTTTTT", "A", "", "", "", ""},
		/* a SNP in long alleles is no matter of length */
		{"ACGTACGTACGTA", "GCGTACGTACGTA", "", "ACGTACGTACGTA>GCGTACGTACGTA",
			"ACGTACGTACGTA>GCGTACGTACGTA", "ACGTACGTACGTA>GCGTACGTACGTA"},
		{"A", "G,T", "", "", "", ""},
		{"A", "G,", "", "", "", ""},
	};
	char out[1000];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *expected[] = {cases[i].text, cases[i].text_indels, cases[i].bcftools,
			cases[i].bcftools_indels};

		for (int k = 0; k < 4; k++) {
			struct selection s = {.rule = rule_of(k / 2), .include_indels = k % 2};
			struct record r = {cases[i].ref, cases[i].alt, {NULL}};

			cr_assert_str_eq(select_text(s, r, out), expected[k], "%s > %s, way %d: %s",
				r.ref, r.alt, k, out);
		}
	}
}

Test(select, several_alts_are_lines_in_one_rule_and_one_line_in_the_other)
{
	static const struct {
		const char *ref, *alt;
		const char *text, *text_indels, *bcftools, *bcftools_indels;
	} cases[] = {
		{"A", "G,T", "A>G A>T", "A>G A>T", "A>G,T", "A>G,T"},
		{"A", "G,AT", "A>G", "A>G A>AT", "A>G,AT", "A>G,AT"},
		{"A", "*,G", "A>* A>G", "A>* A>G", "A>*,G", "A>*,G"},
		{"A", "*,<DEL>", "A>*", "A>* A><DEL>", "", ""},
		{"A", "AT,ATT", "", "A>AT A>ATT", "", "A>AT,ATT"},
		/* one ALT is short enough */
		{"A", "ATTTTTTTTTTTT,AT", "", "A>AT", "", "A>ATTTTTTTTTTTT,AT"},
		{"A", "ATTTTTTTTTTTT,ATTTTTTTTTTTTT", "", "", "", ""},
		/* bcftools compares the second ALT with a REF of length 0 */
		{"ACCCCCCCCCCCC", "A,G", "", "", "", "ACCCCCCCCCCCC>A,G"},
		{"AC", "ACGGGGGGGGGGG,ACTTTTTTTTTT", "", "AC>ACTTTTTTTTTT", "", ""},
	};
	char out[1000];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *expected[] = {cases[i].text, cases[i].text_indels, cases[i].bcftools,
			cases[i].bcftools_indels};

		for (int k = 0; k < 4; k++) {
			struct selection s = {.rule = rule_of(k / 2),
				.include_indels = k % 2,
				.include_multiallelic = true};
			struct record r = {cases[i].ref, cases[i].alt, {NULL}};

			cr_assert_str_eq(select_text(s, r, out), expected[k], "%s > %s, way %d: %s",
				r.ref, r.alt, k, out);
		}
	}
}

Test(select, one_sample_is_tested_and_shown_by_the_rule)
{
	static const struct {
		const char *gt, *text, *bcftools; /* "" for no line, ! for an error */
	} cases[] = {
		{"0/1", "0/1", "0/1"},
		{"1/0", "1/0", "1/0"},
		{"0|1", "0|1", "0|1"},
		{"0/0/1", "0/0/1", "0/0/1"},
		{"0/1|1", "0|1|1", "0/1|1"},
		{"0|1/1", "0|1|1", "0|1/1"},
		{"00/1", "0/1", "0/1"},
		{"0/+1", "0/1", "0/1"},
		{"0/0", "", ""},
		{"1/1", "", ""},
		{"1/1/1", "", ""},
		{"./.", "", ""},
		{"./1", "", ""},
		{"0/1/.", "", ""},
		{".", "", ""},
		{"0", "", ""},
		{"1", "", ""},
		/* beyond the ALT */
		{"1/2", "1/2", "!data"},
		{"0/2", "", "!data"},
		{"2", "", "!data"},
		/* no genotypes */
		{"", "", "!data"},
		{"/0/1", "", "!data"},
		{"0/1/", "", "!data"},
		{"0/x", "", "!data"},
		{"0/-1", "", "!data"},
		{"0/1.", "", "!data"},
		{"0/18446744073709551616", "", "!data"},
	};
	char out[1000], expected[1000];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (int rule = TEXT; rule <= BCFTOOLS; rule++) {
			struct selection s = {.rule = rule_of(rule), .n_samples = 1};
			const char *e = rule == TEXT ? cases[i].text : cases[i].bcftools;

			snprintf(expected, sizeof(expected), "%s%s", *e && *e != '!' ? "A>G=" : "",
				e);
			select_text(s, (struct record){"A", "G", {cases[i].gt}}, out);
			cr_assert_str_eq(
				out, expected, "%s by rule %d: %s", cases[i].gt, rule, out);
		}
}

Test(select, a_record_without_gt_is_kept_for_one_sample_by_bcftools_only)
{
	struct record r = {"A", "G", {NULL}};
	char out[1000];

	select_text((struct selection){.rule = &select_by_text, .n_samples = 1}, r, out);
	cr_assert_str_eq(out, "");
	select_text((struct selection){.rule = &select_by_bcftools, .n_samples = 1}, r, out);
	cr_assert_str_eq(out, "A>G=.");
}

Test(select, each_alt_needs_to_be_in_the_genotype_by_the_text_rule)
{
	static const char *const cases[][2] = {{"0/1", "A>G=0/1"}, {"0/2", "A>T=0/2"},
		{"1/2", "A>G=1/2 A>T=1/2"}, {"2|1|0", "A>G=2|1|0 A>T=2|1|0"}, {"0/3", ""},
		{"1/3", "A>G=1/3"}, {"2/2", ""}};
	struct selection s = {
		.rule = &select_by_text, .n_samples = 1, .include_multiallelic = true};
	char out[1000];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		cr_assert_str_eq(select_text(s, (struct record){"A", "G,T", {cases[i][0]}}, out),
			cases[i][1], "%s: %s", cases[i][0], out);
}

Test(select, of_several_samples_the_first_is_tested_or_all_are_counted)
{
	static const struct {
		const char *gts[3];
		bool text, bcftools;
	} cases[] = {
		{{"0/1", "0/0", "0/0"}, true, true},
		{{"0/0", "0/1", "0/0"}, false, true},
		{{"0/0", "0/0", "0/0"}, false, false},
		{{"1/1", "1/1", "1/1"}, false, false},
		{{"1/1", "1/1", "0/1"}, false, true},
		{{"1/1", "0/0", "./."}, false, true},
		{{"./.", "./.", "./."}, false, false},
		{{"./1", "./.", "."}, false, true},
		{{"0/1", "1/1", "1/1/1"}, true, false},
	};
	char out[1000];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct record r = {"A", "G", {cases[i].gts[0], cases[i].gts[1], cases[i].gts[2]}};

		select_text((struct selection){.rule = &select_by_text, .n_samples = 3}, r, out);
		cr_assert_str_eq(out, cases[i].text ? "A>G" : "", "case %zu", i);
		select_text(
			(struct selection){.rule = &select_by_bcftools, .n_samples = 3}, r, out);
		cr_assert_str_eq(out, cases[i].bcftools ? "A>G" : "", "case %zu", i);
	}
	cr_assert_eq(
		selection_n_gts(&(struct selection){.rule = &select_by_text, .n_samples = 3}), 1);
	cr_assert_eq(
		selection_n_gts(&(struct selection){.rule = &select_by_bcftools, .n_samples = 3}),
		3);
	cr_assert_eq(selection_n_gts(&(struct selection){.rule = &select_by_text}), 0);
}

Test(select, without_gt_several_samples_are_counted_by_info)
{
	struct selection s = {.rule = &select_by_bcftools, .n_samples = 2};
	struct record_view view = {.contig = span_of("c"),
		.pos1 = 1,
		.end = NO_END,
		.ref = span_of("A"),
		.alt = span_of("G")};
	static const bool kept[] = {false, true, true, true, false, false};

	for (uint64_t n = 0; n < 6; n++) {
		struct variants v = {0};
		struct sphex_error err;

		view.info_nonref = n;
		cr_assert(!select_lines(&s, &view, &v, &err));
		cr_assert_eq(v.n, kept[n], "%d alleles", (int)n);
		variants_free(&v);
	}
}

Test(select, the_end_is_of_the_record_by_bcftools_only)
{
	struct record_view view = {.contig = span_of("c"),
		.pos1 = 100,
		.end = 131,
		.ref = span_of("AC"),
		.alt = span_of("GC")};
	const struct select_rule *rules[] = {&select_by_text, &select_by_bcftools};
	static const uint32_t ends[] = {101, 131};

	for (int i = 0; i < 2; i++) {
		struct selection s = {.rule = rules[i], .include_indels = true};
		struct variants v = {0};
		struct sphex_error err;

		cr_assert(!select_lines(&s, &view, &v, &err));
		cr_assert(v.n == 1 && v.items[0].pos0 == 99 && variant_end(&v, 0) == ends[i]);
		variants_free(&v);
	}
}

/* What the limits say of a record that is kept. */
static enum sphex_status status_at(
	uint64_t pos1, const char *contig, const char *ref, const char *alt)
{
	struct selection s = {
		.rule = &select_by_text, .include_indels = true, .include_multiallelic = true};
	struct record_view view = {.contig = span_of(contig),
		.pos1 = pos1,
		.end = NO_END,
		.ref = span_of(ref),
		.alt = span_of(alt)};
	struct variants v = {0};
	struct sphex_error err;
	enum sphex_status status =
		select_alleles(&s, &view) ? select_lines(&s, &view, &v, &err) : SPHEX_END;

	variants_free(&v);
	return status;
}

Test(select, what_cannot_be_looked_up_is_refused)
{
	cr_assert_eq(status_at(0, "c", "A", "G"), SPHEX_END, "no position: no line");
	cr_assert_eq(status_at(UINT32_MAX, "c", "A", "G"), SPHEX_OK);
	cr_assert_eq(status_at(UINT32_MAX, "c", "AC", "G"), SPHEX_E_LIMIT);
	cr_assert_eq(status_at((uint64_t)UINT32_MAX + 1, "c", "A", "G"), SPHEX_E_LIMIT);
	cr_assert_eq(status_at(UINT64_MAX, "c", "A", "G"), SPHEX_E_LIMIT);
	cr_assert_eq(status_at(1, "c", "", "G"), SPHEX_E_DATA);
	cr_assert_eq(status_at(1, "c", "A", "G,"), SPHEX_E_DATA);
	cr_assert_eq(status_at(1, "", "A", "G"), SPHEX_E_DATA);
}

Test(select, a_contig_is_known_only_with_a_line_on_it)
{
	struct selection s = {
		.rule = &select_by_text, .n_samples = 1, .include_multiallelic = true};
	struct span gts[1] = {span_of("2/3")};
	struct record_view view = {.contig = span_of("c"),
		.pos1 = 1,
		.end = NO_END,
		.ref = span_of("A"),
		.alt = span_of("G"),
		.has_gt = true,
		.gts = gts};
	struct variants v = {0};
	struct sphex_error err;

	cr_assert(!select_lines(&s, &view, &v, &err));
	cr_assert(v.n == 0 && v.contigs.n == 0 && v.gts.n == 0);
	gts[0] = span_of("2/1");
	cr_assert(!select_lines(&s, &view, &v, &err));
	cr_assert(v.n == 1 && v.contigs.n == 1 && v.gts.n == 1);
	variants_free(&v);
}

Test(select, a_genotype_of_thousands_of_alleles_is_refused)
{
	static char gt[20000];
	struct selection s = {.rule = &select_by_text, .n_samples = 1};
	char out[1000];

	for (size_t i = 0; i < sizeof(gt) - 1; i++)
		gt[i] = "0/1/"[i % 4];
	gt[sizeof(gt) - 2] = '1';
	cr_assert_str_eq(select_text(s, (struct record){"A", "G", {gt}}, out), "!limit");
	gt[401] = '\0';
	cr_assert(strncmp(select_text(s, (struct record){"A", "G", {gt}}, out), "A>G=0/1/0/1",
			  11) == 0);
	cr_assert_eq(strlen(out), 401 + strlen("A>G="));
}
