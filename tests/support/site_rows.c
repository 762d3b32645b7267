/* Rows in, sites out; see site_rows.h. */
#include "tests/support/site_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "count/sites_parts.h"
#include "variants/contig_names.h"

static void check(enum sphex_status status, const struct sphex_error *err)
{
	if (status == SPHEX_OK)
		return;
	fprintf(stderr, "site_rows: %s\n", err->message);
	abort();
}

static void add_row(struct variants *v, const struct site_row *row)
{
	struct sphex_error err;
	uint32_t contig, gt = POOL_NONE;

	check(pool_add(&v->contigs, row->contig, strlen(row->contig), &contig, &err), &err);
	if (row->gt)
		check(pool_add(&v->gts, row->gt, strlen(row->gt), &gt, &err), &err);
	check(variants_add(v, contig, row->pos1 - 1, row->pos1, row->ref, strlen(row->ref),
		      row->alt, strlen(row->alt), gt, &err),
		&err);
}

void site_table_start(struct site_table *t, const struct site_row *rows, size_t n)
{
	memset(t, 0, sizeof(*t));
	for (size_t i = 0; i < n; i++)
		add_row(&t->variants, &rows[i]);
	t->rows.identity = true;
	t->rows.n = n;
	t->rows.has_pos0 = true;
	t->rows.has_gt = n > 0 && rows[0].gt;
}

void site_table_finish(
	struct site_table *t, enum sphex_mode mode, bool drop_duplicates, bool share_counts)
{
	static const char *const names[] = {"chr1", "chr2", "chr3"};
	const struct sites_options options = {count_rules_of(mode), drop_duplicates, share_counts};
	struct sphex_error err;
	uint32_t *contig_refs = memory_new(t->variants.contigs.n, sizeof(*contig_refs));

	check(contigs_map(&t->variants.contigs, &(struct contig_names){names, 3}, false,
		      contig_refs, &err),
		&err);
	for (uint32_t i = 0; i < t->variants.contigs.n; i++)
		contig_refs[i] = contig_refs[i] == CONTIG_NONE ? 3 + i : contig_refs[i];
	check(sites_build(&t->variants, &t->rows, 3, contig_refs, &options, &t->sites, &t->missing,
		      &err),
		&err);
	if (mode == SPHEX_MODE_NATIVE)
		check(sites_list(&t->sites, &err), &err);
	memory_free(contig_refs);
}

void site_table_free(struct site_table *t)
{
	missing_contigs_free(&t->missing);
	sites_free(&t->sites);
	rows_free(&t->rows);
	variants_free(&t->variants);
}
