/*
 * The positions at which reads are looked at, as stretches with one answer each: the record whose
 * row is written, or why it is an error that reads are there. In: records and what is known of the
 * reference. Out: segments by contig and position, none of which overlap; all other positions are
 * of no interest (design: rules of mode gatk-ase, section 1).
 */
#ifndef SPHEX_ASE_SEGMENTS_H
#define SPHEX_ASE_SEGMENTS_H

#include "ase_sites.h"
#include "intervals.h"

/* In place of a record's number. */
#define SEGMENT_TWO_RECORDS UINT32_MAX
#define SEGMENT_NO_REFERENCE                                                 \
	(UINT32_MAX - 1) /* past the contig's end, or it is not in the FASTA \
			  */

struct ase_segment {
	uint32_t ref, beg0, end0;
	uint32_t record;
};

struct ase_segments {
	struct ase_segment *items;
	size_t n, cap;
	size_t *begins; /* n_refs + 1: segments of contig r are [begins[r], begins[r + 1]) */
};

void ase_segments_free(struct ase_segments *segments);
/*
 * Sorts the records. reference_lengths: bases that the FASTA has of each contig, 0 for a contig
 * that it lacks. `within`: the positions that are visited, NULL for all. At most 2^32 - 3 records.
 */
enum sphex_status ase_segments_build(struct ase_sites *sites, size_t n_refs,
	const uint64_t *reference_lengths, const struct intervals *within, struct ase_segments *out,
	struct sphex_error *err);

/* The first segment of the contig that ends behind pos0, from `from` on; begins[ref + 1] for none.
 */
size_t ase_segments_behind(
	const struct ase_segments *segments, uint32_t ref, size_t from, int64_t pos0);

#endif
