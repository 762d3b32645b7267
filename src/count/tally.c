/*
 * Parcels wait in their cell until they are many, or the file has passed the cell. Then the cell
 * waits for a thread, which takes all its parcels at once. What a cell counts depends on its
 * parcels and their order only, so that any number of threads comes to the same counts.
 */
#include "tally.h"

#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "event_pile.h"
#include "name_pile.h"
#include "parcel.h"
#include "pileup.h"

/* Observations and strips in a cell's parcels for which counting is worth the while. */
#define ENOUGH ((size_t)1 << 13)

enum cell_state { CELL_IDLE, CELL_READY, CELL_BUSY };

struct cell {
	struct cell *next; /* in the queue of those that are ready */
	struct parcel *first, **end;
	size_t n;    /* what the parcels hold */
	bool passed; /* no parcel follows */
	enum cell_state state;
	/* one of these, from the first parcel on until the cell is finished */
	struct pileup *pileup;
	struct event_pile *events;
	struct name_pile *names;
};

struct tally {
	const struct observer *observer;
	bool by_read;
	uint32_t *counts;  /* rules->n_counts per site */
	struct lock *lock; /* of all below, but a busy cell's piles */
	struct cell *cells;
	uint32_t n_cells, n_loci_cells;  /* those of loci come first */
	uint32_t next_loci, next_events; /* the first cells that the file has not passed */
	struct cell *ready, **ready_end;
	struct parcel *spare;
	struct pileup *idle; /* of a cell that is finished, for the next one to begin */
	uint64_t n_counted, n_observations;
};

enum sphex_status tally_new(
	const struct observer *observer, bool by_read, struct tally **out, struct sphex_error *err)
{
	const struct count_rules *rules = observer->rules;
	struct tally *t = memory_new_zeroed(1, sizeof(*t));

	*out = NULL;
	if (!t)
		return fail_memory(err);
	t->observer = observer;
	t->by_read = by_read;
	t->n_cells = cells_n(rules, observer->sites);
	t->n_loci_cells = t->next_events = cells_of_loci(observer->sites);
	t->ready_end = &t->ready;
	t->counts = memory_new_zeroed(observer->sites->n + 1, rules->n_counts * sizeof(*t->counts));
	t->cells = memory_new_zeroed(t->n_cells, sizeof(*t->cells));
	t->lock = lock_new();
	if (!t->counts || !t->cells || !t->lock) {
		tally_free(t);
		return fail_memory(err);
	}
	for (uint32_t i = 0; i < t->n_cells; i++)
		t->cells[i].end = &t->cells[i].first;
	*out = t;
	return SPHEX_OK;
}

static void free_piles(struct cell *cell)
{
	pileup_free(cell->pileup);
	if (cell->events)
		event_pile_free(cell->events);
	if (cell->names)
		name_pile_free(cell->names);
	memory_free(cell->events);
	memory_free(cell->names);
	cell->pileup = NULL;
	cell->events = NULL;
	cell->names = NULL;
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	for (uint32_t i = 0; t->cells && i < t->n_cells; i++) {
		parcel_free_all(t->cells[i].first);
		free_piles(&t->cells[i]);
	}
	parcel_free_all(t->spare);
	pileup_free(t->idle);
	memory_free(t->cells);
	memory_free(t->counts);
	lock_free(t->lock);
	memory_free(t);
}

const uint32_t *tally_counts(const struct tally *t)
{
	return t->counts;
}

uint64_t tally_n_counted(const struct tally *t)
{
	return t->n_counted;
}

uint64_t tally_n_observations(const struct tally *t)
{
	return t->n_observations;
}

/* ---------------------------------------------------------------- taking parcels */

static bool has_work(const struct cell *cell)
{
	return cell->n >= ENOUGH ||
	       (cell->passed && (cell->n || cell->pileup || cell->events || cell->names));
}

/* With the lock held: an idle cell that has work joins the queue. */
static void look_at(struct tally *t, struct cell *cell)
{
	if (cell->state != CELL_IDLE || !has_work(cell))
		return;
	cell->state = CELL_READY;
	cell->next = NULL;
	*t->ready_end = cell;
	t->ready_end = &cell->next;
}

static void deliver(struct tally *t, struct parcel *parcel, uint64_t reached)
{
	struct cell *cell = &t->cells[parcel->cell];

	t->n_observations += parcel->n;
	parcel->reached = reached;
	parcel->next = NULL;
	*cell->end = parcel;
	cell->end = &parcel->next;
	cell->n += parcel->n + parcel->strips.n;
	look_at(t, cell);
}

/* The first locus that records behind the sort key may cover. */
static uint32_t reached_locus(const struct sites *s, uint64_t key)
{
	uint64_t ref = key >> 32;
	uint32_t pos1 = (uint32_t)key;

	if (ref >= s->n_refs || !s->loci.n)
		return (uint32_t)s->loci.n;
	return sites_search(s->loci.pos0, s->loci.ref_begins[ref], s->loci.ref_begins[ref + 1],
		pos1 ? pos1 - 1 : 0);
}

/* Whether no record behind the sort key looks at the cell's sites of events. */
static bool is_passed(const struct sites *s, uint32_t cell, uint64_t key)
{
	size_t end = ((size_t)cell + 1) * CELL_N_SITES;
	uint32_t last = (uint32_t)end - 1;

	if (end > s->n)
		return false; /* the last one is counted in the end */
	return sort_key(sites_reference_of(s, last), 0) + s->pos0[last] + s->max_width <= key;
}

/* With the lock held: no parcel follows for the cell. */
static void pass_cell(struct tally *t, uint32_t i)
{
	t->cells[i].passed = true;
	look_at(t, &t->cells[i]);
}

