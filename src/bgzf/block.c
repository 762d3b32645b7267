/* Bytes that may be a block header in; sizes out. Nothing is read beyond the n bytes given. */
#include "block.h"

#include <string.h>

#include "base/cursor.h"

static const uint8_t magic[4] = {0x1f, 0x8b, 0x08, 0x04};

/* Looks for the BC subfield; NULL when the extra field is malformed or has none. */
static const uint8_t *find_bsize(struct cursor extra)
{
	while (cursor_left(&extra) >= 4) {
		const uint8_t *id = cursor_bytes(&extra, 2);
		uint16_t nbytes = cursor_u16(&extra);
		const uint8_t *data = cursor_bytes(&extra, nbytes);

		if (extra.bad)
			return NULL;
		if (id[0] == 'B' && id[1] == 'C' && nbytes == 2)
			return data;
	}
	return NULL;
}

enum bgzf_parse bgzf_block_parse(const uint8_t *data, size_t n, struct bgzf_block *out)
{
	size_t n_magic = n < sizeof(magic) ? n : sizeof(magic);
	const uint8_t *bsize;

	if (memcmp(data, magic, n_magic) != 0)
		return BGZF_NOT_A_BLOCK;
	if (n < BGZF_HEADER_NBYTES)
		return BGZF_NEEDS_MORE;
	out->header_nbytes = BGZF_HEADER_NBYTES + load_u16(data + 10);
	if (out->header_nbytes + BGZF_TRAILER_NBYTES > BGZF_MAX_BLOCK_NBYTES)
		return BGZF_NOT_A_BLOCK;
	if (n < out->header_nbytes)
		return BGZF_NEEDS_MORE;
	bsize = find_bsize(
		cursor_over(data + BGZF_HEADER_NBYTES, out->header_nbytes - BGZF_HEADER_NBYTES));
	if (!bsize)
		return BGZF_NOT_A_BLOCK;
	out->nbytes = load_u16(bsize) + 1u;
	if (out->nbytes < out->header_nbytes + BGZF_TRAILER_NBYTES)
		return BGZF_NOT_A_BLOCK;
	return BGZF_PARSED;
}

const uint8_t bgzf_eof_marker[BGZF_EOF_NBYTES] = {
	0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C', 2, 0, 0x1b, 0, 3, 0};

bool bgzf_is_eof_marker(const uint8_t *data, size_t n)
{
	return n >= BGZF_EOF_NBYTES && memcmp(data, bgzf_eof_marker, BGZF_EOF_NBYTES) == 0;
}
