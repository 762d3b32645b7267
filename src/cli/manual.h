/* The manual as troff, made from the table of options. */
#ifndef SPHEX_CLI_MANUAL_H
#define SPHEX_CLI_MANUAL_H

#include "options.h"

/* Prints the page of a command, by its word, or of the program (NULL). False: no such command. */
bool manual_print(const char *word);

#endif
