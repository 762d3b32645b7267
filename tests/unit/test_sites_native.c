/* Variant lines become sites that begin where the first record looks at them. */
#include <criterion/criterion.h>

#include <string.h>

#include "base/memory.h"
#include "count/sites.h"
#include "tests/support/text_rows.h"

/* The drawing of the rules: the four A at 12-15 are the stretch of CA>C at 11. */
#define CONTIG "TTCTGCGGATCAAAAGTCATGACCTGATTGC"

static enum sphex_status bases_of_text(
	void *user, uint64_t beg0, uint64_t end0, char *out, struct sphex_error *err)
{
	(void)err;
	memcpy(out, (const char *)user + beg0, end0 - beg0);
	return SPHEX_OK;
}

struct made {
	struct variants variants;
	struct sites sites;
	struct missing_contigs missing;
};

/* Line i is of record records[i]; rowless is a line without a row, or -1. BAM and FASTA have c. */
static void make(struct made *m, const char *lines, const uint32_t *records, int rowless)
{
	static char contig[] = CONTIG;
	static const uint32_t contig_refs[] = {0, 2};
	struct reference c = {bases_of_text, contig, strlen(contig)}, references[] = {c, c};
	struct rows rows = {0};
	struct sphex_error err;

	memset(m, 0, sizeof(*m));
	add_lines(&m->variants, lines);
	m->variants.extras = memory_new_zeroed(m->variants.n, sizeof(*m->variants.extras));
	rows.items = memory_new_zeroed(m->variants.n, sizeof(*rows.items));
	for (size_t i = 0; i < m->variants.n; i++) {
		bool has_row = (int)i != rowless;

		m->variants.extras[i] = (struct variant_extra){
			records[i], has_row ? VARIANT_NO_ID : VARIANT_NO_ROW};
		if (has_row)
			rows.items[rows.n++].variant = (uint32_t)i;
	}
	cr_assert_eq(sites_build_native(&m->variants, &rows, 1, contig_refs, references, &m->sites,
			     &m->missing, &err),
		SPHEX_OK, "%s", err.message);
	rows_free(&rows);
}

static void drop(struct made *m)
{
	sites_free(&m->sites);
	missing_contigs_free(&m->missing);
	variants_free(&m->variants);
}

static void expect_site(
	const struct sites *s, size_t i, uint32_t pos0, uint32_t end0, uint32_t line)
{
	cr_assert_eq(s->pos0[i], pos0, "site %zu: %u", i, s->pos0[i]);
	cr_assert_eq(site_end0(s, i), end0, "site %zu: %u", i, site_end0(s, i));
	cr_assert_eq(s->order[i], line, "site %zu: line %u", i, s->order[i]);
}

Test(sites_native, a_site_begins_at_the_left_flank_and_lines_keep_their_own)
{
	static const uint32_t records[] = {1, 2, 3, 4};
	struct made m;

	make(&m, "c 14 15 A T\nc 10 12 CA C\nc 10 11 C G\nc 10 11 C T\n", records, -1);
	cr_assert_eq(m.sites.n, 4);
	expect_site(&m.sites, 0, 10, 16, 1); /* flanks C11 and G16 */
	expect_site(&m.sites, 1, 10, 11, 2);
	expect_site(&m.sites, 2, 10, 11, 3);
	expect_site(&m.sites, 3, 14, 15, 0);
	cr_assert_eq(m.sites.pos0[4], UINT32_MAX, "no guard");
	cr_assert_eq(m.sites.max_width, 6);
	cr_assert_eq(m.sites.refs[0], ALLELE_EVENT);
	cr_assert(m.sites.refs[1] == 2 && m.sites.alts[1] == 4 && m.sites.alts[2] == 8);
	for (uint32_t row = 0; row < 4; row++) {
		static const uint32_t want[] = {3, 0, 1, 2};

		cr_assert_eq(m.sites.row_sites[row], want[row], "row %u", row);
		cr_assert_eq(m.sites.kept_rows[row], row);
	}
	cr_assert(m.sites.ref_begins[0] == 0 && m.sites.ref_begins[1] == 4);
	drop(&m);
}

