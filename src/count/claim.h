/* The names that have been counted on the contig at hand: a set that only grows until it is
 * cleared. */
#ifndef SPHEX_CLAIM_H
#define SPHEX_CLAIM_H

#include <stdbool.h>

#include "name_table.h"

/* Names ahead of the one at hand whose entries the memory is asked for. */
#define CLAIMS_AHEAD 16

/* A zeroed struct is empty. */
struct claims {
	struct name_hash *names; /* in the order in which they were taken */
	size_t n, cap;
	struct name_table table;
};

void claims_free(struct claims *c);
void claims_clear(struct claims *c);
/* Makes room for n more names, so that the call below cannot fail. */
enum sphex_status claims_reserve(struct claims *c, size_t n, struct sphex_error *err);

/* Adds the name; false when it was there. */
static inline bool claims_take(struct claims *c, struct name_hash name)
{
	uint32_t *entry = name_table_find(&c->table, name, c->names, sizeof(*c->names));

	if (*entry)
		return false;
	c->names[c->n++] = name;
	*entry = name_table_entry(&c->table, name, (uint32_t)c->n);
	return true;
}

#endif
