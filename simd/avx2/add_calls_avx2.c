/*
 * Calls in, added to the counters of their places, 32 at a time. The last vector overlaps the one
 * before; what that has counted is blanked. Fewer than 32 are done one by one.
 */
#include "simd/kernels.h"

#include <immintrin.h>

add_calls_fn add_calls_avx2;

static __m256i load(const uint8_t *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

/* Adds to one plane; returns where. */
static __m256i add_plane(__m256i calls, char call, uint8_t *plane)
{
	__m256i hit = _mm256_cmpeq_epi8(calls, _mm256_set1_epi8(call));

	_mm256_storeu_si256((__m256i *)plane, _mm256_sub_epi8(load(plane), hit));
	return hit;
}

/* Bit i: call i has no plane. */
static uint32_t add32(__m256i calls, uint8_t *planes, size_t stride)
{
	__m256i known = _mm256_cmpeq_epi8(calls, _mm256_setzero_si256());

	known = _mm256_or_si256(known, add_plane(calls, CALL_A, planes));
	known = _mm256_or_si256(known, add_plane(calls, CALL_C, planes + stride));
	known = _mm256_or_si256(known, add_plane(calls, CALL_G, planes + 2 * stride));
	known = _mm256_or_si256(known, add_plane(calls, CALL_T, planes + 3 * stride));
	known = _mm256_or_si256(known, add_plane(calls, CALL_LOW_BASEQ, planes + 4 * stride));
	return ~(uint32_t)_mm256_movemask_epi8(known);
}

static uint64_t add_one(uint8_t call, uint8_t *planes, size_t stride)
{
	switch (call) {
	case CALL_NONE:
		return 0;
	case CALL_A:
		planes[0]++;
		return 0;
	case CALL_C:
		planes[stride]++;
		return 0;
	case CALL_G:
		planes[2 * stride]++;
		return 0;
	case CALL_T:
		planes[3 * stride]++;
		return 0;
	case CALL_LOW_BASEQ:
		planes[4 * stride]++;
		return 0;
	default:
		return 1;
	}
}

/* The last 32 of n calls, of which the first n_done have been counted. */
static void add_last(const uint8_t *calls, size_t n, size_t n_done, uint8_t *planes, size_t stride,
	uint64_t *rest)
{
	const __m256i places = _mm256_set_epi64x(
		0x1f1e1d1c1b1a1918, 0x1716151413121110, 0x0f0e0d0c0b0a0908, 0x0706050403020100);
	size_t at = n - 32;
	__m256i done = _mm256_cmpgt_epi8(_mm256_set1_epi8((char)(n_done - at)), places);
	__m256i left = _mm256_andnot_si256(done, load(calls + at));
	uint64_t bits = add32(left, planes + at, stride);

	rest[at / 64] |= bits << at % 64;
	if (at % 64 > 32)
		rest[at / 64 + 1] |= bits >> (64 - at % 64);
}

void add_calls_avx2(const uint8_t *calls, size_t n, uint8_t *planes, size_t stride, uint64_t *rest)
{
	size_t i = 0;

	for (size_t word = 0; word < (n + 63) / 64; word++)
		rest[word] = 0;
	for (; n - i >= 32; i += 32)
		rest[i / 64] |= (uint64_t)add32(load(calls + i), planes + i, stride) << i % 64;
	if (i < n && n >= 32) {
		add_last(calls, n, i, planes, stride, rest);
		return;
	}
	for (; i < n; i++)
		rest[i / 64] |= add_one(calls[i], planes + i, stride) << i % 64;
}
