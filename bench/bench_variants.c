/*
 * What reading a list of variants costs beside inflating it. In: VCF, VCF.gz or BCF. Out: a table,
 * or JSON with the seconds of every run. The tasks run in processes of their own, in turn and back
 * again, so that ratios of one round hold although the machine's speed drifts.
 *
 *     bench_variants [-n RUNS] [-@ THREADS] [-m MODE] [--all-sites] [--simd ROW] [--cpu] [--json]
 *                    FILE [SAMPLE]
 *
 * --cpu: seconds of the CPU instead of the clock, for a machine that others use too.
 *
 *   floor   the file read, inflated and CRC-checked by libdeflate, one thread; plain: just read
 *   read    variants_read() as the program calls it; MODE is native, wasp2 or wasp2-legacy
 *
 * Bytes per kept variant: `resident` is by how much the peak of `read` is above that of `floor`,
 * `lines`, `ids` and `alleles` are the parts of the table that have one entry or text a line. What
 * else is resident is the same for a list of any length: windows, inflaters, threads.
 */
#define _DEFAULT_SOURCE /* wait4 */
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cursor.h"
#include "bgzf/stream.h"
#include "floor.h"
#include "simd/cpu.h"
#include "simd/select.h"
#include "variants/bcf.h"
#include "variants/vcf.h"

enum { MAX_RUNS = 100, READ_NBYTES = 256 << 10, N_TASKS = 2 };
enum task { FLOOR, READ };

static const char *const task_names[N_TASKS] = {"floor", "read"};

struct bench {
	const char *path, *sample, *mode;
	struct variant_options options;
	bool is_compressed, is_bcf;
	uint64_t n_lines; /* of the file, those of the header left out */
	int n_runs;
	bool cpu; /* seconds of the CPU instead of those of the clock */
	double seconds[N_TASKS][MAX_RUNS];
	long peak_kbytes[N_TASKS];
	struct outcome {
		uint64_t n_bytes; /* of the file, inflated */
		uint64_t n_kept, lines_nbytes, ids_nbytes, alleles_nbytes;
	} outcome;
};

