/*
 * Blocks in, records out. The buffer holds the block at hand and what was left of the one before,
 * so that it stays in the second-level cache; marks remember which file offset its parts came from.
 */
#include "unit.h"

#include <string.h>

#include "base/memory.h"

/* A longer record is refused: nothing real comes near, and a damaged length must not eat the
 * memory. */
#define RECORD_MAX_NBYTES ((size_t)256 << 20)
/* Blocks searched for a first record before the search is left to whoever knows the place. */
#define GUESS_MAX_BLOCKS 16
/* Whole records in a row that make a guess when the bytes end behind them, and when they do not. */
#define GUESS_CHAIN 2
#define GUESS_LONG_CHAIN 64

enum sphex_status unit_init(
	struct unit *u, struct input *in, crc32_fn *crc32, struct sphex_error *err)
{
	memset(u, 0, sizeof(*u));
	u->stop = UINT64_MAX;
	return block_reader_init(&u->blocks, in, crc32, err);
}

void unit_init_stream(struct unit *u, struct stream *stream)
{
	memset(u, 0, sizeof(*u));
	u->stream = stream;
	u->end = u->stop = UINT64_MAX;
	u->own_to = SIZE_MAX;
}

void unit_free(struct unit *u)
{
	if (!u->stream)
		block_reader_free(&u->blocks);
	memory_free(u->buffer);
	memory_free(u->marks);
	memset(u, 0, sizeof(*u));
}

/* ---------------------------------------------------------------- bytes */

void unit_set_range(struct unit *u, uint64_t begin, uint64_t end)
{
	u->begin = begin;
	u->end = end;
	u->from = u->to = 0;
	u->n_marks = 0;
	u->own_to = SIZE_MAX;
	u->finished = u->stopped = false;
	u->n_records = u->last_key = 0;
	block_reader_seek(&u->blocks, begin);
}

/* The stream drops the bytes at the next call for more. */
static void drop_from_stream(struct unit *u)
{
	u->dropped += u->from;
	u->data += u->from;
	u->to -= u->from;
	u->from = 0;
}

void unit_drop_read(struct unit *u)
{
	size_t keep_from = 0;

	if (u->stream) {
		drop_from_stream(u);
		return;
	}
	if (u->from == 0)
		return;
	memmove(u->buffer, u->buffer + u->from, u->to - u->from);
	while (keep_from + 1 < u->n_marks && u->marks[keep_from + 1].at <= u->from)
		keep_from++;
	/* an empty block's mark may share its place with the next one: the first of them names it
	 */
	while (keep_from > 0 && u->marks[keep_from].at == u->from &&
		u->marks[keep_from - 1].at == u->from)
		keep_from--;
	u->n_marks -= keep_from < u->n_marks ? keep_from : 0;
	memmove(u->marks, u->marks + keep_from, u->n_marks * sizeof(*u->marks));
	for (size_t i = 0; i < u->n_marks; i++)
		u->marks[i].at -=
			u->from;   /* the first may wrap below 0: unit_tell() subtracts it again */
	if (u->own_to != SIZE_MAX) /* the last record may end behind it */
		u->own_to = u->own_to > u->from ? u->own_to - u->from : 0;
	u->to -= u->from;
	u->from = 0;
}

/* Nothing is left to be done here: empty blocks behind the end are those of the units to come. */
static bool is_used_up(const struct unit *u)
{
	return u->from == u->to && !u->stream && u->blocks.offset >= u->end;
}

static enum sphex_status more_from_stream(struct unit *u, struct sphex_error *err)
{
	enum sphex_status status;

	if (!u->keep && u->data)
		drop_from_stream(u);
	status = stream_next(u->stream, u->dropped, &u->data, &u->to, err);
	u->dropped = 0;
	return status;
}

static enum sphex_status more_from_blocks(struct unit *u, struct sphex_error *err)
{
	uint64_t offset = u->blocks.offset;
	enum sphex_status status;
	size_t n;

	if (!u->keep)
		unit_drop_read(u);
	if (!memory_reserve(&u->buffer, &u->cap, u->to + BGZF_MAX_BLOCK_NBYTES, 1) ||
		!memory_reserve(&u->marks, &u->marks_cap, u->n_marks + 1, sizeof(*u->marks)))
		return fail_memory(err);
	u->data = u->buffer;
	status = block_reader_next(&u->blocks, u->buffer + u->to, &n, err);
	if (status)
		return status;
	u->marks[u->n_marks++] = (struct unit_mark){u->to, offset};
	if (offset >= u->end && u->own_to == SIZE_MAX)
		u->own_to = u->to;
	u->to += n;
	return SPHEX_OK;
}

enum sphex_status unit_more(struct unit *u, struct sphex_error *err)
{
	size_t left = u->to - u->from;
	enum sphex_status status;

	do {
		status = u->stream ? more_from_stream(u, err) : more_from_blocks(u, err);
	} while (!status && u->to - u->from == left && !is_used_up(u));
	return status;
}

uint64_t unit_tell(const struct unit *u)
{
	const struct unit_mark *mark = NULL;

	if (u->stream)
		return SPHEX_NO_OFFSET;
	if (is_used_up(u)) /* not the first of empty blocks: the next unit would begin with all of
			      them */
		return u->blocks.offset << 16;
	for (size_t i = 0; i < u->n_marks; i++) {
		ptrdiff_t before = (ptrdiff_t)u->from - (ptrdiff_t)u->marks[i].at;

		if (before == 0)
			return u->marks[i].offset << 16;
		if (before > 0)
			mark = &u->marks[i];
	}
	if (!mark || u->from == u->to)
		return u->blocks.offset << 16;
	return mark->offset << 16 | (u->from - mark->at);
}

