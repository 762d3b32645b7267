/* Open addressing with linear probing; see line_set.h. */
#include "line_set.h"

#include "base/memory.h"

#define MIN_SLOTS ((size_t)64)
/* Lines at one position that are compared one by one. */
#define MAX_TAIL_LINES ((size_t)64)

void line_set_free(struct line_set *set)
{
	memory_free(set->slots);
	memset(set, 0, sizeof(*set));
}

static struct line_key key_of(const struct variants *v, size_t line)
{
	struct line_key key = {v->items[line].contig, v->items[line].pos0, {0}, {0}};

	key.ref.p = variant_ref(v, line, &key.ref.n);
	key.alt.p = variant_alt(v, line, &key.alt.n);
	return key;
}

static bool is_line(const struct variants *v, size_t line, const struct line_key *key)
{
	struct line_key k = key_of(v, line);

	return k.pos0 == key->pos0 && k.contig == key->contig && span_equal(k.ref, key->ref) &&
	       span_equal(k.alt, key->alt);
}

/* ---------------------------------------------------------------- sorted lines */

static uint64_t place_of(uint32_t contig, uint32_t pos0)
{
	return (uint64_t)contig << 32 | pos0;
}

/*
 * Looks at the lines of the key's position, which are the last. False when that is no answer: the
 * last line lies behind the key, or the lines are too many. Contigs are numbered as they come.
 */
static bool find_in_tail(const struct variants *v, const struct line_key *key, bool *found)
{
	uint64_t place = place_of(key->contig, key->pos0);

	*found = false;
	for (size_t n = 0; n < v->n; n++) {
		size_t line = v->n - 1 - n;
		uint64_t other = place_of(v->items[line].contig, v->items[line].pos0);

		if (other < place)
			return true;
		if (other > place || n == MAX_TAIL_LINES)
			return false;
		*found = variant_has_row(v, line) && is_line(v, line, key);
		if (*found)
			return true;
	}
	return true;
}

/* ---------------------------------------------------------------- unsorted lines */

static uint64_t hash_text(uint64_t h, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * UINT64_C(0x100000001B3);
	return h;
}

static size_t hash(const struct line_key *key)
{
	uint64_t h = place_of(key->contig, key->pos0) * UINT64_C(0x9E3779B97F4A7C15);

	h = hash_text(hash_text(h ^ key->ref.n, key->ref), key->alt);
	return (size_t)(h ^ h >> 32);
}

/* The slot of the line with this key, or the free one where it belongs. */
static uint32_t *find_slot(
	const struct line_set *set, const struct variants *v, const struct line_key *key)
{
	size_t i = hash(key);

	for (;; i++) {
		uint32_t *slot = &set->slots[i & (set->n_slots - 1)];

		if (!*slot || is_line(v, *slot - 1, key))
			return slot;
	}
}

static bool grow(struct line_set *set, const struct variants *v)
{
	struct line_set larger = *set;

	larger.n_slots = set->n_slots ? 2 * set->n_slots : MIN_SLOTS;
	larger.slots = memory_new_zeroed(larger.n_slots, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < set->n_slots; i++) {
		struct line_key key;

		if (!set->slots[i])
			continue;
		key = key_of(v, set->slots[i] - 1);
		*find_slot(&larger, v, &key) = set->slots[i];
	}
	memory_free(set->slots);
	*set = larger;
	return true;
}

/* Takes in the lines that were added since. */
static bool catch_up(struct line_set *set, const struct variants *v)
{
	if (!set->n_slots && !grow(set, v))
		return false;
	for (; set->n_seen < v->n; set->n_seen++) {
		struct line_key key = key_of(v, set->n_seen);

		if (!variant_has_row(v, set->n_seen))
			continue;
		if (2 * (set->n + 1) > set->n_slots && !grow(set, v))
			return false;
		*find_slot(set, v, &key) = (uint32_t)set->n_seen + 1;
		set->n++;
	}
	return true;
}

enum sphex_status line_set_find(struct line_set *set, const struct variants *v,
	const struct line_key *key, bool *found, struct sphex_error *err)
{
	if (!set->n_slots && find_in_tail(v, key, found))
		return SPHEX_OK;
	if (!catch_up(set, v))
		return fail_memory(err);
	*found = *find_slot(set, v, key) != 0;
	return SPHEX_OK;
}
