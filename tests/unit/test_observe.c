/* What one record says about the sites that it covers, in every kind of CIGAR, by the rules of each
 * mode. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bam/header.h"
#include "count/observe.h"
#include "simd/cpu.h"
#include "simd/select.h"
#include "tests/support/random_bam.h"
#include "tests/support/site_rows.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

/* All that an observer needs: sites, and a file of records with a unit that stands at the first. */
struct bench {
	char *path;
	struct bytes file;
	struct input *in;
	struct unit unit;
	struct site_table table;
	struct observer observer;
	struct observations seen;
	struct sphex_error err;
};

static struct bam_ref refs[] = {{"chr1", 0}, {"chr2", 0}, {"chr3", 0}};
static const struct bam_header bam_header = {.refs = refs, .n_refs = N_OF(refs)};

/* The caller frees `bam`. */
static void bench_start(struct bench *b, const struct bytes *bam, size_t block_nbytes,
	const struct site_row *rows, size_t n_rows, enum sphex_mode mode)
{
	size_t start = random_bam_header_nbytes(bam);
	struct bytes records = {bam->data + start, bam->n - start, 0};

	*b = (struct bench){.file = bgzf_wrap(&records,
				    (struct bgzf_shape){.block_nbytes = block_nbytes, .level = 1})};
	b->path = temp_file(&b->file, ".records");
	cr_assert_eq(input_open(b->path, &b->in, &b->err), SPHEX_OK);
	cr_assert_eq(unit_init(&b->unit, b->in, NULL, &b->err), SPHEX_OK);
	unit_set_range(&b->unit, 0, b->file.n);
	cr_assert_eq(unit_start_at(&b->unit, 0, &b->err), SPHEX_OK);
	site_table_start(&b->table, rows, n_rows);
	site_table_finish(&b->table, mode, true, true);
	b->observer = (struct observer){.rules = count_rules_of(mode),
		.kernels = sphex_kernels_select(NULL, cpu_bundles()),
		.sites = &b->table.sites};
}

static enum sphex_status bench_observe(struct bench *b)
{
	return observe_unit(&b->observer, &b->unit, &b->seen, &b->err);
}

static void bench_end(struct bench *b)
{
	observations_free(&b->seen);
	site_table_free(&b->table);
	unit_free(&b->unit);
	input_close(b->in);
	temp_remove(b->path);
	bytes_free(&b->file);
}

/* The observations of the reads, as text: "row:class row:class"; "-" without a base. */
static void observe(const struct site_row *rows, size_t n_rows, const struct bam_read *reads,
	size_t n_reads, enum sphex_mode mode, uint8_t min_baseq, char *out)
{
	static const char classes[] = "RAO..-";
	struct bench b;
	struct bytes bam = {0};
	enum sphex_status status;

	random_bam_start(&bam);
	for (size_t i = 0; i < n_reads; i++)
		bam_add(&bam, reads[i]);
	bench_start(&b, &bam, 0, rows, n_rows, mode);
	b.observer.min_baseq = min_baseq;
	status = bench_observe(&b);
	*out = '\0';
	if (status)
		strcpy(out, sphex_status_name(status));
	for (size_t i = 0; !status && i < b.seen.n; i++)
		out += sprintf(out, "%s%u:%c", i ? " " : "",
			b.table.sites.order[b.seen.items[i].site], classes[b.seen.items[i].says]);
	bench_end(&b);
	bytes_free(&bam);
}

struct one {
	const char *what;
	const char *cigar, *seq, *quals; /* the read starts at position 91 */
	const char *wasp2, *legacy;
};

/* Rows: 0 is A>G at 100, 1 is T>C at 105. */
static const struct site_row two_sites[] = {
	{"chr1", 100, "A", "G", NULL}, {"chr1", 105, "T", "C", NULL}};

