/*
 * Qualities and a threshold in, one bit per quality out, 64 at a time. Bits at the end come from a
 * vector that ends with the last quality and overlaps the one before, so nothing beyond is read.
 */
#include "simd/kernels.h"

#include <immintrin.h>

quality_mask_fn quality_mask_avx2;

/* q >= t: there is no unsigned compare, but max(q, t) == q says the same. */
static uint64_t pass16(const uint8_t *quals, __m128i threshold)
{
	__m128i q = _mm_loadu_si128((const __m128i *)quals);
	return (uint16_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(q, threshold), q));
}

static uint64_t pass32(const uint8_t *quals, __m256i threshold)
{
	__m256i q = _mm256_loadu_si256((const __m256i *)quals);
	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_max_epu8(q, threshold), q));
}

static uint64_t pass64(const uint8_t *quals, __m256i threshold)
{
	return pass32(quals, threshold) | pass32(quals + 32, threshold) << 32;
}

/* n < 64 */
static uint64_t pass_few(const uint8_t *quals, size_t n, uint8_t threshold)
{
	__m128i wide = _mm_set1_epi8((char)threshold);
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

void quality_mask_avx2(const uint8_t *quals, size_t n, uint8_t threshold, uint64_t *mask)
{
	__m256i wide = _mm256_set1_epi8((char)threshold);
	size_t n_rest = n % 64;

	for (size_t i = 0; i + 64 <= n; i += 64)
		mask[i / 64] = pass64(quals + i, wide);
	if (n_rest && n > 64)
		mask[n / 64] = pass64(quals + n - 64, wide) >> (64 - n_rest);
	else if (n_rest)
		mask[0] = pass_few(quals, n, threshold);
}
