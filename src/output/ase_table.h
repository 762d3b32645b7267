/* The table of ASEReadCounter (design: rules of mode gatk-ase, section 7). */
#ifndef SPHEX_ASE_TABLE_H
#define SPHEX_ASE_TABLE_H

#include "count/ase_overlap.h"
#include "writer.h"

struct ase_row {
	uint32_t record; /* number in the sites: contig, ID, ALT */
	uint32_t pos0;
	struct ase_counts counts;
	char ref;
};

struct ase_table {
	const struct contigs *contigs; /* borrowed */
	const struct ase_sites *sites; /* borrowed */
	struct ase_row *rows;
	size_t n, cap;
};

/* A struct without rows is empty. */
void ase_table_free(struct ase_table *table);
enum sphex_status ase_table_add(
	struct ase_table *table, struct ase_row row, struct sphex_error *err);
/* A header line, then a line a row. */
void ase_table_write(struct writer *w, const struct ase_table *table, char separator);

#endif
