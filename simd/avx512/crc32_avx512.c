/*
 * Bytes in, their CRC-32 out. A CRC is the remainder of a polynomial, so 64 bytes can be moved
 * ahead by a distance with two carry-less products per 16 of them: four vectors of 64 bytes at a
 * time are folded into the next four, then into one, then into 16 bytes, and those are divided.
 * Method: Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ", Intel 2009.
 */
#include "simd/kernels.h"

#include <immintrin.h>

crc32_fn crc32_avx512;

enum { GROUP = 256 };

/* x^(d + 32) and x^(d - 32) modulo P, bits reflected and moved up by one: they fold over d bits. */
#define FOLD_2048 0x11542778aLL, 0x1322d1430LL
#define FOLD_512 0x154442bd4LL, 0x1c6e41596LL
#define FOLD_128 0x1751997d0LL, 0x0ccaa009eLL
/* x^64 modulo P; x^64 / P; P itself. */
#define FOLD_64 0x163cd6124LL
#define QUOTIENT 0x1f7011641LL
#define POLYNOMIAL 0x1db710641LL

static __m512i fold(__m512i x, __m512i by, __m512i next)
{
	__m512i low = _mm512_clmulepi64_epi128(x, by, 0x00);
	__m512i high = _mm512_clmulepi64_epi128(x, by, 0x11);

	return _mm512_ternarylogic_epi64(low, high, next, 0x96); /* XOR of the three */
}

static __m128i fold_lane(__m128i x, __m128i by, __m128i next)
{
	__m128i low = _mm_clmulepi64_si128(x, by, 0x00);
	__m128i high = _mm_clmulepi64_si128(x, by, 0x11);

	return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

static __m128i pair(long long low, long long high)
{
	return _mm_set_epi64x(high, low);
}

/* Bits of the lanes at and behind `from` of the 64 that begin with number 64 * i. */
static __mmask64 lanes_from(size_t from, size_t i)
{
	if (from <= 64 * i)
		return ~0ULL;
	return from >= 64 * (i + 1) ? 0 : ~0ULL << (from - 64 * i);
}

/* Vector i of the first group: it ends with the `head` first bytes, of which four are inverted;
 * zeros in front of all change nothing. */
static __m512i first_vector(const uint8_t *data, size_t head, size_t i)
{
	size_t from = GROUP - head;
	__mmask64 live = lanes_from(from, i), start = live & ~lanes_from(from + 4, i);
	__m512i x = _mm512_maskz_loadu_epi8(live, data + 64 * i - from);

	return _mm512_xor_si512(x, _mm512_maskz_set1_epi8(start, -1));
}

/* Of the 16 bytes that are left. */
static uint32_t divide(__m128i x)
{
	const __m128i low32 = _mm_set_epi32(0, 0, 0, -1);
	const __m128i by = pair(QUOTIENT, POLYNOMIAL);
	__m128i quotient;

	x = _mm_xor_si128(_mm_srli_si128(x, 8), _mm_clmulepi64_si128(x, pair(FOLD_128), 0x10));
	x = _mm_xor_si128(_mm_srli_si128(x, 4),
		_mm_clmulepi64_si128(_mm_and_si128(x, low32), pair(FOLD_64, 0), 0x00));
	quotient = _mm_clmulepi64_si128(_mm_and_si128(x, low32), by, 0x00);
	x = _mm_xor_si128(x, _mm_clmulepi64_si128(_mm_and_si128(quotient, low32), by, 0x10));
	return (uint32_t)_mm_extract_epi32(x, 1);
}

/* Too short for what inverts its first four bytes. */
static uint32_t bit_by_bit(const uint8_t *data, size_t n)
{
	uint32_t crc = ~0u;

	for (size_t i = 0; i < 8 * n; i++) {
		crc ^= i % 8 ? 0u : data[i / 8];
		crc = crc >> 1 ^ (crc & 1 ? (uint32_t)(POLYNOMIAL >> 1) : 0u);
	}
	return ~crc;
}

/* From four vectors to 16 bytes. */
static __m128i fold_all(__m512i x0, __m512i x1, __m512i x2, __m512i x3)
{
	const __m512i by_vector = _mm512_broadcast_i64x2(pair(FOLD_512));
	const __m128i by_lane = pair(FOLD_128);
	__m512i all = fold(fold(fold(x0, by_vector, x1), by_vector, x2), by_vector, x3);
	__m128i x = _mm512_castsi512_si128(all);

	x = fold_lane(x, by_lane, _mm512_extracti32x4_epi32(all, 1));
	x = fold_lane(x, by_lane, _mm512_extracti32x4_epi32(all, 2));
	return fold_lane(x, by_lane, _mm512_extracti32x4_epi32(all, 3));
}

uint32_t crc32_avx512(const uint8_t *data, size_t n)
{
	const __m512i by_group = _mm512_broadcast_i64x2(pair(FOLD_2048));
	size_t head = n % GROUP ? n % GROUP : GROUP;
	/* of the four that are inverted, those in the second group */
	__mmask64 late = head < 4 ? 0xFu >> head : 0;
	__m512i x0, x1, x2, x3;

	if (n < 4)
		return bit_by_bit(data, n);
	x0 = first_vector(data, head, 0);
	x1 = first_vector(data, head, 1);
	x2 = first_vector(data, head, 2);
	x3 = first_vector(data, head, 3);
	for (size_t at = head; at < n; at += GROUP) {
		__m512i first = _mm512_loadu_si512(data + at);

		first = _mm512_xor_si512(first, _mm512_maskz_set1_epi8(late, -1));
		late = 0;
		x0 = fold(x0, by_group, first);
		x1 = fold(x1, by_group, _mm512_loadu_si512(data + at + 64));
		x2 = fold(x2, by_group, _mm512_loadu_si512(data + at + 128));
		x3 = fold(x3, by_group, _mm512_loadu_si512(data + at + 192));
	}
	return ~divide(fold_all(x0, x1, x2, x3));
}
