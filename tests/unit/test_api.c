/* sphex.h as its users see it: worked cases, options, errors, columns, and the decoder. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sphex.h"
#include "tests/support/random_bam.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

enum { MAX_ROWS = 1000, MAX_READS = 8 };

/* ---------------------------------------------------------------- sites of the caller */

struct row {
	const char *contig;
	uint32_t pos1;
	const char *ref, *alt;
};

/* The arrays that struct sphex_sites borrows. */
struct site_arrays {
	struct sphex_sites sites;
	const char *names[MAX_ROWS];
	uint32_t contigs[MAX_ROWS], pos1[MAX_ROWS];
	uint64_t ref_offsets[MAX_ROWS + 1], alt_offsets[MAX_ROWS + 1];
	struct bytes refs, alts;
};

static void fill_sites(struct site_arrays *a, const struct row *rows, size_t n)
{
	memset(a, 0, sizeof(*a));
	for (size_t i = 0; i < n; i++) {
		a->names[i] = rows[i].contig; /* names may repeat */
		a->contigs[i] = (uint32_t)i;
		a->pos1[i] = rows[i].pos1;
		bytes_add(&a->refs, rows[i].ref, strlen(rows[i].ref));
		bytes_add(&a->alts, rows[i].alt, strlen(rows[i].alt));
		a->ref_offsets[i + 1] = a->refs.n;
		a->alt_offsets[i + 1] = a->alts.n;
	}
	a->sites = (struct sphex_sites){n, n, a->names, a->contigs, a->pos1, (const char *)a->refs.data,
		a->ref_offsets, (const char *)a->alts.data, a->alt_offsets};
}

static void free_sites(struct site_arrays *a)
{
	bytes_free(&a->refs);
	bytes_free(&a->alts);
}

/* ---------------------------------------------------------------- runs */

struct how {
	enum sphex_mode mode;
	unsigned n_threads;
	const char *unit_blocks, *min_baseq, *simd; /* NULL: the default */
};

static struct sphex_count *new_count(struct how how, const char *bam)
{
	struct sphex_count *c;

