/*
 * Output rows: variant lines, or variant lines joined with regions (one row per overlapping region).
 */
#ifndef SPHEX_ROWS_H
#define SPHEX_ROWS_H

#include "variants.h"

#define ROWS_MAX_ATTRIBUTES 2

struct row {
	uint32_t variant; /* index of the line */
	uint32_t pos1;    /* 1-based position that is looked up and printed */
	uint32_t attributes[ROWS_MAX_ATTRIBUTES]; /* numbers in rows.values, POOL_NONE: missing */
};

struct rows {
	struct row *items; /* NULL while `identity`: row i is line i, looked up at its `end` */
	size_t n, cap;
	bool identity;
	unsigned n_attributes;                          /* 0 without regions, 1 region, 2 annotation */
	char *attribute_names[ROWS_MAX_ATTRIBUTES];     /* header texts, owned */
	bool has_pos0;  /* the table shows pos0 */
	bool has_gt;    /* the table shows GT */
	struct pool values;
};

void rows_free(struct rows *rows);

#endif
