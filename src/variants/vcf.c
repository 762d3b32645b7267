/*
 * Opens a file of variants, finds out which rules hold for it, and goes through its records: bytes
 * -> view of a record -> lines. See vcf.h.
 */
#include "vcf.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "bcf.h"
#include "lines.h"
#include "samples.h"
#include "select_native.h"
#include "vcf_text.h"

#define N_SAMPLES_SHOWN 5

/* What the name of the file says. */
struct name_kind {
	bool is_vcf, is_bcf, is_pgen;
	bool is_compressed;
};

struct vcf_reader {
	const struct variant_options *options;
	struct name_kind name;
	struct lines lines;
	bool is_bcf;      /* by its content */
	bool first_block; /* no more than the first BGZF block is read */
	struct vcf_header header;
	struct vcf_strict strict;
	struct selection selection;
	bool is_native; /* then this one holds: */
	struct native_selection native;
	struct text_list samples;
	struct chosen_samples chosen;
	struct vcf_text text;
	struct bcf bcf;
};

/* ---------------------------------------------------------------- the name */

/* Cuts the text behind the last dot off; false when there is no dot but in front. */
static bool cut_ending(struct span *name, struct span *ending)
{
	size_t n = name->n;

	while (n > 1 && name->p[n - 1] != '.')
		n--;
	if (n <= 1)
		return false;
	*ending = span_from(*name, n);
	name->n = n - 1;
	return true;
}

/* As WASP2 has it: `.gz` and `.bgz` in small letters only, what stands before in any. */
static struct name_kind kind_of_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct span name = span_of(slash ? slash + 1 : path), ending;
	struct name_kind kind = {.is_compressed = false};

	if (!cut_ending(&name, &ending))
		return kind;
	if (span_is(ending, "gz") || span_is(ending, "bgz"))
		kind.is_compressed = cut_ending(&name, &ending);
	kind.is_vcf = span_is_word(ending, "vcf");
	kind.is_bcf = span_is_word(ending, "bcf");
	kind.is_pgen = span_is_word(ending, "pgen");
	return kind;
}

static enum sphex_status check_name(const struct vcf_reader *r, struct sphex_error *err)
{
	if (r->options->rules != SELECT_WASP2 || r->name.is_vcf || r->name.is_bcf)
		return SPHEX_OK;
	if (r->name.is_pgen) {
		fail(err, SPHEX_E_UNSUPPORTED, "PLINK 2 files are not read");
		return with_hint(err, "convert it: plink2 --pfile NAME --export bcf");
	}
	fail(err, SPHEX_E_FORMAT, "unsupported variant file format");
	return with_hint(err, "the name has to end in .vcf, .vcf.gz, .vcf.bgz or .bcf");
}

/* ---------------------------------------------------------------- opening */

static enum sphex_status read_text_header(struct vcf_reader *r, struct sphex_error *err)
{
	struct span line;
	enum sphex_status status = SPHEX_OK;

	while (!status && !r->header.is_complete) {
		status = lines_next(&r->lines, &line, err);
		if (status == SPHEX_END)
			status = fail(err, SPHEX_E_FORMAT, "the header has no #CHROM line");
		if (!status)
			status = vcf_header_line(&r->header, line, err);
		if (!status)
			status = vcf_strict_line(&r->strict, line, err);
	}
	return status ? at_line(err, r->lines.number) : SPHEX_OK;
}

static enum sphex_status open_file(struct vcf_reader *r, const char *path, struct sphex_error *err)
{
	struct lines *l = &r->lines;
	enum sphex_status status = lines_open(l, path, r->first_block ? 1 : r->options->n_threads,
		r->options->kernels->crc32, err);

	if (status)
		return status;
	if (r->first_block)
		stream_end_after_block(l->stream);
	do
		status = stream_next(l->stream, 0, &l->window, &l->n, err);
	while (!status && l->n < BCF_MAGIC_NBYTES);
	if (status && status != SPHEX_END)
		return status;
	if (!l->n)
		return fail(err, SPHEX_E_FORMAT, "the file is empty");
	r->is_bcf = bcf_is_bcf(l->window, l->n);
	if (!r->is_bcf)
		return read_text_header(r, err);
	r->bcf.stream = l->stream;
	return bcf_read_header(&r->bcf, l->window, l->n, &r->header, err);
}

/* ---------------------------------------------------------------- rules and samples */

/*
 * WASP2 reads a VCF by itself where the name tells what is inside and the header is as its strict
 * reader wants it. All the rest goes through bcftools.
 */
