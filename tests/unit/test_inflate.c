/* Deflate data of every kind become bytes again; what disagrees with its checksums does not. */
#include <criterion/criterion.h>

#include <libdeflate.h>
#include <string.h>

#include "base/memory.h"
#include "bgzf/inflate.h"
#include "tests/support/bam_builder.h"
#include "tests/support/prng.h"

enum content { ZEROS, LETTERS, NOISE, N_CONTENTS };

static struct bytes make_content(enum content kind, size_t n)
{
	struct prng r = {n};
	struct bytes b = {0};

	for (size_t i = 0; i < n; i++)
		bytes_add_number(&b,
			kind == ZEROS     ? 0
			: kind == LETTERS ? (uint64_t) "ACGT"[prng_below(&r, 4)]
					  : prng_next(&r),
			1);
	return b;
}

/* The first block of the file inflated into out, with its status. */
static enum sphex_status inflate_first(struct inflater *inf, const struct bytes *file, uint8_t *out,
	size_t *n_out, struct sphex_error *err)
{
	struct bgzf_block block;

	cr_assert_eq(bgzf_block_parse(file->data, file->n, &block), BGZF_PARSED);
	cr_assert(block.nbytes <= file->n, "cut");
	return inflate_block(inf, file->data, &block, out, n_out, err);
}

static void put_u32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

Test(inflate, stored_fixed_and_dynamic_blocks_come_back)
{
	static const size_t sizes[] = {0, 1, 2, 10, 100, 5000, 65280};
	static uint8_t out[BGZF_MAX_BLOCK_NBYTES];
	struct inflater *inf = inflater_new(NULL);
	unsigned seen = 0;

	for (int level = 0; level <= 12; level++) {
		for (size_t i = 0; i < 7 * N_CONTENTS; i++) {
			struct bytes content = make_content((enum content)(i / 7), sizes[i % 7]),
				     file;
			struct sphex_error err;
			size_t n;

			file = bgzf_wrap(&content,
				(struct bgzf_shape){.level = level, .extra_subfield = i % 2});
			if (content.n) {
				cr_assert_eq(inflate_first(inf, &file, out, &n, &err), SPHEX_OK,
					"%s", err.message);
				cr_assert(n == content.n && memcmp(out, content.data, n) == 0,
					"level %d", level);
				seen |= 1u << (file.data[i % 2 ? 25 : 18] >> 1 & 3); /* BTYPE */
			}
			bytes_free(&content);
			bytes_free(&file);
		}
	}
	cr_assert_eq(seen, 7, "stored, fixed and dynamic: %x", seen);
	inflater_free(inf);
	inflater_free(NULL);
}

/* A block around deflate data that the caller chose. */
static struct bytes frame(
	const void *deflated, size_t nbytes, const void *content, size_t content_nbytes)
{
	struct bytes b = {0};

	bytes_add(&b, "\x1f\x8b\x08\x04\0\0\0\0\0\xff\6\0BC\2\0", 16);
	bytes_add_number(&b, 18 + nbytes + 8 - 1, 2);
	bytes_add(&b, deflated, nbytes);
	bytes_add_number(&b, libdeflate_crc32(0, content, content_nbytes), 4);
	bytes_add_number(&b, content_nbytes, 4);
	return b;
}

Test(inflate, a_block_may_hold_several_deflate_blocks_and_65536_bytes)
{
	static uint8_t content[BGZF_MAX_BLOCK_NBYTES], out[BGZF_MAX_BLOCK_NBYTES];
	struct libdeflate_compressor *deflate = libdeflate_alloc_compressor(6);
	struct inflater *inf = inflater_new(NULL);
	uint8_t packed[1000];
	struct sphex_error err;
	struct bytes file;
	size_t n = libdeflate_deflate_compress(
		deflate, content, sizeof(content), packed, sizeof(packed));

	file = frame(packed, n, content, sizeof(content));
	cr_assert_eq(inflate_first(inf, &file, out, &n, &err), SPHEX_OK);
	cr_assert_eq(n, 65536);
	bytes_free(&file);
	/* stored "ab" (not the last), stored "" (not the last), fixed "" (the last) */
	file = frame("\0\2\0\xfd\xff"
		     "ab\0\0\0\xff\xff\3\0",
		14, "ab", 2);
	cr_assert_eq(inflate_first(inf, &file, out, &n, &err), SPHEX_OK);
	cr_assert(n == 2 && memcmp(out, "ab", 2) == 0, "stored blocks");
	bytes_free(&file);
	libdeflate_free_compressor(deflate);
	inflater_free(inf);
}

