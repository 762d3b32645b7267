/* Rows for tests: files from text, variant lines from text, and rows as a readable text. */
#ifndef SPHEX_TESTS_TEXT_ROWS_H
#define SPHEX_TESTS_TEXT_ROWS_H

#include "tests/support/bam_builder.h"
#include "variants/rows.h"

/* A new file with this text; its name ends with `suffix`. Give the path to temp_remove(). */
char *text_file(const char *text, const char *suffix);
/* All bytes of a file. Ends the test when it cannot be read. */
struct bytes file_bytes(const char *path);

/* Adds lines "contig start end REF ALT [GT]", one in a line of text. */
void add_lines(struct variants *variants, const char *text);

/*
 * The table without counts: a header line "chrom pos0 pos ref alt GT ..." and a line per row;
 * columns are separated by single spaces, a missing value is "-". NUL-terminated.
 */
struct bytes table_text(const struct variants *variants, const struct rows *rows);

#endif
