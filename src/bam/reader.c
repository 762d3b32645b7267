/* Units taken in order, scanned anywhere, proven in order; see reader.h. */
#include "reader.h"

#include <string.h>

#include "base/memory.h"
#include "base/ordered.h"

#define NO_SLOT SIZE_MAX
/* Ten million contigs fit; it is kept whole, and must not eat the memory when its lengths lie. */
#define HEADER_MAX_NBYTES ((size_t)512 << 20)

struct reader_slot {
	struct unit unit;
	uint64_t started_at;               /* virtual offset of the first record that was scanned */
	const struct record_range *begins; /* the range that the unit begins, NULL for none */
	uint64_t bytes_taken;              /* with those of this unit */
	bool scanned;
	enum sphex_status status;
	struct sphex_error err;
};

struct reader {
	struct reader_options options;
	struct reader_client client;
	struct input *in;
	struct stream *stream; /* for files that are not BGZF */
	struct bam_header header;
	struct block_hop hop;
	struct ordered *ordered;
	struct reader_slot *slots;
	size_t n_slots, current;
	const struct record_range *ranges;
	size_t n_ranges, n_ranges_taken;
	bool in_ranges;                   /* not all of the file */
	const struct record_range *range; /* that of the current result; NULL before the first */
	bool range_is_done;               /* its other units hold nothing that is asked for */
	uint64_t range_key;               /* of its last record so far */
	uint64_t first;                   /* virtual offset of the first record */
	uint64_t proven; /* virtual offset where the next record begins; unknown behind damage */
	uint64_t n_records, bytes_taken, bytes_done, bytes_read;
	bool met_damage; /* the current result ends at `damage` */
	bool is_lost; /* no record was recognised in the current unit, which lies behind damage */
	struct sphex_error damage;
	struct sphex_error failure; /* nothing comes behind it */
};

/* ---------------------------------------------------------------- opening */

static enum sphex_status not_a_bam(
	struct reader *r, const uint8_t *start, size_t n, struct sphex_error *err)
{
	fail(err, SPHEX_E_FORMAT, n ? "not a BAM file" : "not a BAM file: it is empty");
	if (n >= 4 && memcmp(start, "CRAM", 4) == 0)
		with_hint(err, "this is a CRAM: convert it with samtools view -b");
	else if (n >= 1 && start[0] == '@')
		with_hint(err, "this looks like SAM text: convert it with samtools view -b");
	else
		with_hint(err, "the BAM comes first, then the variants");
	return at_file(err, input_path(r->in));
}

/* Nothing has been taken yet. */
static void stand_at_first(struct reader *r)
{
	r->proven = r->first;
	r->hop = (struct block_hop){.in = r->in, .offset = r->first >> 16};
	r->bytes_taken = r->first >> 16;
	r->bytes_done = r->bytes_read = r->n_records = 0;
	r->current = NO_SLOT;
}

/* Reads the header through slot 0's unit, which then stands at the first record. */
static enum sphex_status read_header(struct reader *r, struct sphex_error *err)
{
	struct unit *u = &r->slots[0].unit;
	size_t n_used = 0, n_needed = 4;
	enum sphex_status status, more = SPHEX_OK;

	do {
		if (n_needed > HEADER_MAX_NBYTES) {
			fail(err, SPHEX_E_LIMIT, "the BAM header claims more than %zu bytes",
				HEADER_MAX_NBYTES);
			return at_file(err, input_path(r->in));
		}
		while (!more && u->to < n_needed)
			more = unit_more(u, err);
		if (more && more != SPHEX_END)
			return more;
		status = bam_header_parse(u->data, u->to, &r->header, &n_used, &n_needed, err);
		if (n_needed < u->to * 2)
			n_needed = u->to + u->to / 2 + 1; /* parsing starts over each time */
	} while (status == SPHEX_END && !more);
	if (status == SPHEX_E_FORMAT || (status == SPHEX_END && u->to < 4))
		return not_a_bam(r, u->data, u->to, err);
	if (status == SPHEX_END) {
		fail(err, SPHEX_E_TRUNCATED, "the file is cut off inside the BAM header");
		status = with_hint(err, "copy or download it again");
	}
	if (status) {
		at_file(err, input_path(r->in));
		return status;
	}
	u->from = n_used;
	r->first = unit_tell(u);
	stand_at_first(r);
	return SPHEX_OK;
}

