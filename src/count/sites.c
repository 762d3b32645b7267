/*
 * Rows in file order in; sites in BAM order, and the site of each row, out. Rows are sorted by
 * (reference, position, row) by number only, so that the first row of a group is the one listed first.
 */
#include "sites.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A row on its way to its site. Contigs that the BAM lacks get numbers behind its references. */
struct placed {
	uint64_t place; /* reference << 32 | pos0; position 0 wraps to the largest, which no record reaches */
	uint32_t row;
};

struct builder {
	const struct variants *variants;
	const struct rows *rows;
	const struct sites_options *options;
	struct sites *out;
	uint32_t n_refs;
	struct placed *placed;
	const uint32_t *contig_refs; /* per contig of the variants */
	size_t n_rows;
};

void sites_free(struct sites *s)
{
	memory_free(s->pos0);
	memory_free(s->ends0);
	memory_free(s->event_refs);
	events_free(&s->events);
	memory_free(s->order);
	memory_free(s->variant);
	memory_free(s->refs);
	memory_free(s->alts);
	memory_free(s->ref_begins);
	memory_free(s->row_sites);
	memory_free(s->kept_rows);
	memset(s, 0, sizeof(*s));
}

int32_t sites_reference_of(const struct sites *s, uint32_t site)
{
	uint32_t low = 0, high = s->n_refs;

	if (site == SITE_NONE)
		return -1;
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (s->ref_begins[middle] <= site)
			low = middle;
		else
			high = middle;
	}
	return (int32_t)low;
}

/* ---------------------------------------------------------------- rows to sites */

static uint32_t row_variant(const struct rows *rows, size_t row)
{
	return rows->identity ? (uint32_t)row : rows->items[row].variant;
}

static uint32_t row_pos1(const struct builder *b, size_t row)
{
	return b->rows->identity ? b->variants->items[row].end : b->rows->items[row].pos1;
}

