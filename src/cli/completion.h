/* What shells need to complete a command line, made from the table of options. */
#ifndef SPHEX_CLI_COMPLETION_H
#define SPHEX_CLI_COMPLETION_H

#include "options.h"

/* Prints the script for bash, zsh or fish. False: another shell. */
bool completion_print(const char *shell);

#endif
