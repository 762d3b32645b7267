/* See options.h. Spellings are those of GNU: --name value, --name=value, -n value, -nvalue, -abc,
 * --. */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- parsing */

/* Whether `name` of n bytes is one of the spellings in `names`. */
static bool has_name(const char *names, const char *name, size_t n)
{
	while (*names) {
		size_t length = strcspn(names, " ");

		if (length == n && memcmp(names, name, n) == 0)
			return true;
		names += length;
		names += *names == ' ';
	}
	return false;
}

static const struct option_row *find_row(const struct command *command, const char *name, size_t n)
{
	for (const struct option_group *group = command->groups; group->rows; group++)
		for (const struct option_row *row = group->rows; row->names; row++)
			if (has_name(row->names, name, n))
				return row;
	return NULL;
}

static bool wrong(struct parsed *parsed, const char *what, const char *name, size_t n)
{
	snprintf(parsed->error, sizeof(parsed->error), "%s %.*s", what, (int)(n < 100 ? n : 100),
		name);
	return false;
}

static void keep(struct parsed *parsed, const struct option_row *row, const char *argument)
{
	parsed->options[parsed->n_options++] = (struct parsed_option){row, argument};
}

/* args[i] is --name or --name=value; moves i when the value is the next one. */
static bool parse_long(
	const struct command *command, int n, char **args, int *i, struct parsed *parsed)
{
	const char *name = args[*i], *equals = strchr(name, '=');
	size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct option_row *row = find_row(command, name, length);

	if (!row)
		return wrong(parsed, "unknown option", name, length);
	if (!row->argument) {
		keep(parsed, row, NULL);
		return equals ? wrong(parsed, "no argument is taken by", name, length) : true;
	}
	if (!equals && *i + 1 == n)
		return wrong(parsed, "an argument is missing after", name, length);
	keep(parsed, row, equals ? equals + 1 : args[++*i]);
	return true;
}

/* args[i] is -a, -abc, -nvalue or -n with its value in the next one. */
static bool parse_short(
	const struct command *command, int n, char **args, int *i, struct parsed *parsed)
{
	for (const char *p = args[*i] + 1; *p; p++) {
		char name[2] = {'-', *p};
		const struct option_row *row = find_row(command, name, 2);

		if (!row)
			return wrong(parsed, "unknown option", name, 2);
		if (!row->argument) {
			keep(parsed, row, NULL);
			continue;
		}
		if (!p[1] && *i + 1 == n)
			return wrong(parsed, "an argument is missing after", name, 2);
		keep(parsed, row, p[1] ? p + 1 : args[++*i]);
		return true;
	}
	return true;
}

/* args[i] is -name or --name, its value the next one. */
static bool parse_word(
	const struct command *command, int n, char **args, int *i, struct parsed *parsed)
{
	const char *name = args[*i];
	const struct option_row *row = find_row(command, name, strlen(name));

	if (!row)
		return wrong(parsed, "unknown option", name, strlen(name));
	if (row->argument && *i + 1 == n)
		return wrong(parsed, "an argument is missing after", name, strlen(name));
	keep(parsed, row, row->argument ? args[++*i] : NULL);
	return true;
}

bool parsed_new(struct parsed *parsed, int n, char **args)
{
	size_t n_options = 1;

	/* each argument can be several one-letter options */
	for (int i = 0; i < n; i++)
		n_options += strlen(args[i]);
	*parsed = (struct parsed){.options = calloc(n_options, sizeof(*parsed->options)),
		.operands = calloc((size_t)n + 1, sizeof(*parsed->operands))};
	return parsed->options && parsed->operands;
}

void parsed_free(struct parsed *parsed)
{
	free(parsed->options);
	free(parsed->operands);
}

/* Numbers and words that the library does not know by the option's name. */
static bool check_argument(const struct parsed_option *option, struct parsed *parsed)
{
	const struct option_row *row = option->row;
	const char *argument = option->argument, *wanted = "";
	bool good = true;

	if (row->action == ACTION_THREADS) {
		/* 0 would mean "all" to the library; on the command line it is a slip */
		good = strspn(argument, "0123456789") == strlen(argument) &&
		       strpbrk(argument, "123456789");
		wanted = "a number from 1 to 1024";
	} else if (row->action == ACTION_COUNT) {
		good = has_name(option_choices(row), argument, strlen(argument));
		wanted = "fragments or reads";
	} else if (row->action == ACTION_CONTIG_STYLE) {
		good = has_name(option_choices(row), argument, strlen(argument));
		wanted = "exact or auto";
	}
	if (!good)
		snprintf(parsed->error, sizeof(parsed->error), "%.*s takes %s, not %.100s",
			(int)strcspn(row->names, " "), row->names, wanted, argument);
	return good;
}

