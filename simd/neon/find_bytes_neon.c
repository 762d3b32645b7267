/*
 * Text and two letters in, one bit per letter of the text out, 64 at a time. Bits at the end come
 * from vectors that end with the last letter and overlap the ones before: nothing beyond is read.
 */
#include "simd/kernels.h"

#include <arm_neon.h>

find_bytes_fn find_bytes_neon;

/* Byte k of a group of eight keeps bit k, so that sums of neighbours put the bits side by side. */
static uint8x16_t weighted_hit(const uint8_t *text, uint8x16_t a, uint8x16_t b)
{
	const uint8x16_t bit_of = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
	uint8x16_t t = vld1q_u8(text);

	return vandq_u8(vorrq_u8(vceqq_u8(t, a), vceqq_u8(t, b)), bit_of);
}

static uint64_t found16(const uint8_t *text, uint8x16_t a, uint8x16_t b)
{
	uint8x16_t sum = weighted_hit(text, a, b);

	for (int step = 0; step < 3; step++)
		sum = vpaddq_u8(sum, sum);
	return vgetq_lane_u16(vreinterpretq_u16_u8(sum), 0);
}

static uint64_t found64(const uint8_t *text, uint8x16_t a, uint8x16_t b)
{
	uint8x16_t low = vpaddq_u8(weighted_hit(text, a, b), weighted_hit(text + 16, a, b));
	uint8x16_t high = vpaddq_u8(weighted_hit(text + 32, a, b), weighted_hit(text + 48, a, b));
	uint8x16_t sum = vpaddq_u8(low, high);

	return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

/* n < 64 */
static uint64_t found_few(const uint8_t *text, size_t n, uint8_t a, uint8_t b)
{
	uint8x16_t wide_a = vdupq_n_u8(a);
	uint8x16_t wide_b = vdupq_n_u8(b);
	uint64_t word = 0;

	if (n < 16) {
		for (size_t i = 0; i < n; i++)
			word |= (uint64_t)(text[i] == a || text[i] == b) << i;
		return word;
	}
	for (size_t i = 0; i < n - 16; i += 16)
		word |= found16(text + i, wide_a, wide_b) << i;
	return word | found16(text + n - 16, wide_a, wide_b) << (n - 16);
}

void find_bytes_neon(const uint8_t *text, size_t n, uint8_t a, uint8_t b, uint64_t *mask)
{
	uint8x16_t wide_a = vdupq_n_u8(a);
	uint8x16_t wide_b = vdupq_n_u8(b);
	size_t n_rest = n % 64;

	for (size_t i = 0; i + 64 <= n; i += 64)
		mask[i / 64] = found64(text + i, wide_a, wide_b);
	if (n_rest && n > 64)
		mask[n / 64] = found64(text + n - 64, wide_a, wide_b) >> (64 - n_rest);
	else if (n_rest)
		mask[0] = found_few(text, n, a, b);
}
