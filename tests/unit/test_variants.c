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

Test(variants, ids_are_kept_as_they_are)
{
	static const char *const texts[] = {"a", "rs1", "rs12", "", "rs123;x", "rs12345678", "rs",
		"rs0", "rs01", "rs+1", "rs-1", "rs1a", "rs12345", "rs123456", "rs1234567",
		"rs0123456", "rs+123456", "rs123456a", "rs123456789", "rs+12345678", "rs1234567890",
		"rs+123456789", "rs0123456789", "rs123456789a", "rs12345678901", "rs2147483645",
		"rs2147483646", "rs2147483647", "rs2147483648", "rs4294967295", "rs9999999999",
		"RS123", "ss123", "rs 12", "rs123456 ", "esv1234567", "rs1;rs2", "rs00000000"};
	enum { N = sizeof(texts) / sizeof(*texts) };
	char room[VARIANT_ID_ROOM];
	struct variants v = {0};
	struct sphex_error err;

	for (uint32_t i = 0; i < N + 2; i++) {
		struct variant_extra extra = {i + 1, i == N ? VARIANT_NO_ID : VARIANT_NO_ROW};

		cr_assert(!variants_add(&v, 0, i, i + 1, "A", 1, "C", 1, POOL_NONE, &err));
		if (i < N)
			cr_assert(
				!variants_add_id(&v, texts[i], strlen(texts[i]), &extra.id, &err));
		cr_assert(!variants_add_extra(&v, extra, &err));
	}
	for (uint32_t i = 0; i < N; i++) {
		cr_assert_str_eq(variant_id(&v, i, room), texts[i]);
		cr_assert(variant_has_row(&v, i));
	}
	cr_assert_null(variant_id(&v, N, room));
	cr_assert(variant_has_row(&v, N));
	cr_assert_null(variant_id(&v, N + 1, room));
	cr_assert_not(variant_has_row(&v, N + 1));
	variants_free(&v);
}
