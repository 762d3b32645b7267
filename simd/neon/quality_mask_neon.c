/*
 * Qualities and a threshold in, one bit per quality out, 64 at a time. Bits at the end come from
 * vectors that end with the last quality and overlap the ones before, so nothing beyond is read.
 */
#include "simd/kernels.h"

#include <arm_neon.h>

quality_mask_fn quality_mask_neon;

/* Byte k of a group of eight keeps bit k, so that sums of neighbours put the bits side by side. */
static uint8x16_t weighted_pass(const uint8_t *quals, uint8x16_t threshold)
{
	const uint8x16_t bit_of = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
	return vandq_u8(vcgeq_u8(vld1q_u8(quals), threshold), bit_of);
}

static uint64_t pass16(const uint8_t *quals, uint8x16_t threshold)
{
	uint8x16_t sum = weighted_pass(quals, threshold);

	for (int step = 0; step < 3; step++)
		sum = vpaddq_u8(sum, sum);
	return vgetq_lane_u16(vreinterpretq_u16_u8(sum), 0);
}

static uint64_t pass64(const uint8_t *quals, uint8x16_t threshold)
{
	uint8x16_t low =
		vpaddq_u8(weighted_pass(quals, threshold), weighted_pass(quals + 16, threshold));
	uint8x16_t high = vpaddq_u8(
		weighted_pass(quals + 32, threshold), weighted_pass(quals + 48, threshold));
	uint8x16_t sum = vpaddq_u8(low, high);

	return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

/* n < 64 */
static uint64_t pass_few(const uint8_t *quals, size_t n, uint8_t threshold)
{
	uint8x16_t wide = vdupq_n_u8(threshold);
	uint64_t word = 0;

	if (n < 16) {
		for (size_t i = 0; i < n; i++)
			word |= (uint64_t)(quals[i] >= threshold) << i;
		return word;
	}
	for (size_t i = 0; i < n - 16; i += 16)
		word |= pass16(quals + i, wide) << i;
	return word | pass16(quals + n - 16, wide) << (n - 16);
}

void quality_mask_neon(const uint8_t *quals, size_t n, uint8_t threshold, uint64_t *mask)
{
	uint8x16_t wide = vdupq_n_u8(threshold);
	size_t n_rest = n % 64;

	for (size_t i = 0; i + 64 <= n; i += 64)
		mask[i / 64] = pass64(quals + i, wide);
	if (n_rest && n > 64)
		mask[n / 64] = pass64(quals + n - 64, wide) >> (64 - n_rest);
	else if (n_rest)
		mask[0] = pass_few(quals, n, threshold);
}
