/* Intermediate files in, variant lines and rows out; see line_files.h. */
#include "line_files.h"

#include <string.h>

#include "base/memory.h"
#include "bed.h"

/* contig, start, end, REF, ALT */
#define N_LINE_COLUMNS 5u
/* Of annotation: contig, start, end, attribute, parent. */
#define N_GENE_COLUMNS 5u

struct line_reader {
	struct bed_file bed;
	struct csv_line fields; /* the columns behind `end` */
	struct csv_field field; /* the last one that was taken */
	bool is_odd;            /* the fields that were taken have an odd number of quotes */
	bool has_gt;
	struct variants *variants;
};

static void reader_close(struct line_reader *r)
{
	csv_free(&r->fields);
	bed_close(&r->bed);
}

static void take_field(struct line_reader *r)
{
	if (!csv_next(&r->fields, &r->field))
		r->field = (struct csv_field){.text = span_of(""), .is_missing = true};
	r->is_odd ^= r->field.is_odd;
}

static enum sphex_status add_variant(
	struct line_reader *r, const struct bed_line *line, struct sphex_error *err)
{
	struct csv_field contig = {.text = line->contig};
	struct span ref, alt;
	uint32_t contig_id, gt = POOL_NONE;
	enum sphex_status status = csv_begin(&r->fields, line->others, err);

	if (status)
		return status;
	r->is_odd = false;
	take_field(r);
	ref = r->field.text;
	take_field(r);
	alt = r->field.text;
	if (!line->contig.n || !ref.n || !alt.n)
		return fail(err, SPHEX_E_DATA, "the line has no contig, REF or ALT");
	if (line->start > UINT32_MAX || line->end > UINT32_MAX)
		return fail(err, SPHEX_E_LIMIT, "a position is larger than 4294967295");
	status = csv_keep(&r->variants->contigs, &contig, &contig_id, err);
	if (!status && r->has_gt) {
		take_field(r);
		status = csv_keep(&r->variants->gts, &r->field, &gt, err);
	}
	return status ? status
		      : variants_add(r->variants, contig_id, (uint32_t)line->start,
				(uint32_t)line->end, ref.p, ref.n, alt.p, alt.n, gt, err);
}

/* ---------------------------------------------------------------- lines for a join */

/* The genotype is there as the samples say; with annotation the columns decide. */
static enum sphex_status check_line(struct line_reader *r, const struct bed_line *line,
	enum region_kind kind, struct sphex_error *err)
{
	size_t n = r->bed.n_columns;

	if (kind == REGIONS_GENES)
		r->has_gt = n > N_LINE_COLUMNS;
	if (n != N_LINE_COLUMNS + r->has_gt) {
		fail(err, SPHEX_E_DATA, "the variant lines have %zu columns instead of %u", n,
			N_LINE_COLUMNS + r->has_gt);
		return with_hint(err, "the 6th is the genotype and belongs to a single sample");
	}
	if (line->start >= line->end)
		return fail(err, SPHEX_E_DATA, "the line ends before it starts");
	return SPHEX_OK;
}

enum sphex_status line_file_read(const struct rows_options *options, enum region_kind kind,
	struct variants *out, bool *has_gt, struct sphex_error *err)
{
	struct line_reader r = {.variants = out, .has_gt = options->one_sample};
	struct bed_line line;
	enum sphex_status status =
		bed_open(&r.bed, options->variant_lines, true, options->n_threads, err);

	while (!status) {
		status = bed_next(&r.bed, &line, err);
		if (status)
			break;
		status = check_line(&r, &line, kind, err);
		if (!status)
			status = add_variant(&r, &line, err);
		if (status)
			lines_fail(&r.bed.lines, err);
	}
	*has_gt = r.has_gt;
	reader_close(&r);
	return status == SPHEX_END ? SPHEX_OK : status;
}

/* ---------------------------------------------------------------- lines that are rows */

struct row_reader {
	struct line_reader lines;
	const struct rows_options *options;
	struct rows *rows;
	size_t n_skipped,
		n_parts; /* columns in front of the first attribute, and of each attribute */
	char *joined;    /* buffer for the parts of an attribute */
	size_t joined_n, joined_cap;
	uint8_t *quotes; /* CSV_ODD_... of each row */
	size_t quotes_cap;
};

