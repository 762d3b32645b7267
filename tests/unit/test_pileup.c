/* Strips of random fragments against their records joined one by one, locus by locus. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "count/fragment.h"
#include "count/pileup.h"
#include "tests/support/prng.h"

/* The second cell is counted, of which some loci are missing. */
enum { FIRST = CELL_N_LOCI, N_HERE = CELL_N_LOCI - 24, N_LOCI = FIRST + N_HERE };
enum { MAX_SITES = 3 * N_LOCI, MAX_STRIP = 200 };
enum { MAX_NAMES = 3000 };

/* Records that meet others of their name; short ones of many names, most of which wait in vain. */
struct habits {
	uint32_t n_names, max_strip; /* up to MAX_NAMES, MAX_STRIP */
	bool by_read;
};

/* Loci at every position, one to three sites each, and events among them. */
struct tiny_sites {
	struct sites sites;
	uint32_t pos0[MAX_SITES], locus_sites[N_LOCI], ref_begins[2];
	uint8_t refs[MAX_SITES], alts[MAX_SITES], usual[N_LOCI];
};

static void make_sites(struct tiny_sites *t, struct prng *r)
{
	uint32_t n = 0;

	for (uint32_t locus = 0; locus < N_LOCI; locus++) {
		uint64_t n_here = prng_below(r, 3) + 1;

		t->locus_sites[locus] = n;
		t->usual[locus] = (uint8_t)(1u << prng_below(r, 4));
		for (uint64_t k = 0; k < n_here; k++, n++) {
			unsigned ref = (unsigned)prng_below(r, 4);

			t->pos0[n] = locus;
			t->refs[n] = (uint8_t)(1u << ref);
			t->alts[n] = (uint8_t)(1u << (ref + 1 + prng_below(r, 3)) % 4);
			if (k && prng_below(r, 4) == 0)
				t->refs[n] = t->alts[n] = ALLELE_EVENT;
			else if (prng_below(r, 10) == 0)
				t->alts[n] = ALLELE_NEVER;
		}
	}
	t->ref_begins[0] = 0;
	t->ref_begins[1] = n;
	t->sites = (struct sites){.n = n,
		.pos0 = t->pos0,
		.refs = t->refs,
		.alts = t->alts,
		.ref_begins = t->ref_begins,
		.n_refs = 1,
		.usual = t->usual,
		.loci = {.sites = t->locus_sites, .n = N_LOCI}};
}

/* ---------------------------------------------------------------- one by one */

/* What the fragments with names show at one locus: a column per site and name, 255 for none yet. */
struct facts {
	uint8_t (*columns)[MAX_NAMES]; /* per site */
	uint32_t (*counts)[N_NATIVE_COUNTS];
	uint64_t n_observations;
};

static uint8_t says_of(const struct sites *s, uint32_t site, uint8_t shown)
{
	if (shown == CALL_LOW_BASEQ)
		return CLASS_LOW_BASEQ;
	if (shown == CALL_AMBIGUOUS)
		return CLASS_AMBIGUOUS;
	return shown == s->refs[site]   ? CLASS_REF
	       : shown == s->alts[site] ? CLASS_ALT
					: CLASS_OTHER;
}

static void add_fact(struct facts *f, uint32_t site, uint32_t name, bool alone, uint8_t says)
{
	uint8_t first =
		fragment_join(says == CLASS_AMBIGUOUS ? COUNT_AMBIGUOUS : COUNT_LOW_BASEQ, says);

	f->n_observations++;
	if (says == SAYS_LOW_MAPQ)
		f->counts[site][COUNT_LOW_MAPQ]++;
	else if (says == SAYS_FILTERED)
		f->counts[site][COUNT_FILTERED]++;
	else if (alone)
		f->counts[site][first]++;
	else if (f->columns[site][name] == 255)
		f->columns[site][name] = first;
	else
		f->columns[site][name] = fragment_join(f->columns[site][name], says);
}

