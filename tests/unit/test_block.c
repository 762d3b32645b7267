/* Block headers: found whatever stands around the BC subfield, refused when their lengths lie. */
#include <criterion/criterion.h>

#include <string.h>

#include "bgzf/block.h"
#include "tests/support/bam_builder.h"
#include "tests/support/guard.h"
#include "tests/support/prng.h"

/* A header with the given extra field. */
static struct bytes header_with(const void *extra, size_t extra_nbytes)
{
	struct bytes b = {0};

	bytes_add(&b, "\x1f\x8b\x08\x04\1\2\3\4\5\6", 10);
	bytes_add_number(&b, extra_nbytes, 2);
	bytes_add(&b, extra, extra_nbytes);
	return b;
}

static void add_subfield(struct bytes *extra, const char *id, size_t nbytes)
{
	bytes_add(extra, id, 2);
	bytes_add_number(extra, nbytes, 2);
	for (size_t i = 0; i < nbytes; i++)
		bytes_add(extra, &"BC\2\0"[i % 4], 1);
}

static void add_bsize(struct bytes *extra, unsigned bsize)
{
	bytes_add(extra, "BC\2\0", 4);
	bytes_add_number(extra, bsize, 2);
}

/* Parses with nothing readable behind the n bytes. */
static enum bgzf_parse parse(const struct bytes *b, size_t n, struct bgzf_block *out)
{
	struct guard g = guard_new(n);
	uint8_t *p = guard_place(&g, n, GUARD_END);
	enum bgzf_parse result;

	if (n)
		memcpy(p, b->data, n);
	result = bgzf_block_parse(p, n, out);
	guard_free(&g);
	return result;
}

Test(block, the_usual_header_is_found_at_every_length_from_18_on)
{
	struct bytes extra = {0}, b;
	struct bgzf_block block;

	add_bsize(&extra, 999);
	b = header_with(extra.data, extra.n);
	bytes_add(&b, "more bytes", 10);
	for (size_t n = 0; n <= b.n; n++) {
		enum bgzf_parse got = parse(&b, n, &block);

		cr_assert_eq(got, n < 18 ? BGZF_NEEDS_MORE : BGZF_PARSED, "%zu bytes", n);
		if (got == BGZF_PARSED)
			cr_assert(block.nbytes == 1000 && block.header_nbytes == 18, "%u",
				block.nbytes);
	}
	bytes_free(&extra);
	bytes_free(&b);
}

Test(block, other_subfields_may_stand_around_bc)
{
	static const size_t sizes[] = {0, 1, 2, 3, 17, 300, 5000};

	for (size_t i = 0; i < 7 * 7; i++) {
		struct bytes extra = {0}, b;
		struct bgzf_block block;

		/* BC of another length is another subfield, and what looks like BC inside one is
		 * its data */
		add_subfield(&extra, i % 2 ? "BC" : "ZZ", sizes[i / 7] == 2 ? 4 : sizes[i / 7]);
		add_bsize(&extra, 20000);
		add_subfield(&extra, "YY", sizes[i % 7]);
		b = header_with(extra.data, extra.n);
		for (size_t n = 0; n <= b.n; n += n < 30 || n + 30 > b.n ? 1 : 97)
			cr_assert_eq(parse(&b, n, &block), n < b.n ? BGZF_NEEDS_MORE : BGZF_PARSED);
		cr_assert_eq(parse(&b, b.n, &block), BGZF_PARSED);
		cr_assert_eq(block.nbytes, 20001);
		cr_assert_eq(block.header_nbytes, b.n);
		bytes_free(&extra);
		bytes_free(&b);
	}
}

