/*
 * Most records cover no site: they cost the check of their lengths and one comparison. The few others get
 * their CIGAR walked; the bases found are judged together by the classify kernel when the unit ends.
 */
#include "observe.h"

#include <string.h>

#include "base/memory.h"

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

struct scan {
	const struct observer *observer;
	struct observations *out;
	uint32_t site, sites_end; /* next site of the reference at hand, and where its sites end */
	int32_t ref_id;
	uint8_t dropped; /* what a record at hand says that the filter dropped; else SAYS_NO_BASE */
};

void observations_free(struct observations *o)
{
	memory_free(o->items);
	memory_free(o->bases);
	memory_free(o->quals);
	memory_free(o->refs);
	memory_free(o->alts);
	memory_free(o->classes);
	memory_free(o->judged);
	memset(o, 0, sizeof(*o));
}

static bool reserve(struct observations *o, size_t want)
{
	size_t cap = o->cap, cap_bases;
	uint8_t **columns[] = {&o->bases, &o->quals, &o->refs, &o->alts, &o->classes};

	if (want <= cap)
		return true;
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
	size_t nbytes;  /* of the read's text */
	size_t ref, alt; /* leading letters that equal the allele's */
};

/* The read's text from base q on, at most as long as the longer allele, against both alleles. */
static struct text_match match_text(const struct observer *observer, const struct record *r, uint32_t q,
        const char *ref, size_t ref_nbytes, const char *alt, size_t alt_nbytes)
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

static uint8_t judge_text(const struct observer *observer, const struct record *r, uint32_t q, uint32_t line)
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

/* ---------------------------------------------------------------- events */

/* What the record says about the event of `site`; CLASS_NO_BASE: it does not look. */
static uint8_t judge_site(const struct observer *observer, const struct record *r, uint32_t site,
	struct cigar_place *place, struct said_alts *said)
{
	const struct sites *sites = observer->sites;
	const struct event_ref *ref = &sites->event_refs[sites->variant[site]];

	return judge_alt(&sites->events, ref->first, ref->n, ref->i, r, place, observer->min_baseq,
		said);
}

static bool is_looked_at_by(const struct observer *observer, const struct record *r, uint32_t site)
{
	const struct sites *sites = observer->sites;
	const struct event_ref *ref = &sites->event_refs[sites->variant[site]];

	return event_is_looked_at(&sites->events.items[ref->first + ref->i], r);
}

/* ---------------------------------------------------------------- one covering record */

#define NO_OFFSET UINT32_MAX

/* Where the walk along the CIGAR stands: `op_left` more bases of `op` from (read q, reference p). */
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

/*
 * With room reserved. `says` stands unless there is a base to be judged, at offset q; a record without SEQ
 * has none anywhere.
 */
static void add(struct scan *s, struct name_hash name, uint32_t site, const struct record *r, uint32_t q,
        uint8_t says)
{
	const struct sites *sites = s->observer->sites;
	struct observations *o = s->out;
	size_t i = o->n_bases;

	o->items[o->n] = (struct observation){name, site, says, record_name(r)[0] == '*' && r->name_nbytes == 2};
	if (says == SAYS_NO_BASE && q < r->n_bases) {
		bool text = sites->refs[site] == ALLELE_TEXT;

		o->quals[i] = r->quals[q];
		o->bases[i] = text ? judge_text(s->observer, r, q, sites->variant[site]) : record_base(r, q);
		o->refs[i] = text ? TEXT_REF : sites->refs[site];
		o->alts[i] = text ? TEXT_ALT : sites->alts[site];
		o->judged[i] = (uint32_t)o->n;
		o->n_bases++;
	}
	o->n++;
}

/* Of the sites that the record aligns a base to, the one listed first. */
static enum sphex_status observe_first_listed(struct scan *s, const struct record *r, int64_t end,
        struct walk walk, struct name_hash name, struct sphex_error *err)
{
	const struct sites *sites = s->observer->sites;
	uint32_t best = SITE_NONE, best_q = NO_OFFSET;

	for (uint32_t i = s->site; i < s->sites_end && sites->pos0[i] < end; i++) {
		uint32_t q;

		if (best != SITE_NONE && sites->order[i] > sites->order[best])
			continue;
		q = walk_to(&walk, sites->pos0[i]);
		if (q >= r->n_bases)
			continue;
		best = i;
		best_q = q;
		if (sites->in_list_order)
			break;
	}
	if (best == SITE_NONE)
		return SPHEX_OK;
	if (!reserve(s->out, s->out->n + 1))
		return fail_memory(err);
	add(s, name, best, r, best_q, SAYS_NO_BASE);
	return SPHEX_OK;
}

static enum sphex_status observe_all(struct scan *s, const struct record *r, int64_t end, struct walk walk,
        struct name_hash name, struct sphex_error *err)
{
	const struct sites *sites = s->observer->sites;
	struct cigar_place place = cigar_start(r);
	struct said_alts said = {0};

