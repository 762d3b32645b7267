/*
 * Base, quality and the two alleles in, what the base says about them out, 16 at a time. The last
 * vector ends with the last base and overlaps the one before; fewer than 16 are done one by one.
 */
#include "simd/kernels.h"

#include <arm_neon.h>

classify_fn classify_neon;

/* Entry c: all ones where bit c of silent is set, else 0. */
static uint8x16_t silent_table(uint16_t silent)
{
	const uint8x16_t bit_of = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
	uint8x8_t low = vdup_n_u8((uint8_t)(silent & 0xFF));
	uint8x8_t high = vdup_n_u8((uint8_t)(silent >> 8));

	return vtstq_u8(vcombine_u8(low, high), bit_of);
}

/* The tests run backwards, so that the first one has the last word. */
static uint8x16_t classify16(uint8x16_t base, uint8x16_t qual, uint8x16_t ref, uint8x16_t alt,
	uint8x16_t min_baseq, uint8x16_t silent)
{
	uint8x16_t c = vdupq_n_u8(CLASS_OTHER);

	c = vbslq_u8(vceqq_u8(base, alt), vdupq_n_u8(CLASS_ALT), c);
	c = vbslq_u8(vceqq_u8(base, ref), vdupq_n_u8(CLASS_REF), c);
	c = vbslq_u8(vqtbl1q_u8(silent, base), vdupq_n_u8(CLASS_AMBIGUOUS), c);
	return vbslq_u8(vcltq_u8(qual, min_baseq), vdupq_n_u8(CLASS_LOW_BASEQ), c);
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

void classify_neon(const uint8_t *bases, const uint8_t *quals, const uint8_t *refs,
	const uint8_t *alts, size_t n, struct classify_rule rule, uint8_t *classes)
{
	uint8x16_t min_baseq = vdupq_n_u8(rule.min_baseq);
	uint8x16_t silent = silent_table(rule.silent);

	if (n < 16) {
		for (size_t i = 0; i < n; i++)
			classes[i] = classify_one(bases[i], quals[i], refs[i], alts[i], rule);
		return;
	}
	for (size_t done = 0; done < n; done += 16) {
		size_t i = n - done < 16 ? n - 16 : done;
		uint8x16_t c = classify16(vld1q_u8(bases + i), vld1q_u8(quals + i),
			vld1q_u8(refs + i), vld1q_u8(alts + i), min_baseq, silent);

		vst1q_u8(classes + i, c);
	}
}
