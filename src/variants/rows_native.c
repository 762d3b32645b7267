/* Regions are listed, then every line looks for those that it overlaps; see rows_native.h. */
#include "rows_native.h"

#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "cut_text.h"
#include "overlap.h"
#include "region_list.h"
#include "regions.h"

/* Names of files in a message. */
#define N_FILES_SHOWN 3

struct native_rows_job {
	const struct native_rows_options *options;
	const struct variants *variants;
	struct rows *rows;
	struct pool known; /* contigs of the variants, then what else the BAM has */
	const char **known_names;
	struct region_list list;
	struct overlap overlap; /* contigs are those of the variants, ids places in the list */
};

/* ---------------------------------------------------------------- reading regions */

static enum sphex_status list_known(struct native_rows_job *job, struct sphex_error *err)
{
	const struct pool *contigs = &job->variants->contigs;
	const struct contig_names *bam = &job->options->bam;
	enum sphex_status status = SPHEX_OK;
	uint32_t id;

	for (uint32_t i = 0; i < contigs->n && !status; i++) {
		size_t n;
		const char *name = pool_text(contigs, i, &n);

		status = pool_add(&job->known, name, n, &id, err);
	}
	for (size_t i = 0; i < bam->n && !status; i++)
		status = pool_add(&job->known, bam->items[i], strlen(bam->items[i]), &id, err);
	if (status)
		return status;
	job->known_names = memory_new(job->known.n, sizeof(*job->known_names));
	for (uint32_t i = 0; job->known_names && i < job->known.n; i++)
		job->known_names[i] = pool_text(&job->known, i, NULL);
	return job->known_names ? SPHEX_OK : fail_memory(err);
}

static enum sphex_status parse_typed(const struct native_rows_job *job, const char *text,
	struct typed_region *out, struct sphex_error *err)
{
	const struct contig_names known = {job->known_names, job->known.n};

	return typed_region_parse(text, &known, job->options->contigs_auto, out, err);
}

/* By its name, or because there is such a file and it cannot be a known contig. */
static bool is_file(const struct native_rows_job *job, const char *text)
{
	struct typed_region region;
	enum region_kind kind;
	struct sphex_error ignored;
	struct stat s;

	if (!region_kind(text, &kind, &ignored))
		return true;
	if (!parse_typed(job, text, &region, &ignored) && region.is_known)
		return false;
	return stat(text, &s) == 0 && !S_ISDIR(s.st_mode);
}

/* Where the contigs of the BAM are known, a typed one has to be there or among the variants. */
static enum sphex_status fail_unknown(struct native_rows_job *job, const char *text,
	const struct typed_region *region, struct sphex_error *err)
{
	struct contig_names known = {job->known_names, job->known.n};
	struct contig_parties parties = {"the typed region", "the variants and the BAM"};
	struct pool name = {0};
	uint32_t id, none = CONTIG_NONE;
	enum sphex_status status = pool_add(&name, region->contig.p, region->contig.n, &id, err);

	if (!status)
		status = contigs_check(&name, NULL, &none, &known, &parties, err);
	if (status == SPHEX_E_NOT_FOUND && !err->hint[0])
		with_hint(err, "there is no file '%s' either", text);
	pool_free(&name);
	return status;
}

static enum sphex_status add_typed(
	struct native_rows_job *job, const char *text, struct sphex_error *err)
{
	struct span texts[REGION_MAX_TEXTS] = {span_of(text), {NULL, 0}};
	struct typed_region region;
	enum sphex_status status = parse_typed(job, text, &region, err);

	if (!status && job->options->bam.n && !region.is_known)
		status = fail_unknown(job, text, &region, err);
	return status ? status
		      : region_list_add(&job->list, COLUMNS_REGION, region.contig, region.beg0,
				region.end0, texts, err);
}

static enum sphex_status list_regions(struct native_rows_job *job, struct sphex_error *err)
{
	const struct native_rows_options *o = job->options;
	const char *feature = o->feature ? o->feature : "gene";
	char names[400];
	struct cut_text t = {names, 0, sizeof(names)};
	enum sphex_status status = list_known(job, err);

	for (size_t i = 0; i < o->n_regions && !status; i++) {
		const char *text = o->regions[i];

		status = is_file(job, text)
				 ? region_file_read(text, feature, o->n_threads, &job->list, err)
				 : add_typed(job, text, err);
	}
	if (status)
		return status;
	if (!job->list.n) {
		for (size_t i = 0; i < o->n_regions; i++)
			cut_text_add_item(&t, i, N_FILES_SHOWN, o->regions[i]);
		fail(err, SPHEX_E_EMPTY, "there is no region in %s", names);
		return with_hint(err, "of GTF and GFF3 the lines of feature '%s' count", feature);
	}
	if (o->feature && job->list.columns != COLUMNS_GENE)
		return fail(err, SPHEX_E_ARGUMENT,
			"feature '%s' was asked for, but the regions are no GTF or GFF3",
			o->feature);
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- contigs */

/* ids[i]: the variants' contig for contig i of the regions. */
static enum sphex_status match_contigs(
	struct native_rows_job *job, uint32_t *ids, struct sphex_error *err)
{
	const struct contig_parties parties = {"the regions", "the variants"};
	struct contig_names targets = {job->known_names, job->variants->contigs.n};
	const struct pool *names = &job->list.contigs;
	enum sphex_status status =
		contigs_map(names, &targets, job->options->contigs_auto, ids, err);

