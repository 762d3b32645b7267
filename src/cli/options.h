/*
 * The one table of options: parsing, --help, man page and completions are made from it. A command's
 * options are rows of data; what an option does is one of a few actions.
 */
#ifndef SPHEX_OPTIONS_H
#define SPHEX_OPTIONS_H

#include "sphex.h"

enum exit_status { EXIT_COMPLETE = 0, EXIT_DATA = 1, EXIT_USAGE = 2 };

enum option_action {
	ACTION_SET, /* sphex_count_set(key, argument), or (key, value) for an option without
		       argument */
	ACTION_SAMPLE,
	ACTION_OUTPUT,
	ACTION_SUMMARY,
	ACTION_EXPLAIN,
	ACTION_THREADS,
	ACTION_SIMD,
	ACTION_COMPAT,
	ACTION_QUIET,
	ACTION_PROGRESS,
	ACTION_COUNT,        /* --count fragments|reads */
	ACTION_CONTIG_STYLE, /* --contig-style auto */
	ACTION_SCALAR,       /* --no-rust: the plain row, one thread */
	ACTION_NOTHING,      /* accepted for compatibility */
	ACTION_HELP,
	ACTION_HELP_COMPAT,
	ACTION_VERSION
};

struct option_row {
	const char *names;    /* all spellings, the preferred first: "-s --samples --sample" */
	const char *argument; /* name of the argument, NULL without one */
	enum option_action action;
	const char *key, *value; /* for ACTION_SET */
	const char *help;        /* "" hides the option */
};

#define MAX_GROUPS 12

/* Rows end with an empty one; groups with one without rows. */
struct option_group {
	const char *title; /* heading in --help; NULL continues the group before */
	const struct option_row *rows;
};

struct command {
	const char *name; /* "sphex count" */
	const char *usage, *purpose;
	struct option_group groups[MAX_GROUPS];
	bool whole_words; /* an argument is an option as it stands: no --name=value, -nvalue, -abc
			   */
};

/* sphex count, the same with --compat, the alias, and sphex asereadcounter (ase.c). */
extern const struct command command_count, command_compat, command_wasp2, command_ase;

/* What the parser found, in the order of the command line. */
struct parsed_option {
	const struct option_row *row;
	const char *argument;
};
struct parsed {
	struct parsed_option *options;
	size_t n_options;
	const char **operands;
	size_t n_operands;
	char error[256]; /* empty when all is well */
};

/* Makes room for what n arguments can hold; false: no memory. Free in both cases. */
bool parsed_new(struct parsed *parsed, int n, char **args);
void parsed_free(struct parsed *parsed);
/* Parses args[0 .. n). False: parsed->error says why. */
bool options_parse(const struct command *command, int n, char **args, struct parsed *parsed);
void options_print_help(const struct command *command);

#endif
