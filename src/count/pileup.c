/*
 * A strip is counted at once: that it is there, which costs two additions, and one by one its calls
 * that are not usual; all others are the usual letter. It waits for mates all the same: what these
 * say about its loci joins it, and where that changes what the fragment shows, the counts are put
 * right.
 */
#include "pileup.h"

#include <string.h>

#include "base/memory.h"
#include "base/prefetch.h"
#include "fragment.h"

/* Strips of which the mates are asked for at a time, when so many are waiting that they are far. */
#define GROUP 16
#define FAR ((size_t)1 << 16)
/* Strips in waiting at which those that need not wait any more are left out: with their names they
 * fit the nearest cache. */
#define LEAVE_OUT_AT ((size_t)1 << 9)

/*
 * Sums of a locus: 1..15 by the set of letters that a fragment shows (bits of enum base_call), and
 * the two of fragments without a letter.
 */
enum { SUM_AMBIGUOUS = 0, SUM_LOW_BASEQ = 16, N_SUMS = 17 };

struct sums {
	uint32_t n[N_SUMS]; /* that of the usual letter means nothing until the end */
	/* changes from the locus before */
	uint32_t n_fragments, n_low_mapq, n_filtered;
};

/* A strip that a record of the same name may follow. Half a line of the cache. */
struct waiting {
	struct name_hash name;
	uint32_t locus;
	uint16_t n, n_odd; /* loci [locus, locus + n), and their odd calls */
	uint32_t odd;      /* where these begin */
	uint32_t next;     /* 1 + the next one of the name, or 0 */
};

struct odd_calls {
	struct odd_call *items;
	size_t n, cap;
};

struct pileup {
	const struct sites *sites;
	bool by_read;
	uint64_t n_counted, n_observations;

	/* in file order; of one name no two cover a locus, and they are linked by locus */
	struct waiting *waiting;
	size_t n_waiting, waiting_cap, leave_out_at;
	struct odd_calls odd, spare;
	/* by name: a byte of its hash, or 0, and 1 + the first waiting strip; n_names is a power
	 * of 2 */
	uint8_t *tags;
	uint32_t *firsts;
	size_t n_names, names_cap;

