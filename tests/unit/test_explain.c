/* The records over a position: which, as which text, and in which column each of them ends. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "count/explain.h"
#include "count/fragment.h"
#include "simd/cpu.h"
#include "simd/select.h"
#include "tests/support/random_bam.h"
#include "tests/support/site_rows.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

/* ---------------------------------------------------------------- records of a unit */

/* Explains position 100 of chr1, A>G, for the reads. */
static struct explanation explain(const struct bam_read *reads, size_t n)
{
	static const struct site_row rows[] = {{"chr1", 100, "A", "G", NULL}};
	struct record_filter filter = {.exclude_flags = 0xF04, .min_mapq = 10};
	struct explanation e = {0};
	struct bytes bam = {0}, file;
	struct site_table t;
	struct observer observer;
	struct sphex_error err;
	struct input *in;
	struct unit unit;
	char *path;

	for (size_t i = 0; i < n; i++)
		bam_add(&bam, reads[i]);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.level = 1});
	path = temp_file(&file, ".records");
	site_table_start(&t, rows, 1);
	site_table_finish(&t, SPHEX_MODE_NATIVE, true, true);
	observer = (struct observer){.rules = count_rules_of(SPHEX_MODE_NATIVE),
		.kernels = sphex_kernels_select("scalar", cpu_bundles()),
		.sites = &t.sites,
		.filter = &filter,
		.min_baseq = 10};
	cr_assert(!input_open(path, &in, &err) && !unit_init(&unit, in, NULL, &err));
	unit_set_range(&unit, 0, file.n);
	cr_assert_eq(unit_start_at(&unit, 0, &err), SPHEX_OK);
	cr_assert_eq(explain_unit(&observer, &unit, 0, 99, t.sites.row_sites[0], &e, &err),
		SPHEX_OK, "%s", err.message);
	unit_free(&unit);
	input_close(in);
	site_table_free(&t);
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
	return e;
}

/* The read begins at 98, two bases before the site. */
static const struct {
	struct bam_read read;
	const char *text; /* NULL: not shown */
	uint8_t says, reason;
} singles[] = {
	{{.name = "far", .pos0 = 50, .mapq = 60, .cigar = "10M", .seq = "CCCCCCCCCC"}, NULL, 0, 0},
	{{.name = "before", .pos0 = 97, .mapq = 60, .cigar = "2M", .seq = "CC"}, NULL, 0, 0},
	{{.name = "alt",
		 .pos0 = 97,
		 .mapq = 60,
		 .cigar = "1S2M1I2M",
		 .seq = "TCCTGC",
		 .quals = "IIIIJI"},
		"alt\t0\t60\t1S2M1I2M\tG\t41", CLASS_ALT, REASON_NONE},
	{{.name = "ref", .pos0 = 97, .mapq = 60, .cigar = "2=1X", .seq = "CCA"},
		"ref\t0\t60\t2=1X\tA\t.", CLASS_REF, REASON_NONE},
	{{.name = "bad", .pos0 = 97, .mapq = 60, .cigar = "3M", .seq = "CCG", .quals = "II*"},
		"bad\t0\t60\t3M\tG\t9", CLASS_LOW_BASEQ, REASON_NONE},
	{{.name = "iupac", .pos0 = 97, .mapq = 60, .cigar = "3M", .seq = "CCR"},
		"iupac\t0\t60\t3M\tR\t.", CLASS_AMBIGUOUS, REASON_NONE},
	{{.name = "gap", .pos0 = 97, .mapq = 60, .cigar = "1M3D1M", .seq = "CC"},
		"gap\t0\t60\t1M3D1M\t.\t.", SAYS_NO_BASE, REASON_NONE},
	{{.name = "mapq", .pos0 = 97, .mapq = 9, .cigar = "3M", .seq = "CCG"},
		"mapq\t0\t9\t3M\tG\t.", SAYS_LOW_MAPQ, REASON_LOW_MAPQ},
	{{.name = "dup", .flag = 0x400, .pos0 = 97, .mapq = 60, .cigar = "3M", .seq = "CCG"},
		"dup\t1024\t60\t3M\tG\t.", SAYS_FILTERED, REASON_DUPLICATE},
	{{.name = "dupgap", .flag = 0x400, .pos0 = 97, .mapq = 60, .cigar = "1M3D1M", .seq = "CC"},
		"dupgap\t1024\t60\t1M3D1M\t.\t.", SAYS_NO_BASE, REASON_DUPLICATE},
	{{.name = "noseq", .pos0 = 97, .mapq = 60, .cigar = "3M"}, "noseq\t0\t60\t3M\t.\t.",
		SAYS_FILTERED, REASON_NO_SEQ},
	{{.name = NULL, .pos0 = 99, .mapq = 60, .cigar = "3M", .seq = "TTT"}, "*\t0\t60\t3M\tT\t.",
		CLASS_OTHER, REASON_NONE},
	{{.name = "unmapped", .flag = 0x4, .pos0 = 99, .cigar = "", .seq = "G"},
		"unmapped\t4\t0\t*\t.\t.", SAYS_NO_BASE, REASON_UNMAPPED},
	{{.name = "behind", .pos0 = 100, .mapq = 60, .cigar = "2M", .seq = "CC"}, NULL, 0, 0},
	{{.name = "chr2", .ref_id = 1, .pos0 = 97, .mapq = 60, .cigar = "3M", .seq = "CCG"}, NULL,
		0, 0},
};

