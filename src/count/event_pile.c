/* Waiting observations are settled when there are many: what is settled early is in the caches. */
#include "event_pile.h"

#include <string.h>

#include "base/memory.h"
#include "fragment.h"

/* Waiting observations at which those that need not wait any more are settled. */
#define SETTLE_AT ((size_t)1 << 13)

void event_pile_free(struct event_pile *p)
{
	memory_free(p->waiting);
	memory_free(p->sorted);
	memory_free(p->group_ends);
	memset(p, 0, sizeof(*p));
}

/* Sorts the waiting observations by site into `sorted`; group_ends[i] is the end of site first + i.
 */
static enum sphex_status group_by_site(
	struct event_pile *p, uint32_t first, uint32_t last, struct sphex_error *err)
{
	size_t n_sites = (size_t)last - first + 1, begin = 0;

	if (!memory_reserve(&p->sorted, &p->sorted_cap, p->n_waiting, sizeof(*p->sorted)) ||
		!memory_reserve(
			&p->group_ends, &p->group_ends_cap, n_sites, sizeof(*p->group_ends)))
		return fail_memory(err);
	memset(p->group_ends, 0, n_sites * sizeof(*p->group_ends));
	for (size_t i = 0; i < p->n_waiting; i++)
		p->group_ends[p->waiting[i].site - first]++;
	for (size_t i = 0; i < n_sites; i++) {
		size_t n = p->group_ends[i];

		p->group_ends[i] = begin;
		begin += n;
	}
	for (size_t i = 0; i < p->n_waiting; i++)
		p->sorted[p->group_ends[p->waiting[i].site - first]++] = p->waiting[i];
	return SPHEX_OK;
}

static void count_site(struct event_pile *p, struct observation *items, size_t n, bool by_read,
	uint32_t counts[N_NATIVE_COUNTS])
{
	fragments_count(items, n, by_read, counts);
	p->n_counted += (uint64_t)counts[COUNT_REF] + counts[COUNT_ALT] + counts[COUNT_OTHER];
}

/* Counts the sites that no record behind `reached` can look at; the others' observations wait on.
 */
static enum sphex_status settle(struct event_pile *p, const struct sites *sites, bool by_read,
	uint64_t reached, uint32_t *counts, struct sphex_error *err)
{
	uint32_t first = UINT32_MAX, last = 0;
	int32_t ref;
	size_t begin = 0, n_left = 0;

	for (size_t i = 0; i < p->n_waiting; i++) {
		first = p->waiting[i].site < first ? p->waiting[i].site : first;
		last = p->waiting[i].site > last ? p->waiting[i].site : last;
	}
	if (group_by_site(p, first, last, err))
		return err->status;
	ref = sites_reference_of(sites, first);
	for (uint32_t site = first; site <= last; site++) {
		size_t n = p->group_ends[site - first] - begin;

		while (site >= sites->ref_begins[ref + 1])
			ref++;
		if (n && sort_key(ref, (int32_t)site_end0(sites, site)) <= reached) {
			count_site(p, p->sorted + begin, n, by_read,
				counts + (size_t)site * N_NATIVE_COUNTS);
		} else {
			memcpy(p->waiting + n_left, p->sorted + begin, n * sizeof(*p->waiting));
			n_left += n;
		}
		begin += n;
	}
	p->n_waiting = n_left;
	return SPHEX_OK;
}

enum sphex_status event_pile_add(struct event_pile *p, const struct sites *sites, bool by_read,
	const struct observation *items, size_t n, uint64_t reached, uint32_t *counts,
	struct sphex_error *err)
{
	enum sphex_status status;

	if (!memory_reserve(&p->waiting, &p->waiting_cap, p->n_waiting + n, sizeof(*p->waiting)))
		return fail_memory(err);
	if (n)
		memcpy(p->waiting + p->n_waiting, items, n * sizeof(*items));
	p->n_waiting += n;
	if (p->n_waiting < p->settle_at || !n)
		return SPHEX_OK;
	status = settle(p, sites, by_read, reached, counts, err);
	/* what must wait on is sorted again only when it has doubled */
	p->settle_at = p->n_waiting * 2 > SETTLE_AT ? p->n_waiting * 2 : SETTLE_AT;
	return status;
}

enum sphex_status event_pile_finish(struct event_pile *p, const struct sites *sites, bool by_read,
	uint32_t *counts, struct sphex_error *err)
{
	if (!p->n_waiting)
		return SPHEX_OK;
	return settle(p, sites, by_read, UINT64_MAX, counts, err);
}
