/* How many CPUs there are for this process, and the lock. */
#define _GNU_SOURCE /* sched_setaffinity */
#include <criterion/criterion.h>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "base/threads.h"

Test(threads, there_is_at_least_one_and_no_more_than_the_machine_has)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	cr_assert(threads_available() >= 1, "none");
	cr_assert(threads_available() <= (unsigned long)online, "more than %ld", online);
}

#if defined(__linux__)
Test(threads, a_process_bound_to_one_cpu_has_one)
{
	cpu_set_t set, one;

	cr_assert_eq(sched_getaffinity(0, sizeof(set), &set), 0);
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &set))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		cr_assert_eq(sched_setaffinity(0, sizeof(one), &one), 0);
		cr_assert_eq(threads_available(), 1);
		break;
	}
}
#endif

enum { N_THREADS = 4, N_ADDS = 20000 };

struct counter {
	struct lock *lock;
	unsigned n;
};

static void *add_many(void *arg)
{
	struct counter *counter = arg;

	for (int i = 0; i < N_ADDS; i++) {
		lock_hold(counter->lock);
		counter->n++;
		lock_drop(counter->lock);
	}
	return NULL;
}

Test(threads, a_held_lock_keeps_the_others_out)
{
	struct counter counter = {lock_new(), 0};
	pthread_t threads[N_THREADS];

	cr_assert_not_null(counter.lock);
	for (int i = 0; i < N_THREADS; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, add_many, &counter), 0);
	for (int i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	cr_assert_eq(counter.n, N_THREADS * N_ADDS);
	lock_free(counter.lock);
	lock_free(NULL);
}
