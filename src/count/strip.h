/*
 * What one record says about neighbouring loci of one cell: one call a locus, mostly the one that
 * is usual there (sites.usual). Only the others are listed, in two bytes each. A record has a strip
 * for each run of loci that it aligns bases to, and begins another where a cell begins.
 */
#ifndef SPHEX_STRIP_H
#define SPHEX_STRIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "name_hash.h"
#include "simd/kernels.h"

/* Loci of a cell, which is counted by one thread at a time: see parcel.h. Cell i has those from i *
 * CELL_N_LOCI on. */
#define CELL_N_LOCI ((uint32_t)1024)
_Static_assert(CELL_N_LOCI <= ODD_N_PLACES, "an odd call says where in the cell it is");

enum strip_kind {
	STRIP_CALLS,
	STRIP_LOW_MAPQ, /* dropped by the filter, but looks at these loci; has no calls */
	STRIP_FILTERED
};

/* What records, or a fragment's records together, show at a locus: a call, or several letters. */
#define N_SHOWN (CALL_LOW_BASEQ + 1)

/* What both together show. */
static inline uint8_t show_both(uint8_t a, uint8_t b)
{
	uint8_t both = a | b;

	return both & 15 ? both & 15 : both;
}

/* The place of an odd call is that of its locus in the cell. */
static inline odd_call odd_call_of(uint32_t locus, uint8_t shown)
{
	return (odd_call)(locus % CELL_N_LOCI << CALL_BITS | shown);
}

static inline uint32_t odd_place(odd_call odd)
{
	return (uint32_t)odd >> CALL_BITS;
}

static inline uint8_t odd_shown(odd_call odd)
{
	return odd & ((1u << CALL_BITS) - 1);
}

/* Lists of odd calls are copied and read by so many. */
#define ODD_STEP 8
_Static_assert(ODD_STEP <= ODD_ROOM, "arrays have room for a step behind each list");

/* Lists of odd calls, one behind the other. A zeroed struct is empty. */
struct odd_calls {
	odd_call *items;
	size_t n, cap;
};

/* Room for n more, and for what is written behind them. False: out of memory. */
static inline bool odd_reserve(struct odd_calls *odd, size_t n)
{
	size_t want = odd->n + n + ODD_ROOM;

	return want <= UINT32_MAX &&
	       memory_reserve(&odd->items, &odd->cap, want, sizeof(*odd->items));
}

/* May write up to ODD_STEP more than n. */
static inline void copy_odd(odd_call *to, const odd_call *from, uint32_t n)
{
	for (uint32_t i = 0; i == 0 || i < n; i += ODD_STEP)
		memcpy(to + i, from + i, ODD_STEP * sizeof(*to));
}

/* Appends a list; *begin: where it is then. False: out of memory. */
static inline bool odd_append(
	struct odd_calls *to, const odd_call *from, uint32_t n, uint32_t *begin)
{
	if (!odd_reserve(to, n))
		return false;
	*begin = (uint32_t)to->n;
	copy_odd(to->items + to->n, from, n);
	to->n += n;
	return true;
}

struct strip {
	struct name_hash name;
	uint32_t locus; /* loci [locus, locus + n) */
	uint16_t n, n_odd;
	uint32_t odd;     /* where its n_odd calls begin, by locus */
	uint32_t reached; /* records that follow say nothing about loci before it */
	uint8_t kind;
	bool nameless; /* QNAME is *: no other record belongs to it */
};

/* In file order. A zeroed struct is empty. */
struct strips {
	struct strip *items;
	size_t n, cap;
	struct odd_calls odd;
};

/* Its odd calls; at ODD_STEP entries can be looked. */
static inline const odd_call *strip_odd(const struct strips *strips, const struct strip *s)
{
	return &strips->odd.items[s->odd];
}

/* Appends a copy of the strip, which lies in `from`. False: out of memory. */
bool strips_add(struct strips *to, const struct strips *from, const struct strip *strip);

#endif
