/*
 * One BAM record: fields out of bytes whose lengths have been checked once. SAM specification 4.2.
 *
 *   0   4   block_size     bytes that follow
 *   4   4   refID          -1: none            24  4  next_refID
 *   8   4   pos            0-based, -1: none   28  4  next_pos
 *   12  1   l_read_name    with NUL            32  4  tlen
 *   13  1   mapq                               36  .. read_name
 *   14  2   bin                                    .. cigar   4 * n_cigar_op
 *   16  2   n_cigar_op                             .. seq     (l_seq + 1) / 2
 *   18  2   flag                                   .. qual    l_seq
 *   20  4   l_seq                                  .. tags    up to block_size + 4
 */
#ifndef SPHEX_RECORD_H
#define SPHEX_RECORD_H

#include <stdbool.h>

#include "base/cursor.h"
#include "base/status.h"

#define RECORD_MIN_NBYTES 36u /* the fixed part, with block_size */

enum record_flag {
	FLAG_PAIRED = 0x1,
	FLAG_PROPER_PAIR = 0x2,
	FLAG_UNMAPPED = 0x4,
	FLAG_MATE_UNMAPPED = 0x8,
	FLAG_REVERSE = 0x10,
	FLAG_MATE_REVERSE = 0x20,
	FLAG_SECONDARY = 0x100,
	FLAG_QC_FAIL = 0x200,
	FLAG_DUPLICATE = 0x400,
	FLAG_SUPPLEMENTARY = 0x800
};

enum cigar_op { CIGAR_M, CIGAR_I, CIGAR_D, CIGAR_N, CIGAR_S, CIGAR_H, CIGAR_P, CIGAR_EQ, CIGAR_X };

/* Bit `op` set: the operation consumes bases of the read, or of the reference. */
#define CIGAR_CONSUMES_READ \
	(1u << CIGAR_M | 1u << CIGAR_I | 1u << CIGAR_S | 1u << CIGAR_EQ | 1u << CIGAR_X)
#define CIGAR_CONSUMES_REF \
	(1u << CIGAR_M | 1u << CIGAR_D | 1u << CIGAR_N | 1u << CIGAR_EQ | 1u << CIGAR_X)

/* Views into the record's bytes; valid as long as those are. */
struct record {
	const uint8_t *bytes; /* at block_size */
	int32_t ref_id, pos0;
	uint16_t flags;
	uint8_t mapq;
	uint8_t name_nbytes; /* with NUL */
	uint32_t n_cigar;
	uint32_t n_bases;     /* l_seq */
	const uint8_t *cigar; /* little-endian words, not aligned; may point into the CG tag */
	const uint8_t *bases; /* 4 bits each */
	const uint8_t *quals;
	const uint8_t *tags, *end;
};

/* Bytes of the parts before the tags. */
static inline uint64_t record_parts_nbytes(uint32_t name_nbytes, uint32_t n_cigar, uint32_t n_bases)
{
	return RECORD_MIN_NBYTES + (uint64_t)name_nbytes + (uint64_t)n_cigar * 4 +
	       ((uint64_t)n_bases + 1) / 2 + n_bases;
}

/* Says what is wrong with a record that record_parse() does not take. */
enum sphex_status record_refuse(
	const uint8_t *data, size_t nbytes, uint32_t n_refs, struct sphex_error *err);
/* Puts the CIGAR of the tag CG in the place of its stand-in, if there is one. */
void record_take_cigar_from_tag(struct record *r);

/* Whether the lengths and references of the record at data[0 .. nbytes) are those of a record. */
static inline bool record_is_sound(const uint8_t *data, size_t nbytes, uint32_t n_refs)
{
	uint32_t name_nbytes, n_bases;

	if (nbytes < RECORD_MIN_NBYTES)
		return false;
	name_nbytes = data[12];
	n_bases = load_u32(data + 20);
	/* -1 is no reference; adding 1 makes it the least number */
	return load_u32(data + 4) + 1 <= n_refs && load_u32(data + 24) + 1 <= n_refs &&
	       load_i32(data + 8) >= -1 && n_bases <= INT32_MAX && name_nbytes != 0 &&
	       record_parts_nbytes(name_nbytes, load_u16(data + 16), n_bases) <= nbytes &&
	       data[RECORD_MIN_NBYTES + name_nbytes - 1] == 0;
}

