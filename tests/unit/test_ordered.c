/* Work in parallel, results in order: for any number of threads, slots and items. */
#include <criterion/criterion.h>

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>

#include "base/ordered.h"

enum { MAX_SLOTS = 24 };

struct job {
	uint64_t n_items; /* take() refuses behind them */
	size_t n_slots;
	uint64_t items[MAX_SLOTS]; /* item in the slot: take() writes it, work() replaces it */
	uint64_t results[MAX_SLOTS];
	uint64_t n_taken; /* not atomic: steps of take() must not overlap */
	unsigned n_refused;
	atomic_uint_fast64_t n_asked; /* calls of ordered_next() so far */
	atomic_uint n_working, n_worked, n_mistakes;
	bool check_bound;
};

static uint64_t result_of(uint64_t item)
{
	return item * 2654435761u + 17;
}

static void mistake(struct job *job)
{
	atomic_fetch_add(&job->n_mistakes, 1);
}

static bool take(void *arg, size_t slot, uint64_t index)
{
	struct job *job = arg;

	if (index != job->n_taken || slot != index % job->n_slots)
		mistake(job);
	/* of the calls so far the last one has not released the item that it gives */
	if (job->check_bound && index >= job->n_slots &&
		atomic_load(&job->n_asked) < index - job->n_slots + 2)
		mistake(job);
	if (index == job->n_items) {
		job->n_refused++;
		return false;
	}
	job->n_taken++;
	job->items[slot] = index;
	return true;
}

static void dawdle(uint64_t item)
{
	struct timespec t = {0, (long)(item * 7919 % 13 * 1000)};

	if (item % 5 == 0)
		nanosleep(&t, NULL);
}

static void work(void *arg, size_t slot)
{
	struct job *job = arg;

	atomic_fetch_add(&job->n_working, 1);
	dawdle(job->items[slot]);
	job->results[slot] = result_of(job->items[slot]);
	atomic_fetch_add(&job->n_worked, 1);
	atomic_fetch_sub(&job->n_working, 1);
}

static const struct ordered_steps steps = {take, work};

static enum sphex_status next(struct ordered *o, struct job *job, size_t *slot)
{
	atomic_fetch_add(&job->n_asked, 1);
	return ordered_next(o, slot);
}

static struct ordered *start(struct job *job, unsigned n_threads)
{
	struct sphex_error err;
	struct ordered *o;

	cr_assert_eq(ordered_start(&steps, job, n_threads, job->n_slots, &o, &err), SPHEX_OK);
	cr_assert_not_null(o);
	return o;
}

Test(ordered, results_come_in_order_for_any_threads_slots_and_items)
{
	static const uint64_t n_items[] = {0, 1, 2, 3, 17, 200};
	static const size_t n_slots[] = {1, 2, 3, 7, 18};

	for (unsigned n_threads = 0; n_threads <= 8; n_threads++) {
		for (size_t i = 0; i < 6 * 5; i++) {
			struct job job = {.n_items = n_items[i / 5],
				.n_slots = n_slots[i % 5],
				.check_bound = true};
			struct ordered *o = start(&job, n_threads);
			size_t slot;

			for (uint64_t k = 0; k < job.n_items; k++) {
				cr_assert_eq(next(o, &job, &slot), SPHEX_OK);
				cr_assert_eq(slot, k % job.n_slots);
				cr_assert_eq(job.results[slot], result_of(k), "item %lu",
					(unsigned long)k);
			}
			cr_assert_eq(next(o, &job, &slot), SPHEX_END);
			cr_assert_eq(next(o, &job, &slot), SPHEX_END);
			ordered_stop(o);
			cr_assert_eq(job.n_refused, 1, "take() was asked again after its end");
			cr_assert_eq(job.n_mistakes, 0);
		}
	}
}

