/* BED and peak files in, regions out; see regions.h. */
#include "regions.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "bed.h"

/* "_start_end" and its NUL. */
#define INTERVAL_TEXT_NBYTES 44

/* Cuts `ending`, written in lower case, off the end of a text of *nbytes; any letter case. */
static bool cut_ending(const char *text, size_t *nbytes, const char *ending)
{
	size_t n = strlen(ending);

	if (n > *nbytes)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = text[*nbytes - n + i];

		if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != ending[i])
			return false;
	}
	*nbytes -= n;
	return true;
}

enum sphex_status region_kind(const char *path, enum region_kind *kind, struct sphex_error *err)
{
	const char *name;
	size_t n;

	*kind = REGIONS_NONE;
	if (!path)
		return SPHEX_OK;
	name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	while (*name == '.') /* dots in front are no ending */
		name++;
	n = strlen(name);
	cut_ending(name, &n, ".gz");
	if (cut_ending(name, &n, ".bed") || (cut_ending(name, &n, "peak") && memchr(name, '.', n)))
		*kind = REGIONS_BED;
	else if (cut_ending(name, &n, ".gtf") || cut_ending(name, &n, ".gff") ||
		 cut_ending(name, &n, ".gff3"))
		*kind = REGIONS_GENES;
	if (*kind != REGIONS_NONE && n)
		return SPHEX_OK;
	fail(err, SPHEX_E_ARGUMENT, "the kind of the region file is not clear from its name");
	with_hint(err, "names end in .bed, Peak, .gtf, .gff or .gff3, with or without .gz");
	return at_file(err, path);
}

void regions_free(struct regions *r)
{
	memory_free(r->items);
	memory_free(r->text);
	pool_free(&r->contigs);
	pool_free(&r->values);
	for (unsigned i = 0; i < REGION_MAX_ATTRIBUTES; i++)
		memory_free(r->attribute_names[i]);
	memset(r, 0, sizeof(*r));
}

enum sphex_status regions_add(
	struct regions *r, const struct region *region, struct sphex_error *err)
{
	if (region->start > region->end)
		return fail(err, SPHEX_E_DATA, "the region ends before it starts");
	if (region->end == 0)
		return fail(err, SPHEX_E_DATA, "the region lies before the first base");
	if (region->end > REGION_MAX_END)
		return fail(err, SPHEX_E_LIMIT, "a coordinate is beyond 2^35");
	if (!memory_reserve(&r->items, &r->cap, r->n + 1, sizeof(*r->items)))
		return fail_memory(err);
	r->has_odd_quotes |= region->quotes != 0;
	r->items[r->n++] = *region;
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- BED */

struct bed_job {
	const struct bed_options *options;
	struct regions *out;
	struct csv_line fields;
	char *coordinates; /* buffer for contig_start_end */
	size_t coordinates_cap;
};

static enum sphex_status keep_coordinates(struct bed_job *job, const struct bed_line *line,
	struct region *region, struct sphex_error *err)
{
	struct csv_field value = {0};
	size_t n = line->contig.n;

	if (!memory_reserve(&job->coordinates, &job->coordinates_cap, n + INTERVAL_TEXT_NBYTES, 1))
		return fail_memory(err);
	memcpy(job->coordinates, line->contig.p, n);
	n += (size_t)snprintf(job->coordinates + n, INTERVAL_TEXT_NBYTES, "_%" PRIu64 "_%" PRIu64,
		line->start, line->end);
	value.text = (struct span){job->coordinates, n};
	region->quotes = csv_has_odd_quotes(line->others) ? CSV_ODD_BEHIND : 0;
	return csv_keep(&job->out->values, &value, &region->attributes[0], err);
}

static enum sphex_status keep_name(struct bed_job *job, const struct bed_line *line,
	struct region *region, struct sphex_error *err)
{
	struct csv_field name;
	enum sphex_status status = csv_begin(&job->fields, line->others, err);

	if (status)
		return status;
	csv_next(&job->fields, &name);
	region->quotes = csv_quotes(&job->fields, name.is_odd);
	return csv_keep(&job->out->values, &name, &region->attributes[0], err);
}

static enum sphex_status keep_others(struct regions *r, const struct bed_line *line,
	struct region *region, struct sphex_error *err)
{
	if (!memory_reserve(&r->text, &r->text_cap, r->text_nbytes + line->others.n + 1, 1))
		return fail_memory(err);
	memcpy(r->text + r->text_nbytes, line->others.p, line->others.n);
	r->has_others = true;
	region->others = r->text_nbytes;
	region->others_nbytes = (uint32_t)line->others.n;
	r->text_nbytes += line->others.n;
	return SPHEX_OK;
}

static enum sphex_status add_line(
	struct bed_job *job, const struct bed_line *line, size_t n_columns, struct sphex_error *err)
{
	struct region region = {.start = line->start, .end = line->end};
	enum sphex_status status =
		pool_add(&job->out->contigs, line->contig.p, line->contig.n, &region.contig, err);

	if (!status)
		status = job->options->use_names && n_columns > 3
				 ? keep_name(job, line, &region, err)
				 : keep_coordinates(job, line, &region, err);
	if (!status && job->options->keep_columns && n_columns > 3)
		status = keep_others(job->out, line, &region, err);
	return status ? status : regions_add(job->out, &region, err);
}

enum sphex_status regions_read(const char *path, const struct bed_options *options,
	struct regions *out, struct sphex_error *err)
{
	struct bed_job job = {.options = options, .out = out};
	struct bed_file bed;
	struct bed_line line;
	enum sphex_status status = bed_open(&bed, path, true, options->n_threads, err);

	out->n_attributes = 1;
	out->attribute_names[0] = memory_copy_text("region", 6);
	if (!status && !out->attribute_names[0])
		status = fail_memory(err);
	while (!status) {
		status = bed_next(&bed, &line, err);
		if (status)
			break;
		status = add_line(&job, &line, bed.n_columns, err);
		if (status)
			lines_fail(&bed.lines, err);
	}
	memory_free(job.coordinates);
	csv_free(&job.fields);
	bed_close(&bed);
	return status == SPHEX_END ? SPHEX_OK : status;
}
