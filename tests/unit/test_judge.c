/*
 * The judgement of records: the worked cases 12-18 of the rules, each sentence of their section 3,
 * and random cases against an oracle that follows the page base by base.
 */
#include "count/judge.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/bam_builder.h"
#include "tests/support/prng.h"

#define MIN_BASEQ 10

/* ---------------------------------------------------------------- a small world */

static enum sphex_status bases_of_text(
	void *user, uint64_t beg0, uint64_t end0, char *out, struct sphex_error *err)
{
	(void)err;
	memcpy(out, (const char *)user + beg0, end0 - beg0);
	return SPHEX_OK;
}

static void add_event(struct events *events, const char *contig, uint32_t pos1, const char *ref,
	const char *alt)
{
	struct reference reference = {bases_of_text, (void *)(uintptr_t)contig, strlen(contig)};
	struct sphex_error err;

	cr_assert(events_add(events, &reference, pos1 - 1, ref, strlen(ref), alt, strlen(alt),
			  &err) == SPHEX_OK);
}

struct read {
	uint32_t pos1;
	const char *cigar, *seq;
	const char *quals; /* as in SAM; NULL: all missing */
};

/* A record of the read; its bytes are in `bam`. */
static struct record record_of(struct read read, struct bytes *bam)
{
	struct sphex_error err;
	struct record r;
	size_t at;

	bam_start(bam, NULL, 1, (struct bam_ref[]){{"c", 100000}});
	at = bam_add(bam, (struct bam_read){.name = "r", .pos0 = (int32_t)read.pos1 - 1,
				  .cigar = read.cigar, .seq = read.seq, .quals = read.quals});
	cr_assert(record_parse(bam->data + at, bam->n - at, 1, &r, &err) == SPHEX_OK);
	return r;
}

/* Says of all events, judged together, for one read. */
static void judge_read(const struct events *events, struct read read, uint8_t *says)
{
	struct bytes bam = {0};
	struct record r = record_of(read, &bam);
	struct cigar_place place = cigar_start(&r);

	judge_alts(events, 0, events->n, &r, &place, MIN_BASEQ, says);
	bytes_free(&bam);
}

static uint8_t judge_one(
	const char *contig, uint32_t pos1, const char *ref, const char *alt, struct read read)
{
	struct events events = {0};
	uint8_t says;

	add_event(&events, contig, pos1, ref, alt);
	judge_read(&events, read, &says);
	events_free(&events);
	return says;
}

static const char *word(uint8_t says)
{
	static const char *const words[] = {
		"ref", "alt", "other", "ambiguous", "low_baseq", "no base"};

	return words[says];
}

/* ---------------------------------------------------------------- worked cases */

/* The drawing's reference; position 6 is its first letter there. */
#define DRAWN "TTCTG" "CGGATCAAAAGTCATGACCTGATTGC"

Test(judge, says_what_the_drawing_says)
{
	static const struct {
		struct read read;
		uint8_t says;
	} drawn[] = {
		{{6, "6M1D9M", "CGGATCAAAGTCATG", NULL}, CLASS_ALT},
		{{6, "9M1D6M", "CGGATCAAAGTCATG", NULL}, CLASS_ALT},
		{{6, "16M", "CGGATCAAAAGTCATG", NULL}, CLASS_REF},
		{{6, "9M", "CGGATCAAA", NULL}, CLASS_AMBIGUOUS},
		{{6, "10M", "CGGATCAAAA", NULL}, CLASS_REF},
		{{6, "10M", "CGGATCAAAA", "IIIIIIIII&"}, CLASS_LOW_BASEQ},
		{{6, "12M", "CGGATCAAAGTC", NULL}, CLASS_ALT},
		{{6, "9M4S", "CGGATCAAAGTCA", NULL}, CLASS_ALT},
		{{6, "6M2D8M", "CGGATCAAGTCATG", NULL}, CLASS_OTHER},
		{{6, "7M8N5M", "CGGATCAGACCT", NULL}, CLASS_AMBIGUOUS},
		{{13, "9M", "AAAGTCATG", NULL}, CLASS_AMBIGUOUS},
	};

	for (size_t i = 0; i < sizeof(drawn) / sizeof(drawn[0]); i++) {
		uint8_t says = judge_one(DRAWN, 11, "CA", "C", drawn[i].read);

		cr_assert(says == drawn[i].says, "%c: %s, not %s", (char)('a' + i), word(says),
			word(drawn[i].says));
	}
}

