/* What a GT says. */
#include <criterion/criterion.h>

#include <string.h>

#include "variants/genotype.h"

Test(genotype, facts_are_those_of_all_alleles)
{
	static const struct {
		const char *text;
		struct gt_facts facts;
		bool is_het;
	} cases[] = {
		{"0/1", {.is_right = true, .has_two = true, .max = 1, .n_nonref = 1}, true},
		{"2|2", {.is_right = true, .max = 2, .n_nonref = 2}, false},
		{"0", {.is_right = true}, false},
		{"0/0/3", {.is_right = true, .has_two = true, .max = 3, .n_nonref = 1}, true},
		{"./1|2",
			{.is_right = true,
				.has_missing = true,
				.has_two = true,
				.max = 2,
				.n_nonref = 2},
			false},
		{".", {.is_right = true, .has_missing = true}, false},
		{"", {.is_right = false}, false},
		{"0/", {.is_right = false}, false},
		{"0/x", {.is_right = false}, false},
		{"99999999999999999999", {.is_right = false}, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct gt_facts got = gt_facts_of(span_of(cases[i].text));

		cr_assert_eq(got.is_right, cases[i].facts.is_right, "%s", cases[i].text);
		cr_assert_eq(gt_is_het(&got), cases[i].is_het, "%s", cases[i].text);
		if (!got.is_right)
			continue;
		cr_assert_eq(got.has_missing, cases[i].facts.has_missing, "%s", cases[i].text);
		cr_assert_eq(got.has_two, cases[i].facts.has_two, "%s", cases[i].text);
		cr_assert_eq(got.max, cases[i].facts.max, "%s", cases[i].text);
		cr_assert_eq(got.n_nonref, cases[i].facts.n_nonref, "%s", cases[i].text);
	}
}

Test(genotype, an_allele_beyond_the_alts_is_an_error)
{
	struct gt_facts facts = gt_facts_of(span_of("0/2"));
	struct sphex_error err;

	cr_assert(!gt_check(span_of("0/2"), &facts, 2, &err));
	cr_assert_eq(gt_check(span_of("0/2"), &facts, 1, &err), SPHEX_E_DATA);
	cr_assert_str_eq(err.message, "genotype '0/2' has an allele beyond the ALTs");
	facts = gt_facts_of(span_of("a"));
	cr_assert_eq(gt_check(span_of("a"), &facts, 1, &err), SPHEX_E_DATA);
	cr_assert_str_eq(err.message, "genotype 'a' is not made of numbers and dots");
}

Test(genotype, a_scan_gives_numbers_and_separators)
{
	struct gt_scan scan = gt_scan_of(span_of("0|./12"));

	cr_assert(gt_next(&scan) && !scan.is_missing && scan.number == 0 && scan.separator == '|');
	cr_assert(gt_next(&scan) && scan.is_missing && scan.separator == '/');
	cr_assert(gt_next(&scan) && scan.number == 12 && !scan.separator);
	cr_assert(!gt_next(&scan) && scan.at_end);
}