Test(explain, shows_the_records_over_a_position_and_what_they_say)
{
	for (size_t i = 0; i < N_OF(singles); i++) {
		struct explanation e = explain(&singles[i].read, 1);

		cr_assert_eq(e.n, singles[i].text ? 1 : 0, "case %zu: %s", i, singles[i].read.name);
		if (e.n) {
			cr_assert_str_eq(e.texts + e.items[0].text, singles[i].text, "%s",
				e.texts + e.items[0].text);
			cr_assert_eq(e.items[0].says, singles[i].says, "case %zu says %u", i,
				e.items[0].says);
			cr_assert_eq(e.items[0].reason, singles[i].reason, "case %zu", i);
			cr_assert_eq(e.items[0].nameless, !singles[i].read.name, "case %zu", i);
		}
		explanation_free(&e);
	}
}

Test(explain, parts_are_put_behind_each_other)
{
	struct explanation whole = {0}, part[2], none = {0};
	struct sphex_error err;
	size_t n = 0;

	for (size_t i = 0; i < 2; i++) {
		part[i] = explain(&singles[2 + i].read, 1);
		cr_assert_eq(explanation_append(&whole, &part[i], &err), SPHEX_OK);
		cr_assert_eq(explanation_append(&whole, &none, &err), SPHEX_OK);
		explanation_free(&part[i]);
	}
	cr_assert_eq(whole.n, 2);
	for (size_t i = 0; i < 2; i++, n++)
		cr_assert_str_eq(whole.texts + whole.items[n].text, singles[2 + i].text);
	explanation_free(&whole);
}

/* ---------------------------------------------------------------- columns */

static struct explained item_of(uint64_t name, uint8_t says, size_t text)
{
	return (struct explained){.name = {name, ~name}, .says = says, .text = text};
}

Test(explain, columns_of_one_fragment)
{
	enum { SAME = EXPLAIN_SAME_FRAGMENT, NO_BASE = EXPLAIN_NO_BASE };
	static const struct {
		size_t n;
		uint8_t says[4], want[4];
	} cases[] = {
		{2, {CLASS_ALT, CLASS_ALT}, {COUNT_ALT, SAME}},
		{2, {CLASS_REF, CLASS_ALT}, {COUNT_DISCORDANT, SAME}},
		{2, {CLASS_LOW_BASEQ, CLASS_ALT}, {COUNT_ALT, SAME}},
		{3, {CLASS_AMBIGUOUS, CLASS_LOW_BASEQ, CLASS_AMBIGUOUS},
			{COUNT_LOW_BASEQ, SAME, SAME}},
		{3, {SAYS_NO_BASE, CLASS_REF, CLASS_REF}, {NO_BASE, COUNT_REF, SAME}},
		{3, {CLASS_REF, SAYS_NO_BASE, CLASS_ALT}, {COUNT_DISCORDANT, NO_BASE, SAME}},
		{4, {SAYS_FILTERED, CLASS_ALT, SAYS_LOW_MAPQ, CLASS_ALT},
			{COUNT_FILTERED, COUNT_ALT, COUNT_LOW_MAPQ, SAME}},
		{2, {SAYS_FILTERED, SAYS_FILTERED}, {COUNT_FILTERED, COUNT_FILTERED}},
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct explained items[4];
		struct explanation e = {.items = items, .n = cases[i].n};
		uint8_t columns[4];

		for (size_t k = 0; k < e.n; k++)
			items[k] = item_of(7, cases[i].says[k], k);
		explanation_columns(&e, false, columns);
		for (size_t k = 0; k < e.n; k++)
			cr_assert_eq(columns[k], cases[i].want[k], "case %zu, item %zu: %u", i, k,
				columns[k]);
	}
}

Test(explain, columns_add_up_to_the_row)
{
	enum { N = 60, N_NAMES = 12, N_SAYS = SAYS_FILTERED + 1 };
	struct prng r = {5};

	for (int round = 0; round < 2000; round++) {
		struct explained items[N];
		struct observation observations[N];
		uint8_t columns[N];
		uint32_t want[N_NATIVE_COUNTS] = {0}, got[N_NATIVE_COUNTS] = {0};
		struct explanation e = {.items = items, .n = prng_below(&r, N + 1)};
		bool by_read = prng_below(&r, 3) == 0;
		size_t n = 0;

		for (size_t i = 0; i < e.n; i++) {
			items[i] = item_of(
				prng_below(&r, N_NAMES), (uint8_t)prng_below(&r, N_SAYS), i);
			items[i].nameless = items[i].name.lo == 0;
			if (items[i].says != SAYS_NO_BASE)
				observations[n++] = (struct observation){.name = items[i].name,
					.says = items[i].says,
					.nameless = items[i].nameless};
		}
		fragments_count(observations, n, by_read, want);
		explanation_columns(&e, by_read, columns);
		for (size_t i = 0; i < e.n; i++)
			if (columns[i] < N_NATIVE_COUNTS)
				got[columns[i]]++;
		cr_assert(memcmp(got, want, sizeof(got)) == 0, "round %d", round);
	}
}
