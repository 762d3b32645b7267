/* Name bytes in, 128 mixed bits out; see name_hash.h. */
#include "name_hash.h"

#include "base/cursor.h"

/* Odd numbers with half of their bits set, from the digits of pi, e and the roots of 2, 3 and 5. */
#define K1 0x243f6a8885a308d3u
#define K2 0xb7e151628aed2a6bu
#define K3 0x6a09e667f3bcc909u
#define K4 0xbb67ae8584caa73bu
#define K5 0x3c6ef372fe94f82bu

#if defined(__SIZEOF_INT128__)
__extension__ typedef unsigned __int128 uint128;

/* Both halves of the product, one on the other: each bit depends on most of those below. */
static inline uint64_t multiply_fold(uint64_t a, uint64_t b)
{
	uint128 product = (uint128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}
#else
static inline uint64_t multiply_fold(uint64_t a, uint64_t b)
{
	uint64_t a_lo = (uint32_t)a, a_hi = a >> 32, b_lo = (uint32_t)b, b_hi = b >> 32;
	uint64_t low = a_lo * b_lo, middle = a_hi * b_lo + (low >> 32);
	uint64_t middle2 = a_lo * b_hi + (uint32_t)middle;

	return (middle2 << 32 | (uint32_t)low) ^ (a_hi * b_hi + (middle >> 32) + (middle2 >> 32));
}
#endif

static inline uint64_t rotate(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

/* Each half keeps what it knew beside the product, which a factor 0 would wipe out. */
static inline struct name_hash mix(struct name_hash h, uint64_t a, uint64_t b)
{
	return (struct name_hash){rotate(h.lo, 29) + multiply_fold(a ^ K1, b ^ h.lo ^ K2),
		rotate(h.hi, 31) + multiply_fold(b ^ K3, a ^ h.hi ^ K4)};
}

/* Fewer than 8 bytes as one word. */
static inline uint64_t load_few(const uint8_t *p, size_t n)
{
	if (n >= 4)
		return (uint64_t)load_u32(p) << 32 | load_u32(p + n - 4);
	return n ? (uint64_t)p[0] << 16 | (uint64_t)p[n / 2] << 8 | p[n - 1] : 0;
}

struct name_hash name_hash_of(const uint8_t *name, size_t nbytes)
{
	struct name_hash h = {nbytes * K5, ~(uint64_t)nbytes};
	size_t n = nbytes;

	for (; n > 16; n -= 16, name += 16)
		h = mix(h, load_u64(name), load_u64(name + 8));
	if (nbytes >= 16) /* the last 16, some of them again */
		h = mix(h, load_u64(name + n - 16), load_u64(name + n - 8));
	else if (nbytes >= 8)
		h = mix(h, load_u64(name), load_u64(name + nbytes - 8));
	else
		h = mix(h, load_few(name, nbytes), K5);
	h = mix(h, h.hi, h.lo);
	return (struct name_hash){h.lo | (h.lo == 0 && h.hi == 0), h.hi};
}
