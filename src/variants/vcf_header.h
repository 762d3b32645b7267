/*
 * What the readers need from the header of a VCF or BCF: samples, the type of each FORMAT and INFO
 * tag, and the two dictionaries by which BCF names contigs and tags (VCF specification 6.2.1).
 */
#ifndef SPHEX_VCF_HEADER_H
#define SPHEX_VCF_HEADER_H

#include "pool.h"
#include "span.h"

/* Names by the numbers that BCF uses: IDX where a line has it, else counting up. */
struct vcf_dictionary {
	struct pool names;
	uint32_t *by_index; /* number in `names`, POOL_NONE where IDX leaves a gap */
	size_t n, cap;
};

enum vcf_type { TYPE_NONE, TYPE_INTEGER, TYPE_FLOAT, TYPE_FLAG, TYPE_CHARACTER, TYPE_STRING };

/* A Number is a count, or one of these. */
enum vcf_number {
	NUMBER_A = -1,   /* one per ALT */
	NUMBER_R = -2,   /* one per allele */
	NUMBER_G = -3,   /* one per genotype */
	NUMBER_ANY = -4, /* "." */
	NUMBER_BAD = -5  /* anything else */
};

struct vcf_definition {
	enum vcf_type type; /* TYPE_NONE: not declared */
	int32_t number;
};

struct vcf_tag {
	struct vcf_definition info, format; /* by the first line of each kind */
};

struct vcf_header {
	uint64_t n_lines;
	bool is_complete; /* the #CHROM line was there */
	struct vcf_dictionary contigs, tags;
	struct vcf_tag *tag; /* one per name in tags.names */
	size_t tag_cap;
	bool has_format;     /* the #CHROM line has a column FORMAT */
	struct pool samples; /* number = column behind FORMAT */
};

/* A zeroed struct is a header of which no line was read. */
void vcf_header_free(struct vcf_header *header);
/*
 * The next line, without its line end. A line that is not understood is passed over, as htslib
 * does, but the first and the last have to be right. Lines behind #CHROM are not header.
 */
enum sphex_status vcf_header_line(
	struct vcf_header *header, struct span line, struct sphex_error *err);
/* How tag `name` was declared. */
struct vcf_tag vcf_header_tag(const struct vcf_header *header, struct span name);
/* Name for a BCF index; false when there is none. */
bool vcf_dictionary_name(const struct vcf_dictionary *dictionary, int32_t index, struct span *name);
/* BCF index of a name, -1 when there is none. */
int32_t vcf_dictionary_index(const struct vcf_dictionary *dictionary, struct span name);

enum vcf_type vcf_type_of(struct span text);
int32_t vcf_number_of(struct span text);

#endif
