/* One record: every length is checked, and every view points at what the specification says. */
#include <criterion/criterion.h>

#include <string.h>

#include "bam/record.h"
#include "tests/support/guard.h"
#include "tests/support/random_bam.h"

enum { N_REFS = 3 };

static void put_u32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static struct bytes usual_record(void)
{
	struct bytes b = {0};

	bam_add(&b, (struct bam_read){.name = "read/1",
			    .flag = FLAG_PAIRED | FLAG_REVERSE,
			    .ref_id = 1,
			    .pos0 = 123456,
			    .mapq = 37,
			    .cigar = "2S3M1I1D1M",
			    .seq = "ACGTN=R",
			    .quals = "!\"#$%&I",
			    .mate_ref_id = 2,
			    .mate_pos0 = 654321,
			    .tlen = -321,
			    .tags = "NMC\3",
			    .tags_nbytes = 4});
	return b;
}

Test(record, fields_and_views_are_those_that_were_written)
{
	struct bytes b = usual_record();
	struct sphex_error err;
	struct record r;
	static const uint32_t words[] = {2 << 4 | CIGAR_S, 3 << 4 | CIGAR_M, 1 << 4 | CIGAR_I,
		1 << 4 | CIGAR_D, 1 << 4 | CIGAR_M};
	static const uint8_t codes[] = {1, 2, 4, 8, 15, 0, 5};

	cr_assert_eq(record_parse(b.data, b.n, N_REFS, &r, &err), SPHEX_OK, "%s", err.message);
	cr_assert_eq(r.ref_id, 1);
	cr_assert_eq(r.pos0, 123456);
	cr_assert_eq(r.flags, 0x11);
	cr_assert_eq(r.mapq, 37);
	cr_assert_eq(r.name_nbytes, 7);
	cr_assert_str_eq(record_name(&r), "read/1");
	cr_assert_eq(record_mate_ref_id(&r), 2);
	cr_assert_eq(record_mate_pos0(&r), 654321);
	cr_assert_eq(record_tlen(&r), -321);
	cr_assert_eq(r.n_cigar, 5);
	for (uint32_t i = 0; i < 5; i++)
		cr_assert_eq(record_cigar_word(&r, i), words[i]);
	cr_assert_eq((int64_t)record_cigar_span(&r).ref, 5);
	cr_assert_eq(r.n_bases, 7);
	for (uint32_t i = 0; i < 7; i++) {
		cr_assert_eq(record_base(&r, i), codes[i]);
		cr_assert_eq(r.quals[i], i < 6 ? i : 40);
	}
	cr_assert_eq(r.end - r.tags, 4);
	cr_assert_eq(r.end, b.data + b.n);
	bytes_free(&b);
}

Test(record, absent_bases_and_qualities_are_told)
{
	struct sphex_error err;
	struct record r;
	struct bytes b = {0};

	bam_add(&b,
		(struct bam_read){.name = "x", .ref_id = -1, .pos0 = -1, .cigar = "*", .flag = 4});
	cr_assert_eq(record_parse(b.data, b.n, N_REFS, &r, &err), SPHEX_OK);
	cr_assert(r.n_bases == 0 && r.n_cigar == 0 && r.tags == r.end &&
			  (int64_t)record_cigar_span(&r).ref == 0,
		"SEQ *");
	b.n = 0;
	bam_add(&b, (struct bam_read){.name = "x", .cigar = "3M", .seq = "ACG"});
	cr_assert_eq(record_parse(b.data, b.n, N_REFS, &r, &err), SPHEX_OK);
	for (int i = 0; i < 3; i++)
		cr_assert_eq(r.quals[i], 0xFF);
	bytes_free(&b);
}

static void expect_damage(const struct bytes *b, size_t nbytes, const char *what)
{
	struct guard g = guard_new(nbytes);
	uint8_t *p = guard_place(&g, nbytes, GUARD_END);
	struct sphex_error err;
	struct record r;

	memcpy(p, b->data, nbytes);
	cr_assert_eq(
		record_parse(p, nbytes, N_REFS, &r, &err), SPHEX_E_DATA, "%s was accepted", what);
	cr_assert(strstr(err.message, what), "%s, not %s", err.message, what);
	guard_free(&g);
}

