/* What the builders of sites share: sites.c for listed rows, sites_native.c. Nobody else includes
 * this. */
#ifndef SPHEX_SITES_PARTS_H
#define SPHEX_SITES_PARTS_H

#include "sites.h"

/* How many rows `rows` has over `variants`, and the line of each. */
static inline size_t rows_count(const struct rows *rows, const struct variants *variants)
{
	return rows->identity ? variants->n : rows->n;
}

/*
 * Empties both, and makes room: a site per row or line, and one entry per contig of the variants,
 * which missing_contigs_finish() moves together.
 */
enum sphex_status sites_start(struct sites *s, const struct variants *variants, size_t n_rows,
	uint32_t n_refs, struct missing_contigs *missing, struct sphex_error *err);
/* ref_begins held the number of sites of the reference before; sets the guard behind the last site.
 */
void sites_finish(struct sites *s);
/* Lists the loci of SNVs and the events, for the native mode. */
enum sphex_status sites_list(struct sites *s, struct sphex_error *err);
void missing_contigs_finish(struct missing_contigs *missing, size_t n_contigs);
/* The 4-bit code of an allele's first letter, ALLELE_NEVER if no base has it. */
uint8_t sites_allele_code(const char *allele);

#endif