	cr_assert_eq(sphex_count_new(how.mode, &c, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_bam(c, bam, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_threads(c, how.n_threads, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_simd(c, how.simd, NULL), SPHEX_OK);
	if (how.unit_blocks)
		cr_assert_eq(sphex_count_set(c, "unit-blocks", how.unit_blocks, NULL), SPHEX_OK);
	if (how.min_baseq)
		cr_assert_eq(sphex_count_set(c, "min-baseq", how.min_baseq, NULL), SPHEX_OK);
	return c;
}

static bool is_valid(const struct sphex_column *column, size_t row)
{
	return !column->valid || column->valid[row / 8] >> row % 8 & 1;
}

/* The three counts of each row: "1,2,3 0,0,0", a missing one as nothing. */
static void counts_as_text(struct sphex_count *c, struct bytes *out)
{
	size_t first = sphex_count_n_columns(c) - 3;
	struct sphex_column columns[3];

	for (size_t k = 0; k < 3; k++)
		cr_assert_eq(sphex_count_column(c, first + k, &columns[k], NULL), SPHEX_OK);
	for (size_t row = 0; row < sphex_count_n_rows(c); row++) {
		bytes_print(out, row ? " " : "%s", "");
		for (size_t k = 0; k < 3; k++) {
			bytes_print(out, k ? "," : "%s", "");
			if (is_valid(&columns[k], row))
				bytes_print(out, "%u", columns[k].values[row]);
		}
	}
	bytes_add_number(out, 0, 1);
}

static void expect_counts(const char *bam, struct site_arrays *sites, struct how how, const char *want,
	const char *what)
{
	struct sphex_count *c = new_count(how, bam);
	struct bytes got = {0};
	struct sphex_error err;

	cr_assert_eq(sphex_count_sites(c, &sites->sites, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_OK, "%s: %s", what, err.message);
	counts_as_text(c, &got);
	cr_assert_str_eq((char *)got.data, want, "%s, mode %d, %u threads: %s", what, (int)how.mode, how.n_threads,
		(char *)got.data);
	bytes_free(&got);
	sphex_count_free(c);
}

/* ---------------------------------------------------------------- worked cases: rules of wasp2, section 10 */

struct worked {
	const char *what;
	struct row rows[3];
	struct bam_read reads[MAX_READS]; /* in file order; the list ends without a CIGAR */
	const char *wasp2, *legacy;       /* NULL: the original does not offer it */
	const char *min_baseq;
};

#define SNP {"chr1", 100, "A", "G"}
#define SNP_110 {"chr1", 110, "A", "G"}
#define READ(name_, pos1_, cigar_, seq_) {.name = name_, .pos0 = pos1_ - 1, .cigar = cigar_, .seq = seq_}

static const struct worked worked_cases[] = {
	{"1: both mates G", {SNP}, {READ("a", 99, "3M", "TGT"), READ("a", 100, "3M", "GTT")}, "0,1,0", "0,1,0", NULL},
	{"2: mates A, G", {SNP}, {READ("a", 99, "3M", "TAT"), READ("a", 100, "3M", "GTT")}, "1,0,0", "1,0,0", NULL},
	{"3: one read over two sites", {SNP, SNP_110}, {READ("a", 100, "11M", "GTTTTTTTTTG")}, "0,1,0 0,0,0",
		"0,1,0 0,0,0", NULL},
	{"4: the list decides", {SNP_110, SNP}, {READ("a", 100, "11M", "GTTTTTTTTTC")}, "0,0,1 0,0,0", "0,0,1 0,0,0",
		NULL},
	{"5: each mate at one site", {SNP_110, SNP}, {READ("a", 100, "2M", "GT"), READ("a", 110, "1M", "G")},
		"0,0,0 0,1,0", "0,1,0 0,0,0", NULL},
	{"6: deletion", {SNP, SNP_110}, {READ("a", 95, "5M1D10M", "TTTTTTTTTTTTTTG")}, "0,0,0 0,1,0", "0,0,0 0,0,0",
		NULL},
	{"7: intron", {SNP, {"chr1", 115, "A", "G"}}, {READ("a", 95, "2M14N5M", "TTTTTTG")}, "0,0,0 0,1,0",
		"0,0,0 0,0,0", NULL},
	{"8: intron, mate G", {SNP, {"chr1", 146, "A", "G"}},
		{READ("a", 95, "2M48N5M", "TTTGTTT"), READ("a", 100, "1M", "G")}, "0,0,0 0,1,0", "0,0,0 0,0,0", NULL},
	{"9: flags", {SNP},
		{{.name = "a", .flag = 0x100, .pos0 = 99, .cigar = "1M", .seq = "G"},
			{.name = "b", .flag = 0x800, .pos0 = 99, .cigar = "1M", .seq = "G"},
			{.name = "c", .flag = 0x400, .pos0 = 99, .cigar = "1M", .seq = "G"},
			{.name = "d", .flag = 0x200, .pos0 = 99, .cigar = "1M", .seq = "A"}},
		"1,3,0", "1,3,0", NULL},
	{"10: supplementary of one name", {SNP},
		{READ("a", 100, "1M", "G"), {.name = "a", .flag = 0x800, .pos0 = 99, .cigar = "1M", .seq = "A"}}, "0,1,0",
		"0,1,0", NULL},
	{"11: placed unmapped mate first", {SNP},
		{{.name = "a", .flag = 4, .pos0 = 99, .cigar = "*", .seq = "A"}, READ("a", 100, "1M", "G")}, "0,1,0", "0,0,0",
		NULL},
	{"11b: mapped mate first", {SNP},
		{READ("a", 100, "1M", "G"), {.name = "a", .flag = 4, .pos0 = 99, .cigar = "*", .seq = "A"}}, "0,1,0", "0,1,0",
		NULL},
	{"12: N, R, =", {SNP}, {READ("a", 100, "1M", "N"), READ("b", 100, "1M", "R"), READ("c", 100, "1M", "=")},
		"0,0,1", "0,0,3", NULL},
	{"13: mates R, G", {SNP}, {READ("a", 100, "1M", "R"), READ("a", 100, "1M", "G")}, "0,1,0", "0,0,1", NULL},
	{"14: no qualities", {SNP}, {READ("a", 100, "1M", "G")}, "0,1,0", "0,1,0", "255"},
	{"15: SEQ *", {SNP}, {{.name = "a", .pos0 = 99, .cigar = "1M"}}, "0,0,0", "0,0,0", NULL},
	{"16: first, last, clipped base", {SNP},
		{READ("b", 91, "10M", "TTTTTTTTTG"), READ("c", 95, "5M5S", "TTTTTGGGGG"), READ("a", 100, "10M", "GTTTTTTTTT")},
		"0,2,0", "0,2,0", NULL},
	{"17: lower-case alleles", {{"chr1", 100, "a", "g"}}, {READ("a", 100, "1M", "G")}, "0,0,1", "0,0,1", NULL},
	{"18: two rows at a position", {SNP, {"chr1", 100, "A", "T"}}, {READ("a", 100, "1M", "T")}, "0,0,1 0,0,0",
		"0,0,1 0,0,0", NULL},
	{"19: insertion", {{"chr1", 100, "A", "AT"}},
		{READ("a", 99, "4M", "CATC"), READ("b", 99, "4M", "CAAC"), READ("c", 99, "2M1I2M", "CATAC")}, "1,2,0", NULL,
		NULL},
	{"20: deletion at its last base", {{"chr1", 101, "AT", "A"}},
		{READ("a", 99, "4M", "CATC"), READ("b", 99, "2M1D2M", "CACC")}, "0,0,1", NULL, NULL},
	{"20b: base A there", {{"chr1", 101, "AT", "A"}}, {READ("a", 99, "4M", "CAAC")}, "0,1,0", NULL, NULL},
	{"21: H = X I S before the site", {SNP},
		{READ("a", 98, "2H2=1X", "TTG"), READ("b", 98, "2S2M2I1M", "AATTCCG"), READ("c", 98, "1M1X1=", "TTC")},
		"0,2,1", "0,2,1", NULL},
	{"21p: padding", {SNP}, {READ("a", 95, "6M", "TTTTTG"), READ("b", 95, "3M1P4M", "TTTTTGA")}, "0,2,0", "1,1,0",
		NULL},
	{"22: AC>GT at its last base", {{"chr1", 211, "AC", "GT"}},
		{READ("a", 210, "4M", "GTTT"), READ("b", 210, "4M", "ACTT")}, "0,0,2", NULL, NULL},
	{"23: contig missing", {{"chrZ", 100, "A", "G"}, SNP}, {READ("a", 100, "1M", "G")}, "0,0,0 0,1,0", ",, 0,1,0",
		NULL},
	{"25: three reads named *", {SNP}, {READ(NULL, 100, "1M", "G"), READ("*", 100, "1M", "G"), READ("*", 100, "1M", "A")},
		"0,1,0", "0,1,0", NULL},
	{"27: low quality, mate fine", {SNP, {"chr1", 105, "A", "G"}},
		{{.name = "a", .pos0 = 99, .cigar = "6M", .seq = "GTTTTG", .quals = "+IIIII"},
			{.name = "a", .pos0 = 99, .cigar = "1M", .seq = "G", .quals = "I"}},
		"0,1,0 0,0,0", NULL, "20"},
};

/* The reads of a case as a file of small blocks. */
static char *worked_file(const struct worked *w, size_t block_nbytes)
{
	struct bytes bam = {0}, file;
	char *path;

	random_bam_start(&bam);
	for (size_t i = 0; i < MAX_READS && w->reads[i].cigar; i++)
		bam_add(&bam, w->reads[i]);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = block_nbytes, .level = 6});
	path = temp_file(&file, ".bam");
	bytes_free(&bam);
	bytes_free(&file);
	return path;
}

Test(api, worked_cases_of_the_rules_in_both_modes)
{
	for (size_t i = 0; i < N_OF(worked_cases); i++) {
		const struct worked *w = &worked_cases[i];
		struct site_arrays sites;
		size_t n_rows = 0;
		char *path;

		while (n_rows < 3 && w->rows[n_rows].contig)
			n_rows++;
		fill_sites(&sites, w->rows, n_rows);
		for (size_t size = 0; size < 100; size += 60) {
			path = worked_file(w, size);
			for (unsigned n_threads = 1; n_threads < 4; n_threads += 2) {
				struct how how = {SPHEX_MODE_WASP2, n_threads, "1", w->min_baseq, NULL};

				expect_counts(path, &sites, how, w->wasp2, w->what);
				how.mode = SPHEX_MODE_WASP2_LEGACY;
				if (w->legacy)
					expect_counts(path, &sites, how, w->legacy, w->what);
			}
			temp_remove(path);
		}
		free_sites(&sites);
	}
}

Test(api, counts_above_65535_are_counts)
{
	struct site_arrays sites;
	struct bytes bam = {0}, file;
	char *path, name[20];

	random_bam_start(&bam);
	for (int i = 0; i < 66000; i++) {
		snprintf(name, sizeof(name), "r%d", i);
		bam_add(&bam, (struct bam_read){.name = name, .pos0 = 99, .cigar = "1M", .seq = "G"});
	}
	file = bgzf_wrap(&bam, (struct bgzf_shape){.level = 1});
	path = temp_file(&file, ".bam");
	fill_sites(&sites, &(struct row)SNP, 1);
	expect_counts(path, &sites, (struct how){SPHEX_MODE_WASP2, 3, "4", NULL, NULL}, "0,66000,0", "26");
	expect_counts(path, &sites, (struct how){SPHEX_MODE_WASP2_LEGACY, 3, "4", NULL, NULL}, "0,66000,0", "26");
	temp_remove(path);
	free_sites(&sites);
	bytes_free(&file);
	bytes_free(&bam);
}

/* ---------------------------------------------------------------- what the result does not depend on */

Test(api, threads_units_rows_and_containers_do_not_change_the_counts)
{
	static const char *const contigs[] = {"chr1", "chr2", "chr3", "chrX"};
	static const char *const units[] = {"1", "3", "64"}, *const alleles[] = {"A", "C", "G", "T", "AC"};
	struct row rows[MAX_ROWS];
	struct site_arrays sites;
	struct bytes bam = {0}, files[4];
	struct prng r = {1};
	char *paths[4];

	random_bam(&bam, 31, 3000, 250);
	files[0] = bgzf_wrap(&bam, (struct bgzf_shape){.level = 1});
	files[1] = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 900, .level = 1, .empty_blocks = true});
	files[2] = gzip_wrap(&bam, 1);
	files[3] = bam;
	for (size_t i = 0; i < 4; i++)
		paths[i] = temp_file(&files[i], ".bam");
	for (size_t i = 0; i < MAX_ROWS; i++)
		rows[i] = (struct row){contigs[prng_below(&r, 40) ? prng_below(&r, 3) : 3], (uint32_t)prng_below(&r, 10200),
			alleles[prng_below(&r, 4)], alleles[prng_below(&r, 5)]};
	fill_sites(&sites, rows, MAX_ROWS);
	for (int legacy = 0; legacy < 2; legacy++) {
		enum sphex_mode mode = legacy ? SPHEX_MODE_WASP2_LEGACY : SPHEX_MODE_WASP2;
		struct sphex_count *c = new_count((struct how){mode, 1, NULL, "20", "scalar"}, paths[0]);
		struct bytes want = {0};

		cr_assert_eq(sphex_count_sites(c, &sites.sites, NULL), SPHEX_OK);
		cr_assert_eq(sphex_count_run(c, NULL), SPHEX_OK);
		counts_as_text(c, &want);
		sphex_count_free(c);
		for (size_t i = 0; i < 2 * 3 * 8; i++)
			expect_counts(paths[i / 24], &sites,
				(struct how){mode, (unsigned)(i % 8) + 1, units[i / 8 % 3], "20", NULL}, (char *)want.data, "any way");
		for (size_t i = 2; i < 4; i++)
			expect_counts(paths[i], &sites, (struct how){mode, 3, "2", "20", NULL}, (char *)want.data, "not BGZF");
		for (size_t i = 0; i < sphex_cpu_n_rows(); i++) {
			struct sphex_cpu_row row;

			sphex_cpu_row(i, &row);
			if (row.usable)
				expect_counts(paths[0], &sites, (struct how){mode, 2, NULL, "20", row.name}, (char *)want.data, row.name);
		}
		for (unsigned n_threads = 1; n_threads < 5; n_threads++) {
			pid_t feeder = feed_stdin(&files[1], 1000);

			expect_counts("-", &sites, (struct how){mode, n_threads, "2", "20", NULL}, (char *)want.data, "pipe");
			stop_feeding(feeder);
		}
		bytes_free(&want);
	}
	free_sites(&sites);
	for (size_t i = 0; i < 4; i++) {
		temp_remove(paths[i]);
		bytes_free(&files[i]);
	}
}

