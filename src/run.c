/*
 * Variants, rows, sites; then the BAM: units are observed by all threads and tallied by this one, in file
 * order.
 */
#include "run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bam/reader.h"
#include "base/memory.h"
#include "base/threads.h"
#include "variants/check_reference.h"
#include "variants/contig_names.h"
#include "variants/fasta.h"
#include "variants/rows_native.h"
#include "variants/vcf.h"

#define PROGRESS_SECONDS 0.1

struct run {
	struct run_settings *settings;
	struct run_result *result;
	struct reader *reader;
	struct fasta *fasta; /* NULL without */
	uint32_t *contig_refs;
	const char **bam_names; /* of the references, in their order */
	struct observer observer;
	struct observations *observations; /* one per slot of the reader */
	size_t n_observations;
	uint64_t last_key;
	bool behind_damage;  /* no record has been read since damage was met */
	uint32_t lost_end;   /* sites before it get no more counts: their contig was damaged */
	double started, reported;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void warn(const struct run *run, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void warn(const struct run *run, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	if (!run->settings->warn)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	run->settings->warn(run->settings->warn_user, text);
}

/* ---------------------------------------------------------------- what is looked at */

static enum sphex_status open_reference(struct run *run, struct sphex_error *err)
{
	const struct run_settings *s = run->settings;

	if (s->mode != SPHEX_MODE_NATIVE)
		return SPHEX_OK;
	if (s->sites)
		return fail(err, SPHEX_E_ARGUMENT, "sites from arrays are counted in the modes of WASP2 only");
	if (s->include_indels && !s->reference)
		return fail(err, SPHEX_E_ARGUMENT, "--indels needs --reference: reads are laid on its bases");
	return s->reference ? fasta_open(s->reference, s->n_threads, &run->fasta, err) : SPHEX_OK;
}

/* The caller's arrays as variant lines. */
static enum sphex_status take_sites(const struct sphex_sites *in, struct variants *out,
        struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; i < in->n && !status; i++) {
		const char *name = in->contig[i] < in->n_contigs ? in->contig_names[in->contig[i]] : NULL;
		uint32_t contig;

		if (!name)
			return fail(err, SPHEX_E_ARGUMENT, "site %zu: contig number %u is out of range", i,
			        in->contig[i]);
		status = pool_add(&out->contigs, name, strlen(name), &contig, err);
		if (!status)
			status = variants_add(out, contig, in->pos1[i] - 1, in->pos1[i],
			        in->refs + in->ref_offsets[i],
			        (size_t)(in->ref_offsets[i + 1] - in->ref_offsets[i]),
			        in->alts + in->alt_offsets[i],
			        (size_t)(in->alt_offsets[i + 1] - in->alt_offsets[i]), POOL_NONE, err);
	}
	return status;
}

static enum sphex_status read_variants(const struct run *run, struct sphex_error *err)
{
	const struct run_settings *s = run->settings;
	struct variants *variants = &run->result->variants;
	enum sphex_status status;
	static const enum select_rules rules[] = {[SPHEX_MODE_NATIVE] = SELECT_NATIVE,
	        [SPHEX_MODE_WASP2] = SELECT_WASP2,
	        [SPHEX_MODE_WASP2_LEGACY] = SELECT_WASP2_LEGACY};
	struct variant_options options = {.rules = rules[s->mode],
	        .all_sites = s->all_sites,
	        .biallelic_only = s->biallelic_only,
	        .filters = (const char *const *)s->filters.items,
	        .n_filters = s->filters.n,
	        .samples = (const char *const *)s->samples.items,
	        .n_samples = s->samples.n,
	        .include_indels = s->include_indels,
	        .include_multiallelic = s->include_multiallelic,
	        .accept_loss = s->accept_loss,
	        .n_threads = s->n_threads,
	        .kernels = s->kernels};

