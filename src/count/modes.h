/* The counting rules of every mode as data. Sources: docs/counting.md names the rule page of each.
 */
#ifndef SPHEX_MODES_H
#define SPHEX_MODES_H

#include <stdbool.h>
#include <stdint.h>

#include "sphex.h"

/* Which of the sites that a record covers it speaks about. */
enum site_choice {
	SITES_FIRST_LISTED, /* among those it aligns a base to, the one listed first */
	SITES_ALL
};

/* What a name counts for. The first two: once per contig, claimed in this order. */
enum claim_order {
	CLAIM_BY_RECORD, /* file order of the records */
	CLAIM_BY_SITE,   /* list order of the sites, then file order of the records */
	CLAIM_FRAGMENTS  /* once per site: the records of a name are one fragment */
};

#define MAX_COUNTS 8

/* Order and look of the columns. */
enum table_style {
	TABLE_WASP2, /* pos0, GT; attributes before the counts; quotes as CSV has them */
	TABLE_NATIVE /* id, gt; attributes behind the counts; texts as they are, "." for a missing
			one */
};

struct count_rules {
	const char *name;
	enum table_style style;
	unsigned n_counts; /* count columns, and their names */
	const char *count_names[MAX_COUNTS];
	uint16_t
		exclude_flags; /* a record with one of these bits says nothing (without a filter) */
	uint16_t silent_bases; /* bit c: base code c says nothing */
	bool padding_consumes_read; /* P moves on in the read, as I does */
	bool spanning_claims; /* a record that spans a site without a base there claims its name */
	bool text_alleles;    /* alleles of more than one base are compared with the read's text */
	enum site_choice choice;
	enum claim_order claims;
	bool reports_filtered;       /* records that the filter drops are counted where they look */
	bool missing_contig_is_null; /* sites on contigs that the BAM lacks have no counts, else
					zeros */
};

const struct count_rules *count_rules_of(enum sphex_mode mode);

#endif
