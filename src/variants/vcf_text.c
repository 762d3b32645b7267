/* Columns by tab, fields by colon (VCF specification 1.6); see vcf_text.h. */
#include "vcf_text.h"

#include "base/bits.h"
#include "base/cursor.h"
#include "utf8.h"

enum column { CHROM, POS, ID, REF, ALT, QUAL, FILTER, INFO, FORMAT, FIRST_SAMPLE };

static const struct span missing = {".", 1};

/* ---------------------------------------------------------------- CHROM to INFO */

/* The last END that is a position not before POS, as 1-based last base. */
static int64_t end_in_info(struct span info, uint64_t pos1)
{
	struct pieces fields = pieces_of(info, ';');
	struct span field;
	int64_t end = NO_END;
	uint64_t number;

	while (pieces_next(&fields, &field)) {
		if (!span_starts_with(field, "END=") || !span_number(span_from(field, 4), &number))
			continue;
		if (number >= pos1 && number <= INT32_MAX)
			end = (int64_t)number;
	}
	return end;
}

/* One of the first columns; empty, at the line's end, when it is not there. */
static inline struct span column_of(const struct vcf_text *text, size_t column)
{
	size_t begin = column ? text->ends[column - 1] + (size_t)1 : 0;

	return begin < text->line.n
		       ? (struct span){text->line.p + begin, text->ends[column] - begin}
		       : span_from(text->line, text->line.n);
}

/* Finds the columns of the first line of `bytes`; returns the line without a newline. */
static struct span split(struct vcf_text *text, struct span bytes)
{
	struct split_line found = text->kernels->split_line(
		(const uint8_t *)bytes.p, bytes.n, '\t', text->ends, N_LINE_ENDS);

	text->n_tabs = found.n_ends;
	return (struct span){bytes.p, found.nbytes};
}

static size_t n_wanted_columns(const struct vcf_text *text)
{
	return INFO + 1u + text->header->has_format + text->header->samples.n;
}

static bool has_wanted_columns(const struct vcf_text *text)
{
	return text->counts_columns ? text->n_tabs + 1 == n_wanted_columns(text)
				    : text->n_tabs >= INFO;
}

/* As span_number(), eight digits at a time where eight bytes are there in front of `end`. */
static bool read_position(struct span s, const char *end, uint64_t *pos1)
{
	size_t n_first = s.n > 8 ? s.n - 8 : 0;
	uint64_t first = 0;
	uint32_t last;

	if (!s.n || n_first > 2 || (size_t)(end - s.p) < n_first + 8)
		return span_number(s, pos1);
	/* the first digit in the lowest byte, below it zeros instead of what follows the digits */
	if (!eight_digits((load_u64((const uint8_t *)s.p + n_first) ^ EIGHT_ZEROS)
				  << (64 - 8 * (s.n - n_first)),
		    &last) ||
		(n_first && !span_number((struct span){s.p, n_first}, &first)))
		return span_number(s, pos1);
	*pos1 = first * 100000000 + last;
	return true;
}

static void view_line(struct vcf_text *text, struct span line, struct record_view *view)
{
	text->line = line;
	for (size_t i = text->n_tabs; i < N_LINE_ENDS; i++)
		text->ends[i] = (uint32_t)line.n;
	view->contig = column_of(text, CHROM);
	view->id = column_of(text, ID);
	view->ref = column_of(text, REF);
	view->alt = column_of(text, ALT);
	view->filter = column_of(text, FILTER);
	view->end = NO_END;
	view->has_gt = view->is_short = false;
	view->gts = NULL;
	view->info_nonref = 0;
	view->has_pos = read_position(column_of(text, POS), line.p + line.n, &view->pos1);
	if (!view->has_pos)
		view->pos1 = 0;
	if (view->alt.n == 1 && *view->alt.p == '.')
		view->alt.n = 0;
	if (text->end_from_info)
		view->end = end_in_info(column_of(text, INFO), view->pos1);
}

