/*
 * Whole runs of the program on small inputs, in processes of their own. Each call of a kind fails
 * once: the first in one run, the second in the next, until a run ends before its turn comes.
 * However a run ends, its outputs are those of an undisturbed run, or as they were; it says what is
 * wrong, in one line, with the right exit status; and it leaves neither memory nor a file behind.
 *
 *     fault_runs [NAME]     all runs, or the one of this name
 *
 * Of long rows of calls whose failures are alike only some are tried; never of single allocations.
 * With QUICK in the environment, for sanitizers, that goes for all but single calls that fail.
 */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inputs.h"
#include "seam.h"
#include "tests/support/one_in.h"

int sphex_main(int argc, char **argv); /* main() of src/cli/main.c */

enum { MAX_ARGS = 24, N_SLOTS = 2, MAX_FILE_NBYTES = 1 << 16, HANG_SECONDS = 60 };

#define OLD "from an earlier run\n"

/* AddressSanitizer asks: what these short runs have freed it need not keep in plenty. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=1:malloc_context_size=5";
}

/* ---------------------------------------------------------------- what is run */

/* Outputs are called table, table.gz and summary; inputs lie one folder up. */
static const struct run {
	const char *name, *stdin_file;
	const char *args[MAX_ARGS];
} runs[] = {
	{"native", NULL,
		{"sphex", "count", "-@", "1", "--unit-blocks", "1", "-s", "S1", "--indels",
			"--reference", "../in.fa", "-r", "../in.bed", "-r", "chr1:1-1000",
			"--summary", "summary", "-o", "table", "../in.bam", "../in.vcf"}},
	{"native, 2 threads", NULL,
		{"sphex", "count", "-@", "2", "--unit-blocks", "1", "--require-tag", "RG:Z:g1",
			"-o", "table", "../in.bam", "../in.vcf.gz"}},
	{"native, to BGZF", NULL,
		{"sphex", "count", "-@", "1", "-o", "table.gz", "../in.bam", "../in.vcf"}},
	{"native, BCF", NULL,
		{"sphex", "count", "-@", "1", "-s", "S1,S2", "-f", "PASS,.", "-o", "table",
			"../in.bam", "../in.bcf"}},
	{"native, from a pipe to a pipe", "in.bam",
		{"sphex", "count", "-@", "1", "--unit-blocks", "1", "-", "../in.vcf"}},
	{"native, plain gzip", NULL,
		{"sphex", "count", "-@", "2", "-r", "../in.gtf", "-o", "table", "../plain.bam",
			"../in.vcf.gz"}},
	{"native, explain", NULL,
		{"sphex", "count", "-@", "2", "--explain", "chr1:100", "-o", "table", "../in.bam",
			"../in.vcf"}},
	{"native, explain, by BAI", NULL,
		{"sphex", "count", "-@", "1", "--index", "2", "--unit-blocks", "1", "--explain",
			"chr1:100", "-o", "table", "../bai.bam", "../in.vcf"}},
	{"native, by BAI", NULL,
		{"sphex", "count", "-@", "1", "--index", "2", "--unit-blocks", "1", "-o", "table",
			"../bai.bam", "../in.vcf"}},
	{"wasp2, by CSI, 2 threads", NULL,
		{"sphex", "count", "--compat", "wasp2", "-@", "2", "--index", "2", "--unit-blocks",
			"1", "-s", "S1", "-o", "table", "../csi.bam", "../in.vcf"}},
	{"wasp2", NULL,
		{"wasp2-count", "count-variants", "-@", "2", "../in.bam", "../in.vcf.gz", "-s",
			"S1", "-r", "../in.bed", "-o", "table"}},
	{"wasp2, genes", NULL,
		{"wasp2-count", "count-variants", "-@", "1", "../in.bam", "../in.bcf", "-s", "S1",
			"-r", "../in.gtf", "-t", ".", "--include-indels", "-o", "table"}},
	{"wasp2-legacy", NULL,
		{"sphex", "count", "--compat", "wasp2-legacy", "-@", "1", "-s", "S1", "-r",
			"../in.bed", "-o", "table", "../in.bam", "../in.vcf"}},
	{"gatk-ase", NULL,
		{"sphex", "asereadcounter", "-@", "2", "-R", "../in.fa", "-I", "../in.bam", "-V",
			"../in.vcf.gz", "-O", "table"}},
};

