/*
 * Observations in file order in, counts per site out. Here, and only here, one record's fate
 * depends on others: a name counts once per contig, claimed in the order that the rules say, or
 * once per site. The work is divided into cells (parcel.h), which any thread counts, one at a time
 * each.
 */
#ifndef SPHEX_TALLY_H
#define SPHEX_TALLY_H

#include "observe.h"

struct tally;

/* `observer` is borrowed. by_read: with CLAIM_FRAGMENTS every record counts on its own. */
enum sphex_status tally_new(
	const struct observer *observer, bool by_read, struct tally **out, struct sphex_error *err);
void tally_free(struct tally *t);
/*
 * Takes the parcels of the next part of the file, packed by parcels_pack(), and leaves empty ones.
 * Calls come from one thread.
 */
void tally_add(struct tally *t, struct observations *o);
/* Counts what has been taken and is worth the while. Any thread, at any time. */
enum sphex_status tally_work(struct tally *t, struct sphex_error *err);
/* After the last part, when no other thread works: counts the rest. */
enum sphex_status tally_finish(struct tally *t, struct sphex_error *err);
/* What follows: after tally_finish(). */
/* rules->n_counts numbers per site, and 0 for the site behind the last; owned by the tally. */
const uint32_t *tally_counts(const struct tally *t);
uint64_t tally_n_counted(const struct tally *t);
/* What was taken; native: one for each site that a record looks at. */
uint64_t tally_n_observations(const struct tally *t);

#endif
