/* Draws fragments in the order of their start and sequences their ends. */
#include "fragments.h"

#include <stdio.h>
#include <stdlib.h>

#include "emitter.h"
#include "genome.h"
#include "texts.h"
#include "walk.h"

enum { MAX_NAME_DISTANCE = 1000, MAX_EXTRA_DISTANCE = 100000 };

struct fragment {
	uint32_t start0, length;
	uint32_t n_bases; /* of each read */
	unsigned haplotype;
	bool first_is_left;
	char name[NAME_NBYTES];
	unsigned left_flag, right_flag;
};

struct generator {
	const struct options *o;
	struct sequencer sequencer;
	struct emitter emitter;
	struct alignment left, right;
	struct fragment last;
	bool has_last; /* `last` lies in the target that is being filled */
};

static const struct place nowhere = {-1, -1};

static struct place place_of(const struct generator *g, const struct alignment *a)
{
	return (struct place){(int32_t)g->sequencer.contig, (int32_t)a->pos0};
}

static void sequence_end(struct generator *g, struct alignment *a, struct rng *rng,
	const struct fragment *f, uint32_t start0, bool reverse)
{
	sequence_read(&g->sequencer, a, rng,
		(struct read_plan){start0, f->n_bases, f->haplotype, reverse, .counts = true});
}

static void emit_single(struct generator *g, struct rng *rng, const struct fragment *f)
{
	unsigned flag = f->left_flag | (f->first_is_left ? 0u : REVERSE);

	sequence_end(g, &g->left, rng, f, f->start0, !f->first_is_left);
	emit(&g->emitter, &g->left, rng,
		(struct record){f->name, flag, place_of(g, &g->left), nowhere, 0});
}

/* A pair of which the right read found no place: it is kept beside its mate. */
static void emit_half_mapped(struct generator *g, struct rng *rng, const struct fragment *f)
{
	struct place at;

	sequence_end(g, &g->left, rng, f, f->start0, false);
	sequence_unmapped(g->o, &g->right, rng, f->n_bases);
	g->right.pos0 = g->left.pos0;
	at = place_of(g, &g->left);
	emit(&g->emitter, &g->left, rng,
		(struct record){f->name, f->left_flag | MATE_UNMAPPED, at, at, 0});
	emit(&g->emitter, &g->right, rng,
		(struct record){f->name, f->right_flag | UNMAPPED, at, at, 0});
}

static void emit_pair(struct generator *g, struct rng *rng, const struct fragment *f)
{
	struct alignment *l = &g->left, *r = &g->right;
	struct walk w = walk_from(&g->sequencer.cell, f->start0);
	unsigned left_flag = f->left_flag | PROPER | MATE_REVERSE;
	unsigned right_flag = f->right_flag | PROPER | REVERSE;
	uint32_t beg0, end0;
	int32_t tlen;

	walk_on(&w, f->length - f->n_bases);
	sequence_end(g, l, rng, f, f->start0, false);
	sequence_end(g, r, rng, f, w.pos0, true);
	beg0 = l->pos0 < r->pos0 ? l->pos0 : r->pos0;
	end0 = l->end0 > r->end0 ? l->end0 : r->end0;
	tlen = (int32_t)(end0 - beg0);
	tlen = l->pos0 == beg0 ? tlen : -tlen;
	emit(&g->emitter, l, rng,
		(struct record){f->name, left_flag, place_of(g, l), place_of(g, r), tlen});
	emit(&g->emitter, r, rng,
		(struct record){f->name, right_flag, place_of(g, r), place_of(g, l), -tlen});
}

/* Another record of the left read's name: near, so that it covers the same variants, or far. */
static void emit_extra(struct generator *g, struct rng *rng, const struct fragment *f)
{
	bool is_near = draw(rng) & 1, is_secondary = draw(rng) & 1;
	uint32_t distance = draw_below(rng, is_near ? f->n_bases : MAX_EXTRA_DISTANCE);
	uint32_t limit0 = (uint32_t)last_start(g->o), start0 = f->start0 + distance;
	uint32_t n_clipped = is_secondary ? 0 : f->n_bases / 2;
	struct alignment *a = &g->left;
	struct place mate = g->o->paired ? place_of(g, &g->right) : nowhere;
	unsigned flag = f->left_flag | (is_secondary ? SECONDARY : SUPPLEMENTARY);

	start0 = start0 < limit0 ? start0 : limit0;
	sequence_read(&g->sequencer, a, rng,
		(struct read_plan){start0, f->n_bases - n_clipped, f->haplotype, .counts = false});
	push_op(a, OP_H, n_clipped);
	emit(&g->emitter, a, rng, (struct record){f->name, flag, place_of(g, a), mate, 0});
}

