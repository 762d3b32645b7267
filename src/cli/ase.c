/* See ase.h. The options go to the library by GATK's long names. */
#include "ase.h"

#include <string.h>

#include "command.h"
#include "stop.h"

struct ase_job {
	bool quiet;
	const char *output; /* NULL: not given */
	struct progress progress;
	struct sphex_ase *ase;
};

static void print_warning(void *user, const char *text)
{
	struct ase_job *job = user;

	say_warning(&command_ase, &job->progress, text);
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
		return sphex_ase_threads(ase, threads_of(option->argument), err);
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

static void cancel(void *ase)
{
	sphex_ase_cancel(ase);
}

static int count_and_write(struct ase_job *job, const struct parsed *parsed)
{
	struct sphex_count_stats stats;
	struct sphex_error err;
	const char *output = job->output ? job->output : "-";
	enum sphex_status status = configure(job, parsed, &err);

	if (!status)
		status = sphex_ase_check_output(job->ase, output, &err);
	if (!status)
		status = sphex_ase_run(job->ase, &err);
	progress_clear(&job->progress);
	stop_by_cancelling(cancel, job->ase);
	if (!status)
		status = sphex_ase_write(job->ase, output, &err);
	if (status)
		return failed(&command_ase, &err);
	sphex_ase_stats(job->ase, &stats);
	progress_finish(&job->progress, &stats);
	if (!job->quiet)
		say_summary(&command_ase, &stats);
	return EXIT_COMPLETE;
}

/* Options that say what kind of run this is; -1: go on. */
static int apply_first(struct ase_job *job, const struct parsed *parsed)
{
	const char *progress = NULL;

	for (size_t i = 0; i < parsed->n_options; i++) {
		const struct parsed_option *option = &parsed->options[i];

		switch (option->row->action) {
		case ACTION_HELP:
			options_print_help(&command_ase);
			return EXIT_COMPLETE;
		case ACTION_OUTPUT:
			if (job->output)
				return usage_error(&command_ase, "output is given twice");
			job->output = option->argument;
			break;
		case ACTION_QUIET:
			job->quiet = true;
			break;
		case ACTION_PROGRESS:
			progress = option->argument;
			break;
		default:
			break;
		}
	}
	if (!progress_choose(&job->progress, progress, job->quiet))
		return usage_error(&command_ase, "--progress takes auto, json or none");
	return -1;
}

static int run_parsed(const struct command *command, const struct parsed *parsed, void *user)
{
	struct ase_job job = {.progress.name = command->name};
	struct sphex_error err;
	int result = apply_first(&job, parsed);

	(void)user;
	if (result >= 0)
		return result;
	if (parsed->n_operands != 0 && parsed->n_operands != 2)
		return usage_error(command, "files are named by options");
	if (!parsed->n_operands &&
		(!parsed_has_key(parsed, "input") || !parsed_has_key(parsed, "variant")))
		return usage_error(command, "an input (-I) and a variant file (-V) are needed");
	if (sphex_ase_new(&job.ase, &err))
		return failed(command, &err);
	result = count_and_write(&job, parsed);
	sphex_ase_free(job.ase);
	return result;
}

int run_ase_command(int n, char **args)
{
	return command_run(&command_ase, n, args, run_parsed, NULL);
}
