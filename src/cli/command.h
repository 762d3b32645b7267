/*
 * What all commands do alike: their arguments are parsed and handed on, what fails is said on
 * standard error. Functions that return an int return the exit status of the program.
 */
#ifndef SPHEX_CLI_COMMAND_H
#define SPHEX_CLI_COMMAND_H

#include "options.h"
#include "progress.h"

typedef int command_function(
	const struct command *command, const struct parsed *parsed, void *user);

/* Parses the arguments and calls `run` with what was found, unless they are wrong. */
int command_run(
	const struct command *command, int n, char **args, command_function *run, void *user);

/* The command line is wrong. */
int usage_error(const struct command *command, const char *message);
/* The library has failed. */
int failed(const struct command *command, const struct sphex_error *err);
int no_memory(const struct command *command);

/* In place of the line of progress. */
void say_warning(const struct command *command, struct progress *progress, const char *text);
/* The line at the end. */
void say_summary(const struct command *command, const struct sphex_count_stats *stats);

/* The argument of --threads, which the parser has seen to be a number. */
unsigned threads_of(const char *argument);

#endif
