/*
 * Allocation. All memory of the library comes through these functions, which check sizes for
 * overflow.
 */
#ifndef SPHEX_MEMORY_H
#define SPHEX_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* n * size bytes, or NULL when the product overflows or memory is out. n * size == 0 gives 1 byte.
 */
void *memory_new(size_t n, size_t size);
void *memory_new_zeroed(size_t n, size_t size);
/* As realloc(); the old block stays valid on failure. */
void *memory_resize(void *p, size_t n, size_t size);
void memory_free(void *p);
/* 64-byte aligned, for buffers that kernels and I/O work on; free with memory_free(). */
void *memory_new_aligned(size_t nbytes);
/* Copy of n bytes with a NUL behind. */
char *memory_copy_text(const char *text, size_t n);

/* What memory_reserve() does when there is not room enough. */
bool memory_grow(void *items, size_t *cap, size_t want, size_t size);

/*
 * Room for at least `want` elements in a growing array: *items is moved and *cap raised (doubled at
 * least) when needed. False when memory is out; the array is then as it was.
 *
 *     if (!memory_reserve((void **)&a->items, &a->cap, a->n + 1, sizeof(*a->items)))
 */
static inline bool memory_reserve(void *items, size_t *cap, size_t want, size_t size)
{
	return want <= *cap || memory_grow(items, cap, want, size);
}

/* As memory_grow(), to where the array is 64-byte aligned: for elements that shall lie in one line
 * of the cache each. */
bool memory_grow_aligned(void *items, size_t *cap, size_t want, size_t size);

/* clang's analyzer does not know that what has a capacity is there. */
#ifdef __clang_analyzer__
static inline bool memory_is_there(const void *array)
{
	if (!array)
		__builtin_unreachable();
	return true;
}
#define memory_reserve(items, cap, want, size) \
	(memory_reserve(items, cap, want, size) && memory_is_there(*(void *const *)(items)))
#endif

#endif
