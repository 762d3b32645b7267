/*
 * Regions: intervals with the texts that the table shows for them, in file order. BED and peak
 * files are read here, annotation in genes.h.
 */
#ifndef SPHEX_REGIONS_H
#define SPHEX_REGIONS_H

#include "csv.h"

#define REGION_MAX_ATTRIBUTES 2
/* The end of the coarsest bin: bedtools knows no coordinates beyond. */
#define REGION_MAX_END (UINT64_C(1) << 35)

enum region_kind { REGIONS_NONE, REGIONS_BED, REGIONS_GENES };

struct region {
	uint64_t start, end; /* 0-based, half-open, as written; start == end is possible */
	uint64_t others;     /* offset in regions.text of the columns behind `end` */
	uint32_t others_nbytes;
	uint32_t contig;                            /* number in regions.contigs */
	uint32_t attributes[REGION_MAX_ATTRIBUTES]; /* numbers in regions.values; POOL_NONE: missing
						     */
	uint8_t quotes; /* CSV_ODD_..., as csv_find_lost_lines() needs them */
};

struct regions {
	struct region *items;
	size_t n, cap;
	struct pool contigs;
	struct pool values;
	unsigned n_attributes;                        /* 1 from BED, 2 from annotation */
	char *attribute_names[REGION_MAX_ATTRIBUTES]; /* owned */
	bool has_odd_quotes;                          /* in some region */
	bool has_others;                              /* see region.others; only when asked for */
	char *text;
	size_t text_nbytes, text_cap;
};

struct bed_options {
	bool use_names; /* the 4th column, if there is one, is the value; else contig_start_end */
	bool keep_columns; /* for a copy of the join on disk */
	unsigned n_threads;
};

/* From the ending of the file's name; REGIONS_NONE without a path. */
enum sphex_status region_kind(const char *path, enum region_kind *kind, struct sphex_error *err);

/* `out` is zeroed; free it in every case. */
enum sphex_status regions_read(const char *path, const struct bed_options *options,
	struct regions *out, struct sphex_error *err);
void regions_free(struct regions *regions);

/* Adds *region after a check of its interval. */
enum sphex_status regions_add(
	struct regions *regions, const struct region *region, struct sphex_error *err);

#endif
