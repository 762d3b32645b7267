/*
 * Headers, sites, the positions to look at; then the BAMs: units become elements in all threads,
 * and this one puts them in order, closes the positions that the files have passed, and writes
 * their rows.
 */
#include "run_ase.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bam/reader.h"
#include "base/memory.h"
#include "base/threads.h"
#include "count/ase_pile.h"
#include "count/observe.h"
#include "variants/fasta.h"

#define PROGRESS_SECONDS 0.1
/* Elements of merged files that are put in order at a time. */
#define CHUNK ((size_t)1 << 16)
/* The last version of VCF that GATK reads. */
#define GATK_VCF_MINOR 3

/* One BAM. */
struct ase_input {
	struct ase_run *run;
	const char *path;
	struct reader *reader;
	uint32_t *refs; /* of its references, the numbers among all contigs */
	struct read_groups groups;
	struct ase_scanner scanner;
	struct ase_elements *elements; /* one per slot of the reader */
	size_t n_slots;
	uint64_t n_records, last_key;
	/* with several BAMs: the read that comes next, and where its elements begin */
	const struct ase_elements *current; /* NULL at the end */
	size_t read, element;
	uint64_t place;
};

struct ase_run {
	struct ase_settings *settings;
	struct ase_result *result;
	struct ase_input *inputs;
	size_t n_inputs;
	struct pool samples;
	struct fasta *fasta; /* NULL without */
	struct contigs fasta_contigs;
	uint32_t *fasta_numbers;     /* per contig, FASTA_NONE where the FASTA lacks it */
	uint64_t *reference_lengths; /* per contig, 0 where the FASTA lacks it */
	struct intervals within;
	bool has_intervals;
	struct ase_segments segments;
	size_t segment;             /* of the position that was handed out last */
	struct ase_elements merged; /* of several BAMs */
	struct ase_pile pile;
	struct ase_names names;
	double started, reported;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void warn(const struct ase_run *run, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void warn(const struct ase_run *run, const char *fmt, ...)
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

static const char *contig_name(const struct ase_run *run, uint32_t ref)
{
	return pool_text(&run->result->contigs.names, ref, NULL);
}

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
		.keep_units = run->n_inputs > 1,
		.allow_truncated = s->allow_truncated};
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
		warn(run, "%s: GATK itself would refuse a BCF", path);
		*noted = true;
	} else if (!*noted && facts->minor > GATK_VCF_MINOR) {
		warn(run, "%s: GATK itself would refuse VCF 4.%u", path, facts->minor);
		*noted = true;
	}
	if (!facts->has_samples)
		warn(run, "%s has no samples, so that none of its variants is heterozygous", path);
}

static void note_verdicts(const struct ase_run *run)
{
	const size_t *n = run->result->sites.n_records;

	if (n[ASE_NOT_BIALLELIC])
		warn(run, "%zu variants are left out: they do not have exactly one ALT",
			n[ASE_NOT_BIALLELIC]);
	if (n[ASE_NOT_HET])
		warn(run, "%zu variants are left out: they are not heterozygous in any sample",
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

/*
 * GATK's rule. The index is not used yet: intervals choose positions, and all of the file is read.
 */
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

/* ---------------------------------------------------------------- positions */

static enum sphex_status no_reference(
	const struct ase_run *run, uint32_t ref, uint32_t pos0, struct sphex_error *err)
{
	if (!run->fasta) {
		fail(err, SPHEX_E_ARGUMENT, "a reference is needed");
		return with_hint(err, "name the FASTA with -R");
	}
	if (run->fasta_numbers[ref] == FASTA_NONE)
		fail(err, SPHEX_E_NOT_FOUND, "contig %s is not in the reference",
			contig_name(run, ref));
	else
		fail(err, SPHEX_E_DATA, "a read lies over %s:%llu, past the end of the contig",
			contig_name(run, ref), (unsigned long long)pos0 + 1);
	return at_file(err, run->settings->reference);
}

/* The letter of the FASTA: A C G T N; other IUPAC letters are N. */
static enum sphex_status reference_letter(const struct ase_run *run, uint32_t ref, uint32_t pos0,
	char *letter, struct sphex_error *err)
{
	enum sphex_status status = fasta_bases(
		run->fasta, run->fasta_numbers[ref], pos0, (uint64_t)pos0 + 1, letter, err);

	if (status || strchr("ACGTN", *letter))
		return status;
	if (!strchr("RYSWKMBDHV", *letter)) {
		fail(err, SPHEX_E_DATA,
			"the reference has '%c' at %s:%llu, which stands for no base", *letter,
			contig_name(run, ref), (unsigned long long)pos0 + 1);
		return at_file(err, run->settings->reference);
	}
	*letter = 'N';
	return SPHEX_OK;
}

static enum sphex_status refuse_record(
	const struct ase_run *run, const struct ase_record *record, struct sphex_error *err)
{
	fail(err, SPHEX_E_DATA, "variant %s:%llu, which reads cover: %s",
		contig_name(run, record->ref), (unsigned long long)record->beg0 + 1,
		ase_verdict_text(record->verdict));
	at_line(err, record->line);
	return at_file(err, run->settings->variants.items[record->file]);
}

static enum sphex_status need_samples(
	const struct ase_element *items, size_t n, struct sphex_error *err)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].sample == POOL_NONE) {
			fail(err, SPHEX_E_DATA,
				"a read covers a heterozygous site, and its @RG line has no SM");
			return with_hint(err, "COUNT_READS does without samples");
		}
	return SPHEX_OK;
}