	for (uint32_t i = s->site; i < s->sites_end && sites->pos0[i] < end; i++) {
		uint8_t says = s->dropped;
		uint32_t q = NO_OFFSET;

		if (site_end0(sites, i) <= (uint32_t)r->pos0)
			continue;
		if (sites->refs[i] == ALLELE_EVENT) {
			if (says == SAYS_NO_BASE)
				says = judge_site(s->observer, r, i, &place, &said);
			else if (!is_looked_at_by(s->observer, r, i))
				says = SAYS_NO_BASE;
			if (says == SAYS_NO_BASE)
				continue;
		} else {
			q = walk_to(&walk, sites->pos0[i]);
			if (q == NO_OFFSET && !s->observer->rules->spanning_claims)
				continue;
		}
		if (!reserve(s->out, s->out->n + 1))
			return fail_memory(err);
		add(s, name, i, r, q, says);
	}
	return SPHEX_OK;
}

/* Of every mapped record, also far from all sites: a damaged CIGAR may be why it does not cover one. */
static enum sphex_status check_cigar(const struct record *r, struct sphex_error *err)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < r->n_cigar; i++) {
		uint32_t word = record_cigar_word(r, i);

		if ((word & 15) > CIGAR_X)
			return fail(err, SPHEX_E_DATA,
			        "damaged BAM record: operation %u in its CIGAR has no meaning", word & 15);
		n += CIGAR_CONSUMES_READ >> (word & 15) & 1 ? word >> 4 : 0;
	}
	if (!r->n_bases || n == r->n_bases)
		return SPHEX_OK;
	return fail(err, SPHEX_E_DATA, "damaged BAM record: its CIGAR speaks of %llu bases, SEQ has %u",
	        (unsigned long long)n, r->n_bases);
}

static enum sphex_status check_name_and_quals(const struct record *r, struct sphex_error *err)
{
	if (memchr(record_name(r), 0, r->name_nbytes - 1u))
		return fail(err, SPHEX_E_DATA, "damaged BAM record: NUL inside the read name");
	if (r->n_bases && r->quals[0] == 0xFF && memcmp(r->quals, r->quals + 1, r->n_bases - 1) != 0)
		return fail(err, SPHEX_E_DATA, "damaged BAM record: some of its bases have no quality");
	return SPHEX_OK;
}

static enum sphex_status observe_record(struct scan *s, const struct record *r, int64_t end,
        struct sphex_error *err)
{
	const struct count_rules *rules = s->observer->rules;
	struct walk walk = {.r = r, .p = r->pos0, .consumes_read = CIGAR_CONSUMES_READ};
	struct name_hash name = name_hash_of((const uint8_t *)record_name(r), r->name_nbytes - 1u);

	s->out->n_covering++;
	if (rules->reports_filtered && check_name_and_quals(r, err))
		return err->status;
	if (rules->padding_consumes_read)
		walk.consumes_read |= 1u << CIGAR_P;
	if (rules->choice == SITES_FIRST_LISTED)
		return observe_first_listed(s, r, end, walk, name, err);
	return observe_all(s, r, end, walk, name, err);
}

/* ---------------------------------------------------------------- the records of a unit */

enum sphex_status not_sorted(uint64_t key, uint64_t key_before, struct sphex_error *err)
{
	fail(err, SPHEX_E_DATA,
	        "not sorted by coordinate: a record at reference %d, position %u comes after reference %d, "
	        "position %u",
	        (int)(int32_t)(key >> 32), (unsigned)key, (int)(int32_t)(key_before >> 32),
	        (unsigned)key_before);
	return with_hint(err, "sort the file with samtools sort");
}

/* Moves to the sites of another reference. */
static void enter_reference(struct scan *s, int32_t ref_id)
{
	const struct sites *sites = s->observer->sites;
	bool listed = ref_id >= 0 && (uint32_t)ref_id < sites->n_refs;

	s->ref_id = ref_id;
	s->site = listed ? sites->ref_begins[ref_id] : 0;
	s->sites_end = listed ? sites->ref_begins[ref_id + 1] : 0;
}

/* Skips the sites before pos0 by doubling steps: after a guess the first record may be far in. */
static void advance_to(struct scan *s, uint32_t pos0)
{
	const uint32_t *positions = s->observer->sites->pos0;
	uint32_t low = s->site, high, step = 1;

	while (low + step < s->sites_end && positions[low + step] < pos0) {
		low += step;
		step *= 2;
	}
	high = low + step < s->sites_end ? low + step : s->sites_end;
	low++;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (positions[middle] < pos0)
			low = middle + 1;
		else
			high = middle;
	}
	s->site = low;
}

/* The span of a record as indexes see it: a record without one lies on one base. */
int64_t observe_end0(const struct record *r)
{
	int64_t span = r->flags & FLAG_UNMAPPED ? 0 : record_span(r);

	return r->pos0 + (span ? span : 1);
}

/* Asks the filter; what it drops may still have to be reported where it looks. */
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

