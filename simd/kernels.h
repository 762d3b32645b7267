/*
 * The contract of the kernels: a typedef and one pointer per kernel, one table ("row") per
 * instruction set. Every row gives the same bytes for the same input; the scalar row is the
 * reference and written to be read. Kernels read and write exactly the bytes that are named here,
 * keep no state and call nothing but the scalar row. An output overlaps no input: fast rows write
 * some bytes twice. With n == 0 no pointer is looked at.
 */
#ifndef SPHEX_KERNELS_H
#define SPHEX_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Bit i % 64 of mask[i / 64] becomes 1 where quals[i] >= threshold. Writes (n + 63) / 64 words;
 * bits at and beyond n are 0. A missing quality (0xFF) is the largest value and so always passes.
 */
typedef void quality_mask_fn(const uint8_t *quals, size_t n, uint8_t threshold, uint64_t *mask);

/*
 * BAM keeps two bases a byte, the first in the high half. codes[i] becomes the code (0..15) of base
 * first + i, for i in [0, n). Reads packed[first / 2] .. packed[(first + n - 1) / 2] only.
 */
typedef void unpack_bases_fn(const uint8_t *packed, size_t first, size_t n, uint8_t *codes);

/* What one base says about one site; the order of the values is the order of the count columns. */
enum base_class {
	CLASS_REF,
	CLASS_ALT,
	CLASS_OTHER,
	CLASS_AMBIGUOUS, /* the letter says nothing: its code is in classify_rule.silent */
	CLASS_LOW_BASEQ
};

struct classify_rule {
	uint8_t min_baseq; /* a quality below it: CLASS_LOW_BASEQ, tested first */
	uint16_t silent;   /* bit c set: base code c says nothing, tested second */
};

/*
 * classes[i] from base code bases[i] (0..15), quality quals[i] and the codes of the alleles. REF is
 * compared before ALT. An allele value above 15 never matches.
 */
typedef void classify_fn(const uint8_t *bases, const uint8_t *quals, const uint8_t *refs,
	const uint8_t *alts, size_t n, struct classify_rule rule, uint8_t *classes);

/* Bit i % 64 of mask[i / 64] becomes 1 where text[i] is a or b. Writes (n + 63) / 64 words. */
typedef void find_bytes_fn(const uint8_t *text, size_t n, uint8_t a, uint8_t b, uint64_t *mask);

/* What one base of a read says wherever it lies: the code of its letter, or why it says nothing. */
enum base_call {
	CALL_AMBIGUOUS = 0, /* neither A, C, G nor T */
	CALL_A = 1,
	CALL_C = 2,
	CALL_G = 4,
	CALL_T = 8,
	CALL_LOW_BASEQ = 16
};

/* Entry c: the call of base code c where the quality is not too low; for rows that look up many. */
static const uint8_t call_of_code[16] = {
	[CALL_A] = CALL_A, [CALL_C] = CALL_C, [CALL_G] = CALL_G, [CALL_T] = CALL_T};

/* The call of one base. */
static inline uint8_t call_base(uint8_t code, uint8_t qual, uint8_t min_baseq)
{
	const uint16_t letters = 1u << CALL_A | 1u << CALL_C | 1u << CALL_G | 1u << CALL_T;

	if (qual < min_baseq)
		return CALL_LOW_BASEQ;
	return letters >> code & 1 ? code : CALL_AMBIGUOUS;
}

/*
 * calls[i] is the call_base() of base first + i, for i in [0, n). `packed` as for unpack_bases.
 */
typedef void call_bases_fn(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, uint8_t *calls);

/* A call that is not the usual one of its place: place << CALL_BITS | call. Orders by place. */
typedef uint16_t odd_call;

#define CALL_BITS 5
#define ODD_N_PLACES ((uint32_t)1 << (16 - CALL_BITS))

/* Entries that list_odd() may write behind its list. */
#define ODD_ROOM 32

/*
 * Lists, for i in [0, n), where the call_base() of base first + i is not usual[i], which is CALL_A,
 * CALL_C, CALL_G or CALL_T. Its place is that of the first base, plus i; all are below
 * ODD_N_PLACES. Returns the length of the list. odd[] has room for n + ODD_ROOM. `packed` as for
 * unpack_bases.
 */
typedef size_t list_odd_fn(const uint8_t *packed, const uint8_t *quals, size_t first, size_t n,
	uint8_t min_baseq, const uint8_t *usual, uint32_t place, odd_call *odd);

/* How often `letter` is in text[0 .. n). */
typedef size_t count_byte_fn(const uint8_t *text, size_t n, uint8_t letter);

/* A line, cut at a separator that is not the newline. */
struct split_line {
	size_t nbytes; /* in front of the newline; all of the text where there is none */
	size_t n_ends; /* separators in these bytes */
};

/*
 * Cuts the first line off text[0 .. n). ends[i] becomes the place of separator i in the line, for i
 * below both n_ends and max; what lies behind these is not written. n < 2^32.
 */
typedef struct split_line split_line_fn(
	const uint8_t *text, size_t n, uint8_t separator, uint32_t *ends, size_t max);

/*
 * The CRC-32 of gzip (RFC 1952, section 8). A row without one (NULL) leaves it to libdeflate, which
 * has a good one for that instruction set.
 */
typedef uint32_t crc32_fn(const uint8_t *data, size_t n);

struct kernels {
	const char *name;
	quality_mask_fn *quality_mask;
	unpack_bases_fn *unpack_bases;
	classify_fn *classify;
	find_bytes_fn *find_bytes;
	call_bases_fn *call_bases;
	list_odd_fn *list_odd;
	count_byte_fn *count_byte;
	split_line_fn *split_line;
	crc32_fn *crc32; /* may be NULL */
};

#endif
