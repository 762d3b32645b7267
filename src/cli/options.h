/*
 * The one table of options (option_tables.c): parsing, --help, man page and completions are made
 * from it. A command's options are rows of data; what an option does is one of a few actions.
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
	ACTION_VERBOSE,
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
	const char *key;   /* for ACTION_SET */
	const char *value; /* for it; of an option with an argument the words that it is one of,
			      with blanks between, NULL: any text */
	const char *help;  /* "" hides the option */
};

#define MAX_GROUPS 12

/* Rows end with an empty one; groups with one without rows. */
struct option_group {
	const char *title; /* heading in --help; NULL continues the group before */
	const struct option_row *rows;
};

struct command {
	const char *name;  /* in messages: "sphex count" */
	const char *word;  /* what one types after sphex; what documents call it */
	const char *brief; /* a few words for lists; NULL: no command of its own */
	const char *usage, *purpose;
	struct option_group groups[MAX_GROUPS];
	const char *examples; /* lines for the manual; NULL: none */
	const char *operands; /* the words to choose from, with blanks between; NULL: files */
	bool whole_words; /* an argument is an option as it stands: no --name=value, -nvalue, -abc
			   */
};

extern const struct command command_sphex; /* what stands before a command */
extern const struct command command_count, command_compat, command_wasp2, command_ase, command_cpu,
	command_man, command_completion;

/* All of them, in the order of the documents; NULL is the end. */
extern const struct command *const all_commands[];

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

/* Whether an option for this key of the library is there. */
bool parsed_has_key(const struct parsed *parsed, const char *key);

/* How many bytes of row->names are shown in lists: the first spelling, with a short one also the
 * next. */
size_t option_shown_nbytes(const struct option_row *row);
/* The name behind `name` among these, the first for NULL; NULL is the end. Not NUL-terminated. */
const char *option_next_name(const struct option_row *row, const char *name, size_t *nbytes);
/* The words that its argument is one of, with blanks between; NULL: any text. */
const char *option_choices(const struct option_row *row);
void options_print_help(const struct command *command);

#endif
