/* Variant files for tests: what variants_read() makes of a text, as a text. */
#ifndef SPHEX_TESTS_VARIANT_TEXT_H
#define SPHEX_TESTS_VARIANT_TEXT_H

#include "tests/support/bam_builder.h"
#include "variants/vcf.h"

/* What is left out: wasp2 rules, no sample, SNPs with one ALT, the best kernels, one thread. */
struct reading {
	enum select_rules rules;
	const char *samples; /* separated by spaces */
	bool include_indels, include_multiallelic;
	const char *kernels;
	unsigned n_threads;
};

/*
 * One line a variant line, "contig pos0 end REF ALT" and " GT" when it has one; or, when reading
 * fails, "! STATUS at LINE,RECORD: MESSAGE". NUL-terminated.
 */
struct bytes read_as_text(const char *path, struct reading reading);
/* The same of a file with these bytes and a name that ends with `suffix`. */
struct bytes bytes_as_text(const struct bytes *file, const char *suffix, struct reading reading);
/* The same of a header for VCF 4.2 with contigs c1 and c2, samples A, B and C, and these records.
 */
struct bytes records_as_text(const char *records, struct reading reading);
/* That header with `more` (lines, each with its end) in front of the #CHROM line. */
void add_header(struct bytes *vcf, const char *more);

/* Ends the test unless the text is as expected; `got` is freed. */
void expect_text(struct bytes got, const char *expected, const char *what);
/* The same for the beginning of the text. */
void expect_start(struct bytes got, const char *expected, const char *what);

#endif
