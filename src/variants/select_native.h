/*
 * From a record to variant lines by the native rules (design: native counting rules, section 1).
 * In: a view of one record. Out: 0..n lines with extras, and in variants.fates what became of the
 * record and its ALTs. As in select.h alleles come first, so that genotypes are found, and looked
 * at, only in records of which an ALT qualifies.
 */
#ifndef SPHEX_SELECT_NATIVE_H
#define SPHEX_SELECT_NATIVE_H

#include "line_set.h"
#include "select.h"
#include "vcf.h"

/* One ALT of the current record. */
struct native_alt {
	struct span text; /* upper case */
	bool qualifies;   /* by its alleles */
	bool is_snv;
	bool is_het; /* some sample is heterozygous for it */
	bool has_row;
};

/* Zeroed, but for what the caller sets: the first two. */
struct native_selection {
	const struct variant_options *options;
	size_t n_samples; /* 0: genotypes are not looked at */

	uint32_t record; /* number of the current one, from 1 */
	struct span ref; /* upper case */
	struct native_alt *alts;
	size_t n_alts, alts_cap;
	char *text; /* REF and ALT */
	size_t text_cap;
	struct line_set lines;
};

/* What the readers of records have to find for these rules. */
extern const struct select_rule select_by_native;

void native_selection_free(struct native_selection *s);
/*
 * A short way for most records: one base for another behind all lines so far, on the contig of the
 * last, which has been looked at, with genotypes of two digits. native_take_plain() does what the
 * functions below do with such a record. True by its columns up to FILTER, but ID:
 */
bool native_is_plain(const struct native_selection *s, const struct record_view *record,
	const struct variants *lines);
/* *taken: false, and nothing is done, when its genotypes, found by now, are others, or its ID is
 * none. */
enum sphex_status native_take_plain(struct native_selection *s, const struct record_view *record,
	struct variants *out, bool *taken, struct sphex_error *err);
/* Counts the ALTs that do not qualify; *qualifies: some ALT does, by its alleles. */
enum sphex_status native_alleles(struct native_selection *s, const struct record_view *record,
	bool *qualifies, struct variants *out, struct sphex_error *err);
/* Adds the lines of a record in which some ALT qualifies: those with rows first. */
enum sphex_status native_lines(struct native_selection *s, const struct record_view *record,
	struct variants *out, struct sphex_error *err);

#endif
