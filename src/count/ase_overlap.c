/* See ase_overlap.h. */
#include "ase_overlap.h"

#include <string.h>

#include "base/memory.h"

#define FREE UINT32_MAX

enum state { KEPT, DROPPED, CLOSED /* dropped, and so is all that has its name */ };

static const struct ase_overlap_rule rules[] = {{"COUNT_FRAGMENTS_REQUIRE_SAME_BASE", true, true},
	{"COUNT_FRAGMENTS", true, false}, {"COUNT_READS", false, false}};

const struct ase_overlap_rule *ase_overlap_rule_of(const char *name)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (!name || strcmp(rules[i].name, name) == 0)
			return &rules[i];
	return NULL;
}

void ase_names_free(struct ase_names *names)
{
	memory_free(names->slots);
	memory_free(names->states);
	*names = (struct ase_names){0};
}

/* Room for n elements, all slots free; the number of slots is a power of 2, at least 2 n. */
static bool prepare(struct ase_names *names, size_t n, size_t *n_slots)
{
	*n_slots = 16;
	while (*n_slots < 2 * n)
		*n_slots *= 2;
	if (!memory_reserve(&names->slots, &names->slots_cap, *n_slots, sizeof(*names->slots)) ||
		!memory_reserve(&names->states, &names->states_cap, n, sizeof(*names->states)))
		return false;
	memset(names->slots, 0xFF, *n_slots * sizeof(*names->slots));
	if (n)
		memset(names->states, KEPT, n);
	return true;
}

static bool are_one_fragment(const struct ase_element *a, const struct ase_element *b)
{
	return a->name.lo == b->name.lo && a->name.hi == b->name.hi && a->sample == b->sample;
}

/* Element i after element `*held` of the same fragment. */
static void meet(const struct ase_overlap_rule *rule, const struct ase_element *items,
	uint8_t *states, uint32_t *held, uint32_t i)
{
	states[i] = DROPPED;
	if (states[*held] == CLOSED)
		return;
	if (rule->same_base && items[*held].letter != items[i].letter) {
		states[*held] = CLOSED;
	} else if (items[i].quality > items[*held].quality) {
		states[*held] = DROPPED;
		states[i] = KEPT;
		*held = i;
	}
}

static enum sphex_status drop_by_name(const struct ase_overlap_rule *rule, struct ase_names *names,
	const struct ase_element *items, size_t n, struct sphex_error *err)
{
	size_t n_slots;

	if (n >= FREE)
		return fail(err, SPHEX_E_LIMIT, "more than 2^32 - 2 reads at one position");
	if (!prepare(names, n, &n_slots))
		return fail_memory(err);
	for (uint32_t i = 0; i < n; i++) {
		size_t slot = (items[i].name.lo + items[i].sample) & (n_slots - 1);

		while (names->slots[slot] != FREE &&
			!are_one_fragment(&items[names->slots[slot]], &items[i]))
			slot = (slot + 1) & (n_slots - 1);
		if (names->slots[slot] == FREE)
			names->slots[slot] = i;
		else
			meet(rule, items, names->states, &names->slots[slot], i);
	}
	return SPHEX_OK;
}

enum sphex_status ase_overlap(const struct ase_overlap_rule *rule, struct ase_names *names,
	struct ase_element *items, size_t *n, struct sphex_error *err)
{
	size_t n_kept = 0;
	enum sphex_status status = SPHEX_OK;

	if (rule->by_name)
		status = drop_by_name(rule, names, items, *n, err);
	if (status)
		return status;
	for (size_t i = 0; i < *n; i++)
		if (!(items[i].flags & ELEMENT_DELETION) &&
			(!rule->by_name || names->states[i] == KEPT))
			items[n_kept++] = items[i];
	*n = n_kept;
	return SPHEX_OK;
}

struct ase_counts ase_count(
	const struct ase_count_rule *rule, const struct ase_element *items, size_t n)
{
	struct ase_counts counts = {.raw = (uint32_t)n};

	for (size_t i = 0; i < n; i++) {
		const struct ase_element *e = &items[i];

		if (e->flags & ELEMENT_IMPROPER)
			counts.improper++;
		else if (e->mapq < rule->min_mapq)
			counts.low_mapq++;
		else if (e->quality < rule->min_baseq)
			counts.low_baseq++;
		else if (e->letter == rule->ref)
			counts.ref++;
		else if (e->letter == rule->alt)
			counts.alt++;
		else
			counts.other++;
	}
	return counts;
}
