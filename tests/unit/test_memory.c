/* Sizes are checked before anything is taken. */
#include <criterion/criterion.h>

#include <stdint.h>
#include <string.h>

#include "base/memory.h"

Test(memory, products_that_overflow_are_refused)
{
	static const size_t sizes[] = {2, 3, 8, 64, 4096, (size_t)1 << 32};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t wraps = SIZE_MAX / sizes[i] + 2, signed_only = PTRDIFF_MAX / sizes[i] + 1;

		cr_assert_null(memory_new(wraps, sizes[i]));
		cr_assert_null(memory_new_zeroed(wraps, sizes[i]));
		cr_assert_null(memory_resize(NULL, wraps, sizes[i]));
		cr_assert_null(memory_new(signed_only, sizes[i]));
		cr_assert_null(memory_new_zeroed(signed_only, sizes[i]));
	}
	cr_assert_null(memory_new_aligned(SIZE_MAX));
	cr_assert_null(memory_copy_text("", SIZE_MAX));
}

Test(memory, nothing_is_still_an_address)
{
	void *blocks[] = {memory_new(0, 8), memory_new(8, 0), memory_new_zeroed(0, 0),
		memory_resize(NULL, 0, 4), memory_new_aligned(0)};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		cr_assert_not_null(blocks[i]);
		memory_free(blocks[i]);
	}
	memory_free(NULL);
}

Test(memory, aligned_blocks_start_at_a_multiple_of_64)
{
	for (size_t n = 0; n < 1000; n += 37) {
		uint8_t *p = memory_new_aligned(n);

		cr_assert_not_null(p);
		cr_assert_eq((uintptr_t)p % 64, 0);
		memset(p, 1, n);
		memory_free(p);
	}
}

Test(memory, copies_of_text_end_with_nul_and_keep_what_is_inside)
{
	char *empty = memory_copy_text(NULL, 0), *copy = memory_copy_text("a\0b", 3);

	cr_assert(empty && empty[0] == '\0', "empty");
	cr_assert(copy && memcmp(copy, "a\0b", 4) == 0, "copy");
	memory_free(empty);
	memory_free(copy);
}

Test(memory, growing_arrays_keep_their_elements_and_double)
{
	uint32_t *items = NULL;
	size_t cap = 0;

	for (uint32_t i = 0; i < 100000; i++) {
		size_t before = cap;

		cr_assert(memory_reserve(&items, &cap, i + 1, sizeof(*items)), "%u", i);
		cr_assert(cap > i && (cap == before || cap >= 2 * before), "%zu after %zu", cap,
			before);
		items[i] = i;
	}
	for (uint32_t i = 0; i < 100000; i++)
		cr_assert_eq(items[i], i);
	memory_free(items);
}

Test(memory, a_reserve_that_fails_leaves_the_array_as_it_was)
{
	uint64_t *items = NULL, *before;
	size_t cap = 0;

	cr_assert(memory_reserve(&items, &cap, 10, sizeof(*items)), "10");
	before = items;
	items[9] = 99;
	cr_assert_not(memory_reserve(&items, &cap, SIZE_MAX, sizeof(*items)));
	cr_assert_not(memory_reserve(&items, &cap, SIZE_MAX / 4, sizeof(*items)));
	cr_assert_eq(items, before);
	cr_assert_eq(cap, 16);
	cr_assert_eq(items[9], 99);
	memory_free(items);
}

Test(memory, aligned_arrays_grow_as_others)
{
	uint32_t *items = NULL, *before;
	size_t cap = 0;

	for (uint32_t i = 0; i < 100000; i++) {
		if (i == cap)
			cr_assert(
				memory_grow_aligned(&items, &cap, i + 1, sizeof(*items)), "%u", i);
		cr_assert(cap > i && (uintptr_t)items % 64 == 0, "%u", i);
		items[i] = i;
	}
	before = items;
	cr_assert_not(memory_grow_aligned(&items, &cap, SIZE_MAX, sizeof(*items)));
	cr_assert_not(memory_grow_aligned(&items, &cap, SIZE_MAX / 4, sizeof(*items)));
	cr_assert_eq(items, before);
	for (uint32_t i = 0; i < 100000; i++)
		cr_assert_eq(items[i], i);
	memory_free(items);
}
