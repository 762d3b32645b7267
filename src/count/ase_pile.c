/* See ase_pile.h. */
#include "ase_pile.h"

#include <string.h>

#include "base/memory.h"

void ase_pile_free(struct ase_pile *pile)
{
	memory_free(pile->items);
	memory_free(pile->merged);
	pile->items = pile->merged = NULL;
	pile->n = pile->cap = pile->merged_cap = 0;
}

/* Of one place the elements that were there come first. */
static void merge(const struct ase_element *a, size_t n_a, const struct ase_element *b, size_t n_b,
	struct ase_element *out)
{
	while (n_a && n_b) {
		bool from_b = b->place < a->place;

		*out++ = from_b ? *b++ : *a++;
		n_b -= from_b;
		n_a -= !from_b;
	}
	if (n_a)
		memcpy(out, a, n_a * sizeof(*a));
	if (n_b)
		memcpy(out + n_a, b, n_b * sizeof(*b));
}

enum sphex_status ase_pile_add(struct ase_pile *pile, const struct ase_element *items, size_t n,
	uint64_t open_place, struct sphex_error *err)
{
	size_t n_merged = pile->n + n, begin = 0, end;
	enum sphex_status status = SPHEX_OK;

	if (!memory_reserve(&pile->merged, &pile->merged_cap, n_merged, sizeof(*pile->merged)))
		return fail_memory(err);
	merge(pile->items, pile->n, items, n, pile->merged);
	for (; begin < n_merged && pile->merged[begin].place < open_place && !status; begin = end) {
		for (end = begin + 1;
			end < n_merged && pile->merged[end].place == pile->merged[begin].place;)
			end++;
		status = pile->position(pile->user, pile->merged + begin, end - begin, err);
	}
	if (status)
		return status;
	pile->n = n_merged - begin;
	if (!memory_reserve(&pile->items, &pile->cap, pile->n, sizeof(*pile->items)))
		return fail_memory(err);
	if (pile->n)
		memcpy(pile->items, pile->merged + begin, pile->n * sizeof(*pile->items));
	return SPHEX_OK;
}
