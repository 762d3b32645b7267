/* What one record says at the positions it covers, by ASEReadCounter's rules. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "bam/header.h"
#include "count/ase_elements.h"
#include "tests/support/random_bam.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

static const char group_tag[] = "RGZg1";
#define GROUPED .tags = group_tag, .tags_nbytes = sizeof(group_tag)

static struct bam_ref refs[] = {{"chr1", 0}, {"chr2", 0}, {"chr3", 0}};
static const struct bam_header bam_header = {.refs = refs, .n_refs = RANDOM_N_REFS};

/* All that a scan needs: one segment from `beg0` to `end0` of chr1. */
struct bench {
	struct ase_segment segment;
	size_t begins[RANDOM_N_REFS + 1];
	struct ase_segments segments;
	uint32_t samples[1], refs[RANDOM_N_REFS];
	struct read_groups groups;
	struct ase_scanner scanner;
};

static void bench_start(struct bench *b, uint32_t beg0, uint32_t end0, uint32_t record)
{
	struct sphex_error err;
	uint32_t id;

	*b = (struct bench){.segment = {0, beg0, end0, record}, .begins = {0, 1, 1, 1}};
	b->segments = (struct ase_segments){.items = &b->segment, .n = 1, .begins = b->begins};
	cr_assert_eq(pool_add(&b->groups.ids, "g1", 2, &id, &err), SPHEX_OK);
	b->groups.samples = b->samples;
	b->samples[0] = 7;
	for (uint32_t i = 0; i < RANDOM_N_REFS; i++)
		b->refs[i] = i;
	b->scanner = (struct ase_scanner){.segments = &b->segments,
		.groups = &b->groups,
		.refs = b->refs,
		.header = &bam_header,
		.filter = ase_filter_default};
}

/* The records' elements as text: "11A 12-": base A at 1-based position 11, a deletion at 12. */
static void scan(const struct bench *b, const struct bam_read *reads, size_t n_reads, char *out)
{
	struct bytes bam = {0}, records, file;
	struct ase_elements e = {0};
	struct input *in;
	struct unit unit = {0};
	struct sphex_error err;
	enum sphex_status status;
	char *path;

	random_bam_start(&bam);
	for (size_t i = 0; i < n_reads; i++)
		bam_add(&bam, reads[i]);
	records = (struct bytes){bam.data + random_bam_header_nbytes(&bam),
		bam.n - random_bam_header_nbytes(&bam), 0};
	file = bgzf_wrap(&records, (struct bgzf_shape){.level = 1});
	path = temp_file(&file, ".records");
	cr_assert_eq(input_open(path, &in, &err), SPHEX_OK);
	cr_assert_eq(unit_init(&unit, in, NULL, &err), SPHEX_OK);
	unit_set_range(&unit, 0, file.n);
	cr_assert_eq(unit_start_at(&unit, 0, &err), SPHEX_OK);
	status = ase_elements_scan(&b->scanner, &unit, &e, &err);
	strcpy(out, status ? strrchr(err.message, ':') + 2 : "");
	for (size_t i = 0; !status && i < e.n; i++)
		out += sprintf(out, "%s%u%c", i ? " " : "",
			(unsigned)(e.items[i].place & UINT32_MAX),
			e.items[i].flags & ELEMENT_DELETION ? '-' : e.items[i].letter);
	cr_assert(status || e.n_records == n_reads);
	ase_elements_free(&e);
	unit_free(&unit);
	input_close(in);
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
}

static void expect_one(struct bam_read read, const char *expected, size_t number)
{
	struct bench b;
	char got[500];

	bench_start(&b, 0, 1000, 0);
	scan(&b, &read, 1, got);
	cr_assert_str_eq(got, expected, "case %zu: %s", number, got);
	pool_free(&b.groups.ids);
}

