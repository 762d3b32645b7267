/*
 * Strips in file order in, counts of the SNV sites out. The records of one name over one locus are
 * one fragment, which counts once. Sources: rules of the native mode, section 4.
 *
 * Strips wait until the file has passed them, for a mate may follow. Then their calls are counted
 * by the letters that a fragment shows, whatever the alleles are; only when a locus is done are
 * these sums read as REF, ALT and other of each of its sites. One thread.
 */
#ifndef SPHEX_PILEUP_H
#define SPHEX_PILEUP_H

#include "observe.h"

struct pileup;

/* Everything is borrowed. counts: N_NATIVE_COUNTS per site. by_read: every record on its own. */
enum sphex_status pileup_new(const struct sites *sites, const struct kernels *kernels, bool by_read,
	uint32_t *counts, struct pileup **out, struct sphex_error *err);
void pileup_free(struct pileup *p);

/*
 * Takes strips in file order; their calls are used up. The records that follow have nothing to say
 * about loci before `reached`.
 */
enum sphex_status pileup_add(
	struct pileup *p, struct strips *in, uint32_t reached, struct sphex_error *err);
enum sphex_status pileup_finish(struct pileup *p, struct sphex_error *err);
/* Fragments (or records) in the columns REF, ALT and other so far. */
uint64_t pileup_n_counted(const struct pileup *p);
/* What records said so far about SNVs: those in the counts, and those that joined their fragment.
 */
uint64_t pileup_n_observations(const struct pileup *p);

#endif
