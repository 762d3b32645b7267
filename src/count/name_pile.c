/*
 * By record: each observation claims its name at once. By site: observations wait until all sites
 * that are listed before theirs have been passed by the file, then claim in list order.
 */
#include "name_pile.h"

#include <string.h>

#include "base/memory.h"
#include "base/prefetch.h"
#include "base/threads.h"

/* Waiting observations at which those that need not wait any more are settled. */
#define SETTLE_AT ((size_t)1 << 14)

/* What all steps need. */
struct job {
	struct name_pile *p;
	const struct count_rules *rules;
	const struct sites *sites;
	uint32_t *counts;
};

void name_pile_free(struct name_pile *p)
{
	claims_free(&p->claims);
	memory_free(p->waiting);
	memory_free(p->sorted);
	memset(p, 0, sizeof(*p));
}

/* Claims names in the order given and counts what they say. All are on one contig. */
static enum sphex_status claim_in_order(
	const struct job *job, const struct observation *items, size_t n, struct sphex_error *err)
{
	struct claims *claims = &job->p->claims;
	unsigned n_counts = job->rules->n_counts;
	enum sphex_status status = claims_reserve(claims, n, err);

	if (status)
		return status;
	for (size_t i = 0; i < n + CLAIMS_AHEAD; i++) {
		const struct observation *item;

		if (i < n)
			prefetch(name_table_home(&claims->table, items[i].name));
		if (i < CLAIMS_AHEAD)
			continue;
		item = &items[i - CLAIMS_AHEAD];
		if (claims_take(claims, item->name) && item->says < n_counts) {
			add_shared(&job->counts[item->site * (size_t)n_counts + item->says]);
			job->p->n_counted++;
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

/* The lowest list order among the sites of the contig at or behind pos0. */
static uint32_t lowest_order(const struct job *job, uint32_t pos0)
{
	const struct sites *sites = job->sites;
	uint32_t end = job->p->contig_end, lowest = UINT32_MAX;
	uint32_t i = sites_search(sites->pos0, job->p->contig_begin, end, pos0);

	if (sites->in_list_order)
		return i < end ? sites->order[i] : UINT32_MAX;
	for (; i < end; i++)
		lowest = sites->order[i] < lowest ? sites->order[i] : lowest;
	return lowest;
}

/* Settles the waiting observations of which the site is listed before the site `open_order`. */
static enum sphex_status settle(const struct job *job, uint32_t open_order, struct sphex_error *err)
{
	struct name_pile *p = job->p;
	const uint32_t *order = job->sites->order;
	size_t n_settled = 0;
	enum sphex_status status;

	if (!p->n_waiting)
		return SPHEX_OK;
	if (!memory_reserve(&p->sorted, &p->sorted_cap, p->n_waiting, sizeof(*p->sorted)))
		return fail_memory(err);
	sort_by_order(order, p->waiting, p->sorted, p->n_waiting);
	while (n_settled < p->n_waiting && order[p->waiting[n_settled].site] < open_order)
		n_settled++;
	status = claim_in_order(job, p->waiting, n_settled, err);
	p->n_waiting -= n_settled;
	memmove(p->waiting, p->waiting + n_settled, p->n_waiting * sizeof(*p->waiting));
	return status;
}

/* No record that follows looks at sites of the contig before pos0; UINT32_MAX: at none. */
static enum sphex_status wait_for_order(const struct job *job, const struct observation *items,
	size_t n, uint32_t pos0, struct sphex_error *err)
{
	struct name_pile *p = job->p;
	enum sphex_status status;

	if (!memory_reserve(&p->waiting, &p->waiting_cap, p->n_waiting + n, sizeof(*p->waiting)))
		return fail_memory(err);
	memcpy(p->waiting + p->n_waiting, items, n * sizeof(*items));
	p->n_waiting += n;
	if (p->n_waiting < p->settle_at)
		return SPHEX_OK;
	status = settle(job, lowest_order(job, pos0), err);
	/* what must wait on is sorted again only when it has doubled */
	p->settle_at = p->n_waiting * 2 > SETTLE_AT ? p->n_waiting * 2 : SETTLE_AT;
	return status;
}

/* ---------------------------------------------------------------- contig by contig */

static enum sphex_status leave_contig(const struct job *job, struct sphex_error *err)
{
	enum sphex_status status = settle(job, UINT32_MAX, err);

	claims_clear(&job->p->claims);
	return status;
}

static enum sphex_status enter_contig_of(
	const struct job *job, uint32_t site, struct sphex_error *err)
{
	enum sphex_status status = leave_contig(job, err);
	int32_t ref = sites_reference_of(job->sites, site);

	job->p->contig_begin = job->sites->ref_begins[ref];
	job->p->contig_end = job->sites->ref_begins[ref + 1];
	return status;
}

/* The first position of the contig at hand that records behind `reached` may look at. */
static uint32_t open_pos0(const struct job *job, uint64_t reached)
{
	uint64_t ref = reached >> 32;
	uint32_t pos1 = (uint32_t)reached;

	if (ref >= job->sites->n_refs || job->sites->ref_begins[ref] >= job->p->contig_end)
		return UINT32_MAX;
	return pos1 ? pos1 - 1 : 0;
}

enum sphex_status name_pile_add(struct name_pile *p, const struct count_rules *rules,
	const struct sites *sites, const struct observation *items, size_t n, uint64_t reached,
	/* the job writes them: NOLINTNEXTLINE(readability-non-const-parameter) */
	uint32_t *counts, struct sphex_error *err)
{
	const struct job job = {p, rules, sites, counts};
	enum sphex_status status = SPHEX_OK;
	size_t end;

	for (size_t begin = 0; begin < n && !status; begin = end) {
		if (items[begin].site >= p->contig_end)
			status = enter_contig_of(&job, items[begin].site, err);
		end = items[n - 1].site < p->contig_end ? n : begin; /* contigs ascend */
		while (end < n && items[end].site < p->contig_end)
			end++;
		if (status)
			break;
		if (rules->claims == CLAIM_BY_RECORD)
			status = claim_in_order(&job, items + begin, end - begin, err);
		else
			status = wait_for_order(
				&job, items + begin, end - begin, open_pos0(&job, reached), err);
	}
	return status;
}

enum sphex_status name_pile_finish(struct name_pile *p, const struct count_rules *rules,
	const struct sites *sites, uint32_t *counts, struct sphex_error *err)
{
	return leave_contig(&(const struct job){p, rules, sites, counts}, err);
}