static const struct one singles[] = {
	/*                                        91       100  105 */
	{"both sites", "20M", "CCCCCCCCCGCCCCCCCCCC", NULL, "0:A", "0:A 1:A"},
	{"ref and other", "20M", "CCCCCCCCCACCCCGCCCCC", NULL, "0:R", "0:R 1:O"},
	{"a lone base at the first site", "9N1M", "G", NULL, "0:A", "0:A"},
	{"ends on the site", "10M", "CCCCCCCCCG", NULL, "0:A", "0:A"},
	{"ends before the site", "9M", "CCCCCCCCC", NULL, "", ""},
	{"= and X", "5=5X5=5X", "CCCCCCCCCGCCCCTCCCCC", NULL, "0:A", "0:A 1:R"},
	{"deletion over the first", "9M1D10M", "CCCCCCCCCCCCCTCCCCC", NULL, "1:R", "0:- 1:R"},
	{"deletion over both", "9M6D5M", "CCCCCCCCCCCCCC", NULL, "", "0:- 1:-"},
	{"intron over the first", "5M8N10M", "CCCCCCTCCCCCCCC", NULL, "1:R", "0:- 1:R"},
	{"insertion before", "5M3I15M", "CCCCCAAACCCCGCCCCCCCCCC", NULL, "0:A", "0:A 1:A"},
	{"insertion just before", "9M2I11M", "CCCCCCCCCAAGCCCCTCCCCC", NULL, "0:A", "0:A 1:R"},
	{"insertion just behind", "10M2I8M", "CCCCCCCCCGAACCCCTCCC", NULL, "0:A", "0:A 1:R"},
	{"soft clip in front", "4S20M", "AAAACCCCCCCCCGCCCCTCCCCC", NULL, "0:A", "0:A 1:R"},
	{"soft clip over the second", "12M8S", "CCCCCCCCCGCCCCTCCCCC", NULL, "0:A", "0:A"},
	{"hard clips", "7H20M7H", "CCCCCCCCCGCCCCTCCCCC", NULL, "0:A", "0:A 1:R"},
	{"padding behind the sites", "20M1P1M", "CCCCCCCCCGCCCCTCCCCCC", NULL, "0:A", "0:A 1:R"},
	{"padding shifts the read in legacy only", "3M1P16M", "CCCCCCCCCGACCCTCCCC", NULL, "0:A",
		"0:R 1:A"},
	{"zero-length operations", "0M5M0D0I0N5M0S10M0H", "CCCCCCCCCGCCCCTCCCCC", NULL, "0:A",
		"0:A 1:R"},
	{"only zero-length", "0M", "C", NULL, "", ""},
	{"no CIGAR", "*", "CCCCCCCCCC", NULL, "", ""},
	{"codes without a meaning", "5M3B15M", "CCCCCCCCCGCCCCTCCCCC", NULL, "0:A", "0:A 1:R"},
	{"N, the IUPAC letters and =", "20M", "CCCCCCCCCNCCCCRCCCCC", NULL, "0:O", "0:O 1:O"},
	{"R at the site that is chosen", "20M", "CCCCCCCCCRCCCCTCCCCC", NULL, "", "0:O 1:R"},
	{"= at the site that is chosen", "20M", "CCCCCCCCC=CCCCTCCCCC", NULL, "", "0:O 1:R"},
	{"a CIGAR longer than SEQ", "20M", "CCCCCCCCCGCC", NULL, "0:A", "0:A 1:-"},
	{"a CIGAR longer than SEQ at the first site", "20M", "CCC", NULL, "", "0:- 1:-"},
	{"no SEQ", "20M", NULL, NULL, "", "0:- 1:-"},
};

Test(observe, single_records_in_every_kind_of_cigar)
{
	for (size_t i = 0; i < N_OF(singles); i++) {
		const struct one *one = &singles[i];
		struct bam_read read = {
			.name = "r", .pos0 = 90, .cigar = one->cigar, .seq = one->seq};
		char got[200];

		observe(two_sites, 2, &read, 1, SPHEX_MODE_WASP2, 0, got);
		cr_assert_str_eq(got, one->wasp2, "%s: %s", one->what, got);
		observe(two_sites, 2, &read, 1, SPHEX_MODE_WASP2_LEGACY, 0, got);
		cr_assert_str_eq(got, one->legacy, "%s: %s", one->what, got);
	}
}

/* The same sites, the second one listed first. */
static const struct site_row swapped_sites[] = {
	{"chr1", 105, "T", "C", NULL}, {"chr1", 100, "A", "G", NULL}};

