/*
 * The program: chooses the command from its own name and the first argument, hands the options to
 * the library, prints messages. Exit status: 0 complete, 1 data or I/O error, 2 wrong command line.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ase.h"
#include "command.h"
#include "completion.h"
#include "count_command.h"
#include "manual.h"
#include "stop.h"

/* ---------------------------------------------------------------- commands that only print */

static int print_cpu(void)
{
	struct sphex_cpu_row row;
	char text[1024];

	sphex_cpu_describe(text, sizeof(text));
	printf("CPU      %s\nthreads  %u\n\nrow      state\n", text, sphex_cpu_n_threads());
	for (size_t i = 0; i < sphex_cpu_n_rows(); i++) {
		sphex_cpu_row(i, &row);
		if (!row.compiled)
			printf("%-8s not in this build (for another architecture)\n", row.name);
		else if (!row.usable)
			printf("%-8s not usable: no %s\n", row.name, row.missing);
		else
			printf("%-8s usable%s%s%s\n", row.name, *row.needs ? ": has " : "",
				row.needs, row.chosen ? "; chosen, the fastest usable row" : "");
	}
	return EXIT_COMPLETE;
}

static int print_manual(const struct parsed *parsed)
{
	char message[128];

	if (manual_print(parsed->n_operands ? parsed->operands[0] : NULL))
		return EXIT_COMPLETE;
	snprintf(message, sizeof(message), "no such command: %.100s", parsed->operands[0]);
	return usage_error(&command_man, message);
}

static int print_completion(const struct parsed *parsed)
{
	if (parsed->n_operands && completion_print(parsed->operands[0]))
		return EXIT_COMPLETE;
	return usage_error(&command_completion, "a shell is needed: bash, zsh or fish");
}

static int print_parsed(const struct command *command, const struct parsed *parsed, void *user)
{
	size_t n_taken = command == &command_cpu ? 0 : 1;

	(void)user;
	if (parsed->n_options) { /* there is only one */
		options_print_help(command);
		return EXIT_COMPLETE;
	}
	if (parsed->n_operands > n_taken)
		return usage_error(command, "too many arguments");
	if (command == &command_man)
		return print_manual(parsed);
	return command == &command_cpu ? print_cpu() : print_completion(parsed);
}

/* ---------------------------------------------------------------- main */

/* Takes --compat gatk-ase out of the arguments; false when it is not there. */
static bool take_compat_ase(int *n, char **args)
{
	for (int i = 0; i < *n; i++) {
		int n_words = strcmp(args[i], "--compat=gatk-ase") == 0 ? 1 : 0;

		if (i + 1 < *n && strcmp(args[i], "--compat") == 0 &&
			strcmp(args[i + 1], "gatk-ase") == 0)
			n_words = 2;
		if (!n_words)
			continue;
		memmove(&args[i], &args[i + n_words], (size_t)(*n - i - n_words) * sizeof(*args));
		*n -= n_words;
		return true;
	}
	return false;
}

static int run_sphex(int n, char **args)
{
	static const struct command *const printing[] = {
		&command_cpu, &command_man, &command_completion};
	const char *word = n ? args[0] : "";

	if (n == 0)
		return usage_error(&command_sphex, "a command is needed");
	if (strcmp(word, "asereadcounter") == 0)
		return run_ase_command(n - 1, args + 1);
	if (strcmp(word, "count") == 0)
		return take_compat_ase(&n, args) ? run_ase_command(n - 1, args + 1)
						 : run_count_command(n - 1, args + 1);
	for (size_t i = 0; i < sizeof(printing) / sizeof(*printing); i++)
		if (strcmp(word, printing[i]->word) == 0)
			return command_run(printing[i], n - 1, args + 1, print_parsed, NULL);
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
		printf("sphex %s\n", sphex_version());
		return EXIT_COMPLETE;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		options_print_help(&command_sphex);
		return EXIT_COMPLETE;
	}
	fprintf(stderr, "sphex: unknown command: %s\nTry 'sphex --help'.\n", word);
	return EXIT_USAGE;
}

/*
 * A file that is opened must not get the number of a standard stream that the caller has closed:
 * messages would be written into it. Reading and writing fail, as with the closed stream.
 */
static void occupy_closed_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc ? argv[0] : "sphex";
	int result;

	occupy_closed_streams();
	/* a closed pipe and a limit of the size of files are then errors of the write */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	stop_at_signals();
	result = strcmp(name, "wasp2-count") == 0 ? run_wasp2_command(argc - 1, argv + 1)
						  : run_sphex(argc - 1, argv + 1);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		fprintf(stderr, "sphex: error: standard output: cannot write: %s\n",
			strerror(errno));
		result = result ? result : EXIT_DATA;
	}
	if (result != EXIT_COMPLETE)
		stop_as_asked();
	return result;
}
