/* 128 bits for a name: no two names met here share them, and nothing but the name's bytes is read.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "count/name_hash.h"
#include "tests/support/guard.h"
#include "tests/support/prng.h"

static int compare(const void *a, const void *b)
{
	const struct name_hash *x = a, *y = b;

	if (x->lo != y->lo)
		return x->lo < y->lo ? -1 : 1;
	return (x->hi > y->hi) - (x->hi < y->hi);
}

static void expect_distinct(struct name_hash *hashes, size_t n)
{
	size_t n_same_lo = 0;

	qsort(hashes, n, sizeof(*hashes), compare);
	for (size_t i = 1; i < n; i++) {
		cr_assert(compare(&hashes[i - 1], &hashes[i]) != 0, "two names share a hash");
		n_same_lo += hashes[i - 1].lo == hashes[i].lo;
	}
	cr_assert_eq(n_same_lo, 0, "half a hash is not random");
}

Test(name_hash, names_of_sequencers_do_not_collide)
{
	enum { N = 1000000 };
	struct name_hash *hashes = malloc(N * sizeof(*hashes));
	size_t n = 0;
	char name[64];

	for (unsigned tile = 1101; n < N; tile++)
		for (unsigned x = 1000; x < 2000 && n < N; x++)
			for (unsigned y = 1000; y < 1100 && n < N; y++) {
				int length = snprintf(name, sizeof(name),
					"A00123:42:HXXXXDSXX:1:%u:%u:%u", tile, x, y);

				hashes[n++] = name_hash_of((const uint8_t *)name, (size_t)length);
			}
	expect_distinct(hashes, n);
	free(hashes);
}

Test(name_hash, one_changed_bit_or_byte_more_changes_it)
{
	enum { MAX = 60 };
	static struct name_hash hashes[MAX * (MAX * 8 + 1)];
	uint8_t name[MAX] = {0};
	size_t n = 0;

	for (size_t nbytes = 0; nbytes < MAX; nbytes++) {
		hashes[n++] = name_hash_of(name, nbytes); /* NULs only: lengths alone differ */
		for (size_t bit = 0; bit < nbytes * 8; bit++) {
			name[bit / 8] ^= (uint8_t)(1 << bit % 8);
			hashes[n++] = name_hash_of(name, nbytes);
			name[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	expect_distinct(hashes, n);
}

Test(name_hash, swapped_words_change_it)
{
	static const char *const names[] = {"12345678abcdefgh", "abcdefgh12345678",
		"12345678abcdefghABCDEFGH", "ABCDEFGH12345678abcdefgh",
		"12345678abcdefgh12345678abcdefgh", "abcdefgh12345678abcdefgh12345678"};
	struct name_hash hashes[6];

	for (size_t i = 0; i < 6; i++)
		hashes[i] = name_hash_of((const uint8_t *)names[i], strlen(names[i]));
	expect_distinct(hashes, 6);
}

Test(name_hash, only_the_bytes_of_the_name_are_read_and_count)
{
	struct guard g = guard_new(300);
	struct prng r = {1};
	uint8_t name[256];

	prng_fill(&r, name, sizeof(name));
	for (size_t nbytes = 0; nbytes < 256; nbytes++) {
		struct name_hash want = name_hash_of(name, nbytes);

		for (unsigned place = 0; place < GUARD_N_PLACES; place++) {
			uint8_t *p = guard_place(&g, nbytes, place);
			struct name_hash got;

			guard_paint(&g, p, nbytes);
			memcpy(p, name, nbytes);
			got = name_hash_of(p, nbytes);
			cr_assert(got.lo == want.lo && got.hi == want.hi, "%zu bytes at %u", nbytes,
				place);
			cr_assert(got.lo | got.hi, "zero stands for no name");
		}
	}
	guard_free(&g);
}
