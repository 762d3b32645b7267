/*
 * See count_command.h. Options come from the parser, go to the library by their keys; what the
 * library says is printed.
 */
#include "count_command.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "stop.h"

struct count_job {
	const struct command *command;
	enum sphex_mode mode;
	bool quiet, verbose;
	const char *output, *summary, *explain;
	const char *command_line;
	struct progress progress;
	struct sphex_count *count;
};

static void print_warning(void *user, const char *text)
{
	struct count_job *job = user;

	say_warning(job->command, &job->progress, text);
}

static bool parse_mode(const char *name, enum sphex_mode *mode)
{
	static const char *const names[] = {[SPHEX_MODE_NATIVE] = "native",
		[SPHEX_MODE_WASP2] = "wasp2",
		[SPHEX_MODE_WASP2_LEGACY] = "wasp2-legacy"};

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
	fputs("--compat wasp2 and the alias wasp2-count write the tables of WASP2 1.5.0's\n"
	      "count-variants, byte for byte, wherever that program exits 0 and has looked at\n"
	      "all of its input. Reproduced on purpose:\n"
	      "\n"
	      "   2  nameless reads (*) share one name, so one of them counts\n"
	      "   3  a name counts once per contig, at the first listed site that its first\n"
	      "      usable record covers\n"
	      "   4  bases other than A C G T N are not counted, not even as other\n"
	      "  10  text VCF: ALT * is an SNP, AC>GC is not; BCF: the other way round, and\n"
	      "      records without GT are kept\n"
	      "  11  several samples: text VCF tests the first only, BCF counts alleles of all\n"
	      "  12  deletions and MNPs are looked up at the last base of REF\n"
	      "  14  nothing selected is an error, annotation without any overlap is an empty\n"
	      "      table\n"
	      "  15  all rows at a position show the counts of the first\n"
	      "  20  a header that WASP2's strict reader refuses switches to the BCF rules\n"
	      "  21  BCF: INFO/END becomes the position\n"
	      "  24  a deletion that crosses a region's edge changes its position per row\n"
	      "  26  an odd number of quotes in region lines loses rows (here with a warning)\n"
	      "  27  a genotype may name alleles beyond the ALTs in text VCF\n"
	      "  28  contigs named chrom, track..., browser..., #... vanish with regions\n"
	      "  29  a sample named twice makes a table without GT\n"
	      "  30  an unreadable FORMAT value before GT makes the sample missing\n"
	      "  32  a deletion that ends on an SNP's position hides the SNP\n"
	      "\n"
	      "Done otherwise, because there the original loses data or dies on valid input:\n"
	      "\n"
	      "   1  no contig in common, another spelling would help: error, not zeros\n"
	      "   5  records without SEQ say nothing        7  -s A,B and -s FILE work\n"
	      "   6  damaged BAM: error, no partial table  13  PGEN: says how to convert\n"
	      "  16  P operations consume nothing          17  0M operations cost nothing\n"
	      "  18  gzip and uncompressed BAM are read    19  damaged VCF.gz: error\n"
	      "  22  annotation contigs are text           23  a missing parent: empty cell\n"
	      "  25  -t spares its own inputs\n"
	      "      no index is needed; counts above 65535 are fine\n"
	      "\n"
	      "--compat-exit gives the original's table and exit 0 for 1, 6 and 19, with\n"
	      "warnings.\n"
	      "--compat wasp2-legacy: the pure-Python counter before 1.0, where deletions,\n"
	      "introns and unmapped mates over a site use a name up, and all sites are visited\n"
	      "in list order.\n"
	      "--compat gatk-ase: sphex asereadcounter, docs/gatk-ase.md.\n",
		stdout);
}

/* Options that say what kind of run this is; -1: go on. */
static int apply_first(struct count_job *job, const struct parsed *parsed)
{
	const char *progress = NULL;

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
				return usage_error(job->command,
					"--compat takes wasp2, wasp2-legacy or gatk-ase");
			break;
		case ACTION_QUIET:
			job->quiet = true;
			break;
		case ACTION_VERBOSE:
			job->verbose = true;
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
		case ACTION_PROGRESS:
			progress = option->argument;
			break;
		default:
			break;
		}
	}
	job->progress.name = job->command->name;
	if (!progress_choose(&job->progress, progress, job->quiet))
		return usage_error(job->command, "--progress takes auto, json or none");
	return -1;
}

static enum sphex_status apply(
	struct sphex_count *count, const struct parsed_option *option, struct sphex_error *err)
{
	const struct option_row *row = option->row;
	enum sphex_status status;

	switch (row->action) {
	case ACTION_SET:
		return sphex_count_set(
			count, row->key, row->argument ? option->argument : row->value, err);
	case ACTION_SAMPLE:
		return sphex_count_sample(count, option->argument, err);
	case ACTION_THREADS:
		return sphex_count_threads(count, threads_of(option->argument), err);
	case ACTION_SIMD:
		return sphex_count_simd(count, option->argument, err);
	case ACTION_COUNT:
		return sphex_count_set(count, "count-reads",
			strcmp(option->argument, "reads") == 0 ? "1" : "0", err);
	case ACTION_CONTIG_STYLE:
		return sphex_count_set(count, "contig-style-auto",
			strcmp(option->argument, "auto") == 0 ? "1" : "0", err);
	case ACTION_SCALAR:
		status = sphex_count_threads(count, 1, err);
		return status ? status : sphex_count_simd(count, "scalar", err);
	default:
		return SPHEX_OK;
	}
}

