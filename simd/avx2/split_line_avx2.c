/*
 * Text in, where its first line and the columns of that line end out: 64 bytes become two masks,
 * the separators behind the newline are cleared. The rest, at the end of a text, letter by letter.
 */
#include "simd/split_line.h"

#include <immintrin.h>

split_line_fn split_line_avx2;

static uint64_t found64(const uint8_t *text, __m256i letter)
{
	__m256i low = _mm256_loadu_si256((const __m256i *)text);
	__m256i high = _mm256_loadu_si256((const __m256i *)(text + 32));

	return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, letter)) |
	       (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, letter)) << 32;
}

struct split_line split_line_avx2(
	const uint8_t *text, size_t n, uint8_t separator, uint32_t *ends, size_t max)
{
	const __m256i wide_separator = _mm256_set1_epi8((char)separator);
	const __m256i wide_newline = _mm256_set1_epi8('\n');
	struct split_line line = {0, 0};

	for (; n - line.nbytes >= 64; line.nbytes += 64) {
		const uint8_t *p = text + line.nbytes;

		if (split_64(
			    &line, found64(p, wide_newline), found64(p, wide_separator), ends, max))
			return line;
	}
	return split_rest(line, text, n, separator, ends, max);
}
