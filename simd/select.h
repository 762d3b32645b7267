/* All rows of this build, and the choice among them. */
#ifndef SPHEX_SELECT_H
#define SPHEX_SELECT_H

#include "kernels.h"

struct row_info {
	const char *name;
	uint32_t needs;            /* bits of cpu_bundle; 0 for scalar */
	const char *needs_text;    /* "AVX2 BMI2 POPCNT" */
	const struct kernels *row; /* NULL: not part of this build */
};

/* Rows known to this version, slowest first. */
const struct row_info *kernels_rows(size_t *n);

/*
 * Pure: the row called `name` when `cpu` (bits of cpu_bundle) can run it, else NULL. NULL or "auto"
 * is the fastest row that `cpu` can run; scalar is always there.
 */
const struct kernels *sphex_kernels_select(const char *name, uint32_t cpu);

#endif
