/*
 * Base, quality and the two alleles in, what the base says about them out, 64 at a time; the rest
 * by masked loads and a masked store. The tests run backwards, so that the first one has the last
 * word.
 */
#include "simd/kernels.h"

#include <immintrin.h>

classify_fn classify_avx512;

struct rule_vectors {
	__m512i min_baseq;
	__m512i silent; /* byte c of each 16: not 0 where code c says nothing */
};

static struct rule_vectors spread(struct classify_rule rule)
{
	__m128i silent = _mm_movm_epi8(rule.silent);

	return (struct rule_vectors){
		.min_baseq = _mm512_set1_epi8((char)rule.min_baseq),
		.silent = _mm512_broadcast_i32x4(silent),
	};
}

static __m512i classify64(
	__m512i base, __m512i qual, __m512i ref, __m512i alt, struct rule_vectors rule)
{
	__mmask64 is_alt = _mm512_cmpeq_epi8_mask(base, alt);
	__mmask64 is_ref = _mm512_cmpeq_epi8_mask(base, ref);
	__mmask64 is_silent = _mm512_movepi8_mask(_mm512_shuffle_epi8(rule.silent, base));
	__mmask64 is_low = _mm512_cmplt_epu8_mask(qual, rule.min_baseq);
	__m512i c = _mm512_set1_epi8(CLASS_OTHER);

	c = _mm512_mask_mov_epi8(c, is_alt, _mm512_set1_epi8(CLASS_ALT));
	c = _mm512_mask_mov_epi8(c, is_ref, _mm512_set1_epi8(CLASS_REF));
	c = _mm512_mask_mov_epi8(c, is_silent, _mm512_set1_epi8(CLASS_AMBIGUOUS));
	return _mm512_mask_mov_epi8(c, is_low, _mm512_set1_epi8(CLASS_LOW_BASEQ));
}

void classify_avx512(const uint8_t *bases, const uint8_t *quals, const uint8_t *refs,
	const uint8_t *alts, size_t n, struct classify_rule rule, uint8_t *classes)
{
	struct rule_vectors wide = spread(rule);
	size_t i = 0;

	for (; n - i >= 64; i += 64) {
		__m512i c = classify64(_mm512_loadu_si512(bases + i), _mm512_loadu_si512(quals + i),
			_mm512_loadu_si512(refs + i), _mm512_loadu_si512(alts + i), wide);

		_mm512_storeu_si512(classes + i, c);
	}
	if (i < n) {
		__mmask64 live = _bzhi_u64(~0ULL, (unsigned)(n - i));
		__m512i c = classify64(_mm512_maskz_loadu_epi8(live, bases + i),
			_mm512_maskz_loadu_epi8(live, quals + i),
			_mm512_maskz_loadu_epi8(live, refs + i),
			_mm512_maskz_loadu_epi8(live, alts + i), wide);

		_mm512_mask_storeu_epi8(classes + i, live, c);
	}
}