static int compare_placed(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

static enum sphex_status place_rows(struct builder *b, struct sphex_error *err)
{
	bool sorted = true;

	b->placed = memory_new(b->n_rows, sizeof(*b->placed));
	if (!b->placed)
		return fail_memory(err);
	for (size_t i = 0; i < b->n_rows; i++) {
		uint32_t contig = b->variants->items[row_variant(b->rows, i)].contig;

		b->placed[i].place = (uint64_t)b->contig_refs[contig] << 32 | (row_pos1(b, i) - 1);
		b->placed[i].row = (uint32_t)i;
		sorted &= i == 0 || b->placed[i - 1].place <= b->placed[i].place;
	}
	if (!sorted)
		qsort(b->placed, b->n_rows, sizeof(*b->placed), compare_placed);
	return SPHEX_OK;
}

static uint8_t allele_code(const char *allele)
{
	static const char letters[] = "=ACMGRSVTWYHKDBN";
	const char *found = *allele ? strchr(letters, *allele) : NULL;

	return found ? (uint8_t)(found - letters) : ALLELE_NEVER;
}

static void add_site(struct builder *b, const struct placed *first)
{
	struct sites *s = b->out;
	uint32_t line = row_variant(b->rows, first->row);
	size_t ref_nbytes, alt_nbytes;
	const char *ref = variant_ref(b->variants, line, &ref_nbytes);
	const char *alt = variant_alt(b->variants, line, &alt_nbytes);
	bool single = ref_nbytes == 1 && alt_nbytes == 1;

	s->pos0[s->n] = (uint32_t)first->place;
	s->order[s->n] = first->row;
	s->variant[s->n] = line;
	s->refs[s->n] = single ? allele_code(ref) : ALLELE_TEXT;
	s->alts[s->n] = single ? allele_code(alt) : ALLELE_TEXT;
	if (!single && !b->options->rules->text_alleles)
		s->refs[s->n] = s->alts[s->n] = ALLELE_NEVER;
	s->n++;
}

/* ---------------------------------------------------------------- duplicates */

static bool same_text(const char *a, size_t n_a, const char *b, size_t n_b)
{
	return n_a == n_b && memcmp(a, b, n_a) == 0;
}

static bool same_row(const struct builder *b, uint32_t row, uint32_t other)
{
	uint32_t line = row_variant(b->rows, row), other_line = row_variant(b->rows, other);
	const struct variant *v = &b->variants->items[line], *w = &b->variants->items[other_line];
	size_t n_a, n_b;
	const char *x, *y;

	if (b->rows->has_pos0 && v->pos0 != w->pos0)
		return false;
	if (b->rows->has_gt && v->gt != w->gt)
		return false;
	for (unsigned i = 0; i < b->rows->n_attributes; i++)
		if (b->rows->items[row].attributes[i] != b->rows->items[other].attributes[i])
			return false;
	x = variant_ref(b->variants, line, &n_a);
	y = variant_ref(b->variants, other_line, &n_b);
	if (!same_text(x, n_a, y, n_b))
		return false;
	x = variant_alt(b->variants, line, &n_a);
	y = variant_alt(b->variants, other_line, &n_b);
	return same_text(x, n_a, y, n_b);
}

/* FNV-1a over what same_row() compares; equal rows have equal sums. */
static uint64_t row_sum(const struct builder *b, uint32_t row)
{
	uint32_t line = row_variant(b->rows, row);
	const struct variant *v = &b->variants->items[line];
	uint64_t sum = 0xcbf29ce484222325u, prime = 0x100000001b3u;
	const char *text;
	size_t n;

	sum = (sum ^ (b->rows->has_pos0 ? v->pos0 : 0)) * prime;
	sum = (sum ^ (b->rows->has_gt ? v->gt : 0)) * prime;
	for (unsigned i = 0; i < b->rows->n_attributes; i++)
		sum = (sum ^ b->rows->items[row].attributes[i]) * prime;
	text = variant_ref(b->variants, line, &n);
	for (size_t i = 0; i < n; i++)
		sum = (sum ^ (uint8_t)text[i]) * prime;
	text = variant_alt(b->variants, line, &n);
	for (size_t i = 0; i < n; i++)
		sum = (sum ^ (uint8_t)text[i]) * prime;
	return sum;
}

/*
 * Marks rows of one position that repeat an earlier one by clearing keep[row]. A position with very
 * many rows (one variant in thousands of regions) needs the table of sums to stay linear.
 */
static enum sphex_status drop_duplicates(const struct builder *b, const struct placed *group, size_t n,
        uint8_t *keep, struct sphex_error *err)
{
	size_t n_slots = 4;
	uint32_t *slots;

	if (n < 2)
		return SPHEX_OK;
	while (n_slots < n * 2)
		n_slots *= 2;
	slots = memory_new(n_slots, sizeof(*slots));
	if (!slots)
		return fail_memory(err);
	memset(slots, 0xFF, n_slots * sizeof(*slots));
	for (size_t i = 0; i < n; i++) {
		size_t slot = (size_t)(row_sum(b, group[i].row) >> 20) & (n_slots - 1);

		while (slots[slot] != SITE_NONE && !same_row(b, slots[slot], group[i].row))
			slot = (slot + 1) & (n_slots - 1);
		if (slots[slot] == SITE_NONE)
			slots[slot] = group[i].row;
		else
			keep[group[i].row] = 0;
	}
	memory_free(slots);
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- building */

static enum sphex_status make_columns(struct builder *b, struct sphex_error *err)
{
	struct sites *s = b->out;
	size_t n = b->n_rows > b->variants->n ? b->n_rows : b->variants->n;

	s->pos0 = memory_new(n + 1, sizeof(*s->pos0));
	s->order = memory_new(n, sizeof(*s->order));
	s->variant = memory_new(n, sizeof(*s->variant));
	s->refs = memory_new(n, 1);
	s->alts = memory_new(n, 1);
	s->row_sites = memory_new(n, sizeof(*s->row_sites));
	s->kept_rows = memory_new(n, sizeof(*s->kept_rows));
	s->ref_begins = memory_new_zeroed((size_t)s->n_refs + 1, sizeof(*s->ref_begins));
	if (!s->pos0 || !s->order || !s->variant || !s->refs || !s->alts || !s->row_sites || !s->kept_rows ||
	        !s->ref_begins)
		return fail_memory(err);
	return SPHEX_OK;
}

static void note_missing(struct missing_contigs *missing, size_t i, const struct placed *group)
{
	struct missing_contig *m = &missing->items[i];
	uint32_t pos1 = (uint32_t)group->place + 1;

	if (m->n_sites++ == 0 || pos1 < m->min_pos1)
		m->min_pos1 = pos1;
	if (pos1 > m->max_pos1)
		m->max_pos1 = pos1;
}

/* Rows but the first of a site get the guard, of which the counts are 0. */
static void unshare(struct sites *s, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++)
		if (s->row_sites[i] != SITE_NONE && s->order[s->row_sites[i]] != i)
			s->row_sites[i] = (uint32_t)s->n;
}

/* One group per position. */
static enum sphex_status make_sites(struct builder *b, struct missing_contigs *missing, uint8_t *keep,
        struct sphex_error *err)
{
	struct sites *s = b->out;
	size_t end;

	s->in_list_order = true;
	for (size_t begin = 0; begin < b->n_rows; begin = end) {
		const struct placed *group = &b->placed[begin];
		uint32_t ref = (uint32_t)(group->place >> 32), site = SITE_NONE;
		enum sphex_status status = SPHEX_OK;

		for (end = begin + 1; end < b->n_rows && b->placed[end].place == group->place; end++)
			;
		if (b->options->drop_duplicates)
			status = drop_duplicates(b, group, end - begin, keep, err);
		if (status)
			return status;
		if (ref < s->n_refs) {
			site = (uint32_t)s->n;
			if (s->ref_begins[ref + 1] && s->order[s->n - 1] > group->row)
				s->in_list_order = false;
			add_site(b, group);
			s->ref_begins[ref + 1]++;
		} else {
			note_missing(missing, ref - s->n_refs, group);
		}
		for (size_t i = begin; i < end; i++)
			s->row_sites[b->placed[i].row] = site;
	}
	for (uint32_t i = 0; i < s->n_refs; i++)
		s->ref_begins[i + 1] += s->ref_begins[i];
	s->pos0[s->n] = UINT32_MAX; /* a guard: the next site of the last one */
	if (!b->options->share_counts)
		unshare(s, b->n_rows);
	return SPHEX_OK;
}

static void list_kept(struct sites *s, const uint8_t *keep, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++)
		if (keep[i])
			s->kept_rows[s->n_kept++] = (uint32_t)i;
}