Test(observe, the_site_listed_first_is_chosen_not_the_leftmost)
{
	static const struct {
		const char *cigar, *seq, *want;
	} cases[] = {{"20M", "CCCCCCCCCGCCCCTCCCCC", "0:R"}, {"9M6D5M", "CCCCCCCCCCCCCC", ""},
		{"13M4D3M", "CCCCCCCCCGCCCCCC", "1:A"}, {"12M8S", "CCCCCCCCCGCCCCTCCCCC", "1:A"},
		{"9M1D10M", "CCCCCCCCCCCCCCCCCCC", "0:A"}, {"20M", "CCCCCCCCCGCCCCRCCCCC", ""}};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct bam_read read = {
			.name = "r", .pos0 = 90, .cigar = cases[i].cigar, .seq = cases[i].seq};
		char got[200];

		observe(swapped_sites, 2, &read, 1, SPHEX_MODE_WASP2, 0, got);
		cr_assert_str_eq(got, cases[i].want, "case %zu: %s", i, got);
	}
}

Test(observe, a_low_quality_at_the_chosen_site_gives_no_second_choice)
{
	static const struct {
		const char *quals, *want;
		uint8_t min_baseq;
	} cases[] = {{"IIIIIIIII+IIIIIIIIII", "", 20}, {"IIIIIIIII5IIIIIIIIII", "0:A", 20},
		{"IIIIIIIII4IIIIIIIIII", "", 20}, {"!!!!!!!!!!!!!!!!!!!!", "0:A", 0},
		{NULL, "0:A", 255}, {"~~~~~~~~~~~~~~~~~~~~", "", 255}};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct bam_read read = {.name = "r",
			.pos0 = 90,
			.cigar = "20M",
			.seq = "CCCCCCCCCGCCCCTCCCCC",
			.quals = cases[i].quals};
		char got[200];

		observe(two_sites, 2, &read, 1, SPHEX_MODE_WASP2, cases[i].min_baseq, got);
		cr_assert_str_eq(got, cases[i].want, "case %zu: %s", i, got);
	}
}

Test(observe, only_the_unmapped_flag_matters)
{
	for (unsigned bit = 0; bit < 16; bit++) {
		struct bam_read read = {.name = "r",
			.flag = (uint16_t)(1u << bit),
			.pos0 = 90,
			.cigar = "20M",
			.seq = "CCCCCCCCCGCCCCTCCCCC"};
		char got[200];

		observe(two_sites, 2, &read, 1, SPHEX_MODE_WASP2, 0, got);
		cr_assert_str_eq(got, bit == 2 ? "" : "0:A", "bit %u", bit);
		observe(two_sites, 2, &read, 1, SPHEX_MODE_WASP2_LEGACY, 0, got);
		/* an unmapped record lies on its first base only */
		cr_assert_str_eq(got, bit == 2 ? "" : "0:A 1:R", "bit %u", bit);
	}
}

Test(observe, a_record_without_span_lies_on_its_first_base)
{
	static const struct {
		uint16_t flag;
		const char *cigar, *want;
	} cases[] = {{4, "*", "0:-"}, {0, "*", "0:-"}, {0, "3S", "0:-"}, {4, "3M", "0:A"},
		{0, "3I", "0:-"}};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct bam_read read = {.name = "r",
			.flag = cases[i].flag,
			.pos0 = 99,
			.cigar = cases[i].cigar,
			.seq = "GCC"};
		char got[200];

		observe(two_sites, 2, &read, 1, SPHEX_MODE_WASP2_LEGACY, 0, got);
		cr_assert_str_eq(got, cases[i].want, "case %zu: %s", i, got);
		read.pos0 = 98;
		observe(two_sites, 2, &read, 1, SPHEX_MODE_WASP2_LEGACY, 0, got);
		cr_assert_str_eq(got, "", "case %zu one before: %s", i, got);
	}
}

/* ---------------------------------------------------------------- alleles of several letters */

