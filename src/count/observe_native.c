/*
 * One record in; out what it says by the rules of the native mode: a strip of calls for each run of
 * loci that it aligns bases to, and an observation for each event that it looks at.
 */
#include <string.h>

#include "base/memory.h"
#include "observe_parts.h"

/* From so many loci on, a run of bases is called as a whole, though not all of them may lie on a
 * locus. */
#define VECTOR_MIN 8
/* Runs in which fewer than one base in so many lies on a locus are called locus by locus. */
#define GATHER_MAX_STEP 16
/* Bases at a time. */
#define PART 1024

/* ---------------------------------------------------------------- loci */

/* Loci [begin, end) of a list, to which a run of the read's bases is aligned. */
struct run {
	uint32_t begin, end;
	uint32_t shift; /* from the position to the base's place in the read, modulo 2^32 */
};

/* With room for it. Whether a call is odd is hard to guess where a sample is heterozygous. */
static inline odd_call *list_if_odd(odd_call *odd, uint32_t locus, uint8_t call, uint8_t usual)
{
	*odd = odd_call_of(locus, call);
	return odd + (call != usual);
}

static uint8_t call_of(const struct scan *s, const struct record *r, uint32_t q)
{
	return call_base(record_base(r, q), r->quals[q], s->observer->min_baseq);
}

static odd_call *call_each(
	const struct scan *s, const struct record *r, struct run run, odd_call *odd)
{
	const uint8_t *usual = s->observer->sites->usual;

	for (uint32_t i = run.begin; i < run.end; i++)
		odd = list_if_odd(odd, i, call_of(s, r, s->sites.pos0[i] + run.shift), usual[i]);
	return odd;
}

/* There is a locus at each base, and they are those of one cell at most. */
static odd_call *call_all(
	const struct scan *s, const struct record *r, struct run run, odd_call *odd)
{
	const struct observer *o = s->observer;

	return odd + o->kernels->list_odd(r->bases, r->quals, s->sites.pos0[run.begin] + run.shift,
			     run.end - run.begin, o->min_baseq, o->sites->usual + run.begin,
			     run.begin % CELL_N_LOCI, odd);
}

/* The bases from the first to the last locus at once, in parts; then those that lie on loci. */
static odd_call *call_and_gather(
	const struct scan *s, const struct record *r, struct run run, odd_call *odd)
{
	const uint32_t *positions = s->sites.pos0;
	const uint8_t *usual = s->observer->sites->usual;
	uint8_t calls[PART];

	for (uint32_t i = run.begin; i < run.end;) {
		uint32_t first = positions[i];
		uint32_t left = positions[run.end - 1] - first + 1;
		uint32_t n = left < PART ? left : PART;

		s->observer->kernels->call_bases(
			r->bases, r->quals, first + run.shift, n, s->observer->min_baseq, calls);
		for (; i < run.end && positions[i] - first < n; i++)
			odd = list_if_odd(odd, i, calls[positions[i] - first], usual[i]);
	}
	return odd;
}

/* With room for the odd calls of all loci, behind which those that are there end. */
static odd_call *call_run(
	const struct scan *s, const struct record *r, struct run run, odd_call *odd)
{
	uint32_t n = run.end - run.begin;
	uint32_t span = s->sites.pos0[run.end - 1] - s->sites.pos0[run.begin] + 1;

	if (n < VECTOR_MIN || span / GATHER_MAX_STEP > n)
		return call_each(s, r, run, odd);
	return span == n ? call_all(s, r, run, odd) : call_and_gather(s, r, run, odd);
}

/* All but the name and the odd calls. */
static inline void begin_strip(
	const struct scan *s, const struct record *r, struct run run, struct strip *strip)
{
	strip->locus = run.begin;
	strip->n = (uint16_t)(run.end - run.begin);
	strip->odd = (uint32_t)s->out->strips.odd.n;
	strip->reached = s->sites.i;
	strip->kind = s->dropped == SAYS_NO_BASE    ? STRIP_CALLS
		      : s->dropped == SAYS_LOW_MAPQ ? STRIP_LOW_MAPQ
						    : STRIP_FILTERED;
	strip->nameless = record_is_nameless(r);
}

/* The calls of a run that the strip ends with. */
static inline void call_strip(
	struct scan *s, const struct record *r, struct run run, struct strip *strip)
{
	struct odd_calls *odd = &s->out->strips.odd;

	if (strip->kind == STRIP_CALLS)
		odd->n = (size_t)(call_run(s, r, run, odd->items + odd->n) - odd->items);
	strip->n_odd = (uint16_t)(odd->n - strip->odd);
}

