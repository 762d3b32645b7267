/*
 * What records with any CIGAR say about variants on any reference. Judging alone and together,
 * from the start of the record or on from the last place, is the same; who has no base there says
 * nothing. Input: sizes; reference letters, alleles, a CIGAR's bytes, bases and qualities.
 */
#include <stdlib.h>
#include <string.h>

#include "count/judge.h"
#include "fuzz.h"

enum { MAX_ALTS = 6, MAX_OPS = 40, MAX_OP = 300 };

static enum sphex_status bases_of(
	void *user, uint64_t beg0, uint64_t end0, char *out, struct sphex_error *err)
{
	const struct bytes *contig = user;

	(void)err;
	fuzz_must(beg0 <= end0 && end0 <= contig->n, "bases beyond the contig");
	memcpy(out, contig->data + beg0, end0 - beg0);
	return SPHEX_OK;
}

/* Letters A C G T, rarely N, from the low bits. */
static void add_letters(struct bytes *out, struct fuzz_input in)
{
	for (size_t i = 0; i < in.n; i++)
		bytes_add(out, in.p[i] == 'N' ? "N" : &"ACGT"[in.p[i] & 3], 1);
}

/* REF from the contig, ALTs from pieces between zeros; the number of events. */
static size_t add_events(struct events *events, const struct bytes *contig, uint8_t at,
	uint8_t n_ref, struct fuzz_input alts)
{
	struct reference reference = {bases_of, (void *)(uintptr_t)contig, contig->n};
	uint32_t pos0 = contig->n ? (uint32_t)(at % contig->n) : 0;
	size_t room = contig->n - pos0;
	struct sphex_error err;

	n_ref = (uint8_t)(1 + n_ref % 12);
	if (n_ref > room || memchr(contig->data + pos0, 'N', n_ref))
		return 0;
	while (alts.n && events->n < MAX_ALTS) {
		const uint8_t *end = memchr(alts.p, 0, alts.n);
		size_t n = end ? (size_t)(end - alts.p) : alts.n;
		const char *ref = (const char *)contig->data + pos0;
		struct bytes alt = {0};

		add_letters(&alt, (struct fuzz_input){alts.p, n});
		/* the contract: letters A C G T, no ALT twice, none like REF */
		if (n && !memchr(alt.data, 'N', n) && (n != n_ref || memcmp(alt.data, ref, n) != 0))
			events_add(events, &reference, pos0, ref, n_ref, (char *)alt.data, n, &err);
		bytes_free(&alt);
		alts.p += n + (end != NULL);
		alts.n -= n + (end != NULL);
	}
	return events->n;
}

/* Two bytes an operation. */
static void add_record(
	struct bytes *bam, uint8_t pos0, struct fuzz_input cigar, struct fuzz_input bases)
{
	uint32_t ops[MAX_OPS];
	char *seq = malloc(MAX_OPS * MAX_OP + 1), *quals = malloc(MAX_OPS * MAX_OP + 1);
	size_t n_ops = 0, n = 0;

	fuzz_must(seq && quals, "no memory");
	for (; cigar.n >= 2 && n_ops < MAX_OPS; cigar.p += 2, cigar.n -= 2) {
		uint32_t op = cigar.p[0] % 9, length = cigar.p[1] > 250 ? MAX_OP : cigar.p[1] % 32;

		ops[n_ops++] = length << 4 | op;
		for (; CIGAR_CONSUMES_READ >> op & 1 && length > 0; length--, n++) {
			uint8_t byte = bases.n ? bases.p[n % bases.n] : 0;

			seq[n] = byte > 250 ? 'N' : "ACGT"[byte & 3];
			quals[n] = (char)(33 + (byte >> 2) % 40);
		}
	}
	seq[n] = quals[n] = '\0';
	bam_add(bam, (struct bam_read){.name = "r",
			     .pos0 = pos0,
			     .ops = ops,
			     .n_ops = n_ops,
			     .seq = n ? seq : NULL,
			     .quals = n ? quals : NULL});
	free(seq);
	free(quals);
}

static uint8_t judge_at(const struct events *events, size_t first, size_t n, size_t i,
	const struct record *r, uint8_t min_baseq)
{
	struct cigar_place place = cigar_start(r);
	struct said_alts said = {0};

	return judge_alt(events, first, n, i, r, &place, min_baseq, &said);
}

static void judge(const struct events *events, const struct record *r, uint8_t min_baseq)
{
	struct cigar_place walking = cigar_start(r);
	struct said_alts said = {0};

	for (size_t i = 0; i < events->n; i++) {
		struct cigar_place fresh = cigar_start(r);
		uint8_t one = judge_event(events, i, r, &fresh, min_baseq);
		uint8_t on = judge_alt(events, 0, events->n, i, r, &walking, min_baseq, &said);
		uint8_t together = judge_at(events, 0, events->n, i, r, min_baseq);

		fuzz_must(one == judge_at(events, i, 1, 0, r, min_baseq),
			"alone another answer than as the only one");
		fuzz_must(on == together, "on from the last ALT another answer");
		fuzz_must(together <= CLASS_NO_BASE && one <= CLASS_NO_BASE, "no answer");
		if (!event_is_looked_at(&events->items[i], r))
			fuzz_must(one == CLASS_NO_BASE, "says something without a base");
		fuzz_must((one == CLASS_NO_BASE) == (together == CLASS_NO_BASE),
			"other ALTs took its base away");
	}
}

void fuzz_one(struct fuzz_input in)
{
	uint8_t at = fuzz_byte(&in), n_ref = fuzz_byte(&in), pos0 = fuzz_byte(&in);
	uint8_t min_baseq = fuzz_byte(&in);
	struct fuzz_input letters = fuzz_part(&in), alts = fuzz_part(&in), cigar = fuzz_part(&in);
	struct bytes contig = {0}, bam = {0};
	struct events events = {0};
	struct sphex_error err;
	struct record r;

	add_letters(&contig, letters);
	if (contig.n && add_events(&events, &contig, at, n_ref, alts)) {
		add_record(&bam, pos0, cigar, in);
		if (!record_parse(bam.data, bam.n, 1, &r, &err))
			judge(&events, &r, min_baseq);
	}
	events_free(&events);
	bytes_free(&bam);
	bytes_free(&contig);
}
