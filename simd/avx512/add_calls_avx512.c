/* Calls in, added to the counters of their places, 64 at a time; the last ones under a mask. */
#include "simd/kernels.h"

#include <immintrin.h>

add_calls_fn add_calls_avx512;

/* Adds to one plane; returns where. */
static __mmask64 add_plane(__m512i calls, char call, __mmask64 wanted, uint8_t *plane)
{
	__mmask64 hit = _mm512_cmpeq_epi8_mask(calls, _mm512_set1_epi8(call));
	__m512i counts = _mm512_maskz_loadu_epi8(wanted, plane);

	counts = _mm512_mask_add_epi8(counts, hit, counts, _mm512_set1_epi8(1));
	_mm512_mask_storeu_epi8(plane, wanted, counts);
	return hit;
}

void add_calls_avx512(
	const uint8_t *calls, size_t n, uint8_t *planes, size_t stride, uint64_t *rest)
{
	for (size_t i = 0; i < n; i += 64) {
		__mmask64 wanted = ~UINT64_C(0) >> (n - i < 64 ? 64 - (n - i) : 0);
		__m512i c = _mm512_maskz_loadu_epi8(wanted, calls + i);
		uint8_t *p = planes + i;
		__mmask64 known = _mm512_testn_epi8_mask(c, c);

		known |= add_plane(c, CALL_A, wanted, p);
		known |= add_plane(c, CALL_C, wanted, p + stride);
		known |= add_plane(c, CALL_G, wanted, p + 2 * stride);
		known |= add_plane(c, CALL_T, wanted, p + 3 * stride);
		known |= add_plane(c, CALL_LOW_BASEQ, wanted, p + 4 * stride);
		rest[i / 64] = ~known;
	}
}
