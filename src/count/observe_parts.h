/* What the files of the observer share: observe.c, observe_native.c. Nobody else includes this. */
#ifndef SPHEX_OBSERVE_PARTS_H
#define SPHEX_OBSERVE_PARTS_H

#include "observe.h"

/* Sites of the reference at hand that records may still cover. */
struct ahead {
	const uint32_t *pos0;
	uint32_t i, end;
};

struct scan {
	const struct observer *observer;
	struct observations *out;
	struct ahead sites;  /* all; native mode: loci */
	struct ahead events; /* native mode */
	int32_t ref_id;
	struct filter_glance glance;
	bool full;       /* `out` is */
	uint8_t dropped; /* what a record at hand says that the filter dropped; else SAYS_NO_BASE */
};

/* Room for n observations. */
bool observations_reserve(struct observations *o, size_t n);
/*
 * A record of the native mode that covers sites, with its end: strips for the loci, observations
 * for the events. Its CIGAR and SEQ agree, as scan_record() has seen.
 */
enum sphex_status observe_native(
	struct scan *s, const struct record *r, int64_t end, struct sphex_error *err);
/* What the record says about the event of `site`; CLASS_NO_BASE: it does not look. */
uint8_t observe_event(const struct observer *observer, const struct record *r, uint32_t site,
	struct cigar_place *place, struct said_alts *said);
/* Whether it looks at all. */
bool observe_looks_at_event(const struct observer *observer, const struct record *r, uint32_t site);

#endif
