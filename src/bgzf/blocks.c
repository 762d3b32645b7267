/* Headers by small reads, contents by large ones; see blocks.h. */
#include "blocks.h"

#include <string.h>

#include "base/memory.h"

/* Large enough that reads cost nothing, small enough that the bytes are still in L2 when inflated.
 */
#ifndef WINDOW_NBYTES /* the fuzz targets have one of a block */
#define WINDOW_NBYTES ((size_t)256 << 10)
#endif
/* To which it grows when blocks are hopped over in it. */
#define WINDOW_MAX_NBYTES ((size_t)4 << 20)
/* Covers the usual header of 18 bytes and the whole EOF marker. */
#define PEEK_NBYTES 32u

static enum sphex_status at_block(struct input *in, uint64_t offset, struct sphex_error *err)
{
	at_file(err, input_path(in));
	return at_voffset(err, offset << 16);
}

static enum sphex_status not_a_block(struct input *in, uint64_t offset, struct sphex_error *err)
{
	fail(err, SPHEX_E_DATA, "no BGZF block begins here");
	with_hint(err, "the file is damaged, or something was added behind its end");
	return at_block(in, offset, err);
}

static enum sphex_status block_cut(struct input *in, uint64_t offset, struct sphex_error *err)
{
	fail(err, SPHEX_E_TRUNCATED, "the file is cut off inside a BGZF block");
	with_hint(err, "copy or download it again");
	return at_block(in, offset, err);
}

/* Parses the header at hop->offset, reading more than a peek only for long extra fields. */
static enum sphex_status hop_parse(
	struct block_hop *hop, struct bgzf_block *block, struct sphex_error *err)
{
	uint8_t peek[PEEK_NBYTES], whole[BGZF_MAX_BLOCK_NBYTES];
	const uint8_t *data = peek;
	enum sphex_status status;
	enum bgzf_parse parse;
	size_t n;

	status = input_read_at(hop->in, hop->offset, peek, sizeof(peek), &n, err);
	if (status)
		return status;
	if (n == 0) {
		hop->at_end = true;
		return SPHEX_END;
	}
	parse = bgzf_block_parse(data, n, block);
	if (parse == BGZF_NEEDS_MORE && n == sizeof(peek)) {
		status = input_read_at(hop->in, hop->offset, whole, sizeof(whole), &n, err);
		if (status)
			return status;
		data = whole;
		parse = bgzf_block_parse(data, n, block);
	}
	if (parse == BGZF_NEEDS_MORE)
		return block_cut(hop->in, hop->offset, err);
	if (parse == BGZF_NOT_A_BLOCK)
		return not_a_block(hop->in, hop->offset, err);
	hop->ends_with_eof_marker = bgzf_is_eof_marker(data, n);
	return SPHEX_OK;
}

/* True when the file has the byte before `end`. */
static enum sphex_status has_last_byte(
	struct input *in, uint64_t end, bool *has, struct sphex_error *err)
{
	uint8_t byte;
	size_t n = 0;
	enum sphex_status status = SPHEX_OK;

	if (input_nbytes(in))
		*has = end <= input_nbytes(in);
	else
		status = input_read_at(in, end - 1, &byte, 1, &n, err), *has = n == 1;
	return status;
}

enum sphex_status block_hop_over(
	struct block_hop *hop, uint64_t nbytes, size_t n_blocks, struct sphex_error *err)
{
	uint64_t goal = hop->offset + nbytes;

	for (size_t i = 0; i < n_blocks && hop->offset < goal; i++) {
		struct bgzf_block block;
		bool whole = false;
		enum sphex_status status = hop_parse(hop, &block, err);

		if (status == SPHEX_END)
			return SPHEX_OK;
		if (!status)
			status = has_last_byte(hop->in, hop->offset + block.nbytes, &whole, err);
		if (status)
			return status;
		if (!whole)
			return block_cut(hop->in, hop->offset, err);
		hop->offset += block.nbytes;
	}
	return SPHEX_OK;
}

enum sphex_status block_reader_init(
	struct block_reader *r, struct input *in, crc32_fn *crc32, struct sphex_error *err)
{
	memset(r, 0, sizeof(*r));
	r->in = in;
	r->step = BGZF_MAX_BLOCK_NBYTES;
	r->inf = inflater_new(crc32);
	if (r->inf && memory_grow_aligned(&r->window, &r->window_cap, WINDOW_NBYTES, 1))
		return SPHEX_OK;
	block_reader_free(r);
	return fail_memory(err);
}

void block_reader_free(struct block_reader *r)
{
	inflater_free(r->inf);
	memory_free(r->window);
	memset(r, 0, sizeof(*r));
}

void block_reader_seek(struct block_reader *r, uint64_t offset)
{
	r->offset = offset;
	if (offset < r->window_offset || offset - r->window_offset > r->window_n) {
		r->window_offset = offset;
		r->window_n = 0;
		r->step = BGZF_MAX_BLOCK_NBYTES;
	}
}

