/* Deflate data to bytes, with every checksum checked. The only user of libdeflate for reading. */
#ifndef SPHEX_INFLATE_H
#define SPHEX_INFLATE_H

#include "base/status.h"
#include "block.h"
#include "simd/kernels.h"

struct inflater; /* one per thread */

/* crc32: a kernel, or NULL for that of libdeflate. NULL: out of memory. */
struct inflater *inflater_new(crc32_fn *crc32);
void inflater_free(struct inflater *inf);

/*
 * Inflates one whole block (`block` parsed from `data`) into out, which has room for
 * BGZF_MAX_BLOCK_NBYTES. SPHEX_E_DATA when the data, CRC32 or ISIZE do not agree.
 */
enum sphex_status inflate_block(struct inflater *inf, const uint8_t *data,
	const struct bgzf_block *block, uint8_t *out, size_t *n_out, struct sphex_error *err);

/*
 * Inflates the gzip member at the start of data[0 .. n), growing *out (capacity *cap) as needed up
 * to max_nbytes. *n_used is the member's length.
 */
enum sphex_status inflate_gzip_member(struct inflater *inf, const uint8_t *data, size_t n,
	uint8_t **out, size_t *cap, size_t max_nbytes, size_t *n_out, size_t *n_used,
	struct sphex_error *err);

#endif