/* ---------------------------------------------------------------- options */

Test(api, options_take_what_is_documented_and_refuse_the_rest)
{
	static const struct {
		const char *key, *value;
		bool good;
	} cases[] = {
		{"unit-blocks", "1", true}, {"unit-blocks", "1048576", true}, {"unit-blocks", "0", false},
		{"unit-blocks", "1048577", false}, {"unit-blocks", "-1", false}, {"unit-blocks", "", false},
		{"unit-blocks", "1x", false}, {"unit-blocks", " 1", false}, {"unit-blocks", "+1", false},
		{"unit-blocks", "0x10", false}, {"unit-blocks", "99999999999999999999999", false},
		{"min-baseq", "0", true}, {"min-baseq", "255", true}, {"min-baseq", "256", false},
		{"include-indels", "0", true}, {"include-indels", "1", true}, {"include-indels", "2", false},
		{"include-indels", "", false}, {"include-indels", "01", false}, {"include-indels", "yes", false},
		{"include-multiallelic", "1", true}, {"use-region-names", "1", true}, {"allow-truncated", "1", true},
		{"accept-loss", "1", true}, {"regions", "x.bed", true}, {"regions", "", true}, {"feature", "gene", true},
		{"attribute", "ID", true}, {"parent", "Parent", true}, {"temp-dir", ".", true}, {"vcf-bed", "x", true},
		{"intersect-bed", "x", true}, {"", "", false}, {"unknown", "1", false}, {"Unit-blocks", "1", false},
		{"exclude-flags", "0xF04", true}, {"exclude-flags", "65535", true}, {"exclude-flags", "65536", false},
		{"exclude-flags", "0x10000", false}, {"exclude-flags", "0x", false}, {"exclude-flags", "F", false},
		{"require-flags", "2", true}, {"min-mapq", "255", true}, {"min-mapq", "256", false},
		{"require-tag", "vW:i:1", true}, {"require-tag", "vW", false}, {"exclude-tag", "vW:i:1", true},
		{"exclude-tag", "vW:q:1", false},
	};
	struct sphex_count *c;

	cr_assert_eq(sphex_count_new(SPHEX_MODE_NATIVE, &c, NULL), SPHEX_OK);
	for (size_t i = 0; i < N_OF(cases); i++) {
		struct sphex_error err;
		enum sphex_status want = cases[i].good ? SPHEX_OK : SPHEX_E_ARGUMENT;

		for (int twice = 0; twice < 2; twice++)
			cr_assert_eq(sphex_count_set(c, cases[i].key, cases[i].value, &err), want, "%s=%s", cases[i].key,
				cases[i].value);
		if (!cases[i].good)
			cr_assert(err.status == SPHEX_E_ARGUMENT && err.message[0], "%s", cases[i].key);
		cr_assert_eq(sphex_count_set(c, cases[i].key, cases[i].value, NULL), want);
	}
	cr_assert_eq(sphex_count_threads(c, 1024, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_threads(c, 1025, NULL), SPHEX_E_ARGUMENT);
	sphex_count_free(c);
	sphex_count_free(NULL);
}

Test(api, a_mode_that_does_not_exist_is_refused)
{
	struct sphex_count *c = (struct sphex_count *)&c;
	struct sphex_error err;

	cr_assert_eq(sphex_count_new((enum sphex_mode)77, &c, &err), SPHEX_E_ARGUMENT);
	cr_assert_null(c);
	cr_assert_eq(sphex_count_new((enum sphex_mode)-1, &c, NULL), SPHEX_E_ARGUMENT);
}

Test(api, kernel_rows_are_described_and_only_usable_ones_can_be_chosen)
{
	struct sphex_count *c;
	unsigned n_chosen = 0;
	char text[500], small[4];

	cr_assert_eq(sphex_count_new(SPHEX_MODE_WASP2, &c, NULL), SPHEX_OK);
	for (size_t i = 0; i < sphex_cpu_n_rows(); i++) {
		struct sphex_cpu_row row;
		struct sphex_error err;

		sphex_cpu_row(i, &row);
		cr_assert(row.name && row.needs && row.missing, "row %zu", i);
		cr_assert(!row.usable || row.compiled, "%s is usable but not there", row.name);
		cr_assert(!row.chosen || row.usable, "%s is chosen but not usable", row.name);
		n_chosen += row.chosen;
		cr_assert_eq(sphex_count_simd(c, row.name, &err), row.usable ? SPHEX_OK : SPHEX_E_ARGUMENT);
		if (!row.usable)
			cr_assert(strstr(err.message, row.name), "%s", err.message);
	}
	cr_assert_eq(n_chosen, 1);
	cr_assert_eq(sphex_count_simd(c, NULL, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_simd(c, "auto", NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_simd(c, "mmx", NULL), SPHEX_E_ARGUMENT);
	cr_assert_eq(sphex_count_simd(c, "", NULL), SPHEX_E_ARGUMENT);
	cr_assert_eq(sphex_cpu_describe(NULL, 0), sphex_cpu_describe(text, sizeof(text)));
	cr_assert_eq(sphex_cpu_describe(small, sizeof(small)), strlen(text));
	cr_assert(sphex_cpu_n_threads() >= 1, "threads");
	cr_assert_str_eq(sphex_version(), SPHEX_VERSION);
	sphex_count_free(c);
}

/* ---------------------------------------------------------------- runs that do not go well */

/* A BAM with one read, G over chr1:100. */
static char *one_read(void)
{
	static const struct worked w = {.reads = {READ("a", 100, "1M", "G")}};

	return worked_file(&w, 0);
}

Test(api, a_run_needs_a_bam_and_variants_and_happens_once)
{
	char *path = one_read();
	struct site_arrays sites;
	struct sphex_count *c;
	struct sphex_error err;

	fill_sites(&sites, &(struct row)SNP, 1);
	cr_assert_eq(sphex_count_new(SPHEX_MODE_WASP2, &c, &err), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_E_ARGUMENT);
	cr_assert_eq(sphex_count_bam(c, path, &err), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_E_ARGUMENT);
	cr_assert_eq(sphex_count_sites(c, &sites.sites, &err), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_E_ARGUMENT);
	cr_assert_eq(sphex_count_n_rows(c), 1, "the first run's table stays");
	sphex_count_free(c);
	free_sites(&sites);
	temp_remove(path);
}

/* Nothing can be had from a count without a finished run. */
static void expect_no_table(struct sphex_count *c)
{
	struct sphex_column column;

	cr_assert_eq(sphex_count_n_rows(c), 0);
	cr_assert_eq(sphex_count_n_columns(c), 0);
	cr_assert_eq(sphex_count_column(c, 0, &column, NULL), SPHEX_E_ARGUMENT);
	cr_assert_eq(sphex_count_write(c, "/dev/null", NULL), SPHEX_E_ARGUMENT);
}

static void expect_failure(const char *bam, enum sphex_status want, const char *what)
{
	struct site_arrays sites;

	fill_sites(&sites, &(struct row)SNP, 1);
	for (unsigned n_threads = 1; n_threads < 4; n_threads++) {
		struct sphex_count *c = new_count((struct how){SPHEX_MODE_WASP2, n_threads, "1", NULL, NULL}, bam);
		struct sphex_error err;

		expect_no_table(c);
		cr_assert_eq(sphex_count_sites(c, &sites.sites, NULL), SPHEX_OK);
		cr_assert_eq(sphex_count_run(c, &err), want, "%s: %s", what, err.message);
		cr_assert_str_eq(err.file, bam);
		expect_no_table(c);
		cr_assert_eq(sphex_count_run(c, &err), SPHEX_E_ARGUMENT, "%s: run again", what);
		sphex_count_free(c);
	}
	free_sites(&sites);
}

Test(api, bad_bams_fail_and_leave_no_table)
{
	struct bytes bam = {0}, file, part;
	char *path;

	expect_failure("/nonexistent/x.bam", SPHEX_E_IO, "missing");
	random_bam(&bam, 41, 300, 100);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 1000, .level = 1});
	part = (struct bytes){file.data, file.n - 28, 0};
	path = temp_file(&part, ".bam");
	expect_failure(path, SPHEX_E_TRUNCATED, "no end marker");
	temp_remove(path);
	part.n = file.n / 2;
	path = temp_file(&part, ".bam");
	expect_failure(path, SPHEX_E_TRUNCATED, "cut");
	temp_remove(path);
	file.data[bgzf_block_offset(&file, 7) - 8] ^= 1;
	path = temp_file(&file, ".bam");
	expect_failure(path, SPHEX_E_DATA, "damaged");
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
}

Test(api, unsorted_bams_fail_wherever_the_order_breaks)
{
	for (size_t k = 1; k < 40; k += 6) {
		struct bytes bam = {0}, file;
		struct prng r = {k};
		char *path;

		random_bam_start(&bam);
		for (size_t i = 0; i < 40; i++)
			random_bam_add(&bam, &r, 0, (int32_t)(i == k ? 0 : i + 1), 60);
		file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 90, .level = 1});
		path = temp_file(&file, ".bam");
		expect_failure(path, SPHEX_E_DATA, "not sorted");
		temp_remove(path);
		bytes_free(&file);
		bytes_free(&bam);
	}
}

