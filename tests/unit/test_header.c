/* The BAM header: parsed when it is whole, asked on for when it is not, refused when its lengths
 * lie. */
#include <criterion/criterion.h>

#include <string.h>

#include "bam/header.h"
#include "tests/support/guard.h"
#include "tests/support/random_bam.h"

static struct bytes make_header(const char *text, const char *const *names, size_t n_names)
{
	struct bytes b = {0};

	bytes_add(&b, "BAM\1", 4);
	bytes_add_number(&b, strlen(text), 4);
	bytes_add(&b, text, strlen(text));
	bytes_add_number(&b, n_names, 4);
	for (size_t i = 0; i < n_names; i++) {
		bytes_add_number(&b, strlen(names[i]) + 1, 4);
		bytes_add(&b, names[i], strlen(names[i]) + 1);
		bytes_add_number(&b, 1000 + i, 4);
	}
	return b;
}

/* Parses with nothing readable behind the n bytes. */
static enum sphex_status parse(const struct bytes *b, size_t n, struct bam_header *out,
	size_t *n_used, size_t *n_needed, struct sphex_error *err)
{
	struct guard g = guard_new(n);
	uint8_t *p = guard_place(&g, n, GUARD_END);
	enum sphex_status status;

	if (n)
		memcpy(p, b->data, n);
	status = bam_header_parse(p, n, out, n_used, n_needed, err);
	guard_free(&g);
	return status;
}

static void expect_status(const struct bytes *b, enum sphex_status want, const char *what)
{
	struct bam_header h;
	struct sphex_error err;
	size_t n_used, n_needed;
	enum sphex_status status = parse(b, b->n, &h, &n_used, &n_needed, &err);

	cr_assert_eq(status, want, "%s: %s", what, sphex_status_name(status));
	if (status == SPHEX_OK)
		bam_header_free(&h);
	else
		cr_assert(!h.refs && !h.text && !h.n_refs, "%s: something was kept", what);
}

static const char *const names[] = {"chr1", "", "a long name with blanks", "chr1", "x"};

Test(header, text_and_references_come_out)
{
	struct bytes b = make_header("@HD\tVN:1.6\n", names, 5);
	size_t n_used, n_needed, end = b.n;
	struct bam_header h;
	struct sphex_error err;

	bytes_add(&b, "records", 7);
	cr_assert_eq(parse(&b, b.n, &h, &n_used, &n_needed, &err), SPHEX_OK);
	cr_assert_eq(n_used, end);
	cr_assert_eq(h.text_nbytes, 11);
	cr_assert_str_eq(h.text, "@HD\tVN:1.6\n");
	cr_assert_eq(h.n_refs, 5);
	for (uint32_t i = 0; i < 5; i++) {
		cr_assert_str_eq(h.refs[i].name, names[i]);
		cr_assert_eq(h.refs[i].length, 1000 + i);
	}
	bam_header_free(&h);
	bytes_free(&b);
}

Test(header, may_be_without_text_and_references)
{
	struct bytes b = make_header("", NULL, 0);
	size_t n_used, n_needed;
	struct bam_header h;
	struct sphex_error err;

	cr_assert_eq(parse(&b, b.n, &h, &n_used, &n_needed, &err), SPHEX_OK);
	cr_assert(n_used == 12 && h.n_refs == 0 && h.text_nbytes == 0, "empty");
	cr_assert_eq(bam_header_find(&h, "", 0), -1);
	bam_header_free(&h);
	bytes_free(&b);
}

Test(header, every_line_of_its_text_begins_with_an_at_sign)
{
	static const struct {
		const char *text;
		size_t n;
		enum sphex_status status;
	} cases[] = {{"@HD\tVN:1.6\n@CO\n", 16, SPHEX_OK}, {"@HD\tVN:1.6", 10, SPHEX_OK},
		{"@HD\tVN:1.6\n\0\0", 13, SPHEX_OK}, {"\0", 1, SPHEX_OK},
		{"`HD\tVN:1.6\n", 11, SPHEX_E_DATA}, {"@HD\tVN:1.6\nSQ\n", 14, SPHEX_E_DATA},
		{"@HD\tVN:1.6\n\n@CO\n", 16, SPHEX_E_DATA}, {"\n", 1, SPHEX_E_DATA}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bytes b = {0};

		bytes_add(&b, "BAM\1", 4);
		bytes_add_number(&b, cases[i].n, 4);
		bytes_add(&b, cases[i].text, cases[i].n);
		bytes_add_number(&b, 0, 4);
		expect_status(&b, cases[i].status, cases[i].text);
		bytes_free(&b);
	}
}

