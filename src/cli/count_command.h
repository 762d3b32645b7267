/* sphex count, the same by the rules of --compat wasp2, and wasp2-count. */
#ifndef SPHEX_CLI_COUNT_COMMAND_H
#define SPHEX_CLI_COUNT_COMMAND_H

#include "options.h"

/* Run on the arguments behind the command's name; the exit status of the program. */
int run_count_command(int n, char **args);
int run_wasp2_command(int n, char **args);

#endif
