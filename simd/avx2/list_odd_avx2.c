/*
 * Packed bases, their qualities and the usual calls in, the calls that are not usual out: 32 calls
 * at a time are compared and laid down, those that are wanted are picked one by one. The rest comes
 * from a vector that ends with the last base and overlaps the one before. Where its first base is
 * the second of a pair, codes come from two vectors that are a byte apart.
 */
#include "simd/kernels.h"

#include <immintrin.h>

list_odd_fn list_odd_avx2;
extern list_odd_fn list_odd_scalar; /* for few */

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

static __m256i call_table(void)
{
	return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)call_of_code));
}

static __m256i calls32(const uint8_t *packed, const uint8_t *quals, size_t base, uint8_t min_baseq)
{
	__m256i q = _mm256_loadu_si256((const __m256i *)(quals + base));
	__m256i good = _mm256_cmpeq_epi8(_mm256_max_epu8(q, _mm256_set1_epi8((char)min_baseq)), q);

	return _mm256_blendv_epi8(_mm256_set1_epi8(CALL_LOW_BASEQ),
		_mm256_shuffle_epi8(call_table(), codes32(packed, base)), good);
}

/* A bit for each that differs. */
static uint32_t differing(__m256i calls, const uint8_t *usual)
{
	return ~(uint32_t)_mm256_movemask_epi8(
		_mm256_cmpeq_epi8(calls, _mm256_loadu_si256((const __m256i *)usual)));
}

size_t list_odd_avx2(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, const uint8_t *usual, uint32_t place, odd_call *odd)
{
	odd_call *end = odd;

	if (n < 32)
		return list_odd_scalar(packed, quals, first, n, min_baseq, usual, place, odd);
	for (size_t done = 0; done < n; done += 32) {
		size_t i = n - done < 32 ? n - 32 : done;
		__m256i wide = calls32(packed, quals, first + i, min_baseq);
		uint32_t bits = differing(wide, usual + i) & ~0u << (done - i);
		uint8_t calls[32];

		_mm256_storeu_si256((__m256i *)calls, wide);
		for (; bits; bits &= bits - 1) {
			uint32_t k = (uint32_t)__builtin_ctz(bits);

			*end++ = (odd_call)((place + i + k) << CALL_BITS | calls[k]);
		}
	}
	return (size_t)(end - odd);
}
