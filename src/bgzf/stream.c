/*
 * Pieces of at most 1 MiB inflated bytes. A piece's buffer has headroom in front of its bytes: what
 * the consumer left over of the piece before is put there, so that the window is contiguous and the
 * piece itself never moves. Leftovers larger than the headroom (very long lines) go through
 * `joined`.
 */
#include "stream.h"

#include <string.h>

#include "base/memory.h"
#include "base/ordered.h"
#include "blocks.h"

/* The fuzz targets are built with smaller sizes, so that small files have borders in any place. */
#ifndef PIECE_BLOCKS
#define PIECE_BLOCKS ((size_t)16)
#define STEP_NBYTES PIECE_NBYTES /* of what is not BGZF */
#define HEADROOM_NBYTES ((size_t)64 << 10)
#endif
#define PIECE_NBYTES (PIECE_BLOCKS * BGZF_MAX_BLOCK_NBYTES)
/* A plain gzip member cannot be inflated in parts, so its size is a memory limit; so is the file's.
 */
#define GZIP_MAX_NBYTES ((size_t)2 << 30)

struct piece {
	uint8_t *buffer; /* HEADROOM_NBYTES + PIECE_NBYTES */
	size_t n;        /* bytes behind the headroom */
	struct block_reader reader;
	uint64_t end; /* offset behind the piece's last block */
	enum sphex_status status;
	struct sphex_error err;
};

struct stream {
	enum stream_kind kind;
	struct input *in;
	bool owns_input;
	struct piece *pieces;
	size_t n_pieces;
	const uint8_t *window; /* what the consumer sees */
	size_t window_n;
	uint8_t *joined;
	size_t joined_cap;
	/* plain and gzip */
	uint64_t offset; /* plain: next byte of the file */
	uint8_t *packed; /* gzip: the whole file, and the member that is being handed out */
	size_t packed_n, packed_cap, packed_used;
	uint8_t *member;
	size_t member_n, member_cap, member_used;
	/* BGZF */
	struct block_hop hop;
	bool only_first; /* end behind the first block */
	struct ordered *ordered;
};

/* ---------------------------------------------------------------- BGZF pieces, by several threads
 */

static bool take_piece(void *job, size_t slot, uint64_t index)
{
	struct stream *s = job;
	struct piece *piece = &s->pieces[slot];
	uint64_t begin = s->hop.offset;

	(void)index;
	if (s->hop.at_end)
		return false;
	piece->n = 0;
	/* with one piece there is one thread, which reads it now */
	piece->status = block_hop_reading(&s->hop, s->n_pieces == 1 ? &piece->reader : NULL,
		UINT64_MAX / 2, s->only_first ? 1 : PIECE_BLOCKS, &piece->err);
	if (piece->status || s->only_first)
		s->hop.at_end = true;
	block_reader_seek(&piece->reader, begin);
	piece->end = s->hop.offset;
	return true;
}

static void work_piece(void *job, size_t slot)
{
	struct stream *s = job;
	struct piece *piece = &s->pieces[slot];

	/* a damaged header behind good blocks is met by the owner anyway: there is no table then */
	while (!piece->status && piece->reader.offset < piece->end) {
		size_t n = 0;

		piece->status = block_reader_next(&piece->reader,
			piece->buffer + HEADROOM_NBYTES + piece->n, &n, &piece->err);
		if (piece->status == SPHEX_END) {
			fail(&piece->err, SPHEX_E_TRUNCATED,
				"the file became shorter while it was read");
			piece->status = at_file(&piece->err, input_path(s->in));
		}
		piece->n += n;
	}
}

static enum sphex_status next_bgzf(struct stream *s, struct piece **out, struct sphex_error *err)
{
	size_t slot;

	if (ordered_next(s->ordered, &slot) == SPHEX_END) {
		if (s->hop.ends_with_eof_marker || s->only_first)
			return SPHEX_END;
		fail(err, SPHEX_E_TRUNCATED,
			"the BGZF end-of-file marker is missing: the file is cut off");
		with_hint(err, "copy, download or compress it again");
		return at_file(err, input_path(s->in));
	}
	*out = &s->pieces[slot];
	input_release(s->in, (*out)->end);
	if ((*out)->status)
		*err = (*out)->err;
	return (*out)->status;
}

