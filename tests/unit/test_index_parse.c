/* Indexes that lie: about how much follows, about the BAM, about themselves. */
#include <criterion/criterion.h>

#include <string.h>

#include "bam/index.h"
#include "tests/support/index_builder.h"

enum { FIRST = 0x100 << 16, LENGTH = 1000000 };

static enum sphex_status parse(
	const struct bytes *b, struct bam_index *out, struct sphex_error *err)
{
	struct bam_ref refs[] = {{(char *)"a", LENGTH}, {(char *)"b", LENGTH}};
	struct bam_header header = {.refs = refs, .n_refs = 2};

	return index_parse(b->data, b->n, &header, FIRST, out, err);
}

static void expect(const struct bytes *b, const char *message)
{
	struct bam_index index = {0};
	struct sphex_error err = {.message = ""};
	enum sphex_status status = parse(b, &index, &err);

	cr_assert_eq(status, message[0] ? SPHEX_E_DATA : SPHEX_OK, "%s: %s", message, err.message);
	cr_assert_str_eq(err.message, message);
	index_free(&index);
}

/* 32-bit numbers behind the magic; -1 ends the list. */
static struct bytes numbers(const char *magic, const int64_t *values)
{
	struct bytes b = {0};

	bytes_add(&b, magic, 4);
	for (; *values != -1; values++)
		bytes_add_number(&b, (uint64_t)*values, 4);
	return b;
}

struct case_of_numbers {
	const char *magic, *message;
	int64_t values[40];
};

/* Halves of 64-bit numbers: the low one comes first. */
#define AT(block, in_block) ((int64_t)(block) << 16 | (in_block)), 0

static const struct case_of_numbers cases[] = {
	{"BAI\1", "", {2, 0, 0, 0, 0, -1}},
	{"BAI\1", "", {2, 0, 0, 0, 0, 7, 0, -1}},
	{"BAI\1", "something follows its end", {2, 0, 0, 0, 0, 7, -1}},
	{"BAI\2", "it is no BAI and no CSI", {2, 0, 0, 0, 0, -1}},
	{"BAI\1", "it is cut off", {-1}},
	{"BAI\1", "it is cut off", {2, 0, 0, 0, -1}},
	{"BAI\1", "it has 3 references, the BAM has 2", {3, 0, 0, 0, 0, 0, 0, -1}},
	{"BAI\1", "it has 4294967295 references, the BAM has 2", {0xFFFFFFFF, -1}},
	{"BAI\1", "it is cut off", {2, 0xFFFFFFFF, -1}},
	{"BAI\1", "it is cut off", {2, 1, 4681, 0xFFFFFFFF, 0, 0, 0, 0, -1}},
	{"BAI\1", "it is cut off", {2, 0, 0xFFFFFFFF, 0, 0, 0, 0, -1}},
	{"CSI\1", "", {14, 5, 0, 2, 0, 0, -1}},
	{"CSI\1", "its bins have no sensible size", {31, 5, 0, 2, 0, 0, -1}},
	{"CSI\1", "its bins have no sensible size", {14, 0xFFFFFFFF, 0, 2, 0, 0, -1}},
	{"CSI\1", "it is cut off", {14, 5, 0xFFFFFFFF, 2, 0, 0, -1}},
	/* one chunk, bin 4681: the first 16 KiB */
	{"BAI\1", "", {2, 1, 4681, 1, AT(0x100, 0), AT(0x200, 5), 0, 0, 0, -1}},
	{"BAI\1", "it has a bin that there cannot be",
		{2, 1, 37449, 1, AT(0x100, 0), AT(0x200, 5), 0, 0, 0, -1}},
	/* the bin behind the last is none */
	{"BAI\1", "",
		{2, 2, 4681, 1, AT(0x100, 0), AT(0x200, 5), 37450, 1, AT(0x500, 0), AT(0x600, 0), 0,
			0, 0, -1}},
	{"BAI\1", "a chunk ends before it begins",
		{2, 1, 4681, 1, AT(0x100, 0), AT(0x90, 5), 0, 0, 0, -1}},
	{"BAI\1", "its references do not follow each other",
		{2, 1, 4681, 1, AT(0x101, 0), AT(0x200, 5), 0, 0, 0, -1}},
	{"BAI\1", "its references do not follow each other",
		{2, 1, 4681, 1, AT(0x100, 0), AT(0x200, 5), 0, 1, 4681, 1, AT(0x200, 4),
			AT(0x300, 0), 0, -1}},
	{"BAI\1", "",
		{2, 1, 4681, 1, AT(0x100, 0), AT(0x200, 5), 0, 1, 4681, 1, AT(0x200, 5),
			AT(0x300, 0), 0, -1}},
	{"BAI\1", "it leaves out a part of the file",
		{2, 1, 4681, 2, AT(0x100, 0), AT(0x200, 5), AT(0x200, 6), AT(0x300, 5), 0, 0, 0,
			-1}},
	/* the second 16 KiB come before the first */
	{"BAI\1", "its bins are not in the order of the file",
		{2, 2, 4682, 1, AT(0x100, 0), AT(0x200, 0), 4681, 1, AT(0x200, 0), AT(0x300, 0), 0,
			0, 0, -1}},
	{"BAI\1", "a window lies outside its reference",
		{2, 1, 4681, 1, AT(0x100, 0), AT(0x200, 5), 1, AT(0x200, 5), 0, 0, -1}},
	{"BAI\1", "a window lies outside its reference", {2, 0, 1, AT(0x100, 0), 0, 0, -1}},
	/* chunks may share what they begin with */
	{"BAI\1", "",
		{2, 1, 4681, 2, AT(0x100, 0), AT(0x200, 5), AT(0x100, 0), AT(0x180, 5), 0, 0, 0,
			-1}},
	{"BAI\1", "its last window has no records",
		{2, 1, 4681, 1, AT(0x100, 0), AT(0x200, 5), 2, AT(0x180, 5), 0, 0, 0, 0, -1}},
	{"BAI\1", "its windows are not in the order of the file",
		{2, 1, 4681, 1, AT(0x100, 0), AT(0x200, 5), 2, AT(0x180, 5), AT(0x180, 4), 0, 0,
			-1}},
};

