/*
 * Records of one unit in, observations out: what a record says about a site. Pure work on one unit;
 * what depends on other records (whose name counts) comes later, in file order.
 */
#ifndef SPHEX_OBSERVE_H
#define SPHEX_OBSERVE_H

#include "bam/unit.h"
#include "filter.h"
#include "name_hash.h"
#include "simd/kernels.h"
#include "sites.h"
#include "strip.h"

/* What a record says about a site beside the classes of the kernels, which come first. */
enum {
	SAYS_NO_BASE = CLASS_LOW_BASEQ + 1, /* spans it without a base there */
	SAYS_LOW_MAPQ,                      /* looks at it, but was dropped by the filter */
	SAYS_FILTERED
};

struct bam_header;

struct observation {
	struct name_hash name;
	uint32_t site;
	uint8_t says;
	bool nameless; /* QNAME is *: no other record belongs to it */
};

/* Observations and strips by the cell of counting that they are for: see parcel.h. */
struct parcels {
	struct parcel **of_cells; /* of the part of the file at hand; NULL: none */
	struct parcel *first;     /* all of these */
	struct parcel *spare;     /* empty ones */
};

struct observations {
	struct observation *items;
	size_t n, cap;
	/* bases to be judged, column by column, and which observation each belongs to */
	uint8_t *bases, *quals, *refs, *alts, *classes;
	uint32_t *judged;
	size_t n_bases;
	struct strips strips; /* native mode: what is said about SNVs */
	struct parcels parcels;
	/* facts about the records that were read */
	uint64_t first_key, last_key; /* sort keys; valid when n_records > 0 */
	uint64_t first_voffset;       /* the same */
	uint64_t n_records, n_covering, n_judged;
	uint64_t reasons[N_REASONS]; /* records by the filter's answer */
};

struct observer {
	const struct count_rules *rules;
	const struct kernels *kernels;
	const struct sites *sites;
	const struct record_filter *filter; /* NULL: rules->exclude_flags is all there is */
	uint8_t min_baseq;
};

/* A zeroed struct is empty. */
void observations_free(struct observations *o);

/*
 * Reads records until the unit is finished, `out` is full or a record has a lower sort key than the
 * one before; `out` is emptied first. SPHEX_E_DATA for a damaged record. Observations that say
 * nothing are left out.
 */
enum sphex_status observe_unit(const struct observer *observer, struct unit *unit,
	struct observations *out, struct sphex_error *err);

/*
 * What one record says about one site (enum base_class or SAYS_...), judged alone; *reason is the
 * filter's answer. SAYS_NO_BASE also for records that are in no row.
 */
uint8_t observe_one(const struct observer *observer, const struct record *r, uint32_t site,
	enum filter_reason *reason);
/* Offset in the read of the base aligned to pos0; UINT32_MAX without one. */
uint32_t observe_offset(const struct record *r, uint32_t pos0);

/* The error for a record of which the sort key is below that of the one before. */
enum sphex_status not_sorted(const struct bam_header *header, uint64_t key, uint64_t key_before,
	struct sphex_error *err);

#endif