static enum sphex_status make_slots(struct reader *r, struct sphex_error *err)
{
	size_t want = r->stream ? 1 : ordered_n_slots(r->options.n_threads);

	r->slots = memory_new_zeroed(want, sizeof(*r->slots));
	if (!r->slots)
		return fail_memory(err);
	for (; r->n_slots < want; r->n_slots++) {
		struct unit *u = &r->slots[r->n_slots].unit;
		enum sphex_status status = SPHEX_OK;

		if (r->stream)
			unit_init_stream(u, r->stream);
		else
			status = unit_init(u, r->in, r->options.crc32, err);
		if (status)
			return status;
	}
	return SPHEX_OK;
}

static enum sphex_status open_source(struct reader *r, const char *path, struct sphex_error *err)
{
	uint8_t start[BGZF_EOF_NBYTES];
	struct bgzf_block block;
	size_t n;
	enum sphex_status status = input_open(path, &r->in, err);

	if (!status && r->options.drop_cache)
		input_drop_cache(r->in);
	if (!status)
		status = input_read_at(r->in, 0, start, sizeof(start), &n, err);
	if (status)
		return status;
	if (n >= BGZF_HEADER_NBYTES && bgzf_block_parse(start, n, &block) != BGZF_NOT_A_BLOCK)
		return SPHEX_OK;
	if (n < 4 || (memcmp(start, "BAM\1", 4) != 0 && memcmp(start, "\x1f\x8b", 2) != 0))
		return not_a_bam(r, start, n, err);
	return stream_open_input(r->in, &r->stream, err);
}

enum sphex_status reader_open(const char *path, const struct reader_options *options,
	struct reader **out, struct sphex_error *err)
{
	struct reader *r = memory_new_zeroed(1, sizeof(*r));
	enum sphex_status status;

	*out = NULL;
	if (!r)
		return fail_memory(err);
	r->options = *options;
	status = open_source(r, path, err);
	if (!status)
		status = make_slots(r, err);
	if (!status) {
		if (!r->stream)
			unit_set_range(&r->slots[0].unit, 0, UINT64_MAX);
		status = read_header(r, err);
	}
	if (status)
		reader_close(r);
	else
		*out = r;
	return status;
}

void reader_close(struct reader *r)
{
	if (!r)
		return;
	ordered_stop(r->ordered);
	for (size_t i = 0; i < r->n_slots; i++)
		unit_free(&r->slots[i].unit);
	memory_free(r->slots);
	bam_header_free(&r->header);
	stream_close(r->stream);
	input_close(r->in);
	memory_free(r);
}

const struct bam_header *reader_header(const struct reader *r)
{
	return &r->header;
}

size_t reader_n_slots(const struct reader *r)
{
	return r->n_slots;
}

uint64_t reader_n_records(const struct reader *r)
{
	return r->n_records;
}

uint64_t reader_bytes_done(const struct reader *r)
{
	return r->bytes_done;
}

uint64_t reader_bytes_read(const struct reader *r)
{
	return r->in_ranges ? r->bytes_read : r->bytes_done;
}

uint64_t reader_bytes_total(const struct reader *r)
{
	uint64_t total = 0;

	if (!r->in_ranges)
		return r->stream ? 0 : input_nbytes(r->in);
	for (size_t i = 0; i < r->n_ranges; i++)
		total += r->ranges[i].end - (r->ranges[i].begin >> 16);
	return total;
}

bool reader_met_damage(const struct reader *r, struct sphex_error *err)
{
	if (r->met_damage)
		*err = r->damage;
	return r->met_damage;
}

bool reader_is_truncated(const struct reader *r)
{
	return !r->stream && !r->in_ranges && !r->hop.ends_with_eof_marker;
}

/* ---------------------------------------------------------------- parts of the file */

uint64_t reader_first_record(const struct reader *r)
{
	return r->stream ? SPHEX_NO_OFFSET : r->first;
}

enum sphex_status reader_peek(
	struct reader *r, uint64_t voffset, uint64_t *key, struct sphex_error *err)
{
	struct unit *u = &r->slots[0].unit;
	enum sphex_status status;

	if (voffset >> 16 >= input_nbytes(r->in))
		return fail(err, SPHEX_E_TRUNCATED, "the file ends before its index");
	u->stop = UINT64_MAX;
	unit_set_range(u, voffset >> 16, UINT64_MAX);
	status = unit_start_at(u, voffset, err);
	return status ? status : unit_peek(u, r->header.n_refs, key, err);
}

