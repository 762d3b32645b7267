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

static __m512i wide(long long low, long long high)
{
	return _mm512_broadcast_i64x2(_mm_set_epi64x(high, low));
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
	const __m128i by = _mm_set_epi64x(POLYNOMIAL, QUOTIENT);
	__m128i quotient;

	x = _mm_xor_si128(_mm_srli_si128(x, 8),
		_mm_clmulepi64_si128(x, _mm_set_epi64x(0, 0x0ccaa009eLL), 0x00));
	x = _mm_xor_si128(_mm_srli_si128(x, 4),
		_mm_clmulepi64_si128(_mm_and_si128(x, low32), _mm_set_epi64x(0, FOLD_64), 0x00));
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

uint32_t crc32_avx512(const uint8_t *data, size_t n)
{
	const __m512i by_group = wide(FOLD_2048), by_vector = wide(FOLD_512);
	const __m128i by_lane = _mm_set_epi64x(0x0ccaa009eLL, 0x1751997d0LL);
	size_t head = n % GROUP ? n % GROUP : GROUP;
	__mmask64 late =
		head < 4 ? 0xFu >> head : 0; /* of the inverted four, in the second group */
	__m512i x[4], all;
	__m128i lanes[4], last;

	if (n < 4)
		return bit_by_bit(data, n);
	for (size_t i = 0; i < 4; i++)
		x[i] = first_vector(data, head, i);
	for (size_t at = head; at < n; at += GROUP) {
		__m512i first = _mm512_loadu_si512(data + at);

		x[0] = fold(
			x[0], by_group, _mm512_xor_si512(first, _mm512_maskz_set1_epi8(late, -1)));
		for (size_t i = 1; i < 4; i++)
			x[i] = fold(x[i], by_group, _mm512_loadu_si512(data + at + 64 * i));
		late = 0;
	}
	all = fold(fold(fold(x[0], by_vector, x[1]), by_vector, x[2]), by_vector, x[3]);
	lanes[0] = _mm512_extracti32x4_epi32(all, 0);
	lanes[1] = _mm512_extracti32x4_epi32(all, 1);
	lanes[2] = _mm512_extracti32x4_epi32(all, 2);
	lanes[3] = _mm512_extracti32x4_epi32(all, 3);
	last = lanes[0];
	for (size_t i = 1; i < 4; i++)
		last = _mm_xor_si128(
			lanes[i], _mm_xor_si128(_mm_clmulepi64_si128(last, by_lane, 0x00),
					  _mm_clmulepi64_si128(last, by_lane, 0x11)));
	return ~divide(last);
}
