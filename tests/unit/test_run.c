/* Whole runs: worked cases, what the counts do not depend on, and runs that fail or are stopped. */
#include <criterion/criterion.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/support/caller.h"
#include "tests/support/one_in.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

enum { MAX_READS = 8 };

static void expect_counts(const char *bam, struct caller_sites *sites,
	struct caller_options options, const char *want, const char *what)
{
	struct sphex_count *c = caller_count(options, bam);
	struct bytes got;
	struct sphex_error err;

	cr_assert_eq(sphex_count_sites(c, &sites->sites, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_OK, "%s: %s", what, err.message);
	got = caller_counts(c);
	cr_assert_str_eq((char *)got.data, want, "%s, mode %d, %u threads: %s", what,
		(int)options.mode, options.n_threads, (char *)got.data);
	bytes_free(&got);
	sphex_count_free(c);
}

/* ---------------------------------------------------------------- worked cases (section 10) */

struct worked {
	const char *what;
	struct caller_row rows[3];
	struct bam_read reads[MAX_READS]; /* in file order; the list ends without a CIGAR */
	const char *wasp2, *legacy;       /* NULL: the original does not offer it */
	const char *min_baseq;
};

#define SNP                           \
	{                             \
		"chr1", 100, "A", "G" \
	}
#define SNP_110                       \
	{                             \
		"chr1", 110, "A", "G" \
	}
#define READ(name_, pos1_, cigar_, seq_)                                       \
	{                                                                      \
		.name = name_, .pos0 = pos1_ - 1, .cigar = cigar_, .seq = seq_ \
	}

static const struct worked worked_cases[] = {
	{"1: both mates G", {SNP}, {READ("a", 99, "3M", "TGT"), READ("a", 100, "3M", "GTT")},
		"0,1,0", "0,1,0", NULL},
	{"2: mates A, G", {SNP}, {READ("a", 99, "3M", "TAT"), READ("a", 100, "3M", "GTT")}, "1,0,0",
		"1,0,0", NULL},
	{"3: one read over two sites", {SNP, SNP_110}, {READ("a", 100, "11M", "GTTTTTTTTTG")},
		"0,1,0 0,0,0", "0,1,0 0,0,0", NULL},
	{"4: the list decides", {SNP_110, SNP}, {READ("a", 100, "11M", "GTTTTTTTTTC")},
		"0,0,1 0,0,0", "0,0,1 0,0,0", NULL},
	{"5: each mate at one site", {SNP_110, SNP},
		{READ("a", 100, "2M", "GT"), READ("a", 110, "1M", "G")}, "0,0,0 0,1,0",
		"0,1,0 0,0,0", NULL},
	{"6: deletion", {SNP, SNP_110}, {READ("a", 95, "5M1D10M", "TTTTTTTTTTTTTTG")},
		"0,0,0 0,1,0", "0,0,0 0,0,0", NULL},
	{"7: intron", {SNP, {"chr1", 115, "A", "G"}}, {READ("a", 95, "2M14N5M", "TTTTTTG")},
		"0,0,0 0,1,0", "0,0,0 0,0,0", NULL},
	{"8: intron, mate G", {SNP, {"chr1", 146, "A", "G"}},
		{READ("a", 95, "2M48N5M", "TTTGTTT"), READ("a", 100, "1M", "G")}, "0,0,0 0,1,0",
		"0,0,0 0,0,0", NULL},
	{"9: flags", {SNP},
		{{.name = "a", .flag = 0x100, .pos0 = 99, .cigar = "1M", .seq = "G"},
			{.name = "b", .flag = 0x800, .pos0 = 99, .cigar = "1M", .seq = "G"},
			{.name = "c", .flag = 0x400, .pos0 = 99, .cigar = "1M", .seq = "G"},
			{.name = "d", .flag = 0x200, .pos0 = 99, .cigar = "1M", .seq = "A"}},
		"1,3,0", "1,3,0", NULL},
	{"10: supplementary of one name", {SNP},
		{READ("a", 100, "1M", "G"),
			{.name = "a", .flag = 0x800, .pos0 = 99, .cigar = "1M", .seq = "A"}},
		"0,1,0", "0,1,0", NULL},
	{"11: placed unmapped mate first", {SNP},
		{{.name = "a", .flag = 4, .pos0 = 99, .cigar = "*", .seq = "A"},
			READ("a", 100, "1M", "G")},
		"0,1,0", "0,0,0", NULL},
	{"11b: mapped mate first", {SNP},
		{READ("a", 100, "1M", "G"),
			{.name = "a", .flag = 4, .pos0 = 99, .cigar = "*", .seq = "A"}},
		"0,1,0", "0,1,0", NULL},
	{"12: N, R, =", {SNP},
		{READ("a", 100, "1M", "N"), READ("b", 100, "1M", "R"), READ("c", 100, "1M", "=")},
		"0,0,1", "0,0,3", NULL},
	{"13: mates R, G", {SNP}, {READ("a", 100, "1M", "R"), READ("a", 100, "1M", "G")}, "0,1,0",
		"0,0,1", NULL},
	{"14: no qualities", {SNP}, {READ("a", 100, "1M", "G")}, "0,1,0", "0,1,0", "255"},
	{"15: SEQ *", {SNP}, {{.name = "a", .pos0 = 99, .cigar = "1M"}}, "0,0,0", "0,0,0", NULL},
	{"16: first, last, clipped base", {SNP},
		{READ("b", 91, "10M", "TTTTTTTTTG"), READ("c", 95, "5M5S", "TTTTTGGGGG"),
			READ("a", 100, "10M", "GTTTTTTTTT")},
		"0,2,0", "0,2,0", NULL},
	{"17: lower-case alleles", {{"chr1", 100, "a", "g"}}, {READ("a", 100, "1M", "G")}, "0,0,1",
		"0,0,1", NULL},
	{"18: two rows at a position", {SNP, {"chr1", 100, "A", "T"}}, {READ("a", 100, "1M", "T")},
		"0,0,1 0,0,0", "0,0,1 0,0,0", NULL},
	{"19: insertion", {{"chr1", 100, "A", "AT"}},
		{READ("a", 99, "4M", "CATC"), READ("b", 99, "4M", "CAAC"),
			READ("c", 99, "2M1I2M", "CATAC")},
		"1,2,0", NULL, NULL},
	{"20: deletion at its last base", {{"chr1", 101, "AT", "A"}},
		{READ("a", 99, "4M", "CATC"), READ("b", 99, "2M1D2M", "CACC")}, "0,0,1", NULL,
		NULL},
	{"20b: base A there", {{"chr1", 101, "AT", "A"}}, {READ("a", 99, "4M", "CAAC")}, "0,1,0",
		NULL, NULL},
	{"21: H = X I S before the site", {SNP},
		{READ("a", 98, "2H2=1X", "TTG"), READ("b", 98, "2S2M2I1M", "AATTCCG"),
			READ("c", 98, "1M1X1=", "TTC")},
		"0,2,1", "0,2,1", NULL},
	{"21p: padding", {SNP}, {READ("a", 95, "6M", "TTTTTG"), READ("b", 95, "3M1P4M", "TTTTTGA")},
		"0,2,0", "1,1,0", NULL},
	{"22: AC>GT at its last base", {{"chr1", 211, "AC", "GT"}},
		{READ("a", 210, "4M", "GTTT"), READ("b", 210, "4M", "ACTT")}, "0,0,2", NULL, NULL},
	{"23: contig missing", {{"chrZ", 100, "A", "G"}, SNP}, {READ("a", 100, "1M", "G")},
		"0,0,0 0,1,0", ",, 0,1,0", NULL},
	{"25: three reads named *", {SNP},
		{READ(NULL, 100, "1M", "G"), READ("*", 100, "1M", "G"), READ("*", 100, "1M", "A")},
		"0,1,0", "0,1,0", NULL},
	{"27: low quality, mate fine", {SNP, {"chr1", 105, "A", "G"}},
		{{.name = "a", .pos0 = 99, .cigar = "6M", .seq = "GTTTTG", .quals = "+IIIII"},
			{.name = "a", .pos0 = 99, .cigar = "1M", .seq = "G", .quals = "I"}},
		"0,1,0 0,0,0", NULL, "20"},
};

Test(run, worked_cases_of_the_rules_in_both_modes)
{
	for (size_t i = 0; i < N_OF(worked_cases); i++) {
		const struct worked *w = &worked_cases[i];
		struct caller_sites sites;
		size_t n_rows = 0;
		char *path;

		while (n_rows < 3 && w->rows[n_rows].contig)
			n_rows++;
		caller_sites_fill(&sites, w->rows, n_rows);
		for (size_t size = 0; size < 100; size += 60) {
			path = caller_bam(w->reads, size);
			for (unsigned n_threads = 1; n_threads < 4; n_threads += 2) {
				struct caller_options how = {
					SPHEX_MODE_WASP2, n_threads, "1", w->min_baseq, NULL};

				expect_counts(path, &sites, how, w->wasp2, w->what);
				how.mode = SPHEX_MODE_WASP2_LEGACY;
				if (w->legacy)
					expect_counts(path, &sites, how, w->legacy, w->what);
			}
			temp_remove(path);
		}
		caller_sites_free(&sites);
	}
}

Test(run, counts_above_65535_are_counts)
{
	struct caller_sites sites;
	struct bytes bam = {0}, file;
	char *path, name[20];

	random_bam_start(&bam);
	for (int i = 0; i < 66000; i++) {
		snprintf(name, sizeof(name), "r%d", i);
		bam_add(&bam,
			(struct bam_read){.name = name, .pos0 = 99, .cigar = "1M", .seq = "G"});
	}
	file = bgzf_wrap(&bam, (struct bgzf_shape){.level = 1});
	path = temp_file(&file, ".bam");
	caller_sites_fill(&sites, &(struct caller_row)SNP, 1);
	expect_counts(path, &sites, (struct caller_options){SPHEX_MODE_WASP2, 3, "4", NULL, NULL},
		"0,66000,0", "26");
	expect_counts(path, &sites,
		(struct caller_options){SPHEX_MODE_WASP2_LEGACY, 3, "4", NULL, NULL}, "0,66000,0",
		"26");
	temp_remove(path);
	caller_sites_free(&sites);
	bytes_free(&file);
	bytes_free(&bam);
}
/* ---------------------------------------------------------------- what does not change counts */

/* One BAM in four containers: large blocks, small and empty blocks, gzip, not compressed. */
enum { LARGE_BLOCKS, SMALL_BLOCKS, GZIP, PLAIN, N_CONTAINERS };

struct containers {
	struct bytes files[N_CONTAINERS];
	char *paths[N_CONTAINERS];
};

static struct containers make_containers(void)
{
	struct containers c = {0};

