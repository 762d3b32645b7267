/* Calls in, added to the counters of their places; the calls that have no plane are marked. */
#include "simd/kernels.h"

#include <stdbool.h>

add_calls_fn add_calls_scalar;

static bool add_call(uint8_t call, uint8_t *planes, size_t stride)
{
	static const uint8_t plane_calls[N_CALL_PLANES] = {
		CALL_A, CALL_C, CALL_G, CALL_T, CALL_LOW_BASEQ};

	for (size_t k = 0; k < N_CALL_PLANES; k++) {
		if (call == plane_calls[k]) {
			planes[k * stride]++;
			return true;
		}
	}
	return call == CALL_NONE;
}

void add_calls_scalar(
	const uint8_t *calls, size_t n, uint8_t *planes, size_t stride, uint64_t *rest)
{
	for (size_t i = 0; i < n; i += 64) {
		size_t n_bits = n - i < 64 ? n - i : 64;
		uint64_t word = 0;

		for (size_t bit = 0; bit < n_bits; bit++)
			word |= (uint64_t)!add_call(calls[i + bit], planes + i + bit, stride)
				<< bit;
		rest[i / 64] = word;
	}
}
