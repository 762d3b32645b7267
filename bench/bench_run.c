/*
 * Whole runs side by side: each task runs in a process of its own, in turn (A B C A B C ...), so that the
 * ratios hold although the machine's speed drifts.
 *
 *     bench_run [-n RUNS] [-@ THREADS] FILE.bam FILE.vcf [SAMPLE]
 *
 *   floor    read, inflate and CRC-check every block with libdeflate, nothing else, one thread
 *   count    sphex: variants, BAM, table to /dev/null
 *   decode   sphex: all records through the decoder of sphex.h
 *   htslib   all records through sam_read1() (when built with htslib)
 */
#define _DEFAULT_SOURCE /* wait4 */
#include <fcntl.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sphex.h"

#ifdef SPHEX_BENCH_HTSLIB
#include <htslib/sam.h>
#include <htslib/thread_pool.h>
#endif

#define MAX_RUNS 100
#define WINDOW_NBYTES ((size_t)256 << 10)

struct inputs {
	const char *bam, *vcf, *sample;
	unsigned n_threads;
};

/* Returns the number of records, or of blocks for the floor; 0 is a failure. */
typedef uint64_t task_fn(const struct inputs *in);

struct task {
	const char *name;
	task_fn *run;
	double seconds[MAX_RUNS];
	uint64_t n_records;
	long peak_kbytes;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static unsigned u16(const uint8_t *p)
{
	return (unsigned)(p[0] | p[1] << 8);
}

static uint32_t u32(const uint8_t *p)
{
	return u16(p) | (uint32_t)u16(p + 2) << 16;
}

/* Trusts the file: blocks as bgzip and htslib write them, BC subfield first. */
static uint64_t run_floor(const struct inputs *in)
{
	static uint8_t window[WINDOW_NBYTES], out[65536];
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	size_t from = 0, to = 0;
	uint64_t n = 0;
	int fd = open(in->bam, O_RDONLY);

	for (;;) {
		size_t size = to - from >= 18 ? u16(window + from + 16) + 1u : 0;
		ssize_t got;

		if (size && to - from >= size) {
			const uint8_t *block = window + from, *trailer = block + size - 8;
			uint32_t isize = u32(trailer + 4);

			if (libdeflate_deflate_decompress(d, block + 18, size - 26, out, isize, NULL) ||
			        libdeflate_crc32(0, out, isize) != u32(trailer))
				return 0;
			from += size;
			n++;
			continue;
		}
		memmove(window, window + from, to - from);
		to -= from;
		from = 0;
		got = read(fd, window + to, sizeof(window) - to);
		if (got <= 0)
			break;
		to += (size_t)got;
	}
	libdeflate_free_decompressor(d);
	close(fd);
	return n;
}

static uint64_t run_count(const struct inputs *in)
{
	struct sphex_count_stats stats = {0};
	struct sphex_count *c;
	struct sphex_error err;
	char line[1024];

	if (sphex_count_new(SPHEX_MODE_WASP2, &c, &err) || sphex_count_bam(c, in->bam, &err) ||
	        sphex_count_variants(c, in->vcf, &err) || sphex_count_threads(c, in->n_threads, &err) ||
	        (in->sample && sphex_count_sample(c, in->sample, &err)) || sphex_count_run(c, &err) ||
	        sphex_count_write(c, "/dev/null", &err)) {
		sphex_error_format(&err, line, sizeof(line));
		fprintf(stderr, "bench_run: %s\n", line);
		return 0;
	}
	sphex_count_stats(c, &stats);
	sphex_count_free(c);
	return stats.n_records;
}

static uint64_t run_decode(const struct inputs *in)
{
	struct sphex_bam_options options = {.n_threads = in->n_threads};
	const struct sphex_batch *batch;
	struct sphex_bam *bam;
	uint64_t n = 0, sum = 0;

	if (sphex_bam_open(in->bam, &options, &bam, NULL))
		return 0;
	while (!sphex_bam_next(bam, &batch, NULL)) {
		const int32_t *pos0 = sphex_batch_pos0(batch);

		for (size_t i = 0; i < sphex_batch_n_records(batch); i++)
			sum += (uint32_t)pos0[i];
		n += sphex_batch_n_records(batch);
	}
	sphex_bam_close(bam);
	return sum ? n : 0;
}

#ifdef SPHEX_BENCH_HTSLIB
static uint64_t run_htslib(const struct inputs *in)
{
	samFile *file = sam_open(in->bam, "r");
	sam_hdr_t *header = file ? sam_hdr_read(file) : NULL;
	bam1_t *record = bam_init1();
	uint64_t n = 0, sum = 0;

	if (!header)
		return 0;
	if (in->n_threads > 1)
		hts_set_threads(file, (int)in->n_threads);
	while (sam_read1(file, header, record) >= 0) {
		sum += (uint64_t)record->core.pos;
		n++;
	}
	bam_destroy1(record);
	sam_hdr_destroy(header);
	sam_close(file);
	return sum ? n : 0;
}
#endif

/* Runs the task in a child process, which sends the number of records back. */
static void measure(struct task *task, const struct inputs *in, int run)
{
	struct rusage usage;
	int pipe_fds[2], status;
	uint64_t n = 0;
	double start;
	pid_t child;

	if (pipe(pipe_fds) != 0)
		exit(1);
	start = now();
	child = fork();
	if (child == 0) {
		n = task->run(in);
		_exit(write(pipe_fds[1], &n, sizeof(n)) != sizeof(n) || n == 0);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0) {
		fprintf(stderr, "bench_run: %s failed\n", task->name);
		exit(1);
	}
	task->seconds[run] = now() - start;
	if (read(pipe_fds[0], &n, sizeof(n)) == sizeof(n))
		task->n_records = n;
	if (usage.ru_maxrss > task->peak_kbytes)
		task->peak_kbytes = usage.ru_maxrss;
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_task(struct task *task, const struct task *floor, int n_runs)
{
	double sorted[MAX_RUNS], ratios[MAX_RUNS];
	int middle = n_runs / 2;

	for (int i = 0; i < n_runs; i++) {
		sorted[i] = task->seconds[i];
		ratios[i] = task->seconds[i] / floor->seconds[i];
	}
	qsort(sorted, (size_t)n_runs, sizeof(*sorted), compare);
	qsort(ratios, (size_t)n_runs, sizeof(*ratios), compare);
	printf("%-8s %7.3f %7.3f %7.3f   %5.3f (%.3f..%.3f)  %8.2f  %8.1f\n", task->name, sorted[0],
	        sorted[middle], sorted[n_runs - 1], ratios[middle], ratios[0], ratios[n_runs - 1],
	        task == floor ? 0 : (double)task->n_records / sorted[middle] * 1e-6,
	        (double)task->peak_kbytes / 1024);
}

int main(int argc, char **argv)
{
	struct task tasks[] = {{.name = "floor", .run = run_floor},
	        {.name = "count", .run = run_count},
	        {.name = "decode", .run = run_decode},
#ifdef SPHEX_BENCH_HTSLIB
	        {.name = "htslib", .run = run_htslib},
#endif
	};
	int n_tasks = (int)(sizeof(tasks) / sizeof(tasks[0])), n_runs = 5, option;
	struct inputs in = {.n_threads = 1};

	while ((option = getopt(argc, argv, "n:@:")) != -1) {
		if (option == 'n')
			n_runs = atoi(optarg);
		else if (option == '@')
			in.n_threads = (unsigned)atoi(optarg);
		else
			return 2;
	}
	if (argc - optind < 2 || n_runs < 1 || n_runs > MAX_RUNS)
		return fprintf(stderr, "usage: bench_run [-n RUNS] [-@ THREADS] BAM VCF [SAMPLE]\n"), 2;
	in.bam = argv[optind];
	in.vcf = argv[optind + 1];
	in.sample = argc - optind > 2 ? argv[optind + 2] : NULL;
	for (int run = -1; run < n_runs; run++) /* -1 warms the page cache */
		for (int i = 0; i < n_tasks; i++)
			measure(&tasks[i], &in, run < 0 ? 0 : run);
	printf("threads %u, runs %d\n", in.n_threads, n_runs);
	printf("task     seconds min/median/max    ratio to floor        Mrecords/s  peak MB\n");
	for (int i = 0; i < n_tasks; i++)
		print_task(&tasks[i], &tasks[0], n_runs);
	return 0;
}
