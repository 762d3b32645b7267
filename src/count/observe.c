/*
 * Most records cover no site: they cost the check of their lengths and one comparison. The few
 * others get their CIGAR walked; the bases found are judged together by the classify kernel when
 * the unit ends.
 */
#include "observe_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bam/header.h"
#include "base/memory.h"
#include "parcel.h"

/* Observations of one result; a unit that has more is handed out in parts. */
#ifndef FULL /* the fuzz targets have small ones */
#define FULL ((size_t)1 << 18)
#endif
/* Room for what one more record may add is made in steps of this size. */
#define STEP ((size_t)1 << 12)

/* Bases that stand for a judgement made on text: the kernel then gives back just that class. */
#define TEXT_REF 1u
#define TEXT_ALT 2u
#define TEXT_OTHER 4u

void observations_free(struct observations *o)
{
	memory_free(o->items);
	memory_free(o->bases);
	memory_free(o->quals);
	memory_free(o->refs);
	memory_free(o->alts);
	memory_free(o->classes);
	memory_free(o->judged);
	memory_free(o->strips.items);
	memory_free(o->strips.odd.items);
	parcels_free(&o->parcels);
	memset(o, 0, sizeof(*o));
}

bool observations_grow(struct observations *o, size_t want)
{
	size_t cap = o->cap, cap_bases;
	uint8_t **columns[] = {&o->bases, &o->quals, &o->refs, &o->alts, &o->classes};

	want += STEP;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		cap_bases = cap;
		if (!memory_reserve(columns[i], &cap_bases, want, 1))
			return false;
	}
	cap_bases = cap;
	if (!memory_reserve(&o->judged, &cap_bases, want, sizeof(*o->judged)))
		return false;
	return memory_reserve(&o->items, &o->cap, want, sizeof(*o->items));
}

/* ---------------------------------------------------------------- text alleles */

struct text_match {
	size_t nbytes;   /* of the read's text */
	size_t ref, alt; /* leading letters that equal the allele's */
};

/* The read's text from base q on, at most as long as the longer allele, against both alleles. */
static struct text_match match_text(const struct observer *observer, const struct record *r,
	uint32_t q, const char *ref, size_t ref_nbytes, const char *alt, size_t alt_nbytes)
{
	static const char letters[] = "NACNGNNNTNNNNNNN";
	size_t longer = ref_nbytes > alt_nbytes ? ref_nbytes : alt_nbytes;
	struct text_match m = {r->n_bases - q < longer ? r->n_bases - q : longer, 0, 0};
	uint8_t codes[256];

	for (size_t done = 0; done < m.nbytes; done += sizeof(codes)) {
		size_t n = m.nbytes - done < sizeof(codes) ? m.nbytes - done : sizeof(codes);

		observer->kernels->unpack_bases(r->bases, q + done, n, codes);
		for (size_t i = done; i < done + n; i++) {
			char letter = letters[codes[i - done]];

			m.ref += i == m.ref && i < ref_nbytes && ref[i] == letter;
			m.alt += i == m.alt && i < alt_nbytes && alt[i] == letter;
		}
	}
	return m;
}

static uint8_t judge_text(
	const struct observer *observer, const struct record *r, uint32_t q, uint32_t line)
{
	const struct variants *v = observer->sites->variants;
	size_t ref_nbytes, alt_nbytes;
	const char *ref = variant_ref(v, line, &ref_nbytes);
	const char *alt = variant_alt(v, line, &alt_nbytes);
	struct text_match m = match_text(observer, r, q, ref, ref_nbytes, alt, alt_nbytes);
	bool starts_with_ref = m.ref == ref_nbytes, starts_with_alt = m.alt == alt_nbytes;

	if (starts_with_ref && m.nbytes == ref_nbytes)
		return TEXT_REF;
	if (starts_with_alt && m.nbytes == alt_nbytes)
		return TEXT_ALT;
	if (starts_with_ref)
		return TEXT_REF;
	return starts_with_alt ? TEXT_ALT : TEXT_OTHER;
}

/* ---------------------------------------------------------------- one covering record */

#define NO_OFFSET UINT32_MAX