/* Counts of the page: ref alt other, ambiguous low_baseq, per ALT. */
static void expect_counts(const char *contig, uint32_t pos1, const char *ref,
	const char *const *alts, size_t n_alts, const struct read *reads, size_t n_reads,
	const unsigned (*counts)[5])
{
	struct events events = {0};
	unsigned got[4][6] = {{0}};
	uint8_t says[4];

	for (size_t i = 0; i < n_alts; i++)
		add_event(&events, contig, pos1, ref, alts[i]);
	for (size_t i = 0; i < n_reads; i++) {
		judge_read(&events, reads[i], says);
		for (size_t k = 0; k < n_alts; k++)
			got[k][says[k]]++;
	}
	for (size_t k = 0; k < n_alts; k++) {
		for (size_t c = 0; c < 5; c++)
			cr_assert(got[k][c] == counts[k][c], "%s>%s %s: %u, not %u", ref, alts[k],
				word((uint8_t)c), got[k][c], counts[k][c]);
		cr_assert(got[k][CLASS_NO_BASE] == 0);
	}
	events_free(&events);
}

#define EXPECT_COUNTS(contig, pos1, ref, alts, reads, counts)                        \
	expect_counts(contig, pos1, ref, alts, sizeof(alts) / sizeof(alts[0]), reads, \
		sizeof(reads) / sizeof(reads[0]), counts)

Test(judge, counts_case_12_an_snv_written_with_a_base_before)
{
	static const char *const alts[] = {"TG"};
	static const struct read reads[] = {{1, "6M", "CCTACC", NULL}, {1, "6M", "CCTGCC", NULL}};

	EXPECT_COUNTS("CCTACC", 3, "TA", alts, reads, ((const unsigned[][5]){{1, 1, 0, 0, 0}}));
}

Test(judge, counts_case_14_two_deletions_of_one_record)
{
	static const char *const alts[] = {"CA", "C"};
	static const struct read reads[] = {
		{6, "6M1D9M", "CGGATCAAAGTCATG", NULL},
		{6, "6M2D8M", "CGGATCAAGTCATG", NULL},
		{6, "16M", "CGGATCAAAAGTCATG", NULL},
		{6, "10M", "CGGATCAAAA", NULL},
	};

	EXPECT_COUNTS(DRAWN, 11, "CAA", alts, reads,
		((const unsigned[][5]){{2, 1, 1, 0, 0}, {2, 1, 1, 0, 0}}));
}

Test(judge, counts_case_15_a_deletion_shown_as_an_intron)
{
	static const char *const alts[] = {"A"};
	static const struct read reads[] = {
		{6, "10M4D8M", "CGGATCAAAATGACCTGA", NULL},
		{6, "10M4N8M", "CGGATCAAAATGACCTGA", NULL},
		{6, "10M6N8M", "CGGATCAAAAACCTGATT", NULL},
		{6, "26M", "CGGATCAAAAGTCATGACCTGATTGC", NULL},
	};

	EXPECT_COUNTS(
		DRAWN, 15, "AGTCA", alts, reads, ((const unsigned[][5]){{1, 2, 0, 1, 0}}));
}

Test(judge, counts_case_16_an_insertion)
{
	static const char *const alts[] = {"AG"};
	static const struct read reads[] = {
		{1, "5M1I5M", "TTTTAGCTGTC", NULL},
		{1, "5M1I5M", "TTTTATCTGTC", NULL},
		{1, "10M", "TTTTACTGTC", NULL},
		{1, "5M", "TTTTA", NULL},
		{1, "6M", "TTTTAC", NULL},
	};

	EXPECT_COUNTS("TTTTACTGTCGATTACA", 5, "A", alts, reads,
		((const unsigned[][5]){{2, 1, 1, 1, 0}}));
}

Test(judge, counts_case_17_an_mnp)
{
	static const char *const alts[] = {"GT"};
	static const struct read reads[] = {
		{1, "9M", "TTTTACTGG", NULL},
		{1, "9M", "TTTTGTTGG", NULL},
		{1, "9M", "TTTTGCTGG", NULL},
		{6, "4M", "TTGG", NULL},
		{1, "9M", "TTTTGTTGG", "IIII&IIII"},
	};

	EXPECT_COUNTS("TTTTACTGGATTACA", 5, "AC", alts, reads,
		((const unsigned[][5]){{1, 3, 1, 0, 0}}));
}

Test(judge, counts_case_18_a_mixed_change)
{
	static const char *const alts[] = {"GGA"};
	static const struct read reads[] = {
		{1, "7M", "TTTTTAC", NULL},
		{1, "5M1I2M", "TTTTTGGA", NULL},
		{1, "7M1I", "TTTTTGGA", NULL},
		{1, "5M1I2M", "TTTTTGGT", NULL},
	};

	EXPECT_COUNTS("TTTTTACTGTCGATTACA", 6, "AC", alts, reads,
		((const unsigned[][5]){{1, 2, 1, 0, 0}}));
}
