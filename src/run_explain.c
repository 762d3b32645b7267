/*
 * After a count: every record over one position of the table, and in which column it was counted.
 * Reads the BAM once more, or of it what an index names.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bam/reader.h"
#include "base/files.h"
#include "base/memory.h"
#include "count/explain.h"
#include "count/fragment.h"
#include "run.h"
#include "run_index.h"

struct explain_job {
	const struct run_settings *settings;
	const struct run_result *result;
	struct observer observer;
	int32_t ref_id;
	uint32_t pos0, site;
	struct run_index index; /* for the site at hand */
	uint32_t first, *begins;
	struct explanation *parts; /* one per slot of the reader */
	struct explanation whole;
};

static enum sphex_status scan(void *user, size_t slot, struct unit *unit, struct sphex_error *err)
{
	struct explain_job *job = user;

	if (atomic_load_explicit(&job->settings->cancelled, memory_order_relaxed))
		return fail(err, SPHEX_E_CANCELLED, "stopped");
	return explain_unit(
		&job->observer, unit, job->ref_id, job->pos0, job->site, &job->parts[slot], err);
}

static enum sphex_status read_units(
	struct explain_job *job, struct reader *reader, struct sphex_error *err)
{
	struct reader_client client = {job, scan};
	enum sphex_status status;
	size_t slot;

	job->whole.n = job->whole.n_texts = 0;
	status = reader_start(reader, &client, err);
	while (!status && !(status = reader_next(reader, &slot, err)))
		status = explanation_append(&job->whole, &job->parts[slot], err);
	return status == SPHEX_END ? SPHEX_OK : status;
}

/* As the count was, by an index of which it has warned already. */
static struct run_index index_for(struct explain_job *job)
{
	const struct sites *sites = &job->result->sites;
	uint32_t pos0 = sites->pos0[job->site], end0 = site_end0(sites, job->site);

	for (uint32_t ref = 0; ref < sites->n_refs; ref++)
		job->begins[ref + 1] = ref >= (uint32_t)job->ref_id;
	job->first = pos0 < job->pos0 ? pos0 : job->pos0;
	return (struct run_index){.choice = job->settings->index,
		.bam = job->settings->bam,
		.targets = {.pos0 = &job->first,
			.begins = job->begins,
			.width = (end0 > job->pos0 ? end0 : job->pos0 + 1) - job->first,
			.unmapped_too = true}};
}

static enum sphex_status read_over_site(
	struct explain_job *job, struct reader *reader, struct sphex_error *err)
{
	enum sphex_status status;

	job->parts = memory_new_zeroed(reader_n_slots(reader), sizeof(*job->parts));
	job->begins =
		memory_new_zeroed((size_t)job->result->sites.n_refs + 1, sizeof(*job->begins));
	if (!job->parts || !job->begins)
		return fail_memory(err);
	job->index = index_for(job);
	status = run_index_use(&job->index, reader, err);
	if (!status)
		status = read_units(job, reader, err);
	if (status && run_index_drop(&job->index, reader, err))
		status = read_units(job, reader, err);
	return status;
}

static enum sphex_status read_records(struct explain_job *job, struct sphex_error *err)
{
	const struct run_settings *s = job->settings;
	struct reader_options options = {.n_threads = s->n_threads,
		.unit_n_blocks = s->unit_blocks,
		.crc32 = s->kernels->crc32,
		.allow_truncated = s->allow_truncated,
		.drop_cache = s->drop_cache};
	struct reader *reader;
	enum sphex_status status = reader_open(s->bam, &options, &reader, err);
	size_t n_slots;

	if (status)
		return status;
	n_slots = reader_n_slots(reader);
	status = read_over_site(job, reader, err);
	reader_close(reader); /* joins the workers: what they use may go now */
	for (size_t i = 0; job->parts && i < n_slots; i++)
		explanation_free(&job->parts[i]);
	memory_free(job->parts);
	memory_free(job->begins);
	run_index_free(&job->index);
	job->parts = NULL;
	job->begins = NULL;
	return status;
}

/* ---------------------------------------------------------------- writing */

static void put_line(
	struct writer *w, const struct explanation *e, const struct explained *item, uint8_t column)
{
	static const char *const says[] = {
		"ref", "alt", "other", "ambiguous", "low_baseq", "no base", "low_mapq", "filtered"};
	char text[96];

	snprintf(text, sizeof(text), "\t%s%s%s%s\t%s\n", says[item->says], item->reason ? " (" : "",
		item->reason ? filter_reason_name((enum filter_reason)item->reason) : "",
		item->reason ? ")" : "",
		column == EXPLAIN_NO_BASE         ? "-"
		: column == EXPLAIN_SAME_FRAGMENT ? "same fragment"
						  : fragment_column_word(column));
	writer_put(w, e->texts + item->text, strlen(e->texts + item->text));
	writer_put(w, text, strlen(text));
}

static int compare_places(const void *a, const void *b)
{
	const struct explained *x = *(const struct explained *const *)a,
			       *y = *(const struct explained *const *)b;

	return (x->text > y->text) - (x->text < y->text);
}