/* Where the walk along the CIGAR stands: `op_left` more bases of `op` from (read q, reference p).
 */
struct walk {
	const struct record *r;
	uint32_t i, op, op_left;
	int64_t p;
	uint64_t q;
	uint32_t consumes_read;
};

/* The offset in the read of the base aligned to pos0, or NO_OFFSET. Positions must ascend. */
static uint32_t walk_to(struct walk *w, int64_t pos0)
{
	for (;;) {
		bool reads = w->consumes_read >> w->op & 1, refs = CIGAR_CONSUMES_REF >> w->op & 1;

		if (w->op_left && refs && pos0 < w->p + w->op_left) {
			uint64_t q = w->q + (uint64_t)(pos0 - w->p);

			return reads && q < NO_OFFSET ? (uint32_t)q : NO_OFFSET;
		}
		w->p += refs ? w->op_left : 0;
		w->q += reads ? w->op_left : 0;
		w->op_left = 0;
		if (w->i == w->r->n_cigar)
			return NO_OFFSET;
		w->op = record_cigar_word(w->r, w->i) & 15;
		w->op_left = record_cigar_word(w->r, w->i++) >> 4;
	}
}

/* With room reserved. Offset q: of the base to be judged; a record without SEQ has none anywhere.
 */
static void add(
	struct scan *s, struct name_hash name, uint32_t site, const struct record *r, uint32_t q)
{
	const struct sites *sites = s->observer->sites;
	struct observations *o = s->out;
	size_t i = o->n_bases;

	o->items[o->n] = (struct observation){name, site, SAYS_NO_BASE, record_is_nameless(r)};
	if (q < r->n_bases) {
		bool text = sites->refs[site] == ALLELE_TEXT;

		o->quals[i] = r->quals[q];
		o->bases[i] = text ? judge_text(s->observer, r, q, sites->variant[site])
				   : record_base(r, q);
		o->refs[i] = text ? TEXT_REF : sites->refs[site];
		o->alts[i] = text ? TEXT_ALT : sites->alts[site];
		o->judged[i] = (uint32_t)o->n;
		o->n_bases++;
	}
	o->n++;
}

/* Of the sites that the record aligns a base to, the one listed first. */
static enum sphex_status observe_first_listed(struct scan *s, const struct record *r, int64_t end,
	struct walk *walk, struct name_hash name, struct sphex_error *err)
{
	const struct sites *sites = s->observer->sites;
	uint32_t best = SITE_NONE, best_q = NO_OFFSET;

	for (uint32_t i = s->sites.i; i < s->sites.end && sites->pos0[i] < end; i++) {
		uint32_t q;

		if (best != SITE_NONE && sites->order[i] > sites->order[best])
			continue;
		q = walk_to(walk, sites->pos0[i]);
		if (q >= r->n_bases)
			continue;
		best = i;
		best_q = q;
		if (sites->in_list_order)
			break;
	}
	if (best == SITE_NONE)
		return SPHEX_OK;
	if (!observations_reserve(s->out, s->out->n + 1))
		return fail_memory(err);
	add(s, name, best, r, best_q);
	return SPHEX_OK;
}

static enum sphex_status observe_all(struct scan *s, const struct record *r, int64_t end,
	struct walk *walk, struct name_hash name, struct sphex_error *err)
{
	const uint32_t *positions = s->sites.pos0;

	for (uint32_t i = s->sites.i; i < s->sites.end && positions[i] < end; i++) {
		uint32_t q = walk_to(walk, positions[i]);

		if (q == NO_OFFSET && !s->observer->rules->spanning_claims)
			continue;
		if (!observations_reserve(s->out, s->out->n + 1))
			return fail_memory(err);
		add(s, name, i, r, q);
	}
	return SPHEX_OK;
}

static enum sphex_status observe_by_site(
	struct scan *s, const struct record *r, int64_t end, struct sphex_error *err)
{
	const struct count_rules *rules = s->observer->rules;
	struct walk walk = {.r = r, .p = r->pos0, .consumes_read = CIGAR_CONSUMES_READ};
	struct name_hash name;

