/*
 * Packed bases, their qualities and the usual calls in, the calls that are not usual out: 16 calls
 * at a time are compared and laid down, those that are wanted are picked one by one. The rest comes
 * from a vector that ends with the last base and overlaps the one before. Where its first base is
 * the second of a pair, codes come from two vectors that are a byte apart.
 */
#include "simd/kernels.h"

#include <arm_neon.h>

list_odd_fn list_odd_neon;
extern list_odd_fn list_odd_scalar; /* for few */

/* A code a byte. */
static uint8x16_t codes16(const uint8_t *packed, size_t base)
{
	const uint8x8_t low = vdup_n_u8(15);
	uint8x8_t pairs = vld1_u8(packed + base / 2), even, odd;

	if (base % 2 == 0) {
		even = vshr_n_u8(pairs, 4);
		odd = vand_u8(pairs, low);
	} else {
		even = vand_u8(pairs, low);
		odd = vshr_n_u8(vld1_u8(packed + base / 2 + 1), 4);
	}
	return vcombine_u8(vzip1_u8(even, odd), vzip2_u8(even, odd));
}

static uint8x16_t calls16(
	const uint8_t *packed, const uint8_t *quals, size_t base, uint8_t min_baseq)
{
	uint8x16_t low = vcltq_u8(vld1q_u8(quals + base), vdupq_n_u8(min_baseq));

	return vbslq_u8(low, vdupq_n_u8(CALL_LOW_BASEQ),
		vqtbl1q_u8(vld1q_u8(call_of_code), codes16(packed, base)));
}

/* Four bits for each that differs. */
static uint64_t differing(uint8x16_t calls, const uint8_t *usual)
{
	uint16x8_t same = vreinterpretq_u16_u8(vceqq_u8(calls, vld1q_u8(usual)));

	return ~vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(same, 4)), 0);
}

size_t list_odd_neon(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, const uint8_t *usual, uint32_t place, odd_call *odd)
{
	odd_call *end = odd;

	if (n < 16)
		return list_odd_scalar(packed, quals, first, n, min_baseq, usual, place, odd);
	for (size_t done = 0; done < n; done += 16) {
		size_t i = n - done < 16 ? n - 16 : done;
		uint8x16_t wide = calls16(packed, quals, first + i, min_baseq);
		uint64_t bits = differing(wide, usual + i) & ~UINT64_C(0) << 4 * (done - i);
		uint8_t calls[16];

		vst1q_u8(calls, wide);
		while (bits) {
			uint32_t k = (uint32_t)__builtin_ctzll(bits) / 4;

			*end++ = (odd_call)((place + i + k) << CALL_BITS | calls[k]);
			bits &= ~(UINT64_C(15) << 4 * k);
		}
	}
	return (size_t)(end - odd);
}
