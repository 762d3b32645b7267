/* A line or a BCF record to a span and a verdict; see ase_sites.h. */
#include "ase_sites.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "bcf.h"
#include "lines.h"

#define MAX_POSITION INT32_MAX
#define N_COLUMNS 8
#define MANY_ALLELES 100

enum column { CHROM, POS, ID, REF, ALT, QUAL, FILTER, INFO };

struct ase_reader {
	const struct contigs *known;
	struct ase_sites *out;
	struct ase_vcf_facts *facts;
	bool has_contig_lines;
	struct lines lines;
	struct vcf_header header;
	struct bcf bcf;
	struct chosen_samples all;
	struct pool alleles; /* of a record, in upper case */
	char *allele;        /* one of them */
	size_t allele_cap;
};

/* What one record brings to its verdict. */
struct ase_view {
	struct record_view record;
	bool has_bad_end;
	bool has_bad_columns; /* FORMAT is not there although the header has samples */
	struct span format, samples;
};

const char *ase_verdict_text(enum ase_verdict verdict)
{
	static const char *const texts[N_ASE_VERDICTS] = {
		[ASE_SYMBOLIC] = "a heterozygous record has a symbolic ALT, as in a GVCF",
		[ASE_BAD_ALLELE] = "REF or ALT has letters other than A C G T N",
		[ASE_SAME_ALLELES] = "two alleles are the same",
		[ASE_BAD_END] = "INFO/END is not a number",
		[ASE_GT_NOT_FIRST] = "GT is not the first FORMAT key",
		[ASE_BAD_GT] = "a genotype is not made of allele numbers and dots",
		[ASE_BAD_SAMPLES] = "the sample columns do not fit FORMAT or the header"};

	return texts[verdict];
}

void ase_sites_free(struct ase_sites *sites)
{
	memory_free(sites->items);
	pool_free(&sites->ids);
	memset(sites, 0, sizeof(*sites));
}

void ase_vcf_facts_free(struct ase_vcf_facts *facts)
{
	contigs_free(&facts->contigs);
}

/* ---------------------------------------------------------------- alleles */

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static bool is_symbolic(struct span allele)
{
	if (allele.n < 2)
		return false;
	return allele.p[0] == '<' || allele.p[allele.n - 1] == '>' || allele.p[0] == '.' ||
	       allele.p[allele.n - 1] == '.' || memchr(allele.p, '[', allele.n) ||
	       memchr(allele.p, ']', allele.n);
}

static bool has_bases(struct span allele)
{
	static const char bases[] = {'A', 'C', 'G', 'T', 'N'};

	for (size_t i = 0; i < allele.n; i++)
		if (!memchr(bases, upper(allele.p[i]), sizeof(bases)))
			return false;
	return allele.n > 0;
}

/* A table that one line made large would cost the lines behind it. */
static void forget_alleles(struct ase_reader *r)
{
	if (r->alleles.n > MANY_ALLELES)
		pool_free(&r->alleles);
	pool_clear(&r->alleles);
}

/* Adds an allele to those of the record; *is_new: it was not among them. */
static enum sphex_status add_allele(
	struct ase_reader *r, struct span allele, bool *is_new, struct sphex_error *err)
{
	size_t n_before = r->alleles.n;
	enum sphex_status status;
	uint32_t id;

	if (!memory_reserve(&r->allele, &r->allele_cap, allele.n, 1))
		return fail_memory(err);
	for (size_t i = 0; i < allele.n; i++)
		r->allele[i] = upper(allele.p[i]);
	status = pool_add(&r->alleles, r->allele, allele.n, &id, err);
	*is_new = r->alleles.n > n_before;
	return status;
}

/* ALTs that are not "."; `first` becomes the first of them. A line may have very many. */
static enum sphex_status judge_alleles(struct ase_reader *r, const struct record_view *record,
	size_t *n_alts, struct span *first, enum ase_verdict *verdict, struct sphex_error *err)
{
	struct pieces alts = pieces_of(record->alt, ',');
	struct span alt;
	bool is_new;
	enum sphex_status status;

	*n_alts = 0;
	*verdict = ASE_BAD_ALLELE;
	if (!has_bases(record->ref))
		return SPHEX_OK;
	forget_alleles(r);
	status = add_allele(r, record->ref, &is_new, err);
	while (!status && record->alt.n && pieces_next(&alts, &alt)) {
		if (span_is(alt, "."))
			continue;
		if (!has_bases(alt) && !span_is(alt, "*") && !is_symbolic(alt))
			return SPHEX_OK;
		status = add_allele(r, alt, &is_new, err);
		if (!status && !is_new) {
			*verdict = ASE_SAME_ALLELES;
			return SPHEX_OK;
		}
		if ((*n_alts)++ == 0)
			*first = alt;
	}
	*verdict = ASE_ROW;
	return status;
}

