/*
 * Output rows: variant lines, or variant lines joined with regions (one row per overlapping
 * region).
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
	unsigned n_attributes;                      /* 0 without regions, 1 region, 2 annotation */
	char *attribute_names[ROWS_MAX_ATTRIBUTES]; /* header texts, owned */
	bool has_pos0;                              /* the table shows pos0 */
	bool has_gt;                                /* the table shows GT */
	struct pool values;
	size_t n_lost; /* rows that the original's reader loses, and that are missing here too
			  (csv.h) */
};

/* Paths are NULL when not given. */
struct rows_options {
	const char *variants; /* only its name is used, for the files in keep_dir */
	const char *regions;
	bool use_region_names;
	const char *feature, *attribute, *parent; /* annotation; NULL: chosen */
	bool one_sample;                          /* the lines have a genotype */
	bool legacy;                              /* rules of mode wasp2-legacy */
	const char *keep_dir;                     /* where the intermediate files are kept (-t) */
	const char *variant_lines;                /* instead of a variant file (--vcf-bed) */
	const char *joined_lines;                 /* instead of a join (--intersect-bed) */
	unsigned n_threads;
};

/*
 * Makes the rows of `variants`. With variant_lines or joined_lines, `variants` is filled anew from
 * that file. `out` is zeroed; free it in every case. SPHEX_E_EMPTY when nothing was selected or
 * joined; only annotation without any overlap gives a table without rows (mode wasp2).
 */
enum sphex_status rows_make(const struct rows_options *options, struct variants *variants,
	struct rows *out, struct sphex_error *err);
void rows_free(struct rows *rows);

static inline uint32_t rows_line(const struct rows *rows, size_t row)
{
	return rows->identity ? (uint32_t)row : rows->items[row].variant;
}

#endif
