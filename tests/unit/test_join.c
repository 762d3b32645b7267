/* The join: every overlapping region, in the order of bedtools. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/prng.h"
#include "tests/support/text_rows.h"
#include "variants/join.h"

static void add_region(struct regions *r, const char *contig, uint64_t start, uint64_t end)
{
	struct region region = {.start = start, .end = end};

	cr_assert(!pool_add(&r->contigs, contig, strlen(contig), &region.contig, NULL));
	cr_assert(!regions_add(r, &region, NULL));
}

/* ---------------------------------------------------------------- an oracle without bins */

static uint64_t begin_of(const struct region *r)
{
	return r->start == r->end ? r->start - 1 : r->start;
}

static uint64_t end_of(const struct region *r)
{
	return r->start == r->end ? r->end + 1 : r->end;
}

/* Width of the narrowest of 8 bin sizes of which one bin holds the region. */
static uint64_t bin_width(const struct region *r)
{
	uint64_t width = 16384;

	while (begin_of(r) / width != (end_of(r) - 1) / width)
		width *= 8;
	return width;
}

static bool comes_before(const struct regions *regions, uint32_t a, uint32_t b)
{
	const struct region *x = &regions->items[a], *y = &regions->items[b];
	uint64_t width = bin_width(x);

	if (width != bin_width(y))
		return width < bin_width(y);
	if (begin_of(x) / width != begin_of(y) / width)
		return begin_of(x) < begin_of(y);
	return a < b;
}

/* The overlapping regions of a line, sorted by insertion. */
static size_t naive_hits(
	const struct variants *v, uint32_t line, const struct regions *regions, uint32_t *out)
{
	size_t n = 0;

	for (uint32_t i = 0; i < regions->n; i++) {
		const struct region *r = &regions->items[i];
		size_t k = n;

		if (strcmp(pool_text(&regions->contigs, r->contig, NULL),
			    pool_text(&v->contigs, v->items[line].contig, NULL)) != 0 ||
			begin_of(r) >= variant_end(v, line) || end_of(r) <= v->items[line].pos0)
			continue;
		for (; k > 0 && comes_before(regions, i, out[k - 1]); k--)
			out[k] = out[k - 1];
		out[k] = i;
		n++;
	}
	return n;
}

static uint64_t near(struct prng *r, uint64_t anchor)
{
	static const uint64_t spreads[] = {3, 5, 300, 20000, 3000000};
	uint64_t spread = spreads[prng_below(r, 5)];

	return anchor + prng_below(r, 2 * spread) - (anchor < spread ? anchor : spread);
}

static uint64_t anchor_of(struct prng *r)
{
	return UINT64_C(1) << (prng_below(r, 2) ? 14 + 3 * prng_below(r, 6) : prng_below(r, 32));
}

static void random_case(struct prng *r, struct variants *v, struct regions *regions)
{
	static const char *const contigs[] = {"chr1", "chr2", "chr"};
	uint64_t anchors[] = {anchor_of(r), anchor_of(r)};

	for (int i = 0; i < 60; i++) {
		uint64_t start = near(r, anchors[prng_below(r, 2)]) + 1;

		add_region(regions, contigs[prng_below(r, 3)], start,
			start + prng_below(r, UINT64_C(1) << prng_below(r, 31)));
	}
	for (int i = 0; i < 30; i++) {
		uint32_t contig, pos0 = (uint32_t)near(r, anchors[prng_below(r, 2)]);
		const char *name = contigs[prng_below(r, 3)];

		cr_assert(!pool_add(&v->contigs, name, strlen(name), &contig, NULL));
		cr_assert(!variants_add(v, contig, pos0,
			pos0 + 1 + (uint32_t)prng_below(r, UINT64_C(1) << prng_below(r, 17)), "A",
			1, "G", 1, POOL_NONE, NULL));
	}
}

Test(join, hits_are_all_overlaps_in_the_order_of_bins)
{
	struct prng r = {7};

	for (int round = 0; round < 300; round++) {
		struct variants v = {0};
		struct regions regions = {0};
		struct hits hits = {0};
		uint32_t expected[60];
		size_t at = 0;

		random_case(&r, &v, &regions);
		cr_assert(!join(&v, &regions, &hits, NULL));
		for (uint32_t line = 0; line < v.n; line++) {
			size_t n = naive_hits(&v, line, &regions, expected);

			for (size_t k = 0; k < n; k++, at++) {
				cr_assert(at < hits.n, "round %d line %" PRIu32, round, line);
				cr_assert(hits.items[at].variant == line &&
						  hits.items[at].region == expected[k],
					"round %d line %" PRIu32 " hit %zu", round, line, k);
			}
		}
		cr_assert_eq(at, hits.n, "round %d", round);
		hits_free(&hits);
		regions_free(&regions);
		variants_free(&v);
	}
}

Test(join, a_line_is_cut_to_the_region)
{
	static const struct {
		uint64_t start, end;
		uint32_t cut_start, cut_end;
	} cases[] = {{90, 200, 100, 110}, {105, 200, 105, 110}, {90, 105, 100, 105},
		{103, 104, 103, 104}, {100, 100, 100, 101}, {110, 110, 109, 110},
		{104, 104, 103, 105}, {0, UINT64_C(1) << 35, 100, 110}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct variants v = {0};
		struct regions regions = {0};
		struct hits hits = {0};
		uint32_t start, end;

		add_lines(&v, "c 100 110 AAAAAAAAAA A\n");
		add_region(&regions, "c", cases[i].start, cases[i].end);
		cr_assert(!join(&v, &regions, &hits, NULL));
		cr_assert_eq(hits.n, 1, "case %zu", i);
		hit_interval(&v, &regions, &hits.items[0], &start, &end);
		cr_assert(start == cases[i].cut_start && end == cases[i].cut_end,
			"case %zu: %" PRIu32 "-%" PRIu32, i, start, end);
		hits_free(&hits);
		regions_free(&regions);
		variants_free(&v);
	}
}

Test(join, contigs_that_look_like_headers_have_no_hits)
{
	static const char *const names[] = {"chrom", "track1", "Browser", ">x", "!x", "#x", "chr1"};
	struct variants v = {0};
	struct regions regions = {0};
	struct hits hits = {0};

	for (size_t i = 0; i < 7; i++) {
		char line[64];

		snprintf(line, sizeof(line), "%s 5 6 A G\n", names[i]);
		add_lines(&v, line);
		add_region(&regions, names[i], 0, 10);
	}
	cr_assert(!join(&v, &regions, &hits, NULL));
	cr_assert_eq(hits.n, 1);
	cr_assert_eq(hits.items[0].variant, 6);
	hits_free(&hits);
	regions_free(&regions);
	variants_free(&v);
}

Test(join, nothing_joins_with_nothing)
{
	struct variants v = {0};
	struct regions regions = {0};
	struct hits hits = {0};

	cr_assert(!join(&v, &regions, &hits, NULL));
	add_region(&regions, "c", 0, 10);
	cr_assert(!join(&v, &regions, &hits, NULL));
	regions_free(&regions);
	add_lines(&v, "c 5 6 A G\n");
	cr_assert(!join(&v, &regions, &hits, NULL));
	cr_assert_eq(hits.n, 0);
	hits_free(&hits);
	variants_free(&v);
}