Test(observe, text_alleles_are_compared_with_the_read_as_it_is)
{
	static const struct {
		const char *ref, *alt, *cigar, *seq,
			*want; /* the read starts at 91, the site is at 100 */
	} cases[] = {
		{"A", "AT", "12M", "CCCCCCCCCATG", "0:A"}, /* next base T */
		{"A", "AT", "12M", "CCCCCCCCCAAG", "0:R"}, /* starts with REF */
		{"A", "AT", "10M1I2M", "CCCCCCCCCATGG", "0:A"},
		{"A", "AT", "10M2S", "CCCCCCCCCATG", "0:A"}, /* soft clip is read on */
		{"A", "AT", "10M", "CCCCCCCCCA", "0:R"},     /* the read ends: equal to REF */
		{"A", "AT", "10M", "CCCCCCCCCT", "0:O"}, {"AT", "A", "12M", "CCCCCCCCCATG", "0:R"},
		{"AT", "A", "12M", "CCCCCCCCCACG", "0:A"}, /* starts with ALT */
		{"AT", "A", "10M", "CCCCCCCCCA", "0:A"},   /* equal to ALT */
		{"AC", "GT", "12M", "CCCCCCCCCGTA", "0:A"},
		{"AC", "GT", "12M", "CCCCCCCCCACA", "0:R"},
		{"AC", "GT", "12M", "CCCCCCCCCGCA", "0:O"},
		{"AC", "GT", "10M", "CCCCCCCCCG", "0:O"},  /* shorter than both */
		{"A", "NN", "12M", "CCCCCCCCCRYA", "0:A"}, /* other letters are N */
		{"A", "N=", "12M", "CCCCCCCCCN=A", "0:O"},
		{"a", "at", "12M", "CCCCCCCCCATG", "0:O"},
		{"A", "<DEL>", "12M", "CCCCCCCCCATG", "0:R"},
		{"AA", "AA", "12M", "CCCCCCCCCAAG", "0:R"}, /* REF first */
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct site_row row = {"chr1", 100, cases[i].ref, cases[i].alt, NULL};
		struct bam_read read = {
			.name = "r", .pos0 = 90, .cigar = cases[i].cigar, .seq = cases[i].seq};
		char got[200];

		observe(&row, 1, &read, 1, SPHEX_MODE_WASP2, 0, got);
		cr_assert_str_eq(got, cases[i].want, "%s>%s %s: %s", cases[i].ref, cases[i].alt,
			cases[i].seq, got);
		observe(&row, 1, &read, 1, SPHEX_MODE_WASP2_LEGACY, 0, got);
		cr_assert_str_eq(
			got, "0:O", "%s>%s in legacy: %s", cases[i].ref, cases[i].alt, got);
	}
}

Test(observe, text_alleles_may_be_longer_than_any_buffer)
{
	for (size_t n = 200; n < 1100; n += 28) {
		struct prng r = {n};
		char *ref = calloc(1, n + 2), *seq = calloc(1, n + 2), got[200];
		struct site_row row = {"chr1", 100, ref, "AC", NULL};
		struct bam_read read = {.name = "r", .pos0 = 99, .cigar = "2M", .seq = seq};

		for (size_t i = 0; i < n; i++)
			seq[i] = ref[i] = "ACGT"[prng_below(&r, 4)];
		ref[1] = seq[1] = 'T';
		observe(&row, 1, &read, 1, SPHEX_MODE_WASP2, 0, got);
		cr_assert_str_eq(got, "0:R", "%zu bases", n);
		seq[n - 1] = seq[n - 1] == 'A' ? 'C' : 'A';
		observe(&row, 1, &read, 1, SPHEX_MODE_WASP2, 0, got);
		cr_assert_str_eq(got, "0:O", "%zu bases", n);
		free(ref);
		free(seq);
	}
}

Test(observe, a_low_quality_silences_text_alleles_too)
{
	struct site_row row = {"chr1", 100, "A", "AT", NULL};
	struct bam_read read = {
		.name = "r", .pos0 = 99, .cigar = "3M", .seq = "ATG", .quals = "+II"};
	char got[200];

	observe(&row, 1, &read, 1, SPHEX_MODE_WASP2, 20, got);
	cr_assert_str_eq(got, "");
	observe(&row, 1, &read, 1, SPHEX_MODE_WASP2, 10, got);
	cr_assert_str_eq(got, "0:A");
}

/* ---------------------------------------------------------------- many records */

/* An oracle that walks every pair of record and site, base by base, as section 2 of the rules says.
 */
struct pair {
	uint32_t order;
	char says;
};

static char base_letter(const struct record *r, uint32_t q)
{
	return "=ACMGRSVTWYHKDBN"[record_base(r, q)];
}

/* The offset of the base that the record aligns to pos0, or -1. */
static int64_t aligned_base(const struct record *r, uint32_t pos0, bool padding)
{
	int64_t p = r->pos0, q = 0;

	for (uint32_t i = 0; i < r->n_cigar; i++) {
		uint32_t op = record_cigar_word(r, i) & 15;

		for (uint32_t n = record_cigar_word(r, i) >> 4; n > 0; n--) {
			bool match = op == CIGAR_M || op == CIGAR_EQ || op == CIGAR_X;

			if (match && p == pos0)
				return q < r->n_bases ? q : -1;
			p += match || op == CIGAR_D || op == CIGAR_N;
			q += match || op == CIGAR_I || op == CIGAR_S || (padding && op == CIGAR_P);
		}
	}
	return -1;
}

