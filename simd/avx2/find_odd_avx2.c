/*
 * Packed bases, their qualities and the usual calls in, one bit a base out, 32 at a time. Bits at
 * the end come from a vector that ends with the last base and overlaps the one before. Where its
 * first base is the second of a pair, codes come from two vectors that are a byte apart.
 */
#include "simd/kernels.h"

#include <immintrin.h>

find_odd_fn find_odd_avx2;
extern find_odd_fn find_odd_scalar; /* for few */

static __m256i load_pairs(const uint8_t *packed)
{
	return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)packed));
}

/* A code a byte. */
static __m256i codes32(const uint8_t *packed, size_t base)
{
	const __m256i low = _mm256_set1_epi16(15);
	__m256i pairs = load_pairs(packed + base / 2), next;

	if (base % 2 == 0)
		return _mm256_or_si256(_mm256_srli_epi16(pairs, 4),
			_mm256_slli_epi16(_mm256_and_si256(pairs, low), 8));
	next = load_pairs(packed + base / 2 + 1);
	return _mm256_or_si256(
		_mm256_and_si256(pairs, low), _mm256_slli_epi16(_mm256_srli_epi16(next, 4), 8));
}

static uint64_t find32(const uint8_t *packed, const uint8_t *quals, size_t base, uint8_t min_baseq,
	const uint8_t *usual)
{
	__m256i q = _mm256_loadu_si256((const __m256i *)(quals + base));
	__m256i good = _mm256_cmpeq_epi8(_mm256_max_epu8(q, _mm256_set1_epi8((char)min_baseq)), q);
	__m256i same = _mm256_cmpeq_epi8(
		codes32(packed, base), _mm256_loadu_si256((const __m256i *)usual));

	return (uint32_t)~_mm256_movemask_epi8(_mm256_and_si256(good, same));
}

void find_odd_avx2(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, const uint8_t *usual, uint64_t *mask)
{
	size_t i = 0;

	if (n < 32) {
		find_odd_scalar(packed, quals, first, n, min_baseq, usual, mask);
		return;
	}
	for (size_t word = 0; word < (n + 63) / 64; word++)
		mask[word] = 0;
	for (; n - i >= 32; i += 32)
		mask[i / 64] |= find32(packed, quals, first + i, min_baseq, usual + i) << i % 64;
	if (i < n) {
		size_t last = n - 32;

		mask[i / 64] |= find32(packed, quals, first + last, min_baseq, usual + last) >>
				(i - last) << i % 64;
	}
}
