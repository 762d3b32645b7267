/*
 * Whole runs side by side. In: a BAM, its variants and a list of tasks. Out: a table of seconds, or
 * JSON with the seconds of every run. Each task runs in a process of its own, in turn and back
 * again (A B C C B A ...), so that ratios of one round hold although the machine's speed drifts.
 *
 *     bench_run [-n RUNS] [-@ THREADS] [-t TASKS] [--cold] [--json] BAM VARIANTS [SAMPLE]
 *     bench_run --once -t TASK BAM
 *
 * TASKS is a list with commas; the first one is what the others are compared with. A task is
 * NAME[@THREADS][/ROW][:cold], with one of these names:
 *
 *   floor    reads, inflates and CRC-checks every block with libdeflate, nothing else, one thread
 *   wasp2    sphex: variants, BAM, table to /dev/null, by the rules of WASP2
 *   native   the same by the own rules
 *   decode   sphex: all records through the decoder of sphex.h
 *   htslib   all records through sam_read1() (when built with htslib)
 *   read     reads the file from begin to end, as dd does: with :cold the disk's own time
 *
 * ROW is a row of kernels for wasp2 and native. Before a :cold task the pages of the BAM are
 * dropped from the page cache, and it is an error when they stay. --cold stands for the tasks that
 * show what a cold file costs. --once runs one task here and now, for others to time, and prints
 * the number of records and the sum of their positions.
 */
#define _DEFAULT_SOURCE /* wait4, mincore */
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "floor.h"
#include "sphex.h"

#ifdef SPHEX_BENCH_HTSLIB
#include <htslib/sam.h>
#include <htslib/thread_pool.h>
#endif

enum { MAX_RUNS = 100, MAX_TASKS = 32, READ_NBYTES = 1 << 20 };
#define DEFAULT_TASKS "floor,wasp2,native,decode,htslib"
#define COLD_TASKS "read:cold,read,floor,floor:cold,wasp2,wasp2:cold"

struct inputs {
	const char *bam, *variants, *sample;
};

struct work {
	enum sphex_mode mode;
	unsigned n_threads;
	const char *row; /* NULL: the best */
};

/* Records, blocks or bytes that were read, and the sum of positions; n = 0 is a failure. */
struct done {
	uint64_t n;
	int64_t sum;
};

typedef struct done work_fn(const struct inputs *in, const struct work *work);

struct task {
	char name[64]; /* as it was asked for */
	work_fn *run;
	struct work work;
	char row[16];
	bool is_cold;
	double seconds[MAX_RUNS];
	struct done done;
	long peak_kbytes;
};

