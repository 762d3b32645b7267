/*
 * The program: chooses the command from its own name and the first argument, hands the options to the
 * library, prints messages. Exit status: 0 complete, 1 data or I/O error, 2 wrong command line.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ase.h"
#include "options.h"

enum exit_status { EXIT_COMPLETE = 0, EXIT_DATA = 1, EXIT_USAGE = 2 };

static struct sphex_count *running; /* for the signal handler */

static void stop(int signal_number)
{
	(void)signal_number;
	if (running)
		sphex_count_cancel(running);
	stop_ase_command();
}

static int usage_error(const struct command *command, const char *message)
{
	fprintf(stderr, "%s: %s\nTry '%s --help'.\n", command->name, message, command->name);
	return EXIT_USAGE;
}

static int failed(const struct command *command, const struct sphex_error *err)
{
	char line[2048];

	sphex_error_format(err, line, sizeof(line));
	fprintf(stderr, "%s: error: %s\n", command->name, line);
	return err->status == SPHEX_E_ARGUMENT ? EXIT_USAGE : EXIT_DATA;
}

/* ---------------------------------------------------------------- count */

struct count_job {
	const struct command *command;
	enum sphex_mode mode;
	bool quiet;
	const char *output, *summary, *explain;
	const char *command_line;
	struct sphex_count *count;
};

static void print_warning(void *user, const char *text)
{
	const struct count_job *job = user;

	fprintf(stderr, "%s: warning: %s\n", job->command->name, text);
}

static bool parse_mode(const char *name, enum sphex_mode *mode)
{
	static const char *const names[] = {[SPHEX_MODE_NATIVE] = "native",
	        [SPHEX_MODE_WASP2] = "wasp2", [SPHEX_MODE_WASP2_LEGACY] = "wasp2-legacy"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i]) == 0) {
			*mode = (enum sphex_mode)i;
			return true;
		}
	}
	return false;
}

/* The numbers are those of docs/switching.md. */
static void print_help_compat(void)
{
	printf("--compat wasp2 and the alias wasp2-count write the tables of WASP2 1.5.0's count-variants, byte\n"
	       "for byte, wherever that program exits 0 and has looked at all of its input. Reproduced on purpose:\n\n"
	       "   2  nameless reads (*) share one name, so one of them counts\n"
	       "   3  a name counts once per contig, at the first listed site its first usable record covers\n"
	       "   4  bases other than A C G T N are not counted, not even as other\n"
	       "  10  text VCF: ALT * is an SNP, AC>GC is not; BCF: the other way round, and records without\n"
	       "      GT are kept\n"
	       "  11  several samples: text VCF tests the first only, BCF counts alleles over all\n"
	       "  12  deletions and MNPs are looked up at the last base of REF\n"
	       "  14  nothing selected is an error, annotation without any overlap is an empty table\n"
	       "  15  all rows at a position show the counts of the first\n"
	       "  20  a header that WASP2's strict reader refuses switches to the BCF rules\n"
	       "  21  BCF: INFO/END becomes the position\n"
	       "  24  a deletion that crosses a region's edge changes its position per row\n"
	       "  26  an odd number of quotes in region lines loses rows (here with a warning)\n"
	       "  27  a genotype may name alleles beyond the ALTs in text VCF\n"
	       "  28  contigs named chrom, track..., browser..., #... vanish with regions\n"
	       "  29  a sample named twice makes a table without GT\n"
	       "  30  an unreadable FORMAT value before GT makes the sample missing\n"
	       "  32  a deletion that ends on an SNP's position hides the SNP\n\n"
	       "Done otherwise, because there the original loses data or dies on valid input:\n\n"
	       "   1  no contig in common although another spelling would help: error, not zeros\n"
	       "   5  records without SEQ say nothing            7  -s A,B and -s FILE work\n"
	       "   6  damaged BAM: error, not a partial table   16  P operations consume nothing\n"
	       "  13  PGEN: an error that says how to convert   17  0M operations cost nothing\n"
	       "  18  gzip and uncompressed BAM are read        19  damaged VCF.gz: error\n"
	       "  22  annotation contigs are text               23  a missing parent is an empty cell\n"
	       "      no index is needed; counts above 65535 are fine\n\n"
	       "--compat-exit gives the original's table and exit 0 for 1, 6 and 19, with warnings.\n"
	       "--compat wasp2-legacy: the pure-Python counter before 1.0, where deletions, introns and\n"
	       "unmapped mates over a site use a name up, and all sites are visited in list order.\n");
}

