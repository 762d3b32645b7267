/*
 * Finds things by their names' hashes: entries of four bytes, so that those of many names stay near
 * the processor. The things themselves lie elsewhere, each with its name in front.
 */
#ifndef SPHEX_NAME_TABLE_H
#define SPHEX_NAME_TABLE_H

#include <string.h>

#include "base/memory.h"
#include "base/status.h"
#include "name_hash.h"

/*
 * An entry is 1 + a thing's number, and above that as many bits of its name's hash as there is room
 * for; 0: free. A zeroed struct is empty.
 */
struct name_table {
	uint32_t *entries; /* linear probing */
	size_t n, cap;     /* n is a power of 2, above the number of things, or 0 */
};

static inline uint32_t name_table_mask(const struct name_table *t)
{
	return (uint32_t)(t->n - 1);
}

/* Of an entry: 1 + the thing's number, or 0. */
static inline uint32_t name_table_thing(const struct name_table *t, uint32_t entry)
{
	return entry & name_table_mask(t);
}

/* The entry of a thing; `thing` is 1 + its number. */
static inline uint32_t name_table_entry(
	const struct name_table *t, struct name_hash name, uint32_t thing)
{
	return ((uint32_t)(name.hi >> 32) & ~name_table_mask(t)) | thing;
}

/* Where a name belongs, unless others stand there. */
static inline uint32_t *name_table_home(const struct name_table *t, struct name_hash name)
{
	return &t->entries[name.lo & name_table_mask(t)];
}

/*
 * The entry of a name, or the free one where it belongs. The things lie `step` bytes apart; NULL as
 * long as there is none.
 */
static inline uint32_t *name_table_find(
	const struct name_table *t, struct name_hash name, const void *things, size_t step)
{
	uint32_t mask = name_table_mask(t), i = (uint32_t)name.lo & mask, entry;
	uint32_t tag = name_table_entry(t, name, 0);
	struct name_hash known;

	for (; (entry = t->entries[i]); i = (i + 1) & mask) {
		if ((entry & ~mask) != tag)
			continue;
		memcpy(&known, (const char *)things + (size_t)((entry & mask) - 1) * step,
			sizeof(known));
		if (known.lo == name.lo && known.hi == name.hi)
			break;
	}
	return &t->entries[i];
}

/* Enters a thing with a name that is not there yet. */
static inline void name_table_add(struct name_table *t, struct name_hash name, uint32_t thing)
{
	uint32_t mask = name_table_mask(t), i = (uint32_t)name.lo & mask;

	while (t->entries[i])
		i = (i + 1) & mask;
	t->entries[i] = name_table_entry(t, name, thing);
}

/* All n entries become free; n is a power of 2, up to 2^31. */
static inline enum sphex_status name_table_clear(
	struct name_table *t, size_t n, struct sphex_error *err)
{
	t->n = 0;
	if (n > (size_t)1 << 31)
		return fail_memory(err);
	if (n > t->cap) {
		memory_free(t->entries);
		t->cap = 0;
		t->entries = memory_new(n, sizeof(*t->entries));
		if (!t->entries)
			return fail_memory(err);
		t->cap = n;
	}
	memset(t->entries, 0, n * sizeof(*t->entries));
	t->n = n;
	return SPHEX_OK;
}

#endif
