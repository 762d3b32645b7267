/* What is known before the first read; see run_ase_parts.h. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "run_ase_parts.h"

/* The last version of VCF that GATK reads. */
#define GATK_VCF_MINOR 3

/* ---------------------------------------------------------------- headers of the BAMs */

/* The contigs of one BAM, added to those of the BAMs before. */
static enum sphex_status take_contigs(
	struct ase_run *run, const struct ase_input *input, struct sphex_error *err)
{
	const struct bam_header *header = reader_header(input->reader);
	struct contigs contigs = {0};
	enum sphex_status status = SPHEX_OK;

	for (uint32_t i = 0; i < header->n_refs && !status; i++) {
		const struct bam_ref *ref = &header->refs[i];

		status =
			contigs_add(&contigs, ref->name, strlen(ref->name), ref->length, NULL, err);
		if (!status && contigs.names.n != (size_t)i + 1)
			status = fail(
				err, SPHEX_E_DATA, "contig %s is in the header twice", ref->name);
	}
	if (!status && input != run->inputs && !run->settings->ignores_dictionaries)
		status = contigs_compare(
			&contigs, input->path, &run->result->contigs, run->inputs[0].path, err);
	if (!status)
		status = contigs_merge(&run->result->contigs, &contigs, err);
	contigs_free(&contigs);
	return status;
}

static enum sphex_status open_input(
	struct ase_run *run, struct ase_input *input, const char *path, struct sphex_error *err)
{
	const struct ase_settings *s = run->settings;
	struct reader_options options = {
		.n_threads = (s->n_threads + (unsigned)run->n_inputs - 1) / (unsigned)run->n_inputs,
		.unit_n_blocks = s->unit_blocks,
		.crc32 = s->kernels->crc32,
		.keep_units = run->n_inputs > 1,
		.allow_truncated = s->allow_truncated,
		.drop_cache = s->drop_cache};
	enum sphex_status status;

	input->run = run;
	input->path = path;
	status = reader_open(path, &options, &input->reader, err);
	if (!status)
		status = read_groups_read(
			reader_header(input->reader), &run->samples, &input->groups, err);
	if (!status)
		status = take_contigs(run, input, err);
	return status && !err->file[0] ? at_file(err, path) : status;
}

/* When the contigs of all BAMs are known. */
static enum sphex_status number_contigs(struct ase_input *input, struct sphex_error *err)
{
	const struct bam_header *header = reader_header(input->reader);
	const struct pool *names = &input->run->result->contigs.names;

	input->refs = memory_new(header->n_refs, sizeof(*input->refs));
	if (!input->refs)
		return fail_memory(err);
	for (uint32_t i = 0; i < header->n_refs; i++)
		input->refs[i] =
			pool_find(names, header->refs[i].name, strlen(header->refs[i].name));
	return SPHEX_OK;
}

static enum sphex_status open_inputs(struct ase_run *run, struct sphex_error *err)
{
	const struct text_list *paths = &run->settings->inputs;
	enum sphex_status status = SPHEX_OK;

	run->inputs = memory_new_zeroed(paths->n, sizeof(*run->inputs));
	if (!run->inputs)
		return fail_memory(err);
	run->n_inputs = paths->n;
	for (size_t i = 0; i < paths->n && !status; i++)
		status = open_input(run, &run->inputs[i], paths->items[i], err);
	for (size_t i = 0; i < paths->n && !status; i++)
		status = number_contigs(&run->inputs[i], err);
	return status;
}

/* ---------------------------------------------------------------- reference and sites */

static enum sphex_status open_reference(struct ase_run *run, struct sphex_error *err)
{
	const struct ase_settings *s = run->settings;
	const struct pool *names = &run->result->contigs.names;
	enum sphex_status status = SPHEX_OK;

	run->fasta_numbers = memory_new(names->n, sizeof(*run->fasta_numbers));
	run->reference_lengths = memory_new_zeroed(names->n, sizeof(*run->reference_lengths));
	if (!run->fasta_numbers || !run->reference_lengths)
		return fail_memory(err);
	if (!s->reference)
		return SPHEX_OK;
	status = fasta_open(s->reference, s->n_threads, &run->fasta, err);
	for (uint32_t i = 0; !status && i < fasta_n_contigs(run->fasta); i++) {
		const char *name = fasta_name(run->fasta, i);

		status = contigs_add(&run->fasta_contigs, name, strlen(name),
			fasta_length(run->fasta, i), NULL, err);
	}
	for (uint32_t i = 0; !status && i < names->n; i++) {
		size_t nbytes;
		const char *name = pool_text(names, i, &nbytes);
		uint32_t number = fasta_find(run->fasta, name, nbytes);

		run->fasta_numbers[i] = number;
		if (number != FASTA_NONE)
			run->reference_lengths[i] = fasta_length(run->fasta, number);
	}
	if (!status && !s->ignores_dictionaries)
		status = contigs_compare(&run->fasta_contigs, s->reference, &run->result->contigs,
			run->inputs[0].path, err);
	return status;
}

static void note_facts(
	const struct ase_run *run, const char *path, const struct ase_vcf_facts *facts, bool *noted)
{
	if (!*noted && facts->is_bcf) {
		warn(&run->settings->warner, "%s: GATK itself would refuse a BCF", path);
		*noted = true;
	} else if (!*noted && facts->minor > GATK_VCF_MINOR) {
		warn(&run->settings->warner, "%s: GATK itself would refuse VCF 4.%u", path,
			facts->minor);
		*noted = true;
	}
	if (!facts->has_samples)
		warn(&run->settings->warner,
			"%s has no samples, so that none of its variants is heterozygous", path);
}

