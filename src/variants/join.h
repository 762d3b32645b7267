/*
 * Which regions each variant line overlaps, in the order of `bedtools intersect -wb` (design: rules
 * of mode wasp2, section 5.1).
 */
#ifndef SPHEX_JOIN_H
#define SPHEX_JOIN_H

#include "regions.h"
#include "variants.h"

/* A variant line and a region that overlaps it. */
struct hit {
	uint32_t variant; /* index of the line */
	uint32_t region;  /* index of the region */
};

struct hits {
	struct hit *items;
	size_t n, cap;
};

/* A zeroed struct is empty. */
void hits_free(struct hits *hits);
/* `out` is zeroed; free it in every case. The lines have pos0 < end. */
enum sphex_status join(const struct variants *variants, const struct regions *regions,
	struct hits *out, struct sphex_error *err);
/* What the hit's line looks like behind the join: cut to the region. */
void hit_interval(const struct variants *variants, const struct regions *regions,
	const struct hit *hit, uint32_t *start, uint32_t *end);

#endif
