/*
 * Packed bases and their qualities in, one call a byte out, 16 at a time from an even base on. The
 * last vector ends with the last base or the one before it, and overlaps the one before.
 */
#include "simd/kernels.h"

#include <arm_neon.h>

call_bases_fn call_bases_neon;

static uint8_t call_one(const uint8_t *packed, const uint8_t *quals, size_t base, uint8_t min_baseq)
{
	uint8_t code = (uint8_t)(packed[base / 2] >> (base % 2 ? 0 : 4) & 15);

	if (quals[base] < min_baseq)
		return CALL_LOW_BASEQ;
	return code && (code & (code - 1)) == 0 ? code : CALL_AMBIGUOUS;
}

static void call16(const uint8_t *packed, const uint8_t *quals, uint8_t min_baseq, uint8_t *calls)
{
	uint8x8_t pairs = vld1_u8(packed), even = vshr_n_u8(pairs, 4);
	uint8x8_t odd = vand_u8(pairs, vdup_n_u8(15));
	uint8x16_t codes = vcombine_u8(vzip1_u8(even, odd), vzip2_u8(even, odd));
	uint8x16_t low = vcltq_u8(vld1q_u8(quals), vdupq_n_u8(min_baseq));

	vst1q_u8(calls, vbslq_u8(low, vdupq_n_u8(CALL_LOW_BASEQ),
				vqtbl1q_u8(vld1q_u8(call_of_code), codes)));
}

void call_bases_neon(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, uint8_t *calls)
{
	size_t i = 0, last;

	if (first % 2 && n)
		calls[i++] = call_one(packed, quals, first, min_baseq);
	for (; n - i >= 16; i += 16)
		call16(packed + (first + i) / 2, quals + first + i, min_baseq, calls + i);
	last = n >= 17 ? n - 16 - (first + n) % 2 : n;
	if (i < n && last < n) {
		call16(packed + (first + last) / 2, quals + first + last, min_baseq, calls + last);
		i = last + 16;
	}
	for (; i < n; i++)
		calls[i] = call_one(packed, quals, first + i, min_baseq);
}
