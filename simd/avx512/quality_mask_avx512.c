/* Qualities and a threshold in, one bit per quality out, 64 at a time; the rest by a masked load.
 */
#include "simd/kernels.h"

#include <immintrin.h>

quality_mask_fn quality_mask_avx512;

void quality_mask_avx512(const uint8_t *quals, size_t n, uint8_t threshold, uint64_t *mask)
{
	__m512i wide = _mm512_set1_epi8((char)threshold);
	size_t i = 0;

	for (; n - i >= 64; i += 64)
		mask[i / 64] = _mm512_cmpge_epu8_mask(_mm512_loadu_si512(quals + i), wide);
	if (i < n) {
		__mmask64 live = _bzhi_u64(~0ULL, (unsigned)(n - i));
		__m512i q = _mm512_maskz_loadu_epi8(live, quals + i);

		mask[i / 64] = _mm512_mask_cmpge_epu8_mask(live, q, wide);
	}
}
