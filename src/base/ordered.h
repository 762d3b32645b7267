/*
 * Work in parallel, results in order.
 *
 * A job is a sequence of items 0, 1, 2, ... Each item passes three steps:
 *
 *     take    one item at a time, in order     (say where the item is; read from a pipe)
 *     work    many at a time, in any order     (inflate, split, observe)
 *     next    one at a time, in order          (the owner gets the finished item)
 *
 * Items live in slots that the owner provides: item i uses slot i % n_slots, and is not taken
 * before item i - n_slots has been released. So memory is bounded by the slots, and what the owner
 * sees does not depend on the number of threads. The owner's thread works as well while it waits;
 * with one thread everything happens in the owner's calls.
 */
#ifndef SPHEX_ORDERED_H
#define SPHEX_ORDERED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

struct ordered;

struct ordered_steps {
	/* Prepares slot for item `index`; false when there are no more items. */
	bool (*take)(void *job, size_t slot, uint64_t index);
	/* Does the item's work. Failures are kept in the slot: the owner meets them in order. */
	void (*work)(void *job, size_t slot);
};

/* Slots that keep n_threads busy. */
size_t ordered_n_slots(unsigned n_threads);

/* Starts n_threads - 1 helpers. `job` is passed to the steps and must outlive the handle. */
enum sphex_status ordered_start(const struct ordered_steps *steps, void *job, unsigned n_threads,
	size_t n_slots, struct ordered **out, struct sphex_error *err);
/* The slot of the next finished item, or SPHEX_END. The slot is the owner's until the next call. */
enum sphex_status ordered_next(struct ordered *o, size_t *slot);
/* Waits for the helpers to finish the items they are at; takes no more. NULL is allowed. */
void ordered_stop(struct ordered *o);

#endif
