/*
 * Variants, rows, sites; then the BAM: all threads observe units, and count what this one has put
 * into file order.
 */
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"
#include "count/parcel.h"
#include "count/tally.h"
#include "run_parts.h"

#define PROGRESS_SECONDS 0.1

static enum sphex_status scan(void *user, size_t slot, struct unit *unit, struct sphex_error *err)
{
	struct run *run = user;
	struct observations *o = &run->observations[slot];
	struct sphex_error no_memory;
	enum sphex_status status;

	if (atomic_load_explicit(&run->settings->cancelled, memory_order_relaxed))
		return fail(err, SPHEX_E_CANCELLED, "stopped");
	status = tally_work(run->result->tally, err);
	if (status)
		return status;
	status = observe_unit(&run->observer, unit, o, err);
	if (o->n_records)
		unit->last_key = o->last_key;
	if (parcels_pack(&run->observer, o, &no_memory)) { /* also in front of damage */
		*err = no_memory;
		return no_memory.status;
	}
	return status;
}

static enum sphex_status report_progress(struct run *run, struct sphex_error *err)
{
	struct sphex_progress p;
	double t;

	if (!run->settings->progress)
		return SPHEX_OK;
	t = seconds_now();
	if (t - run->reported < PROGRESS_SECONDS)
		return SPHEX_OK;
	run->reported = t;
	p = (struct sphex_progress){.n_bytes = reader_bytes_done(run->reader),
		.n_bytes_total = reader_bytes_total(run->reader),
		.n_records = run->result->stats.n_records,
		.seconds = t - run->started};
	if (run->settings->progress(run->settings->progress_user, &p) == 0)
		return SPHEX_OK;
	return fail(err, SPHEX_E_CANCELLED, "stopped");
}

/* Sites of the references up to that of the sort key. */
static uint32_t sites_up_to(const struct sites *sites, uint64_t key)
{
	uint64_t ref = key >> 32;

	return sites->ref_begins[ref < sites->n_refs ? ref + 1 : sites->n_refs];
}

/*
 * As WASP2 does with damage: the rest of a contig is lost, and so is a contig whose first records
 * may have been in the damaged part.
 */
static void drop_lost(struct run *run, struct observations *o)
{
	if (run->behind_damage && o->n_records) {
		run->lost_end = sites_up_to(&run->result->sites, o->first_key);
		run->behind_damage = false;
	}
	if (run->lost_end)
		parcels_drop_before(&o->parcels, run->lost_end);
}

static void note_damage(struct run *run, const struct sphex_error *damage)
{
	const struct bam_header *header = reader_header(run->reader);
	uint64_t ref = run->last_key >> 32;
	const char *contig = ref < header->n_refs ? header->refs[ref].name : "*";
	char text[768];

	sphex_error_format(damage, text, sizeof(text));
	warn(&run->settings->warner, "[WARN] Skipped corrupted BAM record on %s: %s", contig, text);
	warn(&run->settings->warner,
		"[WARN] Skipped 1 corrupted BAM record(s) on %s (shown first 1)", contig);
	run->behind_damage = true;
	run->lost_end = sites_up_to(&run->result->sites, run->last_key);
}

static enum sphex_status add_observations(
	struct run *run, struct observations *o, struct sphex_error *err)
{
	struct sphex_count_stats *stats = &run->result->stats;

	drop_lost(run, o);
	if (o->n_records && stats->n_records && o->first_key < run->last_key) {
		not_sorted(reader_header(run->reader), o->first_key, run->last_key, err);
		at_voffset(err, o->first_voffset);
		at_record(err, stats->n_records + 1);
		return at_file(err, run->settings->bam);
	}
	if (o->n_records)
		run->last_key = o->last_key;
	stats->n_records += o->n_records;
	for (unsigned i = 0; i < N_REASONS; i++)
		run->result->reasons[i] += o->reasons[i];
	stats->n_covering += o->n_covering;
	tally_add(run->result->tally, o);
	return SPHEX_OK;
}

static enum sphex_status read_bam(struct run *run, struct sphex_error *err)
{
	struct reader_client client = {run, scan};
	enum sphex_status status;
	size_t slot;

	status = tally_new(&run->observer, run->settings->by_read, &run->result->tally, err);
	if (!status)
		status = reader_start(run->reader, &client, err);
	while (!status && !(status = reader_next(run->reader, &slot, err))) {
		struct observations *o = &run->observations[slot];
		struct sphex_error damage;
		bool met_damage = reader_met_damage(run->reader, &damage);

		status = add_observations(run, o, err);
		if (!status && met_damage)
			note_damage(run, &damage);
		if (!status)
			status = report_progress(run, err);
	}
	if (status != SPHEX_END)
		return status;
	run->result->truncated = reader_is_truncated(run->reader);
	if (run->result->truncated)
		warn(&run->settings->warner, "%s: the BGZF end-of-file marker is missing",
			run->settings->bam);
	return tally_finish(run->result->tally, err);
}

static enum sphex_status use_index(struct run *run, struct sphex_error *err)
{
	const struct run_settings *s = run->settings;
	const struct sites *sites = &run->result->sites;