Test(record, every_length_and_number_is_checked)
{
	static const struct {
		size_t at, nbytes;
		uint32_t value;
		const char *what;
	} cases[] = {
		{4, 4, N_REFS, "reference id"},
		{4, 4, (uint32_t)-2, "reference id"},
		{4, 4, 0x7fffffff, "reference id"},
		{4, 4, 0x80000000, "reference id"},
		{24, 4, N_REFS, "its mate's reference id"},
		{24, 4, (uint32_t)-2, "its mate's reference id"},
		{24, 4, 0x7fffffff, "its mate's reference id"},
		{8, 4, (uint32_t)-2, "position"},
		{8, 4, 0x80000000, "position"},
		{12, 1, 0, "no read name"},
		{12, 1, 255, "longer than its block_size"},
		{12, 1, 6, "NUL"},
		{12, 1, 8, "NUL"},
		{16, 2, 65535, "longer than its"},
		{16, 2, 7, "longer than its"},
		{20, 4, (uint32_t)-1, "bases"},
		{20, 4, 0x80000000, "bases"},
		{20, 4, 0x7fffffff, "longer than"},
		{20, 4, 11, "longer than its block_size"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bytes b = usual_record();

		for (size_t k = 0; k < cases[i].nbytes; k++)
			b.data[cases[i].at + k] = (uint8_t)(cases[i].value >> 8 * k);
		expect_damage(&b, b.n, cases[i].what);
		bytes_free(&b);
	}
}

Test(record, records_shorter_than_their_parts_are_refused)
{
	struct bytes b = usual_record();

	/* without tags it is whole, so only the last 4 bytes can be missed */
	for (size_t n = 0; n < b.n - 4; n++)
		expect_damage(
			&b, n, n < RECORD_MIN_NBYTES ? "block_size is too small" : "longer than");
	bytes_free(&b);
}

Test(record, the_last_reference_and_none_are_allowed)
{
	struct bytes b = usual_record();
	struct sphex_error err;
	struct record r;

	for (int32_t ref_id = -1; ref_id < N_REFS; ref_id++) {
		put_u32(b.data + 4, (uint32_t)ref_id);
		put_u32(b.data + 8, ref_id < 0 ? 0xffffffff : 0x7fffffff);
		cr_assert_eq(record_parse(b.data, b.n, N_REFS, &r, &err), SPHEX_OK);
		cr_assert_eq(r.ref_id, ref_id);
	}
	bytes_free(&b);
}

/* ---------------------------------------------------------------- long CIGARs */

Test(record, more_than_65535_operations_come_from_the_cg_tag)
{
	enum { N_OPS = 70001 };
	static uint32_t ops[N_OPS];
	struct sphex_error err;
	struct bytes b = {0};
	struct record r;
	int64_t span = 0;

	for (uint32_t i = 0; i < N_OPS; i++) {
		ops[i] = i % 2 ? 1 << 4 | CIGAR_N : 1 << 4 | CIGAR_EQ;
		span++;
	}
	bam_add(&b, (struct bam_read){.name = "long", .ops = ops, .n_ops = N_OPS, .seq = "ACGT"});
	cr_assert_eq(record_parse(b.data, b.n, N_REFS, &r, &err), SPHEX_OK);
	cr_assert_eq(r.n_cigar, N_OPS);
	for (uint32_t i = 0; i < N_OPS; i++)
		cr_assert_eq(record_cigar_word(&r, i), ops[i]);
	cr_assert_eq((int64_t)record_cigar_span(&r).ref, span);
	bytes_free(&b);
}

/* A record with two operations and these tags, parsed; how many operations it then has. */
static uint32_t n_ops_with(uint32_t first, uint32_t second, const struct bytes *tags)
{
	uint32_t ops[2] = {first, second};
	struct sphex_error err;
	struct bytes b = {0};
	struct record r;

	bam_add(&b, (struct bam_read){.name = "x",
			    .ops = ops,
			    .n_ops = 2,
			    .seq = "ACGT",
			    .tags = tags->data,
			    .tags_nbytes = tags->n});
	cr_assert_eq(record_parse(b.data, b.n, N_REFS, &r, &err), SPHEX_OK);
	bytes_free(&b);
	return r.n_cigar;
}

static struct bytes cg_tag(const char *start, uint32_t n, size_t n_words)
{
	struct bytes tags = {0};

	bytes_add(&tags, "NMC\1", 4);
	bytes_add(&tags, start, 4);
	bytes_add_number(&tags, n, 4);
	for (size_t i = 0; i < n_words; i++)
		bytes_add_number(&tags, 1 << 4 | CIGAR_M, 4);
	return tags;
}

Test(record, only_a_true_placeholder_is_replaced)
{
	const uint32_t soft = 4 << 4 | CIGAR_S, skip = 4 << 4 | CIGAR_N;
	struct bytes good = cg_tag("CGBI", 4, 4), none = {0};

	cr_assert_eq(n_ops_with(soft, skip, &good), 4);
	cr_assert_eq(n_ops_with(soft, 0 << 4 | CIGAR_N, &good), 4);
	cr_assert_eq(n_ops_with(3 << 4 | CIGAR_S, skip, &good), 2, "clip of another length");
	cr_assert_eq(n_ops_with(4 << 4 | CIGAR_M, skip, &good), 2, "not a clip");
	cr_assert_eq(n_ops_with(soft, 4 << 4 | CIGAR_D, &good), 2, "not a skip");
	cr_assert_eq(n_ops_with(soft, skip, &none), 2, "no tag");
	bytes_free(&good);
}

Test(record, a_damaged_cg_tag_is_not_followed)
{
	static const struct {
		const char *start;
		uint32_t n;
		size_t n_words;
	} cases[] = {{"CGBI", 5, 4}, {"CGBI", 0xffffffff, 4}, {"CGBI", 0x40000000, 4},
		{"CGBI", 0, 4}, {"CGBS", 4, 4}, {"CGBf", 4, 4}, {"CGBd", 2, 4}, {"CGB?", 4, 4},
		{"CGZI", 4, 4}, {"CGI\1", 4, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bytes tags = cg_tag(cases[i].start, cases[i].n, cases[i].n_words);

		cr_assert_eq(
			n_ops_with(4 << 4 | CIGAR_S, 4 << 4 | CIGAR_N, &tags), 2, "case %zu", i);
		bytes_free(&tags);
	}
}

/* ---------------------------------------------------------------- tags */

/* Finds the tag in a record with these tags, whose last byte is the last one that can be read. */
static bool find(
	const void *tags, size_t nbytes, const char *name, struct tag *out, struct guard *g)
{
	struct bytes b = {0};
	struct sphex_error err;
	struct record r;
	uint8_t *p;

	bam_add(&b,
		(struct bam_read){.name = "x", .cigar = "*", .tags = tags, .tags_nbytes = nbytes});
	*g = guard_new(b.n);
	p = guard_place(g, b.n, GUARD_END);
	memcpy(p, b.data, b.n);
	cr_assert_eq(record_parse(p, b.n, N_REFS, &r, &err), SPHEX_OK);
	bytes_free(&b);
	return record_find_tag(&r, name, out);
}

static const char every_type[] = "aaAx"
				 "bbc\xff"
				 "ccC\xff"
				 "ddsab"
				 "eeSab"
				 "ffiabcd"
				 "ggIabcd"
				 "hhfabcd"
				 "iidabcdefgh"
				 "jjZ\0"
				 "kkZtext\0"
				 "llH1AFF\0"
				 "mmBc\2\0\0\0ab"
				 "nnBC\0\0\0\0"
				 "ooBs\1\0\0\0ab"
				 "ppBS\1\0\0\0ab"
				 "qqBi\2\0\0\0abcdefgh"
				 "rrBI\1\0\0\0abcd"
				 "ssBf\1\0\0\0abcd"
				 "zzAz";

Test(record, tags_of_every_type_are_found_and_passed)
{
	static const struct {
		const char *name;
		char type, subtype;
		uint32_t n;
		const char *value;
	} cases[] = {{"aa", 'A', 0, 1, "x"}, {"bb", 'c', 0, 1, "\xff"}, {"cc", 'C', 0, 1, "\xff"},
		{"dd", 's', 0, 1, "ab"}, {"ee", 'S', 0, 1, "ab"}, {"ff", 'i', 0, 1, "abcd"},
		{"gg", 'I', 0, 1, "abcd"}, {"hh", 'f', 0, 1, "abcd"}, {"ii", 'd', 0, 1, "abcdefgh"},
		{"jj", 'Z', 0, 0, ""}, {"kk", 'Z', 0, 4, "text"}, {"ll", 'H', 0, 4, "1AFF"},
		{"mm", 'B', 'c', 2, "ab"}, {"nn", 'B', 'C', 0, ""}, {"oo", 'B', 's', 1, "ab"},
		{"pp", 'B', 'S', 1, "ab"}, {"qq", 'B', 'i', 2, "abcdefgh"},
		{"rr", 'B', 'I', 1, "abcd"}, {"ss", 'B', 'f', 1, "abcd"}, {"zz", 'A', 0, 1, "z"}};
	struct guard g;
	struct tag tag;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cr_assert(find(every_type, sizeof(every_type) - 1, cases[i].name, &tag, &g), "%s",
			cases[i].name);
		cr_assert(tag.type == cases[i].type && tag.subtype == cases[i].subtype &&
				  tag.n == cases[i].n,
			"%s", cases[i].name);
		cr_assert(memcmp(tag.value, cases[i].value, strlen(cases[i].value)) == 0, "%s",
			cases[i].name);
		guard_free(&g);
	}
	cr_assert_not(find(every_type, sizeof(every_type) - 1, "xx", &tag, &g));
	guard_free(&g);
	cr_assert_not(find("", 0, "aa", &tag, &g));
	guard_free(&g);
}

Test(record, the_first_of_two_tags_of_one_name_is_found)
{
	struct guard g;
	struct tag tag;

	cr_assert(find("XXA1XXA2", 8, "XX", &tag, &g), "XX");
	cr_assert_eq(tag.value[0], '1');
	guard_free(&g);
}

Test(record, tags_cut_at_any_byte_are_found_up_to_there)
{
	struct guard g;
	struct tag tag;

	for (size_t n = 0; n < sizeof(every_type) - 1; n++) {
		cr_assert_not(find(every_type, n, "zz", &tag, &g), "%zu", n);
		guard_free(&g);
		cr_assert_eq(find(every_type, n, "aa", &tag, &g), n >= 4, "%zu", n);
		guard_free(&g);
	}
}

Test(record, a_damaged_tag_ends_the_search)
{
	static const struct {
		const char *bytes;
		size_t nbytes;
	} cases[] = {{"XXq1", 4}, {"XX", 2}, {"X", 1}, {"XXZabc", 6}, {"XXBc\xff\xff\xff\xff", 8},
		{"XXBc\3\0\0\0ab", 10}, {"XXBZ\1\0\0\0a", 9}, {"XXB", 3}, {"XXBc\1\0", 6},
		{"XXi\1\2\3", 6}, {"XXBI\1\0\0\x40\1\2\3\4", 12}, {"XX\0a", 4}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct guard g;
		struct tag tag;

		cr_assert_not(find(cases[i].bytes, cases[i].nbytes, "XX", &tag, &g), "case %zu", i);
		guard_free(&g);
		cr_assert_not(find(cases[i].bytes, cases[i].nbytes, "YY", &tag, &g), "case %zu", i);
		guard_free(&g);
	}
}

/* ---------------------------------------------------------------- plausible records */

Test(record, whatever_parses_with_a_valid_mate_is_plausible_at_every_length)
{
	struct prng r = {11};

	for (int i = 0; i < 200; i++) {
		struct bytes b = {0};

		random_bam_add(&b, &r, (int32_t)prng_below(&r, 4) - 1,
			(int32_t)prng_below(&r, 1000) - 1, 200);
		for (size_t n = 0; n <= b.n; n += n < 100 ? 1 : 29) {
			struct guard g = guard_new(n);
			uint8_t *p = guard_place(&g, n, GUARD_END);

			memcpy(p, b.data, n);
			cr_assert_eq(record_is_plausible(p, n, N_REFS), n >= RECORD_MIN_NBYTES,
				"%zu bytes", n);
			guard_free(&g);
		}
		bytes_free(&b);
	}
}

Test(record, what_does_not_parse_is_not_plausible)
{
	struct prng r = {12};
	unsigned n_refused = 0;

	for (int i = 0; i < 20000; i++) {
		struct bytes b = usual_record();
		struct sphex_error err;
		struct record parsed;

		for (uint64_t k = prng_below(&r, 3) + 1; k > 0; k--)
			b.data[4 + prng_below(&r, 40)] = (uint8_t)prng_next(&r);
		if (record_parse(b.data, b.n, N_REFS, &parsed, &err)) {
			n_refused++;
			cr_assert_not(record_is_plausible(b.data, b.n, N_REFS), "%s", err.message);
		}
		bytes_free(&b);
	}
	cr_assert(n_refused > 1000, "%u", n_refused);
}
