/* Cells to text; see tsv.h. */
#include "tsv.h"

#include <string.h>

#include "base/digits.h"

static bool needs_quotes(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\t' || text[i] == '"' || text[i] == '\n' || text[i] == '\r')
			return true;
	return n == 0;
}

static void put_text(struct writer *w, const char *text, size_t n)
{
	if (!needs_quotes(text, n)) {
		writer_put(w, text, n);
		return;
	}
	writer_put_byte(w, '"');
	for (size_t i = 0; i < n; i++)
		writer_put(w, text[i] == '"' ? "\"\"" : &text[i], text[i] == '"' ? 2 : 1);
	writer_put_byte(w, '"');
}

/* A missing value in the style of the table; returns where it ends. */
static char *put_missing(char *to, const struct table *t)
{
	*to = '.';
	return to + (t->rules->style == TABLE_NATIVE);
}

static void put_cell(struct writer *w, const struct table *t, unsigned column, size_t row)
{
	char room[TABLE_ROOM];
	struct table_cell cell = table_cell(t, column, row, room);

	if (cell.is_number)
		writer_put(w, room, (size_t)(put_decimal(room, cell.number) - room));
	else if (!cell.text)
		writer_put(w, room, (size_t)(put_missing(room, t) - room));
	else if (t->rules->style == TABLE_NATIVE)
		writer_put(w, cell.text, cell.nbytes);
	else
		put_text(w, cell.text, cell.nbytes);
}

/* Half of the columns and more: looked up and written together. */
static void put_counts(struct writer *w, const struct table *t, size_t row)
{
	const uint32_t *counts = table_counts(t, row);
	char text[MAX_COUNTS * (MAX_DIGITS + 1)], *to = text;

	for (unsigned i = 0; i < t->rules->n_counts; i++) {
		if (i)
			*to++ = '\t';
		to = counts ? put_decimal(to, counts[i]) : put_missing(to, t);
	}
	writer_put(w, text, (size_t)(to - text));
}

static void put_row(struct writer *w, const struct table *t, size_t row)
{
	for (unsigned column = 0; column < t->n_columns; column++) {
		if (column)
			writer_put_byte(w, '\t');
		if (t->fields[column] == FIELD_COUNT) {
			put_counts(w, t, row);
			column += t->rules->n_counts - 1;
		} else {
			put_cell(w, t, column, row);
		}
	}
	writer_put_byte(w, '\n');
}

void tsv_write(struct writer *w, const struct table *t)
{
	for (unsigned column = 0; column < t->n_columns; column++) {
		const char *name = table_column_name(t, column);

		if (column)
			writer_put_byte(w, '\t');
		put_text(w, name, strlen(name));
	}
	writer_put_byte(w, '\n');
	for (size_t row = 0; row < table_n_rows(t); row++)
		put_row(w, t, row);
}