static char letter_class(const struct site_row *row, char letter)
{
	return letter == row->ref[0] ? 'R' : letter == row->alt[0] ? 'A' : 'O';
}

static void oracle_wasp2(
	const struct record *r, const struct site_row *rows, size_t n, struct bytes *out)
{
	if (r->flags & FLAG_UNMAPPED || r->ref_id < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		int64_t q = rows[i].contig[3] - '1' == r->ref_id
				    ? aligned_base(r, rows[i].pos1 - 1, false)
				    : -1;

		if (q < 0)
			continue;
		if (strchr("ACGTN", base_letter(r, (uint32_t)q)))
			bytes_print(out, "%zu:%c ", i,
				letter_class(&rows[i], base_letter(r, (uint32_t)q)));
		return;
	}
}

Test(observe, random_records_over_random_sites_agree_with_a_walk_base_by_base)
{
	enum { N_SITES = 400 };
	static const char *const contigs[] = {"chr1", "chr2", "chr3"};
	struct site_row rows[N_SITES];
	struct bytes bam = {0};

	random_bam(&bam, 21, 3000, 120);
	for (int sorted = 0; sorted < 2; sorted++) {
		struct prng r = {(uint64_t)sorted};
		struct bytes want = {0}, got = {0};
		struct bench b;
		uint64_t n_records = 0;

		for (size_t i = 0; i < N_SITES; i++) {
			size_t place = sorted ? i * 30000 / N_SITES : prng_below(&r, 30000);

			rows[i] = (struct site_row){contigs[place / 10000],
				(uint32_t)(place % 10000) + 1, "A", "G", NULL};
		}
		bench_start(&b, &bam, 3000, rows, N_SITES, SPHEX_MODE_WASP2);
		while (!b.unit.finished) {
			static const char classes[] = "RAO";

			cr_assert_eq(bench_observe(&b), SPHEX_OK, "%s", b.err.message);
			n_records += b.seen.n_records;
			for (size_t i = 0; i < b.seen.n; i++)
				bytes_print(&got, "%u:%c ",
					b.table.sites.order[b.seen.items[i].site],
					classes[b.seen.items[i].says]);
		}
		cr_assert_eq(n_records, 3000);
		for (size_t at = random_bam_header_nbytes(&bam), nbytes; at < bam.n; at += nbytes) {
			struct record record;

			nbytes = load_u32(bam.data + at) + 4;
			cr_assert_eq(
				record_parse(bam.data + at, nbytes, 3, &record, &b.err), SPHEX_OK);
			oracle_wasp2(&record, rows, N_SITES, &want);
		}
		bytes_add_number(&want, 0, 1);
		bytes_add_number(&got, 0, 1);
		cr_assert(want.n > 3000, "the oracle saw little: %s", (char *)want.data);
		cr_assert_str_eq((char *)got.data, (char *)want.data);
		bench_end(&b);
		bytes_free(&want);
		bytes_free(&got);
	}
	bytes_free(&bam);
}

Test(observe, large_results_are_handed_out_in_parts)
{
	enum { N_READS = 150000 };
	struct bytes bam = {0};
	struct bench b;
	size_t n = 0, n_parts = 0;

	random_bam_start(&bam);
	for (size_t i = 0; i < N_READS; i++)
		bam_add(&bam,
			(struct bam_read){.name = "r", .pos0 = 99, .cigar = "6M", .seq = "GCCCCT"});
	bench_start(&b, &bam, 0, two_sites, 2, SPHEX_MODE_WASP2_LEGACY);
	while (!b.unit.finished) {
		cr_assert_eq(bench_observe(&b), SPHEX_OK);
		for (size_t i = 0; i < b.seen.n; i++, n++)
			cr_assert(
				b.seen.items[i].site == n % 2 && b.seen.items[i].says == 1 - n % 2,
				"observation %zu", n);
		n_parts++;
		unit_drop_read(&b.unit);
	}
	cr_assert_eq(n, 2 * N_READS);
	cr_assert(n_parts > 1, "one part");
	bench_end(&b);
	bytes_free(&bam);
}

/* ---------------------------------------------------------------- order */

