/*
 * Lines in file order in; sites in BAM order out, one per line that has rows. A site begins where
 * the first record looks at it, which for an insertion or deletion in a repeat lies before the
 * line's position. SNVs in BAM order, as most lists have them, become sites as they come; all other
 * lines are sorted first.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "simd/kernels.h"
#include "sites_parts.h"

/* A line on its way to its site. */
struct placed_line {
	uint64_t begin; /* reference << 32 | first position at which a record looks */
	uint32_t end0, line, event_ref; /* event_ref: SITE_NONE for an SNV */
};

struct builder {
	const struct variants *variants;
	const struct rows *rows;
	const uint32_t *contig_refs;        /* per contig of the variants */
	const struct reference *references; /* the same; NULL without FASTA */
	struct sites *out;
	uint32_t *line_sites;       /* per line */
	struct placed_line *placed; /* NULL: lines come in order and need not be sorted */
	size_t n_placed;
};

static struct change change_of_line(const struct variants *v, size_t line)
{
	size_t n_ref, n_alt;
	const char *ref = variant_ref(v, line, &n_ref), *alt = variant_alt(v, line, &n_alt);

	return change_of(ref, n_ref, alt, n_alt);
}

static uint64_t place_of(const struct builder *b, size_t line, int64_t pos0)
{
	return (uint64_t)b->contig_refs[b->variants->items[line].contig] << 32 | (uint64_t)pos0;
}

static bool is_on_bam(const struct builder *b, size_t line)
{
	return b->contig_refs[b->variants->items[line].contig] < b->out->n_refs;
}

/* True when all that become sites are SNVs and lie in BAM order. */
static bool are_sites_in_order(const struct builder *b)
{
	const struct variants *v = b->variants;
	uint64_t before = 0;

	for (size_t i = 0; i < v->n; i++) {
		struct change change;
		uint64_t begin;

		if (!variant_has_row(v, i) || !is_on_bam(b, i))
			continue;
		change = change_of_line(v, i);
		begin = place_of(b, i, v->items[i].pos0 + (int64_t)change.n_skipped);
		if (change.kind != EVENT_SNV || begin < before)
			return false;
		before = begin;
	}
	return true;
}

static enum sphex_status add_event(struct builder *b, size_t line, struct sphex_error *err)
{
	const struct variants *v = b->variants;
	const struct reference *reference =
		b->references ? &b->references[v->items[line].contig] : NULL;
	size_t n_ref, n_alt;
	const char *ref = variant_ref(v, line, &n_ref), *alt = variant_alt(v, line, &n_alt);

	return events_add(
		&b->out->events, reference, v->items[line].pos0, ref, n_ref, alt, n_alt, err);
}

/* Events for all ALTs of the record with the lines [begin, end), when one with rows is no SNV. */
static enum sphex_status add_record_events(
	struct builder *b, size_t begin, size_t end, bool *has_events, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	*has_events = false;
	for (size_t i = begin; i < end; i++)
		*has_events |= variant_has_row(b->variants, i) &&
			       change_of_line(b->variants, i).kind != EVENT_SNV;
	for (size_t i = begin; *has_events && i < end && !status; i++)
		status = add_event(b, i, err);
	return status;
}

static void add_site(struct builder *b, const struct placed_line *p)
{
	const struct variants *v = b->variants;
	struct sites *s = b->out;
	size_t n, skipped = change_of_line(v, p->line).n_skipped;
	bool is_snv = p->event_ref == SITE_NONE;
	uint32_t begin0 = (uint32_t)p->begin, width = p->end0 - begin0;

	s->pos0[s->n] = begin0;
	if (s->ends0)
		s->ends0[s->n] = p->end0;
	s->max_width = width > s->max_width ? width : s->max_width;
	s->order[s->n] = p->line;
	s->variant[s->n] = is_snv ? p->line : p->event_ref;
	s->refs[s->n] = s->alts[s->n] = ALLELE_EVENT;
	if (is_snv) {
		s->refs[s->n] = sites_allele_code(variant_ref(v, p->line, &n) + skipped);
		s->alts[s->n] = sites_allele_code(variant_alt(v, p->line, &n) + skipped);
	}
	s->ref_begins[(p->begin >> 32) + 1]++;
	b->line_sites[p->line] = (uint32_t)s->n++;
}

/* Line of the record with the lines [begin, end) and the events from first_event on. */
static void place_line(
	struct builder *b, size_t line, uint32_t first_event, size_t begin, size_t end)
{
	struct change change = change_of_line(b->variants, line);
	struct sites *s = b->out;
	int64_t beg0 = b->variants->items[line].pos0 + (int64_t)change.n_skipped, end0 = beg0 + 1;
	struct placed_line placed = {.line = (uint32_t)line, .event_ref = SITE_NONE};

	if (change.kind != EVENT_SNV) {
		event_span(&s->events.items[first_event + (line - begin)], &beg0, &end0);
		placed.event_ref = (uint32_t)s->n_event_refs;
		s->event_refs[s->n_event_refs++] = (struct event_ref){
			first_event, (uint32_t)(end - begin), (uint32_t)(line - begin)};
	}
	placed.begin = place_of(b, line, beg0 < 0 ? 0 : beg0);
	placed.end0 = (uint32_t)end0;
	if (b->placed)
		b->placed[b->n_placed++] = placed;
	else
		add_site(b, &placed);
}

