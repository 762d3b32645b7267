/* Text in, where its first line and the columns of that line end out. */
#include "simd/kernels.h"

split_line_fn split_line_scalar;

struct split_line split_line_scalar(
	const uint8_t *text, size_t n, uint8_t separator, uint32_t *ends, size_t max)
{
	struct split_line line = {0, 0};

	for (; line.nbytes < n && text[line.nbytes] != '\n'; line.nbytes++) {
		if (text[line.nbytes] != separator)
			continue;
		if (line.n_ends < max)
			ends[line.n_ends] = (uint32_t)line.nbytes;
		line.n_ends++;
	}
	return line;
}
