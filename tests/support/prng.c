/* A seed comes in, numbers go out. Steele, Lea and Flood 2014 give the constants. */
#include "prng.h"

uint64_t prng_next(struct prng *r)
{
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint64_t prng_below(struct prng *r, uint64_t bound)
{
	return prng_next(r) % bound;
}

void prng_fill(struct prng *r, void *out, size_t nbytes)
{
	uint8_t *bytes = out;

	for (size_t i = 0; i < nbytes; i++)
		bytes[i] = (uint8_t)(prng_next(r) >> 56);
}
