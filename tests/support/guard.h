/*
 * Memory between two pages that fault on any touch, so that a read or write beyond a buffer ends
 * the test at once. Where a fault is impossible (in the middle), paint around a buffer shows
 * writes.
 */
#ifndef SPHEX_TESTS_GUARD_H
#define SPHEX_TESTS_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct guard {
	uint8_t *data; /* first usable byte, at the begin of a page */
	size_t nbytes; /* usable, whole pages */
	void *map;
	size_t map_nbytes;
};

/* Room for nbytes at every place below; ends the test program when the system refuses. */
struct guard guard_new(size_t nbytes);
void guard_free(struct guard *g);

/*
 * The places of a buffer: 0..63 lie in the middle, so many bytes behind a multiple of 64; then
 * flush against the page in front, and flush against the page behind.
 */
enum { GUARD_BEGIN = 64, GUARD_END, GUARD_N_PLACES };

/* n bytes at that place. Places of one guard overlap: use one at a time. */
uint8_t *guard_place(const struct guard *g, size_t n, unsigned place);

/* Paints [p, p + n) and up to 64 bytes on both sides. */
void guard_paint(const struct guard *g, uint8_t *p, size_t n);
/* True when the up to 64 bytes on both sides of [p, p + n) still have their paint. */
bool guard_paint_is_whole(const struct guard *g, const uint8_t *p, size_t n);

#endif
