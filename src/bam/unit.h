/*
 * A unit: a run of BGZF blocks whose records one worker reads. A record belongs to the unit in
 * which it starts; the worker reads on into the blocks behind the unit until its last record ends.
 *
 * Files that are not BGZF (plain gzip, uncompressed BAM) are one unit over a stream.
 */
#ifndef SPHEX_UNIT_H
#define SPHEX_UNIT_H

#include "base/prefetch.h"
#include "bgzf/blocks.h"
#include "bgzf/stream.h"
#include "record.h"

/* Where the inflated bytes of a block begin in the unit's buffer. */
struct unit_mark {
	size_t at;
	uint64_t offset;
};

struct unit {
	struct block_reader blocks;
	struct stream *stream; /* instead of blocks; borrowed */
	size_t dropped;        /* bytes before data that the stream may forget */
	uint64_t begin, end;   /* blocks that start in [begin, end) are the unit's */
	const uint8_t *data;   /* inflated bytes: buffer, or the stream's window */
	size_t from, to;       /* not yet read: data[from .. to) */
	size_t own_to;      /* records that start at or behind data[own_to] are the next unit's */
	bool keep;          /* do not reuse the buffer while the unit is read */
	uint64_t stop;      /* sort key: records from there on are not asked for, block by block */
	bool finished;      /* all records of the unit have been read, or those asked for */
	bool stopped;       /* at `stop` */
	uint64_t last_key;  /* of the last record read; whoever reads says so (reader.h) */
	uint64_t n_records; /* read since the unit was started */
	uint8_t *buffer;
	size_t cap;
	struct unit_mark *marks;
	size_t n_marks, marks_cap;
};

enum sphex_status unit_init(
	struct unit *u, struct input *in, crc32_fn *crc32, struct sphex_error *err);
/* A unit over a stream; u->end is then UINT64_MAX. */
void unit_init_stream(struct unit *u, struct stream *stream);
void unit_free(struct unit *u);

/* Prepares for the blocks of [begin, end); a start must follow. Leaves `stop` as it is. */
void unit_set_range(struct unit *u, uint64_t begin, uint64_t end);
/* The first record is at `voffset`, in or behind the range's first block. */
enum sphex_status unit_start_at(struct unit *u, uint64_t voffset, struct sphex_error *err);
/*
 * Looks for the first record: the range's first byte when a chain of plausible records begins
 * there, else the first place where one does. SPHEX_END when there is none. A wrong guess is
 * possible; whoever knows where the unit before ended must compare.
 */
enum sphex_status unit_guess_start(struct unit *u, uint32_t n_refs, struct sphex_error *err);
/* Virtual offset of the next unread byte; at the end of a block that of the block behind it, which
 * may be empty. */
uint64_t unit_tell(const struct unit *u);
/* Where the record begins that unit_next() gave last: in a block that has bytes of it. */
uint64_t unit_tell_record(const struct unit *u, size_t nbytes);
/* File offset of the first block behind the one that has the next unread byte. */
uint64_t unit_block_behind(const struct unit *u);
/*
 * The sort key of the next record, which stays the next one; SPHEX_END behind the last one of the
 * file. For bytes that are no record SPHEX_E_DATA.
 */
enum sphex_status unit_peek(
	struct unit *u, uint32_t n_refs, uint64_t *key, struct sphex_error *err);
/* The record that unit_next() gave last becomes the next one again. */
void unit_put_back(struct unit *u, size_t nbytes);
/* The same, and the error that refuses the record gets its place. */
enum sphex_status unit_refuse(struct unit *u, size_t nbytes, struct sphex_error *err);
/* Frees the bytes already read although `keep` is set; pointers to records become invalid. */
void unit_drop_read(struct unit *u);

/*
 * Appends at least one byte to data, unless nothing is left and only empty blocks come up to the
 * end of the range; SPHEX_END at the end of the file.
 */
enum sphex_status unit_more(struct unit *u, struct sphex_error *err);
enum sphex_status unit_next_slow(
	struct unit *u, const uint8_t **bytes, size_t *nbytes, struct sphex_error *err);

/* The n bytes that come next are a record. */
static inline enum sphex_status unit_take(
	struct unit *u, size_t n, const uint8_t **bytes, size_t *nbytes)
{
	*bytes = u->data + u->from;
	*nbytes = n;
	if (u->to - u->from > 4 * n) /* records are much alike: ask for the one after the next */
		prefetch(*bytes + 2 * n + 32);
	u->from += n;
	u->n_records++;
	return SPHEX_OK;
}

/* What unit_next() gives has no address of its own, and can be in registers. */
static inline enum sphex_status unit_next_apart(
	struct unit *u, const uint8_t **bytes, size_t *nbytes, struct sphex_error *err)
{
	const uint8_t *slow_bytes = NULL;
	size_t slow_nbytes = 0;
	enum sphex_status status = unit_next_slow(u, &slow_bytes, &slow_nbytes, err);

	*bytes = slow_bytes;
	*nbytes = slow_nbytes;
	return status;
}

/*
 * The bytes of the next record, block_size included; SPHEX_END behind the unit's last. Valid until
 * the next call, with `keep` until unit_drop_read(), while the buffer does not move: use offsets
 * then.
 */
static inline enum sphex_status unit_next(
	struct unit *u, const uint8_t **bytes, size_t *nbytes, struct sphex_error *err)
{
	size_t left = u->to - u->from;

	if (left >= 4 && u->from < u->own_to) {
		size_t n = (size_t)load_u32(u->data + u->from) + 4;

		if (n <= left)
			return unit_take(u, n, bytes, nbytes);
	}
	return unit_next_apart(u, bytes, nbytes, err);
}

#endif
