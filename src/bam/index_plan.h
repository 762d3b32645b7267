/* Which ranges of the file to read for given positions, and how much work that is. */
#ifndef SPHEX_INDEX_PLAN_H
#define SPHEX_INDEX_PLAN_H

#include "index.h"

/* Positions by reference: those of reference r are pos0[begins[r] .. begins[r + 1]), ascending. */
struct index_targets {
	const uint32_t *pos0;
	const uint32_t *begins;
	uint32_t width;    /* each is of so many bases at most */
	bool unmapped_too; /* unmapped records with a position count as well: windows leave them out
			    */
};

struct index_plan {
	struct record_range *ranges;
	size_t n, cap;
	uint64_t nbytes; /* compressed bytes of all ranges */
	/*
	 * Numbers of chunks that are left out on the word of their bin alone: it says that they lie
	 * before a target which by the windows they may reach, or already behind one, and no range
	 * shows it.
	 */
	size_t *doubts;
	size_t n_doubts, doubts_cap;
};

/*
 * The ranges in which every record over a target lies. Those that are at most `gap` compressed
 * bytes apart are one; no two share a block. `out` is zeroed; free it in every case.
 */
enum sphex_status index_plan_make(const struct bam_index *index,
	const struct index_targets *targets, uint64_t gap, struct index_plan *out,
	struct sphex_error *err);
void index_plan_free(struct index_plan *plan);

#endif