bool options_parse(const struct command *command, int n, char **args, struct parsed *parsed)
{
	bool only_operands = false;

	for (int i = 0; i < n; i++) {
		const char *arg = args[i];
		bool good = true;

		if (only_operands || arg[0] != '-' || !arg[1])
			parsed->operands[parsed->n_operands++] = arg;
		else if (strcmp(arg, "--") == 0)
			only_operands = true;
		else if (command->whole_words)
			good = parse_word(command, n, args, &i, parsed);
		else if (arg[1] == '-')
			good = parse_long(command, n, args, &i, parsed);
		else
			good = parse_short(command, n, args, &i, parsed);
		if (!good)
			return false;
	}
	for (size_t i = 0; i < parsed->n_options; i++)
		if (!check_argument(&parsed->options[i], parsed))
			return false;
	return true;
}

bool parsed_has_key(const struct parsed *parsed, const char *key)
{
	for (size_t i = 0; i < parsed->n_options; i++)
		if (parsed->options[i].row->key && strcmp(parsed->options[i].row->key, key) == 0)
			return true;
	return false;
}

/* ---------------------------------------------------------------- help */

#define HELP_COLUMN 30
#define HELP_WIDTH 80

size_t option_shown_nbytes(const struct option_row *row)
{
	const char *second = strchr(row->names, ' ');

	if (!second || row->names[1] == '-')
		return strcspn(row->names, " ");
	return (size_t)(second + 1 - row->names) + strcspn(second + 1, " ");
}

const char *option_next_name(const struct option_row *row, const char *name, size_t *nbytes)
{
	const char *end = row->names + option_shown_nbytes(row);
	const char *next = name ? name + strcspn(name, " ") + 1 : row->names;

	if (next >= end)
		return NULL;
	*nbytes = strcspn(next, " ");
	return next;
}

const char *option_choices(const struct option_row *row)
{
	switch (row->action) {
	case ACTION_COMPAT:
		return "wasp2 wasp2-legacy gatk-ase";
	case ACTION_COUNT:
		return "fragments reads";
	case ACTION_CONTIG_STYLE:
		return "exact auto";
	case ACTION_PROGRESS:
		return "auto json none";
	case ACTION_SIMD:
		return "auto scalar avx2 avx512 neon";
	case ACTION_SET:
		return row->argument ? row->value : NULL;
	default:
		return NULL;
	}
}

/* From `column` on, broken at blanks; the last line ends. */
static void print_text(const char *text, int column)
{
	size_t room = (size_t)(HELP_WIDTH - column), n;

	while (strlen(text) > room) {
		for (n = room; n && text[n] != ' '; n--)
			;
		if (!n)
			break; /* a word alone is wider */
		printf("%.*s\n%*s", (int)n, text, column, "");
		text += n + 1;
	}
	printf("%s\n", text);
}

/* Two columns; what is too wide for the left one has a line of its own. */
static void print_row(const char *left, const char *text)
{
	if (strlen(left) + 3 > HELP_COLUMN)
		printf("  %s\n%*s", left, HELP_COLUMN, "");
	else
		printf("  %-*s", HELP_COLUMN - 2, left);
	print_text(text, HELP_COLUMN);
}

static void print_option(const struct option_row *row)
{
	char left[128];

	snprintf(left, sizeof(left), "%.*s%s%s", (int)option_shown_nbytes(row), row->names,
		row->argument ? " " : "", row->argument ? row->argument : "");
	print_row(left, row->help);
}

static void print_commands(void)
{
	printf("\nCommands:\n");
	for (size_t i = 0; all_commands[i]; i++)
		if (all_commands[i]->brief)
			print_row(all_commands[i]->word, all_commands[i]->brief);
}

void options_print_help(const struct command *command)
{
	print_text(command->purpose, 0);
	printf("\nusage: %s\n", command->usage);
	if (command == &command_sphex)
		print_commands();
	for (const struct option_group *group = command->groups; group->rows; group++) {
		if (group->title)
			printf("\n%s:\n", group->title);
		for (const struct option_row *row = group->rows; row->names; row++)
			if (*row->help)
				print_option(row);
	}
	if (command == &command_sphex)
		printf("\nCalled as wasp2-count it takes the options of WASP2's program of that "
		       "name.\n");
}
