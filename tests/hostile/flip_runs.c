/*
 * One input of a count is damaged in memory, written beside the others and counted with, again and
 * again, in this process through sphex.h; see flip.py, which makes the inputs and judges.
 *
 *     flip_runs [OPTION=VALUE...] -- KEY=VALUE...
 *
 * Options: target=FILE (the input that is damaged), base=FILE (its bytes; the target itself unless
 * given), wrap=1 (BGZF around the damaged bytes), text=1, seed=N, first=N, runs=N, keep=FOLDER
 * (where a run's input goes that has to be judged), sample=N (keep also the input of each Nth
 * run), memory=MIB (0: no bound), only=MASK (of a run's edits:
 * these only; for reproduction, with words about them on standard output).
 * Keys: mode (native, wasp2, ase), bam, variants, sample, threads, and the settings of
 * sphex_count_set() or sphex_ase_set().
 *
 * Out: a line for each run that has to be judged or is a finding, "WORD RUN DETAIL"; last the sums.
 */
/* for MAP_ANONYMOUS */
#define _DEFAULT_SOURCE
#include "flip_edits.h"
#include "sphex.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HANG_SECONDS 60u
#define BGZF_TRAILER_NBYTES 8u
#define SLOW_SECONDS 5.0 /* of CPU, for files of some kilobytes */
#define TABLE "flip.out"

enum outcome { IDENTICAL, REFUSED, DIFFERENT, UNCHANGED, N_OUTCOMES };

struct options {
	const char *target, *base, *keep;
	uint64_t seed, first, runs, sample, memory, only, text, wrap;
	char **settings;
};

/* In memory that the counting process shares: what it was at when it died. */
struct progress {
	uint64_t run;
	uint64_t counts[N_OUTCOMES], by_index;
	uint64_t statuses[SPHEX_E_CANCELLED + 1];
};

static void stop(const char *what)
{
	fprintf(stderr, "flip_runs: %s\n", what);
	exit(2);
}

/* ---------------------------------------------------------------- files */

static struct bytes read_whole(const char *path)
{
	struct bytes b = {0};
	FILE *in = fopen(path, "rb");
	char part[65536];
	size_t n;

	if (!in)
		stop(path);
	while ((n = fread(part, 1, sizeof(part), in)) > 0)
		bytes_add(&b, part, n);
	fclose(in);
	return b;
}

static void write_whole(const char *path, const struct bytes *b)
{
	FILE *out = fopen(path, "wb");

	if (!out || fwrite(b->data, 1, b->n, out) != b->n || fclose(out) != 0)
		stop(path);
}

static void write_target(const struct options *o, const struct bytes *b, const char *path)
{
	struct bytes file;

	if (!o->wrap) {
		write_whole(path, b);
		return;
	}
	file = bgzf_wrap(b, (struct bgzf_shape){.level = 1, .block_nbytes = 4000});
	write_whole(path, &file);
	bytes_free(&file);
}

/* ---------------------------------------------------------------- counting */

static enum sphex_status set_count(
	struct sphex_count *c, const char *key, const char *value, struct sphex_error *err)
{
	if (strcmp(key, "bam") == 0)
		return sphex_count_bam(c, value, err);
	if (strcmp(key, "variants") == 0)
		return sphex_count_variants(c, value, err);
	if (strcmp(key, "sample") == 0)
		return sphex_count_sample(c, value, err);
	if (strcmp(key, "threads") == 0)
		return sphex_count_threads(c, (unsigned)atoi(value), err);
	return sphex_count_set(c, key, value, err);
}

static enum sphex_status set_ase(
	struct sphex_ase *c, const char *key, const char *value, struct sphex_error *err)
{
	if (strcmp(key, "threads") == 0)
		return sphex_ase_threads(c, (unsigned)atoi(value), err);
	return sphex_ase_set(c, key, value, err);
}

/* The setting as key and value, in a buffer of the caller's. */
static const char *split(const char *setting, char key[64])
{
	size_t n = strcspn(setting, "=");

	if (!setting[n] || n >= 64)
		stop("a setting is KEY=VALUE");
	memcpy(key, setting, n);
	key[n] = 0;
	return setting + n + 1;
}

