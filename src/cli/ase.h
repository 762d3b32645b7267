/* sphex asereadcounter: GATK's ASEReadCounter with its own option names. */
#ifndef SPHEX_CLI_ASE_H
#define SPHEX_CLI_ASE_H

/*
 * Runs the command on its arguments; the exit status of the program. Two operands are taken for a
 * BAM and a variant file, as sphex count has them.
 */
int run_ase_command(int n, char **args);

#endif