Test(api, sites_that_point_nowhere_are_refused)
{
	char *path = one_read();
	struct site_arrays sites;
	struct sphex_count *c = new_count((struct how){SPHEX_MODE_WASP2, 1, NULL, NULL, NULL}, path);
	struct sphex_error err;

	fill_sites(&sites, &(struct row)SNP, 1);
	sites.contigs[0] = 1;
	cr_assert_eq(sphex_count_sites(c, &sites.sites, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_E_ARGUMENT);
	sphex_count_free(c);
	free_sites(&sites);
	temp_remove(path);
}

/* ---------------------------------------------------------------- cancelling */

static int stop_at_once(void *user, const struct sphex_progress *p)
{
	*(struct sphex_progress *)user = *p;
	return 1;
}

static int go_on(void *user, const struct sphex_progress *p)
{
	(void)p;
	++*(unsigned *)user;
	return 0;
}

Test(api, a_run_ends_soon_when_it_is_cancelled)
{
	struct site_arrays sites;
	struct bytes bam = {0}, file;
	char *path;

	random_bam(&bam, 42, 5000, 200);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 2000, .level = 1});
	path = temp_file(&file, ".bam");
	fill_sites(&sites, &(struct row)SNP, 1);
	for (unsigned n_threads = 1; n_threads < 6; n_threads++) {
		for (int by_progress = 0; by_progress < 3; by_progress++) {
			struct sphex_count *c = new_count((struct how){SPHEX_MODE_WASP2, n_threads, "4", NULL, NULL}, path);
			struct sphex_progress seen = {0};
			unsigned n_calls = 0;
			struct sphex_error err;

			cr_assert_eq(sphex_count_sites(c, &sites.sites, NULL), SPHEX_OK);
			if (by_progress == 0)
				sphex_count_cancel(c);
			else if (by_progress == 1)
				sphex_count_on_progress(c, stop_at_once, &seen);
			else
				sphex_count_on_progress(c, go_on, &n_calls);
			if (by_progress == 2) {
				cr_assert_eq(sphex_count_run(c, &err), SPHEX_OK);
				cr_assert(n_calls >= 1, "never called");
			} else {
				cr_assert_eq(sphex_count_run(c, &err), SPHEX_E_CANCELLED);
				expect_no_table(c);
			}
			if (by_progress == 1) {
				cr_assert(seen.n_bytes_total == file.n && seen.n_bytes <= file.n && seen.seconds >= 0, "progress");
				cr_assert(seen.n_records > 0 && seen.n_records <= 5000, "%lu", (unsigned long)seen.n_records);
			}
			sphex_count_free(c);
		}
	}
	free_sites(&sites);
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
}

