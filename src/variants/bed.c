/* Lines of BED-like files; see bed.h. */
#include "bed.h"

/* Far beyond every coordinate that is accepted, and safe to multiply. */
#define HUGE_COORDINATE (UINT64_C(1) << 50)

enum sphex_status bed_open(struct bed_file *bed, const char *path, bool skips_headers,
	unsigned n_threads, struct sphex_error *err)
{
	bed->skips_headers = skips_headers;
	bed->n_columns = 0;
	return lines_open(&bed->lines, path, n_threads, NULL, err);
}

void bed_close(struct bed_file *bed)
{
	lines_close(&bed->lines);
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_blank(struct span s)
{
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s.n == 0;
}

/* `word` is lower case, the text may be of any case. */
static bool starts_with_word(struct span s, const char *word)
{
	for (size_t i = 0; word[i]; i++) {
		if (i == s.n || (s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] + 32 : s.p[i]) != word[i])
			return false;
	}
	return true;
}

bool bed_is_header(struct span line)
{
	if (line.n && (line.p[0] == '#' || line.p[0] == '>' || line.p[0] == '!'))
		return true;
	if (starts_with_word(line, "chrom"))
		return line.n == 5 || is_space(line.p[5]);
	return starts_with_word(line, "track") || starts_with_word(line, "browser") ||
	       starts_with_word(line, "visibility");
}

/* Takes the digits off the front; false when there are none. */
static bool take_digits(struct span *s, uint64_t *value)
{
	size_t i = 0;

	for (*value = 0; i < s->n && s->p[i] >= '0' && s->p[i] <= '9'; i++) {
		if (*value < HUGE_COORDINATE)
			*value = *value * 10 + (uint64_t)(s->p[i] - '0');
	}
	*s = span_from(*s, i);
	return i > 0;
}

static bool take(struct span *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = span_from(*s, 1);
	return true;
}

bool bed_coordinate(struct span text, uint64_t *value)
{
	uint64_t exponent;
	bool shrinks;

	if (!take_digits(&text, value))
		return false;
	if (!text.n)
		return true;
	if (!take(&text, 'e') && !take(&text, 'E'))
		return false;
	shrinks = take(&text, '-');
	if (!shrinks)
		take(&text, '+');
	if (!take_digits(&text, &exponent) || text.n)
		return false;
	for (; exponent && *value && *value < HUGE_COORDINATE; exponent--)
		*value = shrinks ? *value / 10 : *value * 10;
	return true;
}

static enum sphex_status check_columns(
	struct bed_file *bed, struct span line, struct sphex_error *err)
{
	size_t n = 1;

	for (size_t i = 0; i < line.n; i++)
		n += line.p[i] == '\t';
	if (n < 3) {
		fail(err, SPHEX_E_DATA, "the line has fewer than 3 columns");
		return with_hint(err, "separate the columns by tabs");
	}
	if (!bed->n_columns)
		bed->n_columns = n;
	if (n == bed->n_columns)
		return SPHEX_OK;
	return fail(err, SPHEX_E_DATA, "the line has %zu columns, the lines before have %zu", n,
		bed->n_columns);
}

static enum sphex_status parse_line(
	struct bed_file *bed, struct span text, struct bed_line *line, struct sphex_error *err)
{
	struct pieces columns = pieces_of(text, '\t');
	struct span start = span_of(""), end = start;
	enum sphex_status status = check_columns(bed, text, err);

	if (status)
		return status;
	pieces_next(&columns, &line->contig);
	pieces_next(&columns, &start);
	pieces_next(&columns, &end);
	line->others = columns.at_end ? span_from(text, text.n) : columns.rest;
	if (!bed_coordinate(start, &line->start))
		return fail(err, SPHEX_E_DATA, "column 2 is not a start coordinate: '%.*s'",
			(int)(start.n < 40 ? start.n : 40), start.p);
	if (!bed_coordinate(end, &line->end))
		return fail(err, SPHEX_E_DATA, "column 3 is not an end coordinate: '%.*s'",
			(int)(end.n < 40 ? end.n : 40), end.p);
	return SPHEX_OK;
}

enum sphex_status bed_next(struct bed_file *bed, struct bed_line *line, struct sphex_error *err)
{
	struct span text;
	enum sphex_status status;

	do {
		status = lines_next(&bed->lines, &text, err);
		if (status)
			return status;
	} while (is_blank(text) || (bed->skips_headers && bed_is_header(text)));
	status = parse_line(bed, text, line, err);
	if (status)
		lines_fail(&bed->lines, err);
	return status;
}