/* A position that all reads have passed; see struct ase_pile. */
static enum sphex_status finish_position(
	void *user, struct ase_element *items, size_t n, struct sphex_error *err)
{
	struct ase_run *run = user;
	const struct ase_settings *s = run->settings;
	uint32_t ref = (uint32_t)(items[0].place >> 32), pos0 = (uint32_t)items[0].place - 1;
	size_t begin = run->segments.begins[ref];
	const struct ase_segment *segment;
	const struct ase_record *record;
	struct ase_row row;
	struct ase_count_rule rule = {.min_mapq = s->min_mapq, .min_baseq = s->min_baseq};
	enum sphex_status status;

	run->segment = ase_segments_behind(
		&run->segments, ref, run->segment > begin ? run->segment : begin, pos0);
	segment = &run->segments.items[run->segment];
	if (segment->record == SEGMENT_NO_REFERENCE)
		return no_reference(run, ref, pos0, err);
	if (segment->record == SEGMENT_TWO_RECORDS)
		return fail(err, SPHEX_E_DATA, "more than one variant record at %s:%llu",
			contig_name(run, ref), (unsigned long long)pos0 + 1);
	record = &run->result->sites.items[segment->record];
	if (record->verdict != ASE_ROW)
		return refuse_record(run, record, err);
	status = reference_letter(run, ref, pos0, &rule.ref, err);
	if (!status && s->overlap->by_name)
		status = need_samples(items, n, err);
	if (!status)
		status = ase_overlap(s->overlap, &run->names, items, &n, err);
	if (status)
		return status;
	rule.alt = record->alt;
	row = (struct ase_row){segment->record, pos0, ase_count(&rule, items, n), rule.ref};
	run->result->stats.n_counted += (uint64_t)row.counts.ref + row.counts.alt;
	if ((int64_t)row.counts.ref + row.counts.alt < s->min_depth)
		return SPHEX_OK;
	run->result->stats.n_rows_covered += row.counts.raw > 0;
	return ase_table_add(&run->result->table, row, err);
}

/* ---------------------------------------------------------------- the BAMs */

static enum sphex_status scan(void *user, size_t slot, struct unit *unit, struct sphex_error *err)
{
	struct ase_input *input = user;

	if (atomic_load_explicit(&input->run->settings->cancelled, memory_order_relaxed))
		return fail(err, SPHEX_E_CANCELLED, "stopped");
	return ase_elements_scan(&input->scanner, unit, &input->elements[slot], err);
}

static enum sphex_status start_input(
	struct ase_run *run, struct ase_input *input, struct sphex_error *err)
{
	struct reader_client client = {input, scan};

	input->scanner = (struct ase_scanner){.segments = &run->segments,
		.within = run->has_intervals ? &run->within : NULL,
		.groups = &input->groups,
		.refs = input->refs,
		.n_refs = reader_header(input->reader)->n_refs,
		.filter = run->settings->filter,
		.by_read = run->n_inputs > 1};
	input->n_slots = reader_n_slots(input->reader);
	input->elements = memory_new_zeroed(input->n_slots, sizeof(*input->elements));
	if (!input->elements)
		return fail_memory(err);
	return reader_start(input->reader, &client, err);
}

static enum sphex_status report_progress(struct ase_run *run, struct sphex_error *err)
{
	struct sphex_progress p = {.n_records = run->result->stats.n_records};
	double t;

	if (!run->settings->progress)
		return SPHEX_OK;
	t = now();
	if (t - run->reported < PROGRESS_SECONDS)
		return SPHEX_OK;
	run->reported = t;
	p.seconds = t - run->started;
	for (size_t i = 0; i < run->n_inputs; i++) {
		p.n_bytes += reader_bytes_done(run->inputs[i].reader);
		p.n_bytes_total += reader_bytes_total(run->inputs[i].reader);
	}
	if (run->settings->progress(run->settings->progress_user, &p) == 0)
		return SPHEX_OK;
	return fail(err, SPHEX_E_CANCELLED, "stopped");
}

