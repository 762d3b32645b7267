/* A place in the genome that moves on along the exons of a cell, as a spliced read does. */
#ifndef GENERATOR_WALK_H
#define GENERATOR_WALK_H

#include "cells.h"

struct walk {
	const struct cell *cell;
	uint32_t pos0;
	uint32_t exon_end0, next_exon0;
	uint32_t n_deleted, n_skipped; /* gaps passed before pos0: who writes them sets them to 0 */
};

struct walk walk_from(const struct cell *cell, uint32_t pos0);
/* n bases on, over introns where exons end. */
void walk_on(struct walk *w, uint32_t n);
/* As walk_on(), but the bases are missing. Those behind the end of the exon are not there anyway.
 */
void walk_delete(struct walk *w, uint32_t n);

#endif
