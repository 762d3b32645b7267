/* What users of sphex.h do, for tests: sites in arrays of their own, a run, its counts as text. */
#ifndef SPHEX_TESTS_CALLER_H
#define SPHEX_TESTS_CALLER_H

#include "sphex.h"
#include "tests/support/random_bam.h"

enum { CALLER_MAX_ROWS = 1000 };

struct caller_row {
	const char *contig;
	uint32_t pos1;
	const char *ref, *alt;
};

/* The arrays that struct sphex_sites borrows. */
struct caller_sites {
	struct sphex_sites sites;
	const char *names[CALLER_MAX_ROWS];
	uint32_t contigs[CALLER_MAX_ROWS], pos1[CALLER_MAX_ROWS];
	uint64_t ref_offsets[CALLER_MAX_ROWS + 1], alt_offsets[CALLER_MAX_ROWS + 1];
	struct bytes refs, alts;
};

void caller_sites_fill(struct caller_sites *s, const struct caller_row *rows, size_t n);
void caller_sites_free(struct caller_sites *s);

struct caller_options {
	enum sphex_mode mode;
	unsigned n_threads;
	const char *unit_blocks, *min_baseq, *simd; /* NULL: the default */
};

/* A count with BAM and options set; ends the test program when one is refused. */
struct sphex_count *caller_count(struct caller_options options, const char *bam);
/* The first three counts of each row, with a NUL behind: "1,2,3 0,0,0"; a missing one is nothing.
 */
struct bytes caller_counts(struct sphex_count *count);
/* The path of a BAM of the reads, which end with one without a CIGAR or with the eighth. */
char *caller_bam(const struct bam_read *reads, size_t block_nbytes);

#endif
