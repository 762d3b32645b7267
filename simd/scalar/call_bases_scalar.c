/* Packed bases and their qualities in, one call a byte out. */
#include "simd/kernels.h"

call_bases_fn call_bases_scalar;

void call_bases_scalar(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, uint8_t *calls)
{
	for (size_t i = 0; i < n; i++) {
		size_t base = first + i;
		uint8_t pair = packed[base / 2];
		uint8_t code = base % 2 == 0 ? pair >> 4 : pair & 15;

		calls[i] = call_base(code, quals[base], min_baseq);
	}
}