/* ---------------------------------------------------------------- tables */

static void keep_warning(void *user, const char *text)
{
	bytes_print(user, "%s\n", text);
}

static struct sphex_count *run_over_two_contigs(enum sphex_mode mode, struct bytes *warnings, char **path,
	struct site_arrays *sites)
{
	static const struct row rows[] = {{"chrZ", 7, "A", "G"}, SNP, {"chrZ", 3, "AC", ""}, {"chr1", 5, "T", "C"}};
	struct sphex_count *c;

	*path = one_read();
	c = new_count((struct how){mode, 2, NULL, NULL, NULL}, *path);
	fill_sites(sites, rows, 4);
	sphex_count_on_warning(c, keep_warning, warnings);
	cr_assert_eq(sphex_count_sites(c, &sites->sites, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, NULL), SPHEX_OK);
	return c;
}

Test(api, columns_hold_numbers_and_texts_and_know_what_is_missing)
{
	static const char *const names[] = {
		"chrom", "pos0", "pos", "ref", "alt", "ref_count", "alt_count", "other_count"};

	for (int legacy = 0; legacy < 2; legacy++) {
		struct bytes warnings = {0};
		struct site_arrays sites;
		struct sphex_column column, again;
		struct sphex_count *c;
		struct sphex_error err;
		char *path;

		c = run_over_two_contigs(legacy ? SPHEX_MODE_WASP2_LEGACY : SPHEX_MODE_WASP2, &warnings, &path, &sites);
		cr_assert_eq(sphex_count_n_columns(c), 8);
		cr_assert_eq(sphex_count_n_rows(c), 4);
		for (size_t i = 0; i < 8; i++) {
			bool is_text = i == 0 || i == 3 || i == 4;

			cr_assert_eq(sphex_count_column(c, i, &column, &err), SPHEX_OK);
			cr_assert_eq(sphex_count_column(c, i, &again, NULL), SPHEX_OK);
			cr_assert(memcmp(&column, &again, sizeof(column)) == 0, "built twice");
			cr_assert_str_eq(column.name, names[i]);
			cr_assert_eq(column.kind, is_text ? SPHEX_COLUMN_TEXT : SPHEX_COLUMN_U32);
			cr_assert_eq(column.values != NULL, !is_text);
			cr_assert_eq(column.text != NULL && column.offsets != NULL, is_text);
			cr_assert_eq(column.valid != NULL, legacy && i >= 5, "column %zu", i);
			if (column.valid)
				cr_assert_eq(column.valid[0] & 15, 10);
		}
		cr_assert_eq(sphex_count_column(c, 2, &column, NULL), SPHEX_OK);
		cr_assert(column.values[0] == 7 && column.values[1] == 100 && column.values[3] == 5, "pos");
		cr_assert_eq(sphex_count_column(c, 3, &column, NULL), SPHEX_OK);
		cr_assert(memcmp(column.text, "AAACT", 5) == 0 && column.offsets[4] == 5 && column.offsets[3] == 4, "ref");
		cr_assert_eq(sphex_count_column(c, 4, &column, NULL), SPHEX_OK);
		cr_assert(memcmp(column.text, "GGC", 3) == 0 && column.offsets[3] == 2 && column.offsets[4] == 3, "alt");
		cr_assert_eq(sphex_count_column(c, 6, &column, NULL), SPHEX_OK);
		cr_assert_eq(column.values[1], 1);
		cr_assert_eq(sphex_count_column(c, 8, &column, &err), SPHEX_E_ARGUMENT);
		cr_assert_eq(sphex_count_column(c, SIZE_MAX, &column, NULL), SPHEX_E_ARGUMENT);
		sphex_count_free(c);
		temp_remove(path);
		free_sites(&sites);
		bytes_free(&warnings);
	}
}

Test(api, missing_contigs_are_warned_of_in_the_words_of_the_original)
{
	struct bytes warnings = {0};
	struct site_arrays sites;
	char *path;

	sphex_count_free(run_over_two_contigs(SPHEX_MODE_WASP2, &warnings, &path, &sites));
	bytes_add_number(&warnings, 0, 1);
	cr_assert_str_eq((char *)warnings.data,
		"[WARN] Failed to fetch chrZ:2-8: failed to fetch region. Skipping 2 variants.\n");
	temp_remove(path);
	free_sites(&sites);
	bytes_free(&warnings);
}

