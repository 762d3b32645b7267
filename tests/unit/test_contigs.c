/* Contigs of several files: compared, and merged in one order. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "variants/contigs.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

/* "a5 b": contig a of 5 bases, and b of unknown length. */
static struct contigs make(const char *text)
{
	struct contigs contigs = {0};
	struct sphex_error err;
	unsigned length;

	for (; *text; text += strcspn(text, " "), text += *text == ' ') {
		bool known = sscanf(text + 1, "%u", &length) == 1 && text[1] != ' ';

		cr_assert_eq(
			contigs_add(&contigs, text, 1, known ? length : LENGTH_UNKNOWN, NULL, &err),
			SPHEX_OK);
	}
	return contigs;
}

Test(contigs, files_agree_when_shared_contigs_do)
{
	static const struct {
		const char *a, *b;
		enum sphex_status status;
	} cases[] = {
		{"a5 b6", "b6 a5", SPHEX_OK},
		{"a5 b6", "b6 c7", SPHEX_OK},
		{"a5 b", "b6 c7", SPHEX_OK},
		{"a5", "", SPHEX_OK},
		{"", "a5", SPHEX_OK},
		{"a5 b6", "b7", SPHEX_E_DATA},
		{"a5", "b5", SPHEX_E_DATA},
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct contigs a = make(cases[i].a), b = make(cases[i].b);
		struct sphex_error err;

		cr_assert_eq(contigs_compare(&a, "a.bam", &b, "b.fa", &err), cases[i].status,
			"case %zu", i);
		if (cases[i].status)
			cr_assert_str_eq(err.file, "a.bam");
		contigs_free(&a);
		contigs_free(&b);
	}
}

Test(contigs, new_ones_go_in_front_of_the_next_known_one)
{
	static const struct {
		const char *into, *more, *merged;
	} cases[] = {
		{"a b c", "a b c", "abc"},
		{"a b c", "a x c", "abxc"},
		{"a c", "a x y c z", "axycz"},
		{"a b", "x b", "axb"},
		{"a b", "x", "abx"},
		{"", "b a", "ba"},
		{"a b", "", "ab"},
		{"a b c", "c a", NULL},
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct contigs into = make(cases[i].into), more = make(cases[i].more);
		struct sphex_error err;
		enum sphex_status status = contigs_merge(&into, &more, &err);
		char got[20] = "";

		cr_assert_eq(status, cases[i].merged ? SPHEX_OK : SPHEX_E_DATA, "case %zu", i);
		for (uint32_t k = 0; !status && k < into.names.n; k++)
			strcat(got, pool_text(&into.names, k, NULL));
		cr_assert(status || strcmp(got, cases[i].merged) == 0, "case %zu: %s", i, got);
		contigs_free(&into);
		contigs_free(&more);
	}
}
