/*
 * Two bases a byte in, one code a byte out, 32 codes at a time. A half byte at either end is done
 * alone; what remains are whole bytes. The last vector ends with them and overlaps the one before.
 */
#include "simd/kernels.h"

#include <immintrin.h>

unpack_bases_fn unpack_bases_avx2;

/* 8 packed bytes. Each becomes a 16-bit lane 0x00HL and leaves as 0x0L0H: in memory H, then L. */
static void unpack16(const uint8_t *packed, uint8_t *codes)
{
	__m128i lanes = _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)packed));
	__m128i halves = _mm_or_si128(_mm_srli_epi16(lanes, 4), _mm_slli_epi16(lanes, 8));
	_mm_storeu_si128((__m128i *)codes, _mm_and_si128(halves, _mm_set1_epi8(15)));
}

static void unpack32(const uint8_t *packed, uint8_t *codes)
{
	__m256i lanes = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)packed));
	__m256i halves = _mm256_or_si256(_mm256_srli_epi16(lanes, 4), _mm256_slli_epi16(lanes, 8));
	_mm256_storeu_si256((__m256i *)codes, _mm256_and_si256(halves, _mm256_set1_epi8(15)));
}

static void unpack_whole(const uint8_t *packed, size_t nbytes, uint8_t *codes)
{
	if (nbytes >= 16) {
		for (size_t i = 0; i < nbytes - 16; i += 16)
			unpack32(packed + i, codes + 2 * i);
		unpack32(packed + nbytes - 16, codes + 2 * (nbytes - 16));
	} else if (nbytes >= 8) {
		unpack16(packed, codes);
		unpack16(packed + nbytes - 8, codes + 2 * (nbytes - 8));
	} else {
		for (size_t i = 0; i < nbytes; i++) {
			codes[2 * i] = packed[i] >> 4;
			codes[2 * i + 1] = packed[i] & 15;
		}
	}
}

void unpack_bases_avx2(const uint8_t *packed, size_t first, size_t n, uint8_t *codes)
{
	if (n == 0)
		return;
	packed += first / 2;
	if (first % 2) {
		*codes++ = *packed++ & 15;
		n--;
	}
	unpack_whole(packed, n / 2, codes);
	if (n % 2)
		codes[n - 1] = packed[n / 2] >> 4;
}
