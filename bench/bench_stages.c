/*
 * What each stage of a count costs. In: a BAM and its variants. Out: seconds per stage, one thread.
 *
 *     bench_stages [-n RUNS] [-m native|wasp2] [--simd ROW] [--json] BAM VARIANTS
 *
 * The file is passed over again and again, each pass with one stage more than the one before it;
 * a stage costs what its pass takes longer, in the same round. So a stage is measured as the others
 * leave it the caches, and one that the stage before it already paid for may cost less than 0.
 *
 *   hop       from block header to block header: where the units of several threads begin
 *   inflate   every block read as by one thread, inflated and checked, less hop
 *   records   split into records, the lengths of each checked
 *   observe   looked at by the sites: CIGAR, bases, qualities, classes
 *   tally     names and fragments settled, counts added
 *   variants  the list read (a pass of its own)
 *   output    the table written to /dev/null (a pass of its own)
 *   rest      what the whole run takes longer than all of these: sites, threads, freeing
 *   commit    the part of tally that one thread does for all: results put in order. With hop it is
 *             what bounds the number of threads that can be busy
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bam/reader.h"
#include "base/memory.h"
#include "count/parcel.h"
#include "count/tally.h"
#include "output/tsv.h"
#include "run.h"
#include "simd/cpu.h"
#include "simd/select.h"

enum { MAX_RUNS = 100, UNIT_BLOCKS = 64 };

/* Passes in the order in which they run; those up to TALLY grow by a stage each. */
enum pass {
	HOP,
	INFLATE,
	RECORDS,
	OBSERVE,
	TALLY,
	N_GROWING,
	VARIANTS = N_GROWING,
	OUTPUT,
	WHOLE,
	N_PASSES
};
enum { REST = WHOLE, N_STAGES = N_PASSES };

static const char *const stage_names[N_STAGES] = {
	"hop", "inflate", "records", "observe", "tally", "variants", "output", "rest"};

struct bench {
	const char *bam, *variants;
	struct run_settings settings;
	struct observer observer;
	enum pass pass;           /* the one that runs */
	struct run_result result; /* of the whole run: sites and counts for the other passes */
	struct observations *observations;
	struct tally *tally; /* in its pass */
	uint64_t n_records;
	uint64_t sum; /* keeps what was computed alive */
	double seconds[N_PASSES][MAX_RUNS];
	double commit[MAX_RUNS];
};

static void check(enum sphex_status status, const struct sphex_error *err)
{
	char line[1024];

	if (status == SPHEX_OK || status == SPHEX_END)
		return;
	sphex_error_format(err, line, sizeof(line));
	fprintf(stderr, "bench_stages: %s\n", line);
	exit(1);
}

/* ---------------------------------------------------------------- the passes */

/* Hops from unit to unit; with INFLATE each unit's blocks follow, read as one thread reads them. */
static void pass_blocks(struct bench *b, struct sphex_error *err)
{
	static uint8_t out[BGZF_MAX_BLOCK_NBYTES];
	struct block_reader blocks;
	struct block_hop hop = {0};
	enum sphex_status status = SPHEX_OK;

	check(input_open(b->bam, &hop.in, err), err);
	check(block_reader_init(&blocks, hop.in, b->settings.kernels->crc32, err), err);
	while (!hop.at_end) {
		check(block_hop_reading(&hop, b->pass == INFLATE ? &blocks : NULL, UINT64_MAX / 2,
			      UNIT_BLOCKS, err),
			err);
		while (b->pass == INFLATE && blocks.offset < hop.offset && !status) {
			size_t n;

			check(status = block_reader_next(&blocks, out, &n, err), err);
			b->sum += n;
		}
	}
	block_reader_free(&blocks);
	input_close(hop.in);
}

static enum sphex_status split(struct bench *b, struct unit *unit, struct sphex_error *err)
{
	uint32_t n_refs = b->result.sites.n_refs;
	const uint8_t *bytes;
	size_t nbytes;
	struct record r = {0};
	enum sphex_status status;

	while (!(status = unit_next(unit, &bytes, &nbytes, err))) {
		status = record_parse(bytes, nbytes, n_refs, &r, err);
		if (status)
			break;
		b->sum += r.flags;
		b->n_records++;
	}
	return status == SPHEX_END ? SPHEX_OK : status;
}

static enum sphex_status scan(void *user, size_t slot, struct unit *unit, struct sphex_error *err)
{
	struct bench *b = user;

