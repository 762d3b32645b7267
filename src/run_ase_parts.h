/* What the files of run_ase*.c share: one run and its BAMs. Nobody else includes this. */
#ifndef SPHEX_RUN_ASE_PARTS_H
#define SPHEX_RUN_ASE_PARTS_H

#include "bam/reader.h"
#include "count/ase_pile.h"
#include "run_ase.h"
#include "run_index.h"
#include "variants/fasta.h"

/* One BAM. */
struct ase_input {
	struct ase_run *run;
	const char *path;
	struct reader *reader;
	uint32_t *refs; /* of its references, the numbers among all contigs */
	struct read_groups groups;
	struct ase_scanner scanner;
	struct ase_elements *elements; /* one per slot of the reader */
	size_t n_slots;
	uint64_t n_records, last_key;
	bool failed; /* reading it did, not what comes of its reads */
	/* with several BAMs: the read that comes next, and where its elements begin */
	const struct ase_elements *current; /* NULL at the end */
	size_t read, element;
	uint64_t place;
};

struct ase_run {
	struct ase_settings *settings;
	struct ase_result *result;
	struct ase_input *inputs;
	size_t n_inputs;
	struct pool samples;
	struct fasta *fasta; /* NULL without */
	struct contigs fasta_contigs;
	uint32_t *fasta_numbers;     /* per contig, FASTA_NONE where the FASTA lacks it */
	uint64_t *reference_lengths; /* per contig, 0 where the FASTA lacks it */
	struct intervals within;
	bool has_intervals;
	struct ase_segments segments;
	struct run_index index;
	uint32_t *target_pos0, *target_begins; /* what the index is asked for */
	size_t segment;                        /* of the position that was handed out last */
	struct ase_elements merged;            /* of several BAMs */
	struct ase_pile pile;
	struct ase_names names;
	double started, reported;
};

const char *ase_contig_name(const struct ase_run *run, uint32_t ref);

/*
 * Everything that is known before a read is counted (run_ase_open.c): headers of the BAMs, the
 * reference, the variants, the positions to visit, and the segments that come of all this.
 */
enum sphex_status ase_run_open(struct ase_run *run, struct sphex_error *err);
/* Reads the BAMs to their end, in one order; fills the pile (run_ase_read.c). */
enum sphex_status ase_run_read(struct ase_run *run, struct sphex_error *err);
/* Makes the row of a position that all reads have passed; see struct ase_pile (run_ase_row.c). */
enum sphex_status ase_run_position(
	void *user, struct ase_element *items, size_t n, struct sphex_error *err);

#endif