/* What the columns are, once their number is known from the first line. */
static enum sphex_status plan_columns(
	struct row_reader *r, enum region_kind kind, struct sphex_error *err)
{
	bool genes = kind == REGIONS_GENES;
	size_t n = r->lines.bed.n_columns, n_extra;

	r->lines.has_gt = genes ? n > N_LINE_COLUMNS + N_GENE_COLUMNS : r->options->one_sample;
	n_extra = n - N_LINE_COLUMNS - r->lines.has_gt;
	if (n < N_LINE_COLUMNS + r->lines.has_gt || (genes && n_extra < 2))
		return fail(err, SPHEX_E_DATA, "the line has only %zu columns", n);
	r->rows->identity = n_extra == 0;
	r->n_parts = 1;
	if (genes)
		r->n_skipped = n_extra - 2;
	else if (r->options->use_region_names && n_extra > 3)
		r->n_skipped = 3;
	else
		r->n_parts = n_extra < 3 ? n_extra : 3;
	if (genes || r->rows->identity)
		return SPHEX_OK;
	r->rows->n_attributes = 1;
	r->rows->attribute_names[0] = memory_copy_text("region", 6);
	return r->rows->attribute_names[0] ? SPHEX_OK : fail_memory(err);
}

/* Parts are joined by '_'; the whole is missing when one of them is. */
static enum sphex_status take_attribute(struct row_reader *r, uint32_t *id, struct sphex_error *err)
{
	struct csv_field value = {0};

	r->joined_n = 0;
	for (size_t i = 0; i < r->n_parts; i++) {
		struct span part;

		take_field(&r->lines);
		part = r->lines.field.text;
		value.is_missing |= r->lines.field.is_missing;
		if (!memory_reserve(&r->joined, &r->joined_cap, r->joined_n + part.n + 1, 1))
			return fail_memory(err);
		if (i)
			r->joined[r->joined_n++] = '_';
		memcpy(r->joined + r->joined_n, part.p, part.n);
		r->joined_n += part.n;
	}
	value.text = (struct span){r->joined, r->joined_n};
	return csv_keep(&r->rows->values, &value, id, err);
}

static enum sphex_status add_row(struct row_reader *r, uint32_t end, struct sphex_error *err)
{
	struct rows *rows = r->rows;
	struct row row = {(uint32_t)r->lines.variants->n - 1, end, {POOL_NONE, POOL_NONE}};

	for (size_t i = 0; i < r->n_skipped; i++)
		take_field(&r->lines);
	for (unsigned i = 0; i < rows->n_attributes; i++) {
		enum sphex_status status = take_attribute(r, &row.attributes[i], err);

		if (status)
			return status;
	}
	if (!memory_reserve(&rows->items, &rows->cap, rows->n + 1, sizeof(*rows->items)) ||
		!memory_reserve(&r->quotes, &r->quotes_cap, rows->n + 1, 1))
		return fail_memory(err);
	r->quotes[rows->n] = csv_quotes(&r->lines.fields, r->lines.is_odd);
	rows->items[rows->n++] = row;
	return SPHEX_OK;
}

enum sphex_status row_file_read(const char *path, const struct rows_options *options,
	enum region_kind kind, struct variants *variants, struct rows *rows, uint8_t **quotes,
	struct sphex_error *err)
{
	struct row_reader r = {.lines.variants = variants, .options = options, .rows = rows};
	struct bed_line line;
	enum sphex_status status = bed_open(&r.lines.bed, path, false, options->n_threads, err);

	while (!status) {
		status = bed_next(&r.lines.bed, &line, err);
		if (status)
			break;
		if (!variants->n)
			status = plan_columns(&r, kind, err);
		if (!status)
			status = add_variant(&r.lines, &line, err);
		if (!status && !rows->identity)
			status = add_row(&r, (uint32_t)line.end, err);
		if (status)
			lines_fail(&r.lines.bed.lines, err);
	}
	rows->has_gt = r.lines.has_gt;
	*quotes = r.quotes;
	memory_free(r.joined);
	reader_close(&r.lines);
	return status == SPHEX_END ? SPHEX_OK : status;
}