	uint32_t first; /* locus of the first sums */
	size_t n_loci, loci_cap;
	struct sums *sums; /* one more than n_loci: there ranges end */
	uint32_t *n_snvs;  /* before each locus, and all */
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

static enum sphex_status reserve_loci(struct pileup *p, size_t n_loci, struct sphex_error *err)
{
	if (n_loci <= p->loci_cap)
		return SPHEX_OK;
	memory_free(p->sums);
	memory_free(p->n_snvs);
	p->sums = memory_new(n_loci + 1, sizeof(*p->sums));
	p->n_snvs = memory_new(n_loci + 1, sizeof(*p->n_snvs));
	if (!p->sums || !p->n_snvs)
		return fail_memory(err);
	p->loci_cap = n_loci;
	return SPHEX_OK;
}

enum sphex_status pileup_begin(struct pileup **pileup, const struct sites *sites, uint32_t first,
	size_t n_loci, bool by_read, struct sphex_error *err)
{
	struct pileup *p = *pileup ? *pileup : memory_new_zeroed(1, sizeof(*p));

	*pileup = p;
	if (!p || reserve_loci(p, n_loci, err))
		return fail_memory(err);
	p->sites = sites;
	p->first = first;
	p->n_loci = n_loci;
	p->by_read = by_read;
	p->n_counted = p->n_observations = 0;
	p->n_waiting = p->odd.n = p->n_names = 0;
	p->leave_out_at = LEAVE_OUT_AT;
	memset(p->sums, 0, (n_loci + 1) * sizeof(*p->sums));
	count_snvs(p);
	return SPHEX_OK;
}

void pileup_free(struct pileup *p)
{
	if (!p)
		return;
	memory_free(p->waiting);
	memory_free(p->odd.items);
	memory_free(p->spare.items);
	memory_free(p->tags);
	memory_free(p->firsts);
	memory_free(p->sums);
	memory_free(p->n_snvs);
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

/* ---------------------------------------------------------------- counting */

static unsigned sum_of(uint8_t call)
{
	if (call & 15)
		return call & 15;
	return call & CALL_LOW_BASEQ ? SUM_LOW_BASEQ : SUM_AMBIGUOUS;
}

/* A fragment that has been counted with one call at the locus shows another one. */
static void recount(struct pileup *p, uint32_t locus, uint8_t from, uint8_t to)
{
	uint32_t *n = p->sums[locus - p->first].n;

	n[sum_of(from)]--;
	n[sum_of(to)]++;
}

static void count_range(struct pileup *p, uint32_t locus, uint32_t n)
{
	struct sums *at = p->sums + (locus - p->first);

	at[0].n_fragments++;
	at[n].n_fragments--;
}

static void count_odd(struct pileup *p, struct odd_call odd)
{
	p->sums[odd.locus - p->first].n[sum_of(odd.call)]++;
}

static void count_alone(struct pileup *p, const struct strip *s, const struct odd_call *odd)
{
	struct sums *at = p->sums + (s->locus - p->first);

	if (s->kind == STRIP_LOW_MAPQ) {
		at[0].n_low_mapq++;
		at[s->n].n_low_mapq--;
	} else if (s->kind == STRIP_FILTERED) {
		at[0].n_filtered++;
		at[s->n].n_filtered--;
	} else {
		count_range(p, s->locus, s->n);
		for (uint32_t i = 0; i < s->n_odd; i++)
			count_odd(p, odd[i]);
	}
}

/* ---------------------------------------------------------------- names */

/* Never 0. */
static uint8_t tag_of(struct name_hash name)
{
	uint8_t tag = (uint8_t)(name.hi >> 56);

	return tag ? tag : 1;
}

static bool is_same(struct name_hash a, struct name_hash b)
{
	return a.lo == b.lo && a.hi == b.hi;
}

/* The entry of a name, or the free one where it belongs: its tag is 0, and it has no first strip.
 */
static size_t find_name(const struct pileup *p, struct name_hash name)
{
	size_t mask = p->n_names - 1, i = name.lo & mask;
	uint8_t tag = tag_of(name);

	for (; p->tags[i]; i = (i + 1) & mask)
		if (p->tags[i] == tag && is_same(p->waiting[p->firsts[i] - 1].name, name))
			break;
	return i;
}

/* Asks the memory for the entries of names. */
static void ask_for_names(const struct pileup *p, const struct strip *strips, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t entry = strips[i].name.lo & (p->n_names - 1);

		prefetch(&p->tags[entry]);
		prefetch(&p->firsts[entry]);
	}
}

/* And for the strips and calls of these names, for all at once: each of them is far. */
static void ask_for_mates(const struct pileup *p, const struct strip *strips, size_t n)
{
	const struct name_hash *names[GROUP];
	uint32_t firsts[GROUP];
	size_t mask = p->n_names - 1, n_known = 0;

	for (size_t i = 0; i < n; i++) {
		size_t entry = strips[i].name.lo & mask;
		uint8_t tag = tag_of(strips[i].name);

		while (p->tags[entry] && p->tags[entry] != tag)
			entry = (entry + 1) & mask;
		names[n_known] = &strips[i].name;
		firsts[n_known] = p->firsts[entry];
		n_known += p->tags[entry] == tag;
	}
	for (size_t i = 0; i < n_known; i++) {
		const struct waiting *w = &p->waiting[firsts[i] - 1];

		if (is_same(w->name, *names[i]) && w->n_odd)
			prefetch(&p->odd.items[w->odd]);
	}
}

/* Where the number of the strip behind `before` stands; 0: of the first of the name. */
static uint32_t *link_behind(struct pileup *p, size_t entry, uint32_t before)
{
	return before ? &p->waiting[before - 1].next : &p->firsts[entry];
}

/* A strip becomes the next one of its name behind `before`. */
static void enter(struct pileup *p, size_t entry, uint32_t before, uint32_t strip)
{
	struct waiting *w = &p->waiting[strip - 1];
	uint32_t *link = link_behind(p, entry, before);

	w->next = p->tags[entry] ? *link : 0;
	*link = strip;
	p->tags[entry] = tag_of(w->name);
}

static enum sphex_status reserve_names(struct pileup *p, size_t n, struct sphex_error *err)
{
	if (n <= p->names_cap)
		return SPHEX_OK;
	memory_free(p->tags);
	memory_free(p->firsts);
	p->names_cap = 0;
	p->tags = memory_new(n, sizeof(*p->tags));
	p->firsts = memory_new(n, sizeof(*p->firsts));
	if (!p->tags || !p->firsts)
		return fail_memory(err);
	p->names_cap = n;
	return SPHEX_OK;
}

/* Enters all waiting strips by name anew, in a table with room for n_more. */
static enum sphex_status enter_names(struct pileup *p, size_t n_more, struct sphex_error *err)
{
	size_t n = p->n_names ? p->n_names : 1024;