	if (s->sites)
		return take_sites(s->sites, variants, err);
	variants->n_samples = s->samples.n;
	if (s->vcf_bed || !s->variants)
		return SPHEX_OK; /* rows_make() reads the lines or the rows instead */
	status = variants_read(s->variants, &options, variants, err);
	if (!status && variants->loss.status)
		warn(run, "only the first block of %s is used, as WASP2 does: line %llu: %s", s->variants,
		        (unsigned long long)variants->loss.line, variants->loss.message);
	return status;
}

static enum sphex_status make_rows(const struct run *run, struct sphex_error *err)
{
	const struct run_settings *s = run->settings;
	struct rows *rows = &run->result->rows;
	struct rows_options options = {.variants = s->variants,
	        .regions = s->regions.n ? s->regions.items[s->regions.n - 1] : NULL,
	        .use_region_names = s->use_region_names,
	        .feature = s->feature,
	        .attribute = s->attribute,
	        .parent = s->parent,
	        .one_sample = run->result->variants.n_samples == 1,
	        .legacy = s->mode == SPHEX_MODE_WASP2_LEGACY,
	        .keep_dir = s->temp_dir,
	        .variant_lines = s->vcf_bed,
	        .joined_lines = s->intersect_bed,
	        .n_threads = s->n_threads};
	enum sphex_status status;

	if (s->sites) {
		rows->identity = true;
		rows->has_pos0 = true;
		return SPHEX_OK;
	}
	if (s->mode == SPHEX_MODE_NATIVE)
		return SPHEX_OK; /* regions may be on contigs that only the BAM names: it comes first */
	status = rows_make(&options, &run->result->variants, rows, err);
	if (!status && rows->n_lost)
		warn(run, "%zu rows are left out, as WASP2 does: quotes in the region file do not pair",
		        rows->n_lost);
	return status;
}

/* ---------------------------------------------------------------- contigs */

static enum sphex_status make_native_rows(struct run *run, struct sphex_error *err)
{
	const struct run_settings *s = run->settings;
	struct native_rows_options options = {.regions = (const char *const *)s->regions.items,
	        .n_regions = s->regions.n,
	        .feature = s->feature,
	        .bam = {run->bam_names, reader_header(run->reader)->n_refs},
	        .contigs_auto = s->contig_style_auto,
	        .n_threads = s->n_threads};

	return s->mode == SPHEX_MODE_NATIVE
	               ? rows_make_native(&options, &run->result->variants, &run->result->rows, err)
	               : SPHEX_OK;
}

static enum sphex_status name_references(struct run *run, struct sphex_error *err)
{
	const struct bam_header *header = reader_header(run->reader);

	run->bam_names = memory_new(header->n_refs, sizeof(*run->bam_names));
	if (!run->bam_names)
		return fail_memory(err);
	for (uint32_t i = 0; i < header->n_refs; i++)
		run->bam_names[i] = header->refs[i].name;
	return SPHEX_OK;
}

/* contig_refs: the reference id of each contig of the variants, n_refs + i for contig i that the BAM lacks. */
static enum sphex_status map_contigs(struct run *run, struct sphex_error *err)
{
	const struct pool *contigs = &run->result->variants.contigs;
	uint32_t n_refs = reader_header(run->reader)->n_refs;
	enum sphex_status status;

	run->contig_refs = memory_new(contigs->n, sizeof(*run->contig_refs));
	if (!run->contig_refs)
		return fail_memory(err);
	status = contigs_map(contigs, &(struct contig_names){run->bam_names, n_refs},
	        run->settings->contig_style_auto, run->contig_refs, err);
	for (size_t i = 0; i < contigs->n && !status; i++)
		if (run->contig_refs[i] == CONTIG_NONE)
			run->contig_refs[i] = n_refs + (uint32_t)i;
	return status;
}

/*
 * No contig in common is a loss when another spelling (chr1 for 1) would mend it; else the files just
 * belong to different things, and zeros are what WASP2 rightly gives.
 */
static enum sphex_status would_respelling_help(const struct run *run, bool *helps, struct sphex_error *err)
{
	const struct pool *contigs = &run->result->variants.contigs;
	uint32_t *ids = memory_new(contigs->n, sizeof(*ids));
	enum sphex_status status = SPHEX_OK;

