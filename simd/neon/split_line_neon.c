/*
 * Text in, where its first line and the columns of that line end out: 64 bytes become two masks,
 * the separators behind the newline are cleared. The rest, at the end of a text, letter by letter.
 */
#include "simd/kernels.h"

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

static size_t count_bits(uint64_t word)
{
	return vaddv_u8(vcnt_u8(vcreate_u8(word)));
}

struct split_line split_line_neon(
	const uint8_t *text, size_t n, uint8_t separator, uint32_t *ends, size_t max)
{
	const uint8x16_t wide_separator = vdupq_n_u8(separator);
	const uint8x16_t wide_newline = vdupq_n_u8('\n');
	struct split_line line = {0, 0};

	for (; n - line.nbytes >= 64; line.nbytes += 64) {
		const uint8_t *p = text + line.nbytes;
		uint64_t newlines = found64(p, wide_newline);
		uint64_t found = found64(p, wide_separator) & (newlines ^ (newlines - 1));
		size_t k = line.n_ends;

		line.n_ends += count_bits(found);
		for (; found && k < max; found &= found - 1)
			ends[k++] = (uint32_t)line.nbytes + (uint32_t)__builtin_ctzll(found);
		if (newlines) {
			line.nbytes += (size_t)__builtin_ctzll(newlines);
			return line;
		}
	}
	for (; line.nbytes < n && text[line.nbytes] != '\n'; line.nbytes++) {
		if (text[line.nbytes] == separator && line.n_ends++ < max)
			ends[line.n_ends - 1] = (uint32_t)line.nbytes;
	}
	return line;
}