	while (n < 2 * (p->n_waiting + n_more))
		n *= 2;
	if (reserve_names(p, n, err))
		return err->status;
	memset(p->tags, 0, n);
	p->n_names = n;
	for (uint32_t strip = 1; strip <= p->n_waiting; strip++) {
		const struct waiting *w = &p->waiting[strip - 1];
		size_t entry = find_name(p, w->name);
		uint32_t before = 0, next = p->tags[entry] ? p->firsts[entry] : 0;

		while (next && p->waiting[next - 1].locus < w->locus) {
			before = next;
			next = p->waiting[next - 1].next;
		}
		enter(p, entry, before, strip);
	}
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- mates */

/* Loci [begin, end) of a strip, and the odd calls there. */
struct piece {
	uint32_t begin, end;
	const struct odd_call *odd, *odd_end;
};

/* Calls that join others are observations of each SNV of their loci, but not counted on their own.
 */
static void note_joined(struct pileup *p, const struct piece *piece)
{
	p->n_observations += p->n_snvs[piece->end - p->first] - p->n_snvs[piece->begin - p->first];
}

/* Room for n more, behind all others. */
static bool reserve_odd(struct odd_calls *odd, size_t n)
{
	return odd->n + n <= UINT32_MAX &&
	       memory_reserve(&odd->items, &odd->cap, odd->n + n, sizeof(*odd->items));
}

/* What a fragment shows that showed `call` (or the usual one), now that a mate shows another. */
static struct odd_call join_call(
	struct pileup *p, const struct odd_call *odd, const struct odd_call *other)
{
	uint32_t locus = odd ? odd->locus : other->locus;
	uint8_t usual = p->sites->usual[locus], call = odd ? odd->call : usual;
	struct odd_call joined = {locus, call | (other ? other->call : usual)};

	recount(p, locus, call, joined.call);
	return joined;
}

/*
 * The calls of a mate join a waiting strip that covers their loci. Both lists of odd calls are
 * merged behind all others; one that has not grown goes back to its place.
 */
static enum sphex_status join_piece(
	struct pileup *p, struct waiting *w, const struct piece *piece, struct sphex_error *err)
{
	const struct odd_call *odd = piece->odd, *own, *own_end;
	struct odd_call *joined;
	size_t n = 0;

