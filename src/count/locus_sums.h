/*
 * How many fragments show which letters at each locus of a cell, whatever the alleles are; only in
 * the end are these sums read as REF, ALT and other of each site. Sources: rules of the native
 * mode, section 4. One thread at a time.
 */
#ifndef SPHEX_LOCUS_SUMS_H
#define SPHEX_LOCUS_SUMS_H

#include "sites.h"
#include "strip.h"

/* Of one locus. */
struct sums {
	uint32_t n[N_SHOWN]; /* by what is shown; that of the usual letter means nothing until the
				end */
	/* changes from the locus before */
	uint32_t n_fragments, n_low_mapq, n_filtered;
};

/* Of the loci of a cell. A zeroed struct has none. */
struct locus_sums {
	const struct sites *sites;
	uint32_t first, n_loci;
	struct sums items[CELL_N_LOCI + 1]; /* one more than loci: there ranges end */
	uint32_t n_snvs[CELL_N_LOCI + 1];   /* before each locus, and all */
	uint64_t n_counted; /* fragments in the columns REF, ALT and other, after the end */
	/* what records said about SNVs: those in the counts, after the end, and those that joined
	 * their fragment */
	uint64_t n_observations;
};

/* All sums of the cell become 0. `sites` is borrowed. */
void locus_sums_begin(struct locus_sums *s, const struct sites *sites, uint32_t cell);
/* Adds to counts, N_NATIVE_COUNTS per site. */
void locus_sums_finish(struct locus_sums *s, uint32_t *counts);

/* A fragment shows something at n loci, the usual letters but for its odd calls; `place` is in the
 * cell. */
static inline void count_fragment(struct locus_sums *s, uint32_t place, uint32_t n)
{
	s->items[place].n_fragments++;
	s->items[place + n].n_fragments--;
}

/* The odd calls of fragments. */
static inline void count_odd(struct locus_sums *s, const odd_call *odd, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s->items[odd_place(odd[i])].n[odd_shown(odd[i])]++;
}

#endif
