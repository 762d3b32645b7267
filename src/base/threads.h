/* How many CPUs this process may use, and the one lock that lives outside of ordered.c. */
#ifndef SPHEX_THREADS_H
#define SPHEX_THREADS_H

/* CPUs of the affinity mask, limited by the cgroup's CPU quota (versions 1 and 2); at least 1. */
unsigned threads_available(void);

struct lock;

struct lock *lock_new(void); /* NULL: out of memory */
void lock_free(struct lock *lock);
void lock_hold(struct lock *lock);
void lock_drop(struct lock *lock);

#endif
