/*
 * What one record says about neighbouring loci: one call a locus, mostly the one that is usual
 * there (sites.usual). Only the others are listed, so that a strip is small. A record has a strip
 * for each run of loci that it aligns bases to.
 */
#ifndef SPHEX_STRIP_H
#define SPHEX_STRIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "name_hash.h"

enum strip_kind {
	STRIP_CALLS,
	STRIP_LOW_MAPQ, /* dropped by the filter, but looks at these loci; has no calls */
	STRIP_FILTERED
};

/* A call that is not the usual one of its locus. */
struct odd_call {
	uint32_t locus;
	uint8_t call; /* enum base_call */
};

struct strip {
	struct name_hash name;
	uint32_t locus, n; /* loci [locus, locus + n) */
	uint32_t reached;  /* records that follow say nothing about loci before it */
	uint32_t n_odd;
	size_t odd; /* where its n_odd calls begin, by locus */
	uint8_t kind;
	bool nameless; /* QNAME is *: no other record belongs to it */
};

/* In file order. A zeroed struct is empty. */
struct strips {
	struct strip *items;
	size_t n, cap;
	struct odd_call *odd;
	size_t n_odd, odd_cap;
};

/* Its odd calls, never NULL: no offset may be added to that, not even 0. */
static inline const struct odd_call *strip_odd(const struct strips *strips, const struct strip *s)
{
	static const struct odd_call none;

	return s->n_odd ? &strips->odd[s->odd] : &none;
}

#endif
