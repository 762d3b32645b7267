/*
 * The affinity mask says which CPUs, the cgroup's quota says how much of them. A container with a
 * quota of 2 CPUs on a machine of 64 shows 64 in its mask; 64 threads there only wait for each
 * other.
 */
#define _GNU_SOURCE /* sched_getaffinity */
#include "threads.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned affinity_cpus(void)
{
	cpu_set_t set;
	long online;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
		return (unsigned)CPU_COUNT(&set);
	online = sysconf(_SC_NPROCESSORS_ONLN);
	return online > 0 ? (unsigned)online : 1;
}

/* CPUs that quota / period amounts to, rounded up; 0 without a limit. */
static unsigned quota_cpus(long long quota, long long period)
{
	if (quota <= 0 || period <= 0)
		return 0;
	return (unsigned)((quota + period - 1) / period);
}

static long long number_in_file(const char *path)
{
	FILE *f = fopen(path, "re");
	long long value = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%lld", &value) != 1)
		value = -1;
	fclose(f);
	return value;
}

/* cgroup version 2: "max 100000" or "200000 100000"; version 1: one number in each of two files. */
static unsigned cgroup_cpus(void)
{
	FILE *f = fopen("/sys/fs/cgroup/cpu.max", "re");
	long long quota = -1, period = -1;

	if (!f)
		return quota_cpus(number_in_file("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
			number_in_file("/sys/fs/cgroup/cpu/cpu.cfs_period_us"));
	if (fscanf(f, "%lld %lld", &quota, &period) != 2)
		quota = -1;
	fclose(f);
	return quota_cpus(quota, period);
}

unsigned threads_available(void)
{
	unsigned cpus = affinity_cpus(), quota = cgroup_cpus();

	return quota && quota < cpus ? quota : cpus;
}
