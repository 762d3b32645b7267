/* See intervals.h. */
#include "intervals.h"

#include <stdlib.h>
#include <string.h>

#include "ase_sites.h"
#include "base/memory.h"
#include "bed.h"

void intervals_free(struct intervals *set)
{
	memory_free(set->items);
	memset(set, 0, sizeof(*set));
}

enum sphex_status intervals_add(
	struct intervals *set, struct interval interval, struct sphex_error *err)
{
	if (!memory_reserve(&set->items, &set->cap, set->n + 1, sizeof(*set->items)))
		return fail_memory(err);
	set->items[set->n++] = interval;
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- sets */

static int compare(const void *a, const void *b)
{
	const struct interval *x = a, *y = b;

	if (x->ref != y->ref)
		return x->ref < y->ref ? -1 : 1;
	return (x->beg0 > y->beg0) - (x->beg0 < y->beg0);
}

void intervals_normalize(struct intervals *set)
{
	size_t n = 0;

	if (set->n)
		qsort(set->items, set->n, sizeof(*set->items), compare);
	for (size_t i = 0; i < set->n; i++) {
		struct interval next = set->items[i], *last = n ? &set->items[n - 1] : NULL;

		if (last && last->ref == next.ref && next.beg0 <= last->end0)
			last->end0 = next.end0 > last->end0 ? next.end0 : last->end0;
		else
			set->items[n++] = next;
	}
	set->n = n;
}

/* The first interval that ends behind pos0 of the contig, or is on a later contig. */
static size_t first_behind(const struct intervals *set, uint32_t ref, int64_t pos0)
{
	size_t low = 0, high = set->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct interval *i = &set->items[middle];

		if (i->ref < ref || (i->ref == ref && i->end0 <= pos0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool intervals_overlap(const struct intervals *set, uint32_t ref, int64_t beg0, int64_t end0)
{
	size_t i = first_behind(set, ref, beg0);

	return i < set->n && set->items[i].ref == ref && set->items[i].beg0 < end0;
}

enum sphex_status intervals_intersect(const struct intervals *a, const struct intervals *b,
	struct intervals *out, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0, j = 0; i < a->n && j < b->n && !status;) {
		struct interval x = a->items[i], y = b->items[j];
		struct interval both = {x.ref, x.beg0 > y.beg0 ? x.beg0 : y.beg0,
			x.end0 < y.end0 ? x.end0 : y.end0};
		bool x_ends_first = x.ref < y.ref || (x.ref == y.ref && x.end0 < y.end0);

		if (x.ref == y.ref && both.beg0 < both.end0)
			status = intervals_add(out, both, err);
		i += x_ends_first;
		j += !x_ends_first;
	}
	return status;
}

enum sphex_status intervals_subtract(const struct intervals *a, const struct intervals *b,
	struct intervals *out, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; i < a->n && !status; i++) {
		struct interval left = a->items[i];
		size_t j = first_behind(b, left.ref, left.beg0);

		for (; j < b->n && b->items[j].ref == left.ref && b->items[j].beg0 < left.end0 &&
			!status;
			j++) {
			struct interval piece = {left.ref, left.beg0, b->items[j].beg0};

			if (piece.beg0 < piece.end0)
				status = intervals_add(out, piece, err);
			left.beg0 = b->items[j].end0;
			if (left.beg0 >= left.end0)
				break;
		}
		if (!status && left.beg0 < left.end0)
			status = intervals_add(out, left, err);
	}
	return status;
}

/* ---------------------------------------------------------------- one interval */

struct interval_reader {
	const struct contigs *contigs;
	uint32_t padding;
	unsigned n_threads;
	struct intervals *set;
};

static enum sphex_status not_on_contigs(struct span text, struct sphex_error *err)
{
	return fail(err, SPHEX_E_NOT_FOUND,
		"interval '%.*s' is not on a contig of the BAM, or ends beyond it",
		(int)(text.n < 100 ? text.n : 100), text.p);
}

/* 1-based closed interval; `text` is for the message. */
static enum sphex_status take(const struct interval_reader *r, struct span contig, uint64_t first,
	uint64_t last, struct span text, struct sphex_error *err)
{
	uint32_t ref = pool_find(&r->contigs->names, contig.p, contig.n);
	uint64_t length = ref == POOL_NONE ? 0 : r->contigs->lengths[ref];

	if (ref == POOL_NONE || first == 0 || first > last || last > length)
		return not_on_contigs(text, err);
	first = first > r->padding ? first - r->padding : 1;
	last = length - last > r->padding ? last + r->padding : length;
	return intervals_add(
		r->set, (struct interval){ref, (uint32_t)(first - 1), (uint32_t)last}, err);
}

/* Digits with commas among them. */
static bool parse_position(struct span text, uint64_t *value)
{
	size_t n_digits = 0;

	*value = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned digit = (unsigned)(text.p[i] - '0');

		if (text.p[i] == ',')
			continue;
		if (digit > 9 || *value > UINT32_MAX)
			return false;
		*value = *value * 10 + digit;
		n_digits++;
	}
	return n_digits > 0;
}

/* p, a-b or a+ */
static bool parse_range(struct span range, uint64_t length, uint64_t *first, uint64_t *last)
{
	size_t dash = span_find(range, '-');

	*last = length;
	if (range.n && range.p[range.n - 1] == '+')
		return parse_position((struct span){range.p, range.n - 1}, first);
	if (!parse_position((struct span){range.p, dash}, first))
		return false;
	*last = *first;
	return dash == range.n || parse_position(span_from(range, dash + 1), last);
}

/* A contig whose name has a colon is taken as a whole before its name is cut. */
static enum sphex_status take_text(
	const struct interval_reader *r, struct span text, struct sphex_error *err)
{
	uint32_t ref = pool_find(&r->contigs->names, text.p, text.n);
	struct span contig = text;
	uint64_t first, last;

	if (ref != POOL_NONE)
		return take(r, text, 1, r->contigs->lengths[ref], text, err);
	while (contig.n && contig.p[contig.n - 1] != ':')
		contig.n--;
	if (!contig.n)
		return not_on_contigs(text, err);
	contig.n--;
	ref = pool_find(&r->contigs->names, contig.p, contig.n);
	if (ref == POOL_NONE || !parse_range(span_from(text, contig.n + 1),
					r->contigs->lengths[ref], &first, &last))
		return not_on_contigs(text, err);
	return take(r, contig, first, last, text, err);
}

/* ---------------------------------------------------------------- files */

static enum sphex_status read_bed(
	const struct interval_reader *r, const char *path, struct sphex_error *err)
{
	struct bed_file bed = {0};
	struct bed_line line;
	enum sphex_status status = bed_open(&bed, path, true, r->n_threads, err);

	while (!status && !(status = bed_next(&bed, &line, err))) {
		status = take(r, line.contig, line.start + 1, line.end, line.contig, err);
		if (status)
			lines_fail(&bed.lines, err);
	}
	bed_close(&bed);
	return status == SPHEX_END ? SPHEX_OK : status;
}

/* contig, first, last, and more that is not looked at; 1-based, closed. */
static enum sphex_status take_list_line(
	const struct interval_reader *r, struct span line, struct sphex_error *err)
{
	struct pieces columns = pieces_of(line, '\t');
	struct span contig, first, last;
	uint64_t first1, last1;

	if (!pieces_next(&columns, &contig) || !pieces_next(&columns, &first) ||
		!pieces_next(&columns, &last) || !span_number(first, &first1) ||
		!span_number(last, &last1))
		return fail(err, SPHEX_E_DATA, "the line is not contig, first and last position");
	return take(r, contig, first1, last1, line, err);
}

typedef enum sphex_status take_line_fn(
	const struct interval_reader *r, struct span line, struct sphex_error *err);

/* Lines that begin with `comment` and blank ones are passed over. */
static enum sphex_status read_lines(const struct interval_reader *r, const char *path, char comment,
	take_line_fn *take_line, struct sphex_error *err)
{
	struct lines lines = {0};
	struct span line;
	enum sphex_status status = lines_open(&lines, path, r->n_threads, NULL, err);

	while (!status && !(status = lines_next(&lines, &line, err))) {
		if (!line.n || line.p[0] == comment)
			continue;
		status = take_line(r, line, err);
		if (status)
			lines_fail(&lines, err);
	}
	lines_close(&lines);
	return status == SPHEX_END ? SPHEX_OK : status;
}

static enum sphex_status read_interval_list(
	const struct interval_reader *r, const char *path, struct sphex_error *err)
{
	return read_lines(r, path, '@', take_list_line, err);
}

static enum sphex_status read_text_list(
	const struct interval_reader *r, const char *path, struct sphex_error *err)
{
	return read_lines(r, path, '#', take_text, err);
}

static enum sphex_status read_vcf(
	const struct interval_reader *r, const char *path, struct sphex_error *err)
{
	struct ase_sites sites = {0};
	struct ase_vcf_facts facts = {0};
	enum sphex_status status =
		ase_sites_read(path, r->contigs, r->n_threads, &sites, &facts, err);

	for (size_t i = 0; i < sites.n && !status; i++) {
		const struct ase_record *record = &sites.items[i];
		size_t nbytes;
		const char *name = pool_text(&r->contigs->names, record->ref, &nbytes);
		struct span contig = {name, nbytes};

		status = take(r, contig, (uint64_t)record->beg0 + 1, record->end0, contig, err);
		if (status) {
			at_line(err, record->line);
			at_file(err, path);
		}
	}
	ase_sites_free(&sites);
	ase_vcf_facts_free(&facts);
	return status;
}

/* What the end of a name says. */
static const struct {
	const char *ending;
	enum sphex_status (*read)(
		const struct interval_reader *r, const char *path, struct sphex_error *err);
} kinds[] = {{".bed", read_bed}, {".bed.gz", read_bed}, {".interval_list", read_interval_list},
	{".list", read_text_list}, {".intervals", read_text_list}, {".vcf", read_vcf},
	{".vcf.gz", read_vcf}, {".vcf.bgz", read_vcf}, {".bcf", read_vcf}};

static bool ends_with(const char *text, const char *ending)
{
	size_t n = strlen(text), n_ending = strlen(ending);

	return n > n_ending && strcmp(text + n - n_ending, ending) == 0;
}

enum sphex_status intervals_read(const char *text, const struct contigs *contigs, uint32_t padding,
	unsigned n_threads, struct intervals *set, struct sphex_error *err)
{
	struct interval_reader r = {contigs, padding, n_threads, set};
	size_t n_before = set->n;
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!ends_with(text, kinds[i].ending))
			continue;
		status = kinds[i].read(&r, text, err);
		if (!status && set->n == n_before)
			status = fail(err, SPHEX_E_EMPTY, "the file has no interval");
		if (status && !err->file[0])
			at_file(err, text);
		intervals_normalize(set);
		return status;
	}
	status = take_text(&r, span_of(text), err);
	intervals_normalize(set);
	return status;
}
