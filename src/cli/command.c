/* See command.h. */
#include "command.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int command_run(
	const struct command *command, int n, char **args, command_function *run, void *user)
{
	struct parsed parsed;
	int result;

	if (!parsed_new(&parsed, n, args))
		result = no_memory(command);
	else if (!options_parse(command, n, args, &parsed))
		result = usage_error(command, parsed.error);
	else
		result = run(command, &parsed, user);
	parsed_free(&parsed);
	return result;
}

int usage_error(const struct command *command, const char *message)
{
	fprintf(stderr, "%s: %s\nTry '%s --help'.\n", command->name, message, command->name);
	return EXIT_USAGE;
}

int failed(const struct command *command, const struct sphex_error *err)
{
	char line[2048];

	sphex_error_format(err, line, sizeof(line));
	fprintf(stderr, "%s: error: %s\n", command->name, line);
	return err->status == SPHEX_E_ARGUMENT ? EXIT_USAGE : EXIT_DATA;
}

int no_memory(const struct command *command)
{
	fprintf(stderr, "%s: error: out of memory\n", command->name);
	return EXIT_DATA;
}

void say_warning(const struct command *command, struct progress *progress, const char *text)
{
	progress_clear(progress);
	fprintf(stderr, "%s: warning: %s\n", command->name, text);
}

void say_summary(const struct command *command, const struct sphex_count_stats *s)
{
	fprintf(stderr,
		"%s: %llu rows, %llu with reads; %llu records read%s, %llu counted; %.2f s, %u "
		"threads, %s\n",
		command->name, (unsigned long long)s->n_rows, (unsigned long long)s->n_rows_covered,
		(unsigned long long)s->n_records, strcmp(s->index, "used") == 0 ? " by index" : "",
		(unsigned long long)s->n_counted, s->seconds_variants + s->seconds_bam,
		s->n_threads, s->simd);
}

unsigned threads_of(const char *argument)
{
	unsigned long n = strtoul(argument, NULL, 10);

	return n < UINT_MAX ? (unsigned)n : UINT_MAX;
}
