/*
 * The variant lines: what selection keeps of a variant file, in file order.
 *
 * A line is one (record, ALT) by the text rules, or one record with its ALT column as it stands by
 * the bcftools rules (design: rules of mode wasp2, section 4).
 */
#ifndef SPHEX_VARIANTS_H
#define SPHEX_VARIANTS_H

#include <stdbool.h>

#include "pool.h"

#define ALLELE_INLINE_NBYTES 8

struct variant {
	uint32_t contig; /* number in variants.contigs */
	uint32_t pos0;   /* POS - 1 */
	uint32_t end; /* 0-based, exclusive end of the line's interval; 1-based number of its last
			 base */
	uint32_t gt;  /* number in variants.gts, POOL_NONE without */
	uint32_t ref_nbytes, alt_nbytes;
	union {                                   /* REF, then ALT */
		char bytes[ALLELE_INLINE_NBYTES]; /* when both fit */
		uint64_t offset;                  /* else into variants.text */
	} alleles;
};

/* What the native mode knows of a line beside. */
struct variant_extra {
	uint32_t record; /* number of the variant record: the ALTs of one record are consecutive lines */
	uint32_t id;     /* number in variants.ids, POOL_NONE for "." */
	bool has_row;    /* false: only takes part in the judgement of the record's other ALTs */
};

struct variants {
	struct variant *items;
	size_t n, cap;
	struct pool contigs; /* in order of first appearance among the kept lines */
	struct pool gts;
	struct variant_extra *extras; /* native mode: one per line; else NULL */
	size_t extras_cap;
	struct pool ids;
	size_t n_samples; /* that were meant, lists and files of names resolved */
	struct sphex_error loss; /* status 0, or what made the reader stop early although that is accepted */
	char *text;
	size_t text_nbytes, text_cap;
};

/* A zeroed struct is empty. */
void variants_free(struct variants *v);
/* Adds a line; alleles and names are copied. */
enum sphex_status variants_add(struct variants *v, uint32_t contig, uint32_t pos0, uint32_t end,
	const char *ref, size_t ref_nbytes, const char *alt, size_t alt_nbytes, uint32_t gt,
	struct sphex_error *err);
/* Alleles of line i: not NUL-terminated; valid until the next variants_add(). */
const char *variant_ref(const struct variants *v, size_t i, size_t *nbytes);
const char *variant_alt(const struct variants *v, size_t i, size_t *nbytes);

#endif
