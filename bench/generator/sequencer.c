/*
 * Reads as an aligner would have placed them: base by base along the exons, with the variants of
 * the haplotype, errors of the machine and stray indels; CIGAR and MD are written on the way.
 */
#include "sequencer.h"

#include <stdlib.h>

#include "genome.h"
#include "walk.h"

enum { MAX_STRAY = 3, CODE_N = 15 };

void push_op(struct alignment *a, uint32_t code, uint32_t length)
{
	if (length == 0)
		return;
	if (a->n_ops > 0 && (a->ops[a->n_ops - 1] & 15) == code) {
		a->ops[a->n_ops - 1] += length << 4;
		return;
	}
	if (a->n_ops == MAX_OPS)
		die("a read has too many CIGAR operations; use fewer --indels or shorter reads");
	a->ops[a->n_ops++] = length << 4 | code;
}

static void push_random_bases(struct alignment *a, struct rng *rng, uint32_t code, uint32_t n)
{
	push_op(a, code, n);
	for (; n > 0; n--)
		a->bases[a->n_bases++] = (uint8_t)(1 << (draw(rng) & 3));
}

/* Writes the deletion and the intron that lie before the next base. */
static void flush_gaps(struct sequencer *s, struct alignment *a, struct walk *w)
{
	if (w->n_deleted > 0) {
		uint32_t from0 = w->pos0 - w->n_skipped - w->n_deleted;

		add_text(&a->md, "%u^", a->md_matches);
		for (uint32_t i = 0; i < w->n_deleted; i++)
			add(&a->md, &base_letters[base_at(s->o, s->contig, from0 + i)], 1);
		a->md_matches = 0;
		a->n_gap_bases += w->n_deleted;
	}
	push_op(a, OP_D, w->n_deleted);
	push_op(a, OP_N, w->n_skipped);
	w->n_deleted = w->n_skipped = 0;
}

/* The base `allele` as the machine reads it, over the reference base at pos0. */
static void push_base(struct sequencer *s, struct alignment *a, struct rng *rng, uint32_t pos0,
	unsigned ref, unsigned allele)
{
	uint8_t qual = a->quals[a->n_bases];
	uint64_t random = draw(rng);
	unsigned code = 1u << allele;

	if ((uint32_t)random < s->error_below[qual])
		code = qual <= 2 ? CODE_N : 1u << ((allele + 1 + (random >> 32) % 3) & 3);
	push_op(a, OP_M, 1);
	a->bases[a->n_bases++] = (uint8_t)code;
	a->end0 = pos0 + 1;
	if (code == 1u << ref) {
		a->md_matches++;
		a->n_matches++;
		return;
	}
	add_text(&a->md, "%u%c", a->md_matches, base_letters[ref]);
	a->md_matches = 0;
	a->n_mismatches++;
}

/* Inserted bases; at the end of a read an aligner would clip them. */
static void push_insertion(
	struct alignment *a, const uint8_t *alleles, uint32_t n, uint32_t n_wanted)
{
	bool fits = a->n_bases + n < n_wanted;

	n = fits ? n : n_wanted - a->n_bases;
	push_op(a, fits ? OP_I : OP_S, n);
	a->n_gap_bases += fits ? n : 0;
	for (uint32_t i = 0; i < n; i++)
		/* there are n: NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult) */
		a->bases[a->n_bases++] = (uint8_t)(1 << alleles[i]);
}

static void push_stray_indel(
	struct alignment *a, struct rng *rng, struct walk *w, uint32_t n_wanted)
{
	uint64_t random = draw(rng);
	uint32_t n = 1 + draw_below(rng, MAX_STRAY);
	uint8_t alleles[MAX_STRAY];

	for (uint32_t i = 0; i < n; i++)
		alleles[i] = random >> (2 + 2 * i) & 3;
	if (random & 1)
		push_insertion(a, alleles, n, n_wanted);
	else
		walk_delete(w, n);
}

/* One fragment counts once for a variant, whichever of its reads covers it. */
static void count_truth(struct sequencer *s, const struct variant *v, bool alt)
{
	struct truth *t = &s->truth[v->index];

	if (t->last == s->fragment + 1)
		return;
	t->n[alt]++;
	t->last = s->fragment + 1;
}

/* Aligned bases until the read has n_wanted, or the contig ends. */
static void align_bases(struct sequencer *s, struct alignment *a, struct rng *rng, struct walk *w,
	const struct read_plan *plan, uint32_t n_wanted)
{
	const struct options *o = s->o;
	struct variant v = variant_from(o, s->contig, w->pos0);

	while (a->n_bases < n_wanted && w->pos0 < o->contig_length) {
		unsigned ref = base_at(o, s->contig, w->pos0);
		bool here, carried;

		if (v.pos0 < w->pos0)
			v = variant_from(o, s->contig, w->pos0);
		here = v.pos0 == w->pos0;
		carried = here && carries(o, s->contig, &v, plan->haplotype);
		if (here && s->truth && plan->counts)
			count_truth(s, &v, carried);
		flush_gaps(s, a, w);
		push_base(s, a, rng, w->pos0, ref, carried ? v.alt[0] : ref);
		walk_on(w, 1);
		if (carried && v.n_alt > 1)
			push_insertion(a, v.alt + 1, v.n_alt - 1, n_wanted);
		else if (carried && v.n_ref > 1)
			walk_delete(w, v.n_ref - 1);
		else if (o->indels > 0 && chance(rng, o->indels / 1000))
			push_stray_indel(a, rng, w, n_wanted);
	}
}