Test(api, the_table_is_written_whole_or_not_at_all)
{
	struct bytes warnings = {0}, nothing = {(uint8_t[1]){'x'}, 1, 0};
	char *bam, *out = temp_file(&nothing, ".tsv"), text[1000] = "";
	struct site_arrays sites;
	struct sphex_count *c = run_over_two_contigs(SPHEX_MODE_WASP2, &warnings, &bam, &sites);
	struct sphex_error err;
	FILE *f;

	cr_assert_eq(sphex_count_write(c, "/nonexistent/out.tsv", &err), SPHEX_E_IO);
	cr_assert_eq(sphex_count_write(c, "/dev/full", NULL), SPHEX_E_IO);
	cr_assert_eq(sphex_count_write(c, out, &err), SPHEX_OK);
	f = fopen(out, "r");
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	cr_assert_str_eq(text, "chrom\tpos0\tpos\tref\talt\tref_count\talt_count\tother_count\n"
			       "chrZ\t6\t7\tA\tG\t0\t0\t0\nchr1\t99\t100\tA\tG\t0\t1\t0\n"
			       "chrZ\t2\t3\tAC\t\"\"\t0\t0\t0\nchr1\t4\t5\tT\tC\t0\t0\t0\n");
	sphex_count_free(c);
	temp_remove(out);
	temp_remove(bam);
	free_sites(&sites);
	bytes_free(&warnings);
}

Test(api, statistics_say_what_was_read_and_counted)
{
	struct bytes warnings = {0};
	struct sphex_count_stats stats;
	struct site_arrays sites;
	char *path;
	struct sphex_count *c = run_over_two_contigs(SPHEX_MODE_WASP2, &warnings, &path, &sites);

	sphex_count_stats(c, &stats);
	cr_assert_eq(stats.n_records, 1);
	cr_assert_eq(stats.n_covering, 1);
	cr_assert_eq(stats.n_observations, 1);
	cr_assert_eq(stats.n_counted, 1);
	cr_assert_eq(stats.n_rows, 4);
	cr_assert_eq(stats.n_rows_covered, 1);
	cr_assert_eq(stats.n_threads, 2);
	cr_assert_not_null(stats.simd);
	cr_assert(stats.n_bam_bytes > 50 && stats.seconds_bam >= 0 && stats.seconds_variants >= 0, "bytes, seconds");
	sphex_count_free(c);
	temp_remove(path);
	free_sites(&sites);
	bytes_free(&warnings);
}

/* ---------------------------------------------------------------- variants from a file */

static void expect_file_run(const char *bam, const char *vcf, const char *sample, const char *want)
{
	struct sphex_count *c = new_count((struct how){SPHEX_MODE_WASP2, 2, NULL, NULL, NULL}, bam);
	struct bytes got = {0};
	struct sphex_error err;

	cr_assert_eq(sphex_count_variants(c, vcf, NULL), SPHEX_OK);
	if (sample)
		cr_assert_eq(sphex_count_sample(c, sample, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_set(c, "include-multiallelic", "1", NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_OK, "%s", err.message);
	counts_as_text(c, &got);
	cr_assert_str_eq((char *)got.data, want, "%s", (char *)got.data);
	bytes_free(&got);
	sphex_count_free(c);
}

Test(api, rows_of_a_file_share_the_counts_of_their_position)
{
	/* worked case 18b, and an exact duplicate */
	static const struct worked w = {.reads = {READ("a", 100, "1M", "T"), READ("b", 100, "1M", "T")}};
	struct bytes vcf = {0};
	char *bam = worked_file(&w, 0), *path;

	vcf_start(&vcf, (const char *const[]){"chr1", "chr2", NULL}, (const char *const[]){"S", "T", NULL});
	vcf_add(&vcf, "chr1", 100, "A", "G", "0/1\t1/1");
	vcf_add(&vcf, "chr1", 100, "A", "G", "0/1\t0/1");
	vcf_add(&vcf, "chr1", 100, "A", "T", "0/1\t0/0");
	path = temp_file(&vcf, ".vcf");
	expect_file_run(bam, path, "S", "0,0,2 0,0,2");
	expect_file_run(bam, path, "T", "0,0,2");
	expect_file_run(bam, path, NULL, "0,0,2 0,0,2");
	temp_remove(path);
	temp_remove(bam);
	bytes_free(&vcf);
}

/* ---------------------------------------------------------------- the decoder */

Test(api, the_decoder_gives_header_and_references)
{
	char *path = one_read();
	struct sphex_bam *bam;
	const char *text;
	size_t n;

	cr_assert_eq(sphex_bam_open(path, NULL, &bam, NULL), SPHEX_OK);
	text = sphex_bam_header_text(bam, &n);
	cr_assert(n > 20 && memcmp(text, "@HD\tVN:1.6", 10) == 0, "text");
	cr_assert_eq(sphex_bam_n_refs(bam), RANDOM_N_REFS);
	cr_assert_str_eq(sphex_bam_ref_name(bam, 0), "chr1");
	cr_assert_str_eq(sphex_bam_ref_name(bam, 2), "chr3");
	cr_assert_eq(sphex_bam_ref_length(bam, 1), RANDOM_REF_NBASES);
	sphex_bam_close(bam);
	sphex_bam_close(NULL);
	temp_remove(path);
}

static uint32_t number_at(const uint8_t *p, size_t nbytes)
{
	uint32_t value = 0;

	for (size_t i = 0; i < nbytes; i++)
		value |= (uint32_t)p[i] << 8 * i;
	return value;
}

/* Compares record i of the batch with the bytes of a record. */
static void expect_record(const struct sphex_batch *b, size_t i, const uint8_t *p)
{
	size_t name_nbytes = p[12], n_ops = number_at(p + 16, 2), n_bases = number_at(p + 20, 4), n = 0;
	const uint8_t *bases = p + 36 + name_nbytes + 4 * n_ops, *quals = bases + (n_bases + 1) / 2;
	uint64_t mask[8] = {0};
	uint8_t codes[600];

	cr_assert_eq(sphex_batch_ref_ids(b)[i], (int32_t)number_at(p + 4, 4));
	cr_assert_eq(sphex_batch_pos0(b)[i], (int32_t)number_at(p + 8, 4));
	cr_assert_eq(sphex_batch_mapqs(b)[i], p[13]);
	cr_assert_eq(sphex_batch_flags(b)[i], number_at(p + 18, 2));
	cr_assert_eq(sphex_batch_n_bases(b)[i], n_bases);
	cr_assert_eq(sphex_batch_mate_ref_ids(b)[i], (int32_t)number_at(p + 24, 4));
	cr_assert_eq(sphex_batch_mate_pos0(b)[i], (int32_t)number_at(p + 28, 4));
	cr_assert_eq(sphex_batch_tlens(b)[i], (int32_t)number_at(p + 32, 4));
	cr_assert_str_eq(sphex_batch_name(b, i, &n), (const char *)p + 36);
	cr_assert_eq(n, name_nbytes - 1);
	cr_assert_str_eq(sphex_batch_name(b, i, NULL), (const char *)p + 36);
	cr_assert(memcmp(sphex_batch_cigar(b, i, &n), p + 36 + name_nbytes, 4 * n_ops) == 0 && n == n_ops, "CIGAR");
	cr_assert(memcmp(sphex_batch_bases4(b, i), bases, (n_bases + 1) / 2) == 0, "bases");
	cr_assert(memcmp(sphex_batch_quals(b, i), quals, n_bases) == 0, "qualities");
	if (n_bases > 500)
		return;
	sphex_batch_unpack(b, i, n_bases / 3, n_bases - n_bases / 3, codes);
	for (size_t k = n_bases / 3; k < n_bases; k++)
		cr_assert_eq(codes[k - n_bases / 3], bases[k / 2] >> (k % 2 ? 0 : 4) & 15);
	sphex_batch_quality_mask(b, i, 30, mask);
	for (size_t k = 0; k < 512; k++)
		cr_assert_eq(mask[k / 64] >> k % 64 & 1, k < n_bases && quals[k] >= 30);
}

static void expect_bam(const char *path, const struct bytes *want, struct sphex_bam_options options)
{
	size_t at = random_bam_header_nbytes(want);
	const struct sphex_batch *batch;
	struct sphex_error err;
	struct sphex_bam *bam;

	cr_assert_eq(sphex_bam_open(path, &options, &bam, &err), SPHEX_OK, "%s", err.message);
	while (sphex_bam_next(bam, &batch, &err) == SPHEX_OK) {
		cr_assert(sphex_batch_n_records(batch) > 0, "empty batch");
		for (size_t i = 0; i < sphex_batch_n_records(batch); i++) {
			cr_assert(at < want->n, "too many records");
			expect_record(batch, i, want->data + at);
			at += number_at(want->data + at, 4) + 4;
		}
	}
	cr_assert_eq(err.status == SPHEX_E_DATA, false);
	cr_assert_eq(sphex_bam_next(bam, &batch, NULL), SPHEX_END);
	cr_assert_null(batch);
	cr_assert_eq(at, want->n, "too few records");
	sphex_bam_close(bam);
}

Test(api, the_decoder_gives_every_record_of_every_container)
{
	struct bytes bam = {0}, files[4];

	random_bam(&bam, 51, 2000, 500);
	files[0] = bgzf_wrap(&bam, (struct bgzf_shape){.level = 1});
	files[1] = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 700, .level = 1, .empty_blocks = true});
	files[2] = gzip_wrap(&bam, 1);
	files[3] = bam;
	for (size_t i = 0; i < 4; i++) {
		char *path = temp_file(&files[i], ".bam");

		for (unsigned n_threads = 0; n_threads < 9; n_threads += n_threads < 4 ? 1 : 2)
			expect_bam(path, &bam, (struct sphex_bam_options){.n_threads = n_threads});
		for (size_t k = 0; k < sphex_cpu_n_rows(); k++) {
			struct sphex_cpu_row row;

			sphex_cpu_row(k, &row);
			if (row.usable)
				expect_bam(path, &bam, (struct sphex_bam_options){.n_threads = 2, .simd = row.name});
		}
		for (unsigned n_threads = 1; n_threads < 4; n_threads++) {
			pid_t feeder = feed_stdin(&files[i], 0);

			expect_bam("-", &bam, (struct sphex_bam_options){.n_threads = n_threads});
			stop_feeding(feeder);
		}
		temp_remove(path);
	}
	for (size_t i = 0; i < 4; i++)
		bytes_free(&files[i]);
}

