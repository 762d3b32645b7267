/* Is this the reference that the variants were called on? Their REFs say so. */
#ifndef SPHEX_CHECK_REFERENCE_H
#define SPHEX_CHECK_REFERENCE_H

#include "fasta.h"
#include "rows.h"

/*
 * Compares the REF of every row, in upper case, with the FASTA; an ambiguity code there agrees with
 * any base. fasta_ids[i]: the FASTA's contig for contig i of the variants, or CONTIG_NONE
 * (contig_names.h). SPHEX_E_DATA names the first five records that differ and says how many do;
 * SPHEX_E_NOT_FOUND names a contig with rows that the FASTA lacks.
 */
enum sphex_status check_reference(const struct variants *variants, const struct rows *rows,
	struct fasta *fasta, const uint32_t *fasta_ids, struct sphex_error *err);

#endif