/* The file has been read up to the sort key. */
static void pass_cells(struct tally *t, uint64_t key)
{
	const struct sites *s = t->observer->sites;
	uint32_t locus;

	if (t->observer->rules->claims != CLAIM_FRAGMENTS)
		return;
	locus = reached_locus(s, key);
	while ((uint64_t)(t->next_loci + 1) * CELL_N_LOCI <= locus)
		pass_cell(t, t->next_loci++);
	while (t->next_events < t->n_cells && is_passed(s, t->next_events - t->n_loci_cells, key))
		pass_cell(t, t->next_events++);
}

void tally_add(struct tally *t, struct observations *o)
{
	struct parcels *p = &o->parcels;
	struct parcel *parcel;

	if (!o->n_records)
		return;
	lock_hold(t->lock);
	while ((parcel = p->first)) {
		p->first = parcel->next;
		p->of_cells[parcel->cell] = NULL;
		deliver(t, parcel, o->last_key);
		if (t->spare) {
			parcel = t->spare;
			t->spare = parcel->next;
			parcel->next = p->spare;
			p->spare = parcel;
		}
	}
	pass_cells(t, o->last_key);
	lock_drop(t->lock);
}

/* ---------------------------------------------------------------- counting a cell */

static enum sphex_status start_cell(struct tally *t, struct cell *cell, struct sphex_error *err)
{
	uint32_t i = (uint32_t)(cell - t->cells);

	if (t->observer->rules->claims != CLAIM_FRAGMENTS) {
		cell->names = memory_new_zeroed(1, sizeof(*cell->names));
		return cell->names ? SPHEX_OK : fail_memory(err);
	}
	if (i >= t->n_loci_cells) {
		cell->events = memory_new_zeroed(1, sizeof(*cell->events));
		return cell->events ? SPHEX_OK : fail_memory(err);
	}
	lock_hold(t->lock);
	cell->pileup = t->idle;
	t->idle = NULL;
	lock_drop(t->lock);
	return pileup_begin(&cell->pileup, t->observer->sites, i, t->by_read, err);
}

static enum sphex_status count_parcel(
	struct tally *t, struct cell *cell, struct parcel *p, struct sphex_error *err)
{
	const struct sites *sites = t->observer->sites;

	if (cell->names)
		return name_pile_add(cell->names, t->observer->rules, sites, p->items, p->n,
			p->reached, t->counts, err);
	if (cell->events)
		return event_pile_add(cell->events, sites, t->by_read, p->items, p->n, p->reached,
			t->counts, err);
	return pileup_add(cell->pileup, &p->strips, err);
}

static enum sphex_status finish_cell(struct tally *t, struct cell *cell, struct sphex_error *err)
{
	if (cell->names)
		return name_pile_finish(
			cell->names, t->observer->rules, t->observer->sites, t->counts, err);
	if (cell->events)
		return event_pile_finish(
			cell->events, t->observer->sites, t->by_read, t->counts, err);
	pileup_finish(cell->pileup, t->counts);
	return SPHEX_OK;
}

/* The next cell that is ready, with its parcels, of which no other follows if is_last. */
static struct cell *take_cell(struct tally *t, struct parcel **parcels, bool *is_last)
{
	struct cell *cell;

	lock_hold(t->lock);
	cell = t->ready;
	if (cell) {
		t->ready = cell->next;
		if (!t->ready)
			t->ready_end = &t->ready;
		cell->state = CELL_BUSY;
		*is_last = cell->passed;
		*parcels = cell->first;
		cell->first = NULL;
		cell->end = &cell->first;
		cell->n = 0;
	}
	lock_drop(t->lock);
	return cell;
}

static enum sphex_status count_cell(struct tally *t, struct cell *cell, struct parcel *parcels,
	bool is_last, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	if (!cell->names && !cell->events && !cell->pileup)
		status = start_cell(t, cell, err);
	for (struct parcel *p = parcels; p && !status; p = p->next)
		status = count_parcel(t, cell, p, err);
	return !status && is_last ? finish_cell(t, cell, err) : status;
}

static void add_sums(struct tally *t, const struct cell *cell)
{
	if (cell->names) {
		t->n_counted += cell->names->n_counted;
	} else if (cell->events) {
		t->n_counted += cell->events->n_counted;
	} else {
		t->n_counted += pileup_n_counted(cell->pileup);
		t->n_observations += pileup_n_observations(cell->pileup);
	}
}

/* Gives the parcels to who wants to fill them again, and the cell back: not after a failure, for
 * its piles may be half made. */
static void leave_cell(struct tally *t, struct cell *cell, struct parcel *parcels, bool is_last,
	enum sphex_status status)
{
	struct parcel *next;

	lock_hold(t->lock);
	for (; parcels; parcels = next) {
		next = parcels->next;
		parcel_lay_by(parcels, &t->spare);
	}
	if (!status) {
		if (is_last) {
			add_sums(t, cell);
			if (!t->idle) {
				t->idle = cell->pileup;
				cell->pileup = NULL;
			}
			free_piles(cell);
		}
		cell->state = CELL_IDLE;
		look_at(t, cell);
	}
	lock_drop(t->lock);
}

enum sphex_status tally_work(struct tally *t, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;
	struct parcel *parcels;
	struct cell *cell;
	bool is_last;

	while (!status && (cell = take_cell(t, &parcels, &is_last))) {
		status = count_cell(t, cell, parcels, is_last, err);
		leave_cell(t, cell, parcels, is_last, status);
	}
	return status;
}

enum sphex_status tally_finish(struct tally *t, struct sphex_error *err)
{
	lock_hold(t->lock);
	for (uint32_t i = 0; i < t->n_cells; i++)
		pass_cell(t, i);
	lock_drop(t->lock);
	return tally_work(t, err);
}