Test(api, large_files_that_are_not_bgzf_come_in_several_batches)
{
	struct bytes bam = {0}, gzip;
	char *paths[2];

	random_bam(&bam, 52, 12000, 1500);
	gzip = gzip_wrap(&bam, 1);
	paths[0] = temp_file(&bam, ".bam");
	paths[1] = temp_file(&gzip, ".bam");
	for (size_t i = 0; i < 2; i++) {
		expect_bam(paths[i], &bam, (struct sphex_bam_options){.n_threads = 2});
		temp_remove(paths[i]);
	}
	bytes_free(&gzip);
	bytes_free(&bam);
}

/* ---------------------------------------------------------------- views of one record */

/* Opens a file with one record; its batch. */
static struct sphex_bam *open_one(struct bam_read read, const struct sphex_batch **batch)
{
	struct bytes bam = {0}, file;
	struct sphex_error err;
	struct sphex_bam *out;
	char *path;

	random_bam_start(&bam);
	bam_add(&bam, read);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.level = 1});
	path = temp_file(&file, ".bam");
	cr_assert_eq(sphex_bam_open(path, NULL, &out, &err), SPHEX_OK, "%s", err.message);
	cr_assert_eq(sphex_bam_next(out, batch, &err), SPHEX_OK, "%s", err.message);
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
	return out;
}

Test(api, tags_of_every_type_are_widened)
{
	static const char tags[] = "aaAx" "bbc\xff" "ccC\xff" "dds\xfe\xff" "eeS\xfe\xff" "ffi\xfd\xff\xff\xff"
		"ggI\xfd\xff\xff\xff" "hhf\0\0\xc0\xbf" "iid\0\0\0\0\0\0\xf8\xbf" "jjZtext\0" "kkH1A\0" "llZ\0"
		"mmBs\2\0\0\0\1\0\2\0" "nnBC\0\0\0\0";
	static const struct {
		const char *name;
		char type;
		int64_t integer;
		double real;
	} cases[] = {{"aa", 'A', 'x', 0}, {"bb", 'c', -1, 0}, {"cc", 'C', 255, 0}, {"dd", 's', -2, 0},
		{"ee", 'S', 65534, 0}, {"ff", 'i', -3, 0}, {"gg", 'I', 4294967293, 0}, {"hh", 'f', 0, -1.5},
		{"ii", 'd', 0, -1.5}};
	const struct sphex_batch *b;
	struct sphex_bam *bam =
		open_one((struct bam_read){.name = "x", .cigar = "*", .tags = tags, .tags_nbytes = sizeof(tags) - 1}, &b);
	struct sphex_tag tag;

	for (size_t i = 0; i < N_OF(cases); i++) {
		cr_assert(sphex_batch_tag(b, 0, cases[i].name, &tag), "%s", cases[i].name);
		cr_assert(tag.type == cases[i].type && tag.integer == cases[i].integer, "%s: %ld", cases[i].name,
			(long)tag.integer);
		cr_assert(!(tag.real < cases[i].real) && !(tag.real > cases[i].real), "%s: %g", cases[i].name, tag.real);
	}
	cr_assert(sphex_batch_tag(b, 0, "jj", &tag) && tag.n == 4 && strcmp(tag.text, "text") == 0, "Z");
	cr_assert(sphex_batch_tag(b, 0, "kk", &tag) && tag.n == 2 && strcmp(tag.text, "1A") == 0, "H");
	cr_assert(sphex_batch_tag(b, 0, "ll", &tag) && tag.n == 0 && tag.text[0] == 0, "empty Z");
	cr_assert(sphex_batch_tag(b, 0, "mm", &tag) && tag.n == 2 && tag.subtype == 's', "B");
	cr_assert(memcmp(tag.elements, "\1\0\2\0", 4) == 0, "elements");
	cr_assert(sphex_batch_tag(b, 0, "nn", &tag) && tag.n == 0 && tag.subtype == 'C', "empty B");
	cr_assert_not(sphex_batch_tag(b, 0, "zz", &tag));
	sphex_bam_close(bam);
}

