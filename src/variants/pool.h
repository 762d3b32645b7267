/* Texts by number: each distinct byte string is kept once; numbers count up in order of first use.
 */
#ifndef SPHEX_POOL_H
#define SPHEX_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/cursor.h"
#include "base/status.h"

#define POOL_NONE UINT32_MAX /* no text: a missing value */

struct pool {
	char *text; /* all texts, one behind the other, each followed by a NUL */
	size_t text_nbytes, text_cap;
	uint64_t *starts; /* n + 1 offsets into text */
	size_t n, starts_cap;
	uint32_t *slots; /* hash table of numbers, POOL_NONE = free */
	size_t n_slots;  /* 0 or a power of two, more than 2 n */
	uint32_t last;   /* what pool_add() gave last: the next text is often the same */
};

/* A zeroed struct pool is an empty pool. */
void pool_free(struct pool *pool);
/* Forgets all texts but keeps the memory. */
void pool_clear(struct pool *pool);
/* Number of `text`, added when new. Embedded NULs are allowed. `text` may not lie in the pool. */
enum sphex_status pool_add(
	struct pool *pool, const char *text, size_t nbytes, uint32_t *id, struct sphex_error *err);
/* Number of `text`, or POOL_NONE. */
uint32_t pool_find(const struct pool *pool, const char *text, size_t nbytes);
/* Text `id`; NUL-terminated; valid until the next pool_add(). nbytes may be NULL. */
const char *pool_text(const struct pool *pool, uint32_t id, size_t *nbytes);
/* Names of contigs are short, and each line has one. */
static inline bool pool_same_bytes(const char *a, const char *b, size_t n)
{
	const uint8_t *p = (const uint8_t *)a, *q = (const uint8_t *)b;

	if (n < 4 || n > 8)
		return memcmp(a, b, n) == 0;
	return load_u32(p) == load_u32(q) && load_u32(p + n - 4) == load_u32(q + n - 4);
}

/* True when text `id` is this one. */
static inline bool pool_is_text(
	const struct pool *pool, uint32_t id, const char *text, size_t nbytes)
{
	const uint64_t *starts = &pool->starts[id];

	return nbytes == starts[1] - starts[0] - 1 &&
	       pool_same_bytes(pool->text + starts[0], text, nbytes);
}

#endif