Test(ase_elements, cigars)
{
	static const struct {
		const char *cigar, *seq, *elements;
	} cases[] = {
		{"4M", "ACGT", "11A 12C 13G 14T"},
		{"1=1X2M", "ACGT", "11A 12C 13G 14T"},
		{"1M1I2M", "ACGT", "11A 12G 13T"},
		{"2S2M", "ACGT", "11G 12T"},
		{"2M2S", "ACGT", "11A 12C"},
		{"3H4M1H", "ACGT", "11A 12C 13G 14T"},
		{"2M1P2M", "ACGT", "11A 12C 13G 14T"},
		{"2M2D2M", "ACGT", "11A 12C 13- 14- 15G 16T"},
		{"2M3N2M", "ACGT", "11A 12C 16G 17T"},
		{"3N4M", "ACGT", "14A 15C 16G 17T"},
		{"4M3N", "ACGT", "11A 12C 13G 14T"},
		{"2M0D2M", "ACGT", "11A 12C 13G 14T"},
		{"0D4M", "ACGT", "11A 12C 13G 14T"},
		{"2S1D2M", "ACGT", "11- 12G 13T"},
		{"2M1D2S", "ACGT", "11A 12C 13-"},
		{"2M1D2I", "ACGT", "11A 12C 13-"},
		{"4M1D2H", "ACGT", "11A 12C 13G 14T 15-"},
		{"4I", "ACGT", ""},
		{"", "ACGT", ""},
		{"2M", "ACGT", "11A 12C"},
		{"4M", "=RDN", "11= 12R 13D 14N"},
		{"1D4M", "ACGT", "its CIGAR starts with a deletion"},
		{"5H1D4M", "ACGT", "its CIGAR starts with a deletion"},
		{"2N1D4M", "ACGT", "its CIGAR starts with a deletion"},
		{"4M1D", "ACGT", "its CIGAR ends with a deletion"},
		{"4M0D", "ACGT", "its CIGAR ends with a deletion"},
		{"5M", "ACGT", "its CIGAR speaks of more bases than SEQ has"},
		{"2I3M", "ACGT", "its CIGAR speaks of more bases than SEQ has"},
		{"4M5S", "ACGT", "11A 12C 13G 14T"},
	};

	for (size_t i = 0; i < N_OF(cases); i++)
		expect_one((struct bam_read){.name = "r",
				   .pos0 = 10,
				   .cigar = cases[i].cigar,
				   .seq = cases[i].seq,
				   .quals = "IIII",
				   GROUPED},
			cases[i].elements, i);
}

Test(ase_elements, the_adaptor_rule)
{
	/* 6M at 101..106; mate is the 1-based PNEXT */
	static const struct {
		uint16_t flag;
		int32_t mate, tlen;
		const char *elements;
	} cases[] = {
		{0x63, 101, 200, "101A 102C 103G 104T 105A 106C"}, /* long */
		{0x63, 101, 101, "101A 102C 103G 104T 105A 106C"}, {0x63, 101, 3, "101A 102C 103G"},
		{0x63, 97, 3, "101A 102C 103G 104T 105A 106C"}, /* start beyond mate + tlen */
		{0x63, 98, 3, "101A 102C 103G"},
		{0x63, 105, -4, "101A 102C 103G 104T"}, /* a negative TLEN is a short one */
		{0x63, 104, -4, "101A 102C 103G 104T 105A 106C"},
		{0x63, 101, 0, "101A 102C 103G 104T 105A 106C"},
		{0x53, 103, -200, "103G 104T 105A 106C"},
		{0x53, 103, 200, "101A 102C 103G 104T 105A 106C"},
		{0x53, 103, 100, "103G 104T 105A 106C"}, {0x53, 105, -4, "105A 106C"},
		{0x53, 106, -4, "101A 102C 103G 104T 105A 106C"}, /* end is not beyond the mate */
		{0x73, 103, -4, "101A 102C 103G 104T 105A 106C"}, /* both reverse */
		{0x5B, 103, -4, "101A 102C 103G 104T 105A 106C"}, /* mate unmapped */
		{0x53, 0, -4, "101A 102C 103G 104T 105A 106C"},   /* PNEXT 0 */
		{0x10, 103, -4, "101A 102C 103G 104T 105A 106C"}, /* not paired */
		{0x51, 103, -4, "103G 104T 105A 106C"},           /* not a proper pair */
		{0x853, 103, -4, "103G 104T 105A 106C"},          /* supplementary */
		{0x63, 101, INT32_MIN, "101A 102C 103G 104T 105A 106C"}, /* mate + tlen wraps */
	};

	for (size_t i = 0; i < N_OF(cases); i++)
		expect_one((struct bam_read){.name = "r",
				   .flag = cases[i].flag,
				   .pos0 = 100,
				   .cigar = "6M",
				   .seq = "ACGTAC",
				   .quals = "IIIIII",
				   .mate_ref_id = 2,
				   .mate_pos0 = cases[i].mate - 1,
				   .tlen = cases[i].tlen,
				   GROUPED},
			cases[i].elements, i);
}