	random_bam(&c.files[PLAIN], 31, 3000, 250);
	c.files[LARGE_BLOCKS] = bgzf_wrap(&c.files[PLAIN], (struct bgzf_shape){.level = 1});
	c.files[SMALL_BLOCKS] = bgzf_wrap(&c.files[PLAIN],
		(struct bgzf_shape){.block_nbytes = 900, .level = 1, .empty_blocks = true});
	c.files[GZIP] = gzip_wrap(&c.files[PLAIN], 1);
	for (size_t i = 0; i < N_CONTAINERS; i++)
		c.paths[i] = temp_file(&c.files[i], ".bam");
	return c;
}

static void free_containers(struct containers *c)
{
	for (size_t i = 0; i < N_CONTAINERS; i++) {
		temp_remove(c->paths[i]);
		bytes_free(&c->files[i]);
	}
}

static void fill_random_sites(struct caller_sites *sites)
{
	static const char *const contigs[] = {"chr1", "chr2", "chr3", "chrX"};
	static const char *const alleles[] = {"A", "C", "G", "T", "AC"};
	struct caller_row rows[CALLER_MAX_ROWS];
	struct prng r = {1};

	for (size_t i = 0; i < CALLER_MAX_ROWS; i++)
		rows[i] = (struct caller_row){contigs[prng_below(&r, 40) ? prng_below(&r, 3) : 3],
			(uint32_t)prng_below(&r, 10200), alleles[prng_below(&r, 4)],
			alleles[prng_below(&r, 5)]};
	caller_sites_fill(sites, rows, CALLER_MAX_ROWS);
}

/* What one thread counts with the plainest kernels. */
static struct bytes plain_counts(const char *path, struct caller_sites *sites, enum sphex_mode mode)
{
	struct sphex_count *c =
		caller_count((struct caller_options){mode, 1, NULL, "20", "scalar"}, path);
	struct bytes counts;

