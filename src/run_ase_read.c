/*
 * Units become elements in all threads; the owner's thread puts them in order, of several BAMs read
 * by read, and hands them to the pile.
 */
#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "count/observe.h"
#include "run_ase_parts.h"

#define PROGRESS_SECONDS 0.1
/* Elements of merged files that are put in order at a time. */
#define CHUNK ((size_t)1 << 16)

/* ---------------------------------------------------------------- the BAMs */

static enum sphex_status scan(void *user, size_t slot, struct unit *unit, struct sphex_error *err)
{
	struct ase_input *input = user;
	struct ase_elements *e = &input->elements[slot];
	enum sphex_status status;

	if (atomic_load_explicit(&input->run->settings->cancelled, memory_order_relaxed))
		return fail(err, SPHEX_E_CANCELLED, "stopped");
	status = ase_elements_scan(&input->scanner, unit, e, err);
	if (e->n_records)
		unit->last_key = e->last_key;
	return status;
}

static enum sphex_status prepare_input(
	struct ase_run *run, struct ase_input *input, struct sphex_error *err)
{
	input->scanner = (struct ase_scanner){.segments = &run->segments,
		.within = run->has_intervals ? &run->within : NULL,
		.groups = &input->groups,
		.refs = input->refs,
		.header = reader_header(input->reader),
		.filter = run->settings->filter,
		.by_read = run->n_inputs > 1};
	input->n_slots = reader_n_slots(input->reader);
	input->elements = memory_new_zeroed(input->n_slots, sizeof(*input->elements));
	return input->elements ? SPHEX_OK : fail_memory(err);
}

/*
 * Where segments begin, by the references of the BAM; returns the longest's length. What lies
 * behind the end of a contig is reached only by records that lie over its last base.
 */
static uint32_t list_targets(struct ase_run *run, const struct ase_input *input)
{
	const struct bam_header *header = reader_header(input->reader);
	const struct ase_segments *segments = &run->segments;
	uint32_t n = 0, width = 1;

	for (uint32_t i = 0; i < header->n_refs; i++) {
		uint32_t ref = input->refs[i], length = header->refs[i].length;

		run->target_begins[i] = n;
		for (size_t k = segments->begins[ref]; k < segments->begins[ref + 1]; k++) {
			uint32_t beg0 = segments->items[k].beg0, end0 = segments->items[k].end0;

			end0 = end0 < length ? end0 : length;
			beg0 = beg0 < length ? beg0 : length ? length - 1 : 0;
			run->target_pos0[n++] = beg0;
			if (end0 > beg0 && end0 - beg0 > width)
				width = end0 - beg0;
		}
	}
	run->target_begins[header->n_refs] = n;
	return width;
}

/* Several BAMs are merged by what all of their reads say: they are read from end to end. */
static enum sphex_status use_index(struct ase_run *run, struct sphex_error *err)
{
	const struct ase_settings *s = run->settings;
	struct ase_input *input = &run->inputs[0];
	uint32_t n_refs = reader_header(input->reader)->n_refs;

	run->index = (struct run_index){.choice = run->n_inputs > 1 ? INDEX_NEVER : s->index,
		.bam = input->path,
		.warner = s->warner};
	run->target_pos0 = memory_new(run->segments.n, sizeof(*run->target_pos0));
	run->target_begins = memory_new((size_t)n_refs + 1, sizeof(*run->target_begins));
	if (!run->target_pos0 || !run->target_begins)
		return fail_memory(err);
	run->index.targets = (struct index_targets){.pos0 = run->target_pos0,
		.begins = run->target_begins,
		.width = list_targets(run, input)};
	return run_index_use(&run->index, input->reader, err);
}

static enum sphex_status report_progress(struct ase_run *run, struct sphex_error *err)
{
	struct sphex_progress p = {.n_records = run->result->stats.n_records};
	double t;

	if (!run->settings->progress)
		return SPHEX_OK;
	t = seconds_now();
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

	if (ref >= input->scanner.header->n_refs)
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
		input->failed = status && status != SPHEX_END;
		if (status == SPHEX_END && reader_is_truncated(input->reader))
			warn(&input->run->settings->warner,
				"%s: the BGZF end-of-file marker is missing", input->path);
		if (status)
			return status;
		e = &input->elements[slot];
	} while (!e->n_records);
	if (input->n_records && e->first_key < input->last_key) {
		input->failed = true;
		not_sorted(input->scanner.header, e->first_key, input->last_key, err);
		at_voffset(err, e->first_voffset);
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
	assert(input->current);
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

/* ---------------------------------------------------------------- all */

static enum sphex_status read_all(struct ase_run *run, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; i < run->n_inputs && !status; i++) {
		struct reader_client client = {&run->inputs[i], scan};

		status = reader_start(run->inputs[i].reader, &client, err);
	}
	if (status)
		return status;
	return run->n_inputs > 1 ? read_several(run, err) : read_one(run, err);
}

/* As if nothing had been read of the only BAM. */
static void forget_reads(struct ase_run *run)
{
	ase_pile_free(&run->pile);
	ase_table_free(&run->result->table);
	run->result->stats = (struct sphex_count_stats){0};
	run->inputs[0].n_records = 0;
	run->segment = 0;
}

enum sphex_status ase_run_read(struct ase_run *run, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	run->pile.position = ase_run_position;
	run->pile.user = run;
	for (size_t i = 0; i < run->n_inputs && !status; i++)
		status = prepare_input(run, &run->inputs[i], err);
	if (!status)
		status = use_index(run, err);
	if (status)
		return status;
	status = read_all(run, err);
	if (status && run->inputs[0].failed &&
		run_index_drop(&run->index, run->inputs[0].reader, err)) {
		forget_reads(run);
		status = read_all(run, err);
	}
	return status;
}
