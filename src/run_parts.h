/* What the files of one count share: run.c, run_sites.c, run_native.c. Nobody else includes this.
 */
#ifndef SPHEX_RUN_PARTS_H
#define SPHEX_RUN_PARTS_H

#include "bam/reader.h"
#include "run.h"
#include "run_index.h"
#include "variants/fasta.h"

struct run {
	struct run_settings *settings;
	struct run_result *result;
	struct reader *reader;
	struct run_index index;
	struct fasta *fasta; /* NULL without */
	uint32_t *contig_refs;
	const char **bam_names; /* of the references, in their order */
	struct observer observer;
	struct observations *observations; /* one per slot of the reader */
	size_t n_observations;
	uint64_t last_key;
	bool behind_damage; /* no record has been read since damage was met */
	uint32_t lost_end;  /* sites before it get no more counts: their contig was damaged */
	double started, reported;
};

/* ---- run_sites.c */

/* Reads the variants, and makes their rows unless those need the BAM's header. */
enum sphex_status choose_variants(struct run *run, struct sphex_error *err);
/* With the BAM open: rows that need its header, contigs, sites. */
enum sphex_status choose_sites(struct run *run, struct sphex_error *err);

/* ---- run_native.c */

enum sphex_status native_open_reference(struct run *run, struct sphex_error *err);
enum sphex_status native_make_rows(struct run *run, struct sphex_error *err);
enum sphex_status native_build_sites(
	struct run *run, struct missing_contigs *missing, struct sphex_error *err);
/* Rows on contigs that the BAM lacks: an error when these are all rows, else a warning. */
enum sphex_status native_check_contigs(struct run *run, struct sphex_error *err);

#endif
