#include "strip.h"

bool strips_add(struct strips *to, const struct strips *from, const struct strip *strip)
{
	struct strip *copy;

	if (!memory_reserve(&to->items, &to->cap, to->n + 1, sizeof(*to->items)))
		return false;
	copy = &to->items[to->n];
	*copy = *strip;
	if (!odd_append(&to->odd, strip_odd(from, strip), strip->n_odd, &copy->odd))
		return false;
	to->n++;
	return true;
}
