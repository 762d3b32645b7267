/* How many CPUs this process may use. Threads themselves live behind ordered.h. */
#ifndef SPHEX_THREADS_H
#define SPHEX_THREADS_H

/* CPUs of the affinity mask, limited by the cgroup's CPU quota (versions 1 and 2); at least 1. */
unsigned threads_available(void);

#endif