static const struct select_rule *find_rule(const struct vcf_reader *r)
{
	bool is_compressed = stream_kind(r->lines.stream) != STREAM_PLAIN;

	if (r->is_native)
		return &select_by_native;
	if (r->options->rules == SELECT_WASP2 && !r->is_bcf && r->name.is_vcf &&
		r->name.is_compressed == is_compressed && !r->strict.refuses)
		return &select_by_text;
	return &select_by_bcftools;
}

static enum sphex_status sample_not_found(
	const struct vcf_reader *r, const char *name, struct sphex_error *err)
{
	char names[200] = "";
	size_t n = r->header.samples.n, used = 0;

	for (uint32_t i = 0; i < n && i < N_SAMPLES_SHOWN && used < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s", i ? ", " : "",
			pool_text(&r->header.samples, i, NULL));
	fail(err, SPHEX_E_NOT_FOUND, "sample '%s' is not in the file", name);
	if (n)
		return with_hint(err, "it has %s%s", names, n > N_SAMPLES_SHOWN ? ", ..." : "");
	return with_hint(err, "it has no samples");
}

static int compare_columns(const void *a, const void *b)
{
	const struct chosen_sample *x = a, *y = b;

	return (x->column > y->column) - (x->column < y->column);
}

/* All samples have to be there; those whose genotypes the rule wants are put in order of columns.
 */
static enum sphex_status choose_samples(struct vcf_reader *r, struct sphex_error *err)
{
	const struct text_list *samples = &r->samples;
	struct chosen_samples *chosen = &r->chosen;

	chosen->items = memory_new(samples->n, sizeof(*chosen->items));
	chosen->gts = memory_new(samples->n, sizeof(*chosen->gts));
	if (!chosen->items || !chosen->gts)
		return fail_memory(err);
	for (size_t i = 0; i < samples->n; i++) {
		const char *name = samples->items[i];
		uint32_t column = pool_find(&r->header.samples, name, strlen(name));

		if (column == POOL_NONE)
			return sample_not_found(r, name, err);
		chosen->items[i] = (struct chosen_sample){column, (uint32_t)i};
	}
	chosen->n = selection_n_gts(&r->selection);
	if (chosen->n)
		qsort(chosen->items, chosen->n, sizeof(*chosen->items), compare_columns);
	for (size_t i = 1; i < chosen->n; i++)
		if (chosen->items[i].column == chosen->items[i - 1].column)
			return fail(err, SPHEX_E_DATA, "sample '%s' is named twice",
				samples->items[chosen->items[i].slot]);
	return SPHEX_OK;
}

static enum sphex_status set_up(struct vcf_reader *r, struct sphex_error *err)
{
	const struct select_rule *rule = find_rule(r);
	struct vcf_tag end = vcf_header_tag(&r->header, span_of("END"));
	enum sphex_status status = samples_resolve(
		r->options->samples, r->options->n_samples, &r->header.samples, &r->samples, err);

	if (status)
		return status;
	r->selection = (struct selection){.rule = rule,
		.n_samples = r->samples.n,
		.include_indels = r->options->include_indels,
		.include_multiallelic = r->options->include_multiallelic};
	r->native = (struct native_selection){.options = r->options, .n_samples = r->samples.n};
	r->text = (struct vcf_text){.header = &r->header,
		.strict = rule == &select_by_text ? &r->strict : NULL,
		.kernels = r->options->kernels,
		.chosen = &r->chosen,
		.end_from_info = rule->end_of_record && end.info.type == TYPE_INTEGER,
		.counts_columns = r->is_native};
	r->bcf.chosen = &r->chosen;
	return choose_samples(r, err);
}

/* ---------------------------------------------------------------- records */

static bool is_cancelled(const struct variant_options *o)
{
	return o->cancelled && atomic_load_explicit(o->cancelled, memory_order_relaxed);
}

static enum sphex_status next_record(
	struct vcf_reader *r, struct record_view *view, struct sphex_error *err)
{
	struct lines *l = &r->lines;
	struct span line;
	size_t nbytes;
	enum sphex_status status;

	if (is_cancelled(r->options))
		return fail(err, SPHEX_E_CANCELLED, "stopped");
	if (r->is_bcf)
		return bcf_record(&r->bcf, view, err);
	line = (struct span){(const char *)l->window + l->used, l->n - l->used};
	nbytes = vcf_text_take(&r->text, line, view);
	if (nbytes) {
		l->used += nbytes;
		l->number++;
		return SPHEX_OK;
	}
	status = lines_next(l, &line, err);
	if (status)
		return status;
	/* a last line without its end may be short: WASP2 takes what there is */
	return vcf_text_record(
		&r->text, line, !r->is_native && l->window[l->used - 1] != '\n', view, err);
}

