/*
 * Two bases a byte in, one code a byte out, 32 codes at a time. A half byte at either end is done
 * alone; what remains are whole bytes. The last vector ends with them and overlaps the one before.
 */
#include "simd/kernels.h"

#include <arm_neon.h>

unpack_bases_fn unpack_bases_neon;

static void unpack16(const uint8_t *packed, uint8_t *codes)
{
	uint8x8_t pairs = vld1_u8(packed);
	uint8x8_t even = vshr_n_u8(pairs, 4);
	uint8x8_t odd = vand_u8(pairs, vdup_n_u8(15));

	vst1_u8(codes, vzip1_u8(even, odd));
	vst1_u8(codes + 8, vzip2_u8(even, odd));
}

static void unpack32(const uint8_t *packed, uint8_t *codes)
{
	uint8x16_t pairs = vld1q_u8(packed);
	uint8x16_t even = vshrq_n_u8(pairs, 4);
	uint8x16_t odd = vandq_u8(pairs, vdupq_n_u8(15));

	vst1q_u8(codes, vzip1q_u8(even, odd));
	vst1q_u8(codes + 16, vzip2q_u8(even, odd));
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

void unpack_bases_neon(const uint8_t *packed, size_t first, size_t n, uint8_t *codes)
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
