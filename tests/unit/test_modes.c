/* The modes are rows of data; what must hold between their fields. */
#include <criterion/criterion.h>

#include <string.h>

#include "bam/record.h"
#include "count/modes.h"

static const enum sphex_mode modes[] = {
	SPHEX_MODE_NATIVE, SPHEX_MODE_WASP2, SPHEX_MODE_WASP2_LEGACY};

enum { N_MODES = sizeof(modes) / sizeof(modes[0]) };

Test(modes, every_mode_has_rules_with_a_name_of_its_own)
{
	for (size_t i = 0; i < N_MODES; i++) {
		const struct count_rules *rules = count_rules_of(modes[i]);

		cr_assert(rules && rules->name && rules->name[0], "mode %zu", i);
		for (size_t k = 0; k < i; k++)
			cr_assert(strcmp(rules->name, count_rules_of(modes[k])->name) != 0,
				"%s twice", rules->name);
	}
	cr_assert_null(count_rules_of((enum sphex_mode)99));
	cr_assert_null(count_rules_of((enum sphex_mode) - 1));
}

Test(modes, every_count_column_has_a_name_and_no_more)
{
	for (size_t i = 0; i < N_MODES; i++) {
		const struct count_rules *rules = count_rules_of(modes[i]);

		cr_assert(rules->n_counts >= 3 && rules->n_counts <= MAX_COUNTS, "%u",
			rules->n_counts);
		for (unsigned k = 0; k < MAX_COUNTS; k++)
			cr_assert_eq(rules->count_names[k] != NULL, k < rules->n_counts);
		cr_assert_str_eq(rules->count_names[0], "ref_count");
		cr_assert_str_eq(rules->count_names[1], "alt_count");
		cr_assert_str_eq(rules->count_names[2], "other_count");
	}
}

/* Which of the letters say nothing. */
static void expect_silent(enum sphex_mode mode, const char *silent)
{
	static const char letters[] = "=ACMGRSVTWYHKDBN";
	uint16_t bits = count_rules_of(mode)->silent_bases;

	for (unsigned code = 0; code < 16; code++)
		cr_assert_eq(bits >> code & 1, strchr(silent, letters[code]) != NULL, "%c",
			letters[code]);
}

Test(modes, the_letters_that_say_nothing)
{
	expect_silent(SPHEX_MODE_NATIVE, "=MRSVWYHKDBN");
	expect_silent(SPHEX_MODE_WASP2, "=MRSVWYHKDB");
	expect_silent(SPHEX_MODE_WASP2_LEGACY, "");
}

Test(modes, only_unmapped_records_are_excluded_by_wasp2_and_none_by_its_forerunner)
{
	cr_assert_eq(count_rules_of(SPHEX_MODE_WASP2)->exclude_flags, FLAG_UNMAPPED);
	cr_assert_eq(count_rules_of(SPHEX_MODE_WASP2_LEGACY)->exclude_flags, 0);
}
