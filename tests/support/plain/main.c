/* The linked tests come in; each runs in a process of its own. A line per test and a sum go out. */
#include "criterion/criterion.h"

#include <stdarg.h>
#include <stdbool.h>
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

static bool passes(const struct plain_test *test)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		test->run();
		exit(EXIT_SUCCESS);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

int main(void)
{
	unsigned n_passed = 0, n_failed = 0;

	for (const struct plain_test *test = tests; test; test = test->next) {
		bool pass = passes(test);

		printf("%s %s::%s\n", pass ? "pass" : "FAIL", test->suite, test->name);
		n_passed += pass;
		n_failed += !pass;
	}
	printf("%u passed, %u failed\n", n_passed, n_failed);
	return n_failed == 0 && n_passed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
