/* Rows and sites of the native mode: they know the BAM's contigs and the reference. */
#include <inttypes.h>

#include "base/memory.h"
#include "run_parts.h"
#include "variants/check_reference.h"
#include "variants/contig_names.h"
#include "variants/rows_native.h"

enum sphex_status native_open_reference(struct run *run, struct sphex_error *err)
{
	const struct run_settings *s = run->settings;

	if (s->sites)
		return fail(err, SPHEX_E_ARGUMENT,
			"sites from arrays are counted in the modes of WASP2 only");
	if (s->include_indels && !s->reference)
		return fail(err, SPHEX_E_ARGUMENT,
			"--indels needs --reference: reads are laid on its bases");
	return s->reference ? fasta_open(s->reference, s->n_threads, &run->fasta, err) : SPHEX_OK;
}

enum sphex_status native_make_rows(struct run *run, struct sphex_error *err)
{
	const struct run_settings *s = run->settings;
	struct native_rows_options options = {.regions = (const char *const *)s->regions.items,
		.n_regions = s->regions.n,
		.feature = s->feature,
		.bam = {run->bam_names, reader_header(run->reader)->n_refs},
		.contigs_auto = s->contig_style_auto,
		.n_threads = s->n_threads};

	return rows_make_native(&options, &run->result->variants, &run->result->rows, err);
}

/* One contig of the FASTA, as events ask for it. */
struct fasta_contig {
	struct fasta *fasta;
	uint32_t contig;
};

static enum sphex_status bases_of(
	void *user, uint64_t beg0, uint64_t end0, char *out, struct sphex_error *err)
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
		status = check_reference(
			&run->result->variants, &run->result->rows, run->fasta, ids, err);
	if (status && !err->file[0])
		at_file(err, run->settings->reference);
	return status;
}

enum sphex_status native_build_sites(
	struct run *run, struct missing_contigs *missing, struct sphex_error *err)
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
		references[i] = (struct reference){
			bases_of, &fasta_contigs[i], fasta_length(run->fasta, ids[i])};
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

/* Rows that no record can reach, if the header is right. */
static void warn_of_beyond(const struct run *run)
{
	const struct bam_header *header = reader_header(run->reader);
	const struct variants *v = &run->result->variants;
	const struct variant *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < run->result->rows.n; i++) {
		const struct variant *variant = &v->items[rows_line(&run->result->rows, i)];
		uint32_t ref = run->contig_refs[variant->contig];

		if (ref >= header->n_refs || variant->pos0 < header->refs[ref].length)
			continue;
		first = n++ ? first : variant;
	}
	if (n)
		warn(&run->settings->warner,
			"%zu row%s beyond the end of a contig of the BAM: the first is at "
			"%s:%" PRIu64 ", and %s has %" PRIu32 " bases",
			n, n > 1 ? "s" : "", pool_text(&v->contigs, first->contig, NULL),
			(uint64_t)first->pos0 + 1,
			header->refs[run->contig_refs[first->contig]].name,
			header->refs[run->contig_refs[first->contig]].length);
}

enum sphex_status native_check_contigs(struct run *run, struct sphex_error *err)
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
	if (!status &&
		contigs_describe_missing(&v->contigs, n_rows, ids, &parties, text, sizeof(text)))
		warn(&run->settings->warner, "%s", text);
	if (status && !err->file[0])
		at_file(err, run->settings->bam);
	if (!status)
		warn_of_beyond(run);
	memory_free(n_rows);
	memory_free(ids);
	return status;
}
