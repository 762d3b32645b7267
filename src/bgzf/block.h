/* The header and trailer of one BGZF block: found, not inflated. SAM specification 4.1. */
#ifndef SPHEX_BLOCK_H
#define SPHEX_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BGZF_MAX_BLOCK_NBYTES 65536u /* compressed with header and trailer, and also inflated */
#define BGZF_HEADER_NBYTES 12u       /* before the extra field */
#define BGZF_TRAILER_NBYTES 8u
#define BGZF_EOF_NBYTES 28u

struct bgzf_block {
	uint32_t nbytes;        /* whole block */
	uint32_t header_nbytes; /* with the extra field: where the deflate data begin */
};

enum bgzf_parse {
	BGZF_PARSED,
	BGZF_NEEDS_MORE, /* what is there could be the beginning of a header */
	BGZF_NOT_A_BLOCK
};

/*
 *   0    4   1f 8b 08 04    gzip, deflate, FEXTRA (other flags are not allowed in BGZF)
 *   4    6   MTIME XFL OS   any
 *   10   2   XLEN           bytes of extra field
 *   12   ..  subfields (SI1 SI2 SLEN data); one is 'B' 'C', SLEN 2, BSIZE = bytes of block - 1
 */
enum bgzf_parse bgzf_block_parse(const uint8_t *data, size_t n, struct bgzf_block *out);

/* The empty block that ends a file (SAM specification 4.1.2). */
extern const uint8_t bgzf_eof_marker[BGZF_EOF_NBYTES];
/* True when data[0 .. 28) is it. */
bool bgzf_is_eof_marker(const uint8_t *data, size_t n);

#endif
