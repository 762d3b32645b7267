/* Text and a letter in, how often it is there out. */
#include "simd/kernels.h"

count_byte_fn count_byte_scalar;

size_t count_byte_scalar(const uint8_t *text, size_t n, uint8_t letter)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += text[i] == letter;
	return count;
}
