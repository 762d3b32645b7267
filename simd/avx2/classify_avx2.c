/*
 * Base, quality and the two alleles in, what the base says about them out, 32 at a time. The last
 * vector ends with the last base and overlaps the one before; fewer than 32 are done one by one.
 */
#include "simd/kernels.h"

#include <immintrin.h>

classify_fn classify_avx2;

/* Entry c, in both halves: all ones where bit c of silent is set, else 0. */
static __m256i silent_table(uint16_t silent)
{
	const __m128i byte_of = _mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
	const __m128i bit_of = _mm_set1_epi64x((long long)0x8040201008040201);
	__m128i bits = _mm_and_si128(_mm_shuffle_epi8(_mm_cvtsi32_si128(silent), byte_of), bit_of);

	return _mm256_broadcastsi128_si256(_mm_cmpeq_epi8(bits, bit_of));
}

static __m256i load(const uint8_t *p)
{
	return _mm256_loadu_si256((const __m256i *)p);
}

/* The tests run backwards, so that the first one has the last word. */
static __m256i classify32(
	__m256i base, __m256i qual, __m256i ref, __m256i alt, __m256i min_baseq, __m256i silent)
{
	__m256i is_alt = _mm256_cmpeq_epi8(base, alt);
	__m256i is_ref = _mm256_cmpeq_epi8(base, ref);
	__m256i is_silent = _mm256_shuffle_epi8(silent, base);
	/* There is no unsigned compare, but max(qual, min) == qual says qual >= min. */
	__m256i is_good = _mm256_cmpeq_epi8(_mm256_max_epu8(qual, min_baseq), qual);
	__m256i c = _mm256_set1_epi8(CLASS_OTHER);

	c = _mm256_blendv_epi8(c, _mm256_set1_epi8(CLASS_ALT), is_alt);
	c = _mm256_blendv_epi8(c, _mm256_set1_epi8(CLASS_REF), is_ref);
	c = _mm256_blendv_epi8(c, _mm256_set1_epi8(CLASS_AMBIGUOUS), is_silent);
	return _mm256_blendv_epi8(_mm256_set1_epi8(CLASS_LOW_BASEQ), c, is_good);
}

static uint8_t classify_one(
	uint8_t base, uint8_t qual, uint8_t ref, uint8_t alt, struct classify_rule rule)
{
	if (qual < rule.min_baseq)
		return CLASS_LOW_BASEQ;
	if (rule.silent >> base & 1)
		return CLASS_AMBIGUOUS;
	return base == ref ? CLASS_REF : base == alt ? CLASS_ALT : CLASS_OTHER;
}

void classify_avx2(const uint8_t *bases, const uint8_t *quals, const uint8_t *refs,
	const uint8_t *alts, size_t n, struct classify_rule rule, uint8_t *classes)
{
	__m256i min_baseq = _mm256_set1_epi8((char)rule.min_baseq);
	__m256i silent = silent_table(rule.silent);

	if (n < 32) {
		for (size_t i = 0; i < n; i++)
			classes[i] = classify_one(bases[i], quals[i], refs[i], alts[i], rule);
		return;
	}
	for (size_t done = 0; done < n; done += 32) {
		size_t i = n - done < 32 ? n - 32 : done;
		__m256i c = classify32(load(bases + i), load(quals + i), load(refs + i),
			load(alts + i), min_baseq, silent);

		_mm256_storeu_si256((__m256i *)(classes + i), c);
	}
}
