/* Bits of words. */
#ifndef SPHEX_BITS_H
#define SPHEX_BITS_H

#include <stdint.h>

/* The number of zeros below the lowest 1; `word` is not 0. */
static inline unsigned lowest_bit(uint64_t word)
{
#if defined(__GNUC__)
	return (unsigned)__builtin_ctzll(word);
#else
	unsigned n = 0;

	for (; !(word & 1); word >>= 1)
		n++;
	return n;
#endif
}

#endif
