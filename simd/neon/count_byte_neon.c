/* Text and a letter in, how often it is there out; 16 at a time, what is left one by one. */
#include "simd/kernels.h"

#include <arm_neon.h>

count_byte_fn count_byte_neon;

size_t count_byte_neon(const uint8_t *text, size_t n, uint8_t letter)
{
	uint8x16_t wide = vdupq_n_u8(letter);
	size_t i = 0, count = 0;

	for (; n - i >= 16; i += 16)
		count += vaddvq_u8(vshrq_n_u8(vceqq_u8(vld1q_u8(text + i), wide), 7));
	for (; i < n; i++)
		count += text[i] == letter;
	return count;
}
