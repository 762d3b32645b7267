/*
 * The tab separated dialect that regions and intermediate files pass through: a field may be
 * wrapped in quotes, with inner quotes doubled (design: rules of mode wasp2, section 5.2).
 */
#ifndef SPHEX_CSV_H
#define SPHEX_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "pool.h"
#include "span.h"

/* A line that is being cut into fields. Zeroed before the first csv_begin(). */
struct csv_line {
	struct span rest; /* fields that were not taken yet */
	bool at_end;      /* there are none */
	char *buffer;     /* decoded fields; owned */
	size_t buffer_cap, n_decoded;
};

struct csv_field {
	struct span text; /* valid until the next csv_begin() */
	bool is_missing;  /* empty, without quotes */
	bool is_odd;      /* has an odd number of quotes */
};

enum sphex_status csv_begin(struct csv_line *line, struct span text, struct sphex_error *err);
void csv_free(struct csv_line *line);
/*
 * The next field; false behind the last. A field that begins with a quote but is not a complete
 * quoted field is text as it stands.
 */
bool csv_next(struct csv_line *line, struct csv_field *field);

/* Number of the field's text in `values`, POOL_NONE for a missing one; SPHEX_E_DATA if not UTF-8.
 */
enum sphex_status csv_keep(
	struct pool *values, const struct csv_field *field, uint32_t *id, struct sphex_error *err);

/* Writes the text of a field that is not missing, in quotes when that is needed. */
void csv_write(FILE *file, struct span text);

bool csv_has_odd_quotes(struct span text);

/* Where a line has an odd number of quotes: in the fields that are read, behind those, or both. */
#define CSV_ODD_READ ((uint8_t)1)
#define CSV_ODD_BEHIND ((uint8_t)2)

/* CSV_ODD_... of a line of which the fields so far are read; `odd_read`: one of them is odd. */
uint8_t csv_quotes(const struct csv_line *line, bool odd_read);

/*
 * Which lines the original's reader loses without a word (ODD-26): behind the fields that are read
 * it looks for the line's end, and a line break inside quotes is none. quotes[i] holds CSV_ODD_...
 * of line i on entry, 1 or 0 (lost or not) on return. Returns the number of lost lines. None is
 * lost where the original fails instead: at an odd field that is read, and when the last quote is
 * open.
 */
size_t csv_find_lost_lines(uint8_t *quotes, size_t n);

#endif
