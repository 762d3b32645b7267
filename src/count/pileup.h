/*
 * Strips of a cell in file order in, counts of their SNV sites out. The records of one name over
 * one locus are one fragment, which counts once. Sources: rules of the native mode, section 4.
 *
 * Strips wait until the file has passed them, for a mate may follow: see pileup.c. One thread at a
 * time.
 */
#ifndef SPHEX_PILEUP_H
#define SPHEX_PILEUP_H

#include "observe.h"

struct pileup;

/*
 * Begins to count at the loci of a cell: NULL becomes a new pileup, one that has been finished
 * lends its memory. `sites` is borrowed. by_read: every record on its own. *pileup is freed in
 * every case.
 */
enum sphex_status pileup_begin(struct pileup **pileup, const struct sites *sites, uint32_t cell,
	bool by_read, struct sphex_error *err);
void pileup_free(struct pileup *p);

/* Takes strips in file order. */
enum sphex_status pileup_add(struct pileup *p, const struct strips *in, struct sphex_error *err);
/* After the last strip: adds to counts, N_NATIVE_COUNTS per site. */
void pileup_finish(struct pileup *p, uint32_t *counts);
/* After that: fragments (or records) in the columns REF, ALT and other. */
uint64_t pileup_n_counted(const struct pileup *p);
/* What records said about SNVs: those in the counts, and those that joined their fragment. */
uint64_t pileup_n_observations(const struct pileup *p);

#endif
