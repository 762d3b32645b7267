/* Linear probing at a load of at most 3/4; see claim.h. */
#include "claim.h"

#include <string.h>

#include "base/memory.h"

void claims_free(struct claims *c)
{
	memory_free(c->slots);
	memset(c, 0, sizeof(*c));
}

void claims_clear(struct claims *c)
{
	/* a table much larger than its use would be wiped for nothing on each of many small contigs
	 */
	if (c->n < c->n_slots / 16)
		claims_free(c);
	else if (c->n_slots)
		memset(c->slots, 0, c->n_slots * sizeof(*c->slots));
	c->n = 0;
}

bool claims_take(struct claims *c, struct name_hash name)
{
	size_t mask = c->n_slots - 1, i = name.lo & mask;

	while (c->slots[i].lo | c->slots[i].hi) {
		if (c->slots[i].lo == name.lo && c->slots[i].hi == name.hi)
			return false;
		i = (i + 1) & mask;
	}
	c->slots[i] = name;
	c->n++;
	return true;
}

enum sphex_status claims_reserve(struct claims *c, size_t n, struct sphex_error *err)
{
	struct claims larger = {.n_slots = c->n_slots ? c->n_slots : 1024};

	if (c->n_slots && c->n + n <= c->n_slots / 4 * 3)
		return SPHEX_OK;
	while (c->n + n > larger.n_slots / 4 * 3) {
		if (larger.n_slots > SIZE_MAX / 64)
			return fail_memory(err);
		larger.n_slots *= 2;
	}
	larger.slots = memory_new_zeroed(larger.n_slots, sizeof(*larger.slots));
	if (!larger.slots)
		return fail_memory(err);
	for (size_t i = 0; i < c->n_slots; i++)
		if (c->slots[i].lo | c->slots[i].hi)
			claims_take(&larger, c->slots[i]);
	memory_free(c->slots);
	*c = larger;
	return SPHEX_OK;
}