Test(observe, records_out_of_order_end_a_result_and_begin_the_next)
{
	static const struct {
		int32_t ref_id, pos0, next_ref_id, next_pos0;
		const char *message; /* NULL: sorted */
	} cases[] = {
		{1, 500, 1, 500, NULL},
		{1, 500, 1, 501, NULL},
		{1, 500, 1, INT32_MAX, NULL},
		{1, 500, 2, 0, NULL},
		{1, 500, -1, -1, NULL},
		{1, 500, -1, 0, NULL},
		{1, 500, 1, 499, "a record at chr2:500 comes after one at chr2:501"},
		{1, 500, 0, 1000, "a record at chr1:1001 comes after one at chr2:501"},
		{1, 500, 1, -1, "a record at chr2:0 comes after one at chr2:501"},
		{-1, -1, 2, 6, "a record at chr3:7 comes after one without a contig"},
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct bam_read read = {.name = "a",
			.ref_id = cases[i].ref_id,
			.pos0 = cases[i].pos0,
			.cigar = "1M",
			.seq = "A"};
		struct bench b;
		struct bytes bam = {0};
		size_t first, second;

		random_bam_start(&bam);
		first = bam_add(&bam, read);
		read.ref_id = cases[i].next_ref_id;
		read.pos0 = cases[i].next_pos0;
		second = bam_add(&bam, read);
		bench_start(&b, &bam, 0, two_sites, 2, SPHEX_MODE_WASP2);
		cr_assert_eq(bench_observe(&b), SPHEX_OK);
		cr_assert_eq(b.seen.n_records, cases[i].message ? 1 : 2, "case %zu", i);
		if (cases[i].message) {
			uint64_t key_before = b.seen.last_key;

			cr_assert_eq(bench_observe(&b), SPHEX_OK);
			cr_assert_eq(b.seen.n_records, 1);
			cr_assert_eq(b.seen.first_voffset, second - first);
			not_sorted(&bam_header, b.seen.first_key, key_before, &b.err);
			cr_assert(strstr(b.err.message, cases[i].message) && b.err.hint[0], "%s",
				b.err.message);
		}
		bench_end(&b);
		bytes_free(&bam);
	}
}

Test(observe, sort_keys_follow_the_order_of_a_sorted_bam)
{
	static const int32_t places[][2] = {{0, -1}, {0, 0}, {0, 1}, {0, INT32_MAX}, {1, -1},
		{1, 5}, {INT32_MAX, 0}, {-1, -1}, {-1, 7}};

	for (size_t i = 1; i < N_OF(places); i++)
		cr_assert(sort_key(places[i - 1][0], places[i - 1][1]) <
				  sort_key(places[i][0], places[i][1]),
			"%zu", i);
}

Test(observe, native_rules_refuse_damaged_cigars_everywhere_and_names_over_sites)
{
	static const struct {
		struct bam_read read;
		const char *native, *wasp2;
	} cases[] = {
		{{.name = "a", .pos0 = 90, .cigar = "20M", .seq = "CCCCCCCCCGCC"}, "data", "0:A"},
		{{.name = "a", .pos0 = 1, .cigar = "20M", .seq = "CCCCCCCCCGCC"}, "data", ""},
		{{.name = "a", .pos0 = 900, .cigar = "20M", .seq = "CCCCCCCCCGCC"}, "data", ""},
		{{.name = "a", .pos0 = 1, .cigar = "4M3B", .seq = "CCCC"}, "data", ""},
		{{.name = "a", .pos0 = 1, .cigar = "20M"}, "", ""},
		{{.name = "a", .pos0 = 90, .cigar = "5M3S7M", .seq = "CCCCCCCCCCCCGCC"}, "data",
			"0:A"},
		{{.name = "a", .pos0 = 90, .cigar = "5M3H7M", .seq = "CCCCCCCCCGCC"}, "data",
			"0:A"},
		{{.name = "a", .pos0 = 90, .cigar = "2S3H12M", .seq = "CCCCCCCCCCCGCC"}, "data",
			"0:A"},
		{{.name = "a", .pos0 = 90, .cigar = "3H2S12M1S1H", .seq = "CCCCCCCCCCCGCCC"}, "",
			"0:A"},
		{{.name = "a", .pos0 = 90, .cigar = "2S12M", .seq = "CCCCCCCCCCCGCC"}, "", "0:A"},
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		char got[100];

		observe(two_sites, 2, &cases[i].read, 1, SPHEX_MODE_NATIVE, 0, got);
		cr_assert_str_eq(got, cases[i].native, "case %zu", i);
		observe(two_sites, 2, &cases[i].read, 1, SPHEX_MODE_WASP2, 0, got);
		cr_assert_str_eq(got, cases[i].wasp2, "case %zu", i);
	}
}

