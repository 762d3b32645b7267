/* Text in, where its first line and the columns of that line end out. */
#include "simd/split_line.h"

split_line_fn split_line_scalar;

struct split_line split_line_scalar(
	const uint8_t *text, size_t n, uint8_t separator, uint32_t *ends, size_t max)
{
	return split_rest((struct split_line){0, 0}, text, n, separator, ends, max);
}
