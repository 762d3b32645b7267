/* Text for messages, put together in a buffer; what does not fit any more is cut off. */
#ifndef SPHEX_CUT_TEXT_H
#define SPHEX_CUT_TEXT_H

#include "base/status.h"

struct cut_text {
	char *p; /* NUL-terminated from the first cut_text_add() on */
	size_t n, cap;
};

void cut_text_add(struct cut_text *t, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Item i of a list with commas, of which `limit` are shown. */
void cut_text_add_item(struct cut_text *t, size_t i, size_t limit, const char *item);

#endif