enum sphex_status reader_find_marker(struct reader *r, bool *found, struct sphex_error *err)
{
	uint8_t end[BGZF_EOF_NBYTES];
	uint64_t nbytes = input_nbytes(r->in);
	size_t n = 0;
	enum sphex_status status = SPHEX_OK;

	if (nbytes >= sizeof(end))
		status = input_read_at(r->in, nbytes - sizeof(end), end, sizeof(end), &n, err);
	*found = !status && bgzf_is_eof_marker(end, n);
	return status;
}

void reader_set_ranges(struct reader *r, const struct record_range *ranges, size_t n)
{
	r->in_ranges = true;
	r->ranges = ranges;
	r->n_ranges = n;
	r->bytes_taken = 0;
}

void reader_rewind(struct reader *r)
{
	ordered_stop(r->ordered);
	r->ordered = NULL;
	r->n_ranges_taken = 0;
	r->range = NULL;
	r->in_ranges = r->range_is_done = r->met_damage = r->is_lost = false;
	r->failure.status = SPHEX_OK;
	stand_at_first(r);
}

/* ---------------------------------------------------------------- taking and scanning */

/* Moves on to the next range behind the last block of one; false behind all. */
static bool stay_in_ranges(struct reader *r, struct reader_slot *slot)
{
	if (r->n_ranges_taken && r->hop.offset < r->ranges[r->n_ranges_taken - 1].end)
		return true;
	if (r->n_ranges_taken == r->n_ranges)
		return false;
	slot->begins = &r->ranges[r->n_ranges_taken++];
	r->hop.offset = slot->begins->begin >> 16;
	return true;
}

/* The unit's blocks and, where it is known, its first record. */
static void take_blocks(struct reader *r, struct reader_slot *slot)
{
	const struct record_range *range = r->in_ranges ? &r->ranges[r->n_ranges_taken - 1] : NULL;
	uint64_t begin = r->hop.offset, end = range ? range->end : begin + UINT64_MAX / 2;

	/* with one thread, who asks for the unit reads it now; of a range perhaps not all */
	slot->status = block_hop_reading(&r->hop,
		r->options.n_threads <= 1 && !range ? &slot->unit.blocks : NULL, end - begin,
		r->options.unit_n_blocks, &slot->err);
	if (slot->status && r->hop.offset > begin)
		slot->status =
			SPHEX_OK; /* in front of the damage is a unit; the next begins there */
	if (!slot->status && range && r->hop.at_end)
		slot->status =
			fail(&slot->err, SPHEX_E_TRUNCATED, "the file ends before its index");
	if (slot->status)
		r->hop.at_end = true;
	unit_set_range(&slot->unit, begin, r->hop.offset);
	slot->unit.stop = range ? range->stop : UINT64_MAX;
	r->bytes_taken += (r->hop.offset < end ? r->hop.offset : end) - begin;
	slot->bytes_taken = r->bytes_taken;
	slot->started_at = SPHEX_NO_OFFSET;
	if (slot->begins)
		slot->started_at = slot->begins->begin;
	else if (r->options.n_threads <= 1 || begin == r->first >> 16)
		slot->started_at = r->proven; /* with one thread all before has been read */
}

static bool take_unit(void *job, size_t slot_index, uint64_t index)
{
	struct reader *r = job;
	struct reader_slot *slot = &r->slots[slot_index];

	slot->scanned = false;
	slot->begins = NULL;
	slot->status = SPHEX_OK;
	slot->unit.keep = r->options.keep_units;
	if (r->stream)
		return index == 0;
	if (r->hop.at_end || (r->in_ranges && !stay_in_ranges(r, slot)))
		return false;
	take_blocks(r, slot);
	return true;
}

static void scan_unit(struct reader *r, size_t slot_index)
{
	struct reader_slot *slot = &r->slots[slot_index];

	slot->status = r->client.scan(r->client.user, slot_index, &slot->unit, &slot->err);
	slot->scanned = true;
}

/* Whether the range begins as the index says. */
static enum sphex_status check_range(struct reader *r, struct reader_slot *slot)
{
	uint64_t key;
	enum sphex_status status = unit_peek(&slot->unit, r->header.n_refs, &key, &slot->err);

	if (status == SPHEX_END)
		return SPHEX_OK; /* the first unit is of empty blocks */
	if (!status && (key < slot->begins->first_least || key >= slot->begins->first_most))
		return fail(&slot->err, SPHEX_E_DATA, "another record begins here");
	return status;
}