enum sphex_status vcf_text_record(struct vcf_text *text, struct span line, bool may_be_short,
	struct record_view *view, struct sphex_error *err)
{
	split(text, line);
	if (text->n_tabs < INFO && !may_be_short)
		return fail(err, SPHEX_E_DATA, "the line has %zu columns instead of 8 or more",
			line.n ? text->n_tabs + 1 : 0);
	if (text->counts_columns && !has_wanted_columns(text))
		return fail(err, SPHEX_E_DATA, "the line has %zu columns, the header has %zu",
			text->n_tabs + 1, n_wanted_columns(text));
	view_line(text, line, view);
	return SPHEX_OK;
}

size_t vcf_text_take(struct vcf_text *text, struct span window, struct record_view *view)
{
	struct span line = split(text, window);
	size_t nbytes = line.n + 1;

	if (nbytes > window.n || !has_wanted_columns(text))
		return 0;
	line.n -= line.n && line.p[line.n - 1] == '\r';
	view_line(text, line, view);
	return nbytes;
}

/* ---------------------------------------------------------------- values and their types */

static struct span skip_sign(struct span s)
{
	return s.n && (s.p[0] == '+' || s.p[0] == '-') ? span_from(s, 1) : s;
}

static size_t count_digits(struct span s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n;
}

static bool is_integer(struct span s)
{
	struct span digits = skip_sign(s);
	uint64_t limit = (uint64_t)INT32_MAX + (s.n && s.p[0] == '-'), value;

	return count_digits(digits) == digits.n && span_number(digits, &value) && value <= limit;
}