static enum sphex_status scan_record(struct scan *s, const struct record *r, struct sphex_error *err)
{
	const struct sites *sites = s->observer->sites;
	uint32_t first; /* sites that begin before it end before the record */
	int64_t end;

	if (!is_looked_at(s, r))
		return SPHEX_OK;
	if (s->observer->rules->reports_filtered && check_cigar(r, err))
		return err->status;
	if (r->ref_id != s->ref_id)
		enter_reference(s, r->ref_id);
	if (s->site == s->sites_end || r->pos0 < 0)
		return SPHEX_OK;
	first = (uint32_t)r->pos0 < sites->max_width ? 0 : (uint32_t)r->pos0 - sites->max_width + 1;
	if (sites->pos0[s->site] < first)
		advance_to(s, first);
	while (s->site < s->sites_end && site_end0(sites, s->site) <= (uint32_t)r->pos0)
		s->site++;
	if (s->site == s->sites_end)
		return SPHEX_OK;
	end = observe_end0(r);
	return sites->pos0[s->site] < end ? observe_record(s, r, end, err) : SPHEX_OK;
}

/* Judges all bases at once, and moves the observations that say something together. */
static void judge(const struct observer *observer, struct observations *o)
{
	struct classify_rule rule = {observer->min_baseq, observer->rules->silent_bases};
	size_t n = 0;

	observer->kernels->classify(o->bases, o->quals, o->refs, o->alts, o->n_bases, rule, o->classes);
	for (size_t i = 0; i < o->n_bases; i++)
		o->items[o->judged[i]].says = o->classes[i];
	if (observer->rules->claims == CLAIM_FRAGMENTS) {
		o->n_judged = o->n_bases;
		return; /* silence counts */
	}
	for (size_t i = 0; i < o->n; i++)
		if (o->items[i].says != CLASS_AMBIGUOUS && o->items[i].says != CLASS_LOW_BASEQ)
			o->items[n++] = o->items[i];
	o->n = n;
	o->n_judged = o->n_bases;
}

static enum sphex_status check_order(struct observations *o, const struct unit *unit,
	const struct record *r, size_t nbytes, struct sphex_error *err)
{
	uint64_t key = sort_key(r->ref_id, r->pos0);

	if (o->n_records == 0) {
		o->first_key = key;
		o->first_voffset = unit_tell_record(unit, nbytes);
	} else if (key < o->last_key) {
		return not_sorted(key, o->last_key, err);
	}
	o->last_key = key;
	return SPHEX_OK;
}

enum sphex_status observe_unit(const struct observer *observer, struct unit *unit, struct observations *out,
        struct sphex_error *err)
{
	struct scan scan = {.observer = observer, .out = out, .ref_id = -2, .dropped = SAYS_NO_BASE};
	const uint8_t *bytes;
	size_t nbytes;
	enum sphex_status status = SPHEX_OK;

	out->n = out->n_bases = 0;
	out->n_records = out->n_covering = out->n_judged = 0;
	memset(out->reasons, 0, sizeof(out->reasons));
	while (!status && out->n < FULL) {
		struct record r;

		status = unit_next(unit, &bytes, &nbytes, err);
		if (status)
			break;
		status = record_parse(bytes, nbytes, observer->sites->n_refs, &r, err);
		if (!status)
			status = check_order(out, unit, &r, nbytes, err);
		if (!status)
			status = scan_record(&scan, &r, err);
		if (status)
			unit_refuse(unit, nbytes, err);
		else
			out->n_records++;
	}
	judge(observer, out); /* also before damage: what was read stands */
	return status == SPHEX_END ? SPHEX_OK : status;
}

/* ---------------------------------------------------------------- one record, one site */

uint32_t observe_offset(const struct record *r, uint32_t pos0)
{
	struct walk walk = {.r = r, .p = r->pos0, .consumes_read = CIGAR_CONSUMES_READ};

	return (int64_t)pos0 < r->pos0 ? NO_OFFSET : walk_to(&walk, pos0);
}

static uint8_t judge_base(const struct observer *observer, const struct record *r, uint32_t q, uint32_t site)
{
	struct classify_rule rule = {observer->min_baseq, observer->rules->silent_bases};
	uint8_t base = record_base(r, q), says;

	observer->kernels->classify(&base, &r->quals[q], &observer->sites->refs[site], &observer->sites->alts[site],
	        1, rule, &says);
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
		says = is_looked_at_by(observer, r, site) ? CLASS_OTHER : SAYS_NO_BASE;
	else if (observer->sites->refs[site] == ALLELE_EVENT)
		says = judge_site(observer, r, site, &place, &said);
	else if (q != NO_OFFSET && *reason)
		says = CLASS_OTHER; /* it looks; what it says does not matter */
	else if (q < r->n_bases)
		says = judge_base(observer, r, q, site);
	if (says == CLASS_NO_BASE || *reason == REASON_NONE)
		return says;
	return *reason == REASON_LOW_MAPQ ? SAYS_LOW_MAPQ : SAYS_FILTERED;
}