static _Noreturn void stop(const char *what, const char *name)
{
	fprintf(stderr, "bench_run: %s: %s\n", name, what);
	exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---------------------------------------------------------------- the tasks */

static struct done run_floor(const struct inputs *in, const struct work *work)
{
	struct done done = {0};
	uint64_t n_bytes;

	(void)work;
	return inflate_all(in->bam, &done.n, &n_bytes) ? done : (struct done){0};
}

static struct done run_count(const struct inputs *in, const struct work *work)
{
	struct sphex_count_stats stats = {0};
	struct sphex_count *c;
	struct sphex_error err;
	char line[1024];

	if (sphex_count_new(work->mode, &c, &err) || sphex_count_bam(c, in->bam, &err) ||
		sphex_count_variants(c, in->variants, &err) ||
		sphex_count_threads(c, work->n_threads, &err) ||
		sphex_count_simd(c, work->row, &err) ||
		(in->sample && sphex_count_sample(c, in->sample, &err)) ||
		sphex_count_run(c, &err) || sphex_count_write(c, "/dev/null", &err)) {
		sphex_error_format(&err, line, sizeof(line));
		fprintf(stderr, "bench_run: %s\n", line);
		return (struct done){0};
	}
	sphex_count_stats(c, &stats);
	sphex_count_free(c);
	return (struct done){.n = stats.n_records};
}

static struct done run_decode(const struct inputs *in, const struct work *work)
{
	struct sphex_bam_options options = {.n_threads = work->n_threads};
	const struct sphex_batch *batch;
	struct sphex_bam *bam;
	enum sphex_status status;
	struct done done = {0};

	if (sphex_bam_open(in->bam, &options, &bam, NULL))
		return done;
	while (!(status = sphex_bam_next(bam, &batch, NULL))) {
		const int32_t *pos0 = sphex_batch_pos0(batch);

		for (size_t i = 0; i < sphex_batch_n_records(batch); i++)
			done.sum += pos0[i];
		done.n += sphex_batch_n_records(batch);
	}
	sphex_bam_close(bam);
	return status == SPHEX_END ? done : (struct done){0};
}

#ifdef SPHEX_BENCH_HTSLIB
static struct done run_htslib(const struct inputs *in, const struct work *work)
{
	samFile *file = sam_open(in->bam, "r");
	sam_hdr_t *header = file ? sam_hdr_read(file) : NULL;
	bam1_t *record = bam_init1();
	struct done done = {0};

	if (!header)
		return done;
	if (work->n_threads > 1)
		hts_set_threads(file, (int)work->n_threads);
	while (sam_read1(file, header, record) >= 0) {
		done.sum += record->core.pos;
		done.n++;
	}
	bam_destroy1(record);
	sam_hdr_destroy(header);
	sam_close(file);
	return done;
}
#else
#define run_htslib NULL
#endif

static struct done run_read(const struct inputs *in, const struct work *work)
{
	static uint8_t buffer[READ_NBYTES];
	int fd = open(in->bam, O_RDONLY);
	struct done done = {0};
	ssize_t got;

	(void)work;
	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		done.n += (uint64_t)got;
	close(fd);
	return got == 0 ? done : (struct done){0};
}

static const struct {
	const char *name;
	work_fn *run;
	enum sphex_mode mode;
} kinds[] = {
	{"floor", run_floor, SPHEX_MODE_NATIVE},
	{"wasp2", run_count, SPHEX_MODE_WASP2},
	{"native", run_count, SPHEX_MODE_NATIVE},
	{"decode", run_decode, SPHEX_MODE_NATIVE},
	{"htslib", run_htslib, SPHEX_MODE_NATIVE},
	{"read", run_read, SPHEX_MODE_NATIVE},
};

/* Reads NAME[@THREADS][/ROW][:cold]; false when this build cannot run it. */
static bool parse_task(const char *text, unsigned n_threads, struct task *task)
{
	size_t n = strcspn(text, "@/:");
	const char *rest = text + n;

	*task = (struct task){.work.n_threads = n_threads};
	snprintf(task->name, sizeof(task->name), "%s", text);
	if (*rest == '@')
		task->work.n_threads = (unsigned)strtoul(rest + 1, (char **)&rest, 10);
	if (*rest == '/') {
		snprintf(task->row, sizeof(task->row), "%.*s", (int)strcspn(rest + 1, ":"),
			rest + 1);
		rest += 1 + strcspn(rest + 1, ":");
		task->work.row = task->row;
	}
	task->is_cold = strcmp(rest, ":cold") == 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strlen(kinds[i].name) != n || strncmp(kinds[i].name, text, n) != 0)
			continue;
		if (*rest && !task->is_cold)
			break;
		task->run = kinds[i].run;
		task->work.mode = kinds[i].mode;
		if (!task->run)
			fprintf(stderr, "bench_run: %s is not built in here, left out\n", text);
		return task->run != NULL;
	}
	stop("no such task", text);
}

/* ---------------------------------------------------------------- cold files */

/* Pages of the file that are in the page cache. */
static size_t n_resident(int fd, size_t nbytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), n_pages = (nbytes + page - 1) / page, n = 0;
	unsigned char *resident = malloc(n_pages + 1);
	void *at = mmap(NULL, nbytes, PROT_READ, MAP_SHARED, fd, 0);

	if (!resident || at == MAP_FAILED || mincore(at, nbytes, resident) != 0)
		stop("cannot look at its pages", "mincore");
	for (size_t i = 0; i < n_pages; i++)
		n += resident[i] & 1;
	munmap(at, nbytes);
	free(resident);
	return n;
}