/* Where data[at] is, in the block that has it: what is told must not depend on where units begin.
 */
static uint64_t place_of(const struct unit *u, size_t at)
{
	size_t i = u->n_marks - 1;

	if (u->stream)
		return SPHEX_NO_OFFSET;
	while (i && (ptrdiff_t)u->marks[i].at > (ptrdiff_t)at)
		i--;
	return u->marks[i].offset << 16 | (at - u->marks[i].at);
}

uint64_t unit_tell_record(const struct unit *u, size_t nbytes)
{
	return place_of(u, u->from - nbytes);
}

uint64_t unit_block_behind(const struct unit *u)
{
	size_t i = 0;

	while (i < u->n_marks && (ptrdiff_t)u->marks[i].at <= (ptrdiff_t)u->from)
		i++;
	return i < u->n_marks ? u->marks[i].offset : u->blocks.offset;
}

/* ---------------------------------------------------------------- records */

static enum sphex_status ends_inside_record(struct unit *u, struct sphex_error *err)
{
	fail(err, SPHEX_E_TRUNCATED, "the file is cut off inside a record");
	with_hint(err, "copy or download it again");
	return at_voffset(err, place_of(u, u->from));
}

static uint64_t key_at(const struct unit *u)
{
	return sort_key(load_i32(u->data + u->from + 4), load_i32(u->data + u->from + 8));
}

enum sphex_status unit_next_slow(
	struct unit *u, const uint8_t **bytes, size_t *nbytes, struct sphex_error *err)
{
	for (;;) {
		size_t left = u->to - u->from,
		       n = left < 4 ? 4 : (size_t)load_u32(u->data + u->from) + 4;
		enum sphex_status status;

		if (u->from >= u->own_to || is_used_up(u))
			break;
		if (left >= 12 && n <= left && key_at(u) >= u->stop) {
			u->stopped = true;
			break;
		}
		if (left >= 4 && n <= left)
			return unit_take(u, n, bytes, nbytes);
		if (n > RECORD_MAX_NBYTES) {
			fail(err, SPHEX_E_LIMIT, "a record claims %zu bytes; the limit is %zu", n,
				RECORD_MAX_NBYTES);
			return at_voffset(err, place_of(u, u->from));
		}
		status = unit_more(u, err);
		if (status == SPHEX_END && left > 0)
			return ends_inside_record(u, err);
		if (status == SPHEX_END)
			break;
		if (status)
			return status;
	}
	u->finished = true;
	return SPHEX_END;
}

enum sphex_status unit_peek(struct unit *u, uint32_t n_refs, uint64_t *key, struct sphex_error *err)
{
	const uint8_t *bytes;
	struct record r;
	size_t nbytes;
	enum sphex_status status = unit_next(u, &bytes, &nbytes, err);

	if (status)
		return status;
	u->from -= nbytes;
	u->n_records--;
	if (record_parse(bytes, nbytes, n_refs, &r, err))
		return at_voffset(err, place_of(u, u->from));
	*key = sort_key(r.ref_id, r.pos0);
	return SPHEX_OK;
}

void unit_put_back(struct unit *u, size_t nbytes)
{
	u->from -= nbytes;
	u->n_records--;
}

enum sphex_status unit_refuse(struct unit *u, size_t nbytes, struct sphex_error *err)
{
	unit_put_back(u, nbytes);
	return at_voffset(err, place_of(u, u->from));
}

/* ---------------------------------------------------------------- where records start */

enum sphex_status unit_start_at(struct unit *u, uint64_t voffset, struct sphex_error *err)
{
	size_t skip = voffset & 0xFFFF;
	enum sphex_status status;

	unit_set_range(u, voffset >> 16, u->end);
	if (skip == 0)
		return SPHEX_OK;
	status = unit_more(u, err);
	if (status == SPHEX_END || (!status && u->to < skip)) {
		fail(err, SPHEX_E_TRUNCATED, "no record begins here");
		return at_voffset(err, voffset);
	}
	u->from = skip;
	return status;
}

/*
 * Whether plausible records follow each other from `at` to the end of the bytes. A long chain is
 * not followed to its end: content made to break all chains there would cost the square of its
 * length.
 */
static bool is_chain(const struct unit *u, size_t at, uint32_t n_refs)
{
	int n_whole = 0;

	while (n_whole < GUESS_LONG_CHAIN && at < u->to && u->to - at >= RECORD_MIN_NBYTES) {
		if (!record_is_plausible(u->data + at, u->to - at, n_refs))
			return false;
		at += (size_t)load_u32(u->data + at) + 4;
		n_whole += at <= u->to;
	}
	return n_whole >= GUESS_CHAIN || (at == u->to && n_whole > 0);
}

static bool find_chain(struct unit *u, uint32_t n_refs)
{
	for (size_t at = 0; at + RECORD_MIN_NBYTES <= u->to; at++) {
		if (is_chain(u, at, n_refs)) {
			u->from = at;
			return true;
		}
	}
	return false;
}

enum sphex_status unit_guess_start(struct unit *u, uint32_t n_refs, struct sphex_error *err)
{
	unit_set_range(u, u->begin, u->end);
	/* also behind the range, so that where it ends makes no difference */
	for (int i = 0; i < GUESS_MAX_BLOCKS && u->own_to; i++) {
		enum sphex_status status = unit_more(u, err);

		if (status)
			return status;
		if (find_chain(u, n_refs))
			return u->from < u->own_to ? SPHEX_OK : SPHEX_END;
	}
	return SPHEX_END;
}