static void note_verdicts(const struct ase_run *run)
{
	const size_t *n = run->result->sites.n_records;

	if (n[ASE_NOT_BIALLELIC])
		warn(&run->settings->warner,
			"%zu variants are left out: they do not have exactly one ALT",
			n[ASE_NOT_BIALLELIC]);
	if (n[ASE_NOT_HET])
		warn(&run->settings->warner,
			"%zu variants are left out: they are not heterozygous in any sample",
			n[ASE_NOT_HET]);
}

static enum sphex_status read_variants(struct ase_run *run, struct sphex_error *err)
{
	const struct ase_settings *s = run->settings;
	const struct contigs *contigs = &run->result->contigs;
	bool noted = false;
	enum sphex_status status = SPHEX_OK;

	if (s->variants.n > UINT16_MAX)
		return fail(err, SPHEX_E_LIMIT, "more than 65535 variant files");
	for (size_t i = 0; i < s->variants.n && !status; i++) {
		const char *path = s->variants.items[i];
		struct ase_vcf_facts facts = {0};

		status = ase_sites_read(
			path, contigs, s->n_threads, &run->result->sites, &facts, err);
		if (!status && !s->ignores_dictionaries)
			status = contigs_compare(
				&facts.contigs, path, contigs, run->inputs[0].path, err);
		if (!status && !s->ignores_dictionaries && s->reference)
			status = contigs_compare(
				&facts.contigs, path, &run->fasta_contigs, s->reference, err);
		if (!status)
			note_facts(run, path, &facts, &noted);
		ase_vcf_facts_free(&facts);
	}
	if (!status)
		note_verdicts(run);
	return status;
}

/* ---------------------------------------------------------------- intervals */

static bool is_there(const char *stem, size_t n, const char *ending)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%.*s%s", (int)n, stem, ending) >= (int)sizeof(path))
		return false;
	return access(path, R_OK) == 0;
}

/* GATK's rule; whether the index is used is another matter. */
static enum sphex_status check_indexed(const char *path, struct sphex_error *err)
{
	size_t n = strlen(path);

	if (is_there(path, n, ".bai") || is_there(path, n, ".csi") ||
		(n > 4 && strcmp(path + n - 4, ".bam") == 0 && is_there(path, n - 4, ".bai")))
		return SPHEX_OK;
	fail(err, SPHEX_E_NOT_FOUND, "intervals were asked for, but the BAM has no index");
	with_hint(err, "samtools index makes one");
	return at_file(err, path);
}

/* All of -L, or all positions without it. */
static enum sphex_status read_included(struct ase_run *run, struct sphex_error *err)
{
	const struct ase_settings *s = run->settings;
	const struct contigs *contigs = &run->result->contigs;
	enum sphex_status status = SPHEX_OK;

	for (uint32_t ref = 0; s->intervals.n == 0 && ref < contigs->names.n && !status; ref++)
		if (contigs->lengths[ref])
			status = intervals_add(&run->within,
				(struct interval){ref, 0, (uint32_t)contigs->lengths[ref]}, err);
	for (size_t i = 0; i < s->intervals.n && !status; i++) {
		struct intervals one = {0}, both = {0};
		bool adds = i == 0 || !s->intersects;

		status = intervals_read(s->intervals.items[i], contigs, s->padding, s->n_threads,
			adds ? &run->within : &one, err);
		if (!status && !adds) {
			status = intervals_intersect(&run->within, &one, &both, err);
			intervals_free(&run->within);
			run->within = both;
		}
		intervals_free(&one);
	}
	return status;
}

static enum sphex_status exclude(struct ase_run *run, struct sphex_error *err)
{
	const struct ase_settings *s = run->settings;
	struct intervals excluded = {0}, left = {0};
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; i < s->excluded.n && !status; i++)
		status = intervals_read(s->excluded.items[i], &run->result->contigs,
			s->excluded_padding, s->n_threads, &excluded, err);
	if (!status)
		status = intervals_subtract(&run->within, &excluded, &left, err);
	intervals_free(&run->within);
	intervals_free(&excluded);
	run->within = left;
	return status;
}

static enum sphex_status read_intervals(struct ase_run *run, struct sphex_error *err)
{
	const struct ase_settings *s = run->settings;
	enum sphex_status status = SPHEX_OK;

	run->has_intervals = s->intervals.n || s->excluded.n;
	for (size_t i = 0; i < run->n_inputs && run->has_intervals && !status; i++)
		status = check_indexed(run->inputs[i].path, err);
	if (!status && run->has_intervals)
		status = read_included(run, err);
	if (!status && s->excluded.n)
		status = exclude(run, err);
	if (!status && run->has_intervals && run->within.n == 0)
		return fail(err, SPHEX_E_EMPTY, "no position is left of the intervals");
	return status;
}

/* ---------------------------------------------------------------- all */

enum sphex_status ase_run_open(struct ase_run *run, struct sphex_error *err)
{
	enum sphex_status status = open_inputs(run, err);

	if (!status)
		status = open_reference(run, err);
	if (!status)
		status = read_variants(run, err);
	if (!status)
		status = read_intervals(run, err);
	if (!status)
		status = ase_segments_build(&run->result->sites, run->result->contigs.names.n,
			run->reference_lengths, run->has_intervals ? &run->within : NULL,
			&run->segments, err);
	return status;
}