static struct fragment draw_fragment(const struct options *o, struct rng *rng, uint32_t start0)
{
	struct fragment f = {.start0 = start0};

	f.length = (uint32_t)draw_normal(rng, o->insert_mean, o->insert_sd, SHORTEST_FRAGMENT);
	f.n_bases = o->read_length < f.length ? (uint32_t)o->read_length : f.length;
	f.haplotype = draw(rng) & 1;
	f.first_is_left = draw(rng) & 1;
	if (o->paired) {
		f.left_flag = PAIRED | (f.first_is_left ? FIRST : SECOND);
		f.right_flag = PAIRED | (f.first_is_left ? SECOND : FIRST);
	}
	return f;
}

/* The fragment before once more, or a new one; nothing will begin before it. */
static struct fragment next_fragment(struct generator *g, struct rng *rng, uint32_t start0)
{
	struct fragment f;

	if (g->has_last && chance(rng, g->o->duplicates)) {
		f = g->last;
		f.left_flag |= DUPLICATE;
		f.right_flag |= DUPLICATE;
		return f;
	}
	release(&g->emitter, start0);
	return draw_fragment(g->o, rng, start0);
}

/* Its own name, or the name of a fragment not long before. */
static void name_fragment(const struct generator *g, struct rng *rng, struct fragment *f, bool own)
{
	uint64_t number = g->sequencer.fragment;
	uint64_t most = number < MAX_NAME_DISTANCE ? number : MAX_NAME_DISTANCE;

	if (!own && number > 0)
		number -= 1 + draw_below(rng, most);
	make_name(g->o, number, f->name);
}

static void emit_fragment(struct generator *g, uint32_t start0)
{
	const struct options *o = g->o;
	struct rng rng = stream(o->seed, FRAGMENT, g->sequencer.fragment, 0);
	struct fragment f = next_fragment(g, &rng, start0);
	bool is_half_mapped = o->paired && chance(&rng, o->unmapped / 2);
	bool shares_name = chance(&rng, o->duplicate_names);
	bool has_extra = shares_name && draw_below(&rng, 3) > 0;

	name_fragment(g, &rng, &f, !shares_name || has_extra);
	if (!o->paired)
		emit_single(g, &rng, &f);
	else if (is_half_mapped)
		emit_half_mapped(g, &rng, &f);
	else
		emit_pair(g, &rng, &f);
	if (has_extra)
		emit_extra(g, &rng, &f);
	g->last = f;
	g->has_last = true;
	g->sequencer.fragment++;
}

/* Draws where n fragments begin and emits them in order. */
static void fill_target(struct generator *g, const struct target *t, struct rng rng, uint64_t n)
{
	uint32_t length = t->end0 - t->beg0;
	uint32_t *n_starts = new_array(length, sizeof(*n_starts));

	g->has_last = false;
	for (uint64_t i = 0; i < n; i++)
		n_starts[draw_below(&rng, length)]++;
	for (uint32_t at = 0; at < length; at++)
		for (uint32_t i = 0; i < n_starts[at]; i++)
			emit_fragment(g, t->beg0 + at);
	free(n_starts);
}

/*
 * All fragments of a contig. *before is the weight of the targets before; each target gets its part
 * of n such that the rounded numbers add up to n.
 */
static void fill_contig(struct generator *g, uint64_t n, uint64_t *before, uint64_t whole)
{
	const struct options *o = g->o;
	struct cell *cell = &g->sequencer.cell;
	uint64_t contig = g->sequencer.contig;

	for (uint64_t i = 0; i < n_cells(o); i++) {
		*cell = cell_number(o, contig, i);
		for (size_t k = 0; k < cell->n_targets; k++) {
			struct rng rng = stream(o->seed, STARTS, contig, i * MAX_TARGETS + k);
			uint64_t n_before = *before * n / whole;

			*before += cell->targets[k].weight;
			fill_target(g, &cell->targets[k], rng, *before * n / whole - n_before);
		}
	}
	release(&g->emitter, UINT64_MAX);
}

