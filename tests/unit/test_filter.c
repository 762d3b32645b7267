/* The first reason not to look at a record, for flags, tags, MAPQ and SEQ. */
#include <criterion/criterion.h>

#include <stdlib.h>

#include "count/filter.h"
#include "tests/support/bam_builder.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

/* A good read with one thing changed by the caller. */
static struct bam_read good_read(void)
{
	return (struct bam_read){.name = "r", .pos0 = 9, .mapq = 10, .cigar = "4M", .seq = "ACGT"};
}

static enum filter_reason reason_of(const struct record_filter *filter, struct bam_read read)
{
	struct bytes bam = {0};
	struct sphex_error err;
	struct record r;
	enum filter_reason reason;
	size_t at = bam_add(&bam, read);

	cr_assert_eq(
		record_parse(bam.data + at, bam.n - at, 1, &r, &err), SPHEX_OK, "%s", err.message);
	reason = filter_record(filter, &r);
	if (is_kept_at_a_glance(filter_glance(filter), r.bytes))
		cr_assert_eq(reason, REASON_NONE);
	else if (!filter->n_require_tags && !filter->n_exclude_tags && !filter->wasp)
		cr_assert_neq(reason, REASON_NONE);
	bytes_free(&bam);
	return reason;
}

/* Adds tests written as on the command line. */
static void add_tags(struct tag_test **tests, size_t *n, const char *text)
{
	struct sphex_error err;

	*tests = calloc(1, sizeof(**tests));
	cr_assert(*tests && !tag_test_parse(text, *tests, &err), "%s", text);
	*n = 1;
}

Test(filter, each_flag_has_its_reason_and_the_first_wins)
{
	static const struct {
		uint16_t flag;
		enum filter_reason reason;
	} cases[] = {{0, REASON_NONE}, {0x4, REASON_UNMAPPED}, {0x100, REASON_SECONDARY},
		{0x200, REASON_QC_FAIL}, {0x400, REASON_DUPLICATE}, {0x800, REASON_SUPPLEMENTARY},
		{0xF04, REASON_UNMAPPED}, {0xF00, REASON_SECONDARY}, {0xE00, REASON_QC_FAIL},
		{0xC00, REASON_DUPLICATE}, {0x1F, REASON_UNMAPPED}, {0xFB, REASON_NONE}};
	struct record_filter usual = {.exclude_flags = 0xF04}, reverse = {.exclude_flags = 0x10},
			     none = {0}, proper = {.require_flags = 0x3};
	struct bam_read read = good_read();

	for (size_t i = 0; i < N_OF(cases); i++) {
		read.flag = cases[i].flag;
		cr_assert_eq(reason_of(&usual, read), cases[i].reason, "0x%x", cases[i].flag);
		cr_assert_eq(reason_of(&none, read),
			cases[i].flag & 4 ? REASON_UNMAPPED : REASON_NONE, "0x%x", cases[i].flag);
	}
	read.flag = 0x11;
	cr_assert_eq(reason_of(&reverse, read), REASON_FLAG);
	cr_assert_eq(reason_of(&proper, read), REASON_REQUIRE_FLAGS, "one bit is not both");
	read.flag = 0x83;
	cr_assert_eq(reason_of(&proper, read), REASON_NONE);
}

Test(filter, a_record_without_place_or_cigar_is_unmapped)
{
	struct record_filter none = {0};
	struct bam_read read = good_read();

	read.pos0 = -1;
	cr_assert_eq(reason_of(&none, read), REASON_UNMAPPED);
	read = good_read();
	read.ref_id = read.pos0 = -1;
	cr_assert_eq(reason_of(&none, read), REASON_UNMAPPED);
	read = good_read();
	read.cigar = NULL;
	cr_assert_eq(reason_of(&none, read), REASON_UNMAPPED);
}

Test(filter, mapq_counts_from_its_bound_on_and_seq_is_asked_last)
{
	struct record_filter filter = {.min_mapq = 10};
	struct bam_read read = good_read();

	cr_assert_eq(reason_of(&filter, read), REASON_NONE);
	read.mapq = 255;
	cr_assert_eq(reason_of(&filter, read), REASON_NONE, "not available, for some: unique");
	read.seq = NULL;
	cr_assert_eq(reason_of(&filter, read), REASON_NO_SEQ);
	read.mapq = 9;
	cr_assert_eq(reason_of(&filter, read), REASON_LOW_MAPQ);
}