	*helps = false;
	if (!ids)
		return fail_memory(err);
	status = contigs_map(contigs,
	        &(struct contig_names){run->bam_names, reader_header(run->reader)->n_refs}, true, ids, err);
	for (size_t i = 0; i < contigs->n && !status; i++)
		*helps |= ids[i] != CONTIG_NONE;
	memory_free(ids);
	return status;
}

/* The words are WASP2's: pipelines look for them. */
static void warn_missing(const struct run *run, const struct missing_contigs *missing)
{
	for (size_t i = 0; i < missing->n; i++) {
		const struct missing_contig *m = &missing->items[i];

		warn(run, "[WARN] Failed to fetch %s:%u-%llu: failed to fetch region. Skipping %zu variants.",
		        pool_text(&run->result->variants.contigs, m->contig, NULL),
		        m->min_pos1 ? m->min_pos1 - 1 : 0, m->max_pos1 + 1ull, m->n_sites);
	}
}

static enum sphex_status no_common_contig(const struct run *run, const struct missing_contigs *missing,
        struct sphex_error *err)
{
	const struct bam_header *header = reader_header(run->reader);

	fail(err, SPHEX_E_DATA, "no contig of the variants is in the BAM: the variants have %s, the BAM has %s",
	        pool_text(&run->result->variants.contigs, missing->items[0].contig, NULL),
	        header->n_refs ? header->refs[0].name : "none");
	with_hint(err, "rename the contigs of one of them (bcftools annotate --rename-chrs)");
	return at_file(err, run->settings->bam);
}

static enum sphex_status build_listed_sites(struct run *run, struct missing_contigs *missing,
        struct sphex_error *err)
{
	struct sites_options options = {.rules = run->observer.rules,
	        .drop_duplicates = !run->settings->sites,
	        .share_counts = !run->settings->sites};

	return sites_build(&run->result->variants, &run->result->rows, reader_header(run->reader)->n_refs,
	        run->contig_refs, &options, &run->result->sites, missing, err);
}

/* One contig of the FASTA, as events ask for it. */
struct fasta_contig {
	struct fasta *fasta;
	uint32_t contig;
};

static enum sphex_status bases_of(void *user, uint64_t beg0, uint64_t end0, char *out, struct sphex_error *err)
{
	const struct fasta_contig *c = user;

	return fasta_bases(c->fasta, c->contig, beg0, end0, out, err);
}

/* ids[i]: the FASTA's contig for contig i of the variants. */
static enum sphex_status map_fasta(struct run *run, uint32_t *ids, struct sphex_error *err)
{
	uint32_t n = fasta_n_contigs(run->fasta);
	const char **names = memory_new(n, sizeof(*names));
	enum sphex_status status;

	if (!names)
		return fail_memory(err);
	for (uint32_t i = 0; i < n; i++)
		names[i] = fasta_name(run->fasta, i);
	status = contigs_map(&run->result->variants.contigs, &(struct contig_names){names, n},
	        run->settings->contig_style_auto, ids, err);
	memory_free(names);
	if (!status)
		status = check_reference(&run->result->variants, &run->result->rows, run->fasta, ids, err);
	if (status && !err->file[0])
		at_file(err, run->settings->reference);
	return status;
}

static enum sphex_status build_native_sites(struct run *run, struct missing_contigs *missing,
        struct sphex_error *err)
{
	size_t n = run->result->variants.contigs.n;
	struct reference *references = memory_new_zeroed(n, sizeof(*references));
	struct fasta_contig *fasta_contigs = memory_new(n, sizeof(*fasta_contigs));
	uint32_t *ids = memory_new(n, sizeof(*ids));
	enum sphex_status status = references && fasta_contigs && ids ? SPHEX_OK : fail_memory(err);

