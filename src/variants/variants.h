/*
 * The variant lines: what selection keeps of a variant file, in file order.
 *
 * A line is one (record, ALT) by the text rules, or one record with its ALT column as it stands by
 * the bcftools rules (design: rules of mode wasp2, section 4). By the native rules it is one
 * (record, ALT) in upper case, with GT as in the file (design: native counting rules, section 1);
 * the lines of a record are consecutive, and all have the REF of the record.
 */
#ifndef SPHEX_VARIANTS_H
#define SPHEX_VARIANTS_H

#include <stdbool.h>

#include "pool.h"

#define ALLELES_SHORT_NBYTES 5

/*
 * Most lines are short: their interval is that of REF, their alleles are as short as that together,
 * and their genotype is one of the first. What else a long line says lies in variants.text.
 */
struct variant {
	uint32_t contig;    /* number in variants.contigs */
	uint32_t pos0;      /* POS - 1 */
	uint8_t ref_nbytes; /* 0: the line is long */
	uint8_t alt_nbytes;
	uint8_t gt; /* 1 + its number in variants.gts, 0 without */
	/* REF, then ALT; of a long line its offset in variants.text, little-endian */
	uint8_t alleles[ALLELES_SHORT_NBYTES];
};

#define VARIANT_NO_ID UINT32_MAX
/*
 * No row, but the ALT takes part in judging the others of its record. There are such lines only in
 * records that have a row for something else than an SNV.
 */
#define VARIANT_NO_ROW (UINT32_MAX - 1)

/* What else is known of a line in native mode. Lines and extras are 24 bytes together. */
struct variant_extra {
	uint32_t record; /* number of its record in the file, from 1 */
	uint32_t id;     /* of variants_add_id(), or one of the two above */
};

/* What became of records and ALTs in native mode: the first reason that holds. */
enum variant_fate {
	FATE_FILTER,       /* records: no FILTER of the list */
	FATE_MULTIALLELIC, /* records */
	FATE_NO_ALT,       /* from here on ALTs */
	FATE_STAR,
	FATE_SYMBOLIC, /* <X> and breakends */
	FATE_NOT_ACGT,
	FATE_SAME_AS_REF,
	FATE_NOT_SNV,
	FATE_TOO_LONG,
	FATE_NOT_HET,
	FATE_REPEATED, /* chrom, pos, ref and alt of a kept one */
	FATE_KEPT,
	N_VARIANT_FATES
};

struct variants {
	struct variant *items;
	size_t n, cap;
	struct pool contigs; /* in order of first appearance among the kept lines */
	struct pool gts;
	size_t n_samples; /* that were meant, lists and files of names resolved */
	struct sphex_error
		loss; /* status 0, or what made the reader stop early although that is accepted */
	char *text;
	size_t text_nbytes, text_cap;
	/* native mode only */
	struct variant_extra *extras; /* one per line; else NULL */
	size_t extras_cap;
	char *ids; /* but for numbers of dbSNP; each followed by a NUL; lines of one record have one
		      in common */
	size_t ids_nbytes, ids_cap;
	uint64_t fates[N_VARIANT_FATES];
};

/* A zeroed struct is empty. */
void variants_free(struct variants *v);
/*
 * Adds a line, of which alleles are copied. `end` is the 0-based, exclusive end of its interval, or
 * the 1-based number of its last base; `gt` its number in variants.gts, POOL_NONE without.
 */
enum sphex_status variants_add(struct variants *v, uint32_t contig, uint32_t pos0, uint32_t end,
	const char *ref, size_t ref_nbytes, const char *alt, size_t alt_nbytes, uint32_t gt,
	struct sphex_error *err);
/* A line of one letter each, with its extra. */
struct snv_line {
	uint32_t contig, pos0, gt;
	struct variant_extra extra;
	char ref, alt;
};
enum sphex_status variants_add_snv(
	struct variants *v, const struct snv_line *line, struct sphex_error *err);
/* Completes the line that was added last; all lines of a table have an extra, or none has. */
enum sphex_status variants_add_extra(
	struct variants *v, struct variant_extra extra, struct sphex_error *err);
/* Whether an ID is a number of dbSNP (rs...), as most are; then *id is for variant_extra.id. */
bool variant_id_is_number(const char *text, size_t nbytes, uint32_t *id);
/* An ID without NULs for variant_extra.id; it is kept unless it is such a number. */
enum sphex_status variants_add_id(
	struct variants *v, const char *text, size_t nbytes, uint32_t *id, struct sphex_error *err);
#define VARIANT_ID_ROOM 16
/* The ID of a line with extras; NULL for "."; valid until the next variants_add_id(), or as long as
 * `room`, where it may be written. */
const char *variant_id(const struct variants *v, size_t i, char room[VARIANT_ID_ROOM]);
/* True where line i is to have a row. */
static inline bool variant_has_row(const struct variants *v, size_t i)
{
	return !v->extras || v->extras[i].id != VARIANT_NO_ROW;
}
/* The word of the summary: "filter", "multiallelic", ... */
const char *variant_fate_word(enum variant_fate fate);
/* Of line i, as variants_add() had them. */
uint32_t variant_end(const struct variants *v, size_t i);
uint32_t variant_gt(const struct variants *v, size_t i);
/* Alleles of line i: not NUL-terminated; valid until the next variants_add(). */
const char *variant_ref(const struct variants *v, size_t i, size_t *nbytes);
const char *variant_alt(const struct variants *v, size_t i, size_t *nbytes);

#endif