	run->index = (struct run_index){.choice = s->accept_loss ? INDEX_NEVER : s->index,
		.bam = s->bam,
		.targets = {.pos0 = sites->pos0,
			.begins = sites->ref_begins,
			.width = sites->max_width,
			.unmapped_too = !run->observer.filter &&
					!(run->observer.rules->exclude_flags & FLAG_UNMAPPED)},
		.warner = s->warner};
	return run_index_use(&run->index, run->reader, err);
}

/* As if nothing had been read. */
static void forget_counts(struct run *run)
{
	struct run_result *result = run->result;

	tally_free(result->tally);
	result->tally = NULL;
	memset(result->reasons, 0, sizeof(result->reasons));
	result->stats = (struct sphex_count_stats){0};
}

/* By the index if there is a good one, else from end to end. */
static enum sphex_status read_parts_or_all(struct run *run, struct sphex_error *err)
{
	enum sphex_status status;

	run->observations =
		memory_new_zeroed(reader_n_slots(run->reader), sizeof(*run->observations));
	if (!run->observations)
		return fail_memory(err);
	run->n_observations = reader_n_slots(run->reader);
	status = use_index(run, err);
	if (!status)
		status = read_bam(run, err);
	if (status && run_index_drop(&run->index, run->reader, err)) {
		forget_counts(run);
		status = read_bam(run, err);
	}
	run->result->stats.index = run->index.outcome;
	return status;
}

static enum sphex_status count_bam(struct run *run, struct sphex_error *err)
{
	const struct run_settings *s = run->settings;
	struct reader_options options = {.n_threads = s->n_threads,
		.unit_n_blocks = s->unit_blocks,
		.crc32 = s->kernels->crc32,
		.allow_truncated = s->allow_truncated || s->accept_loss,
		.skip_damage = s->accept_loss,
		.drop_cache = s->drop_cache};
	enum sphex_status status = reader_open(s->bam, &options, &run->reader, err);

	if (!status)
		status = choose_sites(run, err);
	if (!status) {
		run->observer.sites = &run->result->sites;
		status = read_parts_or_all(run, err);
	}
	run->result->stats.n_bam_bytes = run->reader ? reader_bytes_read(run->reader) : 0;
	reader_close(run->reader); /* joins the workers: their results may go now */
	run_index_free(&run->index);
	for (size_t i = 0; i < run->n_observations; i++)
		observations_free(&run->observations[i]);
	memory_free(run->observations);
	memory_free(run->contig_refs);
	memory_free(run->bam_names);
	return status;
}

/* ---------------------------------------------------------------- the whole */

static bool is_covered(const struct table *t, uint32_t site)
{
	const uint32_t *counts = t->counts + (size_t)site * t->rules->n_counts;

	for (unsigned i = 0; i < t->rules->n_counts; i++)
		if (counts[i])
			return true;
	return false;
}

static void lay_out(struct run *run)
{
	struct run_result *result = run->result;
	struct sphex_count_stats *stats = &result->stats;

	result->table = (struct table){.variants = &result->variants,
		.rows = &result->rows,
		.sites = &result->sites,
		.counts = tally_counts(result->tally),
		.rules = run->observer.rules};
	table_layout(&result->table);
	stats->n_observations = tally_n_observations(result->tally);
	stats->n_counted = tally_n_counted(result->tally);
	if (run->settings->mode == SPHEX_MODE_NATIVE)
		account_make(
			&result->table, result->reasons, stats->n_observations, &result->account);
	stats->n_rows = table_n_rows(&result->table);
	for (size_t i = 0; i < result->sites.n_kept; i++) {
		uint32_t site = result->sites.row_sites[result->sites.kept_rows[i]];

		stats->n_rows_covered += site != SITE_NONE && is_covered(&result->table, site);
	}
}

enum sphex_status run_count(
	struct run_settings *settings, struct run_result *result, struct sphex_error *err)
{
	struct run run = {.settings = settings, .result = result, .started = seconds_now()};
	double read;
	enum sphex_status status;

	if (settings->n_threads == 0)
		settings->n_threads = threads_available();
	run.observer = (struct observer){.rules = count_rules_of(settings->mode),
		.kernels = settings->kernels,
		.filter = settings->mode == SPHEX_MODE_NATIVE ? &settings->filter : NULL,
		.min_baseq = (uint8_t)settings->min_baseq};
	status = choose_variants(&run, err);
	read = seconds_now();
	if (!status)
		status = count_bam(&run, err);
	fasta_close(run.fasta);
	if (status)
		return status;
	lay_out(&run);
	result->stats.seconds_variants = read - run.started;
	result->stats.seconds_bam = seconds_now() - read;
	result->stats.n_threads = settings->n_threads;
	result->stats.simd = settings->kernels->name;
	return SPHEX_OK;
}

void run_result_free(struct run_result *result)
{
	tally_free(result->tally);
	sites_free(&result->sites);
	rows_free(&result->rows);
	variants_free(&result->variants);
}