/* Options that say what kind of run this is; -1: go on. */
static int apply_first(struct count_job *job, const struct parsed *parsed)
{
	for (size_t i = 0; i < parsed->n_options; i++) {
		const struct parsed_option *option = &parsed->options[i];

		switch (option->row->action) {
		case ACTION_HELP:
			options_print_help(job->command);
			return EXIT_COMPLETE;
		case ACTION_VERSION:
			printf("%s %s (sphex)\n", job->command->name, sphex_version());
			return EXIT_COMPLETE;
		case ACTION_HELP_COMPAT:
			print_help_compat();
			return EXIT_COMPLETE;
		case ACTION_COMPAT:
			if (!parse_mode(option->argument, &job->mode))
				return usage_error(job->command, "--compat takes wasp2, wasp2-legacy or gatk-ase");
			break;
		case ACTION_QUIET:
			job->quiet = true;
			break;
		case ACTION_OUTPUT:
			job->output = option->argument;
			break;
		case ACTION_SUMMARY:
			job->summary = option->argument;
			break;
		case ACTION_EXPLAIN:
			job->explain = option->argument;
			break;
		default:
			break;
		}
	}
	return -1;
}

static enum sphex_status set_threads(struct sphex_count *count, const char *text, struct sphex_error *err)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	/* 0 would mean "all" to the library; on the command line it is a slip */
	if (*text < '0' || *text > '9' || *end || n == 0 || n > 1000000)
		n = 1000000;
	return sphex_count_threads(count, (unsigned)n, err);
}

/* An option with two words: `off` sets 0, `on` sets 1; any other is refused as the library would. */
static enum sphex_status set_word(struct sphex_count *count, const char *key, const char *word,
        const char *off, const char *on, struct sphex_error *err)
{
	if (strcmp(word, on) == 0)
		return sphex_count_set(count, key, "1", err);
	return sphex_count_set(count, key, strcmp(word, off) == 0 ? "0" : word, err);
}

static enum sphex_status apply(struct sphex_count *count, const struct parsed_option *option,
        struct sphex_error *err)
{
	const struct option_row *row = option->row;
	enum sphex_status status;

	switch (row->action) {
	case ACTION_SET:
		return sphex_count_set(count, row->key, row->argument ? option->argument : row->value, err);
	case ACTION_SAMPLE:
		return sphex_count_sample(count, option->argument, err);
	case ACTION_THREADS:
		return set_threads(count, option->argument, err);
	case ACTION_SIMD:
		return sphex_count_simd(count, option->argument, err);
	case ACTION_COUNT:
		return set_word(count, "count-reads", option->argument, "fragments", "reads", err);
	case ACTION_CONTIG_STYLE:
		return set_word(count, "contig-style-auto", option->argument, "exact", "auto", err);
	case ACTION_SCALAR:
		status = sphex_count_threads(count, 1, err);
		return status ? status : sphex_count_simd(count, "scalar", err);
	default:
		return SPHEX_OK;
	}
}

static enum sphex_status configure(struct count_job *job, const struct parsed *parsed, struct sphex_error *err)
{
	enum sphex_status status = sphex_count_bam(job->count, parsed->operands[0], err);

	if (!status)
		status = sphex_count_variants(job->count, parsed->operands[1], err);
	for (size_t i = 0; i < parsed->n_options && !status; i++)
		status = apply(job->count, &parsed->options[i], err);
	if (!job->quiet)
		sphex_count_on_warning(job->count, print_warning, job);
	return status;
}

