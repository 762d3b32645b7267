/* Text and a letter in, how often it is there out; 64 at a time, the rest by a masked load. */
#include "simd/kernels.h"

#include <immintrin.h>

count_byte_fn count_byte_avx512;

size_t count_byte_avx512(const uint8_t *text, size_t n, uint8_t letter)
{
	__m512i wide = _mm512_set1_epi8((char)letter);
	size_t i = 0, count = 0;

	for (; n - i >= 64; i += 64)
		count += (size_t)_mm_popcnt_u64(
			_mm512_cmpeq_epi8_mask(_mm512_loadu_si512(text + i), wide));
	if (i < n) {
		__mmask64 live = _bzhi_u64(~0ULL, (unsigned)(n - i));
		__m512i t = _mm512_maskz_loadu_epi8(live, text + i);

		count += (size_t)_mm_popcnt_u64(_mm512_mask_cmpeq_epi8_mask(live, t, wide));
	}
	return count;
}