	record_hash_name(r, &name);
	if (rules->padding_consumes_read)
		walk.consumes_read |= 1u << CIGAR_P;
	if (rules->choice == SITES_FIRST_LISTED)
		return observe_first_listed(s, r, end, &walk, name, err);
	return observe_all(s, r, end, &walk, name, err);
}

static bool is_full(const struct observations *o)
{
	return o->n >= FULL || o->strips.n >= FULL || o->strips.odd.n >= 16 * FULL;
}

static enum sphex_status observe_record(
	struct scan *s, const struct record *r, int64_t end, struct sphex_error *err)
{
	enum sphex_status status = s->observe(s, r, end, err);

	s->out->n_covering++;
	s->full = is_full(s->out);
	return status;
}

/* ---------------------------------------------------------------- the records of a unit */

static const char *place_of(const struct bam_header *header, uint64_t key, char *out, size_t nbytes)
{
	uint64_t ref = key >> 32;

	if (ref >= header->n_refs)
		return "without a contig";
	snprintf(out, nbytes, "at %.150s:%" PRIu32, header->refs[ref].name, (uint32_t)key);
	return out;
}

enum sphex_status not_sorted(
	const struct bam_header *header, uint64_t key, uint64_t key_before, struct sphex_error *err)
{
	char place[200], before[200];

	fail(err, SPHEX_E_DATA, "not sorted by coordinate: a record %s comes after one %s",
		place_of(header, key, place, sizeof(place)),
		place_of(header, key_before, before, sizeof(before)));
	return with_hint(err, "sort the file with samtools sort");
}

static struct ahead sites_of(const uint32_t *pos0, const uint32_t *ref_begins, int32_t ref_id)
{
	return (struct ahead){pos0, ref_begins[ref_id], ref_begins[ref_id + 1]};
}

static inline uint64_t next_pos0(const struct ahead *a)
{
	return a->i < a->end ? a->pos0[a->i] : UINT64_MAX;
}

static inline void note_nearest(struct scan *s)
{
	uint64_t site = next_pos0(&s->sites), event = next_pos0(&s->events);

	s->nearest = site < event ? site : event;
}

#define NO_RECORD_YET (-2) /* -1 are those without a reference */

/* Moves to the sites of another reference. */
static void enter_reference(struct scan *s, int32_t ref_id)
{
	const struct sites *sites = s->observer->sites;

	s->ref_id = ref_id;
	s->sites = s->events = (struct ahead){0};
	if (ref_id >= 0 && s->observer->rules->claims == CLAIM_FRAGMENTS) {
		s->sites = sites_of(sites->loci.pos0, sites->loci.ref_begins, ref_id);
		s->events =
			sites_of(sites->event_sites.pos0, sites->event_sites.ref_begins, ref_id);
	} else if (ref_id >= 0) {
		s->sites = sites_of(sites->pos0, sites->ref_begins, ref_id);
	}
	note_nearest(s);
}

/* Passes the sites before pos0. */
static inline void advance(struct ahead *a, uint32_t pos0)
{
	if (a->i < a->end && a->pos0[a->i] < pos0)
		a->i = sites_search(a->pos0, a->i, a->end, pos0);
}

/* Passes the events that end before pos0; those behind them may begin before it and end later. */
static void advance_events(struct scan *s, uint32_t pos0)
{
	const struct sites *sites = s->observer->sites;
	struct ahead *a = &s->events;

	advance(a, pos0 < sites->max_width ? 0 : pos0 - sites->max_width + 1);
	while (a->i < a->end && sites->ends0[sites->event_sites.sites[a->i]] <= pos0)
		a->i++;
}

/* Whether sites begin in [pos0, end), or events reach into it; those before pos0 are passed. */
static inline bool covers_sites(struct scan *s, uint32_t pos0, uint64_t end)
{
	if (end <= s->nearest)
		return false;
	advance(&s->sites, pos0);
	if (s->events.i < s->events.end)
		advance_events(s, pos0);
	note_nearest(s);
	return s->nearest < end;
}