	cr_assert_eq(sphex_count_sites(c, &sites->sites, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, NULL), SPHEX_OK);
	counts = caller_counts(c);
	sphex_count_free(c);
	return counts;
}

/* Calls `expect` for both modes with what is to be counted. */
static void in_both_modes(void (*expect)(
	const struct containers *, struct caller_sites *, enum sphex_mode, const char *want))
{
	static const enum sphex_mode modes[] = {SPHEX_MODE_WASP2, SPHEX_MODE_WASP2_LEGACY};
	struct containers files = make_containers();
	struct caller_sites sites;

	fill_random_sites(&sites);
	for (size_t i = 0; i < N_OF(modes); i++) {
		struct bytes want = plain_counts(files.paths[LARGE_BLOCKS], &sites, modes[i]);

		expect(&files, &sites, modes[i], (char *)want.data);
		bytes_free(&want);
	}
	caller_sites_free(&sites);
	free_containers(&files);
}

static void expect_from_any_units(const struct containers *files, struct caller_sites *sites,
	enum sphex_mode mode, const char *want)
{
	static const char *const units[] = {"1", "3", "64"};

	for (size_t i = 0; i < 2 * 3 * 8; i += one_in(5))
		expect_counts(files->paths[i / 24], sites,
			(struct caller_options){
				mode, (unsigned)(i % 8) + 1, units[i / 8 % 3], "20", NULL},
			want, "any units");
}

Test(run, threads_units_and_blocks_do_not_change_the_counts)
{
	in_both_modes(expect_from_any_units);
}

static void expect_from_any_container(const struct containers *files, struct caller_sites *sites,
	enum sphex_mode mode, const char *want)
{
	for (unsigned i = 0; i < N_CONTAINERS * 4; i++) {
		struct caller_options options = {mode, i % 4 + 1, "2", "20", NULL};
		pid_t feeder = feed_stdin(&files->files[i / 4], 1000);

		expect_counts("-", sites, options, want, "a pipe");
		stop_feeding(feeder);
		expect_counts(files->paths[i / 4], sites, options, want, "a file");
	}
}

Test(run, containers_and_pipes_do_not_change_the_counts)
{
	in_both_modes(expect_from_any_container);
}

static void expect_from_any_row(const struct containers *files, struct caller_sites *sites,
	enum sphex_mode mode, const char *want)
{
	for (size_t i = 0; i < sphex_cpu_n_rows(); i++) {
		struct sphex_cpu_row row;

		sphex_cpu_row(i, &row);
		if (row.usable)
			expect_counts(files->paths[LARGE_BLOCKS], sites,
				(struct caller_options){mode, 2, NULL, "20", row.name}, want,
				row.name);
	}
}

Test(run, kernel_rows_do_not_change_the_counts)
{
	in_both_modes(expect_from_any_row);
}

/* ---------------------------------------------------------------- runs that do not go well */

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
	struct caller_sites sites;