Test(index_parse, refuses_what_contradicts_itself)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bytes b = numbers(cases[i].magic, cases[i].values);

		expect(&b, cases[i].message);
		bytes_free(&b);
	}
}

Test(index_parse, bins_behind_the_end_of_the_reference_stand_for_any_position)
{
	/* 4680 is what comes of position -1 */
	struct bytes b =
		numbers("BAI\1", (int64_t[]){2, 2, 4680, 1, AT(0x100, 0), AT(0x200, 0), 4682, 1,
					 AT(0x200, 0), AT(0x300, 0), 0, 0, 0, -1});
	struct bam_index index = {0};
	struct sphex_error err;

	cr_assert_eq(parse(&b, &index, &err), SPHEX_OK);
	cr_assert(index.n_chunks == 2 && index.chunks[0].from0 == 0 &&
		  index.chunks[0].to0 == (uint32_t)1 << 31);
	cr_assert(index.chunks[1].from0 == 1 << 14 && index.chunks[1].to0 == 2 << 14);
	cr_assert_eq(index.placed_end, (uint64_t)0x300 << 16);
	index_free(&index);
	bytes_free(&b);
}

Test(index_parse, csi_whose_offsets_are_only_their_own_bins_give_no_floors)
{
	/* leaf 4681, and the bin above it, which begins the file; min_shift 14, depth 5 */
	int64_t values[] = {14, 5, 0, 2, 2, 4681, AT(0x200, 0), 1, AT(0x200, 0), AT(0x300, 0), 585,
		AT(0x100, 0), 1, AT(0x100, 0), AT(0x200, 0), 0, -1};
	struct bytes own = numbers("CSI\1", values), first;
	struct bam_index index = {0};
	struct sphex_error err;

	cr_assert_eq(parse(&own, &index, &err), SPHEX_OK);
	cr_assert_eq(index.refs[0].n_floors, 0);
	index_free(&index);
	/* the same bins, now the record that the wide bin begins with comes second */
	memcpy(values + 6, (int64_t[]){AT(0x100, 0), 1, AT(0x100, 0), AT(0x200, 0)}, 56);
	memcpy(values + 17, (int64_t[]){AT(0x200, 0), AT(0x300, 0)}, 32);
	first = numbers("CSI\1", values);
	cr_assert_eq(parse(&first, &index, &err), SPHEX_OK, "%s", err.message);
	cr_assert_eq(index.refs[0].n_floors, 2);
	index_free(&index);
	bytes_free(&own);
	bytes_free(&first);
}