/* Records without a contig come last. */
static uint64_t place_of_key(const struct ase_input *input, uint64_t key)
{
	uint32_t ref = (uint32_t)(key >> 32);

	if (ref >= input->scanner.n_refs)
		return UINT64_MAX;
	return (uint64_t)input->refs[ref] << 32 | (uint32_t)key;
}

/* The elements of the next part of the file; SPHEX_END behind the last. */
static enum sphex_status next_elements(
	struct ase_input *input, const struct ase_elements **out, struct sphex_error *err)
{
	struct sphex_count_stats *stats = &input->run->result->stats;
	const struct ase_elements *e;
	size_t slot;
	enum sphex_status status;

	do {
		status = reader_next(input->reader, &slot, err);
		if (status == SPHEX_END && reader_is_truncated(input->reader))
			warn(input->run, "%s: the BGZF end-of-file marker is missing", input->path);
		if (status)
			return status;
		e = &input->elements[slot];
	} while (!e->n_records);
	if (input->n_records && e->first_key < input->last_key) {
		not_sorted(e->first_key, input->last_key, err);
		at_record(err, input->n_records + 1);
		return at_file(err, input->path);
	}
	input->n_records += e->n_records;
	input->last_key = e->last_key;
	stats->n_records += e->n_records;
	stats->n_covering += e->n_covering;
	stats->n_observations += e->n;
	*out = e;
	return report_progress(input->run, err);
}

/* One BAM: its parts come in order, each sorted by the thread that read it. */
static enum sphex_status read_one(struct ase_run *run, struct sphex_error *err)
{
	struct ase_input *input = &run->inputs[0];
	const struct ase_elements *e;
	enum sphex_status status;

	while (!(status = next_elements(input, &e, err))) {
		uint64_t open_place = place_of_key(input, e->last_key);

		status = ase_pile_add(&run->pile, e->items, e->n, open_place, err);
		if (status)
			return status;
	}
	return status == SPHEX_END ? ase_pile_add(&run->pile, NULL, 0, UINT64_MAX, err) : status;
}

/* ---------------------------------------------------------------- several BAMs */

static const uint8_t *read_bytes(const struct ase_input *input)
{
	return input->current->bytes + input->current->reads[input->read].offset;
}

/* Makes the read at hand known, fetching the next part where there is none. */
static enum sphex_status find_read(struct ase_input *input, struct sphex_error *err)
{
	const uint8_t *bytes;
	enum sphex_status status = SPHEX_OK;

	if (!input->current || input->read == input->current->n_reads) {
		status = next_elements(input, &input->current, err);
		input->read = input->element = 0;
		if (status)
			input->current = NULL;
	}
	if (status)
		return status == SPHEX_END ? SPHEX_OK : status;
	bytes = read_bytes(input);
	input->place = place_of_key(input, sort_key(load_i32(bytes + 4), load_i32(bytes + 8)));
	return SPHEX_OK;
}

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int64_t mate_contig(const struct ase_input *input, const uint8_t *bytes)
{
	int32_t ref = load_i32(bytes + 24);

	return ref < 0 ? -1 : (int64_t)input->refs[ref];
}

/*
 * Which of two reads comes first, by htsjdk's order of records: place, strand, name, flags, MAPQ,
 * then the mate's place and TLEN; in the end the order of the files. Offsets: see record.h.
 */
static bool comes_before(const struct ase_input *x, const struct ase_input *y)
{
	const uint8_t *a = read_bytes(x), *b = read_bytes(y);
	uint16_t a_flags = load_u16(a + 18), b_flags = load_u16(b + 18);
	int order = (x->place > y->place) - (x->place < y->place);

	if (!order)
		order = compare_numbers(a_flags & FLAG_REVERSE, b_flags & FLAG_REVERSE);
	if (!order)
		order = strcmp(
			(const char *)a + RECORD_MIN_NBYTES, (const char *)b + RECORD_MIN_NBYTES);
	if (!order)
		order = compare_numbers(a_flags, b_flags);
	if (!order)
		order = compare_numbers(a[13], b[13]);
	if (!order)
		order = compare_numbers(mate_contig(x, a), mate_contig(y, b));
	if (!order)
		order = compare_numbers(load_i32(a + 28), load_i32(b + 28));
	if (!order)
		order = compare_numbers(load_i32(a + 32), load_i32(b + 32));
	return order < 0;
}

