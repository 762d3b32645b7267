/* Small damages to bytes, from a seed: bits flip; bytes and runs change, go, come, repeat, swap. */
#ifndef SPHEX_TESTS_FLIP_EDITS_H
#define SPHEX_TESTS_FLIP_EDITS_H

#include "tests/support/bam_builder.h"

#include <stdio.h>

enum { FLIP_MAX_EDITS = 4 };

enum flip_kind {
	FLIP_BIT,
	FLIP_BYTE,
	FLIP_NUMBER, /* a little-endian number of 2 or 4 bytes becomes an odd one */
	FLIP_REMOVE,
	FLIP_INSERT,
	FLIP_REPEAT,
	FLIP_SWAP,
	FLIP_CUT,
	FLIP_N_KINDS
};

struct flip_edit {
	enum flip_kind kind;
	size_t at, n;   /* bytes [at, at + n) */
	uint64_t value; /* bit, byte, number, other place, or seed of the bytes that come */
};

/* What may be hit. Places near `hot` are chosen half of the time when there are any. */
struct flip_target {
	const struct bytes *base;
	const size_t *hot;
	size_t n_hot;
	bool is_text; /* bytes that come are mostly those that texts of tables have */
};

/* Fills edits[0 .. FLIP_MAX_EDITS) for a run of a seed; returns how many, at least one. */
size_t flip_choose(const struct flip_target *t, uint64_t seed, uint64_t run,
	struct flip_edit edits[FLIP_MAX_EDITS]);
/* Changes the bytes; places beyond their end do nothing. */
void flip_apply(
	const struct flip_target *t, const struct flip_edit *edit, struct bytes *b, bool *changed);
void flip_print(FILE *out, const struct flip_edit *edit);

#endif
