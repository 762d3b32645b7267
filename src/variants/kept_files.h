/*
 * The intermediate files that -t keeps, byte for byte as the original leaves them (design: rules of
 * mode wasp2, section 7).
 */
#ifndef SPHEX_KEPT_FILES_H
#define SPHEX_KEPT_FILES_H

#include "join.h"
#include "rows.h"

/* Paths of the files to write, NULL for those that are not made in this run; owned. */
struct kept_files {
	char *lines;   /* P.bed */
	char *joined;  /* P_intersect_regions.bed or P_intersect_genes.bed */
	char *regions; /* G.bed, from annotation */
};

/* `out` is zeroed; free it in every case. Inputs are never overwritten: SPHEX_E_ARGUMENT. */
enum sphex_status kept_files_name(const struct rows_options *options, enum region_kind kind,
	struct kept_files *out, struct sphex_error *err);
void kept_files_free(struct kept_files *files);

/* Each replaces an older file, as base/new_file.h says. */
enum sphex_status kept_files_write_lines(
	const char *path, const struct variants *variants, bool with_gt, struct sphex_error *err);
enum sphex_status kept_files_write_genes(
	const char *path, const struct regions *genes, struct sphex_error *err);
enum sphex_status kept_files_write_joined(const char *path, const struct variants *variants,
	bool with_gt, const struct regions *regions, const struct hits *hits,
	struct sphex_error *err);

#endif