Test(sites_native, an_snv_in_a_longer_text_lies_where_it_is)
{
	static const uint32_t records[] = {1};
	struct made m;

	make(&m, "c 9 11 TC TG\n", records, -1);
	expect_site(&m.sites, 0, 10, 11, 0);
	cr_assert(m.sites.refs[0] == 2 && m.sites.alts[0] == 4);
	cr_assert_eq(m.sites.events.n, 0, "no event for an SNV");
	drop(&m);
}

Test(sites_native, all_alts_of_a_record_are_judged_together)
{
	static const uint32_t records[] = {1, 1, 1, 2};
	struct made m;

	/* the second ALT has no row, but takes part */
	make(&m, "c 10 13 CAA CA\nc 10 13 CAA C\nc 10 13 CAA CAT\nc 20 21 G C\n", records, 1);
	cr_assert_eq(m.sites.n, 3);
	cr_assert_eq(m.sites.events.n, 3);
	cr_assert_eq(m.sites.n_event_refs, 1, "the third ALT is an SNV");
	cr_assert_eq(m.sites.event_refs[0].first, 0);
	cr_assert(m.sites.event_refs[0].n == 3 && m.sites.event_refs[0].i == 0);
	expect_site(&m.sites, 0, 10, 16, 0);
	expect_site(&m.sites, 1, 12, 13, 2);
	expect_site(&m.sites, 2, 20, 21, 3);
	drop(&m);
}

Test(sites_native, contigs_that_the_bam_lacks_are_counted)
{
	static const uint32_t records[] = {1, 2, 2};
	struct made m;

	make(&m, "c 10 11 C G\nd 4 6 AC A\nd 4 6 AC G\n", records, -1);
	cr_assert_eq(m.sites.n, 1);
	cr_assert(m.sites.row_sites[1] == SITE_NONE && m.sites.row_sites[2] == SITE_NONE);
	cr_assert_eq(m.missing.n, 1);
	cr_assert(m.missing.items[0].contig == 1 && m.missing.items[0].n_sites == 2);
	drop(&m);
}

/* The same SNVs in the order of the BAM and in another one. */
Test(sites_native, snvs_in_order_become_the_sites_that_sorting_makes)
{
	static const uint32_t records[] = {1, 2, 3, 3, 4};
	static const uint32_t in_order[] = {0, SITE_NONE, 1, 2, 3},
			      sorted[] = {3, 1, 2, 0, SITE_NONE};
	struct made a, b;

	make(&a, "c 9 11 TC TG\nd 4 5 A C\nc 14 15 A T\nc 14 15 A G\nc 20 21 G C\n", records, -1);
	make(&b, "c 20 21 G C\nc 14 15 A T\nc 14 15 A G\nc 9 11 TC TG\nd 4 5 A C\n", records, -1);
	cr_assert_eq(a.sites.n, 4);
	cr_assert_eq(b.sites.n, 4);
	for (uint32_t i = 0; i < 4; i++) {
		cr_assert_eq(a.sites.pos0[i], b.sites.pos0[i], "site %u", i);
		cr_assert_eq(site_end0(&a.sites, i), site_end0(&b.sites, i), "site %u", i);
		cr_assert_eq(a.sites.refs[i], b.sites.refs[i], "site %u", i);
		cr_assert_eq(a.sites.alts[i], b.sites.alts[i], "site %u", i);
	}
	for (uint32_t row = 0; row < 5; row++) {
		cr_assert_eq(a.sites.row_sites[row], in_order[row], "row %u", row);
		cr_assert_eq(b.sites.row_sites[row], sorted[row], "row %u", row);
	}
	cr_assert_eq(a.sites.pos0[4], UINT32_MAX, "no guard");
	cr_assert(a.sites.loci.n == 3 && b.sites.loci.n == 3);
	cr_assert(a.sites.ref_begins[1] == 4 && b.sites.ref_begins[1] == 4);
	cr_assert(a.missing.n == 1 && a.missing.items[0].n_sites == 1);
	drop(&a);
	drop(&b);
}