#define N_RUNS (sizeof(runs) / sizeof(runs[0]))

/* ---------------------------------------------------------------- what is done to it */

enum outcome {
	OUTCOME_EITHER,   /* all outputs and status 0, or none and status 1 */
	OUTCOME_FAILURE,  /* none */
	OUTCOME_COMPLETE, /* all */
	OUTCOME_KILLED    /* all, or none and ended by the signal */
};

static const struct fault_kind {
	const char *name;
	struct seam_fault fault;
	enum outcome outcome;
	unsigned step; /* each so-many-th call has its turn; 0: only the first */
} kinds[] = {
	{"allocation", {CALL_ALLOCATE, EFFECT_ERROR, ENOMEM, 0, false}, OUTCOME_EITHER, 1},
	{"allocations from", {CALL_ALLOCATE, EFFECT_ERROR, ENOMEM, 0, true}, OUTCOME_EITHER, 5},
	{"read EIO", {CALL_READ, EFFECT_ERROR, EIO, 0, false}, OUTCOME_EITHER, 1},
	/* by an index, some are of blocks ahead that turn out not to be needed */
	{"reads EIO from", {CALL_READ, EFFECT_ERROR, EIO, 0, true}, OUTCOME_EITHER, 3},
	{"read EINTR", {CALL_READ, EFFECT_ERROR, EINTR, 0, false}, OUTCOME_COMPLETE, 1},
	{"all reads short", {CALL_READ, EFFECT_SHORT, 0, 1, true}, OUTCOME_COMPLETE, 0},
	{"read at end", {CALL_READ, EFFECT_END, 0, 0, false}, OUTCOME_EITHER, 1},
	{"reads at end from", {CALL_READ, EFFECT_END, 0, 0, true}, OUTCOME_EITHER, 3},
	{"write ENOSPC", {CALL_WRITE, EFFECT_ERROR, ENOSPC, 0, false}, OUTCOME_FAILURE, 1},
	{"write EINTR", {CALL_WRITE, EFFECT_ERROR, EINTR, 0, false}, OUTCOME_COMPLETE, 1},
	{"all writes short", {CALL_WRITE, EFFECT_SHORT, 0, 1, true}, OUTCOME_COMPLETE, 0},
	{"write EPIPE", {CALL_WRITE, EFFECT_ERROR, EPIPE, 0, false}, OUTCOME_FAILURE, 1},
	{"open EMFILE", {CALL_OPEN, EFFECT_ERROR, EMFILE, 0, false}, OUTCOME_EITHER, 1},
	/* another name is tried: with O_EXCL nothing is opened through a link */
	{"open of a link", {CALL_CREATE, EFFECT_LINK, 0, 0, false}, OUTCOME_COMPLETE, 1},
	{"stat EIO", {CALL_STAT, EFFECT_ERROR, EIO, 0, false}, OUTCOME_EITHER, 1},
	/* that of the folder comes when the new file is there */
	{"sync EIO", {CALL_SYNC, EFFECT_ERROR, EIO, 0, false}, OUTCOME_EITHER, 1},
	{"close EIO", {CALL_CLOSE, EFFECT_ERROR, EIO, 0, false}, OUTCOME_EITHER, 1},
	{"rename EIO", {CALL_RENAME, EFFECT_ERROR, EIO, 0, false}, OUTCOME_FAILURE, 1},
	{"fchmod EPERM", {CALL_PERMIT, EFFECT_ERROR, EPERM, 0, false}, OUTCOME_FAILURE, 1},
	{"thread", {CALL_THREAD, EFFECT_ERROR, EAGAIN, 0, false}, OUTCOME_FAILURE, 1},
	{"SIGINT", {~0u, EFFECT_SIGNAL, SIGINT, 0, false}, OUTCOME_KILLED, 5},
	{"SIGTERM", {~(unsigned)CALL_ALLOCATE, EFFECT_SIGNAL, SIGTERM, 0, false}, OUTCOME_KILLED,
		1},
	/* a write tells the same, and in words */
	{"SIGPIPE", {~(unsigned)CALL_ALLOCATE, EFFECT_SIGNAL, SIGPIPE, 0, false}, OUTCOME_COMPLETE,
		5},
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static unsigned step_of(const struct fault_kind *kind)
{
	const struct seam_fault *fault = &kind->fault;
	bool is_failure =
		fault->effect == EFFECT_ERROR && !fault->onwards && fault->errnum != EINTR;

	return is_failure ? kind->step : kind->step * (unsigned)one_in(7);
}

/* ---------------------------------------------------------------- files */

struct text {
	size_t n;
	char bytes[MAX_FILE_NBYTES];
};

enum { TABLE, PACKED, SUMMARY, STDOUT, N_OUTPUTS };

static const char *const output_names[N_OUTPUTS] = {"table", "table.gz", "summary", "stdout"};

static void stop(const char *what)
{
	perror(what);
	exit(EXIT_FAILURE);
}

/* Zeros, which LeakSanitizer does not search in each run, nor fork() copy. */
static void *shared_memory(size_t nbytes)
{
	void *p = mmap(NULL, nbytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		stop("mmap");
	return p;
}

static void read_text(const char *path, struct text *out)
{
	FILE *f = fopen(path, "rb");

	out->n = f ? fread(out->bytes, 1, MAX_FILE_NBYTES - 1, f) : 0;
	out->bytes[out->n] = '\0';
	if (f)
		fclose(f);
}

static void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "wb");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		stop(path);
}

