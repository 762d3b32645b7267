/*
 * The counters are 8 bits wide for the calls that are common, so that a strip is added by vectors,
 * and 32 bits wide for the sums that they are emptied into; a range of loci at which dropped
 * records look costs two additions.
 */
#include "pileup.h"

#include <string.h>

#include "base/bits.h"
#include "base/memory.h"
#include "base/prefetch.h"
#include "fragment.h"

/* Strips ahead of the one at hand for which the entry of their name is asked. */
#define PREFETCH 8
/* Strips in waiting at which those that need not wait any more are settled: they fit the caches. */
#define SETTLE_AT ((size_t)1 << 12)
/* Shorter strips are counted locus by locus. */
#define VECTOR_MIN 16
/* What the 8 bits of a plane's counter hold. */
#define PLANE_MAX 255

/*
 * Sums of a locus: 1..15 by the set of letters that a fragment shows (bits of enum base_call), and
 * the two of fragments without a letter.
 */
enum { SUM_AMBIGUOUS = 0, SUM_LOW_BASEQ = 16, N_SUMS = 17 };

struct sums {
	uint32_t n[N_SUMS];
	int32_t n_low_mapq, n_filtered; /* change from the locus before */
};

/* An entry of the table of names: a strip, and a part of its name's hash. */
struct named {
	uint32_t strip; /* 1 + its number, or 0 */
	uint32_t tag;
};

struct pileup {
	const struct sites *sites;
	const struct kernels *kernels;
	bool by_read;
	uint64_t n_counted, n_observations;

	struct strips waiting;
	size_t settle_at;
	/* by name: 1 + the first waiting strip, or 0; n_names is a power of 2. Per strip the same
	 * of the next one of the name. What several cover is in the first of them. */
	struct named *names;
	uint32_t *next;
	size_t next_cap;
	size_t n_names, names_cap;

	uint32_t first; /* locus of the first counters */
	size_t n_loci, loci_cap;
	uint8_t *planes;                   /* N_CALL_PLANES, n_loci counters each */
	struct sums *sums;                 /* one more than n_loci: there ranges end */
	uint32_t *n_snvs;                  /* before each locus, and all */
	uint64_t *rest;                    /* a mask of n_loci bits */
	unsigned n_in_planes;              /* strips since the planes were emptied */
	size_t touched_begin, touched_end; /* what these strips touched */
};

/* Behind the sites of a locus; those of events may lie among them. */
static uint32_t sites_end_of(const struct sites *s, uint32_t locus)
{
	return locus + 1 < s->loci.n ? s->loci.sites[locus + 1] : (uint32_t)s->n;
}

static void count_snvs(struct pileup *p)
{
	const struct sites *s = p->sites;
	uint32_t n = 0;

	for (size_t i = 0; i < p->n_loci; i++) {
		uint32_t locus = p->first + (uint32_t)i, end = sites_end_of(s, locus);

		p->n_snvs[i] = n;
		for (uint32_t site = s->loci.sites[locus]; site < end; site++)
			n += s->refs[site] != ALLELE_EVENT;
	}
	p->n_snvs[p->n_loci] = n;
}

static void free_loci(struct pileup *p)
{
	memory_free(p->planes);
	memory_free(p->sums);
	memory_free(p->rest);
	memory_free(p->n_snvs);
}

static enum sphex_status reserve_loci(struct pileup *p, size_t n_loci, struct sphex_error *err)
{
	if (n_loci <= p->loci_cap)
		return SPHEX_OK;
	free_loci(p);
	p->planes = memory_new(n_loci, N_CALL_PLANES);
	p->sums = memory_new(n_loci + 1, sizeof(*p->sums));
	p->rest = memory_new(n_loci / 64 + 1, sizeof(*p->rest));
	p->n_snvs = memory_new(n_loci + 1, sizeof(*p->n_snvs));
	if (!p->planes || !p->sums || !p->rest || !p->n_snvs)
		return fail_memory(err);
	p->loci_cap = n_loci;
	return SPHEX_OK;
}

