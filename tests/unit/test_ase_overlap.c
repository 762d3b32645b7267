/* Elements of one position: which of a name are kept, and what the kept ones count for. */
#include <criterion/criterion.h>

#include <string.h>

#include "count/ase_overlap.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

/* "a:A30 b:D" is base A of quality 30 of read a, and a deletion of read b; b2: sample 2. */
static size_t make(const char *text, struct ase_element *items)
{
	size_t n = 0;

	for (; *text; text += *text == ' ') {
		struct ase_element *e = &items[n++];

		*e = (struct ase_element){.name = {(uint64_t)*text++, 1}};
		while (*text >= '0' && *text <= '9')
			e->sample = e->sample * 10 + (uint32_t)(*text++ - '0');
		text++;
		e->letter = *text++;
		if (*text < '0' || *text > '9') {
			e->flags = ELEMENT_DELETION;
			e->quality = DELETION_QUALITY;
		}
		while (*text >= '0' && *text <= '9')
			e->quality = (int8_t)(e->quality * 10 + (*text++ - '0'));
	}
	return n;
}

static void expect(const char *rule, const char *text, const char *kept)
{
	struct ase_element items[16], expected[16];
	struct ase_names names = {0};
	struct sphex_error err;
	size_t n = make(text, items), n_expected = make(kept, expected);

	cr_assert_eq(ase_overlap(ase_overlap_rule_of(rule), &names, items, &n, &err), SPHEX_OK);
	cr_assert_eq(n, n_expected, "%s of %s keeps %zu instead of %s", rule, text, n, kept);
	for (size_t i = 0; i < n; i++) {
		cr_assert_eq(items[i].name.lo, expected[i].name.lo, "%s of %s", rule, text);
		cr_assert_eq(items[i].letter, expected[i].letter, "%s of %s", rule, text);
		cr_assert_eq(items[i].quality, expected[i].quality, "%s of %s", rule, text);
	}
	ase_names_free(&names);
}

Test(ase_overlap, each_rule_keeps_its_own)
{
	static const struct {
		const char *text, *same_base, *fragments, *reads;
	} cases[] = {
		{"a:A30 b:G20", "a:A30 b:G20", "a:A30 b:G20", "a:A30 b:G20"},
		{"a:A30 a:A20", "a:A30", "a:A30", "a:A30 a:A20"},
		{"a:A20 a:A30", "a:A30", "a:A30", "a:A20 a:A30"},
		{"a:A30 a:G20", "", "a:A30", "a:A30 a:G20"},
		{"a:A20 a:G30", "", "a:G30", "a:A20 a:G30"},
		{"a:A30 a:G30", "", "a:A30", "a:A30 a:G30"},
		{"a:A30 a:G20 a:A40", "", "a:A40", "a:A30 a:G20 a:A40"},
		{"a:A10 a:A20 a:G30", "", "a:G30", "a:A10 a:A20 a:G30"},
		{"a1:A30 a2:G20", "a1:A30 a2:G20", "a1:A30 a2:G20", "a1:A30 a2:G20"},
		{"a:D", "", "", ""},
		{"a:D b:A5", "b:A5", "b:A5", "b:A5"},
		{"a:D a:A16", "", "", "a:A16"},
		{"a:A16 a:D", "", "a:A16", "a:A16"},
		{"a:A15 a:D", "", "", "a:A15"},
		{"a:D a:A17", "", "a:A17", "a:A17"},
		{"a:D17 a:D", "a:D17", "a:D17", "a:D17"},
		{"", "", "", ""},
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		expect(NULL, cases[i].text, cases[i].same_base);
		expect("COUNT_FRAGMENTS_REQUIRE_SAME_BASE", cases[i].text, cases[i].same_base);
		expect("COUNT_FRAGMENTS", cases[i].text, cases[i].fragments);
		expect("COUNT_READS", cases[i].text, cases[i].reads);
	}
}

Test(ase_overlap, rules_have_gatks_names_in_capitals)
{
	cr_assert_null(ase_overlap_rule_of("count_reads"));
	cr_assert_null(ase_overlap_rule_of(""));
	cr_assert(ase_overlap_rule_of(NULL) ==
		  ase_overlap_rule_of("COUNT_FRAGMENTS_REQUIRE_SAME_BASE"));
}

Test(ase_overlap, names_of_many_reads_stay_apart)
{
	enum { N = 5000 };
	static struct ase_element items[2 * N];
	struct ase_names names = {0};
	struct sphex_error err;
	size_t n = 2 * N;

	for (size_t i = 0; i < n; i++)
		items[i] = (struct ase_element){.name = {(i % N) * 65536, i % N + 1},
			.letter = i % N % 3 || i < N ? 'A' : 'C',
			.quality = 30};
	cr_assert_eq(ase_overlap(ase_overlap_rule_of(NULL), &names, items, &n, &err), SPHEX_OK);
	cr_assert_eq(n, N - (N + 2) / 3, "every third pair disagrees");
	ase_names_free(&names);
}

Test(ase_count, the_first_test_that_fails_takes_the_element)
{
	static const struct {
		struct ase_element e;
		struct ase_counts counts;
	} cases[] = {
		{{.letter = 'A', .mapq = 20, .quality = 20}, {.ref = 1, .raw = 1}},
		{{.letter = 'G', .mapq = 20, .quality = 20}, {.alt = 1, .raw = 1}},
		{{.letter = 'N', .mapq = 20, .quality = 20}, {.other = 1, .raw = 1}},
		{{.letter = '=', .mapq = 255, .quality = 127}, {.other = 1, .raw = 1}},
		{{.letter = 'A', .mapq = 20, .quality = 19}, {.low_baseq = 1, .raw = 1}},
		{{.letter = 'A', .mapq = 20, .quality = -1}, {.low_baseq = 1, .raw = 1}},
		{{.letter = 'A', .mapq = 19, .quality = 1}, {.low_mapq = 1, .raw = 1}},
		{{.letter = 'A', .mapq = 0, .quality = 1, .flags = ELEMENT_IMPROPER},
			{.improper = 1, .raw = 1}},
	};
	struct ase_count_rule rule = {.min_mapq = 20, .min_baseq = 20, .ref = 'A', .alt = 'G'};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct ase_counts got = ase_count(&rule, &cases[i].e, 1);

		cr_assert_eq(memcmp(&got, &cases[i].counts, sizeof(got)), 0, "case %zu", i);
	}
	rule.alt = 'A';
	cr_assert_eq(ase_count(&rule, &cases[0].e, 1).ref, 1, "ref is tested before alt");
}