/* What a run leaves in its folder, as far as it has to be the same each time. */
static void read_outputs(struct text *outputs)
{
	for (int i = 0; i < N_OUTPUTS; i++) {
		char *seconds;

		read_text(output_names[i], &outputs[i]);
		seconds = strstr(outputs[i].bytes, "\"seconds\"");
		if (seconds)
			outputs[i].n = (size_t)(seconds - outputs[i].bytes);
	}
}

static bool same_text(const struct text *a, const struct text *b)
{
	return a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

/* A name that no run should leave in the folder; NULL: there is none. */
static const char *find_stranger(void)
{
	static const char *const known[] = {".", "..", "table", "table.gz", "summary", "stdout",
		"stderr", "in.bed", "genes.bed", "in_intersect_genes.bed", NULL};
	static char found[300];
	DIR *dir = opendir(".");
	struct dirent *entry;

	found[0] = '\0';
	while ((entry = readdir(dir))) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], entry->d_name) != 0)
			i++;
		if (!known[i])
			snprintf(found, sizeof(found), "%s", entry->d_name);
	}
	closedir(dir);
	return found[0] ? found : NULL;
}

/* ---------------------------------------------------------------- one run */

/* A folder in which one run at a time goes on. */
struct slot {
	pid_t child; /* 0: free */
	uint64_t nth;
	struct seam *seam;
	char folder[32];
};

static void connect_to(int fd, const char *path, int flags)
{
	int other = open(path, flags, 0666);

	if (other < 0 || dup2(other, fd) != fd)
		stop(path);
	close(other);
}

/* The file through a pipe, which takes it as a whole. */
static void feed(const char *path)
{
	struct text *text = malloc(sizeof(*text));
	int ends[2];

	read_text(path, text);
	if (pipe(ends) != 0 || write(ends[1], text->bytes, text->n) != (ssize_t)text->n ||
		dup2(ends[0], STDIN_FILENO) != STDIN_FILENO)
		stop("pipe");
	close(ends[0]);
	close(ends[1]);
	free(text);
}

