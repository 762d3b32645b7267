/*
 * By record: each observation claims its name at once. By site: observations wait until all sites
 * that are listed before theirs have been passed by the file, then claim in list order. Fragments:
 * observations wait until the file has passed their site, then its names are brought together.
 */
#include "tally.h"

#include <string.h>

#include "base/memory.h"
#include "base/prefetch.h"
#include "claim.h"
#include "fragment.h"
#include "pileup.h"

/* Names ahead of the one at hand whose slots are asked for. */
#define PREFETCH 16
/* Waiting observations at which those that need not wait any more are settled. */
#define SETTLE_AT ((size_t)1 << 20)
/* With fragments few are open at a time; what is settled early is still in the cache. */
#define SETTLE_FRAGMENTS_AT ((size_t)1 << 13)

struct tally {
	const struct count_rules *rules;
	const struct sites *sites;
	uint32_t *counts; /* rules->n_counts per site */
	struct claims claims;
	uint64_t n_counted, n_observations;
	uint32_t contig_begin, contig_end; /* sites of the contig at hand */
	/* by site, and fragments */
	struct observation *waiting, *sorted;
	size_t n_waiting, waiting_cap, sorted_cap, settle_at, settle_at_least;
	size_t *group_ends; /* fragments: per site of the range at hand */
	size_t group_ends_cap;
	bool by_read;
	struct pileup *pileup; /* fragments: of the SNVs */
};

enum sphex_status tally_new(
	const struct observer *observer, bool by_read, struct tally **out, struct sphex_error *err)
{
	const struct count_rules *rules = observer->rules;
	struct tally *t = memory_new_zeroed(1, sizeof(*t));
	enum sphex_status status = SPHEX_OK;

	*out = NULL;
	if (!t)
		return fail_memory(err);
	t->rules = rules;
	t->sites = observer->sites;
	t->by_read = by_read;
	t->settle_at = t->settle_at_least =
		rules->claims == CLAIM_FRAGMENTS ? SETTLE_FRAGMENTS_AT : SETTLE_AT;
	t->counts = memory_new_zeroed(t->sites->n + 1, rules->n_counts * sizeof(*t->counts));
	if (!t->counts)
		status = fail_memory(err);
	else if (rules->claims == CLAIM_FRAGMENTS)
		status = pileup_new(
			t->sites, observer->kernels, by_read, t->counts, &t->pileup, err);
	if (status)
		tally_free(t);
	else
		*out = t;
	return status;
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	pileup_free(t->pileup);
	claims_free(&t->claims);
	memory_free(t->counts);
	memory_free(t->waiting);
	memory_free(t->sorted);
	memory_free(t->group_ends);
	memory_free(t);
}

const uint32_t *tally_counts(const struct tally *t)
{
	return t->counts;
}

uint64_t tally_n_counted(const struct tally *t)
{
	return t->n_counted + (t->pileup ? pileup_n_counted(t->pileup) : 0);
}

uint64_t tally_n_observations(const struct tally *t)
{
	return t->n_observations + (t->pileup ? pileup_n_observations(t->pileup) : 0);
}

/* Claims names in the order given and counts what they say. All are on one contig. */
static enum sphex_status claim_in_order(
	struct tally *t, const struct observation *items, size_t n, struct sphex_error *err)
{
	enum sphex_status status = claims_reserve(&t->claims, n, err);

