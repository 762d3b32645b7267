/*
 * See completion.h. Each script first finds the command that the line is about, by its word in the
 * table; the rest is data: options, and the words that arguments are chosen from. Whatever else is
 * completed with the names of files.
 */
#include "completion.h"

#include <stdio.h>
#include <string.h>

typedef void row_printer(const struct command *command, const struct option_row *row);

static void for_each_option(const struct command *command, row_printer *print)
{
	for (const struct option_group *group = command->groups; group->rows; group++)
		for (const struct option_row *row = group->rows; row->names; row++)
			if (*row->help)
				print(command, row);
}

/* In single quotes, as all three shells understand. */
static void put_quoted(const char *text)
{
	putchar('\'');
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	}
	putchar('\'');
}

/* The patterns COMMAND:NAME of an option, as bash and zsh have them in a case. */
static void put_patterns(const struct command *command, const struct option_row *row)
{
	const char *separator = "";
	size_t n;

	for (const char *name = NULL; (name = option_next_name(row, name, &n)); separator = " | ")
		printf("%s'%s:%.*s'", separator, command->word, (int)n, name);
}

/* The words that operands are chosen from: commands, or the command's own; none for files. */
static void put_operands(const struct command *command)
{
	fputs(command->operands ? command->operands : "", stdout);
	for (size_t i = 0; command == &command_sphex && all_commands[i]; i++)
		if (all_commands[i]->brief)
			printf(" %s", all_commands[i]->word);
}

/* ---------------------------------------------------------------- bash */

/* A = is a word of its own there: --compat = wasp2. */
static const char bash_begin[] =
	"# bash completion of sphex and wasp2-count\n"
	"_sphex() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal command=sphex words= i value\n"
	"\tCOMPREPLY=()\n"
	"\tif [[ ${COMP_WORDS[0]##*/} == wasp2-count ]]; then\n"
	"\t\tcommand=wasp2-count\n"
	"\telif ((COMP_CWORD > 1)); then\n"
	"\t\tcommand=${COMP_WORDS[1]}\n"
	"\tfi\n"
	"\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
	"\t\t[[ $command == count && ${COMP_WORDS[i]} == --compat ]] || continue\n"
	"\t\tvalue=${COMP_WORDS[i + 1]}\n"
	"\t\t[[ $value != = ]] || value=${COMP_WORDS[i + 2]}\n"
	"\t\t[[ $value == gatk-ase ]] && command=asereadcounter || command='count --compat'\n"
	"\tdone\n"
	"\tif [[ $cur == = ]]; then\n"
	"\t\tcur=\n"
	"\telif [[ $prev == = ]]; then\n"
	"\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\tcase $command:$prev in\n";

static void print_bash_choices(const struct command *command, const struct option_row *row)
{
	if (!option_choices(row))
		return;
	putchar('\t');
	put_patterns(command, row);
	printf(") words='%s' ;;\n", option_choices(row));
}

static void print_bash_option(const struct command *command, const struct option_row *row)
{
	(void)command;
	printf(" %.*s", (int)option_shown_nbytes(row), row->names);
}

static void print_bash(void)
{
	fputs(bash_begin, stdout);
	for (size_t i = 0; all_commands[i]; i++)
		for_each_option(all_commands[i], print_bash_choices);
	fputs("\t*)\n\t\tcase $command in\n", stdout);
	for (size_t i = 0; all_commands[i]; i++) {
		const struct command *command = all_commands[i];

		printf("\t\t'%s')\n\t\t\twords='", command->word);
		for_each_option(command, print_bash_option);
		fputs("'\n\t\t\t[[ $cur == -* ]] || words='", stdout);
		put_operands(command);
		fputs("'\n\t\t\t;;\n", stdout);
	}
	fputs("\t\tesac\n\t\t;;\n\tesac\n"
	      "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	      "}\ncomplete -o default -F _sphex sphex wasp2-count\n",
		stdout);
}

/* ---------------------------------------------------------------- zsh */

static const char zsh_begin[] =
	"#compdef sphex wasp2-count\n"
	"_sphex() {\n"
	"\tlocal command=sphex prev=$words[CURRENT-1] i\n"
	"\tlocal -a options operands\n"
	"\tif [[ ${words[1]:t} == wasp2-count ]]; then\n"
	"\t\tcommand=wasp2-count\n"
	"\telif ((CURRENT > 2)); then\n"
	"\t\tcommand=$words[2]\n"
	"\tfi\n"
	"\tfor ((i = 3; i < CURRENT; i++)); do\n"
	"\t\t[[ $command == count && $words[i] == --compat(|=*) ]] || continue\n"
	"\t\t[[ $words[i] == *=gatk-ase || $words[i+1] == gatk-ase ]] && command=asereadcounter "
	"||\n"
	"\t\t\tcommand='count --compat'\n"
	"\tdone\n"
	"\tif [[ $PREFIX == --*=* ]]; then\n"
	"\t\tprev=${PREFIX%%=*}\n"
	"\t\tcompset -P '*='\n"
	"\tfi\n"
	"\tcase $command:$prev in\n";

