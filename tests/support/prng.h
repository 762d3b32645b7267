/* Numbers that look random and are the same on every machine: splitmix64. Not for secrets. */
#ifndef SPHEX_TESTS_PRNG_H
#define SPHEX_TESTS_PRNG_H

#include <stddef.h>
#include <stdint.h>

/* Any seed will do; equal seeds give equal numbers. */
struct prng {
	uint64_t state;
};

uint64_t prng_next(struct prng *r);
/* In [0, bound); bound > 0. Uneven by less than bound / 2^64. */
uint64_t prng_below(struct prng *r, uint64_t bound);
void prng_fill(struct prng *r, void *out, size_t nbytes);

#endif
