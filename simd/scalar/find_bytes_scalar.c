/* Text and two letters in, one bit per letter of the text out. */
#include "simd/kernels.h"

find_bytes_fn find_bytes_scalar;

void find_bytes_scalar(const uint8_t *text, size_t n, uint8_t a, uint8_t b, uint64_t *mask)
{
	for (size_t i = 0; i < n; i += 64) {
		size_t n_bits = n - i < 64 ? n - i : 64;
		uint64_t word = 0;

		for (size_t bit = 0; bit < n_bits; bit++) {
			uint8_t letter = text[i + bit];
			word |= (uint64_t)(letter == a || letter == b) << bit;
		}
		mask[i / 64] = word;
	}
}
