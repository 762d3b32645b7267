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

static void add_event(
	struct events *events, const char *contig, uint32_t pos1, const char *ref, const char *alt)
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
	at = bam_add(bam, (struct bam_read){.name = "r",
				  .pos0 = (int32_t)read.pos1 - 1,
				  .cigar = read.cigar,
				  .seq = read.seq,
				  .quals = read.quals});
	cr_assert(record_parse(bam->data + at, bam->n - at, 1, &r, &err) == SPHEX_OK);
	return r;
}

/* Says of all events, judged together, for one read. */
static void judge_read(const struct events *events, struct read read, uint8_t *says)
{
	struct bytes bam = {0};
	struct record r = record_of(read, &bam);
	struct cigar_place place = cigar_start(&r);
	struct said_alts said = {0};

	for (size_t i = 0; i < events->n; i++)
		says[i] = judge_alt(events, 0, events->n, i, &r, &place, MIN_BASEQ, &said);
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
#define DRAWN   \
	"TTCTG" \
	"CGGATCAAAAGTCATGACCTGATTGC"

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

#define EXPECT_COUNTS(contig, pos1, ref, alts, reads, counts)                         \
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

	EXPECT_COUNTS(DRAWN, 15, "AGTCA", alts, reads, ((const unsigned[][5]){{1, 2, 0, 1, 0}}));
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

	EXPECT_COUNTS(
		"TTTTACTGTCGATTACA", 5, "A", alts, reads, ((const unsigned[][5]){{2, 1, 1, 1, 0}}));
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

	EXPECT_COUNTS(
		"TTTTACTGGATTACA", 5, "AC", alts, reads, ((const unsigned[][5]){{1, 3, 1, 0, 0}}));
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

/* ---------------------------------------------------------------- the page, base by base */

/*
 * The oracle spells everything out: whole haplotypes as text, the read as a list of single bases,
 * one text for each layout. It is told the event by what the variant file says.
 */
#define MAX_TEXT 400

struct spelled {
	enum event_kind kind;
	int beg, end; /* of the stretch */
	int n_ref, n_alt;
	char left[2][MAX_TEXT], right[2][MAX_TEXT]; /* REF and ALT; right texts backwards */
};

/* contig with [beg, end) replaced. */
static void replace(char *out, const char *contig, int beg, int end, const char *by)
{
	int n = snprintf(out, MAX_TEXT, "%.*s%s%s", beg, contig, by, contig + end);

	cr_assert(n < MAX_TEXT);
}

static void backwards(char *text)
{
	for (size_t i = 0, n = strlen(text); i < n / 2; i++) {
		char c = text[i];

		text[i] = text[n - 1 - i];
		text[n - 1 - i] = c;
	}
}

/* True when an insertion or deletion of the same size at `beg` makes the haplotype, too. */
static bool can_be_at(const char *contig, const char *haplotype, int beg, int n_ref, int n_alt)
{
	char inserted[MAX_TEXT] = "", moved[MAX_TEXT];

	if (beg < 0 || beg + n_ref > (int)strlen(contig))
		return false;
	memcpy(inserted, haplotype + beg, (size_t)n_alt);
	replace(moved, contig, beg, beg + n_ref, inserted);
	return strcmp(moved, haplotype) == 0;
}

static void spell_texts(struct spelled *s, const char *contig, const char *haplotype)
{
	int length = (int)strlen(contig), shift = s->n_alt - s->n_ref;
	int before = s->beg < 10 ? s->beg : 10, after = length - s->end < 10 ? length - s->end : 10;
	const char *whole[2] = {contig, haplotype};

	for (int i = 0; i < 2; i++) {
		int n = s->end - s->beg + (i ? shift : 0);

		snprintf(s->left[i], MAX_TEXT, "%.*s", n + after, whole[i] + s->beg);
		snprintf(s->right[i], MAX_TEXT, "%.*s", before + n, whole[i] + s->beg - before);
		backwards(s->right[i]);
	}
}

static struct spelled spell(const char *contig, int pos0, const char *ref, const char *alt)
{
	int r = (int)strlen(ref), a = (int)strlen(alt), skip = 0;
	char haplotype[MAX_TEXT], trimmed[MAX_TEXT];
	struct spelled s = {.kind = EVENT_MIXED};

	for (; r && a && ref[r - 1] == alt[a - 1]; r--)
		a--;
	for (; skip < r && skip < a && ref[skip] == alt[skip];)
		skip++;
	s.n_ref = r - skip;
	s.n_alt = a - skip;
	s.beg = pos0 + skip;
	s.end = s.beg + s.n_ref;
	snprintf(trimmed, MAX_TEXT, "%.*s", s.n_alt, alt + skip);
	replace(haplotype, contig, s.beg, s.end, trimmed);
	if (s.n_ref == 0 || s.n_alt == 0) {
		int last = s.beg;

		s.kind = s.n_ref ? EVENT_DELETION : EVENT_INSERTION;
		while (can_be_at(contig, haplotype, last + 1, s.n_ref, s.n_alt))
			last++;
		while (can_be_at(contig, haplotype, s.beg - 1, s.n_ref, s.n_alt))
			s.beg--;
		s.end = last + s.n_ref;
	} else if (s.n_ref == s.n_alt) {
		s.kind = s.n_ref == 1 ? EVENT_SNV : EVENT_MNP;
	}
	spell_texts(&s, contig, haplotype);
	return s;
}

/* One base of the read, or one of the reference that the read skips. */
struct atom {
	char op, letter; /* letter 0: the CIGAR asks for more bases than there are */
	int qual;
	int x;        /* reference base at it, or behind it */
	int beg, end; /* of its whole operation in the reference */
};

static int list_atoms(struct read read, struct atom *atoms)
{
	int n = 0, x = (int)read.pos1 - 1, q = 0, n_bases = (int)strlen(read.seq);

	for (const char *c = read.cigar; *c; c++) {
		int length = (int)strtol(c, (char **)(uintptr_t)&c, 10), beg = x;
		bool refs = strchr("M=XDN", *c), reads = strchr("M=XIS", *c);

		for (int i = 0; i < length && (refs || reads); i++) {
			struct atom a = {*c, 0, 0, x, beg, beg + (refs ? length : 0)};

			if (reads && q < n_bases) {
				a.letter = read.seq[q];
				a.qual = read.quals ? read.quals[q] - 33 : 255;
			}
			q += reads;
			x += refs;
			atoms[n++] = a;
		}
	}
	return n;
}

static bool is_one_of(char op, const char *ops)
{
	return strchr(ops, op) != NULL;
}

/* Index of the atom aligned to x, or -1. */
static int aligned_to(const struct atom *atoms, int n, int x)
{
	for (int i = 0; i < n; i++)
		if (is_one_of(atoms[i].op, "M=X") && atoms[i].letter && atoms[i].x == x)
			return i;
	return -1;
}

struct laid {
	int compared, differ[2], deciding, deciding_differ[2], own[2], own_differ[2];
	bool any, low;
};

static void lay_base(struct laid *l, const struct atom *a, const struct spelled *s, int i,
	const char texts[2][MAX_TEXT])
{
	bool decides = texts[0][i] != texts[1][i];
	int n_own[2] = {s->n_ref, s->n_alt};

	if (a->qual < MIN_BASEQ) {
		l->low |= decides;
		return;
	}
	if (!is_one_of(a->letter, "ACGT"))
		return;
	l->compared++;
	l->deciding += decides;
	for (int t = 0; t < 2; t++) {
		bool differs = a->letter != texts[t][i];

		l->differ[t] += differs;
		l->deciding_differ[t] += decides && differs;
		l->own[t] += i < n_own[t];
		l->own_differ[t] += i < n_own[t] && differs;
	}
}

/* The layout from one flank: step 1 from the left one, -1 from the right one. */
static struct laid lay(const struct atom *atoms, int n, const struct spelled *s, int step)
{
	int near = step > 0 ? s->beg - 1 : s->end, far = step > 0 ? s->end : s->beg - 1;
	const char(*texts)[MAX_TEXT] = step > 0 ? s->left : s->right;
	int at = aligned_to(atoms, n, near), i = 0;
	bool far_is_aligned = aligned_to(atoms, n, far) >= 0;
	struct laid l = {.any = at >= 0};

	if (at < 0)
		return l;
	for (at += step; at >= 0 && at < n && texts[0][i] && texts[1][i]; at += step) {
		const struct atom *a = &atoms[at];
		bool i_beyond = step > 0 ? a->x > far : a->x <= far;
		bool gap_beyond = step > 0 ? a->beg > far : a->end - 1 < far;

		if (a->op == 'I' && i_beyond)
			break;
		if (is_one_of(a->op, "DN") && gap_beyond)
			break;
		if (a->op == 'N' && (a->beg < s->beg || a->end > s->end))
			break;
		if (a->op == 'S' && far_is_aligned)
			break;
		if (is_one_of(a->op, "M=XIS") && !a->letter)
			break;
		if (is_one_of(a->op, "M=XIS"))
			lay_base(&l, a, s, i++, texts);
	}
	return l;
}

static int tie_or_no_fit(const struct atom *atoms, int n, const struct spelled *s)
{
	for (int i = 0; i < n; i++) {
		const struct atom *a = &atoms[i];

		if (a->op == 'I' && s->beg <= a->x && a->x <= s->end)
			return CLASS_OTHER;
		if (a->op == 'D' && s->beg - 1 <= a->x && a->x <= s->end)
			return CLASS_OTHER;
	}
	return CLASS_AMBIGUOUS;
}

static int speak(const struct laid *l, const struct spelled *s, int undecided)
{
	int winner = l->differ[1] < l->differ[0];

	if (!l->deciding)
		return l->low ? CLASS_LOW_BASEQ : CLASS_AMBIGUOUS;
	if (l->differ[0] == l->differ[1] || l->differ[winner] > l->compared / 5 ||
		l->deciding_differ[winner] > l->deciding / 5)
		return undecided;
	if ((winner || s->kind == EVENT_MNP || s->kind == EVENT_MIXED) &&
		l->own_differ[winner] > l->own[winner] / 5)
		return CLASS_OTHER;
	return winner ? CLASS_ALT : CLASS_REF;
}

static int oracle_snv(const struct atom *atoms, int n, const struct spelled *s)
{
	int at = aligned_to(atoms, n, s->beg);

	if (at < 0)
		return CLASS_NO_BASE;
	if (atoms[at].qual < MIN_BASEQ)
		return CLASS_LOW_BASEQ;
	if (!is_one_of(atoms[at].letter, "ACGT"))
		return CLASS_AMBIGUOUS;
	return atoms[at].letter == s->left[0][0]   ? CLASS_REF
	       : atoms[at].letter == s->left[1][0] ? CLASS_ALT
						   : CLASS_OTHER;
}

static int oracle(const struct spelled *s, struct read read)
{
	struct atom atoms[2 * MAX_TEXT];
	int n = list_atoms(read, atoms), n_on_stretch = 0, undecided;
	struct laid l, r;

	if (s->kind == EVENT_SNV)
		return oracle_snv(atoms, n, s);
	for (int x = s->beg; x < s->end; x++)
		n_on_stretch += aligned_to(atoms, n, x) >= 0;
	if (!n_on_stretch && aligned_to(atoms, n, s->beg - 1) < 0 &&
		aligned_to(atoms, n, s->end) < 0)
		return CLASS_NO_BASE;
	undecided = tie_or_no_fit(atoms, n, s);
	if (s->kind == EVENT_MNP && n_on_stretch == s->n_ref && undecided == CLASS_AMBIGUOUS) {
		l = (struct laid){0};
		for (int i = 0; i < s->n_ref; i++)
			lay_base(&l, &atoms[aligned_to(atoms, n, s->beg + i)], s, i, s->left);
		return speak(&l, s, CLASS_OTHER);
	}
	l = lay(atoms, n, s, 1);
	r = lay(atoms, n, s, -1);
	if (!l.any && !r.any)
		return undecided;
	if (l.any && (!r.any || l.differ[1] - l.differ[0] <= r.differ[1] - r.differ[0]))
		return speak(&l, s, undecided);
	return speak(&r, s, undecided);
}

/* ---------------------------------------------------------------- random cases */

/* Repeats of short units between stretches of few letters. */
static void random_contig(struct prng *r, char *out)
{
	size_t n = 0, n_letters = 2 + prng_below(r, 3), want = 25 + prng_below(r, 60);

	while (n < want) {
		size_t n_unit = 1 + prng_below(r, 4), n_copies = 1 + prng_below(r, 5);
		char unit[4];

		for (size_t i = 0; i < n_unit; i++)
			unit[i] = prng_below(r, 60) ? "ACGT"[prng_below(r, n_letters)] : 'N';
		for (size_t i = 0; i < n_unit * n_copies; i++)
			out[n++] = unit[i % n_unit];
	}
	out[n] = '\0';
}

/* REF from the contig (letters it lacks made up), ALT near to it. */
static void random_variant(struct prng *r, const char *contig, int *pos0, char *ref, char *alt)
{
	size_t length = strlen(contig), n_ref, n_alt = 0;

	*pos0 = (int)prng_below(r, length);
	n_ref = 1 + prng_below(r, 8);
	if (n_ref > length - (size_t)*pos0)
		n_ref = length - (size_t)*pos0;
	snprintf(ref, 60, "%.*s", (int)n_ref, contig + *pos0);
	for (size_t i = 0; i < n_ref; i++)
		ref[i] = ref[i] == 'N' ? 'A' : ref[i];
	for (size_t i = 0; i < n_ref; i++) {
		size_t n_copies = prng_below(r, 3) ? 1 : prng_below(r, 3);

		for (size_t k = 0; k < n_copies || (i + 1 == n_ref && !n_alt); k++)
			alt[n_alt++] = prng_below(r, 4) ? ref[i] : "ACGT"[prng_below(r, 4)];
	}
	alt[n_alt] = '\0';
}

struct random_read {
	char cigar[200], seq[MAX_TEXT], quals[MAX_TEXT];
	struct read read;
};

static void add_base(struct prng *r, struct random_read *out, char letter, size_t *n)
{
	out->seq[*n] = prng_below(r, 30) ? letter : "ACGTN=RM"[prng_below(r, 8)];
	out->quals[(*n)++] = prng_below(r, 12) ? 'I' : (char)(33 + prng_below(r, 12));
}

static void add_operation(struct random_read *out, size_t n, char op)
{
	size_t used = strlen(out->cigar);

	snprintf(out->cigar + used, sizeof(out->cigar) - used, "%zu%c", n, op);
}

/*
 * The bases of a haplotype from `beg` on, under a CIGAR that may be anything: mostly one that has
 * the change as a gap, at any place.
 */
static void random_read(struct prng *r, const char *haplotype, size_t beg, struct random_read *out)
{
	size_t length = strlen(haplotype), h = beg, n = 0, n_ops = 1 + prng_below(r, 5);

	memset(out, 0, sizeof(*out));
	out->read = (struct read){(uint32_t)beg + 1, out->cigar, out->seq, out->quals};
	if (!prng_below(r, 5))
		add_operation(out, prng_below(r, 3), 'H');
	for (size_t k = 0; k < n_ops; k++) {
		bool outer = k == 0 || k + 1 == n_ops;
		size_t n_op = 1 + prng_below(r, outer ? 20 : 8);
		char op = "MMM=XIDNP"[prng_below(r, 9)];

		if (k % 2 == 0 && prng_below(r, 8))
			op = 'M';
		if (outer && n_ops > 1 && !prng_below(r, 4))
			op = 'S';
		n_op = prng_below(r, 25) ? n_op : 0;
		add_operation(out, n_op, op);
		if (op == 'N')
			h += prng_below(r, 2) ? n_op : 0;
		for (size_t i = 0; i < n_op && is_one_of(op, "M=XIS"); i++)
			add_base(r, out, h < length ? haplotype[h++] : 'A', &n);
	}
	if (!n) {
		add_operation(out, 1, 'M');
		add_base(r, out, 'A', &n);
	}
	if (!prng_below(r, 20)) /* a CIGAR that asks for more bases than there are */
		out->seq[1 + prng_below(r, n)] = out->quals[0] ? '\0' : 'A';
	out->quals[strlen(out->seq)] = '\0';
}

static void random_case(struct prng *r, size_t *seen)
{
	char contig[MAX_TEXT], ref[60], alt[60], haplotype[MAX_TEXT];
	struct random_read read;
	struct spelled s;
	int pos0, want;
	uint8_t got;

	random_contig(r, contig);
	do
		random_variant(r, contig, &pos0, ref, alt);
	while (strcmp(ref, alt) == 0);
	s = spell(contig, pos0, ref, alt);
	if (s.kind == EVENT_SNV && contig[s.beg] == 'N')
		return; /* of an SNV, REF is the file's */
	replace(haplotype, contig, pos0, pos0 + (int)strlen(ref), alt);
	for (size_t k = 0; k < 8; k++) {
		size_t beg = (size_t)pos0 + 4 - prng_below(r, (size_t)pos0 + 4);

		random_read(r, k % 2 ? contig : haplotype, beg, &read);
		got = judge_one(contig, (uint32_t)pos0 + 1, ref, alt, read.read);
		want = oracle(&s, read.read);
		cr_assert(got == want, "%s %d %s>%s, read %u %s %s %s: %s, not %s", contig,
			pos0 + 1, ref, alt, read.read.pos1, read.cigar, read.seq, read.quals,
			word(got), word((uint8_t)want));
		seen[(unsigned)s.kind * 6 + got]++;
	}
}

Test(judge, agrees_with_the_page_on_random_cases)
{
	size_t seen[5 * 6] = {0};
	struct prng r = {7};

	for (size_t i = 0; i < 20000; i++)
		random_case(&r, seen);
	for (size_t i = 0; i < 5 * 6; i++)
		cr_assert(seen[i] >= 20, "kind %zu is %s in %zu cases only", i / 6,
			word((uint8_t)(i % 6)), seen[i]);
}

/* ---------------------------------------------------------------- several events */

/* Events all over a contig, with reads that have all of their changes as REF or ALT. */
static void add_random_events(struct prng *r, const char *contig, size_t n, struct events *events)
{
	char ref[60], alt[60];
	int pos0;

	while (events->n < n) {
		random_variant(r, contig, &pos0, ref, alt);
		if (strcmp(ref, alt) != 0)
			add_event(events, contig, (uint32_t)pos0 + 1, ref, alt);
	}
}

Test(judge, does_not_depend_on_the_order_of_the_events)
{
	struct prng rng = {11};

	for (size_t i = 0; i < 500; i++) {
		struct events events = {0};
		struct bytes bam = {0};
		struct random_read read;
		struct cigar_place place;
		struct record r;
		char contig[MAX_TEXT];

		random_contig(&rng, contig);
		add_random_events(&rng, contig, 8, &events);
		random_read(&rng, contig, prng_below(&rng, 20), &read);
		r = record_of(read.read, &bam);
		place = cigar_start(&r);
		for (size_t k = 0; k < 40; k++) {
			struct cigar_place start = cigar_start(&r);
			size_t e = prng_below(&rng, events.n);

			cr_assert(judge_event(&events, e, &r, &place, MIN_BASEQ) ==
				  judge_event(&events, e, &r, &start, MIN_BASEQ));
		}
		bytes_free(&bam);
		events_free(&events);
	}
}

Test(judge, looks_only_with_a_base_in_the_span)
{
	struct prng rng = {13};

	for (size_t i = 0; i < 3000; i++) {
		struct events events = {0};
		struct random_read read;
		struct atom atoms[2 * MAX_TEXT];
		char contig[MAX_TEXT];
		int64_t beg0, end0;
		uint8_t says;
		bool looks = false;

		random_contig(&rng, contig);
		add_random_events(&rng, contig, 1, &events);
		event_span(&events.items[0], &beg0, &end0);
		random_read(&rng, contig, prng_below(&rng, strlen(contig)), &read);
		judge_read(&events, read.read, &says);
		for (int n = list_atoms(read.read, atoms); n-- > 0;)
			looks |= is_one_of(atoms[n].op, "M=X") && atoms[n].letter &&
				 beg0 <= atoms[n].x && atoms[n].x < end0;
		cr_assert(looks == (says != CLASS_NO_BASE));
		events_free(&events);
	}
}

static uint8_t with_others(const struct events *events, const uint8_t *alone, size_t own)
{
	uint8_t says = alone[own];
	bool any = false, any_long = false;

	for (size_t i = 0; i < events->n; i++) {
		enum event_kind kind = (enum event_kind)events->items[i].kind;

		if (i == own || alone[i] != CLASS_ALT)
			continue;
		any = true;
		any_long |=
			kind == EVENT_INSERTION || kind == EVENT_DELETION || kind == EVENT_MIXED;
	}
	if (events->items[own].kind == EVENT_SNV)
		return says;
	if ((says == CLASS_REF || says == CLASS_AMBIGUOUS) && any)
		return CLASS_OTHER;
	return says == CLASS_ALT && any_long ? CLASS_AMBIGUOUS : says;
}

/* ALTs of one record, made of one REF. */
static void add_random_alts(struct prng *r, const char *contig, char *haplotype, struct events *out)
{
	char ref[60], other_ref[60], alts[4][60];
	int pos0, other_pos0;
	size_t n = 0;

	random_variant(r, contig, &pos0, ref, alts[0]);
	for (size_t tries = 0; tries < 4; tries++) {
		bool is_new = strcmp(alts[n], ref) != 0;

		for (size_t i = 0; i < n; i++)
			is_new &= strcmp(alts[i], alts[n]) != 0;
		n += is_new;
		if (n == 4)
			break;
		do
			random_variant(r, contig, &other_pos0, other_ref, alts[n]);
		while (other_pos0 != pos0);
	}
	for (size_t i = 0; i < n; i++)
		add_event(out, contig, (uint32_t)pos0 + 1, ref, alts[i]);
	replace(haplotype, contig, pos0, pos0 + (int)strlen(ref), n ? alts[prng_below(r, n)] : ref);
}

Test(judge, lets_the_other_alts_of_the_record_take_part)
{
	size_t n_changed[6] = {0};
	struct prng rng = {17};

	for (size_t i = 0; i < 3000; i++) {
		char contig[MAX_TEXT], haplotype[MAX_TEXT];
		struct events events = {0};
		struct random_read read;
		uint8_t alone[4], says[4];
		struct bytes bam = {0};
		struct record r;

		random_contig(&rng, contig);
		add_random_alts(&rng, contig, haplotype, &events);
		random_read(&rng, haplotype, prng_below(&rng, 20), &read);
		r = record_of(read.read, &bam);
		for (size_t k = 0; k < events.n; k++) {
			struct cigar_place place = cigar_start(&r);

			alone[k] = judge_event(&events, k, &r, &place, MIN_BASEQ);
		}
		judge_read(&events, read.read, says);
		for (size_t k = 0; k < events.n; k++) {
			cr_assert(says[k] == with_others(&events, alone, k));
			n_changed[alone[k]] += says[k] != alone[k];
		}
		bytes_free(&bam);
		events_free(&events);
	}
	cr_assert(n_changed[CLASS_REF] > 20 && n_changed[CLASS_ALT] > 20 &&
		  n_changed[CLASS_AMBIGUOUS] > 20);
}

/* ---------------------------------------------------------------- making events */

Test(judge, refuses_alleles_that_are_no_event)
{
	char longer[60];
	const struct {
		uint32_t pos1;
		const char *ref, *alt;
		enum sphex_status status;
	} cases[] = {
		{3, "A", "A", SPHEX_E_ARGUMENT},
		{3, "A", longer, SPHEX_OK}, /* 50 bases inserted */
		{31, "C", "CA", SPHEX_OK},  /* behind the last base */
		{31, "CA", "C", SPHEX_E_ARGUMENT},
		{32, "CA", "GT", SPHEX_E_ARGUMENT},
	};
	struct reference reference = {bases_of_text, (void *)(uintptr_t)DRAWN, strlen(DRAWN)};
	struct events events = {0};
	struct sphex_error err;

	memset(longer, 'G', sizeof(longer));
	longer[0] = 'A';
	longer[51] = '\0';
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_assert(events_add(&events, &reference, cases[i].pos1 - 1, cases[i].ref,
				  strlen(cases[i].ref), cases[i].alt, strlen(cases[i].alt),
				  &err) == cases[i].status,
			"%s>%s", cases[i].ref, cases[i].alt);
	longer[51] = 'G';
	longer[52] = '\0';
	cr_assert(events_add(&events, &reference, 2, "A", 1, longer, 52, &err) == SPHEX_E_ARGUMENT);
	events_free(&events);
}

static enum sphex_status no_bases(
	void *user, uint64_t beg0, uint64_t end0, char *out, struct sphex_error *err)
{
	(void)user;
	(void)beg0;
	memset(out, 'A', end0 - beg0);
	return fail(err, SPHEX_E_IO, "no bases");
}

Test(judge, adds_nothing_when_the_reference_cannot_be_read)
{
	struct reference reference = {no_bases, NULL, 1000};
	struct events events = {0};
	struct sphex_error err;

	cr_assert(events_add(&events, NULL, 5, "A", 1, "C", 1, &err) == SPHEX_OK);
	cr_assert(events_add(&events, &reference, 5, "CA", 2, "C", 1, &err) == SPHEX_E_IO);
	cr_assert(events_add(&events, &reference, 5, "CA", 2, "GT", 2, &err) == SPHEX_E_IO);
	cr_assert(events.n == 1 && events.n_codes == 2);
	events_free(&events);
}

static enum sphex_status all_a(
	void *user, uint64_t beg0, uint64_t end0, char *out, struct sphex_error *err)
{
	(void)user;
	(void)err;
	memset(out, 'A', end0 - beg0);
	return SPHEX_OK;
}

Test(judge, bounds_the_stretch_where_the_reference_repeats_without_end)
{
	struct reference reference = {all_a, NULL, 10000000};
	struct events events = {0};
	struct sphex_error err;
	int64_t beg0, end0;

	cr_assert(events_add(&events, &reference, 5000000, "AA", 2, "A", 1, &err) == SPHEX_OK);
	event_span(&events.items[0], &beg0, &end0);
	cr_assert(beg0 == 5000000 - EVENT_MAX_WIDENING - 1);
	cr_assert(end0 == 5000001 + EVENT_MAX_WIDENING + 1);
	events_free(&events);
}

/* Four letters, another four for each i below 256. */
static void insertion_text(unsigned i, char *out)
{
	for (unsigned j = 0; j < 4; j++)
		out[j] = "ACGT"[i >> 2 * j & 3];
	out[4] = '\0';
}

Test(judge, any_number_of_alts_take_part)
{
	enum { N = 200 };
	static const char contig[] = "CTGATTCGCAGTCATGCCTAGATTC";
	struct events events = {0};
	uint8_t says[N];

	for (unsigned i = 0; i < N; i++) {
		char alt[6] = "C";

		insertion_text(i, alt + 1);
		add_event(&events, contig, 13, "C", alt);
	}
	for (unsigned i = 2; i < N; i += 128) { /* these cannot be moved: no other ALT fits them */
		char seq[40] = "CTGATTCGCAGTC";

		insertion_text(i, seq + 13);
		strcat(seq, contig + 13);
		judge_read(&events, (struct read){1, "13M4I12M", seq, NULL}, says);
		for (unsigned j = 0; j < N; j++)
			cr_assert_eq(says[j], j == i ? CLASS_ALT : CLASS_OTHER, "%u of %u: %u", j,
				i, says[j]);
	}
	events_free(&events);
}
