/*
 * The result as columns and cells: which columns there are depends on the rows, what they hold on
 * the variants and the counts. Nothing is copied; the table borrows everything.
 */
#ifndef SPHEX_TABLE_H
#define SPHEX_TABLE_H

#include "count/tally.h"

enum table_field {
	FIELD_CHROM,
	FIELD_POS0,
	FIELD_POS,
	FIELD_ID,
	FIELD_REF,
	FIELD_ALT,
	FIELD_GT,
	FIELD_ATTRIBUTE, /* and the next ROWS_MAX_ATTRIBUTES - 1 */
	FIELD_COUNT = FIELD_ATTRIBUTE + ROWS_MAX_ATTRIBUTES /* and the next MAX_COUNTS - 1 */
};

#define TABLE_MAX_COLUMNS (FIELD_COUNT + MAX_COUNTS)

struct table {
	const struct variants *variants;
	const struct rows *rows;
	const struct sites *sites;
	const struct count_rules *rules;
	const uint32_t *counts; /* rules->n_counts per site */
	unsigned n_columns;
	unsigned fields[TABLE_MAX_COLUMNS]; /* enum table_field of each column */
};

/* A number, or text; both absent: a missing value. */
struct table_cell {
	bool is_number;
	uint32_t number;
	const char *text; /* not NUL-terminated; NULL: missing, unless it is a number */
	size_t nbytes;
};

/* Chooses the columns. The other members are set by the caller before. */
void table_layout(struct table *t);
size_t table_n_rows(const struct table *t);
const char *table_column_name(const struct table *t, unsigned column);
bool table_column_is_number(const struct table *t, unsigned column);
#define TABLE_ROOM VARIANT_ID_ROOM
/* Its text may be written to `room`. */
struct table_cell table_cell(
	const struct table *t, unsigned column, size_t row, char room[TABLE_ROOM]);
/* The row's cells from FIELD_COUNT on, rules->n_counts of them; NULL: missing values. */
const uint32_t *table_counts(const struct table *t, size_t row);

#endif
