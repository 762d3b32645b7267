/* Open addressing with linear probing; a slot holds a number, the texts lie in one piece. See
 * pool.h. */
#include "pool.h"

#include "base/memory.h"

#define MIN_SLOTS ((size_t)64)

void pool_free(struct pool *pool)
{
	memory_free(pool->text);
	memory_free(pool->starts);
	memory_free(pool->slots);
	memset(pool, 0, sizeof(*pool));
}

void pool_clear(struct pool *pool)
{
	pool->n = 0;
	pool->text_nbytes = 0;
	if (pool->n_slots)
		memset(pool->slots, 0xFF, pool->n_slots * sizeof(*pool->slots));
}

const char *pool_text(const struct pool *pool, uint32_t id, size_t *nbytes)
{
	if (nbytes)
		*nbytes = (size_t)(pool->starts[id + 1] - pool->starts[id] - 1);
	return pool->text + pool->starts[id];
}

/* FNV-1a, folded so that the low bits depend on all. */
static size_t hash(const char *text, size_t nbytes)
{
	uint64_t h = 0xCBF29CE484222325u;

	for (size_t i = 0; i < nbytes; i++)
		h = (h ^ (uint8_t)text[i]) * 0x100000001B3u;
	return (size_t)(h ^ h >> 32);
}

/* The slot that holds `text`, or the free one where it belongs. There is always a free slot. */
static uint32_t *find_slot(const struct pool *pool, const char *text, size_t nbytes)
{
	size_t mask = pool->n_slots - 1;
	size_t i = hash(text, nbytes) & mask;

	while (pool->slots[i] != POOL_NONE && !pool_is_text(pool, pool->slots[i], text, nbytes))
		i = (i + 1) & mask;
	return &pool->slots[i];
}

uint32_t pool_find(const struct pool *pool, const char *text, size_t nbytes)
{
	return pool->n_slots ? *find_slot(pool, text, nbytes) : POOL_NONE;
}

static bool grow_slots(struct pool *pool)
{
	size_t n_slots = pool->n_slots ? 2 * pool->n_slots : MIN_SLOTS;
	uint32_t *slots = memory_new(n_slots, sizeof(*slots));

	if (!slots)
		return false;
	memset(slots, 0xFF, n_slots * sizeof(*slots));
	memory_free(pool->slots);
	pool->slots = slots;
	pool->n_slots = n_slots;
	for (uint32_t id = 0; id < pool->n; id++) {
		size_t nbytes;
		const char *text = pool_text(pool, id, &nbytes);

		*find_slot(pool, text, nbytes) = id;
	}
	return true;
}

static bool make_room(struct pool *pool, size_t nbytes)
{
	return memory_reserve(&pool->text, &pool->text_cap, pool->text_nbytes + nbytes + 1, 1) &&
	       memory_reserve(&pool->starts, &pool->starts_cap, pool->n + 2, sizeof(*pool->starts));
}

/* Adds `text` under the next number. */
static enum sphex_status append(
	struct pool *pool, const char *text, size_t nbytes, uint32_t *id, struct sphex_error *err)
{
	if (pool->n >= POOL_NONE - 1)
		return fail(err, SPHEX_E_LIMIT, "more than 4294967294 texts");
	if (!make_room(pool, nbytes))
		return fail_memory(err);
	*id = (uint32_t)pool->n;
	if (nbytes)
		memcpy(pool->text + pool->text_nbytes, text, nbytes);
	pool->text[pool->text_nbytes + nbytes] = '\0';
	pool->starts[pool->n++] = pool->text_nbytes;
	pool->text_nbytes += nbytes + 1;
	pool->starts[pool->n] = pool->text_nbytes;
	return SPHEX_OK;
}

enum sphex_status pool_add(
	struct pool *pool, const char *text, size_t nbytes, uint32_t *id, struct sphex_error *err)
{
	if (pool->last < pool->n && pool_is_text(pool, pool->last, text, nbytes)) {
		*id = pool->last;
		return SPHEX_OK;
	}
	*id = pool_find(pool, text, nbytes);
	if (*id == POOL_NONE) {
		if (2 * (pool->n + 1) >= pool->n_slots && !grow_slots(pool))
			return fail_memory(err);
		if (append(pool, text, nbytes, id, err))
			return err->status;
		*find_slot(pool, text, nbytes) = *id;
	}
	pool->last = *id;
	return SPHEX_OK;
}