	if (status)
		return status;
	for (size_t i = 0; i < n + PREFETCH; i++) {
		const struct observation *item;

		if (i < n)
			prefetch(&t->claims.slots[items[i].name.lo & (t->claims.n_slots - 1)]);
		if (i < PREFETCH)
			continue;
		item = &items[i - PREFETCH];
		if (claims_take(&t->claims, item->name) && item->says < t->rules->n_counts) {
			t->counts[item->site * (size_t)t->rules->n_counts + item->says]++;
			t->n_counted++;
		}
	}
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- by site */

/* Stable merge sort by list order of the sites; `to` has room for n. */
static void sort_by_order(
	const uint32_t *order, struct observation *from, struct observation *to, size_t n)
{
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t begin = 0; begin < n; begin += 2 * width) {
			size_t middle = begin + width < n ? begin + width : n;
			size_t end = middle + width < n ? middle + width : n;
			size_t left = begin, right = middle;

			for (size_t i = begin; i < end; i++) {
				bool take_left = right == end ||
						 (left < middle && order[from[left].site] <=
									   order[from[right].site]);
				to[i] = from[take_left ? left++ : right++];
			}
		}
		memcpy(from, to, n * sizeof(*from));
	}
}

/*
 * Settles the waiting observations of which the site is listed before the first site that the file
 * has not passed: sites of this contig with pos0 >= pos0_reached may still get more.
 */
static enum sphex_status settle(struct tally *t, int64_t pos0_reached, struct sphex_error *err)
{
	const struct sites *sites = t->sites;
	uint32_t open_order = UINT32_MAX;
	size_t n_settled = 0;
	enum sphex_status status;

	if (!t->n_waiting)
		return SPHEX_OK;
	for (uint32_t i = t->contig_end; i-- > t->contig_begin && sites->pos0[i] >= pos0_reached;)
		if (sites->order[i] < open_order)
			open_order = sites->order[i];
	if (!memory_reserve(&t->sorted, &t->sorted_cap, t->n_waiting, sizeof(*t->sorted)))
		return fail_memory(err);
	sort_by_order(sites->order, t->waiting, t->sorted, t->n_waiting);
	while (n_settled < t->n_waiting && sites->order[t->waiting[n_settled].site] < open_order)
		n_settled++;
	status = claim_in_order(t, t->waiting, n_settled, err);
	t->n_waiting -= n_settled;
	memmove(t->waiting, t->waiting + n_settled, t->n_waiting * sizeof(*t->waiting));
	return status;
}

/* ---------------------------------------------------------------- fragments */

static uint64_t sum_of(const uint32_t *counts, unsigned n)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < n; i++)
		sum += counts[i];
	return sum;
}

/* Sorts the waiting observations by site into `sorted`; group_ends[i] is the end of site first + i.
 */
static enum sphex_status group_by_site(
	struct tally *t, uint32_t first, uint32_t last, struct sphex_error *err)
{
	size_t n_sites = (size_t)last - first + 1, begin = 0;

	if (!memory_reserve(&t->sorted, &t->sorted_cap, t->n_waiting, sizeof(*t->sorted)) ||
		!memory_reserve(
			&t->group_ends, &t->group_ends_cap, n_sites, sizeof(*t->group_ends)))
		return fail_memory(err);
	memset(t->group_ends, 0, n_sites * sizeof(*t->group_ends));
	for (size_t i = 0; i < t->n_waiting; i++)
		t->group_ends[t->waiting[i].site - first]++;
	for (size_t i = 0; i < n_sites; i++) {
		size_t n = t->group_ends[i];

		t->group_ends[i] = begin;
		begin += n;
	}
	for (size_t i = 0; i < t->n_waiting; i++)
		t->sorted[t->group_ends[t->waiting[i].site - first]++] = t->waiting[i];
	return SPHEX_OK;
}

/* Counts the sites that end at or before pos0_reached; the others' observations wait on. */
static enum sphex_status settle_fragments(
	struct tally *t, int64_t pos0_reached, struct sphex_error *err)
{
	uint32_t first = UINT32_MAX, last = 0;
	size_t n_left = 0;
	enum sphex_status status;

