/*
 * Text in, where its first line and the columns of that line end out: 64 bytes become two masks,
 * the separators behind the newline are cleared. The rest by a masked load.
 */
#include "simd/split_line.h"

#include <immintrin.h>

split_line_fn split_line_avx512;

struct split_line split_line_avx512(
	const uint8_t *text, size_t n, uint8_t separator, uint32_t *ends, size_t max)
{
	const __m512i wide_separator = _mm512_set1_epi8((char)separator);
	const __m512i wide_newline = _mm512_set1_epi8('\n');
	struct split_line line = {0, 0};

	for (; line.nbytes < n; line.nbytes += 64) {
		size_t left = n - line.nbytes;
		__mmask64 live = left < 64 ? _bzhi_u64(~0ULL, (unsigned)left) : ~0ULL;
		__m512i t = _mm512_maskz_loadu_epi8(live, text + line.nbytes);

		if (split_64(&line, _mm512_mask_cmpeq_epi8_mask(live, t, wide_newline),
			    _mm512_mask_cmpeq_epi8_mask(live, t, wide_separator), ends, max))
			return line;
	}
	line.nbytes = n;
	return line;
}
