/* What a variant does to the reference, whatever bases of context the file gives with it. */
#ifndef SPHEX_CHANGE_H
#define SPHEX_CHANGE_H

#include <stddef.h>

enum event_kind { EVENT_SNV, EVENT_MNP, EVENT_INSERTION, EVENT_DELETION, EVENT_MIXED };

/* The longer trimmed allele of an event; longer ones have no rows (section 1: too_long). */
#define EVENT_MAX_NBASES 50u

/* REF and ALT without their common end, then without their common start. */
struct change {
	enum event_kind kind;
	size_t n_skipped;    /* bases of the common start */
	size_t n_ref, n_alt; /* left over; both 0 when REF and ALT are equal (kind EVENT_MIXED) */
};

struct change change_of(const char *ref, size_t n_ref, const char *alt, size_t n_alt);

#endif