	if (b->pass == RECORDS)
		return split(b, unit, err);
	if (b->tally && (tally_work(b->tally, err)))
		return err->status;
	if (observe_unit(&b->observer, unit, &b->observations[slot], err))
		return err->status;
	return b->tally ? parcels_pack(&b->observer, &b->observations[slot], err) : SPHEX_OK;
}

/* The passes must do the work of a run, so they must come to its result. */
static void finish_tally(const struct bench *b, struct sphex_error *err)
{
	check(tally_finish(b->tally, err), err);
	if (tally_n_counted(b->tally) == b->result.stats.n_counted)
		return;
	fprintf(stderr, "bench_stages: %llu counted in stages, %llu in a run\n",
		(unsigned long long)tally_n_counted(b->tally),
		(unsigned long long)b->result.stats.n_counted);
	exit(1);
}

static void pass_records(struct bench *b, int run, struct sphex_error *err)
{
	struct reader_options options = {
		.n_threads = 1, .unit_n_blocks = UNIT_BLOCKS, .crc32 = b->settings.kernels->crc32};
	struct reader_client client = {b, scan};
	struct reader *reader;
	enum sphex_status status;
	size_t slot, n_slots;

	b->n_records = 0;
	check(reader_open(b->bam, &options, &reader, err), err);
	n_slots = reader_n_slots(reader);
	b->observations = memory_new_zeroed(n_slots, sizeof(*b->observations));
	if (b->pass == TALLY)
		check(tally_new(&b->observer, false, &b->tally, err), err);
	check(reader_start(reader, &client, err), err);
	while (!(status = reader_next(reader, &slot, err))) {
		if (b->tally) {
			double began = seconds_now();

			tally_add(b->tally, &b->observations[slot]);
			b->commit[run] += seconds_now() - began;
		}
	}
	check(status, err);
	if (b->tally)
		finish_tally(b, err);
	reader_close(reader);
	tally_free(b->tally);
	b->tally = NULL;
	for (size_t i = 0; i < n_slots; i++)
		observations_free(&b->observations[i]);
	memory_free(b->observations);
}

static void write_table(const struct run_result *result, struct sphex_error *err)
{
	struct writer *w;

	check(writer_open("/dev/null", &w, err), err);
	tsv_write(w, &result->table);
	check(writer_commit(w, err), err);
}

/* Leaves its result behind; it also says what the variants took. */
static void pass_whole(struct bench *b, int run, struct sphex_error *err)
{
	double began = seconds_now(), wrote;

	run_result_free(&b->result);
	b->result = (struct run_result){0};
	check(run_count(&b->settings, &b->result, err), err);
	wrote = seconds_now();
	write_table(&b->result, err);
	b->seconds[WHOLE][run] = seconds_now() - began;
	b->seconds[OUTPUT][run] = seconds_now() - wrote;
	b->seconds[VARIANTS][run] = b->result.stats.seconds_variants;
	b->observer.sites = &b->result.sites;
}

static void run_passes(struct bench *b, int run)
{
	struct sphex_error err;

	pass_whole(b, run, &err);
	for (b->pass = HOP; b->pass < N_GROWING; b->pass++) {
		double began = seconds_now();

		if (b->pass <= INFLATE)
			pass_blocks(b, &err);
		else
			pass_records(b, run, &err);
		b->seconds[b->pass][run] = seconds_now() - began;
	}
}

/* ---------------------------------------------------------------- printing */

