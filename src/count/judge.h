/*
 * What a record says about a variant of any kind: its bases against the reference with and without
 * the ALT; the CIGAR only says where to start (design: native counting rules, section 3).
 *
 * Once per ALT an event is made from the variant and the reference; then records are judged against
 * events, without allocation. The texts of an event:
 *
 *     stretch [beg0, end0): the trimmed REF; of insertions and deletions, all places to which the
 *     change can be moved, so that such a stretch repeats the change's own bases
 *
 *          before      stretch        after       at most 10 bases before and after
 *     REF  ..........|AAAA          |..........
 *     ALT  ..........|AAA           |..........
 *                   ^                ^
 *              left flank       right flank: the bases beside the stretch
 */
#ifndef SPHEX_JUDGE_H
#define SPHEX_JUDGE_H

#include "bam/record.h"
#include "simd/kernels.h"
#include "variants/change.h"

/* Reference bases laid beyond the stretch. */
#define EVENT_MARGIN_NBASES 10u
/*
 * Bases by which a stretch is widened at most, to each side. Only there to bound time and memory
 * where a reference repeats without end: a read would have to be longer to see the difference.
 */
#define EVENT_MAX_WIDENING 65536u

/* Beside enum base_class: the record aligns no base to the stretch or a flank. */
#define CLASS_NO_BASE 5u

/* ---------------------------------------------------------------- once per variant */

/* Where reference bases come from: one contig. */
struct reference {
	/* Upper-case letters [beg0, end0) of the contig; the range lies in it. */
	enum sphex_status (*bases)(
		void *user, uint64_t beg0, uint64_t end0, char *out, struct sphex_error *err);
	void *user;
	uint64_t length;
};

struct event {
	uint64_t codes;            /* offset into events.codes */
	uint32_t beg0, end0;       /* stretch; beg0 == end0 when it is empty */
	uint8_t kind;              /* enum event_kind */
	uint8_t n_ref, n_alt;      /* trimmed alleles */
	uint8_t n_before, n_after; /* fewer than EVENT_MARGIN_NBASES only at the contig's ends */
};

struct events {
	struct event *items;
	size_t n, cap;
	/*
	 * 4-bit codes of texts, one a byte. Insertion, deletion: before, the longer of the two
	 * stretches, after; because the stretch repeats the change, the other text is the same one
	 * begun (from the right: ended) by the change's length later (earlier). Others: before,
	 * stretch, after of REF, then of ALT. SNV: the two bases.
	 */
	uint8_t *codes;
	size_t n_codes, codes_cap;
};

/* A zeroed struct is empty. */
void events_free(struct events *events);
/*
 * Adds the event of one ALT. Alleles: upper-case A C G T, not equal, trimmed at most
 * EVENT_MAX_NBASES, within the contig; else SPHEX_E_ARGUMENT. SNVs do not look at the reference,
 * which may then be NULL.
 */
enum sphex_status events_add(struct events *events, const struct reference *reference,
	uint32_t pos0, const char *ref, size_t n_ref, const char *alt, size_t n_alt,
	struct sphex_error *err);

/* Only records with a base in [*beg0, *end0) look at the event; beg0 may be -1. */
static inline void event_span(const struct event *e, int64_t *beg0, int64_t *end0)
{
	bool has_flanks = e->kind != EVENT_SNV;

	*beg0 = (int64_t)e->beg0 - has_flanks;
	*end0 = (int64_t)e->end0 + has_flanks;
}

/* ---------------------------------------------------------------- once per record */

/* An operation of a record's CIGAR and where it begins, in the reference and in the read. */
struct cigar_place {
	uint32_t i;
	int64_t p;
	uint64_t q;
};

/*
 * True when the record aligns a base to the stretch or a flank, by its CIGAR alone: also without
 * SEQ. For records that are counted where they look, whatever they say.
 */
bool event_is_looked_at(const struct event *e, const struct record *r);
/*
 * What the record says about one ALT, judged alone: enum base_class or CLASS_NO_BASE. `place` is
 * cigar_start() for the first event of a record and then handed on: events in ascending order cost
 * one walk in all, any order is right.
 */
uint8_t judge_event(const struct events *events, size_t event, const struct record *r,
	struct cigar_place *place, uint8_t min_baseq);

/* How many ALTs of a variant record a record says, each judged alone. */
struct said_alts {
	bool known;
	size_t first; /* the variant record's first event, when known */
	uint32_t n, n_long;
};

/*
 * What the record says about event `first` + i of the variant record with the events [first, first
 * + n), which all take part. An ALT that the variant record repeats must not be among them twice.
 * `said` is zeroed for the first event of a record and then handed on, so that the ALTs are judged
 * twice at most, not once for each other.
 */
uint8_t judge_alt(const struct events *events, size_t first, size_t n, size_t i,
	const struct record *r, struct cigar_place *place, uint8_t min_baseq,
	struct said_alts *said);

static inline struct cigar_place cigar_start(const struct record *r)
{
	return (struct cigar_place){0, r->pos0, 0};
}

#endif
