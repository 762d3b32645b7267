/* Two bases a byte in (SAM specification 4.2, seq), one code a byte out. */
#include "simd/kernels.h"

unpack_bases_fn unpack_bases_scalar;

void unpack_bases_scalar(const uint8_t *packed, size_t first, size_t n, uint8_t *codes)
{
	for (size_t i = 0; i < n; i++) {
		size_t base = first + i;
		uint8_t pair = packed[base / 2];

		codes[i] = base % 2 == 0 ? pair >> 4 : pair & 15;
	}
}
