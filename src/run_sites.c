/*
 * From variants to sites: which lines count, which rows come out, where they lie in the BAM. Rows
 * of the native mode may be in regions on contigs that only the BAM names: they come after its
 * header.
 */
#include <string.h>

#include "base/memory.h"
#include "run_parts.h"
#include "variants/contig_names.h"
#include "variants/vcf.h"

/* ---------------------------------------------------------------- variants and rows */

/* The caller's arrays as variant lines. */
static enum sphex_status take_sites(
	const struct sphex_sites *in, struct variants *out, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; i < in->n && !status; i++) {
		const char *name =
			in->contig[i] < in->n_contigs ? in->contig_names[in->contig[i]] : NULL;
		uint32_t contig;

		if (!name)
			return fail(err, SPHEX_E_ARGUMENT,
				"site %zu: contig number %u is out of range", i, in->contig[i]);
		status = pool_add(&out->contigs, name, strlen(name), &contig, err);
		if (!status)
			status = variants_add(out, contig, in->pos1[i] - 1, in->pos1[i],
				in->refs + in->ref_offsets[i],
				(size_t)(in->ref_offsets[i + 1] - in->ref_offsets[i]),
				in->alts + in->alt_offsets[i],
				(size_t)(in->alt_offsets[i + 1] - in->alt_offsets[i]), POOL_NONE,
				err);
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
		.kernels = s->kernels,
		.cancelled = &s->cancelled};

	if (s->sites)
		return take_sites(s->sites, variants, err);
	variants->n_samples = s->samples.n;
	if (s->vcf_bed || !s->variants)
		return SPHEX_OK; /* rows_make() reads the lines or the rows instead */
	status = variants_read(s->variants, &options, variants, err);
	if (!status && variants->loss.status)
		warn(&run->settings->warner,
			"only the first block of %s is used, as WASP2 does: line %llu: %s",
			s->variants, (unsigned long long)variants->loss.line,
			variants->loss.message);
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
	status = rows_make(&options, &run->result->variants, rows, err);
	if (!status && rows->n_lost)
		warn(&run->settings->warner,
			"%zu rows are left out, as WASP2 does: quotes in the region file do not "
			"pair",
			rows->n_lost);
	return status;
}

/* ---------------------------------------------------------------- contigs and sites */

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

/* contig_refs: the reference id of each contig of the variants, n_refs + i for contig i that the
 * BAM lacks. */
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
 * No contig in common is a loss when another spelling (chr1 for 1) would mend it; else the files
 * just belong to different things, and zeros are what WASP2 rightly gives.
 */
static enum sphex_status would_respelling_help(
	const struct run *run, bool *helps, struct sphex_error *err)
{
	const struct pool *contigs = &run->result->variants.contigs;
	uint32_t *ids = memory_new(contigs->n, sizeof(*ids));
	enum sphex_status status = SPHEX_OK;

	*helps = false;
	if (!ids)
		return fail_memory(err);
	status = contigs_map(contigs,
		&(struct contig_names){run->bam_names, reader_header(run->reader)->n_refs}, true,
		ids, err);
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

		warn(&run->settings->warner,
			"[WARN] Failed to fetch %s:%u-%llu: failed to fetch region. Skipping %zu "
			"variants.",
			pool_text(&run->result->variants.contigs, m->contig, NULL),
			m->min_pos1 ? m->min_pos1 - 1 : 0, m->max_pos1 + 1ull, m->n_sites);
	}
}

static enum sphex_status no_common_contig(
	const struct run *run, const struct missing_contigs *missing, struct sphex_error *err)
{
	const struct bam_header *header = reader_header(run->reader);

	fail(err, SPHEX_E_DATA,
		"no contig of the variants is in the BAM: the variants have %s, the BAM has %s",
		pool_text(&run->result->variants.contigs, missing->items[0].contig, NULL),
		header->n_refs ? header->refs[0].name : "none");
	with_hint(err, "rename the contigs of one of them (bcftools annotate --rename-chrs)");
	return at_file(err, run->settings->bam);
}

static enum sphex_status build_listed_sites(
	struct run *run, struct missing_contigs *missing, struct sphex_error *err)
{
	struct sites_options options = {.rules = run->observer.rules,
		.drop_duplicates = !run->settings->sites,
		.share_counts = !run->settings->sites};

	return sites_build(&run->result->variants, &run->result->rows,
		reader_header(run->reader)->n_refs, run->contig_refs, &options, &run->result->sites,
		missing, err);
}

static enum sphex_status check_listed_contigs(
	struct run *run, const struct missing_contigs *missing, struct sphex_error *err)
{
	bool helps = false;
	enum sphex_status status = SPHEX_OK;

	if (run->result->sites.n == 0 && missing->n && !run->settings->accept_loss &&
		!run->observer.rules->missing_contig_is_null && !run->settings->sites)
		status = would_respelling_help(run, &helps, err);
	if (helps)
		return no_common_contig(run, missing, err);
	warn_missing(run, missing);
	return status;
}

/* ---------------------------------------------------------------- the two choices */

enum sphex_status choose_variants(struct run *run, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	if (run->settings->mode == SPHEX_MODE_NATIVE)
		status = native_open_reference(run, err);
	if (!status)
		status = read_variants(run, err);
	if (!status && run->settings->mode != SPHEX_MODE_NATIVE)
		status = make_rows(run, err);
	return status;
}

enum sphex_status choose_sites(struct run *run, struct sphex_error *err)
{
	bool native = run->settings->mode == SPHEX_MODE_NATIVE;
	struct missing_contigs missing = {0};
	enum sphex_status status = name_references(run, err);

	if (!status && native)
		status = native_make_rows(run, err);
	if (!status)
		status = map_contigs(run, err);
	if (!status)
		status = native ? native_build_sites(run, &missing, err)
				: build_listed_sites(run, &missing, err);
	if (!status)
		status = native ? native_check_contigs(run, err)
				: check_listed_contigs(run, &missing, err);
	missing_contigs_free(&missing);
	return status;
}