/* ---------------------------------------------------------------- plain and gzip */

static enum sphex_status next_plain(struct stream *s, struct piece **out, struct sphex_error *err)
{
	struct piece *piece = s->pieces;
	enum sphex_status status = input_read_at(
		s->in, s->offset, piece->buffer + HEADROOM_NBYTES, STEP_NBYTES, &piece->n, err);

	s->offset += piece->n;
	input_release(s->in, s->offset);
	*out = piece;
	return status ? status : piece->n ? SPHEX_OK : SPHEX_END;
}

static enum sphex_status read_packed(struct stream *s, struct sphex_error *err)
{
	enum sphex_status status;
	size_t n;

	do {
		if (s->packed_n > GZIP_MAX_NBYTES) {
			fail(err, SPHEX_E_LIMIT, "a plain gzip file of more than 2 GiB");
			with_hint(err, "recompress it with bgzip, which is read in pieces");
			return at_file(err, input_path(s->in));
		}
		if (!memory_reserve(&s->packed, &s->packed_cap, s->packed_n + PIECE_NBYTES, 1))
			return fail_memory(err);
		status = input_read_at(
			s->in, s->packed_n, s->packed + s->packed_n, PIECE_NBYTES, &n, err);
		s->packed_n += n;
		input_release(s->in, s->packed_n);
	} while (!status && n);
	return status;
}

static enum sphex_status next_member(struct stream *s, struct sphex_error *err)
{
	size_t n_used = 0;
	enum sphex_status status = inflate_gzip_member(s->pieces[0].reader.inf,
		s->packed + s->packed_used, s->packed_n - s->packed_used, &s->member,
		&s->member_cap, GZIP_MAX_NBYTES, &s->member_n, &n_used, err);

	s->member_used = 0;
	s->packed_used += n_used;
	if (status) {
		s->member_n = 0;
		at_file(err, input_path(s->in));
	}
	return status;
}

static enum sphex_status next_gzip(struct stream *s, struct piece **out, struct sphex_error *err)
{
	struct piece *piece = s->pieces;
	enum sphex_status status = s->packed ? SPHEX_OK : read_packed(s, err);

	while (!status && s->member_used == s->member_n && s->packed_used < s->packed_n)
		status = next_member(s, err);
	if (status)
		return status;
	piece->n = s->member_n - s->member_used;
	if (piece->n > STEP_NBYTES)
		piece->n = STEP_NBYTES;
	if (!piece->n)
		return SPHEX_END;
	memcpy(piece->buffer + HEADROOM_NBYTES, s->member + s->member_used, piece->n);
	s->member_used += piece->n;
	*out = piece;
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- opening */

static enum sphex_status find_kind(struct stream *s, struct sphex_error *err)
{
	struct bgzf_block block;
	uint8_t start[BGZF_EOF_NBYTES];
	size_t n;
	enum sphex_status status = input_read_at(s->in, 0, start, sizeof(start), &n, err);

	if (n >= 2 && start[0] == 0x1f && start[1] == 0x8b)
		s->kind = n >= BGZF_HEADER_NBYTES &&
					  bgzf_block_parse(start, n, &block) != BGZF_NOT_A_BLOCK
				  ? STREAM_BGZF
				  : STREAM_GZIP;
	return status;
}

static enum sphex_status make_pieces(
	struct stream *s, size_t n, crc32_fn *crc32, struct sphex_error *err)
{
	s->pieces = memory_new_zeroed(n, sizeof(*s->pieces));
	if (!s->pieces)
		return fail_memory(err);
	for (; s->n_pieces < n; s->n_pieces++) {
		struct piece *piece = &s->pieces[s->n_pieces];
		enum sphex_status status = block_reader_init(&piece->reader, s->in, crc32, err);

		if (status)
			return status;
		piece->buffer = memory_new_aligned(HEADROOM_NBYTES + PIECE_NBYTES);
		if (!piece->buffer) {
			block_reader_free(&piece->reader);
			return fail_memory(err);
		}
	}
	return SPHEX_OK;
}

static enum sphex_status stream_start(
	struct stream *s, unsigned n_threads, crc32_fn *crc32, struct sphex_error *err)
{
	static const struct ordered_steps steps = {take_piece, work_piece};
	enum sphex_status status = find_kind(s, err);
	size_t n_slots = s->kind == STREAM_BGZF ? ordered_n_slots(n_threads) : 1;

