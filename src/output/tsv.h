/* The table as tab-separated text. */
#ifndef SPHEX_TSV_H
#define SPHEX_TSV_H

#include "table.h"
#include "writer.h"

/*
 * One header line, one line a row, "\n" after each. In style TABLE_WASP2 a missing value is
 * nothing, an empty text is "", a text with a tab, quote, newline or carriage return stands in
 * quotes with its quotes doubled.
 */
void tsv_write(struct writer *w, const struct table *t);

#endif
