/* Fields of tab separated lines; see csv.h. */
#include "csv.h"

#include <string.h>

#include "base/memory.h"

enum sphex_status csv_begin(struct csv_line *line, struct span text, struct sphex_error *err)
{
	/* no decoded field is longer than its source, so the buffer never moves within a line */
	if (!memory_reserve(&line->buffer, &line->buffer_cap, text.n, 1))
		return fail_memory(err);
	line->rest = text;
	line->at_end = false;
	line->n_decoded = 0;
	return SPHEX_OK;
}

void csv_free(struct csv_line *line)
{
	memory_free(line->buffer);
	memset(line, 0, sizeof(*line));
}

/* Length of the complete quoted field at the start of `s`, 0 when there is none. */
static size_t quoted_nbytes(struct span s)
{
	bool inside = false;
	size_t n = 0;

	if (!s.n || s.p[0] != '"')
		return 0;
	for (; n < s.n && (inside || s.p[n] != '\t'); n++)
		inside ^= s.p[n] == '"';
	return n > 1 && !inside && s.p[n - 1] == '"' ? n : 0;
}

/* The text between the outer quotes; of the quotes inside, every second one stays. */
static struct span decode(struct csv_line *line, size_t nbytes)
{
	char *begin = line->buffer + line->n_decoded, *out = begin;
	bool after_quote = false;

	for (size_t i = 1; i < nbytes; i++) {
		char c = line->rest.p[i];

		if (c != '"' || after_quote)
			*out++ = c;
		after_quote = c == '"' && !after_quote;
	}
	line->n_decoded += (size_t)(out - begin);
	return (struct span){begin, (size_t)(out - begin)};
}

bool csv_next(struct csv_line *line, struct csv_field *field)
{
	size_t n = quoted_nbytes(line->rest);

	if (line->at_end)
		return false;
	if (n) {
		*field = (struct csv_field){.text = decode(line, n)};
	} else {
		n = span_find(line->rest, '\t');
		field->text = (struct span){line->rest.p, n};
		field->is_missing = n == 0;
		field->is_odd = csv_has_odd_quotes(field->text);
	}
	line->at_end = n == line->rest.n;
	if (!line->at_end)
		line->rest = span_from(line->rest, n + 1);
	return true;
}

/* Bytes of the UTF-8 sequence at p (RFC 3629), 0 when there is none. */
static size_t utf8_nbytes(const unsigned char *p, size_t left)
{
	size_t n = p[0] < 0x80   ? 1
		   : p[0] < 0xc2 ? 0
		   : p[0] < 0xe0 ? 2
		   : p[0] < 0xf0 ? 3
		   : p[0] < 0xf5 ? 4
				 : 0;

	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	/* too long a form, a surrogate, beyond U+10FFFF */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		(p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static bool is_utf8(struct span s)
{
	while (s.n) {
		size_t n = utf8_nbytes((const unsigned char *)s.p, s.n);

		if (!n)
			return false;
		s = span_from(s, n);
	}
	return true;
}

enum sphex_status csv_keep(
	struct pool *values, const struct csv_field *field, uint32_t *id, struct sphex_error *err)
{
	*id = POOL_NONE;
	if (field->is_missing)
		return SPHEX_OK;
	if (!is_utf8(field->text))
		return fail(err, SPHEX_E_DATA, "a text for the table is not UTF-8");
	return pool_add(values, field->text.p, field->text.n, id, err);
}

bool csv_has_odd_quotes(struct span text)
{
	bool odd = false;

	for (size_t n; (n = span_find(text, '"')) < text.n; text = span_from(text, n + 1))
		odd = !odd;
	return odd;
}

static bool needs_quotes(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\t' || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r')
			return true;
	}
	return s.n == 0;
}

void csv_write(FILE *file, struct span text)
{
	if (!needs_quotes(text)) {
		fwrite(text.p, 1, text.n, file);
		return;
	}
	putc('"', file);
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			putc('"', file);
		putc(text.p[i], file);
	}
	putc('"', file);
}

uint8_t csv_quotes(const struct csv_line *line, bool odd_read)
{
	bool odd_behind = !line->at_end && csv_has_odd_quotes(line->rest);

	return (odd_read ? CSV_ODD_READ : 0) | (odd_behind ? CSV_ODD_BEHIND : 0);
}

size_t csv_find_lost_lines(uint8_t *quotes, size_t n)
{
	size_t n_lost = 0;
	bool inside = false, fails = false;

	for (size_t i = 0; i < n; i++) {
		bool line_is_odd = quotes[i] == CSV_ODD_READ || quotes[i] == CSV_ODD_BEHIND;

		fails |= !inside && (quotes[i] & CSV_ODD_READ);
		n_lost += inside;
		quotes[i] = inside;
		inside ^= line_is_odd;
	}
	if (!fails && !inside)
		return n_lost;
	memset(quotes, 0, n);
	return 0;
}