static double stage_seconds(const struct bench *b, int stage, int run)
{
	if (stage == REST)
		return b->seconds[WHOLE][run] - b->seconds[TALLY][run] - b->seconds[VARIANTS][run] -
		       b->seconds[OUTPUT][run];
	if (stage == HOP || stage >= N_GROWING)
		return b->seconds[stage][run];
	return b->seconds[stage][run] - b->seconds[stage - 1][run];
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_line(
	const char *name, double *seconds, int n_runs, double whole, double n_records)
{
	qsort(seconds, (size_t)n_runs, sizeof(*seconds), compare);
	printf("%-9s %8.4f %8.4f %8.4f  %6.1f %%  %8.1f\n", name, seconds[0], seconds[n_runs / 2],
		seconds[n_runs - 1], 100 * seconds[n_runs / 2] / whole,
		1e9 * seconds[n_runs / 2] / n_records);
}

static void print_table(const struct bench *b, int n_runs)
{
	double seconds[MAX_RUNS], n_records = (double)b->result.stats.n_records, whole;

	memcpy(seconds, b->seconds[WHOLE], sizeof(seconds));
	qsort(seconds, (size_t)n_runs, sizeof(*seconds), compare);
	whole = seconds[n_runs / 2];
	printf("%llu records, %zu sites, %llu observations, mode %s, row %s\n",
		(unsigned long long)b->result.stats.n_records, b->result.sites.n,
		(unsigned long long)b->result.stats.n_observations, b->observer.rules->name,
		b->settings.kernels->name);
	printf("stage     seconds min/median/max       whole  ns/record\n");
	for (int stage = 0; stage < N_STAGES; stage++) {
		for (int run = 0; run < n_runs; run++)
			seconds[run] = stage_seconds(b, stage, run);
		print_line(stage_names[stage], seconds, n_runs, whole, n_records);
	}
	memcpy(seconds, b->commit, sizeof(seconds));
	print_line("commit", seconds, n_runs, whole, n_records);
	memcpy(seconds, b->seconds[WHOLE], sizeof(seconds));
	print_line("whole", seconds, n_runs, whole, n_records);
}

static void print_numbers(const char *name, const double *seconds, int n_runs)
{
	printf("%s\"%s\": [", name == stage_names[0] ? "" : ", ", name);
	for (int run = 0; run < n_runs; run++)
		printf("%s%.6f", run ? ", " : "", seconds[run]);
	printf("]");
}

static void print_json(const struct bench *b, int n_runs)
{
	double seconds[MAX_RUNS];

	printf("{\"records\": %llu, \"sites\": %zu, \"observations\": %llu, \"mode\": \"%s\", "
	       "\"row\": \"%s\", \"stages\": {",
		(unsigned long long)b->result.stats.n_records, b->result.sites.n,
		(unsigned long long)b->result.stats.n_observations, b->observer.rules->name,
		b->settings.kernels->name);
	for (int stage = 0; stage < N_STAGES; stage++) {
		for (int run = 0; run < n_runs; run++)
			seconds[run] = stage_seconds(b, stage, run);
		print_numbers(stage_names[stage], seconds, n_runs);
	}
	print_numbers("commit", b->commit, n_runs);
	print_numbers("whole", b->seconds[WHOLE], n_runs);
	printf("}}\n");
}

/* The defaults of the program. */
static void set_up(struct bench *b, bool native, const char *row)
{
	struct run_settings *s = &b->settings;

	s->mode = native ? SPHEX_MODE_NATIVE : SPHEX_MODE_WASP2;
	s->bam = memory_copy_text(b->bam, strlen(b->bam));
	s->variants = memory_copy_text(b->variants, strlen(b->variants));
	s->filter = (struct record_filter){.min_mapq = 10,
		.exclude_flags = FLAG_UNMAPPED | FLAG_SECONDARY | FLAG_QC_FAIL | FLAG_DUPLICATE |
				 FLAG_SUPPLEMENTARY};
	s->min_baseq = native ? 10 : 0;
	s->unit_blocks = UNIT_BLOCKS;
	s->n_threads = 1;
	s->kernels = sphex_kernels_select(row, cpu_bundles());
	b->observer = (struct observer){.rules = count_rules_of(s->mode),
		.kernels = s->kernels,
		.filter = native ? &s->filter : NULL,
		.min_baseq = (uint8_t)s->min_baseq};
}

static int usage(void)
{
	fprintf(stderr, "usage: bench_stages [-n RUNS] [-m native|wasp2] [--simd ROW] [--json] BAM "
			"VARIANTS\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"simd", required_argument, NULL, 's'}, {"json", no_argument, NULL, 'j'}, {0}};
	static struct bench b;
	bool native = true, json = false;
	const char *row = NULL;
	int n_runs = 5, letter;

	while ((letter = getopt_long(argc, argv, "n:m:", options, NULL)) != -1) {
		if (letter == 'n')
			n_runs = atoi(optarg);
		else if (letter == 'm')
			native = strcmp(optarg, "native") == 0;
		else if (letter == 's')
			row = optarg;
		else if (letter == 'j')
			json = true;
		else
			return usage();
	}
	if (argc - optind != 2 || n_runs < 1 || n_runs > MAX_RUNS)
		return usage();
	b.bam = argv[optind];
	b.variants = argv[optind + 1];
	set_up(&b, native, row);
	if (!b.settings.kernels)
		return fprintf(stderr, "bench_stages: this CPU has no row %s\n", row), 2;
	run_passes(&b, 0); /* warms the caches; round 0 is measured again */
	for (int run = 0; run < n_runs; run++)
		run_passes(&b, run);
	(json ? print_json : print_table)(&b, n_runs);
	run_result_free(&b.result);
	memory_free(b.settings.bam);
	memory_free(b.settings.variants);
	return 0;
}
