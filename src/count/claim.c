/* The table is at most 3/4 full; see claim.h. */
#include "claim.h"

#include <string.h>

#include "base/memory.h"
#include "base/prefetch.h"

#define TABLE_MIN ((size_t)1 << 10)

void claims_free(struct claims *c)
{
	memory_free(c->names);
	memory_free(c->table.entries);
	memset(c, 0, sizeof(*c));
}

void claims_clear(struct claims *c)
{
	c->n = c->table.n = 0; /* the table begins small again: contigs may be many */
}

static enum sphex_status enter_all(struct claims *c, size_t n_entries, struct sphex_error *err)
{
	if (name_table_clear(&c->table, n_entries, err))
		return err->status;
	for (size_t i = 0; i < c->n; i++) {
		if (c->n - i > CLAIMS_AHEAD)
			prefetch(name_table_home(&c->table, c->names[i + CLAIMS_AHEAD]));
		name_table_add(&c->table, c->names[i], (uint32_t)i + 1);
	}
	return SPHEX_OK;
}

enum sphex_status claims_reserve(struct claims *c, size_t n, struct sphex_error *err)
{
	size_t n_entries = c->table.n ? c->table.n : TABLE_MIN;

	if (!memory_reserve(&c->names, &c->cap, c->n + n, sizeof(*c->names)))
		return fail_memory(err);
	while (c->n + n > n_entries / 4 * 3)
		n_entries *= 2;
	return n_entries == c->table.n ? SPHEX_OK : enter_all(c, n_entries, err);
}
