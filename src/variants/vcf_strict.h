/*
 * Would the strict reader of WASP2 1.5.0 (noodles-vcf 0.84) take this header? Where it would not,
 * that program goes on with bcftools and so with other rules (design: rules of mode wasp2,
 * section 4.3).
 */
#ifndef SPHEX_VCF_STRICT_H
#define SPHEX_VCF_STRICT_H

#include "vcf_header.h"

struct vcf_strict {
	bool refuses; /* the verdict so far */
	uint64_t n_lines;
	uint32_t major, minor;
	struct pool seen; /* kinds and IDs */
	struct pool keys; /* of the current line */
	char *text;       /* scratch */
	size_t text_cap;
};

/* A zeroed struct is the state before the first line. */
void vcf_strict_free(struct vcf_strict *strict);
/* The lines of a header in order, each without its line end; fails for want of memory only. */
enum sphex_status vcf_strict_line(
	struct vcf_strict *strict, struct span line, struct sphex_error *err);
/* What the specification says of FORMAT tag `name` where a header of this version does not declare
 * it. */
struct vcf_definition vcf_strict_reserved_format(const struct vcf_strict *strict, struct span name);

#endif
