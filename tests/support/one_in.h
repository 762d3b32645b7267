/*
 * Loops over cases take one_in(N) as their step: 1, and N where the environment's QUICK asks for a
 * part. Sanitizers make programs slow, and the build without them has had all cases. An N that
 * has no divisor in common with what a case number is divided by lets each kind come up.
 */
#ifndef SPHEX_TESTS_ONE_IN_H
#define SPHEX_TESTS_ONE_IN_H

#include <stddef.h>

size_t one_in(size_t n);

#endif