Test(ase_elements, filters_drop_records)
{
	static const char other_group[] = "RGZg2";
	static const struct {
		struct bam_read read;
		const char *elements;
	} cases[] = {
		{{.cigar = "1M", .seq = "A", .quals = "I", GROUPED}, "1A"},
		{{.cigar = "1M", .seq = "A", .quals = "I"}, ""},
		{{.cigar = "1M", .seq = "A", GROUPED}, ""},
		{{.cigar = "1M", GROUPED}, ""},
		{{.cigar = "1M", .seq = "A", .quals = "I", .flag = 0x4, GROUPED}, ""},
		{{.cigar = "1M", .seq = "A", .quals = "I", .flag = 0x100, GROUPED}, ""},
		{{.cigar = "1M", .seq = "A", .quals = "I", .flag = 0x400, GROUPED}, ""},
		{{.cigar = "1M", .seq = "A", .quals = "I", .flag = 0x200, GROUPED}, "1A"},
		{{.cigar = "1M", .seq = "A", .quals = "I", .flag = 0x800, GROUPED}, "1A"},
		{{.cigar = "1M", .seq = "A", .quals = "I", .pos0 = -1, GROUPED}, ""},
		{{.cigar = "1M", .seq = "A", .quals = "I", .ref_id = -1, GROUPED}, ""},
		{{.cigar = "1M", .seq = "A", .quals = "I", .ref_id = 1, GROUPED}, ""},
		{{.cigar = "1M",
			 .seq = "A",
			 .quals = "I",
			 .tags = other_group,
			 .tags_nbytes = sizeof(other_group)},
			"the header has no @RG line for its read group"},
		{{.cigar = "1M",
			 .seq = "A",
			 .quals = "I",
			 .flag = 0x400,
			 .tags = other_group,
			 .tags_nbytes = sizeof(other_group)},
			""},
	};

	for (size_t i = 0; i < N_OF(cases); i++)
		expect_one(cases[i].read, cases[i].elements, i);
}

Test(ase_elements, only_positions_of_segments)
{
	struct bam_read read = {
		.pos0 = 10, .cigar = "3M2D3M", .seq = "ACGTAC", .quals = "IIIIII", GROUPED};
	static const struct {
		uint32_t beg0, end0, record;
		const char *elements;
	} cases[] = {
		{0, 10, 0, ""}, {0, 11, 0, "11A"}, {12, 14, 0, "13G 14-"}, {17, 30, 0, "18C"},
		{18, 30, 0, ""},
		{0, 100, SEGMENT_NO_REFERENCE,
			"11A 14- 16T"}, /* one for each operation is enough */
	};
	struct bench b;
	char got[500];

	for (size_t i = 0; i < N_OF(cases); i++) {
		bench_start(&b, cases[i].beg0, cases[i].end0, cases[i].record);
		scan(&b, &read, 1, got);
		cr_assert_str_eq(got, cases[i].elements, "case %zu: %s", i, got);
		pool_free(&b.groups.ids);
	}
}

