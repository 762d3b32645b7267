/* How many CPUs this process may use, and what threads share outside of ordered.c. */
#ifndef SPHEX_THREADS_H
#define SPHEX_THREADS_H

#include <stdint.h>

/* CPUs of the affinity mask, limited by the cgroup's CPU quota (versions 1 and 2); at least 1. */
unsigned threads_available(void);

struct lock;

struct lock *lock_new(void); /* NULL: out of memory */
void lock_free(struct lock *lock);
void lock_hold(struct lock *lock);
void lock_drop(struct lock *lock);

/* Adds 1 to a number that other threads add to at the same time; to be read when they are done.
 * An atomic addition is a write: NOLINTNEXTLINE(readability-non-const-parameter) */
static inline void add_shared(uint32_t *n)
{
	__atomic_fetch_add(n, 1, __ATOMIC_RELAXED);
}

#endif
