/* Allocation with checked sizes; see memory.h. */
#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool product_fits(size_t n, size_t size)
{
	return size == 0 || n <= (size_t)PTRDIFF_MAX / size;
}

void *memory_new(size_t n, size_t size)
{
	return memory_resize(NULL, n, size);
}

void *memory_new_zeroed(size_t n, size_t size)
{
	if (!product_fits(n, size))
		return NULL;
	return n && size ? calloc(n, size) : calloc(1, 1);
}

void *memory_resize(void *p, size_t n, size_t size)
{
	if (!product_fits(n, size))
		return NULL;
	return realloc(p, n && size ? n * size : 1);
}

void memory_free(void *p)
{
	free(p);
}

void *memory_new_aligned(size_t nbytes)
{
	void *p = NULL;

	if (nbytes > (size_t)PTRDIFF_MAX || posix_memalign(&p, 64, nbytes ? nbytes : 1) != 0)
		return NULL;
	return p;
}

char *memory_copy_text(const char *text, size_t n)
{
	char *copy = n < SIZE_MAX ? memory_new(n + 1, 1) : NULL;

	if (!copy)
		return NULL;
	if (n)
		memcpy(copy, text, n);
	copy[n] = '\0';
	return copy;
}

/* The next capacity with room for `want`, or 0. */
static size_t next_cap(size_t cap, size_t want)
{
	cap = cap ? cap : 16;
	while (cap < want) {
		if (cap > SIZE_MAX / 2)
			return 0;
		cap *= 2;
	}
	return cap;
}

bool memory_grow(void *items, size_t *cap, size_t want, size_t size)
{
	size_t new_cap = next_cap(*cap, want);
	void *old, *moved;

	memcpy(&old, items, sizeof(old));
	moved = new_cap ? memory_resize(old, new_cap, size) : NULL;
	if (!moved)
		return false;
	memcpy(items, &moved, sizeof(moved));
	*cap = new_cap;
	return true;
}

bool memory_grow_aligned(void *items, size_t *cap, size_t want, size_t size)
{
	size_t new_cap = next_cap(*cap, want);
	void *old, *moved;

	if (!new_cap || !product_fits(new_cap, size))
		return false;
	moved = memory_new_aligned(new_cap * size);
	if (!moved)
		return false;
	memcpy(&old, items, sizeof(old));
	if (*cap)
		memcpy(moved, old, *cap * size);
	memory_free(old);
	memcpy(items, &moved, sizeof(moved));
	*cap = new_cap;
	return true;
}
