/* See manual.h. Macros are those of man(7). */
#include "manual.h"

#include <stdio.h>
#include <string.h>

/* Text as it is: a hyphen stays a hyphen when copied, and no line begins with a macro. */
static void put(const char *text, size_t nbytes)
{
	if (nbytes && (*text == '.' || *text == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < nbytes; i++) {
		if (text[i] == '\\')
			fputs("\\e", stdout);
		else if (text[i] == '-')
			fputs("\\-", stdout);
		else
			putchar(text[i]);
	}
}

static void put_line(const char *text)
{
	put(text, strlen(text));
	putchar('\n');
}

/* All spellings, commas between, and the argument. */
static void put_option(const struct option_row *row)
{
	fputs(".TP\n\\fB", stdout);
	for (const char *name = row->names; *name;) {
		size_t n = strcspn(name, " ");

		put(name, n);
		name += n + (name[n] == ' ');
		if (*name)
			fputs("\\fR, \\fB", stdout);
	}
	fputs("\\fR", stdout);
	if (row->argument)
		printf(" \\fI%s\\fR", row->argument);
	putchar('\n');
	put_line(row->help);
}

static void put_options(const struct command *command)
{
	for (const struct option_group *group = command->groups; group->rows; group++) {
		if (group->title)
			printf(".SS %s\n", group->title);
		for (const struct option_row *row = group->rows; row->names; row++)
			if (*row->help)
				put_option(row);
	}
}

static void put_section(const struct command *command)
{
	fputs(".SH ", stdout);
	if (command != &command_sphex && command != &command_wasp2)
		fputs("sphex ", stdout);
	put_line(command->word);
	put_line(command->purpose);
	fputs(".PP\n.B ", stdout);
	put_line(command->usage);
	put_options(command);
}

/* Whether the page named `word` shows the command: "count" has "count --compat" too. */
static bool belongs(const struct command *command, const char *word)
{
	size_t n = word ? strlen(word) : 0;

	return !word || (strncmp(command->word, word, n) == 0 && strchr(" ", command->word[n]));
}

/* sphex count: the page is called sphex-count. */
static void put_page_name(const struct command *command)
{
	const char *blank = strchr(command->name, ' ');

	put(command->name, strcspn(command->name, " "));
	if (blank) {
		put("-", 1);
		put(blank + 1, strlen(blank + 1));
	}
}

static void put_head(const struct command *command)
{
	fputs(".TH ", stdout);
	put_page_name(command);
	printf(" 1 \"\" \"sphex %s\"\n.SH NAME\n", sphex_version());
	put_page_name(command);
	fputs(" \\- ", stdout);
	put_line(command->brief ? command->brief
				: "count reads per allele from a BAM and a list of variants");
}

static void put_examples(const char *word)
{
	bool has_title = false;

	for (size_t i = 0; all_commands[i]; i++) {
		const char *line = all_commands[i]->examples;

		if (!line || !belongs(all_commands[i], word))
			continue;
		fputs(has_title ? "" : ".SH EXAMPLES\n.nf\n", stdout);
		has_title = true;
		for (size_t n; *line; line += n) {
			n = strcspn(line, "\n") + 1;
			put(line, n);
		}
	}
	fputs(has_title ? ".fi\n" : "", stdout);
}

bool manual_print(const char *word)
{
	size_t first = 0;

	while (all_commands[first] && !belongs(all_commands[first], word))
		first++;
	if (!all_commands[first])
		return false;
	put_head(all_commands[first]);
	fputs(".SH SYNOPSIS\n", stdout);
	for (size_t i = 0; all_commands[i]; i++) {
		if (!belongs(all_commands[i], word))
			continue;
		fputs(i == first ? ".B " : ".br\n.B ", stdout);
		put_line(all_commands[i]->usage);
	}
	for (size_t i = 0; all_commands[i]; i++)
		if (belongs(all_commands[i], word))
			put_section(all_commands[i]);
	put_examples(word);
	fputs(".SH EXIT STATUS\n.TP\n.B 0\ncomplete\n.TP\n.B 1\ndata or input/output error; no "
	      "output "
	      "file is left\n.TP\n.B 2\nwrong command line\n.TP\n.B 128+N\nended by signal N; "
	      "no output file is left\n",
		stdout);
	return true;
}
