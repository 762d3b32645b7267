/*
 * Runs a command and writes what it took. In: a file for the answer, a command. Out: one line,
 * "seconds peak_kbytes status". A program of its own, and a small one, because the peak that the
 * system tells of a process includes its parent's memory before the exec.
 *
 *     measure ANSWER COMMAND [ARGUMENT]...
 */
#define _DEFAULT_SOURCE /* wait4 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
	struct rusage usage;
	double began = now(), seconds;
	int status;
	FILE *answer;
	pid_t child;

	if (argc < 3)
		return fprintf(stderr, "usage: measure ANSWER COMMAND [ARGUMENT]...\n"), 2;
	child = fork();
	if (child == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		return perror("measure"), 2;
	seconds = now() - began;
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	answer = fopen(argv[1], "w");
	if (!answer)
		return perror(argv[1]), 2;
	fprintf(answer, "%.6f %ld %d\n", seconds, usage.ru_maxrss, status);
	return fclose(answer) != 0 ? 2 : status;
}
