/* BED and peaks, GTF and GFF3 in, regions out; see region_list.h. */
#include <inttypes.h>
#include <stdio.h>

#include "base/memory.h"
#include "lines.h"
#include "region_list.h"
#include "regions.h"

#define N_GENE_COLUMNS 9
#define N_BED_COLUMNS 4
#define MAX_SHOWN_NBYTES 40

enum region_format { FORMAT_UNKNOWN, FORMAT_BED, FORMAT_GENES };

struct region_file {
	struct region_list *list;
	const char *feature;
	enum region_format format;
	bool in_sequences;
	char *label; /* contig:beg-end */
	size_t label_cap;
};

/* ---------------------------------------------------------------- columns */

/* The first `max` columns; returns how many there are. */
static size_t cut_columns(struct span line, char separator, struct span *columns, size_t max)
{
	struct pieces pieces = pieces_of(line, separator);
	size_t n = 0;

	while (n < max && pieces_next(&pieces, &columns[n]))
		n++;
	return n;
}

static bool is_blank_char(char c)
{
	return c == ' ' || c == '\t';
}

/* The first `max` words between blanks. */
static size_t cut_words(struct span line, struct span *words, size_t max)
{
	size_t n = 0, i = 0;

	for (; n < max; n++) {
		while (i < line.n && is_blank_char(line.p[i]))
			i++;
		if (i == line.n)
			break;
		words[n] = span_from(line, i);
		while (i < line.n && !is_blank_char(line.p[i]))
			i++;
		words[n].n -= line.n - i;
	}
	return n;
}

/* Comments, blank lines, and the lines for browsers. */
static bool is_no_region(struct span line)
{
	struct span word;

	if (!cut_words(line, &word, 1) || word.p[0] == '#')
		return true;
	return (span_is(word, "track") || span_is(word, "browser")) &&
	       (word.p + word.n == line.p + line.n || word.p[word.n] == ' ');
}

static enum sphex_status fail_number(
	const char *what, unsigned column, struct span text, struct sphex_error *err)
{
	return fail(err, SPHEX_E_DATA, "column %u is not the %s of a region: '%.*s'", column, what,
		(int)(text.n < MAX_SHOWN_NBYTES ? text.n : MAX_SHOWN_NBYTES), text.p);
}

/* ---------------------------------------------------------------- BED */

/* contig:beg-end, 1-based */
static enum sphex_status make_label(struct region_file *f, struct span contig, uint64_t beg0,
	uint64_t end0, struct span *label, struct sphex_error *err)
{
	size_t cap = contig.n + sizeof(":18446744073709551615-18446744073709551615");

	if (!memory_reserve(&f->label, &f->label_cap, cap, 1))
		return fail_memory(err);
	memcpy(f->label, contig.p, contig.n);
	label->p = f->label;
	label->n = contig.n + (size_t)snprintf(f->label + contig.n, cap - contig.n,
				      ":%" PRIu64 "-%" PRIu64, beg0 + 1, end0);
	return SPHEX_OK;
}

/* Columns between tabs; a line without any has words between blanks. */
static enum sphex_status read_bed_line(
	struct region_file *f, struct span line, struct sphex_error *err)
{
	struct span columns[N_BED_COLUMNS], texts[REGION_MAX_TEXTS] = {{NULL, 0}, {NULL, 0}};
	bool has_tabs = span_find(line, '\t') < line.n;
	size_t n = has_tabs ? cut_columns(line, '\t', columns, N_BED_COLUMNS)
			    : cut_words(line, columns, N_BED_COLUMNS);
	uint64_t beg0, end0;

	if (n < 3)
		return fail(err, SPHEX_E_DATA, "the line has %zu columns instead of 3 or more", n);
	if (!columns[0].n)
		return fail(err, SPHEX_E_DATA, "the contig is empty");
	if (!span_number(columns[1], &beg0) || beg0 == UINT64_MAX)
		return fail_number("start", 2, columns[1], err);
	if (!span_number(columns[2], &end0))
		return fail_number("end", 3, columns[2], err);
	if (beg0 > end0)
		return fail(err, SPHEX_E_DATA, "the region ends before it starts");
	if (n > 3 && columns[3].n && !span_is(columns[3], "."))
		texts[0] = columns[3];
	else if (make_label(f, columns[0], beg0, end0, &texts[0], err))
		return err->status;
	return region_list_add(f->list, COLUMNS_REGION, columns[0], beg0, end0, texts, err);
}

/* ---------------------------------------------------------------- GTF and GFF3 */

/* An attribute: `key "value"` or `key value` in GTF, `key=value` in GFF3. */
struct attribute {
	struct span key, value;
	bool is_gff3;
};

