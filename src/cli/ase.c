/* See ase.h. The options go to the library by GATK's long names. */
#include "ase.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "progress.h"
#include "stop.h"

/* ---------------------------------------------------------------- options */

static const struct option_row file_rows[] = {
	{"-R --reference", "FASTA", ACTION_SET, "reference", NULL,
		"the reference; an index is not needed"},
	{"-I --input", "BAM", ACTION_SET, "input", NULL, "reads, sorted; repeatable"},
	{"-V --variant", "VCF", ACTION_SET, "variant", NULL,
		"VCF, VCF.gz or BCF; an index is not needed; repeatable"},
	{"-O --output", "FILE", ACTION_OUTPUT, NULL, NULL, "the table (standard output)"},
	{"--output-format", "FORMAT", ACTION_SET, "output-format", NULL,
		"RTABLE, TABLE or CSV (RTABLE)"},
	{0}};

static const struct option_row read_rows[] = {
	{"-mmq --min-mapping-quality", "N", ACTION_SET, "min-mapping-quality", NULL,
		"lowest MAPQ (0)"},
	{"-mbq --min-base-quality", "N", ACTION_SET, "min-base-quality", NULL,
		"lowest base quality (0)"},
	{"-min-depth --min-depth-of-non-filtered-base", "N", ACTION_SET,
		"min-depth-of-non-filtered-base", NULL, "fewest REF and ALT bases of a row (-1)"},
	{"-overlap --count-overlap-reads-handling", "MODE", ACTION_SET,
		"count-overlap-reads-handling", NULL,
		"COUNT_FRAGMENTS_REQUIRE_SAME_BASE, COUNT_FRAGMENTS or COUNT_READS (the first)"},
	{"--max-depth-per-sample", "N", ACTION_SET, "max-depth-per-sample", NULL, ""},
	{"-RF --read-filter", "NAME", ACTION_SET, "read-filter", NULL,
		"use this filter too; repeatable"},
	{"-DF --disable-read-filter", "NAME", ACTION_SET, "disable-read-filter", NULL,
		"do without this filter; repeatable"},
	{0}};

static const struct option_row interval_rows[] = {
	{"-L --intervals", "WHERE", ACTION_SET, "intervals", NULL,
		"chr, chr:p, chr:a-b, chr:a+, or a .bed, .interval_list, .list or VCF; repeatable"},
	{"-XL --exclude-intervals", "WHERE", ACTION_SET, "exclude-intervals", NULL,
		"not there; repeatable"},
	{"-ip --interval-padding", "N", ACTION_SET, "interval-padding", NULL,
		"widen those of -L (0)"},
	{"-ixp --interval-exclusion-padding", "N", ACTION_SET, "interval-exclusion-padding", NULL,
		"widen those of -XL (0)"},
	{"-isr --interval-set-rule", "RULE", ACTION_SET, "interval-set-rule", NULL,
		"several -L: UNION or INTERSECTION (UNION)"},
	{0}};

static const struct option_row run_rows[] = {{"-@ --threads", "N", ACTION_THREADS, NULL, NULL,
						     "threads (all CPUs this process may use)"},
	{"--simd", "ROW", ACTION_SIMD, NULL, NULL, "kernel row: auto, or a name from `sphex cpu`"},
	{"-q --quiet", NULL, ACTION_QUIET, NULL, NULL, "no warnings, no summary line"},
	{"--progress", "HOW", ACTION_PROGRESS, NULL, NULL,
		"auto (a line on a terminal), json or none"},
	{"-h --help", NULL, ACTION_HELP, NULL, NULL, "this text"},
	{"--disable-sequence-dictionary-validation", NULL, ACTION_SET,
		"disable-sequence-dictionary-validation", "true",
		"do not compare the contigs of the files"},
	{"--allow-truncated", NULL, ACTION_SET, "allow-truncated", "true",
		"a missing end-of-file marker is a warning, not an error"},
	{"--unit-blocks", "N", ACTION_SET, "unit-blocks", NULL, ""}, {0}};

const struct command command_ase = {.name = "sphex asereadcounter",
	.word = "asereadcounter",
	.brief = "the tables of GATK's ASEReadCounter, with its options",
	.usage = "sphex asereadcounter -R FASTA -I BAM -V VCF -O FILE [options]",
	.purpose = "Counts reads per allele at heterozygous sites by the rules of GATK's "
		   "ASEReadCounter.",
	.groups = {{"Files", file_rows}, {"Reads", read_rows}, {"Positions", interval_rows},
		{"Running", run_rows}},
	.whole_words = true};

/* ---------------------------------------------------------------- one run */

struct ase_job {
	bool quiet;
	const char *output; /* NULL: not given */
	struct progress progress;
	struct sphex_ase *ase;
};

static int usage_error(const char *message)
{
	fprintf(stderr, "%s: %s\nTry '%s --help'.\n", command_ase.name, message, command_ase.name);
	return 2;
}