Test(inflate, wrong_crc_and_wrong_isize_are_damage)
{
	static uint8_t out[BGZF_MAX_BLOCK_NBYTES];
	static const size_t sizes[] = {1, 300, 65280};
	static const uint32_t lies[] = {0, 65536, 65537, 65281, 0x7fffffff, 0xffffffff};
	struct inflater *inf = inflater_new(NULL);

	for (size_t i = 0; i < 3 * 3; i++) {
		struct bytes content = make_content(LETTERS, sizes[i % 3]), file;
		struct sphex_error err;
		uint8_t *trailer;
		size_t n;

		file = bgzf_wrap(&content, (struct bgzf_shape){.level = (int)(i / 3) * 3});
		trailer = file.data + bgzf_block_offset(&file, 1) - 8;
		for (int bit = 0; bit < 32; bit++) {
			trailer[bit / 8] ^= (uint8_t)(1 << bit % 8);
			cr_assert_eq(inflate_first(inf, &file, out, &n, &err), SPHEX_E_DATA);
			cr_assert(strstr(err.message, "CRC32"), "%s", err.message);
			trailer[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t k = 0; k < 2 + sizeof(lies) / sizeof(lies[0]); k++) {
			uint32_t isize = k < 2 ? (uint32_t)content.n + (k ? 1u : -1u) : lies[k - 2];

			put_u32(trailer + 4, isize);
			cr_assert_eq(inflate_first(inf, &file, out, &n, &err), SPHEX_E_DATA, "%u",
				isize);
		}
		put_u32(trailer + 4, (uint32_t)content.n);
		cr_assert_eq(inflate_first(inf, &file, out, &n, &err), SPHEX_OK);
		bytes_free(&content);
		bytes_free(&file);
	}
	inflater_free(inf);
}

Test(inflate, no_flipped_bit_gives_other_bytes)
{
	static uint8_t out[BGZF_MAX_BLOCK_NBYTES];
	struct inflater *inf = inflater_new(NULL);

	for (int level = 0; level <= 12; level += 3) {
		struct bytes content = make_content(LETTERS, 150), file;
		size_t end, n_refused = 0;

		file = bgzf_wrap(&content, (struct bgzf_shape){.level = level});
		end = bgzf_block_offset(&file, 1);
		for (size_t bit = 18 * 8; bit < end * 8; bit++) {
			struct sphex_error err;
			size_t n;

			file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (inflate_first(inf, &file, out, &n, &err) == SPHEX_OK)
				cr_assert(n == content.n && memcmp(out, content.data, n) == 0,
					"bit %zu", bit);
			else
				n_refused++;
			file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		/* the bits that fill up the last byte may be anything */
		cr_assert(n_refused + 16 >= (end - 18) * 8, "only %zu refused", n_refused);
		bytes_free(&content);
		bytes_free(&file);
	}
	inflater_free(inf);
}

Test(inflate, a_block_without_deflate_data_is_damage)
{
	struct inflater *inf = inflater_new(NULL);
	struct bytes file = frame("", 0, "", 0);
	uint8_t out[1];
	struct sphex_error err;
	size_t n;

	cr_assert_eq(inflate_first(inf, &file, out, &n, &err), SPHEX_E_DATA);
	bytes_free(&file);
	inflater_free(inf);
}

/* ---------------------------------------------------------------- gzip members */

Test(inflate, gzip_members_grow_the_buffer_as_far_as_they_may)
{
	static const size_t sizes[] = {0, 1, 15, 16, 17, 1000, 300000};
	struct inflater *inf = inflater_new(NULL);
	struct sphex_error err;

	for (size_t i = 0; i < 7 * N_CONTENTS; i++) {
		struct bytes content = make_content((enum content)(i / 7), sizes[i % 7]), file;
		uint8_t *out = NULL;
		size_t cap = 0, n = 99, n_used = 99;

		file = gzip_wrap(&content, 6);
		bytes_add(&file, "next", 4);
		cr_assert_eq(inflate_gzip_member(inf, file.data, file.n, &out, &cap, 1 << 20, &n,
				     &n_used, &err),
			SPHEX_OK, "%s", err.message);
		cr_assert_eq(n, content.n);
		cr_assert_eq(n_used, file.n - 4);
		cr_assert(n == 0 || memcmp(out, content.data, n) == 0, "other bytes");
		memory_free(out);
		bytes_free(&content);
		bytes_free(&file);
	}
	inflater_free(inf);
}

Test(inflate, gzip_members_larger_than_the_limit_are_refused)
{
	struct bytes content = make_content(ZEROS, 1 << 20), file = gzip_wrap(&content, 9);
	struct inflater *inf = inflater_new(NULL);
	struct sphex_error err;
	uint8_t *out = NULL;
	size_t cap = 0, n, n_used;

	cr_assert_eq(
		inflate_gzip_member(inf, file.data, file.n, &out, &cap, 1 << 19, &n, &n_used, &err),
		SPHEX_E_LIMIT);
	cr_assert(err.hint[0], "no advice");
	cr_assert_eq(
		inflate_gzip_member(inf, file.data, file.n, &out, &cap, 1 << 20, &n, &n_used, &err),
		SPHEX_OK);
	cr_assert_eq(n, content.n);
	memory_free(out);
	bytes_free(&content);
	bytes_free(&file);
	inflater_free(inf);
}

Test(inflate, cut_or_damaged_gzip_members_are_damage)
{
	struct bytes content = make_content(LETTERS, 300), file = gzip_wrap(&content, 6);
	struct inflater *inf = inflater_new(NULL);
	struct sphex_error err;
	uint8_t *out = NULL;
	size_t cap = 0, n, n_used;

	for (size_t cut = 0; cut < file.n; cut++)
		cr_assert_eq(inflate_gzip_member(
				     inf, file.data, cut, &out, &cap, 1 << 20, &n, &n_used, &err),
			SPHEX_E_DATA, "cut at %zu", cut);
	for (size_t at = 10; at < file.n; at++) {
		file.data[at] ^= 0x10;
		if (inflate_gzip_member(inf, file.data, file.n, &out, &cap, 1 << 20, &n, &n_used,
			    &err) == SPHEX_OK)
			cr_assert(n == content.n && memcmp(out, content.data, n) == 0, "byte %zu",
				at);
		file.data[at] ^= 0x10;
	}
	memory_free(out);
	bytes_free(&content);
	bytes_free(&file);
	inflater_free(inf);
}
