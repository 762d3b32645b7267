/*
 * The records of one name over one variant are one fragment, which counts once. Sources: rules of
 * the native mode, section 4.
 */
#ifndef SPHEX_FRAGMENT_H
#define SPHEX_FRAGMENT_H

#include "observe.h"

/* Columns of the native table. The first three are the classes of the kernels, in their order. */
enum {
	COUNT_REF,
	COUNT_ALT,
	COUNT_OTHER,
	COUNT_DISCORDANT,
	COUNT_AMBIGUOUS,
	COUNT_LOW_BASEQ,
	COUNT_LOW_MAPQ,
	COUNT_FILTERED,
	N_NATIVE_COUNTS
};

/* A column in a word: "low_baseq". */
const char *fragment_column_word(unsigned column);
/* The column of a fragment that was in `column` when one more of its records says `says`. */
uint8_t fragment_join(uint8_t column, uint8_t says);

/*
 * Adds the observations of one variant, given in file order, to its counts. `items` is reordered.
 * by_read: every observation counts on its own.
 */
void fragments_count(
	struct observation *items, size_t n, bool by_read, uint32_t counts[N_NATIVE_COUNTS]);

#endif