Test(ordered, slots_that_keep_threads_busy_give_the_same)
{
	for (unsigned n_threads = 1; n_threads <= 8; n_threads++) {
		struct job job = {
			.n_items = 500, .n_slots = ordered_n_slots(n_threads), .check_bound = true};
		struct ordered *o = start(&job, n_threads);
		uint64_t k = 0;
		size_t slot;

		cr_assert(job.n_slots >= n_threads && job.n_slots <= MAX_SLOTS, "%zu", job.n_slots);
		for (; next(o, &job, &slot) == SPHEX_OK; k++)
			cr_assert_eq(job.results[slot], result_of(k));
		cr_assert_eq(k, 500);
		ordered_stop(o);
		cr_assert_eq(job.n_mistakes, 0);
	}
}

Test(ordered, the_owners_slot_is_left_alone_until_the_next_call)
{
	struct timespec t = {0, 300000};
	struct job job = {.n_items = 60, .n_slots = 3, .check_bound = true};
	struct ordered *o = start(&job, 4);
	size_t slot;

	for (uint64_t k = 0; next(o, &job, &slot) == SPHEX_OK; k++) {
		nanosleep(&t, NULL);
		cr_assert_eq(job.items[slot], k);
		cr_assert_eq(job.results[slot], result_of(k));
	}
	ordered_stop(o);
	cr_assert_eq(job.n_mistakes, 0);
}

Test(ordered, stopping_waits_for_work_and_takes_no_more)
{
	for (unsigned n_threads = 1; n_threads <= 8; n_threads++) {
		for (unsigned n_asked = 0; n_asked < 6; n_asked++) {
			struct job job = {
				.n_items = UINT64_MAX, .n_slots = ordered_n_slots(n_threads)};
			struct ordered *o = start(&job, n_threads);
			size_t slot;

			for (unsigned k = 0; k < n_asked; k++)
				cr_assert_eq(next(o, &job, &slot), SPHEX_OK);
			ordered_stop(o);
			cr_assert_eq(job.n_working, 0);
			cr_assert_eq(job.n_worked, job.n_taken, "taken but not worked on");
			cr_assert(job.n_taken <= n_asked + job.n_slots, "%lu taken",
				(unsigned long)job.n_taken);
		}
	}
	ordered_stop(NULL);
}

/* ---------------------------------------------------------------- who works */

struct witness {
	pthread_t owner;
	unsigned n_left;
	atomic_uint n_by_others, n_open_signals;
};

static bool take_some(void *arg, size_t slot, uint64_t index)
{
	struct witness *w = arg;

	(void)slot;
	(void)index;
	return w->n_left && w->n_left--;
}

static void look_around(void *arg, size_t slot)
{
	struct timespec t = {0, 200000};
	struct witness *w = arg;
	sigset_t mask;

	(void)slot;
	nanosleep(&t, NULL);
	if (pthread_equal(pthread_self(), w->owner))
		return;
	atomic_fetch_add(&w->n_by_others, 1);
	pthread_sigmask(SIG_SETMASK, NULL, &mask);
	if (!sigismember(&mask, SIGINT) || !sigismember(&mask, SIGTERM) ||
		!sigismember(&mask, SIGALRM))
		atomic_fetch_add(&w->n_open_signals, 1);
}

static void witness_run(struct witness *w, unsigned n_threads)
{
	static const struct ordered_steps looking = {take_some, look_around};
	struct sphex_error err;
	struct ordered *o;
	size_t slot;

	cr_assert_eq(ordered_start(&looking, w, n_threads, 8, &o, &err), SPHEX_OK);
	while (ordered_next(o, &slot) == SPHEX_OK)
		;
	ordered_stop(o);
}

Test(ordered, one_thread_means_the_owners_own)
{
	for (unsigned n_threads = 0; n_threads < 2; n_threads++) {
		struct witness w = {.owner = pthread_self(), .n_left = 50};

		witness_run(&w, n_threads);
		cr_assert_eq(w.n_by_others, 0);
	}
}

Test(ordered, helpers_take_part_and_run_no_signal_handlers)
{
	struct witness w = {.owner = pthread_self(), .n_left = 100};
	sigset_t before, after;

	pthread_sigmask(SIG_SETMASK, NULL, &before);
	witness_run(&w, 4);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	cr_assert(w.n_by_others > 0, "the owner did everything");
	cr_assert_eq(w.n_open_signals, 0);
	cr_assert_eq(sigismember(&before, SIGINT), sigismember(&after, SIGINT));
}