static enum sphex_status count_ase(char **settings, struct sphex_error *err)
{
	struct sphex_ase *c;
	enum sphex_status status = sphex_ase_new(&c, err);
	char key[64];

	for (; !status && *settings; settings++) {
		const char *value = split(*settings, key);

		if (strcmp(key, "mode") != 0)
			status = set_ase(c, key, value, err);
	}
	if (!status)
		status = sphex_ase_run(c, err);
	if (!status)
		status = sphex_ase_write(c, TABLE, err);
	sphex_ase_free(c);
	return status;
}

static enum sphex_status count_once(char **settings, bool *by_index, struct sphex_error *err)
{
	enum sphex_mode mode = SPHEX_MODE_NATIVE;
	struct sphex_count_stats stats;
	struct sphex_count *c;
	enum sphex_status status;
	char key[64];

	memset(err, 0, sizeof(*err));
	*by_index = false;
	if (strcmp(settings[0], "mode=ase") == 0)
		return count_ase(settings, err);
	if (strcmp(settings[0], "mode=wasp2") == 0)
		mode = SPHEX_MODE_WASP2;
	status = sphex_count_new(mode, &c, err);
	for (; !status && *settings; settings++) {
		const char *value = split(*settings, key);

		if (strcmp(key, "mode") != 0)
			status = set_count(c, key, value, err);
	}
	if (!status)
		status = sphex_count_run(c, err);
	if (!status)
		status = sphex_count_write(c, TABLE, err);
	if (!status) {
		sphex_count_stats(c, &stats);
		*by_index = strcmp(stats.index, "used") == 0;
	}
	sphex_count_free(c);
	return status;
}

/* ---------------------------------------------------------------- runs */

/* Damages a copy of the base; false when nothing changed. */
static bool damage(
	const struct options *o, const struct flip_target *t, uint64_t run, struct bytes *b)
{
	struct flip_edit edits[FLIP_MAX_EDITS];
	size_t n = flip_choose(t, o->seed, run, edits);

	b->n = 0;
	bytes_add(b, t->base->data, t->base->n);
	for (size_t i = 0; i < n; i++) {
		bool changed = false;

		if (o->only && !(o->only >> i & 1))
			continue;
		flip_apply(t, &edits[i], b, &changed);
		if (o->only && changed)
			flip_print(stdout, &edits[i]);
	}
	return b->n != t->base->n || memcmp(b->data, t->base->data, b->n) != 0;
}