/* Moves the missing contigs together. */
static void finish_missing(const struct builder *b, struct missing_contigs *missing)
{
	for (size_t i = 0; i < b->variants->contigs.n; i++) {
		missing->items[i].contig = (uint32_t)i;
		if (missing->items[i].n_sites)
			missing->items[missing->n++] = missing->items[i];
	}
}

void missing_contigs_free(struct missing_contigs *missing)
{
	memory_free(missing->items);
	memset(missing, 0, sizeof(*missing));
}

static enum sphex_status prepare(struct builder *b, struct missing_contigs *missing, struct sphex_error *err)
{
	memset(b->out, 0, sizeof(*b->out));
	memset(missing, 0, sizeof(*missing));
	b->out->variants = b->variants;
	b->out->n_refs = b->n_refs;
	b->out->max_width = 1;
	if (b->n_rows >= SITE_NONE)
		return fail(err, SPHEX_E_LIMIT, "more than %u rows", SITE_NONE - 1);
	missing->items = memory_new_zeroed(b->variants->contigs.n, sizeof(*missing->items));
	return missing->items ? make_columns(b, err) : fail_memory(err);
}

enum sphex_status sites_build(const struct variants *variants, const struct rows *rows, uint32_t n_refs,
        const uint32_t *contig_refs, const struct sites_options *options, struct sites *out,
        struct missing_contigs *missing, struct sphex_error *err)
{
	struct builder b = {.variants = variants,
	        .rows = rows,
	        .options = options,
	        .contig_refs = contig_refs,
	        .n_refs = n_refs,
	        .out = out,
	        .n_rows = rows->identity ? variants->n : rows->n};
	uint8_t *keep = memory_new(b.n_rows, 1);
	enum sphex_status status = prepare(&b, missing, err);

