/*
 * The index of a BAM: which stretches of the file can hold the records over given positions. BAI
 * (SAM specification 5.2) and CSI, both as the same lists.
 *
 * An index is what another file says about the BAM: it may be of another BAM, older, cut off or
 * damaged. So nothing it says is believed before it has been compared: with itself here, with a few
 * places of the file in index_check.h, and where its ranges begin by the reader.
 */
#ifndef SPHEX_INDEX_H
#define SPHEX_INDEX_H

#include "header.h"
#include "range.h"

/* Records in the file from virtual offset `begin` to `end`; those of the bin begin in [from0, to0).
 */
struct index_chunk {
	uint64_t begin, end;
	uint32_t from0, to0;
};

/* Mapped records that lie on `pos0` or behind it begin at or behind `offset`. */
struct index_floor {
	uint64_t offset;
	uint32_t pos0;
};

struct index_ref {
	size_t first_chunk, n_chunks; /* in the order of the file */
	size_t first_floor, n_floors; /* ascending in both fields */
};

struct bam_index {
	struct index_ref *refs;
	uint32_t n_refs;
	struct index_chunk *chunks;
	size_t n_chunks, chunks_cap;
	struct index_floor *floors;
	size_t n_floors, floors_cap;
	uint32_t window;     /* bases of the smallest bins, for which there are floors */
	uint64_t placed_end; /* virtual offset behind the last record that has a reference */
};

/*
 * Finds the index as samtools does: x.bam.csi, x.csi, x.bam.bai, x.bai. *path is the caller's to
 * free; NULL when there is none. *is_older: it was written before the BAM.
 */
enum sphex_status index_find(
	const char *bam_path, char **path, bool *is_older, struct sphex_error *err);

/*
 * Reads the index at `path` and compares it with itself: counts with the bytes there are, the
 * chunks of all references with a file from the virtual offset `first_record` on without a gap,
 * bins with the order of the records. SPHEX_E_DATA when they do not agree. `out` is zeroed; free it
 * in every case.
 */
enum sphex_status index_read(const char *path, const struct bam_header *header,
	uint64_t first_record, struct bam_index *out, struct sphex_error *err);
/* The same from the inflated bytes. */
enum sphex_status index_parse(const uint8_t *data, size_t nbytes, const struct bam_header *header,
	uint64_t first_record, struct bam_index *out, struct sphex_error *err);
void index_free(struct bam_index *index);

#endif