static struct span without_blanks(struct span s)
{
	while (s.n && is_blank_char(s.p[0]))
		s = span_from(s, 1);
	while (s.n && is_blank_char(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Cuts the next one off `rest`; false behind the last. */
static bool next_attribute(struct span *rest, struct attribute *a)
{
	size_t n = 0, end;

	while (rest->n && (is_blank_char(rest->p[0]) || rest->p[0] == ';'))
		*rest = span_from(*rest, 1);
	if (!rest->n)
		return false;
	while (n < rest->n && !is_blank_char(rest->p[n]) && rest->p[n] != '=' && rest->p[n] != ';')
		n++;
	a->key = (struct span){rest->p, n};
	a->is_gff3 = n < rest->n && rest->p[n] == '=';
	*rest = span_from(*rest, n + a->is_gff3);
	while (!a->is_gff3 && rest->n && is_blank_char(rest->p[0]))
		*rest = span_from(*rest, 1);
	if (!a->is_gff3 && rest->n && rest->p[0] == '"') {
		*rest = span_from(*rest, 1);
		end = span_find(*rest, '"'); /* a ; in the text does not end it */
		a->value = (struct span){rest->p, end};
	} else {
		end = span_find(*rest, ';');
		a->value = without_blanks((struct span){rest->p, end});
	}
	*rest = span_from(*rest, end);
	*rest = span_from(*rest, span_find(*rest, ';'));
	return true;
}

/* The first of each that is not empty. */
static void find_texts(struct span attributes, struct span texts[REGION_MAX_TEXTS])
{
	static const char *const gtf[] = {"gene_id", "gene_name"}, *const gff3[] = {"ID", "Name"};
	struct attribute a;

	texts[0] = texts[1] = (struct span){NULL, 0};
	while (next_attribute(&attributes, &a))
		for (unsigned i = 0; i < REGION_MAX_TEXTS; i++)
			if (!texts[i].p && a.value.n && span_is(a.key, (a.is_gff3 ? gff3 : gtf)[i]))
				texts[i] = a.value;
}

static enum sphex_status read_gene_line(
	struct region_file *f, struct span line, struct sphex_error *err)
{
	struct span columns[N_GENE_COLUMNS], texts[REGION_MAX_TEXTS];
	size_t n = cut_columns(line, '\t', columns, N_GENE_COLUMNS);
	uint64_t beg1, end1;

	if (n < N_GENE_COLUMNS)
		return fail(err, SPHEX_E_DATA, "the line has %zu columns instead of 9", n);
	if (columns[8].p + columns[8].n < line.p + line.n)
		return fail(err, SPHEX_E_DATA, "the line has more than 9 columns");
	if (!span_is(columns[2], f->feature))
		return SPHEX_OK;
	if (!columns[0].n)
		return fail(err, SPHEX_E_DATA, "the contig is empty");
	if (!span_number(columns[3], &beg1) || !beg1)
		return fail_number("start", 4, columns[3], err);
	if (!span_number(columns[4], &end1))
		return fail_number("end", 5, columns[4], err);
	if (beg1 > end1)
		return fail(err, SPHEX_E_DATA, "the region ends before it starts");
	find_texts(columns[8], texts);
	return region_list_add(f->list, COLUMNS_GENE, columns[0], beg1 - 1, end1, texts, err);
}

/* ---------------------------------------------------------------- the file */

/* By the ending of the name: what damage leaves of a file may look like one of another kind. */
static enum region_format format_by_name(const char *path)
{
	struct sphex_error unknown;
	enum region_kind kind;

	if (region_kind(path, &kind, &unknown))
		return FORMAT_UNKNOWN;
	return kind == REGIONS_BED ? FORMAT_BED : FORMAT_GENES;
}

/* Annotation has coordinates in columns 4 and 5, and a word in column 3. */
static enum region_format format_of(struct span line)
{
	struct span c[N_GENE_COLUMNS];
	size_t n = cut_columns(line, '\t', c, N_GENE_COLUMNS);
	uint64_t number;

	return n >= N_GENE_COLUMNS - 1 && !span_number(c[2], &number) &&
			       span_number(c[3], &number) && span_number(c[4], &number)
		       ? FORMAT_GENES
		       : FORMAT_BED;
}

/* GFF3 may end with sequences, behind a directive or the name of the first. */
static bool begins_sequences(struct span line)
{
	return span_is(line, "##FASTA") || span_starts_with(line, ">");
}

/* They are read to their end: columns in or behind them mean that a damaged line has begun them. */
static enum sphex_status check_sequence(struct span line, struct sphex_error *err)
{
	if (span_find(line, '\t') == line.n)
		return SPHEX_OK;
	return fail(err, SPHEX_E_DATA,
		"a line with tabs stands among the sequences that ##FASTA or '>' begin");
}

static enum sphex_status read_line(struct region_file *f, struct span line, struct sphex_error *err)
{
	if (f->format == FORMAT_UNKNOWN && !is_no_region(line))
		f->format = format_of(line);
	f->in_sequences |= f->format != FORMAT_BED && begins_sequences(line);
	if (f->in_sequences)
		return check_sequence(line, err);
	if (is_no_region(line))
		return SPHEX_OK;
	return f->format == FORMAT_BED ? read_bed_line(f, line, err) : read_gene_line(f, line, err);
}

enum sphex_status region_file_read(const char *path, const char *feature, unsigned n_threads,
	struct region_list *list, struct sphex_error *err)
{
	struct region_file f = {.list = list, .feature = feature, .format = format_by_name(path)};
	struct lines lines = {0};
	struct span line;
	enum sphex_status status = lines_open(&lines, path, n_threads, NULL, err);

	while (!status) {
		status = lines_next(&lines, &line, err);
		if (status)
			break;
		status = read_line(&f, line, err);
		if (status)
			lines_fail(&lines, err);
	}
	memory_free(f.label);
	lines_close(&lines);
	return status == SPHEX_END ? SPHEX_OK : status;
}
