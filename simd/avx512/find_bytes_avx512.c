/* Text and two letters in, one bit per letter out, 64 at a time; the rest by a masked load. */
#include "simd/kernels.h"

#include <immintrin.h>

find_bytes_fn find_bytes_avx512;

void find_bytes_avx512(const uint8_t *text, size_t n, uint8_t a, uint8_t b, uint64_t *mask)
{
	__m512i wide_a = _mm512_set1_epi8((char)a);
	__m512i wide_b = _mm512_set1_epi8((char)b);
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		__m512i t = _mm512_loadu_si512(text + i);
		mask[i / 64] =
			_mm512_cmpeq_epi8_mask(t, wide_a) | _mm512_cmpeq_epi8_mask(t, wide_b);
	}
	if (i < n) {
		__mmask64 live = _bzhi_u64(~0ULL, (unsigned)(n - i));
		__m512i t = _mm512_maskz_loadu_epi8(live, text + i);

		mask[i / 64] = _mm512_mask_cmpeq_epi8_mask(live, t, wide_a) |
			       _mm512_mask_cmpeq_epi8_mask(live, t, wide_b);
	}
}
