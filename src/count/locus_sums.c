#include "locus_sums.h"

#include <string.h>

#include "fragment.h"

/* Behind the sites of a locus; those of events may lie among them. */
static uint32_t sites_end_of(const struct sites *s, uint32_t locus)
{
	return locus + 1 < s->loci.n ? s->loci.sites[locus + 1] : (uint32_t)s->n;
}

static void count_snvs(struct locus_sums *s)
{
	const struct sites *sites = s->sites;
	uint32_t n = 0;

	for (uint32_t i = 0; i < s->n_loci; i++) {
		uint32_t locus = s->first + i, end = sites_end_of(sites, locus);

		s->n_snvs[i] = n;
		for (uint32_t site = sites->loci.sites[locus]; site < end; site++)
			n += sites->refs[site] != ALLELE_EVENT;
	}
	s->n_snvs[s->n_loci] = n;
}

void locus_sums_begin(struct locus_sums *s, const struct sites *sites, uint32_t cell)
{
	s->sites = sites;
	s->first = cell * CELL_N_LOCI;
	s->n_loci = (uint32_t)sites->loci.n - s->first;
	if (s->n_loci > CELL_N_LOCI)
		s->n_loci = CELL_N_LOCI;
	s->n_counted = s->n_observations = 0;
	memset(s->items, 0, sizeof(s->items));
	count_snvs(s);
}

/* Where fragments belong that show this set of letters. */
static unsigned column_of(unsigned letters, unsigned ref, unsigned alt)
{
	bool shows_ref = letters & ref, shows_alt = letters & alt,
	     shows_other = letters & ~(ref | alt);

	if (shows_ref + shows_alt + shows_other > 1)
		return COUNT_DISCORDANT;
	return shows_ref ? COUNT_REF : shows_alt ? COUNT_ALT : COUNT_OTHER;
}

static void count_site(struct locus_sums *s, uint32_t site, const struct sums *sums,
	uint32_t counts[N_NATIVE_COUNTS])
{
	uint8_t ref = s->sites->refs[site], alt = s->sites->alts[site];

	ref = ref == ALLELE_NEVER ? 0 : ref;
	alt = alt == ALLELE_NEVER ? 0 : alt;
	for (unsigned letters = 1; letters < 16; letters++)
		if (sums->n[letters])
			counts[column_of(letters, ref, alt)] += sums->n[letters];
	counts[COUNT_AMBIGUOUS] += sums->n[CALL_AMBIGUOUS];
	counts[COUNT_LOW_BASEQ] += sums->n[CALL_LOW_BASEQ];
	counts[COUNT_LOW_MAPQ] += sums->n_low_mapq;
	counts[COUNT_FILTERED] += sums->n_filtered;
	for (unsigned i = 0; i < N_NATIVE_COUNTS; i++)
		s->n_observations += counts[i];
	s->n_counted += (uint64_t)counts[COUNT_REF] + counts[COUNT_ALT] + counts[COUNT_OTHER];
}

/* Nothing looked at the locus: most of them, where reads are few. Their counts stay untouched. */
static bool is_empty(const struct sums *sums)
{
	uint32_t any = sums->n_low_mapq | sums->n_filtered;

	for (unsigned i = 0; i < N_SHOWN; i++)
		any |= sums->n[i];
	return !any;
}

/* What shows nothing else shows the usual letter. */
static void count_rest(struct sums *sums, uint8_t usual)
{
	uint32_t n = sums->n_fragments;

	sums->n[usual] = 0;
	for (unsigned i = 0; i < N_SHOWN; i++)
		n -= sums->n[i];
	sums->n[usual] = n;
}

/* Changes become numbers. */
static void add_before(struct sums *sums, const struct sums *before)
{
	sums->n_fragments += before->n_fragments;
	sums->n_low_mapq += before->n_low_mapq;
	sums->n_filtered += before->n_filtered;
}

void locus_sums_finish(struct locus_sums *s, uint32_t *counts)
{
	const struct sites *sites = s->sites;

	for (uint32_t i = 0; i < s->n_loci; i++) {
		uint32_t locus = s->first + i, end = sites_end_of(sites, locus);

		if (i)
			add_before(&s->items[i], &s->items[i - 1]);
		count_rest(&s->items[i], sites->usual[locus]);
		if (is_empty(&s->items[i]))
			continue;
		for (uint32_t site = sites->loci.sites[locus]; site < end; site++)
			if (sites->refs[site] != ALLELE_EVENT)
				count_site(s, site, &s->items[i],
					counts + (size_t)site * N_NATIVE_COUNTS);
	}
}
