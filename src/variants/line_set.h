/*
 * Is there a row already for this place and these alleles? The lines are asked themselves while
 * they come sorted, for then an equal line is among the last ones; from the first that goes back
 * on, through a hash table of line numbers.
 */
#ifndef SPHEX_LINE_SET_H
#define SPHEX_LINE_SET_H

#include "span.h"
#include "variants.h"

struct line_set {
	uint32_t *slots; /* line + 1; 0: free */
	size_t n_slots;  /* 0: the lines are sorted so far; or a power of two, half of it free */
	size_t n;        /* lines in slots */
	size_t n_seen;   /* lines of the table that are in slots or have no row */
};

/* True when the lines, at least one, are sorted and the place lies behind them all. */
static inline bool line_set_ends_before(
	const struct line_set *set, const struct variants *v, uint32_t contig, uint32_t pos0)
{
	const struct variant *last = &v->items[v->n - 1];

	return !set->n_slots && last->contig == contig && last->pos0 < pos0;
}

/* What a line is found by. */
struct line_key {
	uint32_t contig, pos0;
	struct span ref, alt;
};

/* A zeroed struct has seen no line. */
void line_set_free(struct line_set *set);
/*
 * *found: a line of `v` with a row is equal to `key`. A set is for one table, to which lines are
 * added between the calls. Fails for want of memory only.
 */
enum sphex_status line_set_find(struct line_set *set, const struct variants *v,
	const struct line_key *key, bool *found, struct sphex_error *err);

#endif
