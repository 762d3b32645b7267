/* The names that have been counted on the contig at hand: a set that only grows until it is
 * cleared. */
#ifndef SPHEX_CLAIM_H
#define SPHEX_CLAIM_H

#include <stdbool.h>

#include "base/status.h"
#include "name_hash.h"

struct claims {
	struct name_hash *slots; /* open addressing; {0, 0} is free */
	size_t n, n_slots;       /* n_slots is a power of 2, or 0 */
};

/* A zeroed struct is empty. */
void claims_free(struct claims *c);
void claims_clear(struct claims *c);
/* Makes room for n more names, so that the calls below cannot fail. */
enum sphex_status claims_reserve(struct claims *c, size_t n, struct sphex_error *err);
/* Adds the name; false when it was there. */
bool claims_take(struct claims *c, struct name_hash name);

#endif
