/*
 * Blocks of a BGZF file, two ways: hopping from header to header to find where runs of blocks begin
 * and end (cheap, done in order), and inflating the blocks of a run (the work, done anywhere).
 */
#ifndef SPHEX_BLOCKS_H
#define SPHEX_BLOCKS_H

#include "inflate.h"
#include "input.h"

/* ---- hopping */

struct block_hop {
	struct input *in;
	uint64_t offset;           /* of the block that comes next */
	bool ends_with_eof_marker; /* the last block seen was the marker */
	bool at_end;               /* the file ends at `offset` */
};

/*
 * Moves over whole blocks until at least nbytes or n_blocks are passed or the file ends.
 * SPHEX_E_DATA or SPHEX_E_TRUNCATED where no block begins or a block is cut; the offset is then
 * that of the culprit.
 */
enum sphex_status block_hop_over(
	struct block_hop *hop, uint64_t nbytes, size_t n_blocks, struct sphex_error *err);

/* ---- inflating */

/* A reader of blocks; one thread, one at a time. */
struct block_reader {
	struct input *in;
	struct inflater *inf;
	uint64_t offset; /* of the block that comes next */
	uint8_t *window; /* compressed bytes [window_offset, window_offset + window_n) */
	uint64_t window_offset;
	size_t window_n, window_cap;
	size_t step; /* bytes to be asked for next */
};

enum sphex_status block_reader_init(
	struct block_reader *r, struct input *in, crc32_fn *crc32, struct sphex_error *err);
void block_reader_free(struct block_reader *r);
/* The next block is the one at `offset`. */
void block_reader_seek(struct block_reader *r, uint64_t offset);
/*
 * Inflates the next block into out (room for BGZF_MAX_BLOCK_NBYTES) and moves on. SPHEX_END at the
 * end of the file. Errors carry file and virtual offset.
 */
enum sphex_status block_reader_next(
	struct block_reader *r, uint8_t *out, size_t *n_out, struct sphex_error *err);

/*
 * As block_hop_over(), for who then reads these blocks with `r`, on the same thread: r's window
 * gets their bytes, and their headers are looked for there instead of in the file. r == NULL:
 * block_hop_over().
 */
enum sphex_status block_hop_reading(struct block_hop *hop, struct block_reader *r, uint64_t nbytes,
	size_t n_blocks, struct sphex_error *err);

#endif