static void run_child(const struct run *run, struct seam *seam, const struct seam_fault *fault)
{
	char *args[MAX_ARGS], path[64];
	int n = 0, status;

	connect_to(STDIN_FILENO, "/dev/null", O_RDONLY);
	if (run->stdin_file) {
		snprintf(path, sizeof(path), "../%s", run->stdin_file);
		feed(path);
	}
	connect_to(STDOUT_FILENO, "stdout", O_WRONLY | O_CREAT | O_TRUNC);
	connect_to(STDERR_FILENO, "stderr", O_WRONLY | O_CREAT | O_TRUNC);
	for (; n + 1 < MAX_ARGS && run->args[n]; n++)
		args[n] = (char *)(uintptr_t)run->args[n];
	args[n] = NULL;
	alarm(HANG_SECONDS);
	seam_arm(seam, fault);
	status = sphex_main(n, args);
	seam_disarm();
	exit(status); /* leaks are looked for on the way out, and counters written */
}

static void start(
	const struct run *run, const struct fault_kind *kind, uint64_t nth, struct slot *slot)
{
	struct seam_fault fault = kind->fault;

	fault.nth = nth;
	slot->nth = nth;
	fflush(NULL);
	slot->child = fork();
	if (slot->child < 0)
		stop("fork");
	if (slot->child)
		return;
	if (chdir(slot->folder) != 0)
		stop(slot->folder);
	write_text("table", OLD);
	write_text("table.gz", OLD);
	write_text("summary", OLD);
	run_child(run, slot->seam, &fault);
}

/* ---------------------------------------------------------------- what came of it */

static unsigned n_passed, n_failed;

static void failed(const struct run *run, const struct fault_kind *kind, const struct slot *slot,
	const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void failed(const struct run *run, const struct fault_kind *kind, const struct slot *slot,
	const char *fmt, ...)
{
	struct text *said = malloc(sizeof(*said));
	va_list args;

	printf("FAIL %s: %s %llu: ", run->name, kind->name, (unsigned long long)slot->nth);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	read_text("stderr", said);
	printf("\n%.1500s\n", said->bytes);
	free(said);
	n_failed++;
}

/* The last line, and no other, is an error. */
static bool is_error_message(const struct text *said)
{
	const char *word = strstr(said->bytes, "error: "), *end = word ? strchr(word, '\n') : NULL;

	return end && !end[1];
}

static const char *what_is_wrong(
	const struct fault_kind *kind, const struct text *normal, bool was_injected, int status)
{
	static struct text *outputs, *said;
	bool ended = WIFEXITED(status) && WEXITSTATUS(status) == 0, complete = true;
	enum outcome outcome = was_injected ? kind->outcome : OUTCOME_COMPLETE;

	if (!outputs) {
		outputs = shared_memory((N_OUTPUTS + 1) * sizeof(*outputs));
		said = outputs + N_OUTPUTS;
	}
	read_outputs(outputs);
	read_text("stderr", said);
	for (int i = 0; i < N_OUTPUTS; i++)
		complete &= same_text(&outputs[i], &normal[i]);
	if (strstr(said->bytes, "Sanitizer") || strstr(said->bytes, "runtime error"))
		return "a sanitizer's finding";
	if (ended)
		return outcome == OUTCOME_FAILURE ? "exit status 0 in spite of the fault"
		       : complete                 ? NULL
						  : "exit status 0 and another output";
	if (strcmp(outputs[TABLE].bytes, OLD) != 0 || strcmp(outputs[PACKED].bytes, OLD) != 0)
		return "a table, and no exit status 0";
	if (outcome == OUTCOME_COMPLETE)
		return "no exit status 0";
	if (outcome == OUTCOME_KILLED)
		return WIFSIGNALED(status) && WTERMSIG(status) == kind->fault.errnum
			       ? NULL
			       : "not ended by the signal";
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 1)
		return "another exit status than 0 and 1";
	return is_error_message(said) ? NULL : "not one message";
}