/* The BAM whose read comes next; NULL at the end of all. */
static struct ase_input *next_input(struct ase_run *run)
{
	struct ase_input *best = NULL;

	for (size_t i = 0; i < run->n_inputs; i++)
		if (run->inputs[i].current && (!best || comes_before(&run->inputs[i], best)))
			best = &run->inputs[i];
	return best;
}

static enum sphex_status take_read(
	struct ase_run *run, struct ase_input *input, struct sphex_error *err)
{
	struct ase_elements *merged = &run->merged;
	size_t n = input->current->reads[input->read++].n_elements;

	if (!memory_reserve(&merged->items, &merged->cap, merged->n + n, sizeof(*merged->items)))
		return fail_memory(err);
	if (n)
		memcpy(merged->items + merged->n, input->current->items + input->element,
			n * sizeof(*merged->items));
	merged->n += n;
	input->element += n;
	return find_read(input, err);
}

static enum sphex_status flush_merged(
	struct ase_run *run, uint64_t open_place, struct sphex_error *err)
{
	struct ase_elements *m = &run->merged;
	enum sphex_status status;

	if (!memory_reserve(&m->scratch, &m->scratch_cap, m->n, sizeof(*m->scratch)))
		return fail_memory(err);
	ase_elements_sort(m->items, m->n, m->scratch);
	status = ase_pile_add(&run->pile, m->items, m->n, open_place, err);
	m->n = 0;
	return status;
}

/* Several BAMs: read by read, for their order decides which of two mates is kept. */
static enum sphex_status read_several(struct ase_run *run, struct sphex_error *err)
{
	struct ase_input *input;
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; i < run->n_inputs && !status; i++)
		status = find_read(&run->inputs[i], err);
	while (!status && (input = next_input(run))) {
		if (run->merged.n >= CHUNK)
			status = flush_merged(run, input->place, err);
		if (!status)
			status = take_read(run, input, err);
	}
	return status ? status : flush_merged(run, UINT64_MAX, err);
}

/* ---------------------------------------------------------------- the whole */

static enum sphex_status prepare(struct ase_run *run, struct sphex_error *err)
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

static enum sphex_status read_bams(struct ase_run *run, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	run->pile.position = finish_position;
	run->pile.user = run;
	for (size_t i = 0; i < run->n_inputs && !status; i++)
		status = start_input(run, &run->inputs[i], err);
	if (status)
		return status;
	return run->n_inputs > 1 ? read_several(run, err) : read_one(run, err);
}

static void input_free(struct ase_input *input)
{
	reader_close(input->reader); /* joins the workers: their results may go now */
	for (size_t i = 0; input->elements && i < input->n_slots; i++)
		ase_elements_free(&input->elements[i]);
	memory_free(input->elements);
	memory_free(input->refs);
	read_groups_free(&input->groups);
}

static void run_free(struct ase_run *run)
{
	for (size_t i = 0; i < run->n_inputs; i++)
		input_free(&run->inputs[i]);
	memory_free(run->inputs);
	pool_free(&run->samples);
	fasta_close(run->fasta);
	contigs_free(&run->fasta_contigs);
	memory_free(run->fasta_numbers);
	memory_free(run->reference_lengths);
	intervals_free(&run->within);
	ase_segments_free(&run->segments);
	ase_elements_free(&run->merged);
	ase_pile_free(&run->pile);
	ase_names_free(&run->names);
}

static void fill_stats(const struct ase_run *run, double read)
{
	struct sphex_count_stats *stats = &run->result->stats;

	for (size_t i = 0; i < run->n_inputs; i++)
		stats->n_bam_bytes += reader_bytes_done(run->inputs[i].reader);
	stats->n_rows = run->result->table.n;
	stats->seconds_variants = read - run->started;
	stats->seconds_bam = now() - read;
	stats->n_threads = run->settings->n_threads;
	stats->simd = run->settings->kernels->name;
}

enum sphex_status run_ase(
	struct ase_settings *settings, struct ase_result *result, struct sphex_error *err)
{
	struct ase_run run = {.settings = settings, .result = result, .started = now()};
	double read;
	enum sphex_status status;

	if (settings->n_threads == 0)
		settings->n_threads = threads_available();
	result->table.contigs = &result->contigs;
	result->table.sites = &result->sites;
	status = prepare(&run, err);
	read = now();
	if (!status)
		status = read_bams(&run, err);
	if (!status)
		fill_stats(&run, read);
	run_free(&run);
	return status;
}

void ase_result_free(struct ase_result *result)
{
	ase_table_free(&result->table);
	ase_sites_free(&result->sites);
	contigs_free(&result->contigs);
}