	caller_sites_fill(&sites, &(struct caller_row)SNP, 1);
	for (unsigned n_threads = 1; n_threads < 4; n_threads++) {
		struct sphex_count *c = caller_count(
			(struct caller_options){SPHEX_MODE_WASP2, n_threads, "1", NULL, NULL}, bam);
		struct sphex_error err;

		expect_no_table(c);
		cr_assert_eq(sphex_count_sites(c, &sites.sites, NULL), SPHEX_OK);
		cr_assert_eq(sphex_count_run(c, &err), want, "%s: %s", what, err.message);
		cr_assert_str_eq(err.file, bam);
		expect_no_table(c);
		cr_assert_eq(sphex_count_run(c, &err), SPHEX_E_ARGUMENT, "%s: run again", what);
		sphex_count_free(c);
	}
	caller_sites_free(&sites);
}

Test(run, bad_bams_fail_and_leave_no_table)
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

/* Of 40 records record k, 0-based, has to come first; a temporary file. */
static char *unsorted_bam(size_t k)
{
	struct bytes bam = {0}, file;
	struct prng r = {k};
	char *path;

	random_bam_start(&bam);
	for (size_t i = 0; i < 40; i++)
		random_bam_add(&bam, &r, 0, (int32_t)(i == k ? 0 : i + 1), 60);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 90, .level = 1});
	path = temp_file(&file, ".bam");
	bytes_free(&file);
	bytes_free(&bam);
	return path;
}

