/*
 * Which records are looked at: the first reason not to, counted. Sources: rules of the native mode,
 * section 2; the compatibility modes use the flags only.
 */
#ifndef SPHEX_FILTER_H
#define SPHEX_FILTER_H

#include "bam/record.h"

/* In the order in which they are tested. */
enum filter_reason {
	REASON_NONE,
	REASON_UNMAPPED,
	REASON_SECONDARY,
	REASON_QC_FAIL,
	REASON_DUPLICATE,
	REASON_SUPPLEMENTARY,
	REASON_FLAG,
	REASON_REQUIRE_FLAGS,
	REASON_REQUIRE_TAG,
	REASON_WASP,
	REASON_EXCLUDE_TAG,
	REASON_LOW_MAPQ,
	REASON_NO_SEQ,
	N_REASONS
};

/* A tag with a value, as in vW:i:1; `i` stands for every integer type. */
struct tag_test {
	char name[2];
	char type; /* A i f Z */
	int64_t integer;
	double real;
	char *text; /* Z: owned */
};

struct record_filter {
	uint32_t exclude_flags, require_flags;
	uint32_t min_mapq;
	bool wasp;                                    /* vW present and not 1 is filtered */
	struct tag_test *require_tags, *exclude_tags; /* owned */
	size_t n_require_tags, n_exclude_tags;
};

/* Word for a reason, as in the summary: "qc_fail". */
const char *filter_reason_name(enum filter_reason reason);
/* The first reason to drop the record, test by test. */
enum filter_reason filter_find_reason(const struct record_filter *f, const struct record *r);
/* The same: most records are kept, and most filters ask for no tag. */
static inline enum filter_reason filter_record(
	const struct record_filter *f, const struct record *r)
{
	bool doubt = (r->flags & (f->exclude_flags | FLAG_UNMAPPED)) |
		     (f->require_flags & ~(uint32_t)r->flags) | (r->ref_id < 0) | (r->pos0 < 0) |
		     (r->n_cigar == 0) | (r->n_bases == 0) | (r->mapq < f->min_mapq) | f->wasp |
		     (f->n_require_tags + f->n_exclude_tags);

	return doubt ? filter_find_reason(f, r) : REASON_NONE;
}

/* Parses TAG:TYPE:VALUE. SPHEX_E_ARGUMENT. */
enum sphex_status tag_test_parse(const char *text, struct tag_test *out, struct sphex_error *err);
void record_filter_free(struct record_filter *f);

#endif