static void report(const struct options *o, const char *word, uint64_t run, const char *detail,
	const struct bytes *b)
{
	char path[4096];

	printf("%s %" PRIu64 " %s\n", word, run, detail);
	if (!o->keep)
		return;
	snprintf(path, sizeof(path), "%s/%" PRIu64 ".%s", o->keep, run, o->target);
	write_target(o, b, path);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void judge(const struct options *o, struct progress *p, const struct bytes *whole,
	const struct bytes *b, enum sphex_status status, const struct sphex_error *err)
{
	struct bytes table = {0};
	enum outcome outcome = REFUSED;

	if (!status) {
		table = read_whole(TABLE);
		unlink(TABLE);
		outcome = table.n == whole->n && memcmp(table.data, whole->data, table.n) == 0
				  ? IDENTICAL
				  : DIFFERENT;
	} else if (access(TABLE, F_OK) == 0) {
		report(o, "table-in-spite-of", p->run, err->message, b);
	}
	if (outcome == DIFFERENT)
		report(o, "different", p->run, "", b);
	else if (o->sample && p->run % o->sample == 0)
		report(o, "sample", p->run, err->message, b);
	if (status == SPHEX_E_MEMORY)
		report(o, "memory", p->run, err->message, b);
	if (status && (!err->message[0] || err->status != status))
		report(o, "wordless", p->run, sphex_status_name(status), b);
	p->counts[outcome]++;
	p->statuses[status]++;
	bytes_free(&table);
}

/* In a process of its own: all runs from p->run on. */
static void run_all(const struct options *o, const struct flip_target *t, struct progress *p,
	const struct bytes *whole)
{
	struct rlimit limit = {o->memory << 20, o->memory << 20};
	struct bytes b = {0};

	if (o->memory && setrlimit(RLIMIT_AS, &limit) != 0)
		stop("setrlimit");
	for (; p->run < o->first + o->runs; p->run++) {
		struct sphex_error err;
		enum sphex_status status;
		double began = now(), seconds;
		bool by_index;
		char words[64];

		if (!damage(o, t, p->run, &b)) {
			p->counts[UNCHANGED]++;
			continue;
		}
		write_target(o, &b, o->target);
		alarm(HANG_SECONDS);
		status = count_once(o->settings, &by_index, &err);
		alarm(0);
		p->by_index += by_index;
		judge(o, p, whole, &b, status, &err);
		if (o->only)
			printf("%s %s\n", sphex_status_name(status), err.message);
		seconds = now() - began;
		snprintf(words, sizeof(words), "%.1f s", seconds);
		if (seconds > SLOW_SECONDS)
			report(o, "slow", p->run, words, &b);
	}
	bytes_free(&b);
}

/* A process that dies is a finding; the next one goes on behind it. */
static void run_in_processes(const struct options *o, const struct flip_target *t,
	struct progress *p, const struct bytes *whole)
{
	while (p->run < o->first + o->runs) {
		pid_t child;
		int how;

		fflush(stdout);
		child = fork();
		if (child < 0)
			stop("fork");
		if (child == 0) {
			run_all(o, t, p, whole);
			fflush(stdout);
			_exit(0);
		}
		while (waitpid(child, &how, 0) < 0 && errno == EINTR)
			;
		if (WIFSIGNALED(how) || WEXITSTATUS(how) != 0) {
			struct bytes b = {0};
			char words[64];

			snprintf(words, sizeof(words), "%s %d",
				WIFSIGNALED(how) ? "signal" : "exit",
				WIFSIGNALED(how) ? WTERMSIG(how) : WEXITSTATUS(how));
			damage(o, t, p->run, &b);
			report(o, "died", p->run, words, &b);
			bytes_free(&b);
			p->run++;
		}
	}
}

/* ---------------------------------------------------------------- hot places */

struct hot {
	size_t *places, n, cap;
};

static void add_hot(struct hot *h, size_t at)
{
	if (h->n == h->cap) {
		h->cap = h->cap ? 2 * h->cap : 64;
		h->places = realloc(h->places, h->cap * sizeof(*h->places));
		if (!h->places)
			stop("memory");
	}
	h->places[h->n++] = at;
}

static size_t number_at(const struct bytes *b, size_t at, size_t nbytes)
{
	size_t value = 0;

	for (size_t i = 0; i < nbytes && at + i < b->n; i++)
		value |= (size_t)b->data[at + i] << 8 * i;
	return value;
}

/* Headers of blocks, their lengths, and the trailers before them. */
static void find_hot_in_bgzf(const struct bytes *b, struct hot *h)
{
	for (size_t at = 0; at < b->n; at += number_at(b, at + 16, 2) + 1) {
		add_hot(h, at);
		add_hot(h, at + 10);
		add_hot(h, at ? at - BGZF_TRAILER_NBYTES : 0);
	}
}

/* The header's numbers; the fixed fields of records and where their names begin. */
static void find_hot_in_bam(const struct bytes *b, struct hot *h)
{
	size_t at = 8 + number_at(b, 4, 4), n_refs = number_at(b, at, 4);

	add_hot(h, 0);
	add_hot(h, at);
	for (at += 4; n_refs > 0; n_refs--) {
		add_hot(h, at);
		at += 8 + number_at(b, at, 4);
	}
	for (; at < b->n; at += 4 + number_at(b, at, 4)) {
		add_hot(h, at);
		add_hot(h, at + 12);
		add_hot(h, at + 24);
		add_hot(h, at + 36);
	}
}

/* The numbers of bins, of chunks and of windows, in front of what they count. */
static void find_hot_in_index(const struct bytes *b, struct hot *h)
{
	bool is_csi = b->data[0] == 'C';
	size_t at = is_csi ? 16 + number_at(b, 12, 4) : 4;

	add_hot(h, 0);
	for (size_t n_refs = number_at(b, at, 4), ref = at += 4; n_refs > 0; n_refs--, ref = at) {
		add_hot(h, ref);
		at += 4;
		for (size_t n = number_at(b, ref, 4); n > 0 && at < b->n; n--) {
			add_hot(h, at);
			at += is_csi ? 16 : 8;
			at += 16 * number_at(b, at - 4, 4);
		}
		if (!is_csi) {
			add_hot(h, at);
			at += 4 + 8 * number_at(b, at, 4);
		}
	}
	add_hot(h, at);
}

static struct hot find_hot(const struct bytes *b)
{
	struct hot h = {0};

	if (b->n > 18 && memcmp(b->data, "\x1f\x8b\x08\x04", 4) == 0)
		find_hot_in_bgzf(b, &h);
	else if (b->n > 12 && memcmp(b->data, "BAM\1", 4) == 0)
		find_hot_in_bam(b, &h);
	else if (b->n > 16 &&
		 (memcmp(b->data, "BAI\1", 4) == 0 || memcmp(b->data, "CSI\1", 4) == 0))
		find_hot_in_index(b, &h);
	return h;
}

/* ---------------------------------------------------------------- the command line */

static void set_option(struct options *o, const char *setting)
{
	struct {
		const char *name;
		const char **text;
		uint64_t *number;
	} known[] = {{"target", &o->target, NULL}, {"base", &o->base, NULL},
		{"keep", &o->keep, NULL}, {"seed", NULL, &o->seed}, {"first", NULL, &o->first},
		{"runs", NULL, &o->runs}, {"sample", NULL, &o->sample},
		{"memory", NULL, &o->memory}, {"only", NULL, &o->only}, {"text", NULL, &o->text},
		{"wrap", NULL, &o->wrap}};
	char key[64];
	const char *value = split(setting, key);

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(key, known[i].name) != 0)
			continue;
		if (known[i].text)
			*known[i].text = value;
		else
			*known[i].number = strtoull(value, NULL, 0);
		return;
	}
	stop(setting);
}