	if (!status && !keep)
		status = fail_memory(err);
	if (!status)
		status = place_rows(&b, err);
	if (!status) {
		memset(keep, 1, b.n_rows);
		status = make_sites(&b, missing, keep, err);
	}
	if (!status) {
		list_kept(out, keep, b.n_rows);
		finish_missing(&b, missing);
	}
	memory_free(keep);
	memory_free(b.placed);
	return status;
}

/* ---------------------------------------------------------------- native */

/* A line on its way to its site. */
struct placed_line {
	uint64_t begin; /* reference << 32 | first position at which a record looks */
	uint32_t end0, line, event_ref; /* event_ref: SITE_NONE for an SNV */
};

static struct change change_of_line(const struct variants *v, size_t line)
{
	size_t n_ref, n_alt;
	const char *ref = variant_ref(v, line, &n_ref), *alt = variant_alt(v, line, &n_alt);

	return change_of(ref, n_ref, alt, n_alt);
}

static enum sphex_status add_event(struct builder *b, const struct reference *reference, size_t line,
        struct sphex_error *err)
{
	const struct variants *v = b->variants;
	size_t n_ref, n_alt;
	const char *ref = variant_ref(v, line, &n_ref), *alt = variant_alt(v, line, &n_alt);

	return events_add(&b->out->events, reference, v->items[line].pos0, ref, n_ref, alt, n_alt, err);
}

/* Events for all ALTs of the record with the lines [begin, end), when one with rows is no SNV. */
static enum sphex_status add_record_events(struct builder *b, const struct reference *reference, size_t begin,
        size_t end, bool *has_events, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	*has_events = false;
	for (size_t i = begin; i < end; i++)
		*has_events |= b->variants->extras[i].has_row &&
		               change_of_line(b->variants, i).kind != EVENT_SNV;
	if (*has_events && end - begin > EVENT_MAX_ALTS)
		return fail(err, SPHEX_E_LIMIT, "a variant record has more than %u ALTs", EVENT_MAX_ALTS);
	for (size_t i = begin; *has_events && i < end && !status; i++)
		status = add_event(b, reference, i, err);
	return status;
}

static void place_line(struct builder *b, size_t line, uint32_t first_event, size_t begin, size_t end,
        struct placed_line *out)
{
	const struct variant *v = &b->variants->items[line];
	struct change change = change_of_line(b->variants, line);
	struct sites *s = b->out;
	int64_t beg0 = v->pos0 + (int64_t)change.n_skipped, end0 = beg0 + 1;

	out->line = (uint32_t)line;
	out->event_ref = SITE_NONE;
	if (change.kind != EVENT_SNV) {
		event_span(&s->events.items[first_event + (line - begin)], &beg0, &end0);
		out->event_ref = (uint32_t)s->n_event_refs;
		s->event_refs[s->n_event_refs++] = (struct event_ref){
		        first_event, (uint16_t)(end - begin), (uint16_t)(line - begin)};
	}
	beg0 = beg0 < 0 ? 0 : beg0;
	out->begin = (uint64_t)b->contig_refs[v->contig] << 32 | (uint64_t)beg0;
	out->end0 = (uint32_t)end0;
}

