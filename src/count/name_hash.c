/* Name bytes in, 128 mixed bits out; see name_hash.h. */
#include "name_hash.h"

#include <string.h>

#include "base/cursor.h"

#define C1 0x87c37b91114253d5u
#define C2 0x4cf5ad432745937fu

static uint64_t rotate(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static uint64_t mix_lo(uint64_t word)
{
	return rotate(word * C1, 31) * C2;
}

static uint64_t mix_hi(uint64_t word)
{
	return rotate(word * C2, 33) * C1;
}

static uint64_t avalanche(uint64_t x)
{
	x = (x ^ x >> 33) * 0xff51afd7ed558ccdu;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53u;
	return x ^ x >> 33;
}

struct name_hash name_hash_of(const uint8_t *name, size_t nbytes)
{
	uint64_t lo = 0, hi = 0;
	uint8_t tail[16] = {0};
	size_t n = nbytes;

	for (; n >= 16; n -= 16, name += 16) {
		lo = (rotate(lo ^ mix_lo(load_u64(name)), 27) + hi) * 5 + 0x52dce729;
		hi = (rotate(hi ^ mix_hi(load_u64(name + 8)), 31) + lo) * 5 + 0x38495ab5;
	}
	memcpy(tail, name, n);
	hi ^= mix_hi(load_u64(tail + 8));
	lo ^= mix_lo(load_u64(tail));
	lo ^= nbytes;
	hi ^= nbytes;
	lo += hi;
	hi += lo;
	lo = avalanche(lo);
	hi = avalanche(hi);
	lo += hi;
	hi += lo;
	return (struct name_hash){lo | (lo == 0 && hi == 0), hi};
}
