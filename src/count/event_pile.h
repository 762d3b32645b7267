/*
 * Observations of the events of one cell in file order in, counts of their sites out. Observations
 * wait until the file has passed their site; then its names are brought together. One thread at a
 * time.
 */
#ifndef SPHEX_EVENT_PILE_H
#define SPHEX_EVENT_PILE_H

#include "observe.h"

/* A zeroed struct is empty. */
struct event_pile {
	struct observation *waiting, *sorted;
	size_t n_waiting, waiting_cap, sorted_cap, settle_at;
	size_t *group_ends; /* per site of the range at hand */
	size_t group_ends_cap;
	uint64_t n_counted;
};

void event_pile_free(struct event_pile *p);
/*
 * Adds n observations. The file has been read up to the sort key `reached`.
 * counts: N_NATIVE_COUNTS per site. by_read: every record on its own.
 */
enum sphex_status event_pile_add(struct event_pile *p, const struct sites *sites, bool by_read,
	const struct observation *items, size_t n, uint64_t reached, uint32_t *counts,
	struct sphex_error *err);
/* After the last observation. */
enum sphex_status event_pile_finish(struct event_pile *p, const struct sites *sites, bool by_read,
	uint32_t *counts, struct sphex_error *err);

#endif