static enum sphex_status find_genotypes(
	struct vcf_reader *r, struct record_view *view, struct sphex_error *err)
{
	if (r->is_bcf)
		return bcf_genotypes(&r->bcf, view, err);
	vcf_text_genotypes(&r->text, view);
	return SPHEX_OK;
}

static enum sphex_status take_record(struct vcf_reader *r, struct record_view *view,
	struct variants *out, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	if (!select_alleles(&r->selection, view))
		return SPHEX_OK;
	if (r->chosen.n)
		status = find_genotypes(r, view, err);
	return status ? status : select_lines(&r->selection, view, out, err);
}

static enum sphex_status take_record_native(struct vcf_reader *r, struct record_view *view,
	struct variants *out, struct sphex_error *err)
{
	bool qualifies, taken = false;
	enum sphex_status status = SPHEX_OK;

	if (native_is_plain(&r->native, view, out)) {
		if (r->chosen.n)
			status = find_genotypes(r, view, err);
		if (!status)
			status = native_take_plain(&r->native, view, out, &taken, err);
		if (status || taken)
			return status;
	}
	status = native_alleles(&r->native, view, &qualifies, out, err);

	if (status || !qualifies)
		return status;
	if (r->chosen.n)
		status = find_genotypes(r, view, err);
	return status ? status : native_lines(&r->native, view, out, err);
}

static enum sphex_status read_records(
	struct vcf_reader *r, struct variants *out, struct sphex_error *err)
{
	struct record_view view;
	enum sphex_status status;

	while (!(status = next_record(r, &view, err))) {
		status = r->is_native ? take_record_native(r, &view, out, err)
				      : take_record(r, &view, out, err);
		if (status)
			break;
	}
	if (status == SPHEX_END)
		return SPHEX_OK;
	return r->is_bcf ? at_record(err, r->bcf.number) : at_line(err, r->lines.number);
}

/* Growing left up to half of the table unused. */
static void trim(struct variants *v)
{
	struct variant *items = v->n ? memory_resize(v->items, v->n, sizeof(*v->items)) : NULL;
	struct variant_extra *extras =
		v->extras ? memory_resize(v->extras, v->n, sizeof(*v->extras)) : NULL;

	if (items) {
		v->items = items;
		v->cap = v->n;
	}
	if (extras) {
		v->extras = extras;
		v->extras_cap = v->n;
	}
}

static void close_reader(struct vcf_reader *r)
{
	lines_close(&r->lines);
	vcf_header_free(&r->header);
	vcf_strict_free(&r->strict);
	bcf_free(&r->bcf);
	native_selection_free(&r->native);
	text_list_free(&r->samples);
	memory_free(r->chosen.items);
	memory_free(r->chosen.gts);
}

static enum sphex_status read_file(const char *path, const struct variant_options *options,
	bool first_block, struct variants *out, struct sphex_error *err)
{
	struct vcf_reader r = {.options = options,
		.name = kind_of_name(path),
		.first_block = first_block,
		.is_native = options->rules == SELECT_NATIVE};
	enum sphex_status status = check_name(&r, err);

	if (!status)
		status = open_file(&r, path, err);
	if (!status)
		status = set_up(&r, err);
	if (!status)
		status = read_records(&r, out, err);
	out->n_samples = r.samples.n;
	if (!status)
		trim(out);
	else if (!err->file[0])
		at_file(err, path);
	close_reader(&r);
	return status;
}

/* ODD-19: WASP2 makes do with the first block of a VCF.gz that it cannot read to its end. */
static enum sphex_status read_first_block(const char *path, const struct variant_options *options,
	struct variants *out, struct sphex_error *err)
{
	struct sphex_error loss = *err;
	enum sphex_status status;

	variants_free(out);
	status = read_file(path, options, true, out, err);
	if (status)
		*err = loss;
	else
		out->loss = loss;
	return status ? loss.status : SPHEX_OK;
}

enum sphex_status variants_read(const char *path, const struct variant_options *options,
	struct variants *out, struct sphex_error *err)
{
	enum sphex_status status = read_file(path, options, false, out, err);
	struct name_kind name = kind_of_name(path);

	if (options->accept_loss && name.is_vcf && name.is_compressed &&
		(status == SPHEX_E_DATA || status == SPHEX_E_TRUNCATED))
		status = read_first_block(path, options, out, err);
	return status;
}