Test(ase_elements, are_sorted_by_place_unless_reads_are_listed)
{
	const struct bam_read reads[] = {
		{.pos0 = 10, .cigar = "3M", .seq = "AAA", .quals = "III", GROUPED},
		{.pos0 = 11, .cigar = "3M", .seq = "CCC", .quals = "III", GROUPED},
		{.pos0 = 11, .cigar = "1M", .seq = "G", .quals = "I", GROUPED}};
	struct bench b;
	char got[500];

	bench_start(&b, 0, 100, 0);
	scan(&b, reads, N_OF(reads), got);
	cr_assert_str_eq(got, "11A 12A 12C 12G 13A 13C 14C");
	b.scanner.by_read = true;
	scan(&b, reads, N_OF(reads), got);
	cr_assert_str_eq(got, "11A 12A 13A 12C 13C 14C 12G");
	pool_free(&b.groups.ids);
}

Test(ase_elements, reads_outside_of_intervals_are_not_reached)
{
	struct interval interval = {0, 20, 30};
	struct intervals within = {.items = &interval, .n = 1};
	struct bam_read read = {
		.pos0 = 10, .cigar = "4M1D", .seq = "ACGT", .quals = "IIII", GROUPED};
	struct bench b;
	char got[500];

	bench_start(&b, 20, 30, 0);
	b.scanner.within = &within;
	scan(&b, &read, 1, got);
	cr_assert_str_eq(got, "");
	read.pos0 = 16;
	scan(&b, &read, 1, got);
	cr_assert_str_eq(got, "its CIGAR ends with a deletion");
	pool_free(&b.groups.ids);
}

Test(ase_filter, names_change_flags)
{
	static const struct {
		const char *name;
		bool enable;
		enum sphex_status status;
		struct ase_filter after;
	} cases[] = {
		{"NotDuplicateReadFilter", false, SPHEX_OK, {0x104, 0}},
		{"NotSecondaryAlignmentReadFilter", false, SPHEX_OK, {0x404, 0}},
		{"NotDuplicateReadFilter", true, SPHEX_OK, {0x504, 0}},
		{"NotSupplementaryAlignmentReadFilter", true, SPHEX_OK, {0xD04, 0}},
		{"PassesVendorQualityCheckReadFilter", true, SPHEX_OK, {0x704, 0}},
		{"NotSupplementaryAlignmentReadFilter", false, SPHEX_OK, {0x504, 0}},
		{"ProperlyPairedReadFilter", true, SPHEX_OK, {0x504, 0x3}},
		{"ValidAlignmentEndReadFilter", false, SPHEX_OK, {0x504, 0}},
		{"MappedReadFilter", false, SPHEX_E_ARGUMENT, {0x504, 0}},
		{"HasReadGroupReadFilter", false, SPHEX_E_ARGUMENT, {0x504, 0}},
		{"SeqIsStoredReadFilter", false, SPHEX_E_ARGUMENT, {0x504, 0}},
		{"MatchingBasesAndQualsReadFilter", false, SPHEX_E_ARGUMENT, {0x504, 0}},
		{"notDuplicateReadFilter", false, SPHEX_E_ARGUMENT, {0x504, 0}},
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct ase_filter filter = ase_filter_default;
		struct sphex_error err;

		cr_assert_eq(ase_filter_change(&filter, cases[i].name, cases[i].enable, &err),
			cases[i].status, "%s", cases[i].name);
		cr_assert_eq(filter.exclude, cases[i].after.exclude, "%s", cases[i].name);
		cr_assert_eq(filter.require, cases[i].after.require, "%s", cases[i].name);
	}
}