/* What the filter drops may still have to be reported where it looks. */
static bool is_looked_at(struct scan *s, const struct record *r)
{
	enum filter_reason reason;

	if (!s->observer->filter)
		return !(r->flags & s->observer->rules->exclude_flags);
	reason = filter_record(s->observer->filter, r);
	s->out->reasons[reason]++;
	s->dropped = reason == REASON_NONE       ? SAYS_NO_BASE
		     : reason == REASON_LOW_MAPQ ? SAYS_LOW_MAPQ
						 : SAYS_FILTERED;
	return reason != REASON_UNMAPPED;
}

/* Of every mapped record, also far from all sites: a damaged CIGAR may be why it covers none. */
static enum sphex_status refuse_cigar(
	const struct record *r, struct cigar_span span, struct sphex_error *err)
{
	if (span.highest_op > CIGAR_X)
		return fail(err, SPHEX_E_DATA,
			"damaged BAM record: operation %u in its CIGAR has no meaning",
			span.highest_op);
	return fail(err, SPHEX_E_DATA,
		"damaged BAM record: its CIGAR speaks of %llu bases, SEQ has %u",
		(unsigned long long)span.read, r->n_bases);
}

/*
 * Whether a sound record is plain, as most are: on the reference at hand, kept by the filter, its
 * bases aligned one by one. Its bytes say so where they lie; only few are taken apart.
 */
static inline bool is_plain(const struct scan *s, const uint8_t *bytes)
{
	uint32_t first;

	if (load_i32(bytes + 4) != s->ref_id || !is_kept_at_a_glance(s->glance, bytes) ||
		load_u16(bytes + 16) != 1)
		return false;
	first = load_u32(bytes + RECORD_MIN_NBYTES + bytes[12]);
	return (first & 15) == CIGAR_M && first >> 4 == load_u32(bytes + 20);
}

static enum sphex_status scan_unlike(
	struct scan *s, const uint8_t *bytes, size_t nbytes, struct sphex_error *err)
{
	struct cigar_span span;
	struct record r;
	int64_t end;

	record_read(bytes, nbytes, &r);
	if (r.ref_id != s->ref_id)
		enter_reference(s, r.ref_id);
	if (!is_looked_at(s, &r))
		return SPHEX_OK;
	span = record_cigar_span(&r);
	if (s->observer->rules->reports_filtered &&
		(span.highest_op > CIGAR_X || (r.n_bases && span.read != r.n_bases)))
		return refuse_cigar(&r, span, err);
	end = record_end0(&r, span);
	if (r.pos0 < 0 || !covers_sites(s, (uint32_t)r.pos0, (uint64_t)end))
		return SPHEX_OK;
	return observe_record(s, &r, end, err);
}

static inline enum sphex_status scan_record(
	struct scan *s, const uint8_t *bytes, size_t nbytes, struct sphex_error *err)
{
	uint32_t pos0 = load_u32(bytes + 8);
	uint64_t end = (uint64_t)pos0 + load_u32(bytes + 20);
	struct record r;

	if (!is_plain(s, bytes))
		return scan_unlike(s, bytes, nbytes, err);
	if (!covers_sites(s, pos0, end))
		return SPHEX_OK;
	record_read(bytes, nbytes, &r);
	s->dropped = SAYS_NO_BASE;
	return observe_record(s, &r, (int64_t)end, err);
}

/* Judges all bases at once, and moves the observations that say something together. */
static void judge(const struct observer *observer, struct observations *o)
{
	struct classify_rule rule = {observer->min_baseq, observer->rules->silent_bases};
	size_t n = 0;

	observer->kernels->classify(
		o->bases, o->quals, o->refs, o->alts, o->n_bases, rule, o->classes);
	for (size_t i = 0; i < o->n_bases; i++)
		o->items[o->judged[i]].says = o->classes[i];
	if (observer->rules->claims == CLAIM_FRAGMENTS)
		return; /* silence counts */
	for (size_t i = 0; i < o->n; i++)
		if (o->items[i].says != CLASS_AMBIGUOUS && o->items[i].says != CLASS_LOW_BASEQ)
			o->items[n++] = o->items[i];
	o->n = n;
	o->n_judged = o->n_bases;
}

/* Those that the filter did not drop, mostly without having been asked. */
static uint64_t n_kept(const struct observations *o)
{
	uint64_t n = o->n_records;

	for (unsigned reason = REASON_NONE + 1; reason < N_REASONS; reason++)
		n -= o->reasons[reason];
	return n;
}

