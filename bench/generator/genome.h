/*
 * The donor: a reference and the variants of some samples. Nothing is stored, so that any part of a
 * genome of any size can be asked for at any time.
 */
#ifndef GENERATOR_GENOME_H
#define GENERATOR_GENOME_H

#include "settings.h"

/* Base codes 0..3 are A C G T; BAM's code of base b is 1 << b. */
extern const char base_letters[];

unsigned base_at(const struct options *o, uint64_t contig, uint64_t pos0);

enum { MAX_ALLELE = 11 };

/* An SNV, or an indel behind its anchor base, left-aligned. Alleles are base codes. */
struct variant {
	uint64_t index; /* within the contig */
	uint32_t pos0, n_ref, n_alt;
	uint8_t ref[MAX_ALLELE], alt[MAX_ALLELE];
};

uint64_t n_variants(const struct options *o, uint64_t contig);
/* Variant i in [0, n_variants()) of the contig; they ascend and do not overlap. */
struct variant variant_number(const struct options *o, uint64_t contig, uint64_t i);
/* The first variant at or behind pos0; pos0 and index are the largest numbers when there is none.
 */
struct variant variant_from(const struct options *o, uint64_t contig, uint32_t pos0);

struct genotype {
	const char *text;
	bool carries[2]; /* by haplotype */
};

/* The first sample is mostly heterozygous, the others are not. */
struct genotype genotype_of(
	const struct options *o, uint64_t contig, uint64_t variant, uint64_t sample);
/* Whether this haplotype of the first sample has ALT. */
bool carries(const struct options *o, uint64_t contig, const struct variant *v, unsigned hap);

#endif