Test(run, unsorted_bams_fail_wherever_the_order_breaks)
{
	for (size_t k = 1; k < 40; k += 6) {
		char *path = unsorted_bam(k);

		expect_failure(path, SPHEX_E_DATA, "not sorted");
		temp_remove(path);
	}
}

/* Disorder is no damage: what lies behind it is not skipped, wherever units end. */
static struct sphex_error accept_loss_of(const char *bam, const char *unit_blocks)
{
	struct sphex_count *c = caller_count(
		(struct caller_options){SPHEX_MODE_WASP2, 2, unit_blocks, NULL, NULL}, bam);
	struct caller_sites sites;
	struct sphex_error err;

	caller_sites_fill(&sites, &(struct caller_row)SNP, 1);
	cr_assert_eq(sphex_count_set(c, "accept-loss", "1", NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_sites(c, &sites.sites, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_E_DATA);
	sphex_count_free(c);
	caller_sites_free(&sites);
	return err;
}

Test(run, unsorted_bams_fail_alike_where_loss_is_accepted)
{
	for (size_t k = 1; k < 40; k++) {
		char *path = unsorted_bam(k);
		struct sphex_error by_blocks, at_once;

		by_blocks = accept_loss_of(path, "1");
		at_once = accept_loss_of(path, "64");
		cr_assert_str_eq(by_blocks.message, at_once.message);
		cr_assert_eq(by_blocks.voffset, at_once.voffset, "record %zu", k + 1);
		cr_assert_eq(by_blocks.record, at_once.record);
		temp_remove(path);
	}
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

Test(run, a_run_ends_soon_when_it_is_cancelled)
{
	struct caller_sites sites;
	struct bytes bam = {0}, file;
	char *path;

	random_bam(&bam, 42, 5000, 200);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 2000, .level = 1});
	path = temp_file(&file, ".bam");
	caller_sites_fill(&sites, &(struct caller_row)SNP, 1);
	for (unsigned n_threads = 1; n_threads < 6; n_threads++) {
		for (int by_progress = 0; by_progress < 3; by_progress++) {
			struct sphex_count *c =
				caller_count((struct caller_options){SPHEX_MODE_WASP2, n_threads,
						     "4", NULL, NULL},
					path);
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
				cr_assert(seen.n_bytes_total == file.n && seen.n_bytes <= file.n &&
						  seen.seconds >= 0,
					"progress");
				cr_assert(seen.n_records > 0 && seen.n_records <= 5000, "%lu",
					(unsigned long)seen.n_records);
			}
			sphex_count_free(c);
		}
	}
	caller_sites_free(&sites);
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
}
static void *cancel_soon(void *count)
{
	struct timespec t = {0, 2000000};

	nanosleep(&t, NULL);
	sphex_count_cancel(count);
	return NULL;
}