static _Noreturn void stop(const struct bench *b, const struct sphex_error *err)
{
	char line[1024];

	sphex_error_format(err, line, sizeof(line));
	fprintf(stderr, "bench_variants: %s: %s\n", b->path, line);
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---------------------------------------------------------------- what the file is */

/* Bytes of the record at the window's start; 0: more bytes are needed to tell. */
static size_t record_nbytes(const struct bench *b, const uint8_t *p, size_t n)
{
	const uint8_t *end;

	if (b->is_bcf && n >= 9 && bcf_is_bcf(p, n))
		return 9 + (size_t)load_u32(p + 5);
	if (b->is_bcf)
		return n < 8 ? 0 : 8 + (size_t)load_u32(p) + (size_t)load_u32(p + 4);
	end = memchr(p, '\n', n);
	return end ? (size_t)(end - p) + 1 : 0;
}

/* Also brings the file into the page cache. */
static void survey(struct bench *b)
{
	struct stream *s;
	struct sphex_error err;
	const uint8_t *p;
	size_t n, used = 0, nbytes;
	enum sphex_status status = stream_open(b->path, 1, NULL, &s, &err);

	while (!status && !(status = stream_next(s, used, &p, &n, &err))) {
		b->is_bcf |= b->outcome.n_bytes == 0 && bcf_is_bcf(p, n);
		for (used = 0;
			(nbytes = record_nbytes(b, p + used, n - used)) && nbytes <= n - used;
			used += nbytes) {
			b->n_lines += b->is_bcf ? b->outcome.n_bytes > 0 : p[used] != '#';
			b->outcome.n_bytes += nbytes;
		}
	}
	if (status != SPHEX_END)
		stop(b, &err);
	b->is_compressed = stream_kind(s) != STREAM_PLAIN;
	stream_close(s);
}

/* ---------------------------------------------------------------- the tasks */

static bool run_floor(const struct bench *b)
{
	static uint8_t buffer[READ_NBYTES];
	uint64_t n_blocks, n_bytes;
	ssize_t got;
	int fd;

	if (b->is_compressed)
		return inflate_all(b->path, &n_blocks, &n_bytes);
	fd = open(b->path, O_RDONLY);
	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		;
	close(fd);
	return got == 0;
}

static bool run_read(struct bench *b)
{
	struct variants v = {0};
	struct sphex_error err;

	if (variants_read(b->path, &b->options, &v, &err))
		stop(b, &err);
	b->outcome.n_kept = v.n;
	b->outcome.lines_nbytes =
		v.cap * sizeof(*v.items) + (v.extras ? v.extras_cap * sizeof(*v.extras) : 0);
	b->outcome.ids_nbytes = v.ids_nbytes;
	b->outcome.alleles_nbytes = v.text_nbytes;
	variants_free(&v);
	return true;
}

static double cpu_seconds(const struct rusage *u)
{
	return (double)(u->ru_utime.tv_sec + u->ru_stime.tv_sec) +
	       (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec) * 1e-6;
}

/* Runs the task in a child process, which sends back what it found. */
static void measure(struct bench *b, enum task task, int run)
{
	struct rusage usage;
	int pipe_fds[2], status;
	double start;
	pid_t child;

	if (pipe(pipe_fds) != 0)
		exit(1);
	start = now();
	child = fork();
	if (child == 0) {
		bool done = task == READ ? run_read(b) : run_floor(b);

		_exit(!done ||
			write(pipe_fds[1], &b->outcome, sizeof(b->outcome)) != sizeof(b->outcome));
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0) {
		fprintf(stderr, "bench_variants: %s failed\n", task_names[task]);
		exit(1);
	}
	b->seconds[task][run] = b->cpu ? cpu_seconds(&usage) : now() - start;
	if (task == READ &&
		read(pipe_fds[0], &b->outcome, sizeof(b->outcome)) != sizeof(b->outcome))
		exit(1);
	if (usage.ru_maxrss > b->peak_kbytes[task])
		b->peak_kbytes[task] = usage.ru_maxrss;
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

/* ---------------------------------------------------------------- printing */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_task(const struct bench *b, enum task task)
{
	double sorted[MAX_RUNS], ratios[MAX_RUNS];
	int n = b->n_runs, middle = n / 2;

	for (int i = 0; i < n; i++) {
		sorted[i] = b->seconds[task][i];
		ratios[i] = b->seconds[task][i] / b->seconds[FLOOR][i];
	}
	qsort(sorted, (size_t)n, sizeof(*sorted), compare);
	qsort(ratios, (size_t)n, sizeof(*ratios), compare);
	printf("%-8s %7.3f %7.3f %7.3f   %6.3f (%.3f..%.3f)  %6.2f  %8.1f  %8.1f\n",
		task_names[task], sorted[0], sorted[middle], sorted[n - 1], ratios[middle],
		ratios[0], ratios[n - 1], (double)b->outcome.n_bytes / sorted[middle] * 1e-9,
		sorted[middle] / (double)b->n_lines * 1e9, (double)b->peak_kbytes[task] / 1024);
}

static double per_kept(const struct bench *b, double nbytes)
{
	return b->outcome.n_kept ? nbytes / (double)b->outcome.n_kept : 0;
}

static void print_table(const struct bench *b)
{
	const struct outcome *o = &b->outcome;

	printf("%s, mode %s%s%s, threads %u, row %s: %llu lines, %llu kept, %.1f MB inflated\n",
		b->path, b->mode, b->sample ? ", sample " : "", b->sample ? b->sample : "",
		b->options.n_threads, b->options.kernels->name, (unsigned long long)b->n_lines,
		(unsigned long long)o->n_kept, (double)o->n_bytes * 1e-6);
	printf("task     seconds min/median/max    ratio to floor          GB/s  ns/line   peak "
	       "MB\n");
	for (int i = 0; i < N_TASKS; i++)
		print_task(b, (enum task)i);
	printf("bytes per kept variant: resident %.1f; lines %.1f, ids %.1f, alleles %.1f\n",
		per_kept(b, (double)(b->peak_kbytes[READ] - b->peak_kbytes[FLOOR]) * 1024),
		per_kept(b, (double)o->lines_nbytes), per_kept(b, (double)o->ids_nbytes),
		per_kept(b, (double)o->alleles_nbytes));
}

static void print_json(const struct bench *b)
{
	const struct outcome *o = &b->outcome;

	printf("{\"mode\": \"%s\", \"threads\": %u, \"row\": \"%s\", \"lines\": %llu, "
	       "\"kept\": %llu, \"inflated_bytes\": %llu, \"lines_bytes\": %llu, "
	       "\"ids_bytes\": %llu, \"alleles_bytes\": %llu",
		b->mode, b->options.n_threads, b->options.kernels->name,
		(unsigned long long)b->n_lines, (unsigned long long)o->n_kept,
		(unsigned long long)o->n_bytes, (unsigned long long)o->lines_nbytes,
		(unsigned long long)o->ids_nbytes, (unsigned long long)o->alleles_nbytes);
	for (int i = 0; i < N_TASKS; i++) {
		printf(", \"%s\": {\"peak_kbytes\": %ld, \"seconds\": [", task_names[i],
			b->peak_kbytes[i]);
		for (int run = 0; run < b->n_runs; run++)
			printf("%s%.6f", run ? ", " : "", b->seconds[i][run]);
		printf("]}");
	}
	printf("}\n");
}

static int usage(void)
{
	fprintf(stderr,
		"usage: bench_variants [-n RUNS] [-@ THREADS] [-m native|wasp2|wasp2-legacy] "
		"[--all-sites] [--simd ROW] [--cpu] [--json] FILE [SAMPLE]\n");
	return 2;
}

static bool parse_mode(const char *name, enum select_rules *rules)
{
	static const char *const names[] = {[SELECT_WASP2] = "wasp2",
		[SELECT_WASP2_LEGACY] = "wasp2-legacy",
		[SELECT_NATIVE] = "native"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(name, names[i]) == 0)
			return *rules = (enum select_rules)i, true;
	return false;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"simd", required_argument, NULL, 's'},
		{"all-sites", no_argument, NULL, 'a'}, {"cpu", no_argument, NULL, 'c'},
		{"json", no_argument, NULL, 'j'}, {0}};
	static struct bench b = {.mode = "native", .n_runs = 5, .options.n_threads = 1};
	const char *row = NULL;
	bool json = false;
	int letter;

	while ((letter = getopt_long(argc, argv, "n:@:m:", options, NULL)) != -1) {
		if (letter == 'n')
			b.n_runs = atoi(optarg);
		else if (letter == '@')
			b.options.n_threads = (unsigned)atoi(optarg);
		else if (letter == 'm')
			b.mode = optarg;
		else if (letter == 's')
			row = optarg;
		else if (letter == 'a')
			b.options.all_sites = true;
		else if (letter == 'c')
			b.cpu = true;
		else if (letter == 'j')
			json = true;
		else
			return usage();
	}
	if (argc - optind < 1 || b.n_runs < 1 || b.n_runs > MAX_RUNS ||
		!parse_mode(b.mode, &b.options.rules))
		return usage();
	b.path = argv[optind];
	b.sample = argv[optind + 1];
	b.options.samples = &b.sample;
	b.options.n_samples = b.sample != NULL;
	b.options.kernels = sphex_kernels_select(row, cpu_bundles());
	if (!b.options.kernels)
		return fprintf(stderr, "bench_variants: this CPU has no row %s\n", row), 2;
	survey(&b);
	for (int run = 0; run < b.n_runs; run++)
		for (int i = 0; i < N_TASKS; i++)
			measure(&b, (enum task)(run % 2 ? N_TASKS - 1 - i : i), run);
	(json ? print_json : print_table)(&b);
	return 0;
}