static enum sphex_status configure(
	struct count_job *job, const struct parsed *parsed, struct sphex_error *err)
{
	enum sphex_status status = sphex_count_bam(job->count, parsed->operands[0], err);

	if (!status)
		status = sphex_count_variants(job->count, parsed->operands[1], err);
	for (size_t i = 0; i < parsed->n_options && !status; i++)
		status = apply(job->count, &parsed->options[i], err);
	if (!job->quiet)
		sphex_count_on_warning(job->count, print_warning, job);
	if (job->progress.kind != PROGRESS_NONE)
		sphex_count_on_progress(job->count, progress_show, &job->progress);
	return status;
}

static uint64_t sum_of_kind(const struct sphex_count *count, const char *kind)
{
	struct sphex_fate fate;
	uint64_t sum = 0;

	for (size_t i = 0; sphex_count_fate(count, i, &fate); i++)
		sum += strcmp(fate.kind, kind) == 0 ? fate.n : 0;
	return sum;
}

/* A line for each kind with its sum, and below it what there was of it. */
static void print_account(const struct sphex_count *count)
{
	const char *kind = "";
	struct sphex_fate fate;

	for (size_t i = 0; sphex_count_fate(count, i, &fate); i++) {
		if (strcmp(kind, fate.kind) != 0)
			fprintf(stderr, "%-17s %12" PRIu64 "\n", fate.kind,
				sum_of_kind(count, fate.kind));
		kind = fate.kind;
		if (fate.n)
			fprintf(stderr, "  %-15s %12" PRIu64 "\n", fate.name, fate.n);
	}
}

/* The table comes last: when it is there, all is. */
static enum sphex_status write_output(const struct count_job *job, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	if (job->summary)
		status =
			sphex_count_write_summary(job->count, job->summary, job->command_line, err);
	if (status)
		return status;
	if (job->explain)
		return sphex_count_explain(job->count, job->explain, job->output, err);
	return sphex_count_write(job->count, job->output, err);
}

static void cancel(void *count)
{
	sphex_count_cancel(count);
}

/* What can be said before anything is read. */
static enum sphex_status check_outputs(const struct count_job *job, struct sphex_error *err)
{
	enum sphex_status status = sphex_count_check_output(job->count, job->output, err);

	if (!status && job->summary)
		status = sphex_count_check_output(job->count, job->summary, err);
	if (!status && job->explain)
		status = sphex_count_check_explain(job->count, job->explain, err);
	return status;
}

static int count_and_write(struct count_job *job, const struct parsed *parsed)
{
	struct sphex_count_stats stats;
	struct sphex_error err;
	enum sphex_status status = configure(job, parsed, &err);

	if (!status)
		status = check_outputs(job, &err);
	if (!status && parsed_has_key(parsed, "temp-dir")) /* the run itself writes files */
		stop_by_cancelling(cancel, job->count);
	if (!status)
		status = sphex_count_run(job->count, &err);
	progress_clear(&job->progress);
	stop_by_cancelling(cancel, job->count);
	if (!status)
		status = write_output(job, &err);
	if (status)
		return failed(job->command, &err);
	sphex_count_stats(job->count, &stats);
	progress_finish(&job->progress, &stats);
	if (!job->quiet)
		say_summary(job->command, &stats);
	if (!job->quiet && job->verbose)
		print_account(job->count);
	return EXIT_COMPLETE;
}

static int run_parsed(const struct command *command, const struct parsed *parsed, void *user)
{
	struct count_job *job = user;
	struct sphex_error err;
	int result = apply_first(job, parsed);

	if (result >= 0)
		return result;
	if (parsed->n_operands != 2)
		return usage_error(command, parsed->n_operands < 2
						    ? "a BAM and a variant file are needed"
						    : "too many arguments");
	if (job->summary && strcmp(job->summary, job->output) == 0)
		return usage_error(command, "--summary and -o name the same output");
	if (sphex_count_new(job->mode, &job->count, &err))
		return failed(command, &err);
	result = count_and_write(job, parsed);
	sphex_count_free(job->count);
	return result;
}

/* ---------------------------------------------------------------- the commands */

/* The arguments with blanks between, for the summary; NULL when memory is out. */
static char *join_arguments(int n, char **args)
{
	static const char begin[] = "sphex count";
	size_t nbytes = sizeof(begin), at;
	char *line;

	for (int i = 0; i < n; i++)
		nbytes += strlen(args[i]) + 1;
	line = malloc(nbytes);
	if (!line)
		return NULL;
	at = (size_t)snprintf(line, nbytes, "%s", begin);
	for (int i = 0; i < n; i++)
		at += (size_t)snprintf(line + at, nbytes - at, " %s", args[i]);
	return line;
}

int run_count_command(int n, char **args)
{
	char *line = join_arguments(n, args);
	struct count_job job = {.command = &command_count,
		.mode = SPHEX_MODE_NATIVE,
		.output = "-",
		.command_line = line};
	int result;

	for (int i = 0; i < n; i++)
		if (strncmp(args[i], "--compat", 8) == 0 && (!args[i][8] || args[i][8] == '='))
			job.command = &command_compat;
	result =
		line ? command_run(job.command, n, args, run_parsed, &job) : no_memory(job.command);
	free(line);
	return result;
}

int run_wasp2_command(int n, char **args)
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
	return command_run(job.command, n, args, run_parsed, &job);
}