	s->hop.in = s->in;
	if (!status)
		status = make_pieces(s, n_slots, crc32, err);
	if (!status && s->kind == STREAM_BGZF)
		status = ordered_start(&steps, s, n_threads, n_slots, &s->ordered, err);
	return status;
}

static enum sphex_status stream_over(struct input *in, bool owns_input, unsigned n_threads,
	crc32_fn *crc32, struct stream **out, struct sphex_error *err)
{
	struct stream *s = memory_new_zeroed(1, sizeof(*s));
	enum sphex_status status = SPHEX_OK;

	*out = NULL;
	if (!s) {
		if (owns_input)
			input_close(in);
		return fail_memory(err);
	}
	s->in = in;
	s->owns_input = owns_input;
	status = stream_start(s, n_threads, crc32, err);
	if (status)
		stream_close(s);
	else
		*out = s;
	return status;
}

enum sphex_status stream_open(const char *path, unsigned n_threads, crc32_fn *crc32,
	struct stream **out, struct sphex_error *err)
{
	struct input *in;
	enum sphex_status status = input_open(path, &in, err);

	*out = NULL;
	return status ? status : stream_over(in, true, n_threads, crc32, out, err);
}

enum sphex_status stream_open_input(struct input *in, struct stream **out, struct sphex_error *err)
{
	return stream_over(in, false, 1, NULL, out, err);
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	ordered_stop(s->ordered);
	for (size_t i = 0; i < s->n_pieces; i++) {
		block_reader_free(&s->pieces[i].reader);
		memory_free(s->pieces[i].buffer);
	}
	memory_free(s->pieces);
	memory_free(s->joined);
	memory_free(s->packed);
	memory_free(s->member);
	if (s->owns_input)
		input_close(s->in);
	memory_free(s);
}

void stream_end_after_block(struct stream *s)
{
	s->only_first = true;
}

enum stream_kind stream_kind(const struct stream *s)
{
	return s->kind;
}

/* ---------------------------------------------------------------- the window */

/* Saves the leftover before the next piece may overwrite it: the slot is released by asking for
 * more. */
static enum sphex_status keep_leftover(struct stream *s, size_t n_consumed, struct sphex_error *err)
{
	size_t n = s->window_n - n_consumed;
	bool is_joined = s->window == s->joined;

	if (!memory_reserve(&s->joined, &s->joined_cap, n + PIECE_NBYTES, 1))
		return fail_memory(err);
	if (is_joined)
		s->window = s->joined; /* which may have moved */
	if (n)
		memmove(s->joined, s->window + n_consumed, n);
	s->window = s->joined;
	s->window_n = n;
	return SPHEX_OK;
}

/* The leftover, now at the start of `joined`, and the piece become one window. */
static void join_piece(struct stream *s, struct piece *piece)
{
	uint8_t *bytes = piece->buffer + HEADROOM_NBYTES;

	if (s->window_n <= HEADROOM_NBYTES) {
		memcpy(bytes - s->window_n, s->joined, s->window_n);
		s->window = bytes - s->window_n;
	} else {
		memcpy(s->joined + s->window_n, bytes, piece->n);
	}
	s->window_n += piece->n;
}

enum sphex_status stream_next(struct stream *s, size_t n_consumed, const uint8_t **data, size_t *n,
	struct sphex_error *err)
{
	static enum sphex_status (*const next[])(
		struct stream *, struct piece **, struct sphex_error *) = {
		[STREAM_PLAIN] = next_plain, [STREAM_GZIP] = next_gzip, [STREAM_BGZF] = next_bgzf};
	enum sphex_status status = keep_leftover(s, n_consumed, err);
	struct piece *piece;

	do {
		if (!status)
			status = next[s->kind](s, &piece, err);
	} while (!status && piece->n == 0);
	if (!status)
		join_piece(s, piece);
	*data = s->window;
	*n = s->window_n;
	return status;
}
