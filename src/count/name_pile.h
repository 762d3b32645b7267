/*
 * Observations of the names of one cell in file order in, counts of their sites out: a name counts
 * once per contig, where it is claimed first in the order that the rules say. One thread at a time;
 * cells count at the same sites.
 */
#ifndef SPHEX_NAME_PILE_H
#define SPHEX_NAME_PILE_H

#include "claim.h"
#include "observe.h"

/* A zeroed struct is empty. */
struct name_pile {
	struct claims claims;
	uint32_t contig_begin, contig_end; /* sites of the contig at hand */
	/* by site: what may have to wait for sites that are listed before */
	struct observation *waiting, *sorted;
	size_t n_waiting, waiting_cap, sorted_cap, settle_at;
	uint64_t n_counted;
};

void name_pile_free(struct name_pile *p);
/*
 * Adds n observations. The file has been read up to the sort key `reached`.
 * counts: rules->n_counts per site.
 */
enum sphex_status name_pile_add(struct name_pile *p, const struct count_rules *rules,
	const struct sites *sites, const struct observation *items, size_t n, uint64_t reached,
	uint32_t *counts, struct sphex_error *err);
/* After the last observation. */
enum sphex_status name_pile_finish(struct name_pile *p, const struct count_rules *rules,
	const struct sites *sites, uint32_t *counts, struct sphex_error *err);

#endif
