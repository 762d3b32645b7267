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
/* The first reason to drop the record. */
enum filter_reason filter_record(const struct record_filter *f, const struct record *r);

/* By what most records are seen to be kept; the others have to go through filter_record(). */
struct filter_glance {
	uint32_t asked, flags; /* of the flags asked for, a record has just these */
	uint32_t min_mapq;
};

struct filter_glance filter_glance(const struct record_filter *f);

/* Of a sound record, where its bytes lie: most are not looked at again. */
static inline bool is_kept_at_a_glance(struct filter_glance g, const uint8_t *bytes)
{
	return (load_u16(bytes + 18) & g.asked) == g.flags && bytes[13] >= g.min_mapq &&
	       (load_i32(bytes + 4) | load_i32(bytes + 8)) >= 0 && load_u16(bytes + 16) != 0 &&
	       load_u32(bytes + 20) != 0;
}

/* Parses TAG:TYPE:VALUE. SPHEX_E_ARGUMENT. */
enum sphex_status tag_test_parse(const char *text, struct tag_test *out, struct sphex_error *err);
void record_filter_free(struct record_filter *f);

#endif
