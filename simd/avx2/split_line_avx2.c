/*
 * Text in, where its first line and the columns of that line end out: 64 bytes become two masks,
 * the separators behind the newline are cleared. The rest, at the end of a text, letter by letter.
 */
#include "simd/kernels.h"

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
		uint64_t newlines = found64(p, wide_newline);
		uint64_t found = found64(p, wide_separator) & (newlines ^ (newlines - 1));
		size_t k = line.n_ends;

		line.n_ends += (size_t)_mm_popcnt_u64(found);
		for (; found && k < max; found &= found - 1)
			ends[k++] = (uint32_t)line.nbytes + (uint32_t)__builtin_ctzll(found);
		if (newlines) {
			line.nbytes += (size_t)__builtin_ctzll(newlines);
			return line;
		}
	}
	for (; line.nbytes < n && text[line.nbytes] != '\n'; line.nbytes++) {
		if (text[line.nbytes] == separator && line.n_ends++ < max)
			ends[line.n_ends - 1] = (uint32_t)line.nbytes;
	}
	return line;
}
