/*
 * Text in, where its first line and the columns of that line end out: 64 bytes become two masks,
 * the separators behind the newline are cleared. The rest, at the end of a text, letter by letter.
 */
#include "simd/split_line.h"

#include <arm_neon.h>

split_line_fn split_line_neon;

/* Byte k of a group of eight keeps bit k, so that sums of neighbours put the bits side by side. */
static uint8x16_t weighted_hit(const uint8_t *text, uint8x16_t letter)
{
	const uint8x16_t bit_of = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));

	return vandq_u8(vceqq_u8(vld1q_u8(text), letter), bit_of);
}

static uint64_t found64(const uint8_t *text, uint8x16_t letter)
{
	uint8x16_t low = vpaddq_u8(weighted_hit(text, letter), weighted_hit(text + 16, letter));
	uint8x16_t high =
		vpaddq_u8(weighted_hit(text + 32, letter), weighted_hit(text + 48, letter));
	uint8x16_t sum = vpaddq_u8(low, high);

	return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sum, sum)), 0);
}

struct split_line split_line_neon(
	const uint8_t *text, size_t n, uint8_t separator, uint32_t *ends, size_t max)
{
	const uint8x16_t wide_separator = vdupq_n_u8(separator);
	const uint8x16_t wide_newline = vdupq_n_u8('\n');
	struct split_line line = {0, 0};

	for (; n - line.nbytes >= 64; line.nbytes += 64) {
		const uint8_t *p = text + line.nbytes;

		if (split_64(
			    &line, found64(p, wide_newline), found64(p, wide_separator), ends, max))
			return line;
	}
	return split_rest(line, text, n, separator, ends, max);
}
