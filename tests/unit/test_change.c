/* REF and ALT without what they have in common. */
#include <criterion/criterion.h>

#include <string.h>

#include "variants/change.h"

Test(change, the_common_end_goes_before_the_common_start)
{
	static const struct {
		const char *ref, *alt;
		struct change change;
	} cases[] = {
		{"A", "G", {EVENT_SNV, 0, 1, 1}},
		{"TA", "TG", {EVENT_SNV, 1, 1, 1}},
		{"GATC", "GTTC", {EVENT_SNV, 1, 1, 1}},
		{"AC", "GT", {EVENT_MNP, 0, 2, 2}},
		{"ACA", "GCT", {EVENT_MNP, 0, 3, 3}},
		{"TACT", "TGGT", {EVENT_MNP, 1, 2, 2}},
		{"C", "CA", {EVENT_INSERTION, 1, 0, 1}},
		/* in a repeat the change moves to the left */
		{"AA", "AAA", {EVENT_INSERTION, 0, 0, 1}},
		{"ACA", "ACACA", {EVENT_INSERTION, 0, 0, 2}},
		{"CAA", "CA", {EVENT_DELETION, 1, 1, 0}},
		{"CAA", "C", {EVENT_DELETION, 1, 2, 0}},
		{"AAAA", "A", {EVENT_DELETION, 0, 3, 0}},
		{"AGTCA", "A", {EVENT_DELETION, 0, 4, 0}},
		{"AC", "GGA", {EVENT_MIXED, 0, 2, 3}},
		{"CAC", "CGGA", {EVENT_MIXED, 1, 2, 3}},
		{"TACG", "TGG", {EVENT_MIXED, 1, 2, 1}},
		{"AC", "AC", {EVENT_MIXED, 0, 0, 0}},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *ref = cases[i].ref, *alt = cases[i].alt;
		struct change c = change_of(ref, strlen(ref), alt, strlen(alt));

		cr_assert_eq(c.kind, cases[i].change.kind, "%s>%s", ref, alt);
		cr_assert_eq(c.n_skipped, cases[i].change.n_skipped, "%s>%s", ref, alt);
		cr_assert_eq(c.n_ref, cases[i].change.n_ref, "%s>%s", ref, alt);
		cr_assert_eq(c.n_alt, cases[i].change.n_alt, "%s>%s", ref, alt);
	}
}
