/*
 * The few words of Criterion that the kernel tests use, so that the same files also become one
 * static program for a machine without Criterion: AArch64 in an emulator. Compile with
 * -Itests/support/plain and link tests/support/plain/main.c.
 */
#ifndef SPHEX_TESTS_PLAIN_CRITERION_H
#define SPHEX_TESTS_PLAIN_CRITERION_H

#include <stdio.h>
#include <stdlib.h>

struct plain_test {
	const char *suite;
	const char *name;
	void (*run)(void);
	struct plain_test *next;
};

void plain_register(struct plain_test *test);

#define Test(suite, name)                                                              \
	static void suite##_##name(void);                                              \
	__attribute__((constructor)) static void suite##_##name##_register(void)       \
	{                                                                              \
		static struct plain_test test = {#suite, #name, suite##_##name, NULL}; \
		plain_register(&test);                                                 \
	}                                                                              \
	static void suite##_##name(void)

/* Every test is a process of its own, so a failure ends it. */
#define cr_assert_fail(...)                                     \
	do {                                                    \
		fprintf(stderr, "%s:%d: ", __FILE__, __LINE__); \
		fprintf(stderr, __VA_ARGS__);                   \
		fputc('\n', stderr);                            \
		exit(EXIT_FAILURE);                             \
	} while (0)

#define cr_assert(condition, ...)                    \
	do {                                         \
		if (!(condition))                    \
			cr_assert_fail(__VA_ARGS__); \
	} while (0)

#endif
