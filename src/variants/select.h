/*
 * From a record to variant lines, by rules that are data (design: rules of mode wasp2, section 4).
 * In: a view of one record. Out: 0..n lines added to the variants. Alleles come first, so that
 * genotypes need to be found only in records whose alleles qualify.
 */
#ifndef SPHEX_VARIANTS_SELECT_H
#define SPHEX_VARIANTS_SELECT_H

#include "span.h"
#include "variants.h"

#define NO_END (-1)

/* One record. The spans lie in the reader's window and last until the next record. */
struct record_view {
	struct span contig;
	uint64_t pos1; /* 0: not a position */
	bool has_pos;  /* POS is a number, which may be 0 */
	int64_t end;   /* 1-based last base by INFO/END or BCF's rlen; NO_END: not said */
	struct span id, ref;
	struct span alt;    /* the ALT column; empty when there is none */
	struct span filter; /* the FILTER column */
	/* The rest is set for records whose alleles qualify, when samples were chosen. */
	bool has_gt;            /* the record has a GT field */
	bool is_short;          /* the line ends before the column of a chosen sample */
	const struct span *gts; /* one per sample of selection_n_gts(); "." where it is missing */
	uint64_t info_nonref;   /* without GT: alleles that are not REF, by INFO/AC and AN */
};

/* What several samples have to show together. */
enum several_samples {
	SEVERAL_FIRST_HET,    /* the first is heterozygous, the others do not matter */
	SEVERAL_ALLELE_COUNT, /* of the 2n alleles at least one is not REF, and not all are */
	SEVERAL_ANY_HET       /* one is heterozygous, for the line's own ALT (select_native.h) */
};

struct select_rule {
	bool line_per_alt;     /* else one line per record, with the ALT column as it stands */
	bool types_by_bases;   /* kinds of variants as in htslib, else by the lengths of the alleles
				*/
	bool end_of_record;    /* `end` is what the record says, else POS - 1 + length of REF */
	bool keeps_without_gt; /* for one sample a record without GT is kept, as "." */
	bool gt_must_be_right; /* a GT that is none, or beyond the ALTs, is an error, else no line
				*/
	bool one_separator;    /* GT is shown with | throughout when it has one */
	enum several_samples several;
};

/* VCF by WASP2's own reader, and what it leaves to bcftools. */
extern const struct select_rule select_by_text, select_by_bcftools;

struct selection {
	const struct select_rule *rule;
	size_t n_samples; /* 0: genotypes are not looked at */
	bool include_indels;
	bool include_multiallelic;
};

/* How many of the samples, from the first, have to be in a view's `gts`. */
size_t selection_n_gts(const struct selection *selection);
/* True when the alleles qualify and the record has a position. */
bool select_alleles(const struct selection *selection, const struct record_view *record);
/* Adds the lines of a record for which select_alleles() was true. */
enum sphex_status select_lines(const struct selection *selection, const struct record_view *record,
	struct variants *out, struct sphex_error *err);

/* htslib's type of one ALT. */
enum alt_type { ALT_REF, ALT_SNP, ALT_INDEL, ALT_MNP, ALT_BREAKEND, ALT_OVERLAP, ALT_OTHER };
enum alt_type alt_type_of(struct span ref, struct span alt);

#endif