enum sphex_status pileup_begin(struct pileup **pileup, const struct sites *sites, uint32_t first,
	size_t n_loci, const struct kernels *kernels, bool by_read, struct sphex_error *err)
{
	struct pileup *p = *pileup ? *pileup : memory_new_zeroed(1, sizeof(*p));

	*pileup = p;
	if (!p || reserve_loci(p, n_loci, err))
		return fail_memory(err);
	p->sites = sites;
	p->first = first;
	p->n_loci = n_loci;
	p->kernels = kernels;
	p->by_read = by_read;
	p->n_counted = p->n_observations = 0;
	p->waiting.n = p->waiting.n_calls = p->n_names = 0;
	p->settle_at = SETTLE_AT;
	memset(p->planes, 0, n_loci * N_CALL_PLANES);
	memset(p->sums, 0, (n_loci + 1) * sizeof(*p->sums));
	count_snvs(p);
	return SPHEX_OK;
}

void pileup_free(struct pileup *p)
{
	if (!p)
		return;
	memory_free(p->waiting.items);
	memory_free(p->waiting.calls);
	memory_free(p->next);
	memory_free(p->names);
	free_loci(p);
	memory_free(p);
}

uint64_t pileup_n_counted(const struct pileup *p)
{
	return p->n_counted;
}

uint64_t pileup_n_observations(const struct pileup *p)
{
	return p->n_observations;
}

/* ---------------------------------------------------------------- fragments */

/* The entry of a name: that of its first strip, or the free one where it belongs. */
static struct named *find_name(struct pileup *p, struct name_hash name)
{
	size_t mask = p->n_names - 1, i = name.lo & mask;
	uint32_t tag = (uint32_t)(name.hi >> 32);

	for (; p->names[i].strip; i = (i + 1) & mask) {
		const struct name_hash *other;

		if (p->names[i].tag != tag)
			continue;
		other = &p->waiting.items[p->names[i].strip - 1].name;
		if (other->lo == name.lo && other->hi == name.hi)
			break;
	}
	p->names[i].tag = tag;
	return &p->names[i];
}

static bool has_name(const struct pileup *p, const struct strip *s)
{
	return s->kind == STRIP_CALLS && !s->nameless && !p->by_read;
}

/* Enters all waiting strips by name anew, in a table with room for n_more. */
static enum sphex_status enter_names(struct pileup *p, size_t n_more, struct sphex_error *err)
{
	size_t n = p->n_names ? p->n_names : 1024;
	struct named *names;

	while (n < 2 * (p->waiting.n + n_more))
		n *= 2;
	if (n > p->names_cap) {
		names = memory_new_zeroed(n, sizeof(*names));
		if (!names)
			return fail_memory(err);
		memory_free(p->names);
		p->names = names;
		p->names_cap = n;
	} else {
		memset(p->names, 0, n * sizeof(*p->names));
	}
	p->n_names = n;
	for (size_t i = p->waiting.n; i-- > 0;) {
		uint32_t *entry = &find_name(p, p->waiting.items[i].name)->strip;

		p->next[i] = *entry;
		*entry = (uint32_t)i + 1;
	}
	return SPHEX_OK;
}

/* Calls move from one strip to the same loci of another. */
static void move_calls(uint8_t *to, uint8_t *from, size_t n)
{
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		uint64_t a, b;

		memcpy(&a, to + i, 8);
		memcpy(&b, from + i, 8);
		a |= b;
		memcpy(to + i, &a, 8);
	}
	for (; i < n; i++)
		to[i] |= from[i];
	memset(from, 0, n);
}

/* Calls that join others are observations of each SNV of their loci, but not counted on their own.
 */
static void note_joined(struct pileup *p, uint32_t locus, const uint8_t *calls, size_t n)
{
	const uint32_t *n_before = p->n_snvs + (locus - p->first);

	if (!memchr(calls, 0, n)) {
		p->n_observations += n_before[n] - n_before[0];
		return;
	}
	for (size_t i = 0; i < n; i++)
		p->n_observations += calls[i] ? n_before[i + 1] - n_before[i] : 0;
}

static bool is_blank(const uint8_t *calls, size_t n)
{
	return calls[0] == 0 && memcmp(calls, calls + 1, n - 1) == 0;
}

/*
 * Hands the calls of a strip to the first of its name that covers their loci. Strips that no later
 * record can meet leave the list of the name. Returns where the list ends, NULL when no call is
 * left.
 */
