/*
 * Packed bases, their qualities and the usual calls in, one bit a base out, 16 at a time. Bits at
 * the end come from a vector that ends with the last base and overlaps the one before. Where its
 * first base is the second of a pair, codes come from two vectors that are a byte apart.
 */
#include "simd/kernels.h"

#include <arm_neon.h>

find_odd_fn find_odd_neon;
extern find_odd_fn find_odd_scalar; /* for few */

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

/* Byte k of a group of eight keeps bit k, so that sums of neighbours put the bits side by side. */
static uint64_t find16(const uint8_t *packed, const uint8_t *quals, size_t base, uint8_t min_baseq,
	const uint8_t *usual)
{
	const uint8x16_t bit_of = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
	uint8x16_t good = vcgeq_u8(vld1q_u8(quals + base), vdupq_n_u8(min_baseq));
	uint8x16_t same = vceqq_u8(codes16(packed, base), vld1q_u8(usual));
	uint8x16_t sum = vbicq_u8(bit_of, vandq_u8(good, same));

	for (int step = 0; step < 3; step++)
		sum = vpaddq_u8(sum, sum);
	return vgetq_lane_u16(vreinterpretq_u16_u8(sum), 0);
}

void find_odd_neon(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, const uint8_t *usual, uint64_t *mask)
{
	size_t i = 0;

	if (n < 16) {
		find_odd_scalar(packed, quals, first, n, min_baseq, usual, mask);
		return;
	}
	for (size_t word = 0; word < (n + 63) / 64; word++)
		mask[word] = 0;
	for (; n - i >= 16; i += 16)
		mask[i / 64] |= find16(packed, quals, first + i, min_baseq, usual + i) << i % 64;
	if (i < n) {
		size_t last = n - 16;

		mask[i / 64] |= find16(packed, quals, first + last, min_baseq, usual + last) >>
				(i - last) << i % 64;
	}
}
