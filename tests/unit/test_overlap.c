/* Intervals that share a base, against comparing with every one. */
#include <criterion/criterion.h>

#include "tests/support/prng.h"
#include "variants/overlap.h"

#define N_INTERVALS 200

struct interval {
	uint32_t contig;
	uint64_t beg0, end0;
};

/* Short ones, long ones, empty ones, and some to the end of everything. */
static struct interval random_interval(struct prng *prng)
{
	static const uint64_t lengths[] = {1, 5, 30, 500};
	struct interval i = {(uint32_t)prng_below(prng, 3), prng_below(prng, 1000), 0};

	i.end0 = i.beg0 + prng_below(prng, lengths[prng_below(prng, 4)] + 1);
	if (prng_below(prng, 50) == 0)
		i.end0 = UINT64_MAX;
	return i;
}

static bool share_a_base(const struct interval *a, const struct interval *b)
{
	uint64_t beg0 = a->beg0 > b->beg0 ? a->beg0 : b->beg0;
	uint64_t end0 = a->end0 < b->end0 ? a->end0 : b->end0;

	return a->contig == b->contig && beg0 < end0;
}

static void check_query(
	struct overlap *index, const struct interval *intervals, size_t n, struct interval query)
{
	struct sphex_error err;
	size_t k = 0;

	cr_assert(!overlap_find(index, query.contig, query.beg0, query.end0, &err));
	for (uint32_t i = 0; i < n; i++) {
		if (!share_a_base(&intervals[i], &query))
			continue;
		cr_assert(k < index->n_found && index->found[k] == i, "interval %u", (unsigned)i);
		k++;
	}
	cr_assert_eq(k, index->n_found);
}

Test(overlap, finds_what_shares_a_base_in_order)
{
	for (uint64_t seed = 0; seed < 40; seed++) {
		struct prng prng = {seed};
		struct interval intervals[N_INTERVALS];
		struct overlap index = {0};
		struct sphex_error err;
		size_t n = (size_t)prng_below(&prng, seed < 20 ? 6 : N_INTERVALS);

		for (uint32_t i = 0; i < n; i++) {
			const struct interval *a = &intervals[i];

			intervals[i] = random_interval(&prng);
			cr_assert(!overlap_add(&index, a->contig, a->beg0, a->end0, i, &err));
		}
		overlap_build(&index);
		for (int i = 0; i < 300; i++) {
			struct interval query = random_interval(&prng);

			query.contig = (uint32_t)prng_below(&prng, 4);
			query.end0 += query.end0 == query.beg0;
			check_query(&index, intervals, n, query);
		}
		overlap_free(&index);
	}
}