	if (!status && run->fasta)
		status = map_fasta(run, ids, err);
	for (size_t i = 0; i < n && !status && run->fasta; i++) {
		if (ids[i] == CONTIG_NONE)
			continue; /* check_reference() has seen that it has no rows */
		fasta_contigs[i] = (struct fasta_contig){run->fasta, ids[i]};
		references[i] =
		        (struct reference){bases_of, &fasta_contigs[i], fasta_length(run->fasta, ids[i])};
	}
	if (!status)
		status = sites_build_native(&run->result->variants, &run->result->rows,
		        reader_header(run->reader)->n_refs, run->contig_refs,
		        run->fasta ? references : NULL, &run->result->sites, missing, err);
	memory_free(references);
	memory_free(fasta_contigs);
	memory_free(ids);
	return status;
}

/* Rows on contigs that the BAM lacks: an error when these are all rows, else a warning. */
static enum sphex_status check_native_contigs(struct run *run, struct sphex_error *err)
{
	const struct contig_parties parties = {"the variants", "the BAM"};
	const struct contig_names targets = {run->bam_names, reader_header(run->reader)->n_refs};
	const struct variants *v = &run->result->variants;
	uint64_t *n_rows = memory_new_zeroed(v->contigs.n, sizeof(*n_rows));
	uint32_t *ids = memory_new(v->contigs.n, sizeof(*ids));
	enum sphex_status status = n_rows && ids ? SPHEX_OK : fail_memory(err);
	char text[768];

	if (!status)
		rows_per_contig(v, &run->result->rows, n_rows);
	for (size_t i = 0; i < v->contigs.n && !status; i++)
		ids[i] = run->contig_refs[i] < targets.n ? run->contig_refs[i] : CONTIG_NONE;
	if (!status)
		status = contigs_check(&v->contigs, n_rows, ids, &targets, &parties, err);
	if (!status && contigs_describe_missing(&v->contigs, n_rows, ids, &parties, text, sizeof(text)))
		warn(run, "%s", text);
	if (status && !err->file[0])
		at_file(err, run->settings->bam);
	memory_free(n_rows);
	memory_free(ids);
	return status;
}

static enum sphex_status build_sites(struct run *run, struct sphex_error *err)
{
	struct run_result *result = run->result;
	struct missing_contigs missing = {0};
	bool helps = false;
	enum sphex_status status = name_references(run, err);

	if (!status)
		status = make_native_rows(run, err);
	if (!status)
		status = map_contigs(run, err);

	if (!status)
		status = result->variants.extras ? build_native_sites(run, &missing, err)
		                                 : build_listed_sites(run, &missing, err);
	if (status) {
		missing_contigs_free(&missing);
		return status;
	}
	if (run->settings->mode == SPHEX_MODE_NATIVE) {
		status = check_native_contigs(run, err);
	} else {
		if (result->sites.n == 0 && missing.n && !run->settings->accept_loss &&
		        !run->observer.rules->missing_contig_is_null && !run->settings->sites)
			status = would_respelling_help(run, &helps, err);
		if (helps)
			status = no_common_contig(run, &missing, err);
		else
			warn_missing(run, &missing);
	}
	missing_contigs_free(&missing);
	return status;
}

/* ---------------------------------------------------------------- the BAM */

static enum sphex_status scan(void *user, size_t slot, struct unit *unit, struct sphex_error *err)
{
	struct run *run = user;

	if (atomic_load_explicit(&run->settings->cancelled, memory_order_relaxed))
		return fail(err, SPHEX_E_CANCELLED, "stopped");
	return observe_unit(&run->observer, unit, &run->observations[slot], err);
}

static enum sphex_status report_progress(struct run *run, struct sphex_error *err)
{
	struct sphex_progress p;
	double t;

	if (!run->settings->progress)
		return SPHEX_OK;
	t = now();
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
 * As WASP2 does with damage: the rest of a contig is lost, and so is a contig whose first records may have
 * been in the damaged part.
 */
static void drop_lost(struct run *run, struct observations *o)
{
	size_t n = 0;

	if (run->behind_damage && o->n_records) {
		run->lost_end = sites_up_to(&run->result->sites, o->first_key);
		run->behind_damage = false;
	}
	while (n < o->n && o->items[n].site < run->lost_end)
		n++;
	if (n)
		memmove(o->items, o->items + n, (o->n - n) * sizeof(*o->items));
	o->n -= n;
}

static void note_damage(struct run *run, const struct sphex_error *damage)
{
	const struct bam_header *header = reader_header(run->reader);
	uint64_t ref = run->last_key >> 32;
	const char *contig = ref < header->n_refs ? header->refs[ref].name : "*";
	char text[768];

	sphex_error_format(damage, text, sizeof(text));
	warn(run, "[WARN] Skipped corrupted BAM record on %s: %s", contig, text);
	warn(run, "[WARN] Skipped 1 corrupted BAM record(s) on %s (shown first 1)", contig);
	run->behind_damage = true;
	run->lost_end = sites_up_to(&run->result->sites, run->last_key);
}

static enum sphex_status add_observations(struct run *run, struct observations *o,
        struct sphex_error *err)
{
	struct sphex_count_stats *stats = &run->result->stats;

