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

/* The product's low and high half. */
static inline struct name_hash multiply(uint64_t a, uint64_t b)
{
	uint128 product = (uint128)a * b;

	return (struct name_hash){(uint64_t)product, (uint64_t)(product >> 64)};
}
#else
static inline struct name_hash multiply(uint64_t a, uint64_t b)
{
	uint64_t a_lo = (uint32_t)a, a_hi = a >> 32, b_lo = (uint32_t)b, b_hi = b >> 32;
	uint64_t low = a_lo * b_lo, middle = a_hi * b_lo + (low >> 32);
	uint64_t middle2 = a_lo * b_hi + (uint32_t)middle;

	return (struct name_hash){
		middle2 << 32 | (uint32_t)low, a_hi * b_hi + (middle >> 32) + (middle2 >> 32)};
}
#endif

static inline uint64_t rotate(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

/*
 * 16 bytes more. Their product does not wait for those before it. What it is made of goes in beside
 * it, since a factor 0 would wipe out the other.
 */
static inline struct name_hash add(struct name_hash h, uint64_t a, uint64_t b)
{
	struct name_hash product = multiply(a ^ K1, b ^ K2);

	return (struct name_hash){
		rotate(h.lo, 29) + product.lo + b, rotate(h.hi, 31) + product.hi + a};
}

/* A product's low bits know only the low bits of what it is made of: here all come to know all. */
static inline struct name_hash mix(struct name_hash h)
{
	struct name_hash lo = multiply(h.lo ^ K3, K4), hi = multiply(h.hi ^ K4, K3);

	return (struct name_hash){
		rotate(h.lo, 32) + (hi.lo ^ hi.hi), rotate(h.hi, 32) + (lo.lo ^ lo.hi)};
}

/* Fewer than 8 bytes as one word. */
static inline uint64_t load_few(const uint8_t *p, size_t n)
{
	if (n >= 4)
		return (uint64_t)load_u32(p) << 32 | load_u32(p + n - 4);
	return n ? (uint64_t)p[0] << 16 | (uint64_t)p[n / 2] << 8 | p[n - 1] : 0;
}

void name_hash_put(const uint8_t *name, size_t nbytes, struct name_hash *out)
{
	struct name_hash h = {nbytes * K5, ~(uint64_t)nbytes};

	if (nbytes >= 16) {
		const uint8_t *last = name + nbytes - 16; /* may repeat bytes of those before */

		for (; name < last; name += 16)
			h = add(h, load_u64(name), load_u64(name + 8));
		h = add(h, load_u64(last), load_u64(last + 8));
	} else if (nbytes >= 8) {
		h = add(h, load_u64(name), load_u64(name + nbytes - 8));
	} else {
		h = add(h, load_few(name, nbytes), K5);
	}
	h = mix(h);
	out->lo = h.lo | (h.lo == 0 && h.hi == 0);
	out->hi = h.hi;
}