static void print_summary(const struct count_job *job)
{
	struct sphex_count_stats s;

	sphex_count_stats(job->count, &s);
	fprintf(stderr,
	        "%s: %llu rows, %llu with reads; %llu records read, %llu counted; %.2f s, %u threads, %s\n",
	        job->command->name, (unsigned long long)s.n_rows, (unsigned long long)s.n_rows_covered,
	        (unsigned long long)s.n_records, (unsigned long long)s.n_counted,
	        s.seconds_variants + s.seconds_bam, s.n_threads, s.simd);
}

static int count_and_write(struct count_job *job, const struct parsed *parsed)
{
	struct sphex_error err;
	enum sphex_status status = configure(job, parsed, &err);

	if (!status) {
		running = job->count;
		status = sphex_count_run(job->count, &err);
		running = NULL;
	}
	if (!status && job->explain)
		status = sphex_count_explain(job->count, job->explain, job->output, &err);
	else if (!status)
		status = sphex_count_write(job->count, job->output, &err);
	if (!status && job->summary)
		status = sphex_count_write_summary(job->count, job->summary, job->command_line, &err);
	if (status)
		return failed(job->command, &err);
	if (!job->quiet)
		print_summary(job);
	return EXIT_COMPLETE;
}

static int run_parsed(struct count_job *job, const struct parsed *parsed)
{
	struct sphex_error err;
	int result = apply_first(job, parsed);

	if (result >= 0)
		return result;
	if (parsed->n_operands != 2)
		return usage_error(job->command, parsed->n_operands < 2 ? "a BAM and a variant file are needed"
		                                                        : "too many arguments");
	if (sphex_count_new(job->mode, &job->count, &err))
		return failed(job->command, &err);
	result = count_and_write(job, parsed);
	sphex_count_free(job->count);
	return result;
}

static int run_count_command(struct count_job *job, int n, char **args)
{
	struct parsed parsed = {0};
	int result = EXIT_DATA;

	parsed.options = calloc((size_t)n + 1, sizeof(*parsed.options));
	/* each argument can be several one-letter options */
	for (int i = 0; i < n && parsed.options; i++) {
		size_t more = strlen(args[i]);
		struct parsed_option *larger;

		parsed.n_options += more + 1;
		larger = realloc(parsed.options, (parsed.n_options + 1) * sizeof(*parsed.options));
		if (!larger)
			free(parsed.options);
		parsed.options = larger;
	}
	parsed.n_options = 0;
	parsed.operands = calloc((size_t)n + 1, sizeof(*parsed.operands));
	if (!parsed.options || !parsed.operands)
		fprintf(stderr, "%s: error: out of memory\n", job->command->name);
	else if (!options_parse(job->command, n, args, &parsed))
		result = usage_error(job->command, parsed.error);
	else
		result = run_parsed(job, &parsed);
	free(parsed.options);
	free(parsed.operands);
	return result;
}

/* ---------------------------------------------------------------- cpu */

static int run_cpu_command(void)
{
	struct sphex_cpu_row row;
	char text[1024];

	sphex_cpu_describe(text, sizeof(text));
	printf("CPU      %s\nthreads  %u\n\nrow      state\n", text, sphex_cpu_n_threads());
	for (size_t i = 0; i < sphex_cpu_n_rows(); i++) {
		sphex_cpu_row(i, &row);
		if (!row.compiled)
			printf("%-8s not in this build (for another architecture)\n", row.name);
		else if (!row.usable)
			printf("%-8s not usable: no %s\n", row.name, row.missing);
		else
			printf("%-8s usable%s%s%s\n", row.name, *row.needs ? ": has " : "", row.needs,
			        row.chosen ? "; chosen, the fastest usable row" : "");
	}
	return EXIT_COMPLETE;
}

/* ---------------------------------------------------------------- main */

static void print_help(void)
{
	printf("sphex counts reads per allele from a BAM and a list of variants.\n\n"
	       "usage: sphex COMMAND [options]\n\n"
	       "  count           count alleles (sphex count --help)\n"
	       "  asereadcounter  the tables of GATK's ASEReadCounter, with its options\n"
	       "  cpu             what this CPU offers and which kernels are used\n\n"
	       "  --help          this text\n"
	       "  --version       print the version\n\n"
	       "Called as wasp2-count it takes the options of WASP2's program of that name.\n");
}