static int failed(const struct sphex_error *err)
{
	char line[2048];

	sphex_error_format(err, line, sizeof(line));
	fprintf(stderr, "%s: error: %s\n", command_ase.name, line);
	return err->status == SPHEX_E_ARGUMENT ? 2 : 1;
}

static void print_warning(void *user, const char *text)
{
	struct ase_job *job = user;

	progress_clear(&job->progress);
	fprintf(stderr, "%s: warning: %s\n", command_ase.name, text);
}

/* The parser has seen that it is a number. */
static enum sphex_status set_threads(
	struct sphex_ase *ase, const char *text, struct sphex_error *err)
{
	unsigned long n = strtoul(text, NULL, 10);

	return sphex_ase_threads(ase, n < UINT_MAX ? (unsigned)n : UINT_MAX, err);
}

static enum sphex_status apply(
	struct sphex_ase *ase, const struct parsed_option *option, struct sphex_error *err)
{
	const struct option_row *row = option->row;

	switch (row->action) {
	case ACTION_SET:
		return sphex_ase_set(
			ase, row->key, row->argument ? option->argument : row->value, err);
	case ACTION_THREADS:
		return set_threads(ase, option->argument, err);
	case ACTION_SIMD:
		return sphex_ase_simd(ase, option->argument, err);
	default:
		return SPHEX_OK;
	}
}

static enum sphex_status configure(
	struct ase_job *job, const struct parsed *parsed, struct sphex_error *err)
{
	static const char *const keys[] = {"input", "variant"};
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; i < parsed->n_options && !status; i++)
		status = apply(job->ase, &parsed->options[i], err);
	for (size_t i = 0; i < parsed->n_operands && !status; i++)
		status = sphex_ase_set(job->ase, keys[i], parsed->operands[i], err);
	if (!job->quiet)
		sphex_ase_on_warning(job->ase, print_warning, job);
	if (job->progress.kind != PROGRESS_NONE)
		sphex_ase_on_progress(job->ase, progress_show, &job->progress);
	return status;
}

static void print_summary(const struct sphex_count_stats *s)
{
	fprintf(stderr,
		"%s: %llu rows, %llu with reads; %llu records read, %llu counted; %.2f s, %u "
		"threads, %s\n",
		command_ase.name, (unsigned long long)s->n_rows,
		(unsigned long long)s->n_rows_covered, (unsigned long long)s->n_records,
		(unsigned long long)s->n_counted, s->seconds_variants + s->seconds_bam,
		s->n_threads, s->simd);
}

static void cancel(void *ase)
{
	sphex_ase_cancel(ase);
}

static int count_and_write(struct ase_job *job, const struct parsed *parsed)
{
	struct sphex_count_stats stats;
	struct sphex_error err;
	enum sphex_status status = configure(job, parsed, &err);

	if (!status)
		status = sphex_ase_run(job->ase, &err);
	progress_clear(&job->progress);
	stop_by_cancelling(cancel, job->ase);
	if (!status)
		status = sphex_ase_write(job->ase, job->output ? job->output : "-", &err);
	if (status)
		return failed(&err);
	sphex_ase_stats(job->ase, &stats);
	progress_finish(&job->progress, &stats);
	if (!job->quiet)
		print_summary(&stats);
	return 0;
}

static int run_parsed(const struct parsed *parsed)
{
	struct ase_job job = {.progress.name = command_ase.name};
	const char *progress = NULL;
	struct sphex_error err;
	int result;

	for (size_t i = 0; i < parsed->n_options; i++) {
		const struct parsed_option *option = &parsed->options[i];

		if (option->row->action == ACTION_HELP) {
			options_print_help(&command_ase);
			return 0;
		}
		if (option->row->action == ACTION_OUTPUT && job.output)
			return usage_error("output is given twice");
		if (option->row->action == ACTION_OUTPUT)
			job.output = option->argument;
		job.quiet |= option->row->action == ACTION_QUIET;
		if (option->row->action == ACTION_PROGRESS)
			progress = option->argument;
	}
	if (!progress_choose(&job.progress, progress, job.quiet))
		return usage_error("--progress takes auto, json or none");
	if (parsed->n_operands != 0 && parsed->n_operands != 2)
		return usage_error("files are named by options");
	if (sphex_ase_new(&job.ase, &err))
		return failed(&err);
	result = count_and_write(&job, parsed);
	sphex_ase_free(job.ase);
	return result;
}

int run_ase_command(int n, char **args)
{
	struct parsed parsed;
	int result = 1;

	if (!parsed_new(&parsed, n, args))
		fprintf(stderr, "%s: error: out of memory\n", command_ase.name);
	else if (!options_parse(&command_ase, n, args, &parsed))
		result = usage_error(parsed.error);
	else
		result = run_parsed(&parsed);
	parsed_free(&parsed);
	return result;
}
