/*
 * Packed bases, their qualities and the usual calls in, the calls that are not usual out: 64 calls
 * at a time, of which those that are wanted move together (VBMI2). Without a branch, for where they
 * are nobody can guess. Where the first base is the second of its pair, codes come from two vectors
 * that are a byte apart.
 */
#include "simd/kernels.h"

#include <immintrin.h>

list_odd_fn list_odd_avx512;

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

static __m512i call_table(void)
{
	return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)call_of_code));
}

static __m256i load32(const uint8_t *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

struct list {
	__m512i places; /* of the next 32 bases, where odd_call has them */
	odd_call *end;
};

/* Lists the calls of 32 bases of which the bit is set. */
static void list32(struct list *list, __m256i calls, uint32_t odd)
{
	__m512i all = _mm512_or_si512(_mm512_cvtepu8_epi16(calls), list->places);

	_mm512_storeu_si512(list->end, _mm512_maskz_compress_epi16(odd, all));
	list->end += _mm_popcnt_u32(odd);
	list->places = _mm512_add_epi16(list->places, _mm512_set1_epi16(32 << CALL_BITS));
}

/* Lists those of 64 bases that are live. */
static void list64(struct list *list, __m512i codes, __m512i quals, uint8_t min_baseq,
	__m512i usual, __mmask64 live)
{
	__mmask64 low = _mm512_cmplt_epu8_mask(quals, _mm512_set1_epi8((char)min_baseq));
	__m512i calls = _mm512_mask_mov_epi8(
		_mm512_shuffle_epi8(call_table(), codes), low, _mm512_set1_epi8(CALL_LOW_BASEQ));
	__mmask64 odd = _mm512_mask_cmpneq_epi8_mask(live, calls, usual);

	list32(list, _mm512_castsi512_si256(calls), (uint32_t)odd);
	list32(list, _mm512_extracti64x4_epi64(calls, 1), (uint32_t)(odd >> 32));
}

/* n < 64 */
static void list_few(struct list *list, const uint8_t *packed, const uint8_t *quals, size_t base,
	size_t n, uint8_t min_baseq, const uint8_t *usual)
{
	__mmask64 live = ~UINT64_C(0) >> (64 - n);
	__mmask32 pairs = ~UINT32_C(0) >> (32 - (n + 1) / 2), next = (UINT32_C(1) << n / 2) - 1;
	__m256i p = _mm256_maskz_loadu_epi8(pairs, packed + base / 2);
	__m512i codes =
		base % 2 ? codes_across(p, _mm256_maskz_loadu_epi8(next, packed + base / 2 + 1))
			 : codes_of(p);

	list64(list, codes, _mm512_maskz_loadu_epi8(live, quals + base), min_baseq,
		_mm512_maskz_loadu_epi8(live, usual), live);
}

size_t list_odd_avx512(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, const uint8_t *usual, uint32_t place, odd_call *odd)
{
	static const uint16_t steps[32] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
		17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
	__m512i places = _mm512_add_epi16(
		_mm512_loadu_si512(steps), _mm512_set1_epi16((short)(uint16_t)place));
	struct list list = {_mm512_slli_epi16(places, CALL_BITS), odd};
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		const uint8_t *p = packed + (first + i) / 2;
		__m512i codes =
			first % 2 ? codes_across(load32(p), load32(p + 1)) : codes_of(load32(p));

		list64(&list, codes, _mm512_loadu_si512(quals + first + i), min_baseq,
			_mm512_loadu_si512(usual + i), ~UINT64_C(0));
	}
	if (i < n)
		list_few(&list, packed, quals, first + i, n - i, min_baseq, usual + i);
	return (size_t)(list.end - odd);
}