/*
 * Slides the window so that it begins at the next block, and reads more: first as much as one block
 * may have, then twice that and so on, for who seeks often does not want it all.
 */
static enum sphex_status fill_window(struct block_reader *r, struct sphex_error *err)
{
	size_t skip = (size_t)(r->offset - r->window_offset), n_read, room;
	enum sphex_status status;

	memmove(r->window, r->window + skip, r->window_n - skip);
	r->window_n -= skip;
	r->window_offset = r->offset;
	room = r->window_cap - r->window_n;
	status = input_read_at(r->in, r->window_offset + r->window_n, r->window + r->window_n,
		r->step < room ? r->step : room, &n_read, err);
	r->window_n += n_read;
	r->step = r->step < WINDOW_NBYTES / 2 ? 2 * r->step : WINDOW_NBYTES;
	return status;
}

/* The next block, whole in the window; SPHEX_END at the end of the file. */
static enum sphex_status find_block(struct block_reader *r, struct bgzf_block *block,
	const uint8_t **data, struct sphex_error *err)
{
	for (int filled = 0; filled < 2; filled++) {
		size_t skip = (size_t)(r->offset - r->window_offset), n = r->window_n - skip;
		enum bgzf_parse parse = bgzf_block_parse(r->window + skip, n, block);
		enum sphex_status status;

		*data = r->window + skip;
		if (n && parse == BGZF_NOT_A_BLOCK)
			return not_a_block(r->in, r->offset, err);
		if (parse == BGZF_PARSED && n >= block->nbytes)
			return SPHEX_OK;
		if (filled)
			return n ? block_cut(r->in, r->offset, err) : SPHEX_END;
		status = fill_window(r, err);
		if (status)
			return status;
	}
	return SPHEX_END;
}

enum sphex_status block_reader_next(
	struct block_reader *r, uint8_t *out, size_t *n_out, struct sphex_error *err)
{
	struct bgzf_block block;
	const uint8_t *data;
	enum sphex_status status = find_block(r, &block, &data, err);

	if (status)
		return status;
	status = inflate_block(r->inf, data, &block, out, n_out, err);
	if (status) {
		at_block(r->in, r->offset, err);
		return status;
	}
	r->offset += block.nbytes;
	return SPHEX_OK;
}

/* Asks for n more bytes behind those of the window; none come at the end of the file, or without
 * room. */
static enum sphex_status widen_window(
	struct block_reader *r, size_t n, size_t *n_more, struct sphex_error *err)
{
	size_t n_before = r->window_n - (size_t)(r->offset - r->window_offset);
	enum sphex_status status;

	*n_more = 0;
	if (n_before + n > WINDOW_MAX_NBYTES)
		return SPHEX_OK;
	if (n_before + n > r->window_cap &&
		!memory_grow_aligned(&r->window, &r->window_cap, n_before + n, 1))
		return fail_memory(err);
	r->step = n;
	status = fill_window(r, err);
	*n_more = r->window_n - n_before;
	return status;
}

/* About as many as the blocks have that are left, if they are like those before: what is read
 * beyond them has to be moved. */
static size_t bytes_ahead(uint64_t nbytes, size_t n_passed, size_t n_blocks)
{
	uint64_t mean = n_passed ? nbytes / n_passed + 256 : BGZF_MAX_BLOCK_NBYTES;

	return n_blocks - n_passed < WINDOW_NBYTES / mean ? (n_blocks - n_passed) * mean
							  : WINDOW_NBYTES;
}

enum sphex_status block_hop_reading(struct block_hop *hop, struct block_reader *r, uint64_t nbytes,
	size_t n_blocks, struct sphex_error *err)
{
	uint64_t begin = hop->offset, goal = begin + nbytes;
	size_t n_passed = 0, n_more = 1;
	enum sphex_status status = SPHEX_OK;

	if (!r)
		return block_hop_over(hop, nbytes, n_blocks, err);
	block_reader_seek(r, begin);
	while (n_passed < n_blocks && hop->offset < goal && n_more && !status) {
		size_t skip = (size_t)(hop->offset - r->window_offset), n = r->window_n - skip;
		struct bgzf_block block;
		enum bgzf_parse parse = bgzf_block_parse(r->window + skip, n, &block);

		if (parse == BGZF_NOT_A_BLOCK)
			break;
		if (parse == BGZF_NEEDS_MORE || n < block.nbytes) {
			status = widen_window(r,
				bytes_ahead(hop->offset - begin, n_passed, n_blocks), &n_more, err);
			continue;
		}
		hop->ends_with_eof_marker = bgzf_is_eof_marker(r->window + skip, n);
		hop->offset += block.nbytes;
		n_passed++;
	}
	/* what is left: the end of the file, damage, and what has no room */
	if (!status && hop->offset < goal)
		status = block_hop_over(hop, goal - hop->offset, n_blocks - n_passed, err);
	return status;
}
