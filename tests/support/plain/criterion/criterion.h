/*
 * The few words of Criterion that our tests use, so that the same files also become a program
 * without Criterion: a static one for AArch64 in an emulator, or one for ThreadSanitizer, which
 * wants the addresses that Criterion takes for itself. Compile with -isystem tests/support/plain
 * and link tests/support/plain/main.c.
 */
#ifndef SPHEX_TESTS_PLAIN_CRITERION_H
#define SPHEX_TESTS_PLAIN_CRITERION_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

struct plain_test {
	const char *suite;
	const char *name;
	void (*run)(void);
	struct plain_test *next;
	pid_t child;
};

void plain_register(struct plain_test *test);

#define Test(suite, name)                                                                 \
	static void suite##_##name(void);                                                 \
	__attribute__((constructor)) static void suite##_##name##_register(void)          \
	{                                                                                 \
		static struct plain_test test = {#suite, #name, suite##_##name, NULL, 0}; \
		plain_register(&test);                                                    \
	}                                                                                 \
	static void suite##_##name(void)

/* Says where and why, and ends the test: every test is a process of its own. */
_Noreturn void plain_fail(
	const char *file, int line, const char *condition, const char *format, ...);

/* The message, a literal and its values, may be left out. */
#define cr_assert(condition, ...) \
	((condition) ? (void)0 : plain_fail(__FILE__, __LINE__, #condition, "" __VA_ARGS__))
#define cr_assert_fail(...) plain_fail(__FILE__, __LINE__, "", "" __VA_ARGS__)

#define cr_assert_not(condition, ...) cr_assert(!(condition), __VA_ARGS__)
#define cr_assert_eq(a, b, ...) cr_assert((a) == (b), __VA_ARGS__)
#define cr_assert_neq(a, b, ...) cr_assert((a) != (b), __VA_ARGS__)
#define cr_assert_lt(a, b, ...) cr_assert((a) < (b), __VA_ARGS__)
#define cr_assert_leq(a, b, ...) cr_assert((a) <= (b), __VA_ARGS__)
#define cr_assert_gt(a, b, ...) cr_assert((a) > (b), __VA_ARGS__)
#define cr_assert_geq(a, b, ...) cr_assert((a) >= (b), __VA_ARGS__)
#define cr_assert_null(p, ...) cr_assert(!(p), __VA_ARGS__)
#define cr_assert_not_null(p, ...) cr_assert(p, __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...) cr_assert(strcmp(a, b) == 0, __VA_ARGS__)
#define cr_assert_str_neq(a, b, ...) cr_assert(strcmp(a, b) != 0, __VA_ARGS__)
#define cr_assert_arr_eq(a, b, nbytes, ...) cr_assert(memcmp(a, b, nbytes) == 0, __VA_ARGS__)

#endif