	note_joined(p, piece);
	if (!w->n_odd && odd == piece->odd_end)
		return SPHEX_OK;
	if (!reserve_odd(&p->odd, w->n_odd + (size_t)(piece->odd_end - odd)))
		return fail_memory(err);
	own = p->odd.items + w->odd;
	own_end = own + w->n_odd;
	joined = p->odd.items + p->odd.n;
	while (own < own_end || odd < piece->odd_end) {
		bool is_own = own < own_end && (odd == piece->odd_end || own->locus <= odd->locus);
		bool is_odd = odd < piece->odd_end && (own == own_end || odd->locus <= own->locus);

		if (is_own && (own->locus < piece->begin || own->locus >= piece->end))
			joined[n++] = *own;
		else
			joined[n++] = join_call(p, is_own ? own : NULL, is_odd ? odd : NULL);
		own += is_own;
		odd += is_odd;
	}
	if (n == w->n_odd) {
		memcpy(p->odd.items + w->odd, joined, n * sizeof(*joined));
		return SPHEX_OK;
	}
	w->odd = (uint32_t)p->odd.n;
	w->n_odd = (uint16_t)n;
	p->odd.n += n;
	return SPHEX_OK;
}

/* Counts what from now on waits for a mate. */
static enum sphex_status count_piece(
	struct pileup *p, struct name_hash name, const struct piece *piece, struct sphex_error *err)
{
	size_t n_odd = (size_t)(piece->odd_end - piece->odd);
	uint32_t n = piece->end - piece->begin;

