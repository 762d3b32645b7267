/*
 * The regions of native mode, in the order of their arguments and lines: from files (BED and peaks,
 * GTF, GFF3) and typed (design: native counting rules, section 5). regions.h has those of mode
 * wasp2.
 *
 * What holds: beg0 <= end0; no two regions have the same place and the same texts.
 */
#ifndef SPHEX_REGION_LIST_H
#define SPHEX_REGION_LIST_H

#include "contig_names.h"
#include "pool.h"
#include "span.h"

/* Kept apart, for the columns differ: a list is of one kind. */
enum region_columns {
	COLUMNS_NONE,
	COLUMNS_REGION, /* BED, peaks, typed: "region" */
	COLUMNS_GENE    /* GTF, GFF3: "gene_id", "gene_name" */
};

#define REGION_MAX_TEXTS 2

struct listed_region {
	uint64_t beg0, end0;              /* as written; UINT64_MAX: to the end of the contig */
	uint32_t contig;                  /* number in list.contigs */
	uint32_t texts[REGION_MAX_TEXTS]; /* numbers in list.texts, POOL_NONE: absent */
};

struct region_list {
	struct listed_region *items;
	size_t n, cap;
	enum region_columns columns; /* COLUMNS_NONE while empty */
	struct pool contigs, texts;
	struct pool seen; /* regions as bytes */
};

/* A zeroed struct is empty. */
void region_list_free(struct region_list *list);
/*
 * Adds a region unless it is there. An absent text has p == NULL. SPHEX_E_ARGUMENT: the list is of
 * the other kind.
 */
enum sphex_status region_list_add(struct region_list *list, enum region_columns columns,
	struct span contig, uint64_t beg0, uint64_t end0, const struct span texts[REGION_MAX_TEXTS],
	struct sphex_error *err);

/*
 * Adds the regions of a file, whose kind is told by its name's ending (region_kind()) or, where
 * that says nothing, by its first line. `feature`: column 3 of the lines that count in GTF and
 * GFF3.
 */
enum sphex_status region_file_read(const char *path, const char *feature, unsigned n_threads,
	struct region_list *list, struct sphex_error *err);

/*
 * A typed region: CONTIG, CONTIG:BEG (one base, as bcftools has it) or CONTIG:BEG-END, 1-based,
 * with or without commas in the numbers. A contig's name may have colons: it is looked for among
 * the known ones (contigs_find). SPHEX_E_ARGUMENT when it can be read in two ways, or in none.
 */
struct typed_region {
	struct span contig;
	uint64_t beg0, end0;
	bool is_known; /* the contig is */
};
enum sphex_status typed_region_parse(const char *text, const struct contig_names *known,
	bool is_auto, struct typed_region *out, struct sphex_error *err);

#endif
