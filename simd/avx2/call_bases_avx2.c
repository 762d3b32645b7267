/*
 * Packed bases and their qualities in, one call a byte out, 32 at a time from an even base on. The
 * last vector ends with the last base or the one before it, and overlaps the one before.
 */
#include "simd/kernels.h"

#include <immintrin.h>

call_bases_fn call_bases_avx2;

static uint8_t call_one(const uint8_t *packed, const uint8_t *quals, size_t base, uint8_t min_baseq)
{
	uint8_t code = (uint8_t)(packed[base / 2] >> (base % 2 ? 0 : 4) & 15);

	if (quals[base] < min_baseq)
		return CALL_LOW_BASEQ;
	return code && (code & (code - 1)) == 0 ? code : CALL_AMBIGUOUS;
}

static __m128i call_table(void)
{
	return _mm_loadu_si128((const __m128i *)call_of_code);
}

/* Pairs become 16 bits wide; the first base of a pair is its high half and comes first. */
static __m256i call32(const uint8_t *packed, const uint8_t *quals, uint8_t min_baseq)
{
	__m256i pairs = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)packed));
	__m256i second = _mm256_and_si256(pairs, _mm256_set1_epi16(15));
	__m256i codes = _mm256_or_si256(_mm256_srli_epi16(pairs, 4), _mm256_slli_epi16(second, 8));
	__m256i calls = _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(call_table()), codes);
	__m256i q = _mm256_loadu_si256((const __m256i *)quals);
	__m256i good = _mm256_cmpeq_epi8(_mm256_max_epu8(q, _mm256_set1_epi8((char)min_baseq)), q);

	return _mm256_blendv_epi8(_mm256_set1_epi8(CALL_LOW_BASEQ), calls, good);
}

static __m128i call16(const uint8_t *packed, const uint8_t *quals, uint8_t min_baseq)
{
	__m128i pairs = _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)packed));
	__m128i second = _mm_and_si128(pairs, _mm_set1_epi16(15));
	__m128i codes = _mm_or_si128(_mm_srli_epi16(pairs, 4), _mm_slli_epi16(second, 8));
	__m128i q = _mm_loadu_si128((const __m128i *)quals);
	__m128i good = _mm_cmpeq_epi8(_mm_max_epu8(q, _mm_set1_epi8((char)min_baseq)), q);

	return _mm_blendv_epi8(
		_mm_set1_epi8(CALL_LOW_BASEQ), _mm_shuffle_epi8(call_table(), codes), good);
}

void call_bases_avx2(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, uint8_t *calls)
{
	size_t i = 0, last;

	if (first % 2 && n)
		calls[i++] = call_one(packed, quals, first, min_baseq);
	for (; n - i >= 32; i += 32)
		_mm256_storeu_si256((__m256i *)(calls + i),
			call32(packed + (first + i) / 2, quals + first + i, min_baseq));
	last = n >= 33 ? n - 32 - (first + n) % 2 : n;
	if (i < n && last < n) {
		_mm256_storeu_si256((__m256i *)(calls + last),
			call32(packed + (first + last) / 2, quals + first + last, min_baseq));
		i = last + 32;
	} else if (n - i >= 16) {
		_mm_storeu_si128((__m128i *)(calls + i),
			call16(packed + (first + i) / 2, quals + first + i, min_baseq));
		i += 16;
	}
	for (; i < n; i++)
		calls[i] = call_one(packed, quals, first + i, min_baseq);
}
