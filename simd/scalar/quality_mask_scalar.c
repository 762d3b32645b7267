/* Qualities and a threshold in, one bit per quality out. */
#include "simd/kernels.h"

quality_mask_fn quality_mask_scalar;

void quality_mask_scalar(const uint8_t *quals, size_t n, uint8_t threshold, uint64_t *mask)
{
	for (size_t i = 0; i < n; i += 64) {
		size_t n_bits = n - i < 64 ? n - i : 64;
		uint64_t word = 0;

		for (size_t bit = 0; bit < n_bits; bit++)
			word |= (uint64_t)(quals[i + bit] >= threshold) << bit;
		mask[i / 64] = word;
	}
}
