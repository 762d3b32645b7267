/*
 * The records of VCFs as ASEReadCounter sees them: a span of positions, and what becomes of a
 * position that reads cover (design: rules of mode gatk-ase, section 2). In: paths. Out: records of
 * all files, pooled. What is wrong with a record is kept with it: it matters only where reads are.
 */
#ifndef SPHEX_ASE_SITES_H
#define SPHEX_ASE_SITES_H

#include "contigs.h"

enum ase_verdict {
	ASE_ROW,           /* exactly one ALT, with bases, and a heterozygous sample */
	ASE_NOT_BIALLELIC, /* no row */
	ASE_NOT_HET,       /* no row */
	/* from here on an error where a read covers it */
	ASE_SYMBOLIC, /* heterozygous, without bases */
	ASE_BAD_ALLELE,
	ASE_SAME_ALLELES,
	ASE_BAD_END,
	ASE_GT_NOT_FIRST,
	ASE_BAD_GT,
	ASE_BAD_SAMPLES, /* too few columns, or too many values in one */
	N_ASE_VERDICTS
};

struct ase_record {
	uint32_t ref, beg0, end0;
	uint32_t id;   /* number in ids */
	uint32_t line; /* of the file; of a BCF the number of the record */
	uint16_t file; /* number of the ase_sites_read() call */
	uint8_t verdict;
	char alt; /* first letter, upper case; with ASE_ROW */
};

struct ase_sites {
	struct ase_record *items; /* in file order; ase_segments_build() sorts them */
	size_t n, cap;
	struct pool ids;
	uint16_t n_files;
	size_t n_records[N_ASE_VERDICTS];
};

/* What is to be known of a file beside its records. */
struct ase_vcf_facts {
	struct contigs contigs; /* of its header, or if there are none those of its records */
	bool has_samples;
	bool is_bcf;
	unsigned minor; /* of version 4.x */
};

/* Words for a verdict that is an error; NULL for the others. */
const char *ase_verdict_text(enum ase_verdict verdict);

/* A zeroed struct is empty. */
void ase_sites_free(struct ase_sites *sites);
void ase_vcf_facts_free(struct ase_vcf_facts *facts);
/*
 * Adds the records of a VCF or BCF on the contigs that are known; they get those numbers. Lines
 * that have no position or too few columns are SPHEX_E_DATA. `facts` is zeroed before.
 */
enum sphex_status ase_sites_read(const char *path, const struct contigs *contigs,
	unsigned n_threads, struct ase_sites *out, struct ase_vcf_facts *facts,
	struct sphex_error *err);

#endif