/* A page that is not yet on the disk cannot be dropped, so write them all first. */
static void drop_pages(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct stat info;

	if (fd < 0 || fstat(fd, &info) != 0 || info.st_size == 0 || fdatasync(fd) != 0 ||
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
		stop("cannot drop its pages", path);
	if (n_resident(fd, (size_t)info.st_size) > 64)
		stop("its pages stay in the page cache: no cold run on this file system", path);
	close(fd);
}

/* ---------------------------------------------------------------- measuring */

/* Runs the task in a child process, which sends back what it has done. */
static void measure(struct task *task, const struct inputs *in, int run)
{
	struct rusage usage;
	int pipe_fds[2], status;
	struct done done;
	double start;
	pid_t child;

	if (task->is_cold)
		drop_pages(in->bam);
	if (pipe(pipe_fds) != 0)
		exit(1);
	start = now();
	child = fork();
	if (child == 0) {
		done = task->run(in, &task->work);
		_exit(write(pipe_fds[1], &done, sizeof(done)) != sizeof(done) || done.n == 0);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0)
		stop("failed", task->name);
	task->seconds[run] = now() - start;
	if (read(pipe_fds[0], &done, sizeof(done)) == sizeof(done))
		task->done = done;
	if (usage.ru_maxrss > task->peak_kbytes)
		task->peak_kbytes = usage.ru_maxrss;
	close(pipe_fds[0]);
	close(pipe_fds[1]);
}

static void measure_all(struct task *tasks, int n_tasks, const struct inputs *in, int n_runs)
{
	for (int i = 0; i < n_tasks; i++)
		if (!tasks[i].is_cold)
			measure(&tasks[i], in, 0); /* warms the page cache */
	for (int run = 0; run < n_runs; run++)
		for (int i = 0; i < n_tasks; i++)
			measure(&tasks[run % 2 ? n_tasks - 1 - i : i], in, run);
}

/* ---------------------------------------------------------------- printing */

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_task(const struct task *task, const struct task *first, int n_runs)
{
	double sorted[MAX_RUNS], ratios[MAX_RUNS];
	int middle = n_runs / 2;

	for (int i = 0; i < n_runs; i++) {
		sorted[i] = task->seconds[i];
		ratios[i] = task->seconds[i] / first->seconds[i];
	}
	qsort(sorted, (size_t)n_runs, sizeof(*sorted), compare);
	qsort(ratios, (size_t)n_runs, sizeof(*ratios), compare);
	printf("%-16s %7.3f %7.3f %7.3f   %5.3f (%.3f..%.3f)  %9.2f  %8.1f\n", task->name,
		sorted[0], sorted[middle], sorted[n_runs - 1], ratios[middle], ratios[0],
		ratios[n_runs - 1], (double)task->done.n / sorted[middle] * 1e-6,
		(double)task->peak_kbytes / 1024);
}

static void print_table(const struct task *tasks, int n_tasks, int n_runs)
{
	char title[96];

	snprintf(title, sizeof(title), "ratio to %s", tasks[0].name);
	printf("%-16s seconds min/median/max    %-22s million/s  peak MB\n", "task", title);
	for (int i = 0; i < n_tasks; i++)
		print_task(&tasks[i], &tasks[0], n_runs);
}

/* One object a task. Names are ours, so nothing needs an escape. */
static void print_json(const struct task *tasks, int n_tasks, int n_runs)
{
	for (int i = 0; i < n_tasks; i++) {
		printf("%s{\"task\": \"%s\", \"threads\": %u, \"n\": %llu, \"peak_kbytes\": %ld, "
		       "\"seconds\": [",
			i ? ",\n" : "[", tasks[i].name, tasks[i].work.n_threads,
			(unsigned long long)tasks[i].done.n, tasks[i].peak_kbytes);
		for (int run = 0; run < n_runs; run++)
			printf("%s%.6f", run ? ", " : "", tasks[i].seconds[run]);
		printf("]}");
	}
	printf("]\n");
}

static int run_once(const struct task *task, const struct inputs *in)
{
	struct done done = task->run(in, &task->work);

	printf("%llu %lld\n", (unsigned long long)done.n, (long long)done.sum);
	return done.n == 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: bench_run [-n RUNS] [-@ THREADS] [-t TASKS] [--cold] [--json] BAM "
			"VARIANTS [SAMPLE]\n       bench_run --once -t TASK BAM\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"cold", no_argument, NULL, 'c'},
		{"json", no_argument, NULL, 'j'}, {"once", no_argument, NULL, 'o'}, {0}};
	static struct task tasks[MAX_TASKS];
	char list[1024] = DEFAULT_TASKS, *rest;
	int n_tasks = 0, n_runs = 5, letter;
	unsigned n_threads = 1;
	bool json = false, once = false;
	struct inputs in;

	while ((letter = getopt_long(argc, argv, "n:@:t:", options, NULL)) != -1) {
		if (letter == 'n')
			n_runs = atoi(optarg);
		else if (letter == '@')
			n_threads = (unsigned)atoi(optarg);
		else if (letter == 't' || letter == 'c')
			snprintf(list, sizeof(list), "%s", letter == 't' ? optarg : COLD_TASKS);
		else if (letter == 'j')
			json = true;
		else if (letter == 'o')
			once = true;
		else
			return usage();
	}
	if (argc - optind < 2 - once || n_runs < 1 || n_runs > MAX_RUNS)
		return usage();
	in = (struct inputs){.bam = argv[optind]};
	in.variants = argv[optind + 1]; /* argv ends with NULL */
	in.sample = in.variants ? argv[optind + 2] : NULL;
	for (char *name = strtok_r(list, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
		if (n_tasks < MAX_TASKS && parse_task(name, n_threads, &tasks[n_tasks]))
			n_tasks++;
	if (n_tasks == 0)
		return usage();
	if (once)
		return run_once(&tasks[0], &in);
	measure_all(tasks, n_tasks, &in, n_runs);
	(json ? print_json : print_table)(tasks, n_tasks, n_runs);
	return 0;
}
