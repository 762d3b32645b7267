/* Packed bases, their qualities and the usual calls in, one bit a base out. */
#include "simd/kernels.h"

find_odd_fn find_odd_scalar;

void find_odd_scalar(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, const uint8_t *usual, uint64_t *mask)
{
	for (size_t word = 0; word < (n + 63) / 64; word++)
		mask[word] = 0;
	for (size_t i = 0; i < n; i++) {
		size_t base = first + i;
		uint8_t code = packed[base / 2] >> (base % 2 ? 0 : 4) & 15;

		mask[i / 64] |= (uint64_t)(quals[base] < min_baseq || code != usual[i]) << i % 64;
	}
}