static void print_sums(const struct progress *p)
{
	printf("sums identical=%" PRIu64 " refused=%" PRIu64 " different=%" PRIu64
	       " unchanged=%" PRIu64 " by_index=%" PRIu64,
		p->counts[IDENTICAL], p->counts[REFUSED], p->counts[DIFFERENT],
		p->counts[UNCHANGED], p->by_index);
	for (int i = 1; i <= SPHEX_E_CANCELLED; i++)
		if (p->statuses[i])
			printf(" %s=%" PRIu64, sphex_status_name((enum sphex_status)i),
				p->statuses[i]);
	printf("\n");
}

int main(int argc, char **argv)
{
	struct options o = {.runs = 1, .memory = 1024};
	struct progress *p =
		mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct flip_target t;
	struct bytes base, whole;
	struct sphex_error err;
	struct hot hot;
	bool by_index;
	int i = 1;

	for (; i < argc && strcmp(argv[i], "--") != 0; i++)
		set_option(&o, argv[i]);
	if (p == MAP_FAILED || i >= argc - 1 || !o.target)
		stop("usage: flip_runs target=FILE [OPTION=VALUE...] -- KEY=VALUE...");
	o.settings = argv + i + 1;
	base = read_whole(o.base ? o.base : o.target);
	hot = find_hot(&base);
	t = (struct flip_target){&base, hot.places, hot.n, o.text};
	write_target(&o, &base, o.target);
	if (count_once(o.settings, &by_index, &err)) {
		fprintf(stderr, "%s: ", err.file);
		stop(err.message);
	}
	whole = read_whole(TABLE);
	unlink(TABLE);
	p->run = o.first;
	if (o.only)
		run_all(&o, &t, p, &whole);
	else
		run_in_processes(&o, &t, p, &whole);
	write_target(&o, &base, o.target);
	print_sums(p);
	bytes_free(&base);
	bytes_free(&whole);
	free(hot.places);
	return 0;
}