/* Digits with a point somewhere and an exponent; inf and nan are floats too. */
static bool is_float(struct span s)
{
	size_t n_whole, n_fraction = 0;

	s = skip_sign(s);
	if (span_is_word(s, "inf") || span_is_word(s, "infinity") || span_is_word(s, "nan"))
		return true;
	n_whole = count_digits(s);
	s = span_from(s, n_whole);
	if (span_starts_with(s, ".")) {
		n_fraction = count_digits(span_from(s, 1));
		s = span_from(s, 1 + n_fraction);
	}
	if (n_whole + n_fraction == 0)
		return false;
	if (s.n && (s.p[0] | 0x20) == 'e') {
		s = skip_sign(span_from(s, 1));
		return s.n && count_digits(s) == s.n;
	}
	return s.n == 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Text with %41 for A and so on; a percent sign without two digits stands for itself. */
static struct utf8 decode(struct span s)
{
	struct utf8 u = {0};

	for (size_t i = 0; i < s.n; i++) {
		bool is_code = s.p[i] == '%' && s.n - i > 2 && hex_digit(s.p[i + 1]) >= 0 &&
			       hex_digit(s.p[i + 2]) >= 0;

		utf8_add(&u, is_code ? (uint8_t)(hex_digit(s.p[i + 1]) * 16 + hex_digit(s.p[i + 2]))
				     : (uint8_t)s.p[i]);
		i += is_code ? 2 : 0;
	}
	return u;
}

/* Lists are not looked into. */
static bool fits_type(const struct vcf_text *text, struct span key, struct span value)
{
	struct vcf_definition definition = vcf_header_tag(text->header, key).format;
	struct utf8 u;

	if (span_is(value, "."))
		return true;
	if (definition.type == TYPE_NONE)
		definition = vcf_strict_reserved_format(text->strict, key);
	if (definition.type == TYPE_NONE)
		definition = (struct vcf_definition){TYPE_STRING, 1};
	if (definition.number != 1)
		return definition.number != 0;
	if (definition.type == TYPE_INTEGER)
		return is_integer(value);
	if (definition.type == TYPE_FLOAT)
		return is_float(value);
	u = decode(value);
	return utf8_is_right(&u) && (definition.type == TYPE_STRING || u.n_characters == 1);
}

/* ---------------------------------------------------------------- FORMAT and samples */

/* The value of GT in a sample's column; a value in front of it that is not of its type hides it. */
static struct span gt_of(const struct vcf_text *text, struct span format, struct span sample)
{
	struct pieces keys = pieces_of(format, ':'), values = pieces_of(sample, ':');
	struct span key, value;

	while (pieces_next(&keys, &key) && pieces_next(&values, &value)) {
		if (span_is(key, "GT"))
			return value;
		if (text->strict && !fits_type(text, key, value))
			break;
	}
	return missing;
}

static bool format_has_gt(struct span format)
{
	struct pieces keys = pieces_of(format, ':');
	struct span key;

	while (pieces_next(&keys, &key))
		if (span_is(key, "GT"))
			return true;
	return false;
}

/* Bytes up to and with the n-th tab, n > 0, of those that are there. */
static size_t after_tabs(const struct kernels *kernels, struct span s, size_t n)
{
	enum { NBYTES = 1024 };
	uint64_t mask[NBYTES / 64];
	size_t begin = 0, nbytes, n_tabs;

	/* counting is twice as fast as finding */
	for (;; begin += nbytes, n -= n_tabs) {
		nbytes = s.n - begin < NBYTES ? s.n - begin : NBYTES;
		n_tabs = kernels->count_byte((const uint8_t *)s.p + begin, nbytes, '\t');
		if (n_tabs >= n)
			break;
	}
	kernels->find_bytes((const uint8_t *)s.p + begin, nbytes, '\t', '\t', mask);
	for (size_t i = 0;; mask[i] &= mask[i] - 1) {
		while (!mask[i])
			i++;
		if (--n == 0)
			return begin + i * 64 + lowest_bit(mask[i]) + 1;
	}
}

/* As bcf.c has it: 0 unless AN is there and AC fits the ALTs. */
static uint64_t nonref_of_info(struct span info, struct span alts)
{
	struct pieces fields = pieces_of(info, ';'), counts, columns = pieces_of(alts, ',');
	struct span field, ac = span_of(""), alt;
	uint64_t n_nonref = 0, number;
	bool has_an = false, has_alt, has_count;

	while (pieces_next(&fields, &field)) {
		if (span_starts_with(field, "AC="))
			ac = span_from(field, 3);
		has_an |=
			span_starts_with(field, "AN=") && span_number(span_from(field, 3), &number);
	}
	counts = pieces_of(ac, ',');
	do {
		has_alt = pieces_next(&columns, &alt);
		has_count = pieces_next(&counts, &field);
		if (has_count && span_number(field, &number))
			n_nonref += number;
	} while (has_alt && has_count);
	return has_an && ac.n && has_alt == has_count ? n_nonref : 0;
}

/* Columns behind those whose ends are known: `rest` is the line from this one on. */
struct far_columns {
	struct span rest;
	size_t column;
};

static struct span far_column(const struct vcf_text *text, size_t column, struct far_columns *far)
{
	far->rest =
		span_from(far->rest, after_tabs(text->kernels, far->rest, column - far->column));
	far->column = column;
	return (struct span){far->rest.p, span_find(far->rest, '\t')};
}

void vcf_text_genotypes(struct vcf_text *text, struct record_view *view)
{
	const struct chosen_samples *chosen = text->chosen;
	struct span format = column_of(text, FORMAT);
	struct far_columns far = {
		span_from(text->line, text->ends[N_LINE_ENDS - 1]), N_LINE_ENDS - 1};
	bool has_samples = text->n_tabs > FORMAT;

	view->has_gt = has_samples && format_has_gt(format);
	view->gts = chosen->gts;
	view->is_short = !has_samples;
	if (!view->has_gt)
		view->info_nonref = nonref_of_info(column_of(text, INFO), view->alt);
	for (size_t i = 0; view->has_gt && i < chosen->n; i++) {
		size_t column = FIRST_SAMPLE + chosen->items[i].column;
		struct span sample, *gt = &chosen->gts[chosen->items[i].slot];

		if (text->n_tabs < column) {
			*gt = missing;
			view->is_short = true;
			continue;
		}
		sample = column < N_LINE_ENDS ? column_of(text, column)
					      : far_column(text, column, &far);
		*gt = gt_of(text, format, sample);
	}
}
