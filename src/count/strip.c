#include "strip.h"

bool strips_add(struct strips *to, const struct strips *from, const struct strip *strip)
{
	struct strip *copy;

	if (!memory_reserve(&to->items, &to->cap, to->n + 1, sizeof(*to->items)) ||
		!strips_reserve_odd(to, strip->n_odd))
		return false;
	copy = &to->items[to->n++];
	*copy = *strip;
	copy->odd = (uint32_t)to->n_odd;
	copy_odd(to->odd + to->n_odd, strip_odd(from, strip), strip->n_odd);
	to->n_odd += strip->n_odd;
	return true;
}