static bool lies_in_one_cell(struct run run)
{
	return run.begin / CELL_N_LOCI == (run.end - 1) / CELL_N_LOCI;
}

/*
 * Cell by cell, appends loci to the record's last strip, or begins a strip. The record's strips
 * begin at n_before, and so does its name.
 */
static enum sphex_status add_run(struct scan *s, const struct record *r, struct run run,
	size_t n_before, struct sphex_error *err)
{
	struct strips *strips = &s->out->strips;

	for (struct run piece = run; piece.begin < run.end; piece.begin = piece.end) {
		struct strip *strip;

		piece.end = run.end;
		if (!lies_in_one_cell(piece))
			piece.end = (piece.begin / CELL_N_LOCI + 1) * CELL_N_LOCI;
		if (!memory_reserve(
			    &strips->items, &strips->cap, strips->n + 1, sizeof(*strips->items)))
			return fail_memory(err);
		strip = &strips->items[strips->n];
		if (strips->n > n_before && strip[-1].locus + strip[-1].n == piece.begin &&
			piece.begin % CELL_N_LOCI != 0) {
			strip--;
			strip->n += (uint16_t)(piece.end - piece.begin);
		} else {
			if (strips->n > n_before)
				strip->name = strip[-1].name;
			begin_strip(s, r, piece, strip);
			strips->n++;
		}
		call_strip(s, r, piece, strip);
	}
	return SPHEX_OK;
}

/* The first locus at or behind end0: without a search where loci are sparse, or at each base. */
static uint32_t end_of_run(const struct scan *s, uint32_t begin, uint32_t end0)
{
	const uint32_t *positions = s->sites.pos0;
	uint32_t n_bases;

	if (begin == s->sites.end || positions[begin] >= end0)
		return begin;
	if (begin + 1 == s->sites.end || positions[begin + 1] >= end0)
		return begin + 1;
	n_bases = end0 - positions[begin];
	if (n_bases <= s->sites.end - begin && positions[begin + n_bases - 1] == end0 - 1)
		return begin + n_bases;
	return sites_search(positions, begin, s->sites.end, end0);
}

/* The loci of each run of aligned bases; there is room for a strip, and for all odd calls. */
static enum sphex_status add_runs(struct scan *s, const struct record *r, struct sphex_error *err)
{
	struct run run = {.end = s->sites.i, .shift = 0 - (uint32_t)r->pos0};
	uint32_t pos0 = (uint32_t)r->pos0;
	size_t n_before = s->out->strips.n;
	enum sphex_status status = SPHEX_OK;

	for (uint32_t i = 0; i < r->n_cigar && run.end < s->sites.end && !status; i++) {
		uint32_t op = record_cigar_word(r, i) & 15, len = record_cigar_word(r, i) >> 4;
		bool refs = CIGAR_CONSUMES_REF >> op & 1, reads = CIGAR_CONSUMES_READ >> op & 1;

		if (refs) {
			if (len > UINT32_MAX - pos0)
				break; /* behind all positions */
			pos0 += len;
			run.begin = run.end; /* at or behind pos0 */
			run.end = end_of_run(s, run.begin, pos0);
			if (reads)
				status = add_run(s, r, run, n_before, err);
		}
		run.shift += (reads ? len : 0) - (refs ? len : 0);
	}
	return status;
}

/* Most records are: all bases aligned one by one, over loci of one cell. */
static enum sphex_status add_strips(struct scan *s, const struct record *r, struct sphex_error *err)
{
	struct strips *strips = &s->out->strips;
	struct run run = {s->sites.i, s->sites.i, 0 - (uint32_t)r->pos0};
	uint32_t n_left = s->sites.end - s->sites.i; /* loci */
	struct strip *strip;

	if (!memory_reserve(&strips->items, &strips->cap, strips->n + 1, sizeof(*strips->items)) ||
		!odd_reserve(&strips->odd, r->n_bases < n_left ? r->n_bases : n_left))
		return fail_memory(err);
	strip = &strips->items[strips->n];
	record_hash_name(r, &strip->name);
	if (r->n_cigar != 1 || (record_cigar_word(r, 0) & 15) != CIGAR_M)
		return add_runs(s, r, err);
	run.end = end_of_run(s, run.begin, (uint32_t)r->pos0 + (record_cigar_word(r, 0) >> 4));
	if (run.begin == run.end)
		return SPHEX_OK;
	if (!lies_in_one_cell(run))
		return add_run(s, r, run, strips->n, err);
	begin_strip(s, r, run, strip);
	call_strip(s, r, run, strip);
	strips->n++;
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- events */

uint8_t observe_event(const struct observer *observer, const struct record *r, uint32_t site,
	struct cigar_place *place, struct said_alts *said)
{
	const struct sites *sites = observer->sites;
	const struct event_ref *ref = &sites->event_refs[sites->variant[site]];