/* The fields of a sound record. */
static inline void record_read(const uint8_t *data, size_t nbytes, struct record *out)
{
	out->bytes = data;
	out->ref_id = load_i32(data + 4);
	out->pos0 = load_i32(data + 8);
	out->name_nbytes = data[12];
	out->mapq = data[13];
	out->n_cigar = load_u16(data + 16);
	out->flags = load_u16(data + 18);
	out->n_bases = load_u32(data + 20);
	out->cigar = data + RECORD_MIN_NBYTES + out->name_nbytes;
	out->bases = out->cigar + (size_t)out->n_cigar * 4;
	out->quals = out->bases + ((size_t)out->n_bases + 1) / 2;
	out->tags = out->quals + out->n_bases;
	out->end = data + nbytes;
	if (out->n_cigar == 2)
		record_take_cigar_from_tag(out);
}

/*
 * Checks every length of the record at data[0 .. nbytes), whose block_size says nbytes, and fills
 * `out`. n_refs bounds the reference ids, the mate's too. SPHEX_E_DATA names the field; the place
 * is the caller's.
 */
static inline enum sphex_status record_parse(const uint8_t *data, size_t nbytes, uint32_t n_refs,
	struct record *out, struct sphex_error *err)
{
	if (!record_is_sound(data, nbytes, n_refs)) {
		*out = (struct record){0};
		return not_ok(record_refuse(data, nbytes, n_refs, err));
	}
	record_read(data, nbytes, out);
	return SPHEX_OK;
}

/* True when the bytes could be a record (for guessing where one begins); reads at most n bytes. */
bool record_is_plausible(const uint8_t *data, size_t n, uint32_t n_refs);

/* Place of a record in the sort order of a BAM: reference id (none is last), then position. */
static inline uint64_t sort_key(int32_t ref_id, int32_t pos0)
{
	return (uint64_t)(uint32_t)ref_id << 32 | ((uint32_t)pos0 + 1);
}

static inline const char *record_name(const struct record *r)
{
	return (const char *)r->bytes + RECORD_MIN_NBYTES;
}

/* QNAME is *: the record has no name, and belongs to no other. */
static inline bool record_is_nameless(const struct record *r)
{
	return r->name_nbytes == 2 && record_name(r)[0] == '*';
}

static inline int32_t record_mate_ref_id(const struct record *r)
{
	return load_i32(r->bytes + 24);
}

static inline int32_t record_mate_pos0(const struct record *r)
{
	return load_i32(r->bytes + 28);
}

static inline int32_t record_tlen(const struct record *r)
{
	return load_i32(r->bytes + 32);
}

static inline uint32_t record_cigar_word(const struct record *r, uint32_t i)
{
	return load_u32(r->cigar + (size_t)i * 4);
}

/* What a CIGAR spans: bases of the reference (M D N = X) and of the read (M I S = X). */
struct cigar_span {
	uint64_t ref, read;
	uint32_t highest_op; /* above CIGAR_X: an operation without a meaning */
};

static inline struct cigar_span record_cigar_span(const struct record *r)
{
	struct cigar_span span = {0};
	uint32_t first = r->n_cigar == 1 ? record_cigar_word(r, 0) : CIGAR_X;

	if ((first & 15) == CIGAR_M) /* most are just that */
		return (struct cigar_span){first >> 4, first >> 4, CIGAR_M};
	for (uint32_t i = 0; i < r->n_cigar; i++) {
		uint32_t word = record_cigar_word(r, i), op = word & 15;

		span.ref += CIGAR_CONSUMES_REF >> op & 1 ? word >> 4 : 0;
		span.read += CIGAR_CONSUMES_READ >> op & 1 ? word >> 4 : 0;
		span.highest_op = op > span.highest_op ? op : span.highest_op;
	}
	return span;
}

/* Behind its last position, as indexes see it: a record without a span lies on one base. */
static inline int64_t record_end0(const struct record *r, struct cigar_span span)
{
	return r->pos0 + (r->flags & FLAG_UNMAPPED || !span.ref ? 1 : (int64_t)span.ref);
}

static inline uint8_t record_base(const struct record *r, uint32_t i)
{
	return (uint8_t)(r->bases[i / 2] >> (i % 2 ? 0 : 4) & 15);
}

/* A tag as stored; SAM specification 4.2.4. */
struct tag {
	char type, subtype;   /* subtype: element type of B, else 0 */
	uint32_t n;           /* elements of B; bytes without NUL of Z and H; else 1 */
	const uint8_t *value; /* the number, the text, the first element */
};

/* True when the record has the tag; a damaged tag ends the search. */
bool record_find_tag(const struct record *r, const char name[2], struct tag *out);

#endif