	drop_lost(run, o);
	if (o->n_records && stats->n_records && o->first_key < run->last_key) {
		not_sorted(o->first_key, run->last_key, err);
		at_record(err, stats->n_records + 1);
		return at_file(err, run->settings->bam);
	}
	if (o->n_records)
		run->last_key = o->last_key;
	stats->n_records += o->n_records;
	for (unsigned i = 0; i < N_REASONS; i++)
		run->result->reasons[i] += o->reasons[i];
	stats->n_covering += o->n_covering;
	stats->n_observations += o->n;
	return tally_add(run->result->tally, o, err);
}

static enum sphex_status read_bam(struct run *run, struct sphex_error *err)
{
	struct reader_client client = {run, scan};
	enum sphex_status status;
	size_t slot;

	run->observations = memory_new_zeroed(reader_n_slots(run->reader), sizeof(*run->observations));
	if (!run->observations)
		return fail_memory(err);
	run->n_observations = reader_n_slots(run->reader);
	status = tally_new(run->observer.rules, &run->result->sites, run->settings->by_read, &run->result->tally, err);
	if (!status)
		status = reader_start(run->reader, &client, err);
	while (!status && !(status = reader_next(run->reader, &slot, err))) {
		struct sphex_error damage;

		status = add_observations(run, &run->observations[slot], err);
		if (reader_met_damage(run->reader, &damage))
			note_damage(run, &damage);
		if (!status)
			status = report_progress(run, err);
	}
	if (status != SPHEX_END)
		return status;
	run->result->truncated = reader_is_truncated(run->reader);
	if (run->result->truncated)
		warn(run, "%s: the BGZF end-of-file marker is missing", run->settings->bam);
	return tally_finish(run->result->tally, err);
}

static enum sphex_status count_bam(struct run *run, struct sphex_error *err)
{
	const struct run_settings *s = run->settings;
	struct reader_options options = {.n_threads = s->n_threads,
	        .unit_n_blocks = s->unit_blocks,
	        .allow_truncated = s->allow_truncated || s->accept_loss,
	        .skip_damage = s->accept_loss};
	enum sphex_status status = reader_open(s->bam, &options, &run->reader, err);

	if (!status)
		status = build_sites(run, err);
	run->observer.sites = &run->result->sites;
	if (!status)
		status = read_bam(run, err);
	run->result->stats.n_bam_bytes = run->reader ? reader_bytes_done(run->reader) : 0;
	reader_close(run->reader); /* joins the workers: their results may go now */
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
	stats->n_counted = tally_n_counted(result->tally);
	stats->n_rows = table_n_rows(&result->table);
	for (size_t i = 0; i < result->sites.n_kept; i++) {
		uint32_t site = result->sites.row_sites[result->sites.kept_rows[i]];

		stats->n_rows_covered += site != SITE_NONE && is_covered(&result->table, site);
	}
}

enum sphex_status run_count(struct run_settings *settings, struct run_result *result,
        struct sphex_error *err)
{
	struct run run = {.settings = settings, .result = result, .started = now()};
	double read;
	enum sphex_status status;

	if (settings->n_threads == 0)
		settings->n_threads = threads_available();
	run.observer = (struct observer){.rules = count_rules_of(settings->mode),
	        .kernels = settings->kernels,
	        .filter = settings->mode == SPHEX_MODE_NATIVE ? &settings->filter : NULL,
	        .min_baseq = (uint8_t)settings->min_baseq};
	status = open_reference(&run, err);
	if (!status)
		status = read_variants(&run, err);
	if (!status)
		status = make_rows(&run, err);
	read = now();
	if (!status)
		status = count_bam(&run, err);
	fasta_close(run.fasta);
	if (status)
		return status;
	lay_out(&run);
	result->stats.seconds_variants = read - run.started;
	result->stats.seconds_bam = now() - read;
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
