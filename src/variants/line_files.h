/*
 * Intermediate files as inputs: variant lines (--vcf-bed) and lines that are already joined with
 * regions (--intersect-bed); design: rules of mode wasp2, section 7.
 */
#ifndef SPHEX_LINE_FILES_H
#define SPHEX_LINE_FILES_H

#include "regions.h"
#include "rows.h"

/* Fills `out` with the lines of options->variant_lines, to be joined with regions of this kind. */
enum sphex_status line_file_read(const struct rows_options *options, enum region_kind kind,
	struct variants *out, bool *has_gt, struct sphex_error *err);

/*
 * A file whose lines are the rows: fills `variants` and `rows`. Columns behind the variant become
 * the region, or with annotation the two attributes, whose names are in `rows` already. *quotes:
 * CSV_ODD_... of each row, NULL without any; the caller frees it in every case.
 */
enum sphex_status row_file_read(const char *path, const struct rows_options *options,
	enum region_kind kind, struct variants *variants, struct rows *rows, uint8_t **quotes,
	struct sphex_error *err);

#endif
