/* UTF-8, checked byte by byte (Unicode, table 3-7). A zeroed struct is the state before the first.
 */
#ifndef SPHEX_UTF8_H
#define SPHEX_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct utf8 {
	size_t n_characters; /* begun so far */
	unsigned n_missing;  /* bytes of the current one that are still to come */
	uint8_t low, high;   /* range of the next of them */
	bool is_bad;
};

static inline void utf8_begin(struct utf8 *u, uint8_t byte)
{
	u->n_characters++;
	u->is_bad |= (byte >= 0x80 && byte < 0xC2) || byte > 0xF4;
	u->n_missing = byte < 0xC2 ? 0 : byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
	u->low = byte == 0xE0 ? 0xA0 : byte == 0xF0 ? 0x90 : 0x80;
	u->high = byte == 0xED ? 0x9F : byte == 0xF4 ? 0x8F : 0xBF;
}

static inline void utf8_add(struct utf8 *u, uint8_t byte)
{
	if (!u->n_missing) {
		utf8_begin(u, byte);
		return;
	}
	u->is_bad |= byte < u->low || byte > u->high;
	u->n_missing--;
	u->low = 0x80;
	u->high = 0xBF;
}

/* True when all bytes so far are whole characters. */
static inline bool utf8_is_right(const struct utf8 *u)
{
	return !u->is_bad && !u->n_missing;
}

#endif
