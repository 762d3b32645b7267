/* Pool: each text once, by number. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "variants/pool.h"

static uint32_t add(struct pool *pool, const char *text, size_t n)
{
	struct sphex_error err;
	uint32_t id;

	cr_assert(!pool_add(pool, text, n, &id, &err), "%s", err.message);
	return id;
}

Test(pool, numbers_count_up_and_stay)
{
	struct pool pool = {0};
	char text[32];
	size_t n;

	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 20000; i++) {
			int length = snprintf(text, sizeof(text), "%x", i * 2654435761u);

			cr_assert_eq(add(&pool, text, (size_t)length), i);
			cr_assert_eq(add(&pool, text, (size_t)length), i, "the last text again");
		}
	cr_assert_eq(pool.n, 20000);
	for (uint32_t i = 0; i < 20000; i++) {
		int length = snprintf(text, sizeof(text), "%x", i * 2654435761u);

		cr_assert_str_eq(pool_text(&pool, i, &n), text);
		cr_assert_eq(n, (size_t)length);
		cr_assert_eq(pool_find(&pool, text, n), i);
	}
	pool_free(&pool);
}

Test(pool, one_other_byte_is_another_text)
{
	struct pool pool = {0};

	for (size_t n = 1; n < 20; n++) {
		char text[20];
		uint32_t id;

		memset(text, 'x', n);
		id = add(&pool, text, n);
		for (size_t i = 0; i < n; i++) {
			text[i] = 'y';
			cr_assert_not(pool_is_text(&pool, id, text, n), "byte %zu of %zu", i, n);
			text[i] = 'x';
			cr_assert(pool_is_text(&pool, id, text, n));
		}
		cr_assert_not(pool_is_text(&pool, id, text, n - 1));
	}
	pool_free(&pool);
}

Test(pool, texts_may_be_empty_and_hold_nul)
{
	struct pool pool = {0};
	size_t n;

	cr_assert_eq(add(&pool, "a\0b", 3), 0);
	cr_assert_eq(add(&pool, "a", 1), 1);
	cr_assert_eq(add(&pool, "", 0), 2);
	cr_assert_eq(add(&pool, "a\0c", 3), 3);
	cr_assert_eq(add(&pool, "a\0b", 3), 0);
	cr_assert_eq(add(&pool, "", 0), 2);
	cr_assert(memcmp(pool_text(&pool, 3, &n), "a\0c", 4) == 0 && n == 3);
	pool_free(&pool);
}

Test(pool, finds_only_what_was_added)
{
	struct pool pool = {0};

	cr_assert_eq(pool_find(&pool, "chr1", 4), POOL_NONE);
	add(&pool, "chr1", 4);
	cr_assert_eq(pool_find(&pool, "chr1", 4), 0);
	cr_assert_eq(pool_find(&pool, "chr1", 3), POOL_NONE);
	cr_assert_eq(pool_find(&pool, "chr2", 4), POOL_NONE);
	pool_free(&pool);
	cr_assert_eq(pool_find(&pool, "chr1", 4), POOL_NONE);
}

Test(pool, clear_forgets_all_texts)
{
	struct pool pool = {0};

	for (int round = 0; round < 3; round++) {
		cr_assert_eq(add(&pool, "b", 1), 0);
		cr_assert_eq(add(&pool, "a", 1), 1);
		pool_clear(&pool);
		cr_assert_eq(pool_find(&pool, "a", 1), POOL_NONE);
		cr_assert_eq(pool.n, 0);
	}
	pool_free(&pool);
}
