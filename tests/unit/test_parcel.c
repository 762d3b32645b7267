/* Strips and observations packed by cell, against what each of them says locus by locus. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "count/parcel.h"
#include "tests/support/prng.h"

enum { N_LOCI = 5000, N_STRIPS = 300 };

/* What has been said about each locus: a sum that depends on the order. */
struct said {
	uint64_t about[N_LOCI];
};

static void say(struct said *said, const struct strips *strips, const struct strip *s)
{
	const odd_call *odd = strip_odd(strips, s), *odd_end = odd + s->n_odd;

	for (uint32_t i = 0; i < s->n; i++) {
		uint64_t word = s->name.lo + s->name.hi + s->kind + s->reached + s->nameless;

		if (odd < odd_end && odd_place(*odd) == (s->locus + i) % CELL_N_LOCI)
			word = word * 31 + odd_shown(*odd++);
		said->about[s->locus + i] = said->about[s->locus + i] * 1000003 + word;
	}
	cr_assert_eq(odd, odd_end, "by locus, and all within the strip");
}

static void make_strips(struct strips *strips, struct prng *r)
{
	strips->items = calloc(N_STRIPS, sizeof(*strips->items));
	strips->odd.items =
		calloc((size_t)N_STRIPS * CELL_N_LOCI + ODD_STEP, sizeof(*strips->odd.items));
	strips->n = N_STRIPS;
	strips->odd.n = 0;
	for (size_t i = 0; i < N_STRIPS; i++) {
		uint32_t locus = (uint32_t)prng_below(r, N_LOCI);
		uint32_t left = CELL_N_LOCI - locus % CELL_N_LOCI;
		uint32_t n = 1 + (uint32_t)prng_below(r, i % 3 ? 8 : CELL_N_LOCI);

		left = left < N_LOCI - locus ? left : N_LOCI - locus;
		n = n < left ? n : left;
		strips->items[i] = (struct strip){.name = {prng_below(r, 1000), i},
			.locus = locus,
			.n = (uint16_t)n,
			.reached = (uint32_t)prng_below(r, N_LOCI),
			.odd = (uint32_t)strips->odd.n,
			.kind = (uint8_t)(prng_below(r, 5) ? STRIP_CALLS : STRIP_FILTERED),
			.nameless = prng_below(r, 9) == 0};
		for (uint32_t k = 0; strips->items[i].kind == STRIP_CALLS && k < n; k++)
			if (prng_below(r, 4) == 0)
				strips->odd.items[strips->odd.n++] =
					odd_call_of(locus + k, (uint8_t)(1 + prng_below(r, 8)));
		strips->items[i].n_odd = (uint16_t)(strips->odd.n - strips->items[i].odd);
	}
}

/* Each strip lies in the cell of its parcel, of which there is one. */
static void say_parcels(const struct parcels *p, struct said *said)
{
	for (const struct parcel *parcel = p->first; parcel; parcel = parcel->next) {
		cr_assert_eq(p->of_cells[parcel->cell], parcel);
		for (size_t i = 0; i < parcel->strips.n; i++) {
			const struct strip *s = &parcel->strips.items[i];

			cr_assert_eq(s->locus / CELL_N_LOCI, parcel->cell);
			cr_assert_eq((s->locus + s->n - 1) / CELL_N_LOCI, parcel->cell);
			say(said, &parcel->strips, s);
		}
	}
}

Test(parcel, strips_come_to_their_cells_in_order)
{
	struct sites sites = {.n = N_LOCI, .loci = {.n = N_LOCI}};
	struct observer observer = {.rules = count_rules_of(SPHEX_MODE_NATIVE), .sites = &sites};
	struct observations o = {0};
	struct prng r = {3};
	struct sphex_error err;

	/* the second time the first parcels have been taken by nobody */
	for (int round = 0; round < 2; round++) {
		static struct said want, got;

		memset(&want, 0, sizeof(want));
		memset(&got, 0, sizeof(got));
		free(o.strips.items);
		free(o.strips.odd.items);
		make_strips(&o.strips, &r);
		for (size_t i = 0; i < o.strips.n; i++)
			say(&want, &o.strips, &o.strips.items[i]);
		cr_assert_eq(parcels_pack(&observer, &o, &err), SPHEX_OK);
		say_parcels(&o.parcels, &got);
		cr_assert(memcmp(&want, &got, sizeof(want)) == 0);
	}
	observations_free(&o);
}

static void fill_items(struct observations *o, struct prng *r, size_t n, uint32_t n_sites)
{
	o->items = calloc(n, sizeof(*o->items));
	for (o->n = 0; o->n < n; o->n++)
		o->items[o->n] = (struct observation){.name = {prng_below(r, UINT64_MAX), o->n},
			.site = (uint32_t)(o->n * n_sites / n)};
}

/* name.hi numbers the observations: their order within a parcel. */
static size_t expect_ascending(const struct parcels *p)
{
	size_t n = 0;

	for (const struct parcel *parcel = p->first; parcel; parcel = parcel->next) {
		n += parcel->n;
		for (size_t i = 1; i < parcel->n; i++)
			cr_assert_lt(parcel->items[i - 1].name.hi, parcel->items[i].name.hi);
	}
	return n;
}

Test(parcel, equal_names_and_equal_sites_of_events_are_in_one_parcel)
{
	static const enum sphex_mode modes[] = {SPHEX_MODE_WASP2, SPHEX_MODE_NATIVE};

	for (size_t m = 0; m < 2; m++) {
		struct sites sites = {.n = 3 * CELL_N_SITES, .loci = {.n = 2 * CELL_N_LOCI}};
		struct observer observer = {.rules = count_rules_of(modes[m]), .sites = &sites};
		struct observations o = {0};
		struct prng r = {4};
		struct sphex_error err;

		fill_items(&o, &r, 20000, 3 * CELL_N_SITES);
		cr_assert_eq(parcels_pack(&observer, &o, &err), SPHEX_OK);
		cr_assert_eq(expect_ascending(&o.parcels), 20000);
		for (const struct parcel *p = o.parcels.first; p; p = p->next) {
			cr_assert_lt(p->cell, cells_n(observer.rules, &sites));
			for (size_t i = 0; i < p->n; i++)
				cr_assert_eq(p->cell,
					m ? cells_of_loci(&sites) + p->items[i].site / CELL_N_SITES
					  : p->items[i].name.lo >> (64 - CELL_BITS));
		}
		observations_free(&o);
	}
}

Test(parcel, observations_of_lost_sites_are_left_out)
{
	struct sites sites = {.n = 100};
	struct observer observer = {.rules = count_rules_of(SPHEX_MODE_WASP2), .sites = &sites};
	struct observations o = {0};
	struct prng r = {5};
	struct sphex_error err;

	fill_items(&o, &r, 10000, 100);
	cr_assert_eq(parcels_pack(&observer, &o, &err), SPHEX_OK);
	parcels_drop_before(&o.parcels, 30);
	cr_assert_eq(expect_ascending(&o.parcels), 7000);
	for (const struct parcel *p = o.parcels.first; p; p = p->next)
		for (size_t i = 0; i < p->n; i++)
			cr_assert_geq(p->items[i].site, 30);
	observations_free(&o);
}