static void add_strip_facts(struct facts *f, const struct sites *s, const struct strip *strip,
	const odd_call *odd, uint32_t name, bool by_read)
{
	const odd_call *odd_end = odd + strip->n_odd;

	for (uint32_t i = 0; i < strip->n; i++) {
		uint32_t locus = strip->locus + i;
		bool is_odd = odd < odd_end && FIRST + odd_place(*odd) == locus;
		uint8_t shown = is_odd ? odd_shown(*odd) : s->usual[locus];
		uint32_t end = locus + 1 < N_LOCI ? s->loci.sites[locus + 1] : (uint32_t)s->n;

		for (uint32_t site = s->loci.sites[locus]; site < end; site++)
			if (s->refs[site] != ALLELE_EVENT)
				add_fact(f, site, name, strip->nameless || by_read,
					strip->kind == STRIP_LOW_MAPQ   ? SAYS_LOW_MAPQ
					: strip->kind == STRIP_FILTERED ? SAYS_FILTERED
									: says_of(s, site, shown));
		odd += is_odd;
	}
}

/* ---------------------------------------------------------------- the test */

/* One record at `locus`: one or two strips, the second behind a gap. */
static void add_record(struct strips *out, const uint8_t *usual, uint32_t locus, uint32_t name,
	uint32_t max_strip, struct prng *r)
{
	static const uint8_t all[] = {
		CALL_A, CALL_C, CALL_G, CALL_T, CALL_A, CALL_G, CALL_AMBIGUOUS, CALL_LOW_BASEQ};
	uint32_t reached = locus, odd_step = prng_below(r, 2) ? 1 : 20;
	bool nameless = prng_below(r, 20) == 0;
	uint8_t kind = prng_below(r, 10)  ? STRIP_CALLS
		       : prng_below(r, 2) ? STRIP_LOW_MAPQ
					  : STRIP_FILTERED;

	for (uint64_t k = prng_below(r, 4) ? 1 : 2; k && locus < N_LOCI; k--) {
		uint32_t n = (uint32_t)prng_below(r, prng_below(r, 2) ? 4 : max_strip) + 1;

		n = n < N_LOCI - locus ? n : N_LOCI - locus;
		out->items[out->n++] = (struct strip){.name = name_hash_of((uint8_t *)&name, 4),
			.locus = locus,
			.n = (uint16_t)n,
			.reached = reached,
			.odd = (uint32_t)out->odd.n,
			.kind = kind,
			.nameless = nameless};
		for (uint32_t i = 0; kind == STRIP_CALLS && i < n; i++) {
			uint8_t shown = all[prng_below(r, 8)];

			if (shown == usual[locus + i] || prng_below(r, odd_step))
				continue;
			out->odd.items[out->odd.n++] = odd_call_of(locus + i, shown);
			out->items[out->n - 1].n_odd++;
		}
		locus += n + 1 + (uint32_t)prng_below(r, 300);
	}
}

static void compare_with_one_by_one(
	struct pileup **pileup, uint64_t seed, const struct habits *habits, uint32_t n_records)
{
	static struct tiny_sites t;
	struct prng r = {seed};
	uint32_t *counts = calloc(MAX_SITES, N_NATIVE_COUNTS * sizeof(*counts));
	struct facts f = {.columns = malloc(MAX_SITES * sizeof(*f.columns)),
		.counts = calloc(MAX_SITES, sizeof(*f.counts))};
	struct strips part = {.items = malloc(1000 * 2 * sizeof(struct strip)),
		.odd.items = malloc(
			sizeof(odd_call) * 1000 * 2 * MAX_STRIP + ODD_STEP * sizeof(odd_call))};
	struct pileup *p;
	struct sphex_error err;
	uint64_t n_counted = 0;

