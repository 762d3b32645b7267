/* Output rows of native mode (design: native counting rules, section 5); rows.h has those of mode
 * wasp2. */
#ifndef SPHEX_ROWS_NATIVE_H
#define SPHEX_ROWS_NATIVE_H

#include "contig_names.h"
#include "rows.h"

struct native_rows_options {
	const char *const *regions; /* files and typed regions in order; none: all lines */
	size_t n_regions;
	const char *feature;     /* of GTF and GFF3; NULL: gene */
	struct contig_names bam; /* contigs of the BAM; a typed region may be on one of them */
	bool contigs_auto;       /* --contig-style auto: regions too */
	unsigned n_threads;
};

/*
 * Makes the rows of `variants`: one per line that has a row, or one per region that shares a base
 * with its REF; in order of lines, then of regions. row.pos1 is POS. `out` is zeroed; free it in
 * every case (rows.h).
 *
 * SPHEX_E_EMPTY: no region in the files; SPHEX_E_NOT_FOUND: a typed region on a contig that is
 * nowhere, or no contig in common that --contig-style auto would not find. No row is no error.
 */
enum sphex_status rows_make_native(const struct native_rows_options *options,
	const struct variants *variants, struct rows *out, struct sphex_error *err);
/* Rows on each contig of the variants; n_rows has room for all contigs. */
void rows_per_contig(const struct variants *variants, const struct rows *rows, uint64_t *n_rows);

#endif