/* Scans from a known place. */
static void scan_from(struct reader *r, size_t slot_index, uint64_t voffset)
{
	struct reader_slot *slot = &r->slots[slot_index];

	slot->started_at = voffset;
	slot->status = unit_start_at(&slot->unit, voffset, &slot->err);
	if (!slot->status && slot->begins)
		slot->status = check_range(r, slot);
	if (!slot->status)
		scan_unit(r, slot_index);
}

/* Scans from where records seem to begin; leaves the slot unscanned when that is nowhere. */
static void scan_from_guess(struct reader *r, size_t slot_index)
{
	struct reader_slot *slot = &r->slots[slot_index];

	if (unit_guess_start(&slot->unit, r->header.n_refs, &slot->err) != SPHEX_OK)
		return;
	slot->started_at = unit_tell(&slot->unit);
	scan_unit(r, slot_index);
}

static void work_unit(void *job, size_t slot_index)
{
	struct reader *r = job;
	struct reader_slot *slot = &r->slots[slot_index];

	if (slot->status)
		return;
	if (r->stream) {
		scan_unit(r, slot_index);
	} else if (slot->started_at != SPHEX_NO_OFFSET) {
		if (slot->started_at >> 16 < slot->unit.end)
			scan_from(r, slot_index, slot->started_at);
	} else {
		scan_from_guess(r, slot_index);
	}
}

enum sphex_status reader_start(
	struct reader *r, const struct reader_client *client, struct sphex_error *err)
{
	static const struct ordered_steps steps = {take_unit, work_unit};

	r->client = *client;
	return ordered_start(
		&steps, r, r->stream ? 1 : r->options.n_threads, r->n_slots, &r->ordered, err);
}

/* ---------------------------------------------------------------- proving, in order */

static enum sphex_status reader_failed(
	struct reader *r, struct reader_slot *slot, struct sphex_error *err)
{
	*err = slot->err;
	if (!err->file[0])
		at_file(err, input_path(r->in));
	if (slot->scanned && !err->record)
		at_record(err, r->n_records + slot->unit.n_records + 1);
	return slot->status;
}

static bool is_damage(enum sphex_status status)
{
	return status == SPHEX_E_DATA || status == SPHEX_E_TRUNCATED || status == SPHEX_E_LIMIT;
}

/*
 * The unit's failure. Records before damage are handed out first: so it is the first mistake in
 * file order that is told, wherever units end.
 */
static enum sphex_status unit_failed(
	struct reader *r, struct reader_slot *slot, struct sphex_error *err)
{
	if (!slot->scanned || !is_damage(slot->status))
		return reader_failed(r, slot, err);
	reader_failed(r, slot, &r->failure);
	r->n_records += slot->unit.n_records;
	return SPHEX_OK;
}

/* Whether the failure is one that skip_damage lives with; the slot's records before it then stand.
 */
static bool live_with(struct reader *r, struct reader_slot *slot)
{
	if (!r->options.skip_damage || !is_damage(slot->status))
		return false;
	reader_failed(r, slot, &r->damage);
	r->met_damage = true;
	slot->status = SPHEX_OK;
	return true;
}

/*
 * Moves the unit behind damage: to the next block in which records can be recognised, if there is
 * one. That block is behind the one in which the damaged record begins, not behind all that was
 * read of it: the same for units of any size.
 */
static bool pass_damage(struct reader *r, struct unit *u)
{
	struct block_hop hop = {.in = r->in, .offset = unit_block_behind(u)};
	struct sphex_error ignored;

	while (hop.offset < u->end) {
		unit_set_range(u, hop.offset, u->end);
		if (unit_guess_start(u, r->header.n_refs, &ignored) == SPHEX_OK)
			return true;
		if (block_hop_over(&hop, UINT64_MAX / 2, 1, &ignored) || hop.at_end)
			break;
	}
	unit_set_range(u, u->end, u->end);
	u->finished = true;
	return false;
}

static enum sphex_status end_of_file(struct reader *r, struct sphex_error *err)
{
	if (!reader_is_truncated(r) || r->options.allow_truncated)
		return SPHEX_END;
	fail(err, SPHEX_E_TRUNCATED, "the BGZF end-of-file marker is missing: the file is cut off");
	with_hint(err, "copy, download or write it again; --allow-truncated takes it as it is");
	return at_file(err, input_path(r->in));
}