static int compare_placed_lines(const void *a, const void *b)
{
	const struct placed_line *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

/* All lines that have rows and are on a contig of the BAM. */
static enum sphex_status place_lines(struct builder *b, const struct reference *references,
        struct placed_line *placed, size_t *n_placed, struct missing_contigs *missing,
        struct sphex_error *err)
{
	const struct variants *v = b->variants;
	size_t end;

	for (size_t begin = 0; begin < v->n; begin = end) {
		uint32_t contig = v->items[begin].contig, first_event = (uint32_t)b->out->events.n;
		bool is_missing = b->contig_refs[contig] >= b->n_refs, has_events;
		enum sphex_status status;

		for (end = begin + 1; end < v->n && v->extras[end].record == v->extras[begin].record; end++)
			;
		if (is_missing) {
			for (size_t i = begin; i < end; i++)
				missing->items[contig].n_sites += v->extras[i].has_row;
			continue;
		}
		status = add_record_events(b, references ? &references[contig] : NULL, begin, end, &has_events, err);
		if (status)
			return status;
		for (size_t i = begin; i < end; i++)
			if (v->extras[i].has_row)
				place_line(b, i, first_event, begin, end, &placed[(*n_placed)++]);
	}
	return SPHEX_OK;
}

static void add_native_site(struct builder *b, const struct placed_line *p)
{
	const struct variants *v = b->variants;
	struct sites *s = b->out;
	size_t n, skipped = change_of_line(v, p->line).n_skipped;
	uint32_t width;

	s->pos0[s->n] = (uint32_t)p->begin;
	s->ends0[s->n] = p->end0;
	s->order[s->n] = p->line;
	s->variant[s->n] = p->event_ref == SITE_NONE ? p->line : p->event_ref;
	s->refs[s->n] = p->event_ref == SITE_NONE ? allele_code(variant_ref(v, p->line, &n) + skipped)
	                                          : ALLELE_EVENT;
	s->alts[s->n] = p->event_ref == SITE_NONE ? allele_code(variant_alt(v, p->line, &n) + skipped)
	                                          : ALLELE_EVENT;
	width = s->ends0[s->n] - s->pos0[s->n];
	s->max_width = width > s->max_width ? width : s->max_width;
	s->ref_begins[(p->begin >> 32) + 1]++;
	s->n++;
}

/* Sites from the placed lines, and the site of each row; line_sites has room for all lines. */
static void finish_native(struct builder *b, const struct placed_line *placed, size_t n_placed,
        uint32_t *line_sites)
{
	struct sites *s = b->out;

	for (size_t i = 0; i < b->variants->n; i++)
		line_sites[i] = SITE_NONE;
	for (size_t i = 0; i < n_placed; i++) {
		line_sites[placed[i].line] = (uint32_t)s->n;
		add_native_site(b, &placed[i]);
	}
	for (uint32_t i = 0; i < s->n_refs; i++)
		s->ref_begins[i + 1] += s->ref_begins[i];
	s->pos0[s->n] = UINT32_MAX;
	for (size_t i = 0; i < b->n_rows; i++) {
		s->row_sites[i] = line_sites[row_variant(b->rows, i)];
		s->kept_rows[s->n_kept++] = (uint32_t)i;
	}
}

enum sphex_status sites_build_native(const struct variants *variants, const struct rows *rows,
        uint32_t n_refs, const uint32_t *contig_refs, const struct reference *references,
        struct sites *out, struct missing_contigs *missing, struct sphex_error *err)
{
	struct builder b = {.variants = variants,
	        .rows = rows,
	        .contig_refs = contig_refs,
	        .n_refs = n_refs,
	        .out = out,
	        .n_rows = rows->identity ? variants->n : rows->n};
	size_t n_lines = variants->n, n_placed = 0;
	struct placed_line *placed = memory_new(n_lines, sizeof(*placed));
	uint32_t *line_sites = memory_new(n_lines, sizeof(*line_sites));
	enum sphex_status status = prepare(&b, missing, err);

	if (!status) {
		out->ends0 = memory_new(n_lines + 1, sizeof(*out->ends0));
		out->event_refs = memory_new(n_lines, sizeof(*out->event_refs));
		if (!placed || !line_sites || !out->ends0 || !out->event_refs)
			status = fail_memory(err);
	}
	if (!status)
		status = place_lines(&b, references, placed, &n_placed, missing, err);
	if (!status) {
		qsort(placed, n_placed, sizeof(*placed), compare_placed_lines);
		finish_native(&b, placed, n_placed, line_sites);
		finish_missing(&b, missing);
	}
	memory_free(placed);
	memory_free(line_sites);
	return status;
}
