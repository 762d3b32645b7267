/* Sizes come in, memory between two untouchable pages goes out. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#define _DARWIN_C_SOURCE

#include "guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MARGIN = 64, PAINT = 0xA5 };

struct guard guard_new(size_t nbytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	/* The middle places begin up to 127 bytes behind data and want a margin behind them. */
	size_t n_pages = (nbytes + 3 * MARGIN + page - 1) / page;
	struct guard g = {.nbytes = n_pages * page, .map_nbytes = (n_pages + 2) * page};

	g.map = mmap(NULL, g.map_nbytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (g.map == MAP_FAILED) {
		perror("guard: mmap");
		abort();
	}
	g.data = (uint8_t *)g.map + page;
	if (mprotect(g.data, g.nbytes, PROT_READ | PROT_WRITE) != 0) {
		perror("guard: mprotect");
		abort();
	}
	return g;
}

void guard_free(struct guard *g)
{
	munmap(g->map, g->map_nbytes);
}

uint8_t *guard_place(const struct guard *g, size_t n, unsigned place)
{
	if (place == GUARD_BEGIN)
		return g->data;
	if (place == GUARD_END)
		return g->data + g->nbytes - n;
	return g->data + MARGIN + place;
}

static size_t margin_before(const struct guard *g, const uint8_t *p)
{
	size_t n = (size_t)(p - g->data);
	return n < MARGIN ? n : MARGIN;
}

static size_t margin_after(const struct guard *g, const uint8_t *end)
{
	size_t n = (size_t)(g->data + g->nbytes - end);
	return n < MARGIN ? n : MARGIN;
}

void guard_paint(const struct guard *g, uint8_t *p, size_t n)
{
	size_t before = margin_before(g, p);
	memset(p - before, PAINT, before + n + margin_after(g, p + n));
}

static bool is_paint(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != PAINT)
			return false;
	}
	return true;
}

bool guard_paint_is_whole(const struct guard *g, const uint8_t *p, size_t n)
{
	size_t before = margin_before(g, p);
	return is_paint(p - before, before) && is_paint(p + n, margin_after(g, p + n));
}
