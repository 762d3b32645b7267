/* Records of a VCF: a line in, a view of it out; nothing is copied. */
#ifndef SPHEX_VCF_TEXT_H
#define SPHEX_VCF_TEXT_H

#include "chosen.h"
#include "select.h"
#include "simd/kernels.h"
#include "vcf_strict.h"

/* All columns but those of samples, and three of these. */
#define N_LINE_ENDS ((size_t)12)

struct vcf_text {
	const struct vcf_header *header;
	const struct vcf_strict *strict; /* NULL: values in front of GT may be anything */
	const struct kernels *kernels;
	const struct chosen_samples *chosen;
	bool end_from_info;  /* INFO/END is looked for */
	bool counts_columns; /* a line has as many as the header, or it is an error */
	/* of the current line */
	struct span line;
	size_t n_tabs;
	uint32_t ends[N_LINE_ENDS]; /* of its first columns; of others than these, line.n */
};

/*
 * Columns CHROM to INFO of a line. Fewer are an error unless `may_be_short`: the columns that are
 * not there are empty then.
 */
enum sphex_status vcf_text_record(struct vcf_text *text, struct span line, bool may_be_short,
	struct record_view *view, struct sphex_error *err);
/*
 * The same for the line at the start of a window, in one go. Returns its bytes with its end; 0, and
 * nothing is done, where the window does not hold all of it or the line is not as most lines are.
 */
size_t vcf_text_take(struct vcf_text *text, struct span window, struct record_view *view);
/* Genotypes of the chosen samples in the line of the last vcf_text_record(). */
void vcf_text_genotypes(struct vcf_text *text, struct record_view *view);

#endif
