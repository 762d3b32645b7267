/* Genotypes as text: numbers of alleles or ".", with / or | between them. */
#ifndef SPHEX_GENOTYPE_H
#define SPHEX_GENOTYPE_H

#include "base/status.h"
#include "span.h"

/* The alleles of a GT, one after the other. */
struct gt_scan {
	struct span rest;
	bool at_end;
	bool is_missing; /* the allele is "." */
	uint64_t number;
	char separator; /* behind the allele; 0 behind the last */
};

static inline struct gt_scan gt_scan_of(struct span gt)
{
	return (struct gt_scan){.rest = gt};
}

/* False behind the last allele, and when the allele is neither a number nor ".". */
bool gt_next(struct gt_scan *s);

struct gt_facts {
	bool is_right; /* numbers and "." only */
	bool has_missing;
	bool has_two; /* two different numbers */
	uint64_t max; /* largest number */
	size_t n_nonref;
};

struct gt_facts gt_facts_of(struct span gt);

static inline bool gt_is_het(const struct gt_facts *facts)
{
	return facts->is_right && !facts->has_missing && facts->has_two;
}

/* SPHEX_E_DATA for a text that is no genotype, and for an allele beyond the ALTs. */
enum sphex_status gt_check(
	struct span gt, const struct gt_facts *facts, uint64_t n_alts, struct sphex_error *err);

#endif