Test(block, a_header_without_bc_is_none)
{
	static const struct {
		const char *extra;
		size_t nbytes;
	} cases[] = {{"", 0}, {"ZZ\2\0ab", 6}, {"BC\1\0a", 5}, {"BC\3\0abc", 7}, {"bc\2\0ab", 6},
		{"BC\2\0a", 5}, {"BC", 2},
		{"ZZ\xff\xff"
		 "BC\2\0ab",
			10},
		{"ZZ\3\0BC\2\0ab", 10}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bytes b = header_with(cases[i].extra, cases[i].nbytes);
		struct bgzf_block block;

		bytes_add(&b, "BC\2\0\xff\xff", 6); /* behind the extra field it means nothing */
		cr_assert_eq(parse(&b, b.n, &block), BGZF_NOT_A_BLOCK, "case %zu", i);
		bytes_free(&b);
	}
}

Test(block, rejects_bsize_smaller_than_header_and_trailer)
{
	for (unsigned bsize = 0; bsize < 70; bsize++) {
		struct bytes extra = {0}, b;
		struct bgzf_block block;

		add_subfield(&extra, "ZZ", 10);
		add_bsize(&extra, bsize);
		b = header_with(extra.data, extra.n); /* 12 + 14 + 6 */
		cr_assert_eq(parse(&b, b.n, &block),
			bsize + 1 < 32 + 8 ? BGZF_NOT_A_BLOCK : BGZF_PARSED, "%u", bsize);
		bytes_free(&extra);
		bytes_free(&b);
	}
}

Test(block, extra_fields_that_leave_no_room_are_refused)
{
	struct bgzf_block block;

	for (size_t extra_nbytes = 65500; extra_nbytes <= 65535; extra_nbytes++) {
		struct bytes b = header_with("", 0);

		b.data[10] = (uint8_t)extra_nbytes;
		b.data[11] = (uint8_t)(extra_nbytes >> 8);
		/* 12 + XLEN + 8 must fit into 65536 */
		cr_assert_eq(parse(&b, b.n, &block),
			extra_nbytes <= 65516 ? BGZF_NEEDS_MORE : BGZF_NOT_A_BLOCK, "%zu",
			extra_nbytes);
		bytes_free(&b);
	}
}

Test(block, every_wrong_byte_of_the_magic_is_noticed_as_soon_as_it_is_there)
{
	struct bytes extra = {0}, b;
	struct bgzf_block block;

	add_bsize(&extra, 999);
	b = header_with(extra.data, extra.n);
	for (size_t at = 0; at < 4; at++) {
		for (unsigned flip = 1; flip < 256; flip++) {
			b.data[at] ^= (uint8_t)flip;
			for (size_t n = at + 1; n <= b.n; n++)
				cr_assert_eq(parse(&b, n, &block), BGZF_NOT_A_BLOCK);
			b.data[at] ^= (uint8_t)flip;
		}
	}
	bytes_free(&extra);
	bytes_free(&b);
}

Test(block, random_headers_stay_within_their_bytes)
{
	struct prng r = {7};

	for (int i = 0; i < 3000; i++) {
		struct bytes b = header_with("", 0);
		struct bgzf_block block;

		for (size_t n = (size_t)prng_below(&r, 80); n > 0; n--)
			bytes_add(&b, &"BC\2\0\1\377Z"[prng_below(&r, 7)], 1);
		b.data[10] = (uint8_t)prng_below(&r, 80);
		if (parse(&b, b.n, &block) == BGZF_PARSED) {
			cr_assert(block.header_nbytes <= b.n, "header behind the bytes");
			cr_assert(block.nbytes >= block.header_nbytes + 8 && block.nbytes <= 65536,
				"%u", block.nbytes);
		}
		bytes_free(&b);
	}
}

Test(block, only_the_28_bytes_of_the_specification_are_the_eof_marker)
{
	static const uint8_t marker[29] = {0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 6, 0, 0x42,
		0x43, 2, 0, 0x1b, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7};
	uint8_t other[29];

	for (size_t n = 0; n <= 29; n++)
		cr_assert_eq(bgzf_is_eof_marker(marker, n), n >= 28);
	for (size_t at = 0; at < 28; at++) {
		memcpy(other, marker, sizeof(other));
		other[at] ^= 1;
		cr_assert_not(bgzf_is_eof_marker(other, 29));
	}
}