/* ---------------------------------------------------------------- genotypes */

enum gt_kind { GT_HET, GT_OTHER, GT_BAD };

/*
 * Alleles between / | and \; empty ones do not count. gt_scan is not used: it is about the
 * genotypes of the specification.
 */
static enum gt_kind kind_of_gt(struct span gt, uint64_t n_alts)
{
	static const char phases[] = {'/', '|', '\\'};
	bool has_missing = false, has_two = false, has_one = false;
	uint64_t first = 0, number;

	for (size_t i = 0; i < gt.n;) {
		struct span allele = {gt.p + i, 0};

		while (i + allele.n < gt.n && !memchr(phases, allele.p[allele.n], sizeof(phases)))
			allele.n++;
		i += allele.n + 1;
		if (!allele.n)
			continue;
		if (span_is(allele, ".")) {
			has_missing = true;
			continue;
		}
		if (!span_number(allele, &number) || number > n_alts)
			return GT_BAD;
		has_two |= has_one && number != first;
		first = has_one ? first : number;
		has_one = true;
	}
	return has_two && !has_missing ? GT_HET : GT_OTHER;
}

static enum ase_verdict judge_text_samples(
	const struct ase_reader *r, const struct ase_view *view, size_t n_alts)
{
	struct pieces samples = pieces_of(view->samples, '\t'), keys = pieces_of(view->format, ':');
	struct span sample, key;
	size_t n_keys = 0, n_samples = 0;
	bool has_gt = false, has_het = false;

	for (; pieces_next(&keys, &key); n_keys++) {
		if (span_is(key, "GT") && n_keys)
			return ASE_GT_NOT_FIRST;
		has_gt |= span_is(key, "GT");
	}
	for (; pieces_next(&samples, &sample); n_samples++) {
		struct span gt = {sample.p, span_find(sample, ':')};
		size_t n_values = 1;
		enum gt_kind kind = has_gt ? kind_of_gt(gt, n_alts) : GT_OTHER;

		for (size_t i = gt.n; i < sample.n; i++)
			n_values += sample.p[i] == ':';
		if (n_values > n_keys)
			return ASE_BAD_SAMPLES;
		if (kind == GT_BAD)
			return ASE_BAD_GT;
		has_het |= kind == GT_HET;
	}
	if (n_samples != r->header.samples.n)
		return ASE_BAD_SAMPLES;
	return has_het ? ASE_ROW : ASE_NOT_HET;
}

static enum sphex_status judge_bcf_samples(struct ase_reader *r, struct ase_view *view,
	size_t n_alts, enum ase_verdict *verdict, struct sphex_error *err)
{
	enum sphex_status status = bcf_genotypes(&r->bcf, &view->record, err);

	*verdict = ASE_NOT_HET;
	for (size_t i = 0; !status && view->record.has_gt && i < r->all.n; i++) {
		enum gt_kind kind = kind_of_gt(view->record.gts[i], n_alts);

		if (kind == GT_BAD)
			*verdict = ASE_BAD_GT;
		if (kind == GT_HET && *verdict == ASE_NOT_HET)
			*verdict = ASE_ROW;
	}
	return status;
}

/* In the order in which GATK looks: the line, the number of ALTs, genotypes, and only then the ALT.
 */
static enum sphex_status judge(struct ase_reader *r, struct ase_view *view, struct ase_record *out,
	struct sphex_error *err)
{
	struct span alt = span_of("");
	size_t n_alts;
	enum ase_verdict verdict;
	enum sphex_status status = judge_alleles(r, &view->record, &n_alts, &alt, &verdict, err);

	if (status)
		return status;
	if (verdict == ASE_ROW && view->has_bad_end)
		verdict = ASE_BAD_END;
	else if (verdict == ASE_ROW && view->has_bad_columns)
		verdict = ASE_BAD_SAMPLES;
	else if (verdict == ASE_ROW && n_alts != 1)
		verdict = ASE_NOT_BIALLELIC;
	else if (verdict == ASE_ROW && !r->facts->has_samples)
		verdict = ASE_NOT_HET;
	else if (verdict == ASE_ROW && r->facts->is_bcf)
		status = judge_bcf_samples(r, view, n_alts, &verdict, err);
	else if (verdict == ASE_ROW)
		verdict = judge_text_samples(r, view, n_alts);
	if (verdict == ASE_ROW && is_symbolic(alt))
		verdict = ASE_SYMBOLIC;
	out->verdict = (uint8_t)verdict;
	out->alt = verdict == ASE_ROW ? upper(alt.p[0]) : 0;
	return status;
}

/* ---------------------------------------------------------------- records */

