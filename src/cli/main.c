/*
 * The program: chooses the command from its own name and the first argument, hands the options to
 * the library, prints messages. Exit status: 0 complete, 1 data or I/O error, 2 wrong command line.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ase.h"
#include "count_command.h"
#include "options.h"

static void stop(int signal_number)
{
	(void)signal_number;
	stop_count_command();
	stop_ase_command();
}

/* ---------------------------------------------------------------- cpu */

static int run_cpu_command(void)
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

/* ---------------------------------------------------------------- main */

static void print_help(void)
{
	printf("sphex counts reads per allele from a BAM and a list of variants.\n\n"
	       "usage: sphex COMMAND [options]\n\n"
	       "  count           count alleles (sphex count --help)\n"
	       "  asereadcounter  the tables of GATK's ASEReadCounter, with its options\n"
	       "  cpu             what this CPU offers and which kernels are used\n\n"
	       "  --help          this text\n"
	       "  --version       print the version\n\n"
	       "Called as wasp2-count it takes the options of WASP2's program of that name.\n");
}

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
	if (n && strcmp(args[0], "asereadcounter") == 0)
		return run_ase_command(n - 1, args + 1);
	if (n && strcmp(args[0], "count") == 0 && take_compat_ase(&n, args))
		return run_ase_command(n - 1, args + 1);
	if (n && strcmp(args[0], "count") == 0)
		return run_count_command(n - 1, args + 1);
	if (n && strcmp(args[0], "cpu") == 0)
		return run_cpu_command();
	if (n && (strcmp(args[0], "--version") == 0 || strcmp(args[0], "-V") == 0)) {
		printf("sphex %s\n", sphex_version());
		return EXIT_COMPLETE;
	}
	if (n && (strcmp(args[0], "--help") == 0 || strcmp(args[0], "-h") == 0)) {
		print_help();
		return EXIT_COMPLETE;
	}
	fprintf(stderr,
		n ? "sphex: unknown command: %s\nTry 'sphex --help'.\n"
		  : "sphex: a command is needed\nTry 'sphex --help'.\n",
		n ? args[0] : "");
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc ? argv[0] : "sphex";
	struct sigaction action = {.sa_handler = stop};
	int result;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN); /* a closed pipe is then an error of the write */
	result = strcmp(name, "wasp2-count") == 0 ? run_wasp2_command(argc - 1, argv + 1)
						  : run_sphex(argc - 1, argv + 1);
	if (fflush(stdout) != 0 || ferror(stdout))
		result = result ? result : EXIT_DATA;
	return result;
}
