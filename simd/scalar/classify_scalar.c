/* Base, quality and the two alleles in, what the base says about them out. */
#include "simd/kernels.h"

classify_fn classify_scalar;

static enum base_class class_of(
	uint8_t base, uint8_t qual, uint8_t ref, uint8_t alt, struct classify_rule rule)
{
	if (qual < rule.min_baseq)
		return CLASS_LOW_BASEQ;
	if (rule.silent >> base & 1)
		return CLASS_AMBIGUOUS;
	if (base == ref)
		return CLASS_REF;
	if (base == alt)
		return CLASS_ALT;
	return CLASS_OTHER;
}

void classify_scalar(const uint8_t *bases, const uint8_t *quals, const uint8_t *refs,
	const uint8_t *alts, size_t n, struct classify_rule rule, uint8_t *classes)
{
	for (size_t i = 0; i < n; i++)
		classes[i] = (uint8_t)class_of(bases[i], quals[i], refs[i], alts[i], rule);
}