	if (!t->n_waiting)
		return SPHEX_OK;
	for (size_t i = 0; i < t->n_waiting; i++) {
		first = t->waiting[i].site < first ? t->waiting[i].site : first;
		last = t->waiting[i].site > last ? t->waiting[i].site : last;
	}
	status = group_by_site(t, first, last, err);
	if (status)
		return status;
	for (uint32_t site = first; site <= last; site++) {
		size_t begin = site == first ? 0 : t->group_ends[site - first - 1];
		size_t n = t->group_ends[site - first] - begin;
		uint32_t *counts = t->counts + (size_t)site * t->rules->n_counts;

		if (n && site_end0(t->sites, site) <= pos0_reached) {
			fragments_count(t->sorted + begin, n, t->by_read, counts);
			t->n_counted += sum_of(counts, COUNT_OTHER + 1);
		} else {
			memcpy(t->waiting + n_left, t->sorted + begin, n * sizeof(*t->waiting));
			n_left += n;
		}
	}
	t->n_waiting = n_left;
	return SPHEX_OK;
}

static enum sphex_status settle_waiting(
	struct tally *t, int64_t pos0_reached, struct sphex_error *err)
{
	if (t->rules->claims == CLAIM_FRAGMENTS)
		return settle_fragments(t, pos0_reached, err);
	return settle(t, pos0_reached, err);
}

/* ---------------------------------------------------------------- contig by contig */

static enum sphex_status wait_for_order(struct tally *t, const struct observation *items, size_t n,
	int64_t pos0_reached, struct sphex_error *err)
{
	enum sphex_status status;

	if (!memory_reserve(&t->waiting, &t->waiting_cap, t->n_waiting + n, sizeof(*t->waiting)))
		return fail_memory(err);
	memcpy(t->waiting + t->n_waiting, items, n * sizeof(*items));
	t->n_waiting += n;
	if (t->n_waiting < t->settle_at)
		return SPHEX_OK;
	status = settle_waiting(t, pos0_reached, err);
	/* what must wait on is sorted again only when it has doubled */
	t->settle_at =
		t->n_waiting * 2 > t->settle_at_least ? t->n_waiting * 2 : t->settle_at_least;
	return status;
}

static enum sphex_status leave_contig(struct tally *t, struct sphex_error *err)
{
	enum sphex_status status = settle_waiting(t, INT64_MAX, err);

	claims_clear(&t->claims);
	return status;
}

/* The first locus that records behind the last one of `o` may cover. */
static uint32_t reached_locus(const struct sites *s, const struct observations *o)
{
	uint64_t ref = o->last_key >> 32;
	uint32_t pos0 = (uint32_t)o->last_key - 1;

	if (ref >= s->n_refs)
		return (uint32_t)s->loci.n;
	if ((uint32_t)o->last_key == 0)
		pos0 = 0;
	return sites_search(
		s->loci.pos0, s->loci.ref_begins[ref], s->loci.ref_begins[ref + 1], pos0);
}

enum sphex_status tally_add(struct tally *t, struct observations *o, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;
	int64_t pos0_reached = (int64_t)(uint32_t)o->last_key - 1;
	uint32_t ref;
	size_t end;

	t->n_observations += o->n;
	if (t->pileup && o->strips.n)
		status = pileup_add(t->pileup, &o->strips, reached_locus(t->sites, o), err);
	for (size_t begin = 0; begin < o->n && !status; begin = end) {
		if (o->items[begin].site >= t->contig_end) {
			status = leave_contig(t, err);
			ref = (uint32_t)sites_reference_of(t->sites, o->items[begin].site);
			t->contig_begin = t->sites->ref_begins[ref];
			t->contig_end = t->sites->ref_begins[ref + 1];
		}
		for (end = begin; end < o->n && o->items[end].site < t->contig_end; end++)
			;
		if (status)
			return status;
		if (t->rules->claims == CLAIM_BY_RECORD)
			status = claim_in_order(t, o->items + begin, end - begin, err);
		else
			status = wait_for_order(t, o->items + begin, end - begin,
				end < o->n ? INT64_MAX : pos0_reached, err);
	}
	return status;
}

enum sphex_status tally_finish(struct tally *t, struct sphex_error *err)
{
	enum sphex_status status = leave_contig(t, err);

	return status || !t->pileup ? status : pileup_finish(t->pileup, err);
}
