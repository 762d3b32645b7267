/*
 * From variant lines to rows: regions are read, joined and, on demand, the intermediate files are
 * written and read in the order of the original. See rows.h.
 */
#include "rows.h"

#include <string.h>

#include "base/memory.h"
#include "genes.h"
#include "join.h"
#include "kept_files.h"
#include "line_files.h"

void rows_free(struct rows *rows)
{
	memory_free(rows->items);
	for (unsigned i = 0; i < ROWS_MAX_ATTRIBUTES; i++)
		memory_free(rows->attribute_names[i]);
	pool_free(&rows->values);
	memset(rows, 0, sizeof(*rows));
}

struct rows_job {
	const struct rows_options *options;
	enum region_kind kind;
	struct kept_files kept;
	struct variants *variants;
	bool lines_have_gt;
	struct regions regions;
	struct hits hits;
	struct rows *rows;
	uint8_t *quotes; /* CSV_ODD_... of each row; NULL: there are none */
};

/* Steps 1 and 2: the lines and the regions, as far as they are not part of a file of rows. */

static enum sphex_status take_lines(struct rows_job *job, struct sphex_error *err)
{
	const struct rows_options *o = job->options;

	job->lines_have_gt = o->one_sample;
	if (job->kept.lines)
		return kept_files_write_lines(job->kept.lines, job->variants, o->one_sample, err);
	if (!o->variant_lines || o->joined_lines || job->kind == REGIONS_NONE)
		return SPHEX_OK;
	variants_free(job->variants);
	return line_file_read(o, job->kind, job->variants, &job->lines_have_gt, err);
}

static enum sphex_status take_regions(struct rows_job *job, struct sphex_error *err)
{
	const struct rows_options *o = job->options;
	struct bed_options bed = {o->use_region_names, job->kept.joined != NULL, o->n_threads};
	struct gene_options genes = {o->feature, o->attribute, o->parent, o->legacy, o->n_threads};
	enum sphex_status status;

	if (job->kind == REGIONS_BED && !o->joined_lines)
		return regions_read(o->regions, &bed, &job->regions, err);
	if (job->kind != REGIONS_GENES)
		return SPHEX_OK;
	status = genes_read(o->regions, &genes, &job->regions, err);
	if (!status && job->kept.regions)
		status = kept_files_write_genes(job->kept.regions, &job->regions, err);
	return status;
}

static enum sphex_status join_lines(struct rows_job *job, struct sphex_error *err)
{
	enum sphex_status status = join(job->variants, &job->regions, &job->hits, err);

	if (!status && job->kept.joined)
		status = kept_files_write_joined(job->kept.joined, job->variants,
			job->lines_have_gt, &job->regions, &job->hits, err);
	return status;
}

/* Step 3: the rows. */

static void take_columns(struct rows *rows, struct regions *regions)
{
	rows->n_attributes = regions->n_attributes;
	memcpy(rows->attribute_names, regions->attribute_names, sizeof(rows->attribute_names));
	memset(regions->attribute_names, 0, sizeof(regions->attribute_names));
	rows->values = regions->values;
	memset(&regions->values, 0, sizeof(regions->values));
}

static enum sphex_status rows_from_hits(struct rows_job *job, struct sphex_error *err)
{
	struct rows *rows = job->rows;
	size_t n = job->hits.n;

	if (!memory_reserve(&rows->items, &rows->cap, n, sizeof(*rows->items)))
		return fail_memory(err);
	if (job->regions.has_odd_quotes && !(job->quotes = memory_new(n, 1)))
		return fail_memory(err);
	for (size_t i = 0; i < n; i++) {
		const struct hit *hit = &job->hits.items[i];
		const struct region *region = &job->regions.items[hit->region];
		uint32_t start0;

		rows->items[i].variant = hit->variant;
		hit_interval(job->variants, &job->regions, hit, &start0, &rows->items[i].pos1);
		memcpy(rows->items[i].attributes, region->attributes, sizeof(region->attributes));
		if (job->quotes)
			job->quotes[i] = region->quotes;
	}
	rows->n = n;
	return SPHEX_OK;
}

static void drop_lost_rows(struct rows *rows, uint8_t *quotes)
{
	size_t n = 0;

	rows->n_lost = csv_find_lost_lines(quotes, rows->n);
	for (size_t i = 0; i < rows->n; i++) {
		if (!quotes[i])
			rows->items[n++] = rows->items[i];
	}
	rows->n = n;
}

static enum sphex_status make_rows(struct rows_job *job, struct sphex_error *err)
{
	const char *row_file = job->options->joined_lines;
	enum sphex_status status = SPHEX_OK;

	if (!row_file && job->kind == REGIONS_NONE)
		row_file = job->options->variant_lines;
	if (!row_file && job->kind != REGIONS_NONE)
		status = join_lines(job, err);
	take_columns(job->rows, &job->regions);
	job->rows->has_gt = job->lines_have_gt;
	job->rows->identity = job->kind == REGIONS_NONE;
	if (status)
		return status;
	if (row_file) {
		variants_free(job->variants);
		status = row_file_read(row_file, job->options, job->kind, job->variants, job->rows,
			&job->quotes, err);
	} else if (job->kind != REGIONS_NONE) {
		status = rows_from_hits(job, err);
	}
	if (!status && job->quotes)
		drop_lost_rows(job->rows, job->quotes);
	return status;
}

/* There is one: who calls the library gives a file of lines, or the variants. */
static const char *file_of_variants(const struct rows_options *o)
{
	if (o->joined_lines)
		return o->joined_lines;
	return o->variant_lines ? o->variant_lines : o->variants;
}

static enum sphex_status finish(struct rows_job *job, struct sphex_error *err)
{
	struct rows *rows = job->rows;

	if (rows->identity)
		rows->n = job->variants->n;
	rows->has_pos0 = rows->n_attributes == 0;
	if (rows->n)
		return SPHEX_OK;
	if (job->kind == REGIONS_GENES && !job->options->legacy) {
		rows->has_gt = false; /* ODD-14 */
		return SPHEX_OK;
	}
	if (!job->variants->n) {
		fail(err, SPHEX_E_EMPTY, "no variant was selected");
		with_hint(err, "single bases that are heterozygous in the sample are, and what "
			       "options add");
		return at_file(err, file_of_variants(job->options));
	}
	fail(err, SPHEX_E_EMPTY, "no selected variant lies in a region");
	with_hint(err, "contigs have to have the same names in both files");
	return at_file(
		err, job->options->regions ? job->options->regions : job->options->joined_lines);
}

enum sphex_status rows_make(const struct rows_options *options, struct variants *variants,
	struct rows *out, struct sphex_error *err)
{
	struct rows_job job = {.options = options, .variants = variants, .rows = out};
	enum sphex_status status = region_kind(options->regions, &job.kind, err);

	if (!status && options->keep_dir)
		status = kept_files_name(options, job.kind, &job.kept, err);
	if (!status)
		status = take_lines(&job, err);
	if (!status)
		status = take_regions(&job, err);
	if (!status)
		status = make_rows(&job, err);
	if (!status)
		status = finish(&job, err);
	memory_free(job.quotes);
	hits_free(&job.hits);
	regions_free(&job.regions);
	kept_files_free(&job.kept);
	return status;
}