enum sphex_status observe_unit(const struct observer *observer, struct unit *unit,
	struct observations *out, struct sphex_error *err)
{
	struct scan scan = {.observer = observer,
		.out = out,
		.observe = observer->rules->claims == CLAIM_FRAGMENTS ? observe_native
								      : observe_by_site,
		.ref_id = NO_RECORD_YET,
		.dropped = SAYS_NO_BASE,
		.glance = {.asked = observer->rules->exclude_flags | FLAG_UNMAPPED}};
	uint32_t n_refs = observer->sites->n_refs;
	uint64_t n_before = unit->n_records, last_key = 0;
	const uint8_t *bytes;
	size_t nbytes;
	enum sphex_status status = SPHEX_OK;

	if (observer->filter)
		scan.glance = filter_glance(observer->filter);
	out->n = out->n_bases = out->strips.n = out->strips.odd.n = 0;
	out->n_covering = out->n_judged = 0;
	memset(out->reasons, 0, sizeof(out->reasons));
	while (!scan.full && !(status = unit_next(unit, &bytes, &nbytes, err))) {
		uint64_t key;

		if (!record_is_sound(bytes, nbytes, n_refs)) {
			status = record_refuse(bytes, nbytes, n_refs, err);
			unit_refuse(unit, nbytes, err);
			break;
		}
		key = sort_key(load_i32(bytes + 4), load_i32(bytes + 8));
		if (key < last_key) {
			unit_put_back(unit, nbytes);
			break;
		}
		if (scan.ref_id == NO_RECORD_YET) {
			out->first_key = key;
			out->first_voffset = unit_tell_record(unit, nbytes);
		}
		status = scan_record(&scan, bytes, nbytes, err);
		if (status) {
			unit_refuse(unit, nbytes, err);
			break;
		}
		last_key = key;
	}
	out->last_key = last_key;
	out->n_records = unit->n_records - n_before;
	if (observer->filter)
		out->reasons[REASON_NONE] = n_kept(out);
	judge(observer, out); /* also before damage: what was read stands */
	return status == SPHEX_END ? SPHEX_OK : status;
}

/* ---------------------------------------------------------------- one record, one site */

uint32_t observe_offset(const struct record *r, uint32_t pos0)
{
	struct walk walk = {.r = r, .p = r->pos0, .consumes_read = CIGAR_CONSUMES_READ};

	return (int64_t)pos0 < r->pos0 ? NO_OFFSET : walk_to(&walk, pos0);
}

static uint8_t judge_base(
	const struct observer *observer, const struct record *r, uint32_t q, uint32_t site)
{
	struct classify_rule rule = {observer->min_baseq, observer->rules->silent_bases};
	uint8_t base = record_base(r, q), says;

	observer->kernels->classify(&base, &r->quals[q], &observer->sites->refs[site],
		&observer->sites->alts[site], 1, rule, &says);
	return says;
}

uint8_t observe_one(const struct observer *observer, const struct record *r, uint32_t site,
	enum filter_reason *reason)
{
	struct cigar_place place = cigar_start(r);
	struct said_alts said = {0};
	uint32_t q = observe_offset(r, observer->sites->pos0[site]);
	uint8_t says = SAYS_NO_BASE;

	*reason = observer->filter ? filter_record(observer->filter, r) : REASON_NONE;
	if (*reason == REASON_UNMAPPED)
		return SAYS_NO_BASE;
	if (observer->sites->refs[site] == ALLELE_EVENT && *reason)
		says = observe_looks_at_event(observer, r, site) ? CLASS_OTHER : SAYS_NO_BASE;
	else if (observer->sites->refs[site] == ALLELE_EVENT)
		says = observe_event(observer, r, site, &place, &said);
	else if (q != NO_OFFSET && *reason)
		says = CLASS_OTHER; /* it looks; what it says does not matter */
	else if (q < r->n_bases)
		says = judge_base(observer, r, q, site);
	if (says == CLASS_NO_BASE || *reason == REASON_NONE)
		return says;
	return *reason == REASON_LOW_MAPQ ? SAYS_LOW_MAPQ : SAYS_FILTERED;
}