/* A tag as the bytes of a record have it, the test, and whether it passes. */
static const struct {
	const char *bytes;
	size_t nbytes;
	const char *test;
	bool passes;
} tags[] = {
	{"vWC\1", 4, "vW:i:1", true},
	{"vWc\xFF", 4, "vW:i:-1", true},
	{"vWC\xFF", 4, "vW:i:255", true},
	{"vWs\xFE\xFF", 5, "vW:i:-2", true},
	{"vWS\xFE\xFF", 5, "vW:i:65534", true},
	{"vWi\1\0\0\0", 7, "vW:i:1", true},
	{"vWI\xFF\xFF\xFF\xFF", 7, "vW:i:4294967295", true},
	{"vWC\2", 4, "vW:i:1", false},
	{"vWA1", 4, "vW:i:1", false}, /* a letter */
	{"vWZ1\0", 5, "vW:i:1", false},
	{"vVC\1", 4, "vW:i:1", false},
	{"", 0, "vW:i:1", false},
	{"XAAx", 4, "XA:A:x", true},
	{"XAAy", 4, "XA:A:x", false},
	{"XAZx\0", 5, "XA:A:x", false},
	{"CBZAC-1\0", 8, "CB:Z:AC-1", true},
	{"CBZAC-1\0", 8, "CB:Z:AC-", false},
	{"CBZAC-1\0", 8, "CB:Z:AC-1x", false},
	{"CBHAC\0", 6, "CB:Z:AC", false},
	{"XFf\0\0\0\x3F", 7, "XF:f:0.5", true},
	{"XFf\0\0\0\x3F", 7, "XF:f:0.25", false},
	{"XFf\xCD\xCC\xCC\x3D", 7, "XF:f:0.1", true}, /* as a float has it */
	{"NMC\7vWC\1", 8, "vW:i:1", true},
};

Test(filter, tags_pass_by_name_type_and_value)
{
	for (size_t i = 0; i < N_OF(tags); i++) {
		struct record_filter require = {0}, exclude = {0};
		struct bam_read read = good_read();

		read.tags = tags[i].bytes;
		read.tags_nbytes = tags[i].nbytes;
		add_tags(&require.require_tags, &require.n_require_tags, tags[i].test);
		add_tags(&exclude.exclude_tags, &exclude.n_exclude_tags, tags[i].test);
		cr_assert_eq(reason_of(&require, read),
			tags[i].passes ? REASON_NONE : REASON_REQUIRE_TAG, "case %zu", i);
		cr_assert_eq(reason_of(&exclude, read),
			tags[i].passes ? REASON_EXCLUDE_TAG : REASON_NONE, "case %zu", i);
		record_filter_free(&require);
		record_filter_free(&exclude);
	}
}

Test(filter, wasp_drops_what_has_the_tag_and_not_1)
{
	static const struct {
		const char *bytes;
		size_t nbytes;
		enum filter_reason reason;
	} cases[] = {{"", 0, REASON_NONE}, {"vWC\1", 4, REASON_NONE}, {"vWC\3", 4, REASON_WASP},
		{"vWi\1\0\0\0", 7, REASON_NONE}, {"vWc\xFF", 4, REASON_WASP},
		{"vWZ1\0", 5, REASON_WASP}};
	struct record_filter filter = {.wasp = true};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct bam_read read = good_read();

		read.tags = cases[i].bytes;
		read.tags_nbytes = cases[i].nbytes;
		cr_assert_eq(reason_of(&filter, read), cases[i].reason, "case %zu", i);
	}
}

Test(filter, tags_that_cannot_be_are_refused)
{
	static const char *const bad[] = {"", "vW", "vW:i", "vW:i:", "vW:i1", "vWi:1", "v:i:1",
		"vW:i:1x", "vW:i:x", "vW:f:x", "vW:A:xy", "vW:B:1", "vW:c:1", "vW:H:1"};

	for (size_t i = 0; i < N_OF(bad); i++) {
		struct sphex_error err;
		struct tag_test test;

		cr_assert_eq(tag_test_parse(bad[i], &test, &err), SPHEX_E_ARGUMENT, "%s", bad[i]);
		cr_assert_null(test.text, "%s", bad[i]);
	}
}

Test(filter, reasons_have_different_names)
{
	for (int i = 0; i < N_REASONS; i++)
		for (int j = 0; j < i; j++)
			cr_assert_str_neq(filter_reason_name((enum filter_reason)i),
				filter_reason_name((enum filter_reason)j));
}
