/*
 * Indexes for tests, made in memory from the records of a BAM: BAI and CSI by the words of their
 * specifications. Uses nothing of src/.
 */
#ifndef SPHEX_TESTS_INDEX_BUILDER_H
#define SPHEX_TESTS_INDEX_BUILDER_H

#include "tests/support/random_bam.h"

/* A record of a BAM and where it lies in the BGZF file. */
struct indexed_read {
	int32_t ref_id, pos0;
	int64_t end0; /* behind its last position; one without a span has one */
	bool unmapped;
	uint64_t begin, end; /* virtual offsets */
	size_t at, nbytes;   /* in the BAM's inflated bytes */
};

struct indexed_reads {
	struct indexed_read *items;
	size_t n;
	uint32_t n_refs;
	uint64_t first; /* virtual offset behind the header */
};

/* The records of `bam`, of which `file` is the BGZF file. */
struct indexed_reads indexed_reads_of(const struct bytes *bam, const struct bytes *file);
void indexed_reads_free(struct indexed_reads *reads);

enum built_index { BUILT_BAI, BUILT_CSI };

/* The index, not compressed. */
struct bytes index_of(const struct indexed_reads *reads, enum built_index kind);

/*
 * Sorted reads on three references of a million bases: most of them short, some with introns of up
 * to 200,000 bases, some unmapped but placed, a tenth without a place.
 */
void random_spliced_bam(struct bytes *bam, uint64_t seed, size_t n_records);

#endif
