/*
 * Which intervals share a base with another one: an index over intervals of several contigs, as a
 * balanced tree that lies in a sorted array.
 */
#ifndef SPHEX_OVERLAP_H
#define SPHEX_OVERLAP_H

#include <stddef.h>

#include "base/status.h"

struct overlap_interval {
	uint64_t beg0, end0;
	uint64_t max_end0; /* of the subtree; set by overlap_build() */
	uint32_t contig;
	uint32_t id; /* the caller's */
};

/* The caller adds the items, in any order; `found` belongs to overlap_find(). */
struct overlap {
	struct overlap_interval *items;
	size_t n, cap;
	uint32_t *found;
	size_t n_found, found_cap;
	uint32_t contig; /* of the last query, with items [begin, end) */
	size_t begin, end;
};

/* A zeroed struct is empty. */
void overlap_free(struct overlap *index);
enum sphex_status overlap_add(struct overlap *index, uint32_t contig, uint64_t beg0, uint64_t end0,
	uint32_t id, struct sphex_error *err);
/* After the last one was added. */
void overlap_build(struct overlap *index);
/*
 * The ids of the intervals that share a base with [beg0, end0), ascending, as found[0 .. n_found);
 * valid until the next call.
 */
enum sphex_status overlap_find(struct overlap *index, uint32_t contig, uint64_t beg0, uint64_t end0,
	struct sphex_error *err);

#endif
