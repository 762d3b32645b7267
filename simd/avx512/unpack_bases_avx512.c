/*
 * Two bases a byte in, one code a byte out, 64 codes at a time; the rest by a masked load and
 * store. An odd first base is done alone, so that the others begin with a whole byte.
 */
#include "simd/kernels.h"

#include <immintrin.h>

unpack_bases_fn unpack_bases_avx512;

/*
 * Four packed bytes sit in the low half of each 64-bit lane. Byte j of the lane becomes the 8 bits
 * that begin at bit 4, 0, 12, 8, 20, 16, 28, 24 (VBMI's multishift); its low half is base j.
 */
static __m512i unpack64(__m256i packed)
{
	const __m512i begins = _mm512_set1_epi64(0x181c1014080c0004);
	__m512i lanes = _mm512_cvtepu32_epi64(packed);

	return _mm512_and_si512(_mm512_multishift_epi64_epi8(begins, lanes), _mm512_set1_epi8(15));
}

void unpack_bases_avx512(const uint8_t *packed, size_t first, size_t n, uint8_t *codes)
{
	size_t i = 0;

	if (n == 0)
		return;
	packed += first / 2;
	if (first % 2) {
		*codes++ = *packed++ & 15;
		n--;
	}
	for (; n - i >= 64; i += 64) {
		__m256i pairs = _mm256_loadu_si256((const __m256i *)(packed + i / 2));
		_mm512_storeu_si512(codes + i, unpack64(pairs));
	}
	if (i < n) {
		unsigned n_rest = (unsigned)(n - i);
		__mmask32 live_pairs = _bzhi_u32(~0u, (n_rest + 1) / 2);
		__m256i pairs = _mm256_maskz_loadu_epi8(live_pairs, packed + i / 2);

		_mm512_mask_storeu_epi8(codes + i, _bzhi_u64(~0ULL, n_rest), unpack64(pairs));
	}
}
