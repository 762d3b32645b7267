/*
 * 128 bits that stand for a read name. Two of n names collide with a chance of n * n / 2^129: for a
 * billion names on one contig less than 10^-20. Made of whole products of 64 bits, 16 bytes a step.
 */
#ifndef SPHEX_NAME_HASH_H
#define SPHEX_NAME_HASH_H

#include <stddef.h>
#include <stdint.h>

struct name_hash {
	uint64_t lo, hi; /* never both 0 */
};

/* Writes it where it stays: a struct that a call returns goes through memory once more, and waits.
 */
void name_hash_put(const uint8_t *name, size_t nbytes, struct name_hash *out);

static inline struct name_hash name_hash_of(const uint8_t *name, size_t nbytes)
{
	struct name_hash hash;

	name_hash_put(name, nbytes, &hash);
	return hash;
}

#endif
