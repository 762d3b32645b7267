/* Packed bases, their qualities and the usual calls in, the calls that are not usual out. */
#include "simd/kernels.h"

list_odd_fn list_odd_scalar;

size_t list_odd_scalar(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, const uint8_t *usual, uint32_t place, odd_call *odd)
{
	size_t n_odd = 0;

	for (size_t i = 0; i < n; i++) {
		size_t base = first + i;
		uint8_t code = packed[base / 2] >> (base % 2 ? 0 : 4) & 15;
		uint8_t call = call_base(code, quals[base], min_baseq);

		odd[n_odd] = (odd_call)((place + i) << CALL_BITS | call);
		n_odd += call != usual[i];
	}
	return n_odd;
}
