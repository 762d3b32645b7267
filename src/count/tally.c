/*
 * By record: each observation claims its name at once. By site: observations wait until all sites that
 * are listed before theirs have been passed by the file, then claim in list order.
 */
#include "tally.h"

#include <string.h>

#include "base/memory.h"
#include "claim.h"

/* Names ahead of the one at hand whose slots are asked for. */
#define PREFETCH 16
/* Waiting observations at which those that need not wait any more are settled. */
#define SETTLE_AT ((size_t)1 << 20)

struct tally {
	const struct count_rules *rules;
	const struct sites *sites;
	uint32_t *counts; /* rules->n_counts per site */
	struct claims claims;
	uint64_t n_counted;
	uint32_t contig_begin, contig_end; /* sites of the contig at hand */
	/* by site */
	struct observation *waiting, *sorted;
	size_t n_waiting, waiting_cap, sorted_cap, settle_at;
};

enum sphex_status tally_new(const struct count_rules *rules, const struct sites *sites, struct tally **out,
        struct sphex_error *err)
{
	struct tally *t = memory_new_zeroed(1, sizeof(*t));

	*out = NULL;
	if (!t)
		return fail_memory(err);
	t->rules = rules;
	t->sites = sites;
	t->settle_at = SETTLE_AT;
	t->counts = memory_new_zeroed(sites->n, rules->n_counts * sizeof(*t->counts));
	if (!t->counts) {
		tally_free(t);
		return fail_memory(err);
	}
	*out = t;
	return SPHEX_OK;
}

void tally_free(struct tally *t)
{
	if (!t)
		return;
	claims_free(&t->claims);
	memory_free(t->counts);
	memory_free(t->waiting);
	memory_free(t->sorted);
	memory_free(t);
}

const uint32_t *tally_counts(const struct tally *t)
{
	return t->counts;
}

uint64_t tally_n_counted(const struct tally *t)
{
	return t->n_counted;
}

/* The reference that `site` is on. */
static uint32_t reference_of(const struct sites *sites, uint32_t site)
{
	uint32_t low = 0, high = sites->n_refs;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (sites->ref_begins[middle] <= site)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Claims names in the order given and counts what they say. All are on one contig. */
static enum sphex_status claim_in_order(struct tally *t, const struct observation *items, size_t n,
        struct sphex_error *err)
{
	enum sphex_status status = claims_reserve(&t->claims, n, err);

	if (status)
		return status;
	for (size_t i = 0; i < n && i < PREFETCH; i++)
		claims_prefetch(&t->claims, items[i].name);
	for (size_t i = 0; i < n; i++) {
		if (i + PREFETCH < n)
			claims_prefetch(&t->claims, items[i + PREFETCH].name);
		if (claims_take(&t->claims, items[i].name) && items[i].says < t->rules->n_counts) {
			t->counts[items[i].site * (size_t)t->rules->n_counts + items[i].says]++;
			t->n_counted++;
		}
	}
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- by site */

/* Stable merge sort by list order of the sites; `to` has room for n. */
static void sort_by_order(const uint32_t *order, struct observation *from, struct observation *to, size_t n)
{
	for (size_t width = 1; width < n; width *= 2) {
		for (size_t begin = 0; begin < n; begin += 2 * width) {
			size_t middle = begin + width < n ? begin + width : n;
			size_t end = middle + width < n ? middle + width : n;
			size_t left = begin, right = middle;

			for (size_t i = begin; i < end; i++) {
				bool take_left = right == end || (left < middle && order[from[left].site] <=
				                                                      order[from[right].site]);
				to[i] = from[take_left ? left++ : right++];
			}
		}
		memcpy(from, to, n * sizeof(*from));
	}
}

/*
 * Settles the waiting observations of which the site is listed before the first site that the file has not
 * passed: sites of this contig with pos0 >= pos0_reached may still get more.
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
	t->settle_at = t->n_waiting * 2 > SETTLE_AT ? t->n_waiting * 2 : SETTLE_AT;
	return status;
}

static enum sphex_status wait_for_order(struct tally *t, const struct observation *items, size_t n,
        int64_t pos0_reached, struct sphex_error *err)
{
	if (!memory_reserve(&t->waiting, &t->waiting_cap, t->n_waiting + n, sizeof(*t->waiting)))
		return fail_memory(err);
	memcpy(t->waiting + t->n_waiting, items, n * sizeof(*items));
	t->n_waiting += n;
	return t->n_waiting >= t->settle_at ? settle(t, pos0_reached, err) : SPHEX_OK;
}

/* ---------------------------------------------------------------- contig by contig */

static enum sphex_status leave_contig(struct tally *t, struct sphex_error *err)
{
	enum sphex_status status = settle(t, INT64_MAX, err);

	claims_clear(&t->claims);
	return status;
}

enum sphex_status tally_add(struct tally *t, const struct observations *o, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;
	int64_t pos0_reached = (int64_t)(uint32_t)o->last_key - 1;
	uint32_t ref;
	size_t end;

	for (size_t begin = 0; begin < o->n && !status; begin = end) {
		if (o->items[begin].site >= t->contig_end) {
			status = leave_contig(t, err);
			ref = reference_of(t->sites, o->items[begin].site);
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
	return leave_contig(t, err);
}
