/* Lays out genes, peaks, amplicons or even coverage along a contig. */
#include "cells.h"

#include "bytes.h"
#include "random.h"

enum { MIN_INTRON = 50 };

static uint64_t cell_length(const struct options *o)
{
	static const uint64_t lengths[] = {[EVEN] = 4096,
		[PEAKS] = 8192,
		[AMPLICONS] = 16384,
		[GENES] = 32768,
		[PANEL] = 8192};
	uint64_t length = lengths[o->coverage];

	return length < o->contig_length ? length : o->contig_length;
}

uint64_t n_cells(const struct options *o)
{
	return o->contig_length / cell_length(o);
}

static void add_target(struct cell *cell, uint64_t beg0, uint64_t end0, uint64_t weight)
{
	if (end0 > cell->last_start0)
		end0 = cell->last_start0;
	if (end0 > beg0)
		cell->targets[cell->n_targets++] =
			(struct target){(uint32_t)beg0, (uint32_t)end0, weight * (end0 - beg0)};
}

/*
 * Exons of one length in equal slots, introns of any length between them. Of the reads that begin
 * in an exon of e bases, read_length / e reach its end, and all but the last exon have an intron.
 */
static void add_exons(
	const struct options *o, struct cell *cell, struct rng *rng, uint64_t beg0, uint64_t end0)
{
	uint64_t n = o->spliced > 0 ? 4 + draw_below(rng, MAX_TARGETS - 3) : 1;
	uint64_t exon = (end0 - beg0) / 2, weight = 1ull << draw_below(rng, 10), slot;

	if (o->spliced > 0)
		exon = (uint64_t)((double)(o->read_length * (n - 1)) / ((double)n * o->spliced));
	slot = (end0 - beg0) / n;
	if (exon + 2 * MIN_INTRON > slot)
		exon = slot / 2;
	for (uint64_t i = 0; i < n; i++) {
		uint64_t from = beg0 + i * slot + draw_below(rng, slot - exon - MIN_INTRON);

		add_target(cell, from, from + exon, weight);
	}
	cell->spliced = n > 1;
}

/* Fragments whose middle lies on the region; depths differ by up to a factor of 100. */
static void add_captured(
	const struct options *o, struct cell *cell, struct rng *rng, uint64_t beg0, uint64_t end0)
{
	static const uint64_t weights[] = {1, 2, 5, 10, 20, 50, 100};
	uint64_t half = o->insert_mean / 2;

	add_target(cell, beg0 > half ? beg0 - half : 0, end0 > half ? end0 - half : 0,
		weights[draw_below(rng, sizeof(weights) / sizeof(*weights))]);
}

/* [beg0, end0) is the cell; [mid0, mid0 + width) its peak, its amplicon or just a part of it. */
struct cell cell_number(const struct options *o, uint64_t contig, uint64_t i)
{
	struct rng rng = stream(o->seed, CELL, contig, i);
	struct cell cell = {.last_start0 = last_start(o)};
	uint64_t length = cell_length(o), beg0 = i * length, end0 = beg0 + length;
	uint64_t mid0 = beg0 + length / 4 + draw_below(&rng, length / 4);
	uint64_t width = length / 32 + draw_below(&rng, length / 8);

	if (o->coverage == EVEN) {
		add_target(&cell, beg0, end0, 1);
		width *= 3;
	} else if (o->coverage == PEAKS) {
		add_target(&cell, beg0, mid0, 1);
		add_target(&cell, mid0, mid0 + width, 8ull << draw_below(&rng, 5));
		add_target(&cell, mid0 + width, end0, 1);
	} else if (o->coverage == AMPLICONS) {
		add_target(&cell, mid0, mid0 + 1, 8 + draw_below(&rng, 25));
		width = o->insert_mean;
	} else if (o->coverage == PANEL) {
		add_captured(o, &cell, &rng, mid0, mid0 + width);
	} else {
		add_exons(o, &cell, &rng, beg0 + length / 16, end0 - length / 16);
		if (cell.n_targets > 0) {
			mid0 = cell.targets[0].beg0;
			width = cell.targets[cell.n_targets - 1].end0 - mid0;
		}
	}
	cell.region_beg0 = (uint32_t)mid0;
	cell.region_end0 = (uint32_t)(mid0 + width);
	return cell;
}

uint64_t total_weight(const struct options *o)
{
	uint64_t sum = 0;

	for (uint64_t contig = 0; contig < o->contigs; contig++)
		for (uint64_t i = 0; i < n_cells(o); i++) {
			struct cell cell = cell_number(o, contig, i);

			for (size_t k = 0; k < cell.n_targets; k++)
				sum += cell.targets[k].weight;
		}
	if (sum == 0 || sum > UINT64_MAX / (o->reads + 1))
		die("the genome is too small or too large for this --coverage and --reads");
	return sum;
}