/* The last END counts; a value that is no number of 32 bits is an error. */
static void find_end(struct ase_view *view, struct span info)
{
	struct pieces fields = pieces_of(info, ';');
	struct span field;

	while (pieces_next(&fields, &field)) {
		struct span value = span_from(field, span_find(field, '='));
		bool negative;
		uint64_t number;

		if (!span_is((struct span){field.p, field.n - value.n}, "END"))
			continue;
		value = span_from(value, value.n > 0);
		negative = value.n > 1 && value.p[0] == '-' && value.p[1] != '+';
		view->has_bad_end = !span_number(span_from(value, negative), &number) ||
				    number > (uint64_t)INT32_MAX + negative;
		view->record.end = view->has_bad_end ? NO_END : negative ? 0 : (int64_t)number;
	}
}

/* 1-based last position of the span. */
static uint64_t last_of(const struct record_view *r)
{
	uint64_t last = r->pos1 + r->ref.n - (r->ref.n > 0);

	if (r->end != NO_END)
		last = r->end > (int64_t)r->pos1 ? (uint64_t)r->end : r->pos1;
	return last < MAX_POSITION ? last : MAX_POSITION;
}

static enum sphex_status take_record(
	struct ase_reader *r, struct ase_view *view, uint64_t number, struct sphex_error *err)
{
	const struct record_view *v = &view->record;
	struct ase_sites *out = r->out;
	struct ase_record record = {
		.line = (uint32_t)number, .file = out->n_files, .id = POOL_NONE};
	enum sphex_status status = SPHEX_OK;

	if (!r->has_contig_lines)
		status = contigs_add(
			&r->facts->contigs, v->contig.p, v->contig.n, LENGTH_UNKNOWN, NULL, err);
	record.ref = pool_find(&r->known->names, v->contig.p, v->contig.n);
	if (status || record.ref == POOL_NONE || v->pos1 == 0 || v->pos1 > MAX_POSITION)
		return status;
	record.beg0 = (uint32_t)v->pos1 - 1;
	record.end0 = (uint32_t)last_of(v);
	status = judge(r, view, &record, err);
	if (!status && record.verdict == ASE_ROW)
		status = pool_add(&out->ids, v->id.p, v->id.n, &record.id, err);
	if (status)
		return status;
	if (!memory_reserve(&out->items, &out->cap, out->n + 1, sizeof(*out->items)))
		return fail_memory(err);
	out->items[out->n++] = record;
	out->n_records[record.verdict]++;
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- text */

static enum sphex_status parse_line(const struct ase_reader *r, struct span line,
	struct ase_view *view, struct sphex_error *err)
{
	struct pieces rest = pieces_of(line, '\t');
	struct span columns[N_COLUMNS] = {{NULL, 0}};
	size_t n = 0;

	while (n < N_COLUMNS && pieces_next(&rest, &columns[n]))
		n++;
	if (n < N_COLUMNS)
		return fail(err, SPHEX_E_DATA, "the line has %zu columns instead of 8 or more", n);
	*view = (struct ase_view){.format = span_of(""), .samples = span_of("")};
	view->record = (struct record_view){.contig = columns[CHROM],
		.end = NO_END,
		.id = columns[ID],
		.ref = columns[REF],
		.alt = columns[ALT]};
	if (!span_number(columns[POS], &view->record.pos1))
		return fail(err, SPHEX_E_DATA, "POS is not a number");
	find_end(view, columns[INFO]);
	view->has_bad_columns = !pieces_next(&rest, &view->format) && r->facts->has_samples;
	if (!rest.at_end)
		view->samples = rest.rest;
	return SPHEX_OK;
}

static enum sphex_status read_lines(struct ase_reader *r, struct sphex_error *err)
{
	struct ase_view view;
	struct span line;
	enum sphex_status status;

	while (!(status = lines_next(&r->lines, &line, err))) {
		if (line.n == 0 || line.p[0] == '#')
			continue;
		status = parse_line(r, line, &view, err);
		if (!status)
			status = take_record(r, &view, r->lines.number, err);
		if (status)
			return at_line(err, r->lines.number);
	}
	return status == SPHEX_END ? SPHEX_OK : status;
}

/* ##contig=<ID=...,length=...> */
static enum sphex_status take_contig_line(
	struct ase_reader *r, struct span line, struct sphex_error *err)
{
	static const char start[] = "##contig=<";
	struct pieces fields;
	struct span field, id = span_of("");
	uint64_t length = LENGTH_UNKNOWN;

