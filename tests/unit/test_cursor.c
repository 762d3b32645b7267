/* Bounded reads: what is there comes out, what is not there is never touched. */
#include <criterion/criterion.h>

#include "base/cursor.h"
#include "tests/support/guard.h"

Test(cursor, numbers_are_little_endian_at_any_alignment)
{
	uint8_t bytes[24];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(0x81 + i);
	for (size_t at = 0; at < 8; at++) {
		uint8_t b = bytes[at];
		struct cursor c = cursor_over(bytes + at, 11);

		cr_assert_eq(cursor_u8(&c), b);
		cr_assert_eq(cursor_u16(&c), (b + 1) | (b + 2) << 8);
		cr_assert_eq(cursor_u32(&c), (uint32_t)(b + 3) | (uint32_t)(b + 4) << 8 |
						     (uint32_t)(b + 5) << 16 |
						     (uint32_t)(b + 6) << 24);
		cr_assert(cursor_i32(&c) < 0, "the top bit is the sign");
		cr_assert_eq(cursor_left(&c), 0);
		cr_assert_not(c.bad);
		cr_assert_eq(load_u64(bytes + at),
			load_u32(bytes + at) | (uint64_t)load_u32(bytes + at + 4) << 32);
	}
	cr_assert_eq(load_i32((const uint8_t *)"\xff\xff\xff\xff"), -1);
}

Test(cursor, a_read_past_the_end_gives_0_and_stays)
{
	struct guard g = guard_new(64);

	for (size_t n = 0; n < 8; n++) {
		uint8_t *p = guard_place(&g, n, GUARD_END);

		memset(p, 0xEE, n);
		for (size_t want = n + 1; want < n + 5; want++) {
			struct cursor c = cursor_over(p, n);

			cr_assert_null(cursor_bytes(&c, want));
			cr_assert(c.bad && c.p == p, "%zu of %zu", want, n);
		}
		if (n < 1) {
			struct cursor c = cursor_over(p, n);
			cr_assert(cursor_u8(&c) == 0 && c.bad && c.p == p, "u8");
		}
		if (n < 2) {
			struct cursor c = cursor_over(p, n);
			cr_assert(cursor_u16(&c) == 0 && c.bad && c.p == p, "u16");
		}
		if (n < 4) {
			struct cursor c = cursor_over(p, n);
			cr_assert(cursor_u32(&c) == 0 && c.bad && c.p == p, "u32");
			c = cursor_over(p, n);
			cr_assert(cursor_i32(&c) == 0 && c.bad && c.p == p, "i32");
		}
	}
	guard_free(&g);
}

Test(cursor, once_bad_it_stays_bad)
{
	struct cursor c = cursor_over("abcd", 4);

	cr_assert_null(cursor_bytes(&c, SIZE_MAX));
	cr_assert_null(cursor_bytes(&c, 1));
	cr_assert_eq(cursor_u8(&c), 0);
	cr_assert_eq(cursor_left(&c), 4);
	cr_assert(c.bad, "bad");
}

Test(cursor, zero_bytes_can_be_read_at_the_end)
{
	struct cursor c = cursor_over("ab", 2);

	cr_assert_not_null(cursor_bytes(&c, 2));
	cr_assert_not_null(cursor_bytes(&c, 0));
	cr_assert_not(c.bad);
}
