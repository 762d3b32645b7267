/*
 * Which contig of one file is which of another: variants, regions and FASTA against the BAM, or
 * against each other. Names are equal as written; in style "auto" also when they differ by "chr" in
 * front, or in how the mitochondrion is called (M, MT). Pure functions.
 */
#ifndef SPHEX_CONTIG_NAMES_H
#define SPHEX_CONTIG_NAMES_H

#include <stdbool.h>

#include "pool.h"
#include "span.h"

#define CONTIG_NONE UINT32_MAX

/* Names of contigs, NUL-terminated and borrowed; their numbers are their places. */
struct contig_names {
	const char *const *items;
	size_t n;
};

/*
 * ids[i]: the number of `names`' text i among the targets, CONTIG_NONE where there is none. A name
 * as written comes first, then the first target that `is_auto` makes equal. Fails for want of
 * memory.
 */
enum sphex_status contigs_map(const struct pool *names, const struct contig_names *targets,
	bool is_auto, uint32_t *ids, struct sphex_error *err);

/* The same for one name. */
uint32_t contigs_find(const struct contig_names *targets, struct span name, bool is_auto);

/* Who speaks of contigs, for messages: {"the variants", "the BAM"}. */
struct contig_parties {
	const char *names, *targets;
};

/*
 * SPHEX_E_NOT_FOUND when names are in use but none has an id: the message shows the first of both
 * sides, and the hint, otherwise empty, the option --contig-style auto where that would help.
 * n_rows[i] is the number of rows on contig i, 0: not in use; NULL: all are.
 */
enum sphex_status contigs_check(const struct pool *names, const uint64_t *n_rows,
	const uint32_t *ids, const struct contig_names *targets,
	const struct contig_parties *parties, struct sphex_error *err);
/*
 * What to warn of when some names in use have no id: writes it without newline, cut off to
 * out_nbytes, and returns true; false when all have one.
 */
bool contigs_describe_missing(const struct pool *names, const uint64_t *n_rows, const uint32_t *ids,
	const struct contig_parties *parties, char *out, size_t out_nbytes);

#endif
