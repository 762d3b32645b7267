/*
 * Calls in, added to the counters of their places, 16 at a time; fewer than 16 are done one by one.
 * Calls without a plane are rare: only a vector that has one is looked through.
 */
#include "simd/kernels.h"

#include <arm_neon.h>

add_calls_fn add_calls_neon;

/* Adds to one plane; returns where. */
static uint8x16_t add_plane(uint8x16_t calls, uint8_t call, uint8_t *plane)
{
	uint8x16_t hit = vceqq_u8(calls, vdupq_n_u8(call));

	vst1q_u8(plane, vsubq_u8(vld1q_u8(plane), hit));
	return hit;
}

/* Bit i: call i has no plane. */
static uint64_t add16(uint8x16_t calls, uint8_t *planes, size_t stride)
{
	uint8x16_t known = vceqzq_u8(calls);
	uint8_t each[16];
	uint64_t bits = 0;

	known = vorrq_u8(known, add_plane(calls, CALL_A, planes));
	known = vorrq_u8(known, add_plane(calls, CALL_C, planes + stride));
	known = vorrq_u8(known, add_plane(calls, CALL_G, planes + 2 * stride));
	known = vorrq_u8(known, add_plane(calls, CALL_T, planes + 3 * stride));
	known = vorrq_u8(known, add_plane(calls, CALL_LOW_BASEQ, planes + 4 * stride));
	if (vminvq_u8(known) == 255)
		return 0;
	vst1q_u8(each, known);
	for (unsigned i = 0; i < 16; i++)
		bits |= (uint64_t)(each[i] == 0) << i;
	return bits;
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

void add_calls_neon(const uint8_t *calls, size_t n, uint8_t *planes, size_t stride, uint64_t *rest)
{
	size_t i = 0;

	for (size_t word = 0; word < (n + 63) / 64; word++)
		rest[word] = 0;
	for (; n - i >= 16; i += 16)
		rest[i / 64] |= add16(vld1q_u8(calls + i), planes + i, stride) << i % 64;
	for (; i < n; i++)
		rest[i / 64] |= add_one(calls[i], planes + i, stride) << i % 64;
}
