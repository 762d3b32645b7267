/* BAMs for tests of the core: records of every length from a seed, and files handed out as a pipe.
 */
#ifndef SPHEX_TESTS_RANDOM_BAM_H
#define SPHEX_TESTS_RANDOM_BAM_H

/* src/bam/header.h has a struct of the same name, and the core's tests look at both. */
#define bam_ref built_ref
#include "tests/support/bam_builder.h"
#undef bam_ref

#include "tests/support/prng.h"

#include <sys/types.h>

enum { RANDOM_N_REFS = 3, RANDOM_REF_NBASES = 1000000 };

/* A header with references chr1, chr2 and chr3 and a little text. */
void random_bam_start(struct bytes *bam);
/* A record with anything in it, at (ref_id, pos0); at most max_bases bases. */
size_t random_bam_add(
	struct bytes *bam, struct prng *r, int32_t ref_id, int32_t pos0, size_t max_bases);
/* Header and n_records sorted records; the last tenth has no place. */
void random_bam(struct bytes *bam, uint64_t seed, size_t n_records, size_t max_bases);
/* Bytes in front of the first record. */
size_t random_bam_header_nbytes(const struct bytes *bam);

/*
 * Makes standard input a pipe that gives the bytes, `step` a write (0: all at once), from a process
 * of its own, which is ended by stop_feeding().
 */
pid_t feed_stdin(const struct bytes *b, size_t step);
void stop_feeding(pid_t feeder);

#endif
