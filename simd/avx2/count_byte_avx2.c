/*
 * Text and a letter in, how often it is there out; 32 at a time. The rest comes from a vector that
 * ends with the last letter and overlaps the one before: nothing beyond is read.
 */
#include "simd/kernels.h"

#include <immintrin.h>

count_byte_fn count_byte_avx2;

static uint32_t found32(const uint8_t *text, __m256i letter)
{
	__m256i t = _mm256_loadu_si256((const __m256i *)text);

	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(t, letter));
}

size_t count_byte_avx2(const uint8_t *text, size_t n, uint8_t letter)
{
	__m256i wide = _mm256_set1_epi8((char)letter);
	size_t i = 0, count = 0;

	for (; n - i >= 32; i += 32)
		count += (size_t)_mm_popcnt_u32(found32(text + i, wide));
	if (n < 32)
		for (; i < n; i++)
			count += text[i] == letter;
	else if (i < n)
		count += (size_t)_mm_popcnt_u32(found32(text + n - 32, wide) >> (32 - (n - i)));
	return count;
}
