/*
 * One lock, two conditions: `finished` wakes the owner, `room` wakes helpers that wait for a slot.
 * State of item i: taken (i < n_taken), done[i % n_slots], released (i < n_released). The lock is
 * held for a few instructions, and during take().
 */
#include "ordered.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "memory.h"

struct ordered {
	struct ordered_steps steps;
	void *job;
	size_t n_slots;
	bool *done; /* per slot */
	uint64_t n_taken, n_released;
	bool no_more, stopping, holds_slot;
	pthread_mutex_t lock;
	pthread_cond_t finished, room;
	size_t n_helpers;
	pthread_t *helpers;
};

size_t ordered_n_slots(unsigned n_threads)
{
	return n_threads <= 1 ? 1 : (size_t)n_threads * 2 + 2;
}

/* With the lock held: takes the next item if there is one and a slot for it. */
static bool take_item(struct ordered *o, size_t *slot)
{
	if (o->no_more || o->stopping || o->n_taken - o->n_released >= o->n_slots)
		return false;
	*slot = (size_t)(o->n_taken % o->n_slots);
	o->done[*slot] = false;
	if (!o->steps.take(o->job, *slot, o->n_taken)) {
		o->no_more = true;
		pthread_cond_broadcast(&o->room);
		pthread_cond_broadcast(&o->finished);
		return false;
	}
	o->n_taken++;
	return true;
}

/* With the lock held before and after. */
static void work_item(struct ordered *o, size_t slot)
{
	pthread_mutex_unlock(&o->lock);
	o->steps.work(o->job, slot);
	pthread_mutex_lock(&o->lock);
	o->done[slot] = true;
	if (slot == o->n_released % o->n_slots)
		pthread_cond_signal(&o->finished);
}

static void *helper_main(void *arg)
{
	struct ordered *o = arg;
	size_t slot;

	pthread_mutex_lock(&o->lock);
	while (!o->stopping && !o->no_more) {
		if (take_item(o, &slot))
			work_item(o, slot);
		else if (!o->stopping && !o->no_more)
			pthread_cond_wait(&o->room, &o->lock);
	}
	pthread_mutex_unlock(&o->lock);
	return NULL;
}

/* Helpers must not run the program's signal handlers: those belong to the thread that started us.
 */
static bool start_helper(struct ordered *o)
{
	sigset_t all, before;
	bool started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(&o->helpers[o->n_helpers], NULL, helper_main, o) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	o->n_helpers += started;
	return started;
}

enum sphex_status ordered_start(const struct ordered_steps *steps, void *job, unsigned n_threads,
	size_t n_slots, struct ordered **out, struct sphex_error *err)
{
	struct ordered *o = memory_new_zeroed(1, sizeof(*o));

	*out = NULL;
	if (!o)
		return fail_memory(err);
	o->steps = *steps;
	o->job = job;
	o->n_slots = n_slots;
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->finished, NULL);
	pthread_cond_init(&o->room, NULL);
	o->done = memory_new_zeroed(n_slots, sizeof(*o->done));
	o->helpers = memory_new_zeroed(n_threads, sizeof(*o->helpers));
	if (!o->done || !o->helpers) {
		ordered_stop(o);
		return fail_memory(err);
	}
	while (o->n_helpers + 1 < n_threads) {
		if (!start_helper(o)) {
			ordered_stop(o);
			return fail(err, SPHEX_E_MEMORY, "cannot start %u threads", n_threads);
		}
	}
	*out = o;
	return SPHEX_OK;
}

enum sphex_status ordered_next(struct ordered *o, size_t *slot)
{
	enum sphex_status status = SPHEX_OK;
	size_t taken;

	pthread_mutex_lock(&o->lock);
	if (o->holds_slot) {
		o->n_released++;
		o->holds_slot = false;
		pthread_cond_signal(&o->room);
	}
	for (;;) {
		*slot = (size_t)(o->n_released % o->n_slots);
		if (o->n_released < o->n_taken && o->done[*slot])
			break;
		if (take_item(o, &taken)) {
			work_item(o, taken);
		} else if (o->n_released < o->n_taken) {
			pthread_cond_wait(&o->finished, &o->lock);
		} else {
			status = SPHEX_END;
			break;
		}
	}
	o->holds_slot = status == SPHEX_OK;
	pthread_mutex_unlock(&o->lock);
	return status;
}

void ordered_stop(struct ordered *o)
{
	if (!o)
		return;
	pthread_mutex_lock(&o->lock);
	o->stopping = true;
	pthread_cond_broadcast(&o->room);
	pthread_mutex_unlock(&o->lock);
	for (size_t i = 0; i < o->n_helpers; i++)
		pthread_join(o->helpers[i], NULL);
	pthread_cond_destroy(&o->room);
	pthread_cond_destroy(&o->finished);
	pthread_mutex_destroy(&o->lock);
	memory_free(o->helpers);
	memory_free(o->done);
	memory_free(o);
}
