/* Trusts the file: blocks as bgzip and htslib write them, BC subfield first. See floor.h. */
#include "floor.h"

#include <fcntl.h>
#include <libdeflate.h>
#include <string.h>
#include <unistd.h>

/* Large enough that reads cost nothing, small enough that the bytes are still in L2 when inflated.
 */
#define WINDOW_NBYTES ((size_t)256 << 10)

static unsigned u16(const uint8_t *p)
{
	return (unsigned)(p[0] | p[1] << 8);
}

static uint32_t u32(const uint8_t *p)
{
	return u16(p) | (uint32_t)u16(p + 2) << 16;
}

/* Returns the block's inflated bytes, or a negative number. */
static int64_t inflate(struct libdeflate_decompressor *d, const uint8_t *block, size_t size)
{
	static uint8_t out[65536];
	const uint8_t *trailer = block + size - 8;
	uint32_t isize = u32(trailer + 4);

	if (isize > sizeof(out) ||
		libdeflate_deflate_decompress(d, block + 18, size - 26, out, isize, NULL) ||
		libdeflate_crc32(0, out, isize) != u32(trailer))
		return -1;
	return isize;
}

bool inflate_all(const char *path, uint64_t *n_blocks, uint64_t *n_bytes)
{
	static uint8_t window[WINDOW_NBYTES];
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	size_t from = 0, to = 0;
	int fd = open(path, O_RDONLY);
	ssize_t got;

	*n_blocks = *n_bytes = 0;
	do {
		size_t size;

		while (to - from >= 18 && to - from >= (size = u16(window + from + 16) + 1u)) {
			int64_t n = inflate(d, window + from, size);

			if (n < 0)
				return false;
			from += size;
			*n_bytes += (uint64_t)n;
			++*n_blocks;
		}
		memmove(window, window + from, to - from);
		to -= from;
		from = 0;
		got = read(fd, window + to, sizeof(window) - to);
		to += got > 0 ? (size_t)got : 0;
	} while (got > 0);
	libdeflate_free_decompressor(d);
	close(fd);
	return got == 0 && to == 0;
}