	if (!status)
		status = contigs_check(names, NULL, ids, &targets, &parties, err);
	/* no contig in common is allowed, but not where it is only the style of the names */
	return status == SPHEX_E_NOT_FOUND && !err->hint[0] ? SPHEX_OK : status;
}

static enum sphex_status index_regions(struct native_rows_job *job, struct sphex_error *err)
{
	const struct region_list *list = &job->list;
	uint32_t *ids = memory_new(list->contigs.n, sizeof(*ids));
	enum sphex_status status;

	if (!ids)
		return fail_memory(err);
	status = match_contigs(job, ids, err);
	for (size_t i = 0; i < list->n && !status; i++) {
		const struct listed_region *r = &list->items[i];

		if (ids[r->contig] != CONTIG_NONE)
			status = overlap_add(
				&job->overlap, ids[r->contig], r->beg0, r->end0, (uint32_t)i, err);
	}
	memory_free(ids);
	overlap_build(&job->overlap);
	return status;
}

/* ---------------------------------------------------------------- rows */

static enum sphex_status add_row(struct native_rows_job *job, uint32_t line,
	const uint32_t texts[ROWS_MAX_ATTRIBUTES], struct sphex_error *err)
{
	struct rows *rows = job->rows;
	struct row *row;

	if (!memory_reserve(&rows->items, &rows->cap, rows->n + 1, sizeof(*rows->items)))
		return fail_memory(err);
	row = &rows->items[rows->n++];
	*row = (struct row){line, job->variants->items[line].pos0 + 1, {texts[0], texts[1]}};
	return SPHEX_OK;
}

static enum sphex_status add_region_rows(
	struct native_rows_job *job, uint32_t line, struct sphex_error *err)
{
	const struct variant *v = &job->variants->items[line];
	enum sphex_status status = overlap_find(
		&job->overlap, v->contig, v->pos0, variant_end(job->variants, line), err);

	for (size_t i = 0; i < job->overlap.n_found && !status; i++)
		status = add_row(job, line, job->list.items[job->overlap.found[i]].texts, err);
	return status;
}

static enum sphex_status add_rows(struct native_rows_job *job, struct sphex_error *err)
{
	static const uint32_t no_texts[ROWS_MAX_ATTRIBUTES] = {POOL_NONE, POOL_NONE};
	bool has_regions = job->options->n_regions > 0;
	enum sphex_status status = SPHEX_OK;

	for (uint32_t i = 0; i < job->variants->n && !status; i++) {
		if (!variant_has_row(job->variants, i))
			continue;
		status =
			has_regions ? add_region_rows(job, i, err) : add_row(job, i, no_texts, err);
	}
	return status;
}

/* The texts of the regions become those of the rows. */
static enum sphex_status take_columns(struct native_rows_job *job, struct sphex_error *err)
{
	static const char *const names[][ROWS_MAX_ATTRIBUTES] = {[COLUMNS_NONE] = {NULL},
		[COLUMNS_REGION] = {"region"},
		[COLUMNS_GENE] = {"gene_id", "gene_name"}};
	struct rows *rows = job->rows;

	for (; rows->n_attributes < ROWS_MAX_ATTRIBUTES; rows->n_attributes++) {
		const char *name = names[job->list.columns][rows->n_attributes];

		if (!name)
			break;
		rows->attribute_names[rows->n_attributes] = memory_copy_text(name, strlen(name));
		if (!rows->attribute_names[rows->n_attributes])
			return fail_memory(err);
	}
	rows->values = job->list.texts;
	memset(&job->list.texts, 0, sizeof(job->list.texts));
	return SPHEX_OK;
}

static bool all_have_rows(const struct variants *v)
{
	size_t i = 0;

	while (i < v->n && variant_has_row(v, i))
		i++;
	return i == v->n;
}

enum sphex_status rows_make_native(const struct native_rows_options *options,
	const struct variants *variants, struct rows *out, struct sphex_error *err)
{
	struct native_rows_job job = {.options = options, .variants = variants, .rows = out};
	enum sphex_status status = SPHEX_OK;

	out->has_gt = variants->n_samples == 1;
	out->identity = !options->n_regions && all_have_rows(variants);
	if (options->n_regions)
		status = list_regions(&job, err);
	if (!status && options->n_regions)
		status = index_regions(&job, err);
	if (!status && !out->identity)
		status = add_rows(&job, err);
	if (out->identity)
		out->n = variants->n;
	if (!status)
		status = take_columns(&job, err);
	pool_free(&job.known);
	memory_free(job.known_names);
	region_list_free(&job.list);
	overlap_free(&job.overlap);
	return status;
}

void rows_per_contig(const struct variants *variants, const struct rows *rows, uint64_t *n_rows)
{
	memset(n_rows, 0, variants->contigs.n * sizeof(*n_rows));
	for (size_t i = 0; i < rows->n; i++)
		n_rows[variants->items[rows_line(rows, i)].contig]++;
}