/* Behind damage a guess is all there is. */
static void scan_anywhere(struct reader *r, size_t slot_index)
{
	struct unit *u = &r->slots[slot_index].unit;

	r->is_lost = false;
	if (r->slots[slot_index].scanned)
		return;
	unit_set_range(u, u->begin, u->end);
	r->is_lost = !pass_damage(r, u);
	scan_unit(r, slot_index);
}

/* Whether the range that ends here had the records that the index knows of. */
static enum sphex_status check_reach(const struct reader *r, struct sphex_error *err)
{
	if (!r->range || r->range_is_done || r->range_key >= r->range->reach)
		return SPHEX_OK;
	fail(err, SPHEX_E_DATA, "other records end here");
	at_voffset(err, r->proven);
	return at_file(err, input_path(r->in));
}

/* Whether no record begins in the unit, or none that is asked for. */
static bool is_passed(struct reader *r, struct reader_slot *slot)
{
	if (slot->begins) {
		r->range = slot->begins;
		r->range_is_done = false;
		r->range_key = 0;
		r->proven = slot->begins->begin;
	}
	if (r->stream || r->met_damage || r->proven == SPHEX_NO_OFFSET)
		return false;
	return r->range_is_done || r->proven >> 16 >= slot->unit.end;
}

/* Moves on from the finished unit to the next one that holds the start of a record. */
static enum sphex_status next_unit(struct reader *r, struct sphex_error *err)
{
	struct reader_slot *slot;

	do {
		if (ordered_next(r->ordered, &r->current) == SPHEX_END) {
			r->current = NO_SLOT;
			return check_reach(r, err) ? err->status : end_of_file(r, err);
		}
		slot = &r->slots[r->current];
		if (slot->begins && check_reach(r, err))
			return err->status;
		if (slot->status && !slot->scanned && !live_with(r, slot))
			return reader_failed(r, slot, err);
	} while (is_passed(r, slot));
	if (r->stream)
		; /* one unit, scanned from its start */
	else if (r->proven == SPHEX_NO_OFFSET)
		scan_anywhere(r, r->current);
	else if (!slot->scanned || slot->started_at != r->proven)
		scan_from(r, r->current, r->proven);
	return slot->status && !live_with(r, slot) ? unit_failed(r, slot, err) : SPHEX_OK;
}

/* The next record may begin in an empty block that is still the unit's. */
static void release(struct reader *r, const struct unit *u)
{
	if (!r->stream)
		input_release(r->in, r->proven >> 16 < u->end ? r->proven >> 16 : u->end);
}

static void finish_bytes(struct reader *r, const struct reader_slot *slot)
{
	const struct unit *u = &slot->unit;

	if (r->stream)
		return;
	r->range_is_done = u->stopped;
	r->range_key = u->last_key > r->range_key ? u->last_key : r->range_key;
	r->bytes_done = slot->bytes_taken;
	r->bytes_read += (u->stopped ? u->blocks.offset : u->end) - u->begin;
}

static enum sphex_status next_result(struct reader *r, struct sphex_error *err)
{
	struct reader_slot *slot = r->current == NO_SLOT ? NULL : &r->slots[r->current];
	enum sphex_status status;

	if (slot && r->met_damage) {
		r->n_records += slot->unit.n_records;
		slot->unit.n_records = 0;
		if (r->stream)
			return SPHEX_END;
		pass_damage(r, &slot->unit);
	}
	if (slot && !slot->unit.finished) {
		r->met_damage = false;
		r->n_records += slot->unit.n_records;
		slot->unit.n_records = 0;
		unit_drop_read(&slot->unit);
		scan_unit(r, r->current);
		status = slot->status && !live_with(r, slot) ? unit_failed(r, slot, err) : SPHEX_OK;
	} else {
		if (slot) {
			r->n_records += slot->unit.n_records;
			r->proven = r->met_damage || r->is_lost ? SPHEX_NO_OFFSET
								: unit_tell(&slot->unit);
			r->met_damage = false;
			finish_bytes(r, slot);
			release(r, &slot->unit);
		}
		status = next_unit(r, err);
	}
	return status;
}

enum sphex_status reader_next(struct reader *r, size_t *slot_index, struct sphex_error *err)
{
	enum sphex_status status;

	if (r->failure.status) {
		*err = r->failure;
		return err->status;
	}
	status = next_result(r, err);
	if (status && status != SPHEX_END)
		r->failure = *err;
	*slot_index = r->current;
	return status;
}