/* Returns whether the fault was met. */
static bool judge(const struct run *run, const struct fault_kind *kind, const struct text *normal,
	const struct slot *slot, int status)
{
	const char *wrong, *stranger;
	bool was_injected = slot->seam->n_injected > 0;

	if (chdir(slot->folder) != 0)
		stop(slot->folder);
	wrong = what_is_wrong(kind, normal, was_injected, status);
	stranger = find_stranger();
	if (wrong)
		failed(run, kind, slot, "%s (wait status %#x)", wrong, (unsigned)status);
	else if (stranger)
		failed(run, kind, slot, "%s is left", stranger);
	else
		n_passed++;
	if (stranger)
		remove(stranger);
	if (chdir("..") != 0)
		stop("..");
	return was_injected;
}

/* ---------------------------------------------------------------- all of them */

static struct slot slots[N_SLOTS];

static struct slot *slot_of(pid_t child)
{
	for (int i = 0; i < N_SLOTS; i++)
		if (slots[i].child == child)
			return &slots[i];
	return NULL;
}

static void make_slots(void)
{
	for (int i = 0; i < N_SLOTS; i++) {
		snprintf(slots[i].folder, sizeof(slots[i].folder), "slot%d", i);
		if (mkdir(slots[i].folder, 0777) != 0)
			stop(slots[i].folder);
		slots[i].seam = shared_memory(sizeof(*slots[i].seam));
	}
}

/* Returns how many runs met the fault. */
static uint64_t try_kind(
	const struct run *run, const struct fault_kind *kind, const struct text *normal)
{
	uint64_t next = 1, n_met = 0;
	bool is_over = false;

	for (;;) {
		struct slot *slot = is_over ? NULL : slot_of(0);
		int status;
		pid_t child;

		if (slot) {
			start(run, kind, next, slot);
			next += step_of(kind);
			is_over |= kind->step == 0;
			continue;
		}
		child = wait(&status);
		if (child < 0)
			return n_met;
		slot = slot_of(child);
		slot->child = 0;
		if (judge(run, kind, normal, slot, status))
			n_met++;
		else
			is_over = true;
	}
}

/* The outputs without a fault. */
static bool run_normally(const struct run *run, struct text *normal)
{
	static const struct fault_kind none = {"no fault", {0}, OUTCOME_COMPLETE, 0};
	int status;

	start(run, &none, 1, &slots[0]);
	waitpid(slots[0].child, &status, 0);
	slots[0].child = 0;
	if (chdir(slots[0].folder) != 0)
		stop(slots[0].folder);
	read_outputs(normal);
	if (status)
		failed(run, &none, &slots[0], "wait status %#x", (unsigned)status);
	if (chdir("..") != 0)
		stop("..");
	return status == 0;
}

static void try_run(const struct run *run)
{
	static struct text *normal;

	if (!normal)
		normal = shared_memory(N_OUTPUTS * sizeof(*normal));
	if (!run_normally(run, normal))
		return;
	printf("%s:", run->name);
	for (size_t i = 0; i < N_KINDS; i++) {
		uint64_t n = try_kind(run, &kinds[i], normal);

		printf("%s %s %llu", i ? "," : "", kinds[i].name, (unsigned long long)n);
		fflush(stdout);
	}
	printf("\n");
}

/* In a process of its own: each run would get a copy of what it leaves in memory. */
static void make_inputs_apart(void)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		make_inputs();
		exit(EXIT_SUCCESS);
	}
	if (waitpid(child, &status, 0) != child || status)
		stop("inputs");
}

static int remove_folder(const char *folder)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

int main(int argc, char **argv)
{
	const char *in_memory = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	const char *top = getenv("TMPDIR") ? getenv("TMPDIR") : in_memory;
	char folder[256];

	snprintf(folder, sizeof(folder), "%s/sphex-faults-XXXXXX", top);
	if (!mkdtemp(folder) || chdir(folder) != 0)
		stop(folder);
	make_inputs_apart();
	make_slots();
	for (size_t i = 0; i < N_RUNS; i++)
		if (argc < 2 || strcmp(argv[1], runs[i].name) == 0)
			try_run(&runs[i]);
	if (chdir("/") != 0 || remove_folder(folder) != 0)
		stop(folder);
	printf("%u passed, %u failed, 0 skipped\n", n_passed, n_failed);
	return n_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