Test(run, another_thread_may_cancel)
{
	struct containers files = make_containers();
	struct caller_sites sites;

	fill_random_sites(&sites);
	for (unsigned n_threads = 1; n_threads < 5; n_threads++) {
		struct sphex_count *c = caller_count(
			(struct caller_options){SPHEX_MODE_WASP2, n_threads, "1", NULL, NULL},
			files.paths[SMALL_BLOCKS]);
		enum sphex_status status;
		pthread_t thread;

		cr_assert_eq(sphex_count_sites(c, &sites.sites, NULL), SPHEX_OK);
		cr_assert_eq(pthread_create(&thread, NULL, cancel_soon, c), 0);
		status = sphex_count_run(c, NULL);
		pthread_join(thread, NULL);
		cr_assert(status == SPHEX_OK || status == SPHEX_E_CANCELLED, "%d", (int)status);
		cr_assert_eq(sphex_count_n_rows(c), status ? 0 : CALLER_MAX_ROWS);
		sphex_count_free(c);
	}
	caller_sites_free(&sites);
	free_containers(&files);
}

/* ---------------------------------------------------------------- several at once */

struct runner {
	struct sphex_count *count;
	enum sphex_status status;
};

static void *run_one(void *arg)
{
	struct runner *r = arg;

	r->status = sphex_count_run(r->count, NULL);
	return NULL;
}

Test(run, counts_of_different_handles_run_at_once)
{
	enum { N = 4 };
	struct containers files = make_containers();
	struct caller_sites sites;
	struct runner runners[N];
	pthread_t threads[N];
	struct bytes want;

	fill_random_sites(&sites);
	want = plain_counts(files.paths[PLAIN], &sites, SPHEX_MODE_WASP2);
	for (size_t i = 0; i < N; i++) {
		runners[i].count =
			caller_count((struct caller_options){SPHEX_MODE_WASP2, 2, "2", "20", NULL},
				files.paths[i]);
		cr_assert_eq(sphex_count_sites(runners[i].count, &sites.sites, NULL), SPHEX_OK);
	}
	for (size_t i = 0; i < N; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, run_one, &runners[i]), 0);
	for (size_t i = 0; i < N; i++) {
		struct bytes got;

		pthread_join(threads[i], NULL);
		cr_assert_eq(runners[i].status, SPHEX_OK);
		got = caller_counts(runners[i].count);
		cr_assert_str_eq((char *)got.data, (char *)want.data);
		bytes_free(&got);
		sphex_count_free(runners[i].count);
	}
	bytes_free(&want);
	caller_sites_free(&sites);
	free_containers(&files);
}

/* ---------------------------------------------------------------- variants from a file */

static void expect_file_run(const char *bam, const char *vcf, const char *sample, const char *want)
{
	struct sphex_count *c =
		caller_count((struct caller_options){SPHEX_MODE_WASP2, 2, NULL, NULL, NULL}, bam);
	struct bytes got;
	struct sphex_error err;

	cr_assert_eq(sphex_count_variants(c, vcf, NULL), SPHEX_OK);
	if (sample)
		cr_assert_eq(sphex_count_sample(c, sample, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_set(c, "include-multiallelic", "1", NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_OK, "%s", err.message);
	got = caller_counts(c);
	cr_assert_str_eq((char *)got.data, want, "%s", (char *)got.data);
	bytes_free(&got);
	sphex_count_free(c);
}

Test(run, rows_of_a_file_share_the_counts_of_their_position)
{
	/* worked case 18b, and an exact duplicate */
	static const struct worked w = {
		.reads = {READ("a", 100, "1M", "T"), READ("b", 100, "1M", "T")}};
	struct bytes vcf = {0};
	char *bam = caller_bam(w.reads, 0), *path;

	vcf_start(&vcf, (const char *const[]){"chr1", "chr2", NULL},
		(const char *const[]){"S", "T", NULL});
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
