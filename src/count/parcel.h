/*
 * Counting is divided into cells that know nothing of each other: neighbouring loci, neighbouring
 * sites of events, or names of which the hash begins alike. What one part of the file says to one
 * cell is a parcel. Whoever reads the part packs its parcels; cells get them in file order.
 */
#ifndef SPHEX_PARCEL_H
#define SPHEX_PARCEL_H

#include "observe.h"

/* Sites of events of a cell, as CELL_N_LOCI: units in flight should lie over several. */
#define CELL_N_SITES ((uint32_t)1024)
/* Cells of names, a power of 2. */
#define CELL_BITS 4

struct parcel {
	struct parcel *next;
	uint32_t cell;
	uint64_t reached; /* sort key up to which the file has been read with it */
	/* the one or the other, in file order */
	struct observation *items;
	size_t n, cap;
	struct strips strips;
};

/* Cells of loci come first, those of events behind them. */
uint32_t cells_of_loci(const struct sites *sites);
uint32_t cells_n(const struct count_rules *rules, const struct sites *sites);

/* Packs the observations by cell into o->parcels; the strips may be used up. */
enum sphex_status parcels_pack(
	const struct observer *observer, struct observations *o, struct sphex_error *err);
/* Leaves out the observations of the parcels that are about sites before `site`. */
void parcels_drop_before(struct parcels *p, uint32_t site);

void parcels_free(struct parcels *p);

/* Empties the parcel, which keeps its memory, and puts it before the spare ones. */
void parcel_lay_by(struct parcel *p, struct parcel **spare);
/* Frees a list. */
void parcel_free_all(struct parcel *first);

#endif
