/*
 * Packed bases and their qualities in, one call a byte out, 64 at a time from an even base on. The
 * last vector ends with the last base or the one before it, and overlaps the one before: a store
 * under a mask costs more.
 */
#include "simd/kernels.h"

#include <immintrin.h>

call_bases_fn call_bases_avx512;

static __m512i call_table(void)
{
	return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)call_of_code));
}

static __m512i call64(__m256i packed, __m512i quals, uint8_t min_baseq)
{
	__m512i pairs = _mm512_cvtepu8_epi16(packed);
	__m512i second = _mm512_and_si512(pairs, _mm512_set1_epi16(15));
	__m512i codes = _mm512_or_si512(_mm512_srli_epi16(pairs, 4), _mm512_slli_epi16(second, 8));
	__mmask64 low = _mm512_cmplt_epu8_mask(quals, _mm512_set1_epi8((char)min_baseq));

	return _mm512_mask_mov_epi8(
		_mm512_shuffle_epi8(call_table(), codes), low, _mm512_set1_epi8(CALL_LOW_BASEQ));
}

/* n <= 64 bases from an even one on. */
static void call_few(
	const uint8_t *packed, const uint8_t *quals, size_t n, uint8_t min_baseq, uint8_t *calls)
{
	__mmask64 wanted = ~UINT64_C(0) >> (64 - n);
	__mmask32 pairs = ~UINT32_C(0) >> (32 - (n + 1) / 2);

	_mm512_mask_storeu_epi8(calls, wanted,
		call64(_mm256_maskz_loadu_epi8(pairs, packed),
			_mm512_maskz_loadu_epi8(wanted, quals), min_baseq));
}

static void call_all(const uint8_t *packed, const uint8_t *quals, uint8_t min_baseq, uint8_t *calls)
{
	_mm512_storeu_si512(calls, call64(_mm256_loadu_si256((const __m256i *)packed),
					   _mm512_loadu_si512(quals), min_baseq));
}

void call_bases_avx512(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, uint8_t *calls)
{
	size_t i = 0;

	if (first % 2 && n)
		calls[i++] = call_base(packed[first / 2] & 15, quals[first], min_baseq);
	for (; n - i >= 64; i += 64)
		call_all(packed + (first + i) / 2, quals + first + i, min_baseq, calls + i);
	if (i < n && n > 64) {
		i = n - 64 - (first + n) % 2;
		call_all(packed + (first + i) / 2, quals + first + i, min_baseq, calls + i);
		i += 64;
	}
	if (i < n)
		call_few(packed + (first + i) / 2, quals + first + i, n - i, min_baseq, calls + i);
}
