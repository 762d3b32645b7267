/* Columns by tab, fields by colon (VCF specification 1.6); see vcf_text.h. */
#include "vcf_text.h"

#include "base/bits.h"
#include "utf8.h"

#define N_FIXED_COLUMNS ((size_t)8)

enum column { CHROM, POS, ID, REF, ALT, QUAL, FILTER, INFO };

static const struct span missing = {".", 1};

/* ---------------------------------------------------------------- CHROM to INFO */

/* Cuts `rest` up to the tab or its end off; returns false when there is nothing left behind it. */
static bool cut_column(struct span *rest, struct span *column)
{
	size_t n = span_find(*rest, '\t');
	bool has_more = n < rest->n;

	*column = (struct span){rest->p, n};
	*rest = span_from(*rest, n + has_more);
	return has_more;
}

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

/*
 * Where the columns from CHROM to FILTER end: at a tab, or those that are not there at the line's
 * end. Returns how many of these tabs there are.
 */
static size_t find_column_ends(
	const struct kernels *kernels, struct span line, size_t ends[N_FIXED_COLUMNS - 1])
{
	size_t n_tabs = 0;

	for (size_t begin = 0; begin < line.n && n_tabs < INFO; begin += 64) {
		size_t nbytes = line.n - begin < 64 ? line.n - begin : 64;
		uint64_t mask;

		kernels->find_bytes((const uint8_t *)line.p + begin, nbytes, '\t', '\t', &mask);
		for (; mask && n_tabs < INFO; mask &= mask - 1)
			ends[n_tabs++] = begin + lowest_bit(mask);
	}
	for (size_t i = n_tabs; i < INFO; i++)
		ends[i] = line.n;
	return n_tabs;
}

static struct span column_of(struct span line, const size_t *ends, enum column column)
{
	size_t begin = column == CHROM ? 0 : ends[column - 1] + 1;

	return begin < line.n ? (struct span){line.p + begin, ends[column] - begin}
			      : span_from(line, line.n);
}

/* `line` has n_tabs tabs in front of text->rest, which is what lies behind FILTER. */
static enum sphex_status check_n_columns(const struct vcf_text *text, struct span line,
	size_t n_tabs, bool may_be_short, struct sphex_error *err)
{
	const struct vcf_header *h = text->header;
	size_t wanted = N_FIXED_COLUMNS + h->has_format + h->samples.n, n;

	if (n_tabs < INFO && !may_be_short)
		return fail(err, SPHEX_E_DATA, "the line has %zu columns instead of 8 or more",
			line.n ? n_tabs + 1 : 0);
	if (!text->counts_columns)
		return SPHEX_OK;
	n = n_tabs + 1 +
	    text->kernels->count_byte((const uint8_t *)text->rest.p, text->rest.n, '\t');
	if (n != wanted)
		return fail(err, SPHEX_E_DATA, "the line has %zu columns, the header has %zu", n,
			wanted);
	return SPHEX_OK;
}

enum sphex_status vcf_text_record(struct vcf_text *text, struct span line, bool may_be_short,
	struct record_view *view, struct sphex_error *err)
{
	size_t ends[N_FIXED_COLUMNS];
	size_t n_tabs = find_column_ends(text->kernels, line, ends);

	ends[INFO] = line.n;
	text->rest = column_of(line, ends, INFO);
	if (check_n_columns(text, line, n_tabs, may_be_short, err))
		return err->status;
	view->contig = column_of(line, ends, CHROM);
	view->id = column_of(line, ends, ID);
	view->ref = column_of(line, ends, REF);
	view->alt = column_of(line, ends, ALT);
	view->filter = column_of(line, ends, FILTER);
	view->end = NO_END;
	view->has_gt = view->is_short = false;
	view->gts = NULL;
	view->info_nonref = 0;
	view->has_pos = span_number(column_of(line, ends, POS), &view->pos1);
	if (!view->has_pos)
		view->pos1 = 0;
	if (view->alt.n == 1 && *view->alt.p == '.')
		view->alt.n = 0;
	if (text->end_from_info) {
		struct span info = text->rest;

		info.n = span_find(info, '\t');
		view->end = end_in_info(info, view->pos1);
	}
	return SPHEX_OK;
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

/* Bytes up to and with the n-th tab, n > 0; s.n + 1 when there are fewer. */
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
		if (begin + nbytes == s.n)
			return s.n + 1;
	}
	kernels->find_bytes((const uint8_t *)s.p + begin, nbytes, '\t', '\t', mask);
	for (size_t i = 0;; mask[i] &= mask[i] - 1) {
		while (!mask[i])
			i++;
		if (--n == 0)
			return begin + i * 64 + lowest_bit(mask[i]) + 1;
	}
}

/* Moves `rest` on by n columns; false when it has not so many. */
static bool skip_columns(const struct kernels *kernels, struct span *rest, size_t n)
{
	size_t nbytes = n ? after_tabs(kernels, *rest, n) : 0;

	if (nbytes > rest->n)
		return false;
	*rest = span_from(*rest, nbytes);
	return true;
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

void vcf_text_genotypes(struct vcf_text *text, struct record_view *view)
{
	const struct chosen_samples *chosen = text->chosen;
	struct span info, format, sample, rest = text->rest;
	uint32_t column = 0;
	bool has_column;

	cut_column(&rest, &info);
	has_column = cut_column(&rest, &format);
	view->has_gt = has_column && format_has_gt(format);
	view->gts = chosen->gts;
	view->is_short = !has_column;
	if (!view->has_gt)
		view->info_nonref = nonref_of_info(info, view->alt);
	for (size_t i = 0; view->has_gt && i < chosen->n; i++) {
		const struct chosen_sample *c = &chosen->items[i];
		struct span *gt = &chosen->gts[c->slot];

		has_column = has_column && skip_columns(text->kernels, &rest, c->column - column);
		column = c->column;
		if (has_column) {
			sample = (struct span){rest.p, span_find(rest, '\t')};
			*gt = gt_of(text, format, sample);
		} else {
			*gt = missing;
			view->is_short = true;
		}
	}
}