/* In file order. */
static enum sphex_status put_records(
	struct explain_job *job, struct writer *w, struct sphex_error *err)
{
	struct explanation *e = &job->whole;
	uint8_t *columns = memory_new(e->n, 1);
	const struct explained **order = memory_new(e->n, sizeof(*order));
	enum sphex_status status = columns && order ? SPHEX_OK : fail_memory(err);

	if (!status) {
		explanation_columns(e, job->settings->by_read, columns);
		for (size_t i = 0; i < e->n; i++)
			order[i] = &e->items[i];
		qsort(order, e->n, sizeof(*order), compare_places);
		for (size_t i = 0; i < e->n; i++)
			put_line(w, e, order[i], columns[order[i] - e->items]);
	}
	memory_free(columns);
	memory_free(order);
	return status;
}

static enum sphex_status explain_row(
	struct explain_job *job, size_t row, struct writer *w, struct sphex_error *err)
{
	static const char heading[] =
		"# name\tflags\tMAPQ\tCIGAR\tbase\tquality\tsays\tcounted as\n";
	const struct table *t = &job->result->table;
	enum sphex_status status;

	job->site = t->sites->row_sites[t->sites->kept_rows[row]];
	if (job->site == SITE_NONE)
		return SPHEX_OK;
	writer_put(w, "# ", 2);
	for (unsigned column = 0; column < t->n_columns; column++) {
		char number[16], room[TABLE_ROOM];
		struct table_cell cell = table_cell(t, column, row, room);

		snprintf(number, sizeof(number), "%" PRIu32, cell.number);
		writer_put(w, "\t", column != 0);
		writer_put(w,
			cell.is_number ? number
			: cell.text    ? cell.text
				       : ".",
			cell.is_number ? strlen(number)
			: cell.text    ? cell.nbytes
				       : 1);
	}
	writer_put(w, "\n", 1);
	writer_put(w, heading, sizeof(heading) - 1);
	status = read_records(job, err);
	return status ? status : put_records(job, w, err);
}

/* ---------------------------------------------------------------- the position */

static enum sphex_status parse_position(
	const char *text, size_t *n_contig, uint32_t *pos0, struct sphex_error *err)
{
	const char *colon = strrchr(text, ':');
	unsigned long long pos1 = 0;
	char *end = NULL;

	if (colon && colon[1] >= '0' && colon[1] <= '9')
		pos1 = strtoull(colon + 1, &end, 10);
	if (pos1 < 1 || pos1 > UINT32_MAX || *end)
		return fail(
			err, SPHEX_E_ARGUMENT, "a position looks like chr1:12345, not %s", text);
	*n_contig = (size_t)(colon - text);
	*pos0 = (uint32_t)(pos1 - 1);
	return SPHEX_OK;
}

static enum sphex_status check_file(const struct run_settings *settings, struct sphex_error *err)
{
	if (!settings->bam || file_can_be_read_again(settings->bam))
		return SPHEX_OK;
	fail(err, SPHEX_E_ARGUMENT, "a pipe cannot be read twice, as --explain has to");
	with_hint(err, "write the BAM to a file");
	return at_file(err, settings->bam);
}

enum sphex_status run_check_explain(
	const struct run_settings *settings, const char *position, struct sphex_error *err)
{
	size_t n_contig;
	uint32_t pos0;
	enum sphex_status status = parse_position(position, &n_contig, &pos0, err);

	return status ? status : check_file(settings, err);
}

enum sphex_status run_explain(const struct run_settings *settings, const struct run_result *result,
	const char *position, struct writer *w, struct sphex_error *err)
{
	struct explain_job job = {.settings = settings, .result = result};
	const struct table *t = &result->table;
	size_t n_contig, n_found = 0;
	enum sphex_status status = parse_position(position, &n_contig, &job.pos0, err);

	if (!status)
		status = check_file(settings, err);
	if (status)
		return status;
	job.observer = (struct observer){.rules = t->rules,
		.kernels = settings->kernels,
		.sites = &result->sites,
		.filter = settings->mode == SPHEX_MODE_NATIVE ? &settings->filter : NULL,
		.min_baseq = (uint8_t)settings->min_baseq};
	for (size_t row = 0; row < table_n_rows(t) && !status; row++) {
		char room[TABLE_ROOM];
		struct table_cell contig = table_cell(t, 0, row, room);
		struct table_cell pos = table_cell(t, 1, row, room);

		if (pos.number != job.pos0 + 1 || contig.nbytes != n_contig ||
			memcmp(contig.text, position, n_contig) != 0)
			continue;
		n_found++;
		job.ref_id = sites_reference_of(
			&result->sites, result->sites.row_sites[result->sites.kept_rows[row]]);
		status = explain_row(&job, row, w, err);
	}
	explanation_free(&job.whole);
	if (status || n_found)
		return status;
	fail(err, SPHEX_E_NOT_FOUND, "no row of the table is at %s", position);
	return with_hint(err, "name a row by its contig and POS");
}
