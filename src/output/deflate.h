/*
 * Bytes to BGZF blocks (SAM specification 4.1). The only user of libdeflate for writing. A block's
 * bytes depend on its content and nothing else.
 */
#ifndef SPHEX_DEFLATE_H
#define SPHEX_DEFLATE_H

#include "bgzf/block.h"

/* With so much content a block stays below BGZF_MAX_BLOCK_NBYTES even if it cannot be compressed.
 */
#define DEFLATE_CONTENT_NBYTES 65280u

struct deflater;

struct deflater *deflater_new(void);           /* NULL: out of memory */
void deflater_free(struct deflater *deflater); /* NULL is allowed */

/*
 * One block with the content data[0 .. n), 0 < n <= DEFLATE_CONTENT_NBYTES, into out, which has
 * room for BGZF_MAX_BLOCK_NBYTES. Returns its length.
 */
size_t deflate_block(struct deflater *deflater, const void *data, size_t n, uint8_t *out);

#endif