/* A covering record whose name is `letter` n times, with a NUL at byte `nul` unless that is n. */
static enum sphex_status observe_name(uint8_t letter, size_t n, size_t nul)
{
	struct bench b;
	struct bytes bam = {0};
	char name[64];
	size_t at;
	enum sphex_status status;

	memset(name, 'r', n);
	name[n] = '\0';
	random_bam_start(&bam);
	at = bam_add(&bam, (struct bam_read){.name = name, .pos0 = 98, .cigar = "2M", .seq = "GG"});
	memset(bam.data + at + RECORD_MIN_NBYTES, letter, n);
	if (nul < n)
		bam.data[at + RECORD_MIN_NBYTES + nul] = 0;
	bench_start(&b, &bam, 0, two_sites, 2, SPHEX_MODE_NATIVE);
	status = bench_observe(&b);
	bench_end(&b);
	bytes_free(&bam);
	return status;
}

Test(observe, a_nul_in_a_name_over_a_site_is_found_wherever_it_stands)
{
	static const uint8_t letters[] = {1, 'r', 0x80, 0x81, 0xFF};

	for (size_t n = 1; n < 40; n += n < 20 ? 1 : 7)
		for (size_t i = 0; i < sizeof(letters); i++)
			for (size_t nul = 0; nul <= n; nul++)
				cr_assert_eq(observe_name(letters[i], n, nul),
					nul < n ? SPHEX_E_DATA : SPHEX_OK, "%#x, %zu of %zu",
					letters[i], nul, n);
}

/* What the strip shows at a locus. */
static uint8_t shown_at(const struct bench *b, const struct strip *strip, uint32_t locus)
{
	const odd_call *odd = strip_odd(&b->seen.strips, strip);

	for (uint32_t i = 0; i < strip->n_odd; i++)
		if (odd_place(odd[i]) == locus % CELL_N_LOCI)
			return odd_shown(odd[i]);
	return b->observer.sites->usual[locus];
}

/* The fourth record has `value` at byte `at`. */
static void expect_damage_at(size_t at_byte, uint8_t value, enum sphex_mode mode)
{
	struct bench b;
	struct bytes bam = {0};
	size_t at, start;

	random_bam_start(&bam);
	start = bam.n;
	for (int i = 0; i < 3; i++)
		bam_add(&bam,
			(struct bam_read){.name = "a", .pos0 = 98, .cigar = "2M", .seq = "GG"});
	at = bam_add(
		&bam, (struct bam_read){
			      .name = "bb", .pos0 = 99, .cigar = "2M", .seq = "GG", .quals = "II"});
	bam.data[at + at_byte] = value;
	bench_start(&b, &bam, 0, two_sites, 2, mode);
	cr_assert_eq(bench_observe(&b), SPHEX_E_DATA);
	cr_assert_eq(b.err.voffset, at - start);
	cr_assert_eq(b.seen.n + b.seen.strips.n, 3);
	cr_assert_eq(b.seen.last_key, sort_key(0, 98), "the file has not reached what is refused");
	for (size_t i = 0; i < b.seen.n; i++)
		cr_assert_eq(b.seen.items[i].says, CLASS_ALT);
	for (size_t i = 0; i < b.seen.strips.n; i++) {
		const struct strip *strip = &b.seen.strips.items[i];

		cr_assert_eq(shown_at(&b, strip, strip->locus), CALL_G);
	}
	bench_end(&b);
	bytes_free(&bam);
}

Test(observe, damage_is_refused_but_what_came_before_is_judged)
{
	expect_damage_at(12, 0, SPHEX_MODE_WASP2);
	expect_damage_at(37, 0, SPHEX_MODE_NATIVE);    /* inside the name */
	expect_damage_at(44, 0xFF, SPHEX_MODE_NATIVE); /* the first of two qualities */
}