static int run_wasp2(int n, char **args)
{
	struct count_job job = {
	        .command = &command_wasp2, .mode = SPHEX_MODE_WASP2, .output = "counts.tsv"};

	if (n == 0)
		return EXIT_COMPLETE; /* as the original: nothing asked, nothing said */
	/* the subcommand may follow options of the program: wasp2-count -v count-variants ... */
	for (int i = 0; i < n && (i == 0 || args[i - 1][0] == '-'); i++) {
		if (strcmp(args[i], "count-variants") != 0)
			continue;
		memmove(&args[i], &args[i + 1], (size_t)(n - i - 1) * sizeof(*args));
		n--;
		break;
	}
	return run_count_command(&job, n, args);
}

/* The arguments with blanks between, for the summary; NULL when memory is out. */
static char *join_arguments(int n, char **args)
{
	size_t nbytes = sizeof("sphex") + 1, at;
	char *line;

	for (int i = 0; i < n; i++)
		nbytes += strlen(args[i]) + 1;
	line = malloc(nbytes);
	if (!line)
		return NULL;
	at = (size_t)snprintf(line, nbytes, "sphex");
	for (int i = 0; i < n; i++)
		at += (size_t)snprintf(line + at, nbytes - at, " %s", args[i]);
	return line;
}

/* Takes --compat gatk-ase out of the arguments; false when it is not there. */
static bool take_compat_ase(int *n, char **args)
{
	for (int i = 0; i < *n; i++) {
		int n_words = strcmp(args[i], "--compat=gatk-ase") == 0 ? 1 : 0;

		if (i + 1 < *n && strcmp(args[i], "--compat") == 0 && strcmp(args[i + 1], "gatk-ase") == 0)
			n_words = 2;
		if (!n_words)
			continue;
		memmove(&args[i], &args[i + n_words], (size_t)(*n - i - n_words) * sizeof(*args));
		*n -= n_words;
		return true;
	}
	return false;
}

static int run_sphex(int n, char **args)
{
	struct count_job job = {.command = &command_count, .mode = SPHEX_MODE_NATIVE, .output = "-"};

	if (n && strcmp(args[0], "asereadcounter") == 0)
		return run_ase_command(n - 1, args + 1);
	if (n && strcmp(args[0], "count") == 0 && take_compat_ase(&n, args))
		return run_ase_command(n - 1, args + 1);
	for (int i = 0; i < n; i++)
		if (strncmp(args[i], "--compat", 8) == 0 && (args[i][8] == '\0' || args[i][8] == '='))
			job.command = &command_compat;
	if (n && strcmp(args[0], "count") == 0) {
		char *line = join_arguments(n, args);
		int result;

		job.command_line = line;
		result = run_count_command(&job, n - 1, args + 1);
		free(line);
		return result;
	}
	if (n && strcmp(args[0], "cpu") == 0)
		return run_cpu_command();
	if (n && (strcmp(args[0], "--version") == 0 || strcmp(args[0], "-V") == 0)) {
		printf("sphex %s\n", sphex_version());
		return EXIT_COMPLETE;
	}
	if (n && (strcmp(args[0], "--help") == 0 || strcmp(args[0], "-h") == 0)) {
		print_help();
		return EXIT_COMPLETE;
	}
	fprintf(stderr, n ? "sphex: unknown command: %s\nTry 'sphex --help'.\n"
	                  : "sphex: a command is needed\nTry 'sphex --help'.\n",
	        n ? args[0] : "");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc ? argv[0] : "sphex";
	struct sigaction action = {.sa_handler = stop};
	int result;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is then an error of the write */
	result = strcmp(name, "wasp2-count") == 0 ? run_wasp2(argc - 1, argv + 1)
	                                          : run_sphex(argc - 1, argv + 1);
	if (fflush(stdout) != 0 || ferror(stdout))
		result = result ? result : EXIT_DATA;
	return result;
}