	make_sites(&t, &r);
	memset(f.columns, 255, MAX_SITES * sizeof(*f.columns));
	cr_assert_eq(pileup_begin(pileup, &t.sites, 1, habits->by_read, &err), SPHEX_OK);
	p = *pileup;
	for (uint32_t i = 0, locus = 0; i < n_records;) {
		part.n = part.odd.n = 0;
		for (uint64_t k = prng_below(&r, 1000); k && i < n_records; k--, i++) {
			uint32_t name = (uint32_t)prng_below(&r, habits->n_names);
			size_t first = part.n;

			locus = FIRST + (uint32_t)((uint64_t)i * N_HERE / n_records);
			add_record(&part, t.usual, locus, name, habits->max_strip, &r);
			for (; first < part.n; first++)
				add_strip_facts(&f, &t.sites, &part.items[first],
					part.odd.items + part.items[first].odd, name,
					habits->by_read);
		}
		cr_assert_eq(pileup_add(p, &part, &err), SPHEX_OK);
	}
	pileup_finish(p, counts);
	for (uint32_t site = 0; site < t.sites.n; site++) {
		for (uint32_t name = 0; name < habits->n_names; name++)
			if (f.columns[site][name] != 255)
				f.counts[site][f.columns[site][name]]++;
		for (unsigned c = 0; c < N_NATIVE_COUNTS; c++)
			cr_assert_eq(counts[site * N_NATIVE_COUNTS + c], f.counts[site][c],
				"%u records: site %u, column %u: %u, not %u", n_records, site, c,
				counts[site * N_NATIVE_COUNTS + c], f.counts[site][c]);
		n_counted += (uint64_t)f.counts[site][0] + f.counts[site][1] + f.counts[site][2];
	}
	cr_assert_eq(pileup_n_counted(p), n_counted);
	cr_assert_eq(pileup_n_observations(p), f.n_observations);
	free(counts);
	free(f.columns);
	free(f.counts);
	free(part.items);
	free(part.odd.items);
}

Test(pileup, counts_what_joining_one_by_one_counts)
{
	static const struct habits habits[] = {
		{40, MAX_STRIP, false}, {MAX_NAMES, 20, false}, {40, MAX_STRIP, true}};
	static const uint32_t n_records[] = {0, 1, 30, 3000, 20000};
	struct pileup *p = NULL; /* used again and again */

	for (size_t i = 0; i < sizeof(n_records) / sizeof(n_records[0]); i++)
		for (size_t k = 0; k < sizeof(habits) / sizeof(habits[0]); k++)
			compare_with_one_by_one(&p, 100 * k + i, &habits[k], n_records[i]);
	compare_with_one_by_one(&p, 300, &habits[0], n_records[1]);
	pileup_free(p);
}

/*
 * So many names wait at once that their mates are asked for ahead. First reads show the usual A at
 * loci [0, 8), their mates at [4, 12) something else at one locus: T, or too low a quality.
 */
Test(pileup, counts_fragments_of_many_names)
{
	enum { N_NAMES = 80000 };
	static struct tiny_sites t;
	struct strips first = {.items = calloc(N_NAMES, sizeof(struct strip)), .n = N_NAMES};
	struct strips second = {.items = calloc(N_NAMES, sizeof(struct strip)),
		.n = N_NAMES,
		.odd = {.items = calloc(N_NAMES + ODD_STEP, sizeof(odd_call)), .n = N_NAMES}};
	uint32_t counts[12][N_NATIVE_COUNTS] = {{0}}, expected[12][N_NATIVE_COUNTS] = {{0}};
	struct pileup *p = NULL;
	struct sphex_error err;

	for (uint32_t locus = 0; locus < 12; locus++) {
		t.pos0[locus] = t.locus_sites[locus] = locus;
		t.refs[locus] = t.usual[locus] = CALL_A;
		t.alts[locus] = CALL_C;
		expected[locus][COUNT_REF] = N_NAMES;
	}
	t.ref_begins[1] = 12;
	t.sites = (struct sites){.n = 12,
		.pos0 = t.pos0,
		.refs = t.refs,
		.alts = t.alts,
		.ref_begins = t.ref_begins,
		.n_refs = 1,
		.usual = t.usual,
		.loci = {.sites = t.locus_sites, .n = 12}};
	for (uint32_t i = 0; i < N_NAMES; i++) {
		struct name_hash name = name_hash_of((uint8_t *)&i, 4);
		uint32_t locus = 4 + i % 8;
		uint8_t shown = i / 8 % 2 ? CALL_T : CALL_LOW_BASEQ;
		unsigned column = locus >= 8 ? (shown == CALL_T ? COUNT_OTHER : COUNT_LOW_BASEQ)
				  : shown == CALL_T ? COUNT_DISCORDANT
						    : COUNT_REF;

		first.items[i] = (struct strip){.name = name, .n = 8};
		second.items[i] = (struct strip){
			.name = name, .locus = 4, .n = 8, .reached = 4, .odd = i, .n_odd = 1};
		second.odd.items[i] = odd_call_of(locus, shown);
		expected[locus][COUNT_REF]--;
		expected[locus][column]++;
	}
	cr_assert(odd_reserve(&first.odd, 0));
	cr_assert_eq(pileup_begin(&p, &t.sites, 0, false, &err), SPHEX_OK);
	cr_assert_eq(pileup_add(p, &first, &err), SPHEX_OK);
	cr_assert_eq(pileup_add(p, &second, &err), SPHEX_OK);
	pileup_finish(p, counts[0]);
	cr_assert(memcmp(counts, expected, sizeof(counts)) == 0);
	cr_assert_eq(pileup_n_observations(p), (uint64_t)N_NAMES * 16);
	pileup_free(p);
	free(first.items);
	free(first.odd.items);
	free(second.items);
	free(second.odd.items);
}