Test(header, every_truncation_asks_for_more_but_not_for_more_than_there_is)
{
	struct bytes b = make_header("@HD\tVN:1.6\n", names, 5);

	for (size_t n = 0; n < b.n; n++) {
		struct bam_header h;
		struct sphex_error err;
		size_t n_used, n_needed = 0;

		cr_assert_eq(parse(&b, n, &h, &n_used, &n_needed, &err), SPHEX_END, "%zu", n);
		cr_assert(n_needed > n && n_needed <= b.n, "%zu of %zu bytes: needs %zu", n, b.n,
			n_needed);
		cr_assert(!h.refs && !h.text, "%zu: something was kept", n);
	}
	bytes_free(&b);
}

Test(header, other_files_are_known_from_the_first_byte_that_differs)
{
	static const char magic[] = "BAM\1";

	for (size_t at = 0; at < 4; at++) {
		for (size_t n = at + 1; n <= 4; n++) {
			struct bytes b = {0};

			bytes_add(&b, magic, n);
			b.data[at] ^= 0x20;
			expect_status(&b, SPHEX_E_FORMAT, "magic");
			bytes_free(&b);
		}
	}
}

Test(header, lengths_that_lie_are_damage_or_ask_for_more)
{
	/* offsets of l_text, n_ref, and l_name of the first and last reference */
	static const uint32_t lies[] = {0x7fffffff, 0x80000000, 0xffffffff, 0x10000, 0, 6};
	struct bytes good = make_header("@CO\n", names, 5), b = {0};
	const size_t at[] = {4, 12, 16, good.n - 10};

	for (size_t i = 0; i < 4 * 6; i++) {
		uint32_t lie = lies[i % 6];
		struct bam_header h;
		struct sphex_error err;
		size_t n_used, n_needed;
		enum sphex_status status;

		b.n = 0;
		bytes_add(&b, good.data, good.n);
		for (size_t k = 0; k < 4; k++)
			b.data[at[i / 6] + k] = (uint8_t)(lie >> 8 * k);
		status = parse(&b, b.n, &h, &n_used, &n_needed, &err);
		if (lie > INT32_MAX)
			cr_assert_eq(status, SPHEX_E_DATA, "%zu", i);
		else if (lie >= 0x10000)
			cr_assert_eq(status, SPHEX_END, "%zu", i);
		if (status == SPHEX_OK)
			bam_header_free(&h);
	}
	bytes_free(&good);
	bytes_free(&b);
}

Test(header, names_without_length_or_nul_are_damage)
{
	struct bytes b = make_header("", names, 1);

	b.data[12] = 0; /* l_name */
	expect_status(&b, SPHEX_E_DATA, "no length");
	b.data[12] = 4;
	b.data[b.n - 5] = 'x';
	expect_status(&b, SPHEX_E_DATA, "no NUL");
	b.data[12] = 5;
	expect_status(&b, SPHEX_E_DATA, "no NUL at the end");
	b.data[b.n - 5] = 0;
	b.data[17] = 0;
	expect_status(&b, SPHEX_OK, "NUL inside");
	bytes_free(&b);
}

Test(header, find_gives_the_first_of_equal_names)
{
	struct bytes b = make_header("", names, 5);
	size_t n_used, n_needed;
	struct bam_header h;
	struct sphex_error err;

	cr_assert_eq(parse(&b, b.n, &h, &n_used, &n_needed, &err), SPHEX_OK);
	cr_assert_eq(bam_header_find(&h, "chr1", 4), 0);
	cr_assert_eq(bam_header_find(&h, "chr", 3), -1);
	cr_assert_eq(bam_header_find(&h, "chr1x", 4), 0);
	cr_assert_eq(bam_header_find(&h, "chr1\0", 5), -1);
	cr_assert_eq(bam_header_find(&h, "", 0), 1);
	cr_assert_eq(bam_header_find(&h, "x", 1), 4);
	bam_header_free(&h);
	bytes_free(&b);
}

Test(header, random_damage_never_leads_out_of_the_bytes)
{
	struct bytes good = make_header("@HD\tVN:1.6\n", names, 5), b = {0};
	struct prng r = {5};

	for (int i = 0; i < 3000; i++) {
		struct bam_header h;
		struct sphex_error err;
		size_t n_used, n_needed;

		b.n = 0;
		bytes_add(&b, good.data, good.n);
		for (uint64_t k = prng_below(&r, 4) + 1; k > 0; k--)
			b.data[4 + prng_below(&r, b.n - 4)] = (uint8_t)prng_next(&r);
		if (parse(&b, b.n, &h, &n_used, &n_needed, &err) == SPHEX_OK) {
			cr_assert(n_used <= b.n, "used %zu", n_used);
			bam_header_free(&h);
		}
	}
	bytes_free(&good);
	bytes_free(&b);
}
