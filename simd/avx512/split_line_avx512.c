/*
 * Text in, where its first line and the columns of that line end out: 64 bytes become two masks,
 * the separators behind the newline are cleared. The rest by a masked load.
 */
#include "simd/kernels.h"

#include <immintrin.h>

split_line_fn split_line_avx512;

struct split_line split_line_avx512(
	const uint8_t *text, size_t n, uint8_t separator, uint32_t *ends, size_t max)
{
	const __m512i wide_separator = _mm512_set1_epi8((char)separator);
	const __m512i wide_newline = _mm512_set1_epi8('\n');
	struct split_line line = {0, 0};

	for (size_t i = 0; i < n; i += 64) {
		__mmask64 live = n - i < 64 ? _bzhi_u64(~0ULL, (unsigned)(n - i)) : ~0ULL;
		__m512i t = _mm512_maskz_loadu_epi8(live, text + i);
		uint64_t newlines = _mm512_mask_cmpeq_epi8_mask(live, t, wide_newline);
		uint64_t found = _mm512_mask_cmpeq_epi8_mask(live, t, wide_separator) &
				 (newlines ^ (newlines - 1));
		size_t k = line.n_ends;

		line.n_ends += (size_t)_mm_popcnt_u64(found);
		for (; found && k < max; found &= found - 1)
			ends[k++] = (uint32_t)i + (uint32_t)__builtin_ctzll(found);
		if (newlines) {
			line.nbytes = i + (size_t)__builtin_ctzll(newlines);
			return line;
		}
	}
	line.nbytes = n;
	return line;
}