Test(api, long_cigars_and_absent_parts_are_seen)
{
	enum { N_OPS = 66000 };
	static uint32_t ops[N_OPS];
	const struct sphex_batch *b;
	struct sphex_bam *bam;
	uint64_t mask = 7;
	size_t n;

	for (size_t i = 0; i < N_OPS; i++)
		ops[i] = 1 << 4 | (i % 2 ? 1 : 0);
	bam = open_one((struct bam_read){.name = "x", .ops = ops, .n_ops = N_OPS, .seq = "ACG"}, &b);
	cr_assert(memcmp(sphex_batch_cigar(b, 0, &n), ops, sizeof(ops)) == 0 && n == N_OPS, "%zu", n);
	cr_assert(memcmp(sphex_batch_quals(b, 0), "\xff\xff\xff", 3) == 0, "absent qualities");
	sphex_batch_quality_mask(b, 0, 255, &mask);
	cr_assert_eq(mask, 7, "absent qualities pass");
	sphex_bam_close(bam);
	bam = open_one((struct bam_read){.ref_id = -1, .pos0 = -1, .cigar = "*"}, &b);
	cr_assert_eq(sphex_batch_n_bases(b)[0], 0);
	sphex_batch_cigar(b, 0, &n);
	cr_assert_eq(n, 0);
	cr_assert_str_eq(sphex_batch_name(b, 0, &n), "*");
	cr_assert_eq(n, 1);
	sphex_bam_close(bam);
}

/* ---------------------------------------------------------------- decoder errors */

static void expect_no_bam(const char *content, size_t n, enum sphex_status want, const char *hint)
{
	struct bytes file = {0};
	struct sphex_bam *bam = (struct sphex_bam *)&bam;
	struct sphex_error err;
	char *path;

	bytes_add(&file, content, n);
	bytes_add_number(&file, 0, 1);
	file.n--;
	path = temp_file(&file, ".bam");
	cr_assert_eq(sphex_bam_open(path, NULL, &bam, &err), want, "%s", err.message);
	cr_assert_null(bam);
	cr_assert_str_eq(err.file, path);
	cr_assert(strstr(err.hint, hint), "%s", err.hint);
	cr_assert_eq(sphex_bam_open(path, NULL, &bam, NULL), want);
	temp_remove(path);
	bytes_free(&file);
}

Test(api, files_that_are_no_bam_are_refused_with_advice)
{
	struct sphex_bam_options options = {.simd = "mmx"};
	struct bytes text = {0}, gzip, bgzf;
	struct sphex_bam *bam;
	struct sphex_error err;
	char *path = one_read();

	expect_no_bam("", 0, SPHEX_E_FORMAT, "");
	expect_no_bam("@HD\tVN:1.6\n", 11, SPHEX_E_FORMAT, "SAM");
	expect_no_bam("CRAM\3\0", 6, SPHEX_E_FORMAT, "CRAM");
	expect_no_bam("BAM", 3, SPHEX_E_FORMAT, "");
	expect_no_bam("BAM\2xxxxxxxx", 12, SPHEX_E_FORMAT, "");
	bytes_add(&text, "some text, long enough", 22);
	gzip = gzip_wrap(&text, 6);
	bgzf = bgzf_wrap(&text, (struct bgzf_shape){.level = 6});
	expect_no_bam((const char *)gzip.data, gzip.n, SPHEX_E_FORMAT, "");
	expect_no_bam((const char *)bgzf.data, bgzf.n, SPHEX_E_FORMAT, "");
	cr_assert_eq(sphex_bam_open("/nonexistent", NULL, &bam, &err), SPHEX_E_IO);
	cr_assert_eq(sphex_bam_open("/tmp", NULL, &bam, NULL), SPHEX_E_IO);
	cr_assert_eq(sphex_bam_open(path, &options, &bam, &err), SPHEX_E_ARGUMENT);
	cr_assert_null(bam);
	temp_remove(path);
	bytes_free(&text);
	bytes_free(&gzip);
	bytes_free(&bgzf);
}

Test(api, the_decoder_meets_damage_behind_the_good_records_and_stays_there)
{
	struct bytes bam = {0}, file;

	random_bam(&bam, 53, 2000, 200);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 1000, .level = 1});
	file.data[bgzf_block_offset(&file, 100) - 5] ^= 1;
	for (unsigned n_threads = 1; n_threads < 6; n_threads++) {
		struct sphex_bam_options options = {.n_threads = n_threads};
		char *path = temp_file(&file, ".bam");
		const struct sphex_batch *batch;
		struct sphex_error err;
		struct sphex_bam *in;
		enum sphex_status status;
		size_t at = random_bam_header_nbytes(&bam);

		cr_assert_eq(sphex_bam_open(path, &options, &in, &err), SPHEX_OK);
		while (!(status = sphex_bam_next(in, &batch, &err))) {
			for (size_t i = 0; i < sphex_batch_n_records(batch); i++) {
				expect_record(batch, i, bam.data + at);
				at += number_at(bam.data + at, 4) + 4;
			}
		}
		cr_assert_eq(status, SPHEX_E_DATA);
		cr_assert(at > 80 * 1000 && at < 100 * 1000, "%zu bytes before the damage", at);
		cr_assert_eq(err.voffset, (uint64_t)bgzf_block_offset(&file, 99) << 16);
		cr_assert_eq(sphex_bam_next(in, &batch, NULL), SPHEX_E_DATA);
		cr_assert_null(batch);
		sphex_bam_close(in);
		temp_remove(path);
	}
	bytes_free(&file);
	bytes_free(&bam);
}

Test(api, the_decoder_accepts_a_missing_end_marker_only_when_told)
{
	struct bytes bam = {0}, file;
	char *path;

	random_bam(&bam, 54, 200, 100);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.level = 1, .no_eof = true});
	path = temp_file(&file, ".bam");
	expect_bam(path, &bam, (struct sphex_bam_options){.n_threads = 2, .allow_truncated = true});
	for (unsigned n_threads = 1; n_threads < 4; n_threads++) {
		struct sphex_bam_options options = {.n_threads = n_threads};
		const struct sphex_batch *batch;
		struct sphex_error err;
		struct sphex_bam *in;
		enum sphex_status status;

		cr_assert_eq(sphex_bam_open(path, &options, &in, &err), SPHEX_OK);
		while (!(status = sphex_bam_next(in, &batch, &err)))
			;
		cr_assert_eq(status, SPHEX_E_TRUNCATED);
		sphex_bam_close(in);
	}
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
}
