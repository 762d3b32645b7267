/* What all kernel tests go through: the rows that run here, and the inputs that show mistakes. */
#ifndef SPHEX_TESTS_KERNELS_CASES_H
#define SPHEX_TESTS_KERNELS_CASES_H

#include "simd/cpu.h"
#include "simd/select.h"
#include "tests/support/guard.h"
#include "tests/support/prng.h"

#include <string.h>

enum {
	MAX_ROWS = 8,
	MAX_SHORT = 300,  /* every length up to it, at every place of a guard */
	MAX_LONG = 10000, /* some lengths up to it, at both edges of a guard */
};

struct rows {
	const struct kernels *row[MAX_ROWS];
	size_t n;
};

/* Compiled rows that this machine can run; scalar is the first. */
static inline struct rows usable_rows(void)
{
	size_t n_known;
	const struct row_info *known = kernels_rows(&n_known);
	struct rows rows = {.n = 0};

	for (size_t i = 0; i < n_known; i++) {
		const struct kernels *row = sphex_kernels_select(known[i].name, cpu_bundles());
		if (row)
			rows.row[rows.n++] = row;
	}
	return rows;
}

/* For kernels with one input and one output. */
struct room {
	struct rows rows;
	struct guard in;
	struct guard out;
};

static inline struct room room_new(void)
{
	return (struct room){usable_rows(), guard_new(MAX_LONG), guard_new(MAX_LONG)};
}

static inline void room_free(struct room *room)
{
	guard_free(&room->in);
	guard_free(&room->out);
}

/* 251 is prime, so vectors and words that changed places show. */
enum fill { FILL_00, FILL_FF, FILL_COUNT_251, FILL_RANDOM, N_FILLS };

static inline void fill(uint8_t *out, size_t n, enum fill kind, struct prng *r)
{
	for (size_t i = 0; i < n; i++) {
		switch (kind) {
		case FILL_00:
			out[i] = 0;
			break;
		case FILL_FF:
			out[i] = 0xFF;
			break;
		case FILL_COUNT_251:
			out[i] = (uint8_t)(i % 251);
			break;
		default:
			out[i] = (uint8_t)prng_next(r);
			break;
		}
	}
}

/* A copy of bytes[0, n) at that place. */
static inline uint8_t *copy_to(const struct guard *g, unsigned place, const void *bytes, size_t n)
{
	uint8_t *p = guard_place(g, n, place);

	memcpy(p, bytes, n);
	return p;
}

/* Painted room for the words of a mask, at the place or the next lower one where they may lie. */
static inline uint64_t *mask_at(const struct guard *g, unsigned place, size_t n_words)
{
	size_t nbytes = n_words * sizeof(uint64_t);
	uint8_t *p = guard_place(g, nbytes, place < GUARD_BEGIN ? place / 8 * 8 : place);

	guard_paint(g, p, nbytes);
	return (uint64_t *)(void *)p;
}

/* True when the mask holds these words and nothing beside it was written. */
static inline bool mask_is(
	const struct guard *g, const uint64_t *mask, const uint64_t *words, size_t n_words)
{
	size_t nbytes = n_words * sizeof(uint64_t);

	return memcmp(mask, words, nbytes) == 0 &&
	       guard_paint_is_whole(g, (const uint8_t *)mask, nbytes);
}

#endif
