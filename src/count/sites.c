/*
 * Rows in file order in; sites in BAM order, and the site of each row, out. Rows are sorted by
 * (reference, position, row) by number only, so that the first row of a group is the one listed
 * first.
 */
#include "sites_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A row on its way to its site. Contigs that the BAM lacks get numbers behind its references. */
struct placed {
	uint64_t place; /* reference << 32 | pos0; position 0 wraps to the largest, which no record
			   reaches */
	uint32_t row;
};

struct builder {
	const struct variants *variants;
	const struct rows *rows;
	const struct sites_options *options;
	struct sites *out;
	struct placed *placed;
	const uint32_t *contig_refs; /* per contig of the variants */
	size_t n_rows;
};

static void site_list_free(struct site_list *list)
{
	memory_free(list->pos0);
	memory_free(list->sites);
	memory_free(list->ref_begins);
}

void sites_free(struct sites *s)
{
	site_list_free(&s->loci);
	site_list_free(&s->event_sites);
	memory_free(s->usual);
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

uint32_t sites_search(const uint32_t *positions, uint32_t begin, uint32_t end, uint32_t pos0)
{
	uint32_t step = 1;

	/* doubling steps: what is searched is mostly near */
	while (begin < end && positions[begin] < pos0) {
		uint32_t far = end - begin > step ? begin + step : end - 1;

		if (positions[far] < pos0) {
			begin = far + 1;
			step *= 2;
			continue;
		}
		for (begin++; begin < far;) {
			uint32_t middle = begin + (far - begin) / 2;

			if (positions[middle] < pos0)
				begin = middle + 1;
			else
				far = middle;
		}
		break;
	}
	return begin;
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

/* ---------------------------------------------------------------- shared by the builders */

static enum sphex_status make_columns(struct sites *s, size_t n, struct sphex_error *err)
{
	s->pos0 = memory_new(n + 1, sizeof(*s->pos0));
	s->order = memory_new(n, sizeof(*s->order));
	s->variant = memory_new(n, sizeof(*s->variant));
	s->refs = memory_new(n, 1);
	s->alts = memory_new(n, 1);
	s->row_sites = memory_new(n, sizeof(*s->row_sites));
	s->kept_rows = memory_new(n, sizeof(*s->kept_rows));
	s->ref_begins = memory_new_zeroed((size_t)s->n_refs + 1, sizeof(*s->ref_begins));
	if (!s->pos0 || !s->order || !s->variant || !s->refs || !s->alts || !s->row_sites ||
		!s->kept_rows || !s->ref_begins)
		return fail_memory(err);
	return SPHEX_OK;
}

enum sphex_status sites_start(struct sites *s, const struct variants *variants, size_t n_rows,
	uint32_t n_refs, struct missing_contigs *missing, struct sphex_error *err)
{
	memset(s, 0, sizeof(*s));
	memset(missing, 0, sizeof(*missing));
	s->variants = variants;
	s->n_refs = n_refs;
	s->max_width = 1;
	if (n_rows >= SITE_NONE)
		return fail(err, SPHEX_E_LIMIT, "more than %u rows", SITE_NONE - 1);
	missing->items = memory_new_zeroed(variants->contigs.n, sizeof(*missing->items));
	if (!missing->items)
		return fail_memory(err);
	return make_columns(s, n_rows > variants->n ? n_rows : variants->n, err);
}

void sites_finish(struct sites *s)
{
	for (uint32_t i = 0; i < s->n_refs; i++)
		s->ref_begins[i + 1] += s->ref_begins[i];
	s->pos0[s->n] = UINT32_MAX; /* a guard: the next site of the last one */
}

void missing_contigs_finish(struct missing_contigs *missing, size_t n_contigs)
{
	for (size_t i = 0; i < n_contigs; i++) {
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

uint8_t sites_allele_code(const char *allele)
{
	static const char letters[] = "=ACMGRSVTWYHKDBN";
	const char *found = *allele ? strchr(letters, *allele) : NULL;

	return found ? (uint8_t)(found - letters) : ALLELE_NEVER;
}

/* ---------------------------------------------------------------- rows to sites */

static uint32_t row_pos1(const struct builder *b, size_t row)
{
	return b->rows->identity ? variant_end(b->variants, row) : b->rows->items[row].pos1;
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
		uint32_t contig = b->variants->items[rows_line(b->rows, i)].contig;

		b->placed[i].place = (uint64_t)b->contig_refs[contig] << 32 | (row_pos1(b, i) - 1);
		b->placed[i].row = (uint32_t)i;
		sorted &= i == 0 || b->placed[i - 1].place <= b->placed[i].place;
	}
	if (!sorted)
		qsort(b->placed, b->n_rows, sizeof(*b->placed), compare_placed);
	return SPHEX_OK;
}

static void add_site(struct builder *b, const struct placed *first)
{
	struct sites *s = b->out;
	uint32_t line = rows_line(b->rows, first->row);
	size_t ref_nbytes, alt_nbytes;
	const char *ref = variant_ref(b->variants, line, &ref_nbytes);
	const char *alt = variant_alt(b->variants, line, &alt_nbytes);
	bool single = ref_nbytes == 1 && alt_nbytes == 1;

	s->pos0[s->n] = (uint32_t)first->place;
	s->order[s->n] = first->row;
	s->variant[s->n] = line;
	s->refs[s->n] = single ? sites_allele_code(ref) : ALLELE_TEXT;
	s->alts[s->n] = single ? sites_allele_code(alt) : ALLELE_TEXT;
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
	uint32_t line = rows_line(b->rows, row), other_line = rows_line(b->rows, other);
	const struct variant *v = &b->variants->items[line], *w = &b->variants->items[other_line];
	size_t n_a, n_b;
	const char *x, *y;

	if (b->rows->has_pos0 && v->pos0 != w->pos0)
		return false;
	if (b->rows->has_gt && variant_gt(b->variants, line) != variant_gt(b->variants, other_line))
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
	uint32_t line = rows_line(b->rows, row);
	const struct variant *v = &b->variants->items[line];
	uint64_t sum = 0xcbf29ce484222325u, prime = 0x100000001b3u;
	const char *text;
	size_t n;

	sum = (sum ^ (b->rows->has_pos0 ? v->pos0 : 0)) * prime;
	sum = (sum ^ (b->rows->has_gt ? variant_gt(b->variants, line) : 0)) * prime;
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
static enum sphex_status drop_duplicates(const struct builder *b, const struct placed *group,
	size_t n, uint8_t *keep, struct sphex_error *err)
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
static enum sphex_status make_sites(
	struct builder *b, struct missing_contigs *missing, uint8_t *keep, struct sphex_error *err)
{
	struct sites *s = b->out;
	size_t end;

	s->in_list_order = true;
	for (size_t begin = 0; begin < b->n_rows; begin = end) {
		const struct placed *group = &b->placed[begin];
		uint32_t ref = (uint32_t)(group->place >> 32), site = SITE_NONE;
		enum sphex_status status = SPHEX_OK;

		for (end = begin + 1; end < b->n_rows && b->placed[end].place == group->place;
			end++)
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
	sites_finish(s);
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

enum sphex_status sites_build(const struct variants *variants, const struct rows *rows,
	uint32_t n_refs, const uint32_t *contig_refs, const struct sites_options *options,
	struct sites *out, struct missing_contigs *missing, struct sphex_error *err)
{
	struct builder b = {.variants = variants,
		.rows = rows,
		.options = options,
		.contig_refs = contig_refs,
		.out = out,
		.n_rows = rows_count(rows, variants)};
	uint8_t *keep = memory_new(b.n_rows, 1);
	enum sphex_status status = sites_start(out, variants, b.n_rows, n_refs, missing, err);

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
		missing_contigs_finish(missing, variants->contigs.n);
	}
	memory_free(keep);
	memory_free(b.placed);
	return status;
}
