/*
 *     PROGRAM [SUITE...]
 *
 * The linked tests come in; those of the suites, or all, run in processes of their own, as many at
 * once as there are CPUs. A line per test and a sum go out.
 */
#include "criterion/criterion.h"

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the order in which they were linked. */
static struct plain_test *tests;
static struct plain_test **tests_end = &tests;

void plain_register(struct plain_test *test)
{
	*tests_end = test;
	tests_end = &test->next;
}

void plain_fail(const char *file, int line, const char *condition, const char *format, ...)
{
	va_list values;

	fprintf(stderr, "%s:%d: %s ", file, line, condition);
	va_start(values, format);
	vfprintf(stderr, format, values);
	va_end(values);
	fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

static void start(struct plain_test *test)
{
	fflush(NULL);
	test->child = fork();
	if (test->child == 0) {
		test->run();
		exit(EXIT_SUCCESS);
	}
	if (test->child < 0) {
		perror("fork");
		exit(EXIT_FAILURE);
	}
}

/* Waits for one of the started tests, says how it went, and counts it as passed or failed. */
static void collect(unsigned *n_passed, unsigned *n_failed)
{
	int status;
	pid_t child = wait(&status);

	for (const struct plain_test *test = tests; test; test = test->next) {
		if (test->child != child)
			continue;
		printf("%s %s::%s\n", status == 0 ? "pass" : "FAIL", test->suite, test->name);
		*n_passed += status == 0;
		*n_failed += status != 0;
	}
}

static bool is_asked_for(const struct plain_test *test, char **suites)
{
	bool named = !*suites;

	for (; *suites && !named; suites++)
		named = strcmp(*suites, test->suite) == 0;
	return named;
}

int main(int argc, char **argv)
{
	long n_cpus = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned n_started = 0, n_passed = 0, n_failed = 0;

	for (struct plain_test *test = tests; test; test = test->next) {
		if (!is_asked_for(test, argv + (argc > 0)))
			continue;
		start(test);
		n_started++;
		if (n_started - n_passed - n_failed >= (n_cpus > 0 ? (unsigned)n_cpus : 1))
			collect(&n_passed, &n_failed);
	}
	while (n_passed + n_failed < n_started)
		collect(&n_passed, &n_failed);
	printf("%u passed, %u failed\n", n_passed, n_failed);
	return n_failed == 0 && n_passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