/* Where memory can be limited: not with the sanitizer, which has its own. */
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
/* The table of names cannot grow when it is so large that names are asked for ahead. */
Test(pileup, a_table_of_many_names_that_cannot_grow_is_out_of_memory)
{
	enum { N_NAMES = 1 << 17, N_MORE = 100 };
	static struct tiny_sites t;
	struct prng r = {2};
	struct strips all = {.items = calloc(N_NAMES + N_MORE, sizeof(struct strip)), .n = N_NAMES};
	struct strips more = {.items = all.items + N_NAMES, .n = N_MORE};
	const struct rlimit none = {0, RLIM_INFINITY};
	struct rlimit before;
	struct pileup *p = NULL;
	struct sphex_error err;
	enum sphex_status status;

	cr_assert(odd_reserve(&all.odd, 0));
	more.odd = all.odd; /* there are none */
	make_sites(&t, &r);
	for (uint32_t i = 0; i < N_NAMES + N_MORE; i++)
		all.items[i] = (struct strip){.name = name_hash_of((uint8_t *)&i, 4), .n = 1};
	cr_assert_eq(pileup_begin(&p, &t.sites, 0, false, &err), SPHEX_OK);
	cr_assert_eq(pileup_add(p, &all, &err), SPHEX_OK);
	cr_assert_eq(getrlimit(RLIMIT_AS, &before), 0);
	cr_assert_eq(setrlimit(RLIMIT_AS, &none), 0);
	status = pileup_add(p, &more, &err);
	cr_assert_eq(setrlimit(RLIMIT_AS, &before), 0);
	cr_assert_eq(status, SPHEX_E_MEMORY);
	pileup_free(p);
	free(all.items);
	free(all.odd.items);
}
#endif

/* Only dropped records look at the first loci, only others at those behind. */
Test(pileup, ranges_of_dropped_records_end)
{
	enum { N_DROPPED = 5000, N_LONG = 900, BEGIN_LONG = 100 };
	static struct tiny_sites t;
	static struct strip items[N_DROPPED];
	struct prng r = {1};
	struct strips dropped = {.items = items, .n = N_DROPPED};
	struct strip alone = {
		.locus = BEGIN_LONG, .n = N_LONG, .kind = STRIP_CALLS, .nameless = true};
	struct strips after = {.items = &alone, .n = 1};
	uint32_t *counts = calloc(MAX_SITES, N_NATIVE_COUNTS * sizeof(*counts));
	struct pileup *p = NULL;
	struct sphex_error err;

	make_sites(&t, &r);
	for (size_t i = 0; i < N_DROPPED; i++)
		items[i] = (struct strip){.n = 10, .kind = STRIP_LOW_MAPQ};
	cr_assert_eq(pileup_begin(&p, &t.sites, 0, false, &err), SPHEX_OK);
	cr_assert_eq(pileup_add(p, &dropped, &err), SPHEX_OK);
	cr_assert_eq(pileup_add(p, &after, &err), SPHEX_OK);
	pileup_finish(p, counts);
	cr_assert_eq(counts[COUNT_LOW_MAPQ], N_DROPPED);
	for (uint32_t site = t.locus_sites[BEGIN_LONG]; site < t.locus_sites[FIRST]; site++)
		cr_assert_eq(counts[site * N_NATIVE_COUNTS + COUNT_LOW_MAPQ], 0, "site %u", site);
	pileup_free(p);
	free(counts);
}
