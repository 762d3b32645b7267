/* See cut_text.h. */
#include "cut_text.h"

#include <stdarg.h>
#include <stdio.h>

void cut_text_add(struct cut_text *t, const char *fmt, ...)
{
	size_t room = t->cap - t->n;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(t->p + t->n, room, fmt, args);
	va_end(args);
	if (n > 0)
		t->n += (size_t)n < room ? (size_t)n : room - 1;
}

void cut_text_add_item(struct cut_text *t, size_t i, size_t limit, const char *item)
{
	if (i < limit)
		cut_text_add(t, "%s%s", i ? ", " : "", item);
	else if (i == limit)
		cut_text_add(t, ", ...");
}
