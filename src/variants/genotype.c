/* See genotype.h. */
#include "genotype.h"

#define MAX_SHOWN_NBYTES 40

bool gt_next(struct gt_scan *s)
{
	struct span allele = {s->rest.p, 0};

	if (s->at_end)
		return false;
	while (allele.n < s->rest.n && s->rest.p[allele.n] != '/' && s->rest.p[allele.n] != '|')
		allele.n++;
	s->is_missing = span_is(allele, ".");
	if (!s->is_missing && !span_number(allele, &s->number))
		return false;
	s->at_end = allele.n == s->rest.n;
	s->separator = s->at_end ? '\0' : s->rest.p[allele.n];
	s->rest = span_from(s->rest, allele.n + !s->at_end);
	return true;
}

struct gt_facts gt_facts_of(struct span gt)
{
	struct gt_scan s = gt_scan_of(gt);
	struct gt_facts facts = {0};
	size_t n_numbers = 0;
	uint64_t first = 0;

	while (gt_next(&s)) {
		if (s.is_missing) {
			facts.has_missing = true;
			continue;
		}
		first = n_numbers++ ? first : s.number;
		facts.has_two |= s.number != first;
		facts.max = s.number > facts.max ? s.number : facts.max;
		facts.n_nonref += s.number > 0;
	}
	facts.is_right = s.at_end;
	return facts;
}

enum sphex_status gt_check(
	struct span gt, const struct gt_facts *facts, uint64_t n_alts, struct sphex_error *err)
{
	int n = (int)(gt.n < MAX_SHOWN_NBYTES ? gt.n : MAX_SHOWN_NBYTES);

	if (!facts->is_right)
		return fail(err, SPHEX_E_DATA, "genotype '%.*s' is not made of numbers and dots", n,
			gt.p);
	if (facts->max > n_alts)
		return fail(err, SPHEX_E_DATA, "genotype '%.*s' has an allele beyond the ALTs", n,
			gt.p);
	return SPHEX_OK;
}