static uint32_t *join(struct pileup *p, const struct strip *s, uint8_t *calls)
{
	uint32_t *link = &find_name(p, s->name)->strip;
	bool moved = false;

	while (*link) {
		const struct strip *other = &p->waiting.items[*link - 1];
		uint32_t begin = s->locus > other->locus ? s->locus : other->locus;
		uint32_t end = s->locus + s->n, other_end = other->locus + other->n;

		if (other_end <= s->reached && p->next[*link - 1]) {
			*link = p->next[*link - 1];
			continue;
		}
		end = end < other_end ? end : other_end;
		if (begin < end) {
			note_joined(p, begin, calls + (begin - s->locus), end - begin);
			move_calls(p->waiting.calls + other->calls + (begin - other->locus),
				calls + (begin - s->locus), end - begin);
			moved = true;
		}
		link = &p->next[*link - 1];
	}
	return moved && is_blank(calls, s->n) ? NULL : link;
}

static bool reserve(struct pileup *p, size_t n, size_t n_calls)
{
	struct strips *w = &p->waiting;

	return memory_reserve(&w->items, &w->cap, w->n + n, sizeof(*w->items)) &&
	       memory_reserve(&p->next, &p->next_cap, w->n + n, sizeof(*p->next)) &&
	       memory_reserve(&w->calls, &w->calls_cap, w->n_calls + n_calls, 1);
}

/* With room for it. */
static void wait_for_mate(struct pileup *p, const struct strip *s, uint8_t *calls)
{
	struct strips *w = &p->waiting;
	uint32_t *link = join(p, s, calls);

	if (!link)
		return;
	p->next[w->n] = 0;
	*link = (uint32_t)w->n + 1;
	w->items[w->n] = *s;
	w->items[w->n++].calls = w->n_calls;
	memcpy(w->calls + w->n_calls, calls, s->n);
	w->n_calls += s->n;
}

/* ---------------------------------------------------------------- counting strips */

static unsigned sum_of(uint8_t call)
{
	if (call & 15)
		return call & 15;
	return call & CALL_LOW_BASEQ ? SUM_LOW_BASEQ : SUM_AMBIGUOUS;
}

/* From the planes into the sums, before a counter could overflow. */
static void empty_planes(struct pileup *p)
{
	static const uint8_t sums[N_CALL_PLANES] = {CALL_A, CALL_C, CALL_G, CALL_T, SUM_LOW_BASEQ};

	for (unsigned k = 0; k < N_CALL_PLANES; k++) {
		uint8_t *plane = p->planes + k * p->n_loci;

		for (size_t i = p->touched_begin; i < p->touched_end; i++)
			p->sums[i].n[sums[k]] += plane[i];
		memset(plane + p->touched_begin, 0, p->touched_end - p->touched_begin);
	}
	p->n_in_planes = 0;
	p->touched_begin = p->touched_end = 0;
}

static void count_few(struct sums *sums, const uint8_t *calls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (calls[i])
			sums[i].n[sum_of(calls[i])]++;
}

static void count_many(struct pileup *p, size_t at, const uint8_t *calls, size_t n)
{
	if (p->n_in_planes == PLANE_MAX)
		empty_planes(p);
	if (p->n_in_planes == 0)
		p->touched_begin = at;
	p->n_in_planes++;
	p->touched_begin = at < p->touched_begin ? at : p->touched_begin;
	p->touched_end = at + n > p->touched_end ? at + n : p->touched_end;
	p->kernels->add_calls(calls, n, p->planes + at, p->n_loci, p->rest);
	for (size_t word = 0; word < (n + 63) / 64; word++) {
		for (uint64_t bits = p->rest[word]; bits; bits &= bits - 1) {
			size_t i = word * 64 + lowest_bit(bits);

			p->sums[at + i].n[sum_of(calls[i])]++;
		}
	}
}

static void count_strip(struct pileup *p, const struct strip *s, const uint8_t *calls)
{
	size_t at = s->locus - p->first;

	if (s->kind == STRIP_LOW_MAPQ) {
		p->sums[at].n_low_mapq++;
		p->sums[at + s->n].n_low_mapq--;
	} else if (s->kind == STRIP_FILTERED) {
		p->sums[at].n_filtered++;
		p->sums[at + s->n].n_filtered--;
	} else if (s->n < VECTOR_MIN) {
		count_few(p->sums + at, calls, s->n);
	} else {
		count_many(p, at, calls, s->n);
	}
}

/* ---------------------------------------------------------------- loci that are done */

/* Where fragments belong that show this set of letters. */
static unsigned column_of(unsigned letters, unsigned ref, unsigned alt)
{
	bool shows_ref = letters & ref, shows_alt = letters & alt,
	     shows_other = letters & ~(ref | alt);

	if (shows_ref + shows_alt + shows_other > 1)
		return COUNT_DISCORDANT;
	return shows_ref ? COUNT_REF : shows_alt ? COUNT_ALT : COUNT_OTHER;
}