	if (!span_starts_with(line, start))
		return SPHEX_OK;
	line = span_from(line, sizeof(start) - 1);
	line.n -= line.n && line.p[line.n - 1] == '>';
	fields = pieces_of(line, ',');
	while (pieces_next(&fields, &field)) {
		if (span_starts_with(field, "ID="))
			id = span_from(field, 3);
		if (span_starts_with(field, "length=") &&
			!span_number(span_from(field, 7), &length))
			length = LENGTH_UNKNOWN;
	}
	r->has_contig_lines = true;
	return contigs_add(&r->facts->contigs, id.p, id.n, length, NULL, err);
}

static enum sphex_status read_version(
	struct ase_reader *r, struct span line, struct sphex_error *err)
{
	static const char start[] = "##fileformat=VCFv4.";
	uint64_t minor;

	if (!span_starts_with(line, start) ||
		!span_number(span_from(line, sizeof(start) - 1), &minor) || minor > 99)
		return fail(err, SPHEX_E_FORMAT,
			"not a VCF: the first line is not ##fileformat=VCFv4...");
	r->facts->minor = (unsigned)minor;
	return SPHEX_OK;
}

static enum sphex_status read_text_header(struct ase_reader *r, struct sphex_error *err)
{
	struct span line;
	enum sphex_status status = SPHEX_OK;

	while (!status && !r->header.is_complete) {
		status = lines_next(&r->lines, &line, err);
		if (status == SPHEX_END)
			status = fail(err, SPHEX_E_FORMAT, "the header has no #CHROM line");
		if (!status && r->lines.number == 1)
			status = read_version(r, line, err);
		if (!status)
			status = vcf_header_line(&r->header, line, err);
		if (!status)
			status = take_contig_line(r, line, err);
	}
	return status ? at_line(err, r->lines.number) : SPHEX_OK;
}

/* ---------------------------------------------------------------- BCF */

static enum sphex_status choose_all_samples(struct ase_reader *r, struct sphex_error *err)
{
	r->all.n = r->header.samples.n;
	r->all.items = memory_new(r->all.n, sizeof(*r->all.items));
	r->all.gts = memory_new(r->all.n, sizeof(*r->all.gts));
	if (!r->all.items || !r->all.gts)
		return fail_memory(err);
	for (uint32_t i = 0; i < r->all.n; i++)
		r->all.items[i] = (struct chosen_sample){i, i};
	r->bcf.chosen = &r->all;
	return SPHEX_OK;
}

static enum sphex_status read_bcf(struct ase_reader *r, struct sphex_error *err)
{
	const struct vcf_dictionary *contigs = &r->header.contigs;
	enum sphex_status status = choose_all_samples(r, err);
	struct ase_view view = {.format = span_of(""), .samples = span_of("")};
	struct span name;

	r->has_contig_lines = true;
	r->facts->is_bcf = true;
	for (size_t i = 0; i < contigs->n && !status; i++)
		if (vcf_dictionary_name(contigs, (int32_t)i, &name))
			status = contigs_add(
				&r->facts->contigs, name.p, name.n, LENGTH_UNKNOWN, NULL, err);
	while (!status && !(status = bcf_record(&r->bcf, &view.record, err)))
		status = take_record(r, &view, r->bcf.number, err);
	return status == SPHEX_END ? SPHEX_OK : status;
}

/* ---------------------------------------------------------------- a file */

static enum sphex_status read_file(
	struct ase_reader *r, const char *path, unsigned n_threads, struct sphex_error *err)
{
	struct lines *l = &r->lines;
	enum sphex_status status = lines_open(l, path, n_threads, NULL, err);

	if (!status)
		status = stream_next(l->stream, 0, &l->window, &l->n, err);
	if (status == SPHEX_END)
		return fail(err, SPHEX_E_FORMAT, "the file is empty");
	if (status)
		return status;
	if (!bcf_is_bcf(l->window, l->n)) {
		status = read_text_header(r, err);
		r->facts->has_samples = r->header.samples.n > 0;
		return status ? status : read_lines(r, err);
	}
	r->bcf.stream = l->stream;
	status = bcf_read_header(&r->bcf, l->window, l->n, &r->header, err);
	r->facts->has_samples = r->header.samples.n > 0;
	return status ? status : read_bcf(r, err);
}

enum sphex_status ase_sites_read(const char *path, const struct contigs *contigs,
	unsigned n_threads, struct ase_sites *out, struct ase_vcf_facts *facts,
	struct sphex_error *err)
{
	struct ase_reader r = {.known = contigs, .out = out, .facts = facts};
	enum sphex_status status = read_file(&r, path, n_threads, err);

	if (status && !err->file[0])
		at_file(err, path);
	out->n_files++;
	lines_close(&r.lines);
	vcf_header_free(&r.header);
	bcf_free(&r.bcf);
	memory_free(r.all.items);
	memory_free(r.all.gts);
	pool_free(&r.alleles);
	memory_free(r.allele);
	return status;
}
