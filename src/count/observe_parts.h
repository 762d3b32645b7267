/* What the files of the observer share: observe.c, observe_native.c. Nobody else includes this. */
#ifndef SPHEX_OBSERVE_PARTS_H
#define SPHEX_OBSERVE_PARTS_H

#include "observe.h"

/* Sites of the reference at hand that records may still cover. */
struct ahead {
	const uint32_t *pos0;
	uint32_t i, end;
};

struct scan;

/* A sound record that covers sites, with its end. */
typedef enum sphex_status observe_fn(
	struct scan *s, const struct record *r, int64_t end, struct sphex_error *err);

struct scan {
	const struct observer *observer;
	struct observations *out;
	observe_fn *observe; /* of the mode */
	struct ahead sites;  /* all; native mode: loci */
	struct ahead events; /* native mode */
	uint64_t nearest;    /* the least position of these */
	int32_t ref_id;
	struct filter_glance glance;
	bool full;       /* `out` is */
	uint8_t dropped; /* what a record at hand says that the filter dropped; else SAYS_NO_BASE */
};

static inline void record_hash_name(const struct record *r, struct name_hash *out)
{
	name_hash_put((const uint8_t *)record_name(r), r->name_nbytes - 1u, out);
}

/* What observations_reserve() does when there is not room enough. */
bool observations_grow(struct observations *o, size_t n);

/* Room for n observations. */
static inline bool observations_reserve(struct observations *o, size_t n)
{
	return n <= o->cap || observations_grow(o, n);
}

/*
 * Native mode: strips for the loci, observations for the events. CIGAR and SEQ agree, as
 * scan_record() has seen.
 */
observe_fn observe_native;
/* What the record says about the event of `site`; CLASS_NO_BASE: it does not look. */
uint8_t observe_event(const struct observer *observer, const struct record *r, uint32_t site,
	struct cigar_place *place, struct said_alts *said);
/* Whether it looks at all. */
bool observe_looks_at_event(const struct observer *observer, const struct record *r, uint32_t site);

#endif
