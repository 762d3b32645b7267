/*
 * Randomness as a function of what it is for and where, in integers, so that every machine draws
 * the same: whatever is needed twice is drawn again instead of kept.
 */
#ifndef GENERATOR_RANDOM_H
#define GENERATOR_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* A stream of 64-bit numbers: a counter in odd steps, mixed (the splitmix64 generator). */
struct rng {
	uint64_t state;
};

static inline uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static inline uint64_t draw(struct rng *rng)
{
	return mix(rng->state += 0x9e3779b97f4a7c15);
}

/* Uniform in [0, n), n < 2^32; the bias is below n / 2^32. */
static inline uint32_t draw_below(struct rng *rng, uint64_t n)
{
	return (uint32_t)((draw(rng) >> 32) * n >> 32);
}

static inline bool chance(struct rng *rng, double rate)
{
	return draw(rng) >> 32 < (uint64_t)(rate * 4294967296.0);
}

/* What a stream is for; streams of different purpose never meet. */
enum purpose { REFERENCE, VARIANT, GENOTYPE, CELL, STARTS, FRAGMENT, NAME, ANNOTATION };

static inline uint64_t hash(uint64_t seed, enum purpose purpose, uint64_t a, uint64_t b)
{
	return mix(mix(mix(seed + 0x632be59bd9b4e019 * (purpose + 1ull)) + a) + b);
}

static inline struct rng stream(uint64_t seed, enum purpose purpose, uint64_t a, uint64_t b)
{
	return (struct rng){hash(seed, purpose, a, b)};
}

/* Near to a normal distribution: the sum of 12 uniform numbers has variance 1. */
static inline uint64_t draw_normal(struct rng *rng, uint64_t mean, uint64_t sd, uint64_t least)
{
	int64_t sum = -6 * 65536;

	for (int i = 0; i < 12; i++)
		sum += (int64_t)(draw(rng) >> 48);
	sum = (int64_t)mean + sum * (int64_t)sd / 65536;
	return sum < (int64_t)least ? least : (uint64_t)sum;
}

#endif