/* A read cannot begin with bases that its haplotype lacks. */
static uint32_t behind_deletion(struct sequencer *s, uint32_t pos0, unsigned haplotype)
{
	uint64_t n = n_variants(s->o, s->contig);
	struct variant next = variant_from(s->o, s->contig, pos0), v;

	if (next.index == 0 || n == 0)
		return pos0;
	v = variant_number(s->o, s->contig, next.index < n ? next.index - 1 : n - 1);
	if (v.pos0 + v.n_ref > pos0 && carries(s->o, s->contig, &v, haplotype))
		return v.pos0 + v.n_ref;
	return pos0;
}

static uint8_t reported_qual(const struct options *o, uint32_t qual)
{
	if (o->quality_profile == CONSTANT)
		return 30;
	if (o->quality_profile == BINNED)
		return qual < 5 ? 2 : qual < 18 ? 11 : qual < 31 ? 25 : 37;
	return (uint8_t)qual;
}

/*
 * Qualities start high, stay for a while, fall now and then and more so late in the read, and
 * recover soon from a deep fall; some reads end in a tail of twos. The rates are chosen so that 150
 * of them deflate to about 22 bytes.
 */
static void draw_quals(
	const struct options *o, struct rng *rng, struct alignment *a, uint32_t n, bool reverse)
{
	static const uint8_t drops[32] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2,
		2, 3, 4, 5, 6, 8, 10, 12, 15, 19, 24, 29, 36};
	uint32_t level = 38 + draw_below(rng, 4), qual = level;
	uint32_t tail = draw_below(rng, 100) < 4 ? n / 2 + draw_below(rng, n / 2 + 1) : n;

	/* `late` goes from 0 to 7 with the square of the cycle i. */
	for (uint64_t i = 0, late = 0; i < n; i++) {
		uint64_t random = draw(rng);
		uint32_t drop = drops[random & 31] + (uint32_t)(random >> 5 & 7 & late) / 2;

		while (8 * i * i >= (late + 1) * n * n)
			late++;
		if ((random >> 32 & 127) < (qual + 8 < level ? 40 : 7 + late))
			qual = level > drop + 2 ? level - drop : 2;
		if (i >= tail)
			qual = 2;
		a->quals[reverse ? n - 1 - i : i] = reported_qual(o, qual);
	}
}

/* Everything about the read before but its buffers is forgotten. */
static void clear_alignment(struct alignment *a)
{
	a->pos0 = a->end0 = 0;
	a->n_ops = a->md.n = 0;
	a->n_bases = a->md_matches = a->n_mismatches = a->n_gap_bases = a->n_matches = 0;
}

void sequence_read(struct sequencer *s, struct alignment *a, struct rng *rng, struct read_plan plan)
{
	struct walk w = walk_from(&s->cell, plan.start0);
	uint32_t clip = chance(rng, s->o->soft_clips) ? 1 + draw_below(rng, plan.n_bases / 3) : 0;
	bool clips_front = draw(rng) & 1;
	uint32_t front = clips_front ? clip : 0, back = clip - front;

	clear_alignment(a);
	draw_quals(s->o, rng, a, plan.n_bases, plan.reverse);
	push_random_bases(a, rng, OP_S, front);
	walk_on(&w, front);
	w = walk_from(&s->cell, behind_deletion(s, w.pos0, plan.haplotype));
	a->pos0 = w.pos0;
	align_bases(s, a, rng, &w, &plan, plan.n_bases - back);
	push_random_bases(a, rng, OP_S, plan.n_bases - a->n_bases);
	add_text(&a->md, "%u", a->md_matches);
}

void sequence_unmapped(const struct options *o, struct alignment *a, struct rng *rng, uint32_t n)
{
	clear_alignment(a);
	draw_quals(o, rng, a, n, false);
	push_random_bases(a, rng, OP_S, n);
	a->n_ops = 0;
}

/* An error is as likely as the quality says, 10^(-q/10), but at most 1 in 20. */
static void fill_error_table(struct sequencer *s)
{
	uint64_t probability = 1ull << 32, most = probability / 20;

	for (int q = 0; q < MAX_QUAL; q++) {
		s->error_below[q] = probability < most ? probability : most;
		probability = probability * 3411613798 >> 32; /* 10^(-1/10) of 2^32 */
	}
}

void sequencer_start(struct sequencer *s, const struct options *o)
{
	*s = (struct sequencer){.o = o};
	fill_error_table(s);
}

void alignment_start(struct alignment *a, const struct options *o)
{
	*a = (struct alignment){0};
	a->ops = new_array(MAX_OPS, sizeof(*a->ops));
	a->bases = new_array(o->read_length, 1);
	a->quals = new_array(o->read_length, 1);
}

void alignment_free(struct alignment *a)
{
	free(a->ops);
	free(a->bases);
	free(a->quals);
	free(a->md.data);
}
