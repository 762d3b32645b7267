/* libdeflate behind two calls; see inflate.h. */
#include "inflate.h"

#include <libdeflate.h>

#include "base/cursor.h"
#include "base/memory.h"

struct inflater {
	struct libdeflate_decompressor *d;
	crc32_fn *crc32;
};

static uint32_t crc32_of_libdeflate(const uint8_t *data, size_t n)
{
	return libdeflate_crc32(0, data, n);
}

struct inflater *inflater_new(crc32_fn *crc32)
{
	struct inflater *inf = memory_new(1, sizeof(*inf));

	if (!inf)
		return NULL;
	inf->crc32 = crc32 ? crc32 : crc32_of_libdeflate;
	inf->d = libdeflate_alloc_decompressor();
	if (!inf->d) {
		memory_free(inf);
		return NULL;
	}
	return inf;
}

void inflater_free(struct inflater *inf)
{
	if (!inf)
		return;
	libdeflate_free_decompressor(inf->d);
	memory_free(inf);
}

static enum sphex_status damaged(struct sphex_error *err, const char *what)
{
	fail(err, SPHEX_E_DATA, "%s", what);
	return with_hint(err, "copy or download it again");
}

enum sphex_status inflate_block(struct inflater *inf, const uint8_t *data,
	const struct bgzf_block *block, uint8_t *out, size_t *n_out, struct sphex_error *err)
{
	const uint8_t *trailer = data + block->nbytes - BGZF_TRAILER_NBYTES;
	const uint8_t *deflated = data + block->header_nbytes;
	uint32_t crc = load_u32(trailer), isize = load_u32(trailer + 4);

	*n_out = isize;
	if (isize > BGZF_MAX_BLOCK_NBYTES)
		return damaged(err, "BGZF block is damaged: it claims more than 64 KiB of content");
	if (libdeflate_deflate_decompress(inf->d, deflated, (size_t)(trailer - deflated), out,
		    isize, NULL) != LIBDEFLATE_SUCCESS)
		return damaged(
			err, "BGZF block is damaged: its data do not inflate to the stated size");
	if (inf->crc32(out, isize) != crc)
		return damaged(err, "BGZF block is damaged: CRC32 does not agree");
	return SPHEX_OK;
}

enum sphex_status inflate_gzip_member(struct inflater *inf, const uint8_t *data, size_t n,
	uint8_t **out, size_t *cap, size_t max_nbytes, size_t *n_out, size_t *n_used,
	struct sphex_error *err)
{
	size_t room = n < max_nbytes / 4 ? n * 4 : max_nbytes;

	for (;; room = room < max_nbytes / 2 ? room * 2 : max_nbytes) {
		enum libdeflate_result result;

		if (!memory_reserve(out, cap, room, 1))
			return fail_memory(err);
		result = libdeflate_gzip_decompress_ex(inf->d, data, n, *out, *cap, n_used, n_out);
		if (result == LIBDEFLATE_SUCCESS)
			return SPHEX_OK;
		if (result != LIBDEFLATE_INSUFFICIENT_SPACE)
			return damaged(err, "gzip data are damaged or cut off");
		if (*cap >= max_nbytes) {
			fail(err, SPHEX_E_LIMIT, "gzip member inflates to more than %zu bytes",
				max_nbytes);
			return with_hint(err, "recompress it with bgzip, which is read in pieces");
		}
	}
}
