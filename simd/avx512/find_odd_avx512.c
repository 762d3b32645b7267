/*
 * Packed bases, their qualities and the usual calls in, one bit a base out, 64 at a time; the rest
 * under a mask. Where the first base is the second of its pair, codes come from two vectors that
 * are a byte apart.
 */
#include "simd/kernels.h"

#include <immintrin.h>

find_odd_fn find_odd_avx512;

/* The first base of each pair is at the high half of its byte. */
static __m512i codes_of(__m256i packed)
{
	__m512i pairs = _mm512_cvtepu8_epi16(packed);
	__m512i second = _mm512_and_si512(pairs, _mm512_set1_epi16(15));

	return _mm512_or_si512(_mm512_srli_epi16(pairs, 4), _mm512_slli_epi16(second, 8));
}

/* The first base of each pair is at the low half of its byte, the second one in the next byte. */
static __m512i codes_across(__m256i packed, __m256i next)
{
	__m512i first = _mm512_and_si512(_mm512_cvtepu8_epi16(packed), _mm512_set1_epi16(15));
	__m512i second = _mm512_srli_epi16(_mm512_cvtepu8_epi16(next), 4);

	return _mm512_or_si512(first, _mm512_slli_epi16(second, 8));
}

static uint64_t odd_of(__m512i codes, __m512i quals, __m512i min_baseq, __m512i usual)
{
	return _mm512_cmplt_epu8_mask(quals, min_baseq) | _mm512_cmpneq_epi8_mask(codes, usual);
}

static __m256i load32(const uint8_t *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

/* n < 64 */
static uint64_t find_few(const uint8_t *packed, const uint8_t *quals, size_t base, size_t n,
	__m512i min_baseq, const uint8_t *usual)
{
	__mmask64 wanted = ~UINT64_C(0) >> (64 - n);
	__mmask32 pairs = ~UINT32_C(0) >> (32 - (n + 1) / 2), next = (UINT32_C(1) << n / 2) - 1;
	__m256i p = _mm256_maskz_loadu_epi8(pairs, packed + base / 2);
	__m512i codes =
		base % 2 ? codes_across(p, _mm256_maskz_loadu_epi8(next, packed + base / 2 + 1))
			 : codes_of(p);

	return odd_of(codes, _mm512_maskz_loadu_epi8(wanted, quals + base), min_baseq,
		       _mm512_maskz_loadu_epi8(wanted, usual)) &
	       wanted;
}

void find_odd_avx512(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, const uint8_t *usual, uint64_t *mask)
{
	__m512i least = _mm512_set1_epi8((char)min_baseq);
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		const uint8_t *p = packed + (first + i) / 2;
		__m512i codes =
			first % 2 ? codes_across(load32(p), load32(p + 1)) : codes_of(load32(p));

		mask[i / 64] = odd_of(codes, _mm512_loadu_si512(quals + first + i), least,
			_mm512_loadu_si512(usual + i));
	}
	if (i < n)
		mask[i / 64] = find_few(packed, quals, first + i, n - i, least, usual + i);
}
