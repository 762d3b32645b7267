/* The table of variant lines. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "variants/variants.h"

/* Lengths around ALLELES_SHORT_NBYTES in all combinations, and long ones. */
static const size_t lengths[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 127, 128, 16384, 70000};
enum { N_LENGTHS = sizeof(lengths) / sizeof(*lengths) };

/* Genotypes around what fits a byte, and where the interval ends around the end of REF. */
static const uint32_t gts[] = {POOL_NONE, 0, 1, 253, 254, 255, 256, UINT32_MAX - 1};
static const uint32_t far[] = {0, 1, 300, UINT32_MAX, UINT32_MAX - 6, 1u << 31};
enum { N_GTS = sizeof(gts) / sizeof(*gts), N_FAR = sizeof(far) / sizeof(*far) };

Test(variants, lines_of_every_kind_come_back)
{
	struct variants v = {0};
	struct sphex_error err;
	char *text = malloc(70001);

	cr_assert(text);
	for (size_t i = 0; i < 70001; i++)
		text[i] = "ACGTN"[i % 5];
	for (size_t i = 0; i < N_LENGTHS * N_LENGTHS * N_GTS * N_FAR; i++) {
		size_t n_ref = lengths[i % N_LENGTHS], n_alt = lengths[i / N_LENGTHS % N_LENGTHS];
		size_t rest = i / N_LENGTHS / N_LENGTHS;

		if (n_ref + n_alt > 1000 && rest > 2)
			continue; /* they would take gigabytes */
		cr_assert(!variants_add(&v, (uint32_t)i, 7, 7 + (uint32_t)n_ref + far[rest / N_GTS],
			text, n_ref, text + 1, n_alt, gts[rest % N_GTS], &err));
	}
	cr_assert(v.n > 5000);
	for (size_t i = 0; i < v.n; i++) {
		size_t made = v.items[i].contig, rest = made / N_LENGTHS / N_LENGTHS, n_ref, n_alt;
		const char *ref = variant_ref(&v, i, &n_ref), *alt = variant_alt(&v, i, &n_alt);

		cr_assert_eq(v.items[i].pos0, 7);
		cr_assert(n_ref == lengths[made % N_LENGTHS] && memcmp(ref, text, n_ref) == 0);
		cr_assert(n_alt == lengths[made / N_LENGTHS % N_LENGTHS] &&
			  memcmp(alt, text + 1, n_alt) == 0);
		cr_assert_eq(variant_gt(&v, i), gts[rest % N_GTS]);
		cr_assert_eq(variant_end(&v, i), 7 + (uint32_t)n_ref + far[rest / N_GTS]);
	}
	variants_free(&v);
	free(text);
}

Test(variants, a_line_takes_16_bytes_and_its_extra_8)
{
	cr_assert(sizeof(struct variant) == 16 && sizeof(struct variant_extra) == 8);
}

/* At most 40 bytes, and alleles as far as they are longer than 8. */
Test(variants, a_line_of_longer_alleles_takes_little_more)
{
	struct sphex_error err;

	for (size_t n_ref = 1; n_ref < 200; n_ref++) {
		struct variants v = {0};
		char text[200];

		memset(text, 'A', sizeof(text));
		cr_assert(!variants_add(
			&v, 0, 7, 7 + (uint32_t)n_ref, text, n_ref, text, 1, 5, &err));
		cr_assert_leq(24 + v.text_nbytes, n_ref < 8 ? 40 : 40 + n_ref + 1 - 8);
		variants_free(&v);
	}
}

Test(variants, an_snv_is_the_line_that_it_would_be_otherwise)
{
	struct sphex_error err;

	for (size_t i = 0; i < N_GTS; i++) {
		struct variants v = {0};
		struct snv_line line = {3, 41, gts[i], {9, VARIANT_NO_ID}, 'A', 'C'};
		size_t n_ref, n_alt;

		cr_assert(!variants_add_snv(&v, &line, &err));
		cr_assert(v.n == 1 && v.items[0].contig == 3 && v.items[0].pos0 == 41);
		cr_assert(variant_end(&v, 0) == 42 && variant_gt(&v, 0) == gts[i]);
		cr_assert(*variant_ref(&v, 0, &n_ref) == 'A' && n_ref == 1);
		cr_assert(*variant_alt(&v, 0, &n_alt) == 'C' && n_alt == 1);
		cr_assert(v.extras[0].record == 9 && v.extras[0].id == VARIANT_NO_ID);
		variants_free(&v);
	}
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
