/* Makes reads of the first sample: bases, qualities and the alignment to the reference. */
#ifndef GENERATOR_SEQUENCER_H
#define GENERATOR_SEQUENCER_H

#include "bytes.h"
#include "cells.h"
#include "random.h"
#include "settings.h"

enum { MAX_OPS = 65535, MAX_QUAL = 64 };
enum cigar_code { OP_M, OP_I, OP_D, OP_N, OP_S, OP_H };

/* A read in reference orientation. The buffers are reused from read to read. */
struct alignment {
	uint32_t pos0, end0; /* reference bases [pos0, end0) */
	uint32_t *ops;       /* length << 4 | code */
	size_t n_ops;
	uint8_t *bases, *quals; /* BAM codes; values */
	uint32_t n_bases;
	struct bytes md;     /* text of the MD tag */
	uint32_t md_matches; /* since the last event in md */
	uint32_t n_matches, n_mismatches, n_gap_bases;
};

/* Fragments over a variant whose haplotype has REF, or ALT. */
struct truth {
	uint32_t n[2];
	uint64_t last; /* number of the fragment that was counted last, + 1 */
};

/* The caller keeps contig, cell and fragment up to date. */
struct sequencer {
	const struct options *o;
	uint64_t error_below[MAX_QUAL]; /* probability of an error by quality, of 2^32 */
	uint64_t contig;
	struct cell cell;
	uint64_t fragment;   /* number of the fragment */
	struct truth *truth; /* by variant of the contig, or NULL */
};

struct read_plan {
	uint32_t start0; /* soft-clipped bases begin here too */
	uint32_t n_bases;
	unsigned haplotype;
	bool reverse; /* the machine began at the right end */
	bool counts;  /* as evidence of its fragment in the truth */
};

void sequencer_start(struct sequencer *s, const struct options *o);
void sequence_read(
	struct sequencer *s, struct alignment *a, struct rng *rng, struct read_plan plan);
/* n random bases with qualities, without a place. */
void sequence_unmapped(const struct options *o, struct alignment *a, struct rng *rng, uint32_t n);

void alignment_start(struct alignment *a, const struct options *o);
void alignment_free(struct alignment *a);
/* Adds an operation behind the others, joined with the last one when they are of one kind. */
void push_op(struct alignment *a, uint32_t code, uint32_t length);

#endif
