/* The table of variant lines. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "variants/variants.h"

/* Lengths around ALLELE_INLINE_NBYTES in all combinations, and long ones. */
static const size_t lengths[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 70000};
enum { N_LENGTHS = sizeof(lengths) / sizeof(*lengths) };

Test(variants, alleles_of_every_length_come_back)
{
	struct variants v = {0};
	struct sphex_error err;
	char *text = malloc(70001);

	cr_assert(text);
	for (size_t i = 0; i < 70001; i++)
		text[i] = "ACGTN"[i % 5];
	for (size_t i = 0; i < N_LENGTHS * N_LENGTHS; i++)
		cr_assert(!variants_add(&v, (uint32_t)i, 7, 8, text, lengths[i / N_LENGTHS],
			text + 1, lengths[i % N_LENGTHS], POOL_NONE, &err));
	cr_assert_eq(v.n, N_LENGTHS * N_LENGTHS);
	for (size_t i = 0; i < v.n; i++) {
		size_t n_ref, n_alt;
		const char *ref = variant_ref(&v, i, &n_ref), *alt = variant_alt(&v, i, &n_alt);

		cr_assert_eq(v.items[i].contig, i);
		cr_assert(n_ref == lengths[i / N_LENGTHS] && memcmp(ref, text, n_ref) == 0);
		cr_assert(n_alt == lengths[i % N_LENGTHS] && memcmp(alt, text + 1, n_alt) == 0);
	}
	variants_free(&v);
	free(text);
}

Test(variants, a_line_takes_32_bytes)
{
	cr_assert_eq(sizeof(struct variant), 32);
}

Test(variants, freed_is_empty)
{
	struct variants v = {0};
	struct sphex_error err;
	uint32_t id;

	cr_assert(!pool_add(&v.gts, "0/1", 3, &id, &err));
	cr_assert(!variants_add(&v, 0, 0, 1, "A", 1, "G", 1, id, &err));
	variants_free(&v);
	cr_assert(v.n == 0 && v.gts.n == 0 && !v.items && !v.text);
	variants_free(&v);
}
