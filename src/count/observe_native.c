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

/* ---------------------------------------------------------------- loci */

/* Loci [begin, end) of a list, all within `n` bases from pos0 on, which are the read's from q on.
 */
struct run {
	const struct record *r;
	uint32_t begin, end;
	uint32_t pos0, q;
};

static void call_each(const struct scan *s, const struct run *run, uint8_t *calls)
{
	for (uint32_t i = run->begin; i < run->end; i++) {
		uint32_t q = run->q + (s->sites.pos0[i] - run->pos0);

		*calls++ =
			call_base(record_base(run->r, q), run->r->quals[q], s->observer->min_baseq);
	}
}

/* The bases from the first to the last locus at once, in parts; then those that lie on loci. */
static void call_and_gather(const struct scan *s, const struct run *run, uint8_t *calls)
{
	const uint32_t *positions = s->sites.pos0;
	uint8_t part[1024];

	for (uint32_t i = run->begin; i < run->end;) {
		uint32_t first = positions[i];
		uint32_t left = positions[run->end - 1] - first + 1;
		uint32_t n = left < sizeof(part) ? left : (uint32_t)sizeof(part);

		s->observer->kernels->call_bases(run->r->bases, run->r->quals,
			run->q + (first - run->pos0), n, s->observer->min_baseq, part);
		for (; i < run->end && positions[i] - first < n; i++)
			*calls++ = part[positions[i] - first];
	}
}

static void call_run(const struct scan *s, const struct run *run, uint8_t *calls)
{
	uint32_t n = run->end - run->begin, first = s->sites.pos0[run->begin];
	uint32_t span = s->sites.pos0[run->end - 1] - first + 1;

	if (n < VECTOR_MIN || span / GATHER_MAX_STEP > n)
		call_each(s, run, calls);
	else if (span == n)
		s->observer->kernels->call_bases(run->r->bases, run->r->quals,
			run->q + (first - run->pos0), n, s->observer->min_baseq, calls);
	else
		call_and_gather(s, run, calls);
}

/* Appends the run to the record's last strip, or begins a strip; strips of it begin at n_before. */
static enum sphex_status add_run(struct scan *s, const struct run *run, size_t n_before,
	struct name_hash name, struct sphex_error *err)
{
	struct strips *strips = &s->out->strips;
	uint32_t n = run->end - run->begin;
	bool has_calls = s->dropped == SAYS_NO_BASE;
	struct strip *last;

	if (!memory_reserve(&strips->items, &strips->cap, strips->n + 1, sizeof(*strips->items)) ||
		!memory_reserve(&strips->calls, &strips->calls_cap, strips->n_calls + n, 1))
		return fail_memory(err);
	last = strips->n > n_before ? &strips->items[strips->n - 1] : NULL;
	if (last && last->locus + last->n == run->begin)
		last->n += n;
	else
		/* there is room: NOLINTNEXTLINE(clang-analyzer-core.NullDereference) */
		strips->items[strips->n++] = (struct strip){.name = name,
			.locus = run->begin,
			.n = n,
			.reached = s->sites.i,
			.calls = strips->n_calls,
			.kind = has_calls                     ? STRIP_CALLS
				: s->dropped == SAYS_LOW_MAPQ ? STRIP_LOW_MAPQ
							      : STRIP_FILTERED,
			.nameless = record_is_nameless(run->r)};
	if (has_calls) {
		call_run(s, run, strips->calls + strips->n_calls);
		strips->n_calls += n;
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

/* The loci of each run of aligned bases. */
static enum sphex_status add_strips(
	struct scan *s, const struct record *r, struct name_hash name, struct sphex_error *err)
{
	struct run run = {
		.r = r, .begin = s->sites.i, .end = s->sites.i, .pos0 = (uint32_t)r->pos0};
	size_t n_before = s->out->strips.n;
	enum sphex_status status = SPHEX_OK;

	for (uint32_t i = 0; i < r->n_cigar && run.end < s->sites.end && !status; i++) {
		uint32_t op = record_cigar_word(r, i) & 15, len = record_cigar_word(r, i) >> 4;
		bool refs = CIGAR_CONSUMES_REF >> op & 1, reads = CIGAR_CONSUMES_READ >> op & 1;

		if (refs && len > UINT32_MAX - run.pos0)
			break; /* behind all positions */
		if (refs) {
			run.begin = run.end; /* at or behind pos0 */
			run.end = end_of_run(s, run.begin, run.pos0 + len);
			if (reads && run.begin < run.end)
				status = add_run(s, &run, n_before, name, err);
		}
		run.pos0 += refs ? len : 0;
		run.q += reads ? len : 0;
	}
	return status;
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
	uint64_t zeros = 0;

	if (n < 8)
		return memchr(text, 0, n);
	for (; n > 8; n -= 8, text += 8)
		zeros |= (load_u64(text) - ones) & ~load_u64(text);
	text = text + n - 8; /* the last word, parts of it again */
	return (zeros | ((load_u64(text) - ones) & ~load_u64(text))) & highs;
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
	struct name_hash name;
	enum sphex_status status;

	if (check_covering(r, err))
		return err->status;
	name = name_hash_of((const uint8_t *)record_name(r), r->name_nbytes - 1u);
	status = add_strips(s, r, name, err);
	return status ? status : add_events(s, r, end, name, err);
}