static void count_site(
	struct pileup *p, uint32_t site, const struct sums *sums, uint32_t counts[N_NATIVE_COUNTS])
{
	uint8_t ref = p->sites->refs[site], alt = p->sites->alts[site];

	ref = ref == ALLELE_NEVER ? 0 : ref;
	alt = alt == ALLELE_NEVER ? 0 : alt;
	for (unsigned letters = 1; letters < 16; letters++)
		if (sums->n[letters])
			counts[column_of(letters, ref, alt)] += sums->n[letters];
	counts[COUNT_AMBIGUOUS] += sums->n[SUM_AMBIGUOUS];
	counts[COUNT_LOW_BASEQ] += sums->n[SUM_LOW_BASEQ];
	counts[COUNT_LOW_MAPQ] += (uint32_t)sums->n_low_mapq;
	counts[COUNT_FILTERED] += (uint32_t)sums->n_filtered;
	for (unsigned i = 0; i < N_NATIVE_COUNTS; i++)
		p->n_observations += counts[i];
	p->n_counted += (uint64_t)counts[COUNT_REF] + counts[COUNT_ALT] + counts[COUNT_OTHER];
}

/* Nothing looked at the locus: most of them, where reads are few. Their counts stay untouched. */
static bool is_empty(const struct sums *sums)
{
	uint32_t any = (uint32_t)(sums->n_low_mapq | sums->n_filtered);

	for (unsigned i = 0; i < N_SUMS; i++)
		any |= sums->n[i];
	return !any;
}

static void count_sites(struct pileup *p, uint32_t *counts)
{
	const struct sites *s = p->sites;

	for (size_t i = 0; i < p->n_loci; i++) {
		uint32_t locus = p->first + (uint32_t)i, end = sites_end_of(s, locus);

		if (i) { /* changes become numbers */
			p->sums[i].n_low_mapq += p->sums[i - 1].n_low_mapq;
			p->sums[i].n_filtered += p->sums[i - 1].n_filtered;
		}
		if (is_empty(&p->sums[i]))
			continue;
		for (uint32_t site = s->loci.sites[locus]; site < end; site++)
			if (s->refs[site] != ALLELE_EVENT)
				count_site(p, site, &p->sums[i],
					counts + (size_t)site * N_NATIVE_COUNTS);
	}
}

/* ---------------------------------------------------------------- settling */

/* Counts the strips that wait for nothing any more, and moves the others together. */
static void count_passed(struct pileup *p, uint32_t reached)
{
	struct strips *w = &p->waiting;
	size_t n = 0, n_calls = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct strip s = w->items[i];

		if (s.locus + s.n <= reached) {
			count_strip(p, &s, w->calls + s.calls);
			continue;
		}
		memmove(w->calls + n_calls, w->calls + s.calls, s.n);
		s.calls = n_calls;
		n_calls += s.n;
		w->items[n++] = s;
	}
	w->n = n;
	w->n_calls = n_calls;
}

enum sphex_status pileup_add(
	struct pileup *p, struct strips *in, uint32_t reached, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	if (!reserve(p, in->n, in->n_calls))
		return fail_memory(err);
	if (2 * (p->waiting.n + in->n) > p->n_names)
		status = enter_names(p, in->n, err);
	for (size_t i = 0; i < in->n && !status; i++) {
		const struct strip *s = &in->items[i];
		uint8_t *calls = s->kind == STRIP_CALLS ? in->calls + s->calls : NULL;

		if (i + PREFETCH < in->n)
			prefetch(&p->names[in->items[i + PREFETCH].name.lo & (p->n_names - 1)]);
		if (has_name(p, s))
			wait_for_mate(p, s, calls);
		else
			count_strip(p, s, calls);
	}
	if (status || p->waiting.n < p->settle_at)
		return status;
	count_passed(p, reached);
	/* what must wait on is looked through again only when it has doubled */
	p->settle_at = p->waiting.n * 2 > SETTLE_AT ? p->waiting.n * 2 : SETTLE_AT;
	return enter_names(p, 0, err);
}

void pileup_finish(struct pileup *p, uint32_t *counts)
{
	count_passed(p, UINT32_MAX);
	empty_planes(p);
	count_sites(p, counts);
}
