/* Cells to text; see tsv.h. */
#include "tsv.h"

#include <string.h>

static void put_number(struct writer *w, uint32_t number)
{
	char digits[10];
	size_t n = sizeof(digits);

	do {
		digits[--n] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	writer_put(w, digits + n, sizeof(digits) - n);
}

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
	writer_put(w, "\"", 1);
	for (size_t i = 0; i < n; i++)
		writer_put(w, text[i] == '"' ? "\"\"" : &text[i], text[i] == '"' ? 2 : 1);
	writer_put(w, "\"", 1);
}

static void put_row(struct writer *w, const struct table *t, size_t row)
{
	for (unsigned column = 0; column < t->n_columns; column++) {
		struct table_cell cell = table_cell(t, column, row);

		if (column)
			writer_put(w, "\t", 1);
		if (cell.is_number)
			put_number(w, cell.number);
		else if (t->rules->style == TABLE_NATIVE)
			writer_put(w, cell.text ? cell.text : ".", cell.text ? cell.nbytes : 1);
		else if (cell.text)
			put_text(w, cell.text, cell.nbytes);
	}
	writer_put(w, "\n", 1);
}

void tsv_write(struct writer *w, const struct table *t)
{
	for (unsigned column = 0; column < t->n_columns; column++) {
		const char *name = table_column_name(t, column);

		if (column)
			writer_put(w, "\t", 1);
		put_text(w, name, strlen(name));
	}
	writer_put(w, "\n", 1);
	for (size_t row = 0; row < table_n_rows(t); row++)
		put_row(w, t, row);
}