	return judge_alt(
		&sites->events, ref->first, ref->n, ref->i, r, place, observer->min_baseq, said);
}

bool observe_looks_at_event(const struct observer *observer, const struct record *r, uint32_t site)
{
	const struct sites *sites = observer->sites;
	const struct event_ref *ref = &sites->event_refs[sites->variant[site]];

	return event_is_looked_at(&sites->events.items[ref->first + ref->i], r);
}

static enum sphex_status add_events(struct scan *s, const struct record *r, int64_t end,
	struct name_hash name, struct sphex_error *err)
{
	const struct sites *sites = s->observer->sites;
	struct cigar_place place = cigar_start(r);
	struct said_alts said = {0};
	struct observations *o = s->out;

	for (uint32_t i = s->events.i; i < s->events.end && s->events.pos0[i] < end; i++) {
		uint32_t site = sites->event_sites.sites[i];
		uint8_t says = s->dropped;

		if (sites->ends0[site] <= (uint32_t)r->pos0)
			continue;
		if (says == SAYS_NO_BASE)
			says = observe_event(s->observer, r, site, &place, &said);
		else if (!observe_looks_at_event(s->observer, r, site))
			says = SAYS_NO_BASE;
		if (says == SAYS_NO_BASE)
			continue;
		if (!observations_reserve(o, o->n + 1))
			return fail_memory(err);
		o->items[o->n++] = (struct observation){name, site, says, record_is_nameless(r)};
	}
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- the record */

/* Word by word: names are short, and each covering record has one. */
static bool has_nul(const uint8_t *text, size_t n)
{
	const uint64_t ones = 0x0101010101010101u, highs = ones << 7;
	const uint8_t *last;
	uint64_t bits;

	if (n < 8)
		return memchr(text, 0, n);
	last = text + n - 8; /* may have bytes of the word before it */
	bits = load_u64(last) | (load_u64(last) - ones);
	for (; text < last; text += 8)
		bits |= load_u64(text) | (load_u64(text) - ones);
	/* a byte with its high bit set, which is no letter, or a NUL, from which 1 was taken */
	return bits & highs && memchr(last + 8 - n, 0, n);
}

static bool is_op(const struct record *r, uint32_t i, uint32_t op)
{
	return (record_cigar_word(r, i) & 15) == op;
}

/* Clips belong to the ends, H outside of S (SAM, section 1.4.6): inside they would mean nothing. */
static bool has_clip_inside(const struct record *r)
{
	uint32_t begin = 0, end = r->n_cigar;

	if (end == 1)
		return false;
	while (begin < end && is_op(r, begin, CIGAR_H))
		begin++;
	while (begin < end && is_op(r, begin, CIGAR_S))
		begin++;
	while (begin < end && is_op(r, end - 1, CIGAR_H))
		end--;
	while (begin < end && is_op(r, end - 1, CIGAR_S))
		end--;
	for (; begin < end; begin++)
		if (is_op(r, begin, CIGAR_S) || is_op(r, begin, CIGAR_H))
			return true;
	return false;
}

/* Of the records that cover sites. */
static enum sphex_status check_covering(const struct record *r, struct sphex_error *err)
{
	if (has_clip_inside(r))
		return fail(
			err, SPHEX_E_DATA, "damaged BAM record: its CIGAR clips inside the read");
	if (has_nul((const uint8_t *)record_name(r), r->name_nbytes - 1u))
		return fail(err, SPHEX_E_DATA, "damaged BAM record: NUL inside the read name");
	if (r->n_bases && r->quals[0] == 0xFF &&
		memcmp(r->quals, r->quals + 1, r->n_bases - 1) != 0)
		return fail(
			err, SPHEX_E_DATA, "damaged BAM record: some of its bases have no quality");
	return SPHEX_OK;
}

enum sphex_status observe_native(
	struct scan *s, const struct record *r, int64_t end, struct sphex_error *err)
{
	const struct strips *strips = &s->out->strips;
	size_t n_before = strips->n;
	enum sphex_status status = check_covering(r, err);

	if (!status)
		status = add_strips(s, r, err);
	if (!status && s->events.i < s->events.end)
		status = add_events(s, r, end, strips->items[n_before].name, err);
	return status;
}
