/* What rows of kernels share that split lines. */
#ifndef SPHEX_SIMD_SPLIT_LINE_H
#define SPHEX_SIMD_SPLIT_LINE_H

#include <stdbool.h>

#include "simd/kernels.h"

/* The 64 bytes at line->nbytes, of which a bit each says what they are; true: the line ends there.
 */
static inline bool split_64(
	struct split_line *line, uint64_t newlines, uint64_t separators, uint32_t *ends, size_t max)
{
	uint64_t found = separators & (newlines ^ (newlines - 1));
	size_t k = line->n_ends;

	line->n_ends += (size_t)__builtin_popcountll(found);
	for (; found && k < max; found &= found - 1)
		ends[k++] = (uint32_t)line->nbytes + (uint32_t)__builtin_ctzll(found);
	if (newlines)
		line->nbytes += (size_t)__builtin_ctzll(newlines);
	return newlines;
}

/* From line.nbytes on letter by letter: where a text ends, nothing may be read behind it. */
static inline struct split_line split_rest(struct split_line line, const uint8_t *text, size_t n,
	uint8_t separator, uint32_t *ends, size_t max)
{
	for (; line.nbytes < n && text[line.nbytes] != '\n'; line.nbytes++) {
		if (text[line.nbytes] != separator)
			continue;
		if (line.n_ends < max)
			ends[line.n_ends] = (uint32_t)line.nbytes;
		line.n_ends++;
	}
	return line;
}

#endif