	if (!reserve_odd(&p->odd, n_odd) || !memory_reserve(&p->waiting, &p->waiting_cap,
						    p->n_waiting + 1, sizeof(*p->waiting)))
		return fail_memory(err);
	count_range(p, piece->begin, n);
	p->waiting[p->n_waiting++] = (struct waiting){.name = name,
		.locus = piece->begin,
		.n = (uint16_t)n,
		.n_odd = (uint16_t)n_odd,
		.odd = (uint32_t)p->odd.n};
	for (size_t i = 0; i < n_odd; i++) {
		count_odd(p, piece->odd[i]);
		p->odd.items[p->odd.n++] = piece->odd[i];
	}
	return SPHEX_OK;
}

static uint32_t lower(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/*
 * A strip along those of its name: where one waits already, calls join it, and the pieces between
 * are counted and wait, too. Strips that no later record can meet leave the list of the name.
 */
static enum sphex_status add_named(struct pileup *p, const struct strip *s,
	const struct odd_call *odd, struct sphex_error *err)
{
	size_t entry = find_name(p, s->name);
	uint32_t before = 0, next = p->tags[entry] ? p->firsts[entry] : 0, end = s->locus + s->n;
	const struct odd_call *odd_end = odd + s->n_odd;
	struct piece piece = {.end = s->locus, .odd_end = odd};
	enum sphex_status status = SPHEX_OK;

	while (piece.end < end && !status) {
		uint32_t begin = piece.end;
		struct waiting *w = next ? &p->waiting[next - 1] : NULL;
		uint32_t w_end = w ? w->locus + w->n : end;

		if (w_end <= begin) {
			if (w_end <= s->reached && w->next)
				*link_behind(p, entry, before) = w->next;
			else
				before = next;
			next = w->next;
			continue;
		}
		piece = (struct piece){begin, lower(end, w && w->locus > begin ? w->locus : w_end),
			piece.odd_end, piece.odd_end};
		while (piece.odd_end < odd_end && piece.odd_end->locus < piece.end)
			piece.odd_end++;
		if (w && w->locus <= begin) {
			status = join_piece(p, w, &piece, err);
			continue;
		}
		status = count_piece(p, s->name, &piece, err);
		if (!status)
			enter(p, entry, before, (uint32_t)p->n_waiting);
		before = (uint32_t)p->n_waiting;
	}
	return status;
}

/* ---------------------------------------------------------------- strips */

/* Leaves out the strips that wait for nothing any more, and the odd calls that are nobody's. */
static enum sphex_status leave_out_passed(
	struct pileup *p, uint32_t reached, struct sphex_error *err)
{
	struct odd_calls odd = p->odd;
	size_t n = 0;

	p->odd = p->spare;
	p->odd.n = 0;
	p->spare = odd;
	if (!reserve_odd(&p->odd, odd.n))
		return fail_memory(err);
	for (size_t i = 0; i < p->n_waiting; i++) {
		struct waiting w = p->waiting[i];
		uint32_t first = w.odd;

		if (w.locus + w.n <= reached)
			continue;
		w.odd = (uint32_t)p->odd.n;
		for (uint32_t k = 0; k < w.n_odd; k++)
			p->odd.items[p->odd.n++] = odd.items[first + k];
		p->waiting[n++] = w;
	}
	p->n_waiting = n;
	/* what must wait on is looked through again only when it has doubled */
	p->leave_out_at = n * 2 > LEAVE_OUT_AT ? n * 2 : LEAVE_OUT_AT;
	return enter_names(p, GROUP, err);
}

static bool has_name(const struct pileup *p, const struct strip *s)
{
	return s->kind == STRIP_CALLS && !s->nameless && !p->by_read;
}

/* With room for one more, of this strip's name. */
static enum sphex_status make_room(struct pileup *p, const struct strip *s, struct sphex_error *err)
{
	if (p->n_waiting >= p->leave_out_at)
		return leave_out_passed(p, s->reached, err);
	return 2 * (p->n_waiting + 1) > p->n_names ? enter_names(p, GROUP, err) : SPHEX_OK;
}

enum sphex_status pileup_add(struct pileup *p, const struct strips *in, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; i < in->n && !status; i++) {
		const struct strip *s = &in->items[i];
		const struct odd_call *odd = strip_odd(in, s);

		if (!has_name(p, s)) {
			count_alone(p, s, odd);
			continue;
		}
		status = make_room(p, s, err);
		if (i % GROUP == 0 && p->n_waiting > FAR && in->n - i >= 2 * GROUP) {
			ask_for_names(p, s + GROUP, GROUP);
			ask_for_mates(p, s, GROUP);
		}
		if (!status)
			status = add_named(p, s, odd, err);
	}
	return status;
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
	counts[COUNT_LOW_MAPQ] += sums->n_low_mapq;
	counts[COUNT_FILTERED] += sums->n_filtered;
	for (unsigned i = 0; i < N_NATIVE_COUNTS; i++)
		p->n_observations += counts[i];
	p->n_counted += (uint64_t)counts[COUNT_REF] + counts[COUNT_ALT] + counts[COUNT_OTHER];
}

/* Nothing looked at the locus: most of them, where reads are few. Their counts stay untouched. */
static bool is_empty(const struct sums *sums)
{
	uint32_t any = sums->n_low_mapq | sums->n_filtered;

	for (unsigned i = 0; i < N_SUMS; i++)
		any |= sums->n[i];
	return !any;
}

/* What shows nothing else shows the usual letter. */
static void count_rest(struct sums *sums, uint8_t usual)
{
	uint32_t n = sums->n_fragments;

	sums->n[usual] = 0;
	for (unsigned i = 0; i < N_SUMS; i++)
		n -= sums->n[i];
	sums->n[usual] = n;
}

static void count_sites(struct pileup *p, uint32_t *counts)
{
	const struct sites *s = p->sites;

	for (size_t i = 0; i < p->n_loci; i++) {
		uint32_t locus = p->first + (uint32_t)i, end = sites_end_of(s, locus);

		if (i) { /* changes become numbers */
			p->sums[i].n_fragments += p->sums[i - 1].n_fragments;
			p->sums[i].n_low_mapq += p->sums[i - 1].n_low_mapq;
			p->sums[i].n_filtered += p->sums[i - 1].n_filtered;
		}
		count_rest(&p->sums[i], s->usual[locus]);
		if (is_empty(&p->sums[i]))
			continue;
		for (uint32_t site = s->loci.sites[locus]; site < end; site++)
			if (s->refs[site] != ALLELE_EVENT)
				count_site(p, site, &p->sums[i],
					counts + (size_t)site * N_NATIVE_COUNTS);
	}
}

void pileup_finish(struct pileup *p, uint32_t *counts)
{
	count_sites(p, counts);
}
