/*
 * Sets of reference positions as GATK's -L and -XL give them (design: rules of mode gatk-ase,
 * section 7). What holds: the intervals of a set are not empty, sorted by contig and position,
 * and no two of them touch, once intervals_normalize() has been called.
 */
#ifndef SPHEX_INTERVALS_H
#define SPHEX_INTERVALS_H

#include <stdbool.h>

#include "contigs.h"

struct interval {
	uint32_t ref, beg0, end0;
};

struct intervals {
	struct interval *items;
	size_t n, cap;
};

/* A zeroed struct is empty. */
void intervals_free(struct intervals *set);
enum sphex_status intervals_add(
	struct intervals *set, struct interval interval, struct sphex_error *err);
/* Sorts and joins. */
void intervals_normalize(struct intervals *set);
/* True when one of [beg0, end0) is in the set. */
bool intervals_overlap(const struct intervals *set, uint32_t ref, int64_t beg0, int64_t end0);
/* Into `out`, which is empty before: what is in both, and what is in `a` only. */
enum sphex_status intervals_intersect(const struct intervals *a, const struct intervals *b,
	struct intervals *out, struct sphex_error *err);
enum sphex_status intervals_subtract(const struct intervals *a, const struct intervals *b,
	struct intervals *out, struct sphex_error *err);

/*
 * Adds what `text` names, each interval widened by `padding` up to the ends of its contig: a file
 * (.bed, .interval_list, .list, .intervals, .vcf, .vcf.gz, .bcf), or chr, chr:p, chr:a-b, chr:a+.
 * Unknown contigs and positions beyond their ends are SPHEX_E_NOT_FOUND; a file without an interval
 * is SPHEX_E_EMPTY. The set is normalized behind it.
 */
enum sphex_status intervals_read(const char *text, const struct contigs *contigs, uint32_t padding,
	unsigned n_threads, struct intervals *set, struct sphex_error *err);

#endif