Test(observe, an_offset_is_that_of_an_aligned_base_only)
{
	static const struct {
		uint32_t pos0, offset;
	} cases[] = {{96, UINT32_MAX}, {97, UINT32_MAX}, {99, UINT32_MAX}, {100, 3}, {101, 4},
		{102, UINT32_MAX}, {103, 5}, {104, UINT32_MAX}, {105, UINT32_MAX}};
	struct bytes bam = {0};
	struct sphex_error err;
	struct record r;
	size_t at;

	random_bam_start(&bam);
	at = bam_add(
		&bam, (struct bam_read){
			      .name = "r", .pos0 = 100, .cigar = "3S2M1D1M2S", .seq = "ACGTACGT"});
	cr_assert_eq(record_parse(bam.data + at, bam.n - at, 1, &r, &err), SPHEX_OK);
	for (size_t i = 0; i < N_OF(cases); i++)
		cr_assert_eq(
			observe_offset(&r, cases[i].pos0), cases[i].offset, "at %u", cases[i].pos0);
	bytes_free(&bam);
}

/* The array of strips grows in the middle of a record, more than once. */
Test(observe, a_record_of_many_runs_over_loci_has_a_strip_for_each)
{
	enum { N = 100 };
	struct site_row rows[2 * N];
	struct bench b;
	struct bytes bam = {0};
	char cigar[N * 4 + 1] = "", seq[N + 1] = "";

	for (size_t i = 0; i < 2 * N; i++)
		rows[i] = (struct site_row){"chr1", (uint32_t)(101 + i), "A", "G", NULL};
	for (size_t i = 0; i < N; i++) {
		strcat(cigar, i + 1 < N ? "1M1N" : "1M");
		strcat(seq, i % 3 ? "A" : "G");
	}
	random_bam_start(&bam);
	bam_add(&bam, (struct bam_read){.name = "a", .pos0 = 100, .cigar = cigar, .seq = seq});
	bench_start(&b, &bam, 0, rows, N_OF(rows), SPHEX_MODE_NATIVE);
	cr_assert_eq(bench_observe(&b), SPHEX_OK);
	cr_assert_eq(b.seen.strips.n, N);
	for (size_t i = 0; i < N; i++) {
		cr_assert_eq(b.seen.strips.items[i].locus, 2 * i);
		cr_assert_eq(b.seen.strips.items[i].n, 1);
		cr_assert_eq(shown_at(&b, &b.seen.strips.items[i], (uint32_t)(2 * i)),
			i % 3 ? CALL_A : CALL_G, "%zu", i);
	}
	bench_end(&b);
	bytes_free(&bam);
}

/* Whose loci are those of two cells; an insertion lies where the second one begins, or before. */
static void expect_cut_strips(uint32_t n_before_insertion)
{
	enum { N = CELL_N_LOCI + 500 };
	static struct site_row rows[N];
	static char seq[N + 2];
	struct bench b;
	struct bytes bam = {0};
	char cigar[32];
	uint32_t locus = 0;

	for (uint32_t i = 0; i < N; i++)
		rows[i] = (struct site_row){"chr1", 101 + i, "A", "G", NULL};
	memset(seq, 'A', N + 1);
	for (uint32_t i = 0; i < N + 1; i += 7)
		seq[i] = 'G';
	snprintf(cigar, sizeof(cigar), "%uM1I%uM", n_before_insertion, N - n_before_insertion);
	random_bam_start(&bam);
	bam_add(&bam, (struct bam_read){.name = "a", .pos0 = 100, .cigar = cigar, .seq = seq});
	bench_start(&b, &bam, 0, rows, N, SPHEX_MODE_NATIVE);
	cr_assert_eq(bench_observe(&b), SPHEX_OK);
	cr_assert_eq(b.seen.strips.n, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct strip *strip = &b.seen.strips.items[i];

		cr_assert_eq(strip->locus, locus);
		cr_assert_eq(strip->locus, i * CELL_N_LOCI);
		cr_assert_eq(strip->name.lo, b.seen.strips.items[0].name.lo);
		for (; locus < strip->locus + strip->n; locus++) {
			uint32_t base = locus + (locus >= n_before_insertion);

			cr_assert_eq(shown_at(&b, strip, locus), base % 7 ? CALL_A : CALL_G, "%u",
				locus);
		}
	}
	cr_assert_eq(locus, N);
	bench_end(&b);
	bytes_free(&bam);
}

Test(observe, a_strip_ends_where_a_cell_ends)
{
	expect_cut_strips(CELL_N_LOCI);
	expect_cut_strips(CELL_N_LOCI - 1);
	expect_cut_strips(CELL_N_LOCI + 1);
	expect_cut_strips(10);
}
