/* Cells to text; see tsv.h. */
#include "tsv.h"

#include <string.h>

/* Cells gather here: most have one letter, for which writer_put() is a long way. */
struct text {
	struct writer *w;
	size_t n;
	char p[1 << 14];
};

static void flush(struct text *t)
{
	writer_put(t->w, t->p, t->n);
	t->n = 0;
}

static void put(struct text *t, const char *data, size_t n)
{
	if (n > sizeof(t->p) - t->n)
		flush(t);
	if (n > sizeof(t->p)) {
		writer_put(t->w, data, n);
		return;
	}
	memcpy(t->p + t->n, data, n);
	t->n += n;
}

static inline void put_byte(struct text *t, char c)
{
	if (t->n == sizeof(t->p))
		flush(t);
	t->p[t->n++] = c;
}

static void put_number(struct text *t, uint32_t number)
{
	char digits[10];
	size_t n = sizeof(digits);

	if (number < 10) { /* most counts */
		put_byte(t, (char)('0' + number));
		return;
	}
	do {
		digits[--n] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	put(t, digits + n, sizeof(digits) - n);
}

static bool needs_quotes(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\t' || text[i] == '"' || text[i] == '\n' || text[i] == '\r')
			return true;
	return n == 0;
}

static void put_text(struct text *t, const char *text, size_t n)
{
	if (!needs_quotes(text, n)) {
		put(t, text, n);
		return;
	}
	put_byte(t, '"');
	for (size_t i = 0; i < n; i++)
		put(t, text[i] == '"' ? "\"\"" : &text[i], text[i] == '"' ? 2 : 1);
	put_byte(t, '"');
}

/* A missing value in the style of the table. */
static void put_missing(struct text *out, const struct table *t)
{
	if (t->rules->style == TABLE_NATIVE)
		put_byte(out, '.');
}

static void put_cell(struct text *out, const struct table *t, unsigned column, size_t row)
{
	struct table_cell cell = table_cell(t, column, row);

	if (cell.is_number)
		put_number(out, cell.number);
	else if (!cell.text)
		put_missing(out, t);
	else if (t->rules->style == TABLE_NATIVE)
		put(out, cell.text, cell.nbytes);
	else
		put_text(out, cell.text, cell.nbytes);
}

/* Half of the columns and more: looked up together. */
static void put_counts(struct text *out, const struct table *t, size_t row)
{
	const uint32_t *counts = table_counts(t, row);

	for (unsigned i = 0; i < t->rules->n_counts; i++) {
		if (i)
			put_byte(out, '\t');
		if (counts)
			put_number(out, counts[i]);
		else
			put_missing(out, t);
	}
}

static void put_row(struct text *out, const struct table *t, size_t row)
{
	for (unsigned column = 0; column < t->n_columns; column++) {
		if (column)
			put_byte(out, '\t');
		if (t->fields[column] == FIELD_COUNT) {
			put_counts(out, t, row);
			column += t->rules->n_counts - 1;
		} else {
			put_cell(out, t, column, row);
		}
	}
	put_byte(out, '\n');
}

void tsv_write(struct writer *w, const struct table *t)
{
	struct text out = {.w = w};

	for (unsigned column = 0; column < t->n_columns; column++) {
		const char *name = table_column_name(t, column);

		if (column)
			put_byte(&out, '\t');
		put_text(&out, name, strlen(name));
	}
	put_byte(&out, '\n');
	for (size_t row = 0; row < table_n_rows(t); row++)
		put_row(&out, t, row);
	flush(&out);
}