static int compare_placed_lines(const void *a, const void *b)
{
	const struct placed_line *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static enum sphex_status make_room(struct builder *b, struct sphex_error *err)
{
	size_t n = b->variants->n;

	b->line_sites = memory_new(n, sizeof(*b->line_sites));
	if (!b->line_sites)
		return fail_memory(err);
	for (size_t i = 0; i < n; i++)
		b->line_sites[i] = SITE_NONE;
	if (are_sites_in_order(b))
		return SPHEX_OK;
	b->placed = memory_new(n, sizeof(*b->placed));
	b->out->ends0 = memory_new(n + 1, sizeof(*b->out->ends0));
	b->out->event_refs = memory_new(n, sizeof(*b->out->event_refs));
	return b->placed && b->out->ends0 && b->out->event_refs ? SPHEX_OK : fail_memory(err);
}

/* All lines that have rows and are on a contig of the BAM. */
static enum sphex_status place_lines(
	struct builder *b, struct missing_contigs *missing, struct sphex_error *err)
{
	const struct variants *v = b->variants;
	size_t end;

	for (size_t begin = 0; begin < v->n; begin = end) {
		uint32_t contig = v->items[begin].contig, first_event = (uint32_t)b->out->events.n;
		bool is_missing = !is_on_bam(b, begin), has_events;
		enum sphex_status status = SPHEX_OK;

		for (end = begin + 1;
			end < v->n && v->extras[end].record == v->extras[begin].record; end++)
			;
		if (is_missing) {
			for (size_t i = begin; i < end; i++)
				missing->items[contig].n_sites += variant_has_row(v, i);
			continue;
		}
		if (b->placed)
			status = add_record_events(b, begin, end, &has_events, err);
		if (status)
			return status;
		for (size_t i = begin; i < end; i++)
			if (variant_has_row(v, i))
				place_line(b, i, first_event, begin, end);
	}
	return SPHEX_OK;
}

static void sort_placed(struct builder *b)
{
	qsort(b->placed, b->n_placed, sizeof(*b->placed), compare_placed_lines);
	for (size_t i = 0; i < b->n_placed; i++)
		add_site(b, &b->placed[i]);
}

static void list_rows(struct builder *b)
{
	struct sites *s = b->out;

	for (size_t i = 0; i < rows_count(b->rows, b->variants); i++) {
		s->row_sites[i] = b->line_sites[rows_line(b->rows, i)];
		s->kept_rows[s->n_kept++] = (uint32_t)i;
	}
}

/* With room for all sites. */
static enum sphex_status new_list(
	struct site_list *list, const struct sites *s, struct sphex_error *err)
{
	list->pos0 = memory_new(s->n, sizeof(*list->pos0));
	list->sites = memory_new(s->n, sizeof(*list->sites));
	list->ref_begins = memory_new(s->n_refs + 1u, sizeof(*list->ref_begins));
	return list->pos0 && list->sites && list->ref_begins ? SPHEX_OK : fail_memory(err);
}

static void add_to_list(struct site_list *list, const struct sites *s, uint32_t site)
{
	list->pos0[list->n] = s->pos0[site];
	list->sites[list->n++] = site;
}

/* Only a guess: what it is changes no count. */
static uint8_t usual_call(uint8_t ref)
{
	return ref == CALL_C || ref == CALL_G || ref == CALL_T ? ref : CALL_A;
}

enum sphex_status sites_list(struct sites *s, struct sphex_error *err)
{
	struct site_list *loci = &s->loci, *events = &s->event_sites;
	enum sphex_status status = new_list(loci, s, err);

	if (!status)
		status = new_list(events, s, err);
	s->usual = memory_new(s->n, 1);
	if (!status && !s->usual)
		status = fail_memory(err);
	for (uint32_t ref = 0; ref <= s->n_refs && !status; ref++) {
		loci->ref_begins[ref] = (uint32_t)loci->n;
		events->ref_begins[ref] = (uint32_t)events->n;
		if (ref == s->n_refs)
			break;
		for (uint32_t site = s->ref_begins[ref]; site < s->ref_begins[ref + 1]; site++) {
			if (s->refs[site] == ALLELE_EVENT)
				add_to_list(events, s, site);
			else if (loci->n == loci->ref_begins[ref] ||
				 loci->pos0[loci->n - 1] != s->pos0[site]) {
				s->usual[loci->n] = usual_call(s->refs[site]);
				add_to_list(loci, s, site);
			}
		}
	}
	return status;
}

enum sphex_status sites_build_native(const struct variants *variants, const struct rows *rows,
	uint32_t n_refs, const uint32_t *contig_refs, const struct reference *references,
	struct sites *out, struct missing_contigs *missing, struct sphex_error *err)
{
	struct builder b = {.variants = variants,
		.rows = rows,
		.contig_refs = contig_refs,
		.references = references,
		.out = out};
	enum sphex_status status =
		sites_start(out, variants, rows_count(rows, variants), n_refs, missing, err);

	if (!status)
		status = make_room(&b, err);
	if (!status)
		status = place_lines(&b, missing, err);
	if (!status) {
		if (b.placed)
			sort_placed(&b);
		sites_finish(out);
		list_rows(&b);
		missing_contigs_finish(missing, variants->contigs.n);
		status = sites_list(out, err);
	}
	memory_free(b.placed);
	memory_free(b.line_sites);
	return status;
}