/* Pairs, or single reads, that found no place; they end the file. */
static void emit_unplaced(struct generator *g, uint64_t n)
{
	const struct options *o = g->o;

	for (; n > 0; n--, g->sequencer.fragment++) {
		struct rng rng = stream(o->seed, FRAGMENT, g->sequencer.fragment, 0);
		struct fragment f = draw_fragment(o, &rng, 0);
		unsigned flag = UNMAPPED | (o->paired ? MATE_UNMAPPED : 0u);

		name_fragment(g, &rng, &f, true);
		sequence_unmapped(o, &g->left, &rng, f.n_bases);
		emit(&g->emitter, &g->left, &rng,
			(struct record){f.name, f.left_flag | flag, nowhere, nowhere, 0});
		sequence_unmapped(o, &g->right, &rng, f.n_bases);
		if (o->paired)
			emit(&g->emitter, &g->right, &rng,
				(struct record){f.name, f.right_flag | flag, nowhere, nowhere, 0});
	}
	release(&g->emitter, UINT64_MAX);
}

/* The header ends its block, as htslib does it, unless records may straddle. */
static void write_header(struct sink *sink, const struct options *o)
{
	struct bytes b = {0};

	add(&b, "BAM\1\0\0\0\0", 8);
	add_text(&b, "@HD\tVN:1.6\tSO:coordinate\n");
	for (uint64_t i = 0; i < o->contigs; i++) {
		add_text(&b, "@SQ\tSN:");
		add_contig_name(o, &b, i);
		add_text(&b, "\tLN:%llu\n", (unsigned long long)o->contig_length);
	}
	add_text(&b,
		"@RG\tID:rg1\tSM:S1\tLB:lib1\tPL:ILLUMINA\n@PG\tID:make_input\tPN:make_input\n");
	put_number(b.data + 4, b.n - 8, 4);
	add_number(&b, o->contigs, 4);
	for (uint64_t i = 0; i < o->contigs; i++) {
		size_t start = b.n;

		add_number(&b, 0, 4);
		add_contig_name(o, &b, i);
		add_number(&b, 0, 1);
		put_number(b.data + start, b.n - start - 4, 4);
		add_number(&b, o->contig_length, 4);
	}
	sink_write(sink, b.data, b.n, false);
	if (!o->straddle)
		sink_end_block(sink);
	free(b.data);
}

static void write_contigs(struct generator *g, struct sink *truth)
{
	const struct options *o = g->o;
	struct sequencer *s = &g->sequencer;
	uint64_t n = o->reads / (1 + o->paired), whole = total_weight(o), before = 0;
	uint64_t n_unplaced = (uint64_t)((double)n * o->unmapped / (1 + o->paired));

	for (; s->contig < o->contigs; s->contig++) {
		if (truth)
			s->truth = new_array(n_variants(o, s->contig), sizeof(*s->truth));
		fill_contig(g, n - n_unplaced, &before, whole);
		if (truth)
			write_truth(truth, o, s->contig, s->truth);
		free(s->truth);
	}
	emit_unplaced(g, n_unplaced);
}

void write_bam(const struct options *o)
{
	struct sink *bam = sink_open(o, ".bam", false);
	struct sink *truth = o->truth ? sink_open(o, ".truth.tsv", true) : NULL;
	struct generator g = {.o = o, .emitter = {.o = o, .sink = bam}};
	uint64_t nbytes;

	sequencer_start(&g.sequencer, o);
	alignment_start(&g.left, o);
	alignment_start(&g.right, o);
	write_header(bam, o);
	write_contigs(&g, truth);
	nbytes = sink_close(bam);
	if (truth)
		sink_close(truth);
	alignment_free(&g.left);
	alignment_free(&g.right);
	free(g.emitter.heap);
	fprintf(stderr, "%s.bam: %llu primary and %llu other records, %llu bytes\n", o->out,
		(unsigned long long)(g.emitter.n_emitted - g.emitter.n_extra),
		(unsigned long long)g.emitter.n_extra, (unsigned long long)nbytes);
}