static void print_zsh_choices(const struct command *command, const struct option_row *row)
{
	if (!option_choices(row))
		return;
	fputs("\t(", stdout);
	put_patterns(command, row);
	printf(")\n\t\tcompadd -- %s\n\t\treturn\n\t\t;;\n", option_choices(row));
}

static void print_zsh_option(const struct command *command, const struct option_row *row)
{
	size_t n;

	(void)command;
	for (const char *name = NULL; (name = option_next_name(row, name, &n));) {
		char text[512];

		snprintf(text, sizeof(text), "%.*s:%s", (int)n, name, row->help);
		fputs("\t\t\t", stdout);
		put_quoted(text);
		putchar('\n');
	}
}

static void print_zsh(void)
{
	fputs(zsh_begin, stdout);
	for (size_t i = 0; all_commands[i]; i++)
		for_each_option(all_commands[i], print_zsh_choices);
	fputs("\tesac\n\tcase $command in\n", stdout);
	for (size_t i = 0; all_commands[i]; i++) {
		const struct command *command = all_commands[i];

		printf("\t('%s')\n\t\toptions=(\n", command->word);
		for_each_option(command, print_zsh_option);
		fputs("\t\t)\n\t\toperands=(", stdout);
		put_operands(command);
		fputs(")\n\t\t;;\n", stdout);
	}
	fputs("\tesac\n"
	      "\tif [[ $PREFIX == -* ]]; then\n\t\t_describe -o option options\n"
	      "\telif ((#operands)); then\n\t\tcompadd -- $operands\n"
	      "\telse\n\t\t_files\n\tfi\n}\n"
	      "if [[ $funcstack[1] == _sphex ]]; then\n\t_sphex \"$@\"\nelse\n"
	      "\tcompdef _sphex sphex wasp2-count\nfi\n",
		stdout);
}

/* ---------------------------------------------------------------- fish */

static const char fish_begin[] =
	"# fish completion of sphex and wasp2-count\n"
	"function __sphex_command\n"
	"\tset -l tokens (commandline -opc)\n"
	"\tset -l command sphex\n"
	"\tif string match -q '*wasp2-count' -- $tokens[1]\n"
	"\t\tset command wasp2-count\n"
	"\telse if test (count $tokens) -gt 1\n"
	"\t\tset command $tokens[2]\n"
	"\tend\n"
	"\tif test \"$command\" = count; and string match -q -r -- '^--compat(=|$)' $tokens\n"
	"\t\tset command 'count --compat'\n"
	"\t\tif string match -q -r -- '^(--compat=)?gatk-ase$' $tokens\n"
	"\t\t\tset command asereadcounter\n"
	"\t\tend\n"
	"\tend\n"
	"\ttest \"$command\" = \"$argv[1]\"\n"
	"end\n";

static void begin_fish(const struct command *command)
{
	printf("complete -c sphex -c wasp2-count -n '__sphex_command \"%s\"'", command->word);
}

/* -s: one letter; -o: a word behind one dash; -l: behind two. */
static void print_fish_option(const struct command *command, const struct option_row *row)
{
	size_t n;

	begin_fish(command);
	for (const char *name = NULL; (name = option_next_name(row, name, &n));) {
		int n_dashes = name[1] == '-' ? 2 : 1;
		char kind = name[1] == '-' ? 'l' : n == 2 ? 's' : 'o';

		printf(" -%c %.*s", kind, (int)n - n_dashes, name + n_dashes);
	}
	if (option_choices(row))
		printf(" -x -a '%s'", option_choices(row));
	else if (row->argument)
		fputs(" -r", stdout);
	fputs(" -d ", stdout);
	put_quoted(row->help);
	putchar('\n');
}

static void print_fish(void)
{
	fputs(fish_begin, stdout);
	for (size_t i = 0; all_commands[i]; i++) {
		const struct command *command = all_commands[i];

		for_each_option(command, print_fish_option);
		if (command->operands) {
			begin_fish(command);
			printf(" -f -a '%s'\n", command->operands);
		}
		if (command->brief) {
			begin_fish(&command_sphex);
			printf(" -f -a %s -d ", command->word);
			put_quoted(command->brief);
			putchar('\n');
		}
	}
}

bool completion_print(const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		print_bash();
	else if (strcmp(shell, "zsh") == 0)
		print_zsh();
	else if (strcmp(shell, "fish") == 0)
		print_fish();
	else
		return false;
	return true;
}
