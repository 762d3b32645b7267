/* Blocks that our own reader, which checks everything, takes back; bench and end-to-end tests ask
 * others. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "bgzf/inflate.h"
#include "output/deflate.h"
#include "tests/support/prng.h"

static void fill(uint8_t *data, size_t n, bool noise)
{
	struct prng r = {n};

	prng_fill(&r, data, n);
	for (size_t i = 0; i < n && !noise; i++)
		data[i] = (uint8_t) "0123456789\t\n"[data[i] % 12];
}

Test(deflate, blocks_of_any_size_come_back)
{
	static const size_t sizes[] = {1, 2, 55, 56, 1000, 40000, 65279, DEFLATE_CONTENT_NBYTES};
	static uint8_t in[DEFLATE_CONTENT_NBYTES], out[BGZF_MAX_BLOCK_NBYTES],
		back[BGZF_MAX_BLOCK_NBYTES];
	struct deflater *deflater = deflater_new();
	struct inflater *inflater = inflater_new(NULL);
	struct sphex_error err;

	cr_assert(deflater && inflater);
	for (size_t i = 0; i < 16; i++) {
		size_t n = sizes[i / 2], nbytes, n_back;
		struct bgzf_block block;

		fill(in, n, i % 2);
		nbytes = deflate_block(deflater, in, n, out);
		cr_assert_eq(bgzf_block_parse(out, nbytes, &block), BGZF_PARSED);
		cr_assert_eq(block.nbytes, nbytes);
		cr_assert(i % 2 || n < 1000 || nbytes < n / 3 * 2, "%zu of %zu", nbytes, n);
		cr_assert_eq(inflate_block(inflater, out, &block, back, &n_back, &err), SPHEX_OK,
			"%s", err.message);
		cr_assert(n_back == n && memcmp(in, back, n) == 0, "%zu bytes", n);
	}
	deflater_free(deflater);
	deflater_free(NULL);
	inflater_free(inflater);
}
