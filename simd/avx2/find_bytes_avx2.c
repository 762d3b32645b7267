/*
 * Text and two letters in, one bit per letter of the text out, 64 at a time. Bits at the end come
 * from a vector that ends with the last letter and overlaps the one before: nothing beyond is read.
 */
#include "simd/kernels.h"

#include <immintrin.h>

find_bytes_fn find_bytes_avx2;

static uint64_t found16(const uint8_t *text, __m128i a, __m128i b)
{
	__m128i t = _mm_loadu_si128((const __m128i *)text);
	__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(t, a), _mm_cmpeq_epi8(t, b));
	return (uint16_t)_mm_movemask_epi8(hit);
}

static uint64_t found32(const uint8_t *text, __m256i a, __m256i b)
{
	__m256i t = _mm256_loadu_si256((const __m256i *)text);
	__m256i hit = _mm256_or_si256(_mm256_cmpeq_epi8(t, a), _mm256_cmpeq_epi8(t, b));
	return (uint32_t)_mm256_movemask_epi8(hit);
}

static uint64_t found64(const uint8_t *text, __m256i a, __m256i b)
{
	return found32(text, a, b) | found32(text + 32, a, b) << 32;
}

/* n < 64 */
static uint64_t found_few(const uint8_t *text, size_t n, uint8_t a, uint8_t b)
{
	__m128i wide_a = _mm_set1_epi8((char)a);
	__m128i wide_b = _mm_set1_epi8((char)b);
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

void find_bytes_avx2(const uint8_t *text, size_t n, uint8_t a, uint8_t b, uint64_t *mask)
{
	__m256i wide_a = _mm256_set1_epi8((char)a);
	__m256i wide_b = _mm256_set1_epi8((char)b);
	size_t n_rest = n % 64;

	for (size_t i = 0; i + 64 <= n; i += 64)
		mask[i / 64] = found64(text + i, wide_a, wide_b);
	if (n_rest && n > 64)
		mask[n / 64] = found64(text + n - 64, wide_a, wide_b) >> (64 - n_rest);
	else if (n_rest)
		mask[0] = found_few(text, n, a, b);
}
