/* See deflate.h; block.h has the drawing of a block. */
#include "deflate.h"

#include <assert.h>
#include <libdeflate.h>
#include <string.h>

#include "base/memory.h"

/* That of bgzip and samtools: higher ones cost several times as much and save a few per cent. */
#define LEVEL 6

/* With the one subfield BC, whose BSIZE are the last two bytes. */
#define HEADER_NBYTES 18u

struct deflater {
	struct libdeflate_compressor *compressor;
};

struct deflater *deflater_new(void)
{
	struct deflater *deflater = memory_new(1, sizeof(*deflater));

	if (!deflater)
		return NULL;
	deflater->compressor = libdeflate_alloc_compressor(LEVEL);
	if (deflater->compressor)
		return deflater;
	memory_free(deflater);
	return NULL;
}

void deflater_free(struct deflater *deflater)
{
	if (!deflater)
		return;
	libdeflate_free_compressor(deflater->compressor);
	memory_free(deflater);
}

static void store_u16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)value;
	to[1] = (uint8_t)(value >> 8);
}

static void store_u32(uint8_t *to, uint32_t value)
{
	store_u16(to, value);
	store_u16(to + 2, value >> 16);
}

size_t deflate_block(struct deflater *deflater, const void *data, size_t n, uint8_t *out)
{
	static const uint8_t header[HEADER_NBYTES] = {
		0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C', 2, 0};
	size_t room = BGZF_MAX_BLOCK_NBYTES - HEADER_NBYTES - BGZF_TRAILER_NBYTES, nbytes;

	assert(n && n <= DEFLATE_CONTENT_NBYTES);
	assert(libdeflate_deflate_compress_bound(deflater->compressor, n) <= room);
	nbytes = libdeflate_deflate_compress(
		deflater->compressor, data, n, out + HEADER_NBYTES, room);
	assert(nbytes);
	memcpy(out, header, sizeof(header));
	nbytes += HEADER_NBYTES + BGZF_TRAILER_NBYTES;
	store_u16(out + HEADER_NBYTES - 2, (uint32_t)nbytes - 1);
	store_u32(out + nbytes - 8, libdeflate_crc32(0, data, n));
	store_u32(out + nbytes - 4, (uint32_t)n);
	return nbytes;
}
