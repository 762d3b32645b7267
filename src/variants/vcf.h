/*
 * The variant lines of a file: VCF, plain or compressed, or BCF. In: path, rule set, samples. Out:
 * the lines, in file order. The file is read to its end, or reading fails.
 */
#ifndef SPHEX_VCF_H
#define SPHEX_VCF_H

#include <stdatomic.h>

#include "simd/kernels.h"
#include "variants.h"

/* The rules of wasp2 are two sets: which one holds depends on the file (section 4 of the rules). */
enum select_rules { SELECT_WASP2, SELECT_WASP2_LEGACY, SELECT_NATIVE };

struct variant_options {
	enum select_rules rules;
	const char *const *samples; /* none: genotypes are not looked at */
	size_t n_samples;
	bool include_indels;
	bool include_multiallelic;
	/* native rules only */
	bool all_sites; /* heterozygous or not */
	bool biallelic_only;
	const char *const *filters; /* names, or lists of names with commas; none: any FILTER */
	size_t n_filters;
	bool accept_loss;   /* of a damaged VCF.gz take what WASP2 takes: its first block */
	unsigned n_threads; /* to inflate with */
	const struct kernels *kernels;
	const atomic_bool *cancelled; /* looked at before each record; NULL: nobody cancels */
};

/*
 * Fills *out, which is empty before. SPHEX_E_FORMAT: another file name or content;
 * SPHEX_E_NOT_FOUND: a sample that the file has not; SPHEX_E_DATA and SPHEX_E_TRUNCATED with line
 * or record; SPHEX_E_CANCELLED. No line is no error.
 */
enum sphex_status variants_read(const char *path, const struct variant_options *options,
	struct variants *out, struct sphex_error *err);

#endif
