/* A set of names: each is taken once, however many there are and wherever their slots lie. */
#include <criterion/criterion.h>

#include "count/claim.h"
#include "tests/support/prng.h"

static struct name_hash hash_of(uint64_t i)
{
	return name_hash_of((const uint8_t *)&i, sizeof(i));
}

Test(claim, millions_of_names_are_taken_once_each)
{
	enum { N = 1000000, PART = 1000 };
	struct claims c = {0};
	struct sphex_error err;

	for (uint64_t i = 0; i < N; i += PART) {
		cr_assert_eq(claims_reserve(&c, PART, &err), SPHEX_OK);
		for (uint64_t k = i; k < i + PART; k++)
			cr_assert(claims_take(&c, hash_of(k)), "%lu is new", (unsigned long)k);
	}
	cr_assert_eq(c.n, N);
	cr_assert(c.table.n <= 4u * N, "%zu entries", c.table.n);
	for (uint64_t i = 0; i < N; i++)
		cr_assert_not(claims_take(&c, hash_of(i)));
	cr_assert_eq(c.n, N);
	claims_free(&c);
}

Test(claim, half_a_zero_hash_is_a_name)
{
	static const struct name_hash odd[] = {
		{0, 1}, {1, 0}, {0, UINT64_MAX}, {UINT64_MAX, 0}, {0, 1024}, {1024, 0}};
	struct claims c = {0};
	struct sphex_error err;

	cr_assert_eq(claims_reserve(&c, 6, &err), SPHEX_OK);
	for (size_t i = 0; i < 6; i++)
		cr_assert(claims_take(&c, odd[i]), "%zu", i);
	cr_assert_eq(claims_reserve(&c, 5000, &err), SPHEX_OK); /* which moves them */
	for (size_t i = 0; i < 6; i++)
		cr_assert_not(claims_take(&c, odd[i]));
	claims_free(&c);
}

Test(claim, names_that_share_a_slot_stay_apart)
{
	enum { N = 600 };
	struct claims c = {0};
	struct sphex_error err;

	/* all want the last slot, so that probing wraps around */
	cr_assert_eq(claims_reserve(&c, N, &err), SPHEX_OK);
	for (uint64_t i = 1; i <= N; i++)
		cr_assert(claims_take(&c, (struct name_hash){UINT64_MAX, i}), "%lu",
			(unsigned long)i);
	for (uint64_t i = 1; i <= N; i++)
		cr_assert_not(claims_take(&c, (struct name_hash){UINT64_MAX, i}));
	claims_free(&c);
}

Test(claim, a_cleared_set_is_empty_and_can_be_used)
{
	static const uint64_t sizes[] = {0, 1, 100000, 10, 10, 70000, 1000, 0, 3};
	struct claims c = {0};
	struct sphex_error err;

	claims_clear(&c);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		cr_assert_eq(claims_reserve(&c, sizes[i], &err), SPHEX_OK);
		for (uint64_t k = 0; k < sizes[i]; k++)
			cr_assert(claims_take(&c, hash_of(k)), "%lu of round %zu", (unsigned long)k,
				i);
		for (uint64_t k = 0; k < sizes[i]; k++)
			cr_assert_not(claims_take(&c, hash_of(k)));
		cr_assert_eq(c.n, sizes[i]);
		claims_clear(&c);
		cr_assert_eq(c.n, 0);
	}
	claims_free(&c);
}

Test(claim, room_that_nobody_has_is_an_error)
{
	struct claims c = {0};
	struct sphex_error err;

	cr_assert_eq(claims_reserve(&c, SIZE_MAX / 8, &err), SPHEX_E_MEMORY);
	cr_assert_eq(claims_reserve(&c, 1, &err), SPHEX_OK);
	cr_assert(claims_take(&c, hash_of(1)), "still usable");
	claims_free(&c);
}
