/* Where on the contigs fragments begin, and how many of them. */
#ifndef GENERATOR_CELLS_H
#define GENERATOR_CELLS_H

#include "settings.h"

enum { MAX_TARGETS = 8 };

/* Fragments begin in [beg0, end0), as many as the weight says. */
struct target {
	uint32_t beg0, end0;
	uint64_t weight;
};

/*
 * Contigs are laid out in cells of equal length: a gene, a peak with the background around it, an
 * amplicon, or a stretch of even coverage.
 */
struct cell {
	struct target targets[MAX_TARGETS];
	size_t n_targets;
	uint64_t last_start0; /* no fragment begins there or behind it */
	bool spliced;         /* a read goes on from the end of a target to the next one */
	uint32_t region_beg0, region_end0; /* what PREFIX.bed says */
};

/* Cells of a contig; what is left behind the last one stays empty. */
uint64_t n_cells(const struct options *o);
struct cell cell_number(const struct options *o, uint64_t contig, uint64_t i);
/* Sum over all targets of all contigs, above 0; times o->reads it still fits into 64 bits. */
uint64_t total_weight(const struct options *o);

#endif
