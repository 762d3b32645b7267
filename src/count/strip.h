/*
 * What one record says about neighbouring loci: one call a locus. A record has a strip for each run
 * of loci that it aligns bases to.
 */
#ifndef SPHEX_STRIP_H
#define SPHEX_STRIP_H

#include <stdbool.h>
#include <stdint.h>

#include "name_hash.h"

enum strip_kind {
	STRIP_CALLS,
	STRIP_LOW_MAPQ, /* dropped by the filter, but looks at these loci; has no calls */
	STRIP_FILTERED
};

struct strip {
	struct name_hash name;
	uint32_t locus, n; /* loci [locus, locus + n) */
	uint32_t reached;  /* records that follow say nothing about loci before it */
	uint64_t calls;    /* where its n calls begin */
	uint8_t kind;
	bool nameless; /* QNAME is *: no other record belongs to it */
};

/* In file order. A zeroed struct is empty. */
struct strips {
	struct strip *items;
	size_t n, cap;
	uint8_t *calls; /* enum base_call */
	size_t n_calls, calls_cap;
};

#endif
