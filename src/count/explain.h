/*
 * Why? Every record over one position, what it says about a site there, and in which column of the
 * table its fragment ends.
 */
#ifndef SPHEX_EXPLAIN_H
#define SPHEX_EXPLAIN_H

#include "observe.h"

struct explained {
	struct name_hash name;
	size_t text; /* offset in `texts`: name, flags, MAPQ, CIGAR, base, quality */
	uint8_t says;
	bool nameless;
	uint8_t reason; /* enum filter_reason */
};

/* A zeroed struct is empty. */
struct explanation {
	struct explained *items;
	size_t n, cap;
	char *texts; /* NUL-terminated, one behind the other */
	size_t n_texts, texts_cap;
};

void explanation_free(struct explanation *e);
/* Adds the records of the unit that lie over pos0 of reference ref_id or look at `site` there. */
enum sphex_status explain_unit(const struct observer *observer, struct unit *unit, int32_t ref_id,
	uint32_t pos0, uint32_t site, struct explanation *out, struct sphex_error *err);
/* Moves everything of `part` behind `whole`. */
enum sphex_status explanation_append(
	struct explanation *whole, const struct explanation *part, struct sphex_error *err);
/*
 * Fills column[i] of each item: the number of the count column that the item adds 1 to,
 * EXPLAIN_NO_BASE, or EXPLAIN_SAME_FRAGMENT for the later records of a fragment, which add nothing.
 * Items are reordered by name, in file order within a name.
 */
#define EXPLAIN_NO_BASE 254u
#define EXPLAIN_SAME_FRAGMENT 255u
void explanation_columns(struct explanation *e, bool by_read, uint8_t *columns);

#endif
