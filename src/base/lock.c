/* A mutex behind a pointer, so that pthread.h stays in base/. */
#include "threads.h"

#include <pthread.h>

#include "memory.h"

struct lock {
	pthread_mutex_t mutex;
};

struct lock *lock_new(void)
{
	struct lock *lock = memory_new(1, sizeof(*lock));

	if (lock)
		pthread_mutex_init(&lock->mutex, NULL);
	return lock;
}

void lock_free(struct lock *lock)
{
	if (!lock)
		return;
	pthread_mutex_destroy(&lock->mutex);
	memory_free(lock);
}

void lock_hold(struct lock *lock)
{
	pthread_mutex_lock(&lock->mutex);
}

void lock_drop(struct lock *lock)
{
	pthread_mutex_unlock(&lock->mutex);
}
