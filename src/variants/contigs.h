/* Contigs by number: name and length, as a BAM, a FASTA or a VCF has them. */
#ifndef SPHEX_CONTIGS_H
#define SPHEX_CONTIGS_H

#include "pool.h"

#define LENGTH_UNKNOWN UINT64_MAX

struct contigs {
	struct pool names; /* contig i is text i */
	uint64_t *lengths; /* one per name */
	size_t cap;
};

/* A zeroed struct is empty. */
void contigs_free(struct contigs *c);
/* Number of the contig, added when new; the length of the first one stands. `id` may be NULL. */
enum sphex_status contigs_add(struct contigs *c, const char *name, size_t nbytes, uint64_t length,
	uint32_t *id, struct sphex_error *err);
/*
 * Contigs of the same name have to be of the same length, where both are known, and there has to be
 * one that both have, unless one of them has none at all. SPHEX_E_DATA in the words of the two
 * files.
 */
enum sphex_status contigs_compare(const struct contigs *a, const char *a_file,
	const struct contigs *b, const char *b_file, struct sphex_error *err);
/*
 * Puts the contigs of `more` that `into` lacks in front of the next one that both have, or at the
 * end, as htsjdk does with the headers of several files. SPHEX_E_DATA when the orders contradict.
 */
enum sphex_status contigs_merge(
	struct contigs *into, const struct contigs *more, struct sphex_error *err);

#endif
