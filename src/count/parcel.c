/* Each thing goes to the end of its cell's parcel. */
#include "parcel.h"

#include <string.h>

#include "base/memory.h"

void parcel_lay_by(struct parcel *p, struct parcel **spare)
{
	p->n = p->strips.n = p->strips.odd.n = 0;
	p->next = *spare;
	*spare = p;
}

void parcel_free_all(struct parcel *first)
{
	while (first) {
		struct parcel *next = first->next;

		memory_free(first->items);
		memory_free(first->strips.items);
		memory_free(first->strips.odd.items);
		memory_free(first);
		first = next;
	}
}

void parcels_free(struct parcels *p)
{
	parcel_free_all(p->first);
	parcel_free_all(p->spare);
	memory_free(p->of_cells);
	memset(p, 0, sizeof(*p));
}

uint32_t cells_of_loci(const struct sites *sites)
{
	return (uint32_t)(sites->loci.n / CELL_N_LOCI + 1);
}

uint32_t cells_n(const struct count_rules *rules, const struct sites *sites)
{
	if (rules->claims != CLAIM_FRAGMENTS)
		return 1u << CELL_BITS;
	return cells_of_loci(sites) + (uint32_t)(sites->n / CELL_N_SITES + 1);
}

static struct parcel *begin_parcel(struct parcels *p, uint32_t cell)
{
	struct parcel *parcel = p->spare;

	if (parcel)
		p->spare = parcel->next;
	else
		parcel = memory_new_zeroed(1, sizeof(*parcel));
	if (!parcel)
		return NULL;
	parcel->cell = cell;
	parcel->next = p->first;
	p->first = parcel;
	p->of_cells[cell] = parcel;
	return parcel;
}

/* The parcel of a cell; NULL: out of memory. */
static inline struct parcel *parcel_of(struct parcels *p, uint32_t cell)
{
	return p->of_cells[cell] ? p->of_cells[cell] : begin_parcel(p, cell);
}

static bool pack_item(struct parcels *p, uint32_t cell, const struct observation *item)
{
	struct parcel *to = parcel_of(p, cell);

	if (!to || !memory_reserve(&to->items, &to->cap, to->n + 1, sizeof(*to->items)))
		return false;
	to->items[to->n++] = *item;
	return true;
}

static bool pack_strip(struct parcels *p, const struct strips *from, const struct strip *strip)
{
	struct parcel *to = parcel_of(p, strip->locus / CELL_N_LOCI);

	return to && strips_add(&to->strips, from, strip);
}

/* Whether all strips, of which there are some, lie in the cell of the first. */
static bool are_in_one_cell(const struct strips *strips)
{
	uint32_t cell = strips->items[0].locus / CELL_N_LOCI, other = 0;

	for (size_t i = 0; i < strips->n; i++)
		other |= strips->items[i].locus / CELL_N_LOCI ^ cell;
	return !other;
}

/* Where units are small against cells they mostly are in one, and nothing has to be copied. */
static bool pack_strips(struct parcels *p, struct strips *strips)
{
	struct parcel *parcel;
	struct strips all = *strips;

	if (!strips->n)
		return true;
	if (are_in_one_cell(strips)) {
		parcel = parcel_of(p, strips->items[0].locus / CELL_N_LOCI);
		if (!parcel)
			return false;
		*strips = parcel->strips;
		parcel->strips = all;
		return true;
	}
	for (size_t i = 0; i < strips->n; i++)
		if (!pack_strip(p, strips, &strips->items[i]))
			return false;
	return true;
}

/* What nobody took, since the records had to be read again, is forgotten. */
static enum sphex_status start_packing(struct parcels *p, uint32_t n_cells, struct sphex_error *err)
{
	struct parcel *parcel;

	while ((parcel = p->first)) {
		p->first = parcel->next;
		p->of_cells[parcel->cell] = NULL;
		parcel_lay_by(parcel, &p->spare);
	}
	if (!p->of_cells)
		p->of_cells = memory_new_zeroed(n_cells, sizeof(struct parcel *));
	return p->of_cells ? SPHEX_OK : fail_memory(err);
}

enum sphex_status parcels_pack(
	const struct observer *observer, struct observations *o, struct sphex_error *err)
{
	struct parcels *p = &o->parcels;
	bool by_site = observer->rules->claims == CLAIM_FRAGMENTS, ok = true;
	uint32_t n_before = cells_of_loci(observer->sites);

	if (start_packing(p, cells_n(observer->rules, observer->sites), err))
		return err->status;
	for (size_t i = 0; i < o->n && ok; i++) {
		const struct observation *item = &o->items[i];

		ok = pack_item(p,
			by_site ? n_before + item->site / CELL_N_SITES
				: (uint32_t)(item->name.lo >> (64 - CELL_BITS)),
			item);
	}
	ok = ok && pack_strips(p, &o->strips);
	return ok ? SPHEX_OK : fail_memory(err);
}

void parcels_drop_before(struct parcels *p, uint32_t site)
{
	for (struct parcel *parcel = p->first; parcel; parcel = parcel->next) {
		size_t n = 0;

		while (n < parcel->n && parcel->items[n].site < site)
			n++;
		if (!n)
			continue;
		parcel->n -= n;
		memmove(parcel->items, parcel->items + n, parcel->n * sizeof(*parcel->items));
	}
}
