/* Rows written down in a test become variants, rows and sites, as a variant file would make them.
 */
#ifndef SPHEX_TESTS_SITE_ROWS_H
#define SPHEX_TESTS_SITE_ROWS_H

#include "count/sites.h"

struct site_row {
	const char *contig;
	uint32_t pos1;
	const char *ref, *alt, *gt; /* gt: NULL without */
};

/* The BAM has the references chr1, chr2 and chr3. */
struct site_table {
	struct variants variants;
	struct rows rows;
	struct sites sites;
	struct missing_contigs missing;
};

/* Variants and rows only. */
void site_table_start(struct site_table *t, const struct site_row *rows, size_t n);
/* Sites for the rows, which the caller may have changed. Ends the test program on failure. */
void site_table_finish(
	struct site_table *t, enum sphex_mode mode, bool drop_duplicates, bool share_counts);
void site_table_free(struct site_table *t);

#endif
