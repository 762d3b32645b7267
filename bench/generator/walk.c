/* Steps over the bases and introns of a cell. */
#include "walk.h"

static void find_exon(struct walk *w)
{
	const struct cell *cell = w->cell;

	w->exon_end0 = UINT32_MAX;
	for (size_t i = 0; cell->spliced && i + 1 < cell->n_targets; i++)
		if (w->pos0 < cell->targets[i].end0) {
			w->exon_end0 = cell->targets[i].end0;
			w->next_exon0 = cell->targets[i + 1].beg0;
			return;
		}
}

struct walk walk_from(const struct cell *cell, uint32_t pos0)
{
	struct walk w = {.cell = cell, .pos0 = pos0};

	find_exon(&w);
	return w;
}

void walk_on(struct walk *w, uint32_t n)
{
	while (n >= w->exon_end0 - w->pos0) {
		n -= w->exon_end0 - w->pos0;
		w->n_skipped += w->next_exon0 - w->exon_end0;
		w->pos0 = w->next_exon0;
		find_exon(w);
	}
	w->pos0 += n;
}

/* Bases behind the end of the exon are not there to be deleted. */
void walk_delete(struct walk *w, uint32_t n)
{
	uint32_t left = w->exon_end0 - w->pos0;

	if (w->n_skipped > 0)
		return;
	w->n_deleted = n < left ? n : left;
	walk_on(w, w->n_deleted);
}
