/*
 * Observations in file order in, counts per site out. Here, and only here, one record's fate
 * depends on others: a name counts once per contig, claimed in the order that the rules say, or
 * once per site.
 */
#ifndef SPHEX_TALLY_H
#define SPHEX_TALLY_H

#include "observe.h"

struct tally;

/* `observer` is borrowed. by_read: with CLAIM_FRAGMENTS every record counts on its own. */
enum sphex_status tally_new(
	const struct observer *observer, bool by_read, struct tally **out, struct sphex_error *err);
void tally_free(struct tally *t);
/* Takes the observations of the next part of the file; the calls of strips are used up. */
enum sphex_status tally_add(struct tally *t, struct observations *o, struct sphex_error *err);
/* After the last part. */
enum sphex_status tally_finish(struct tally *t, struct sphex_error *err);
/* rules->n_counts numbers per site, and 0 for the site behind the last; owned by the tally. */
const uint32_t *tally_counts(const struct tally *t);
uint64_t tally_n_counted(const struct tally *t);
/* What was taken, after tally_finish(); native: one for each site that a record looks at. */
uint64_t tally_n_observations(const struct tally *t);

#endif
