/* Systems without affinity masks and cgroups: the CPUs that are on line. */
#include "threads.h"

#include <unistd.h>

unsigned threads_available(void)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);

	return online > 0 ? (unsigned)online : 1;
}
