/*
 * The items lie sorted by contig and start. The root of [lo, hi) is its middle; the middles of the
 * two halves are its children. max_end0 says where a subtree ends, so that one that ends too early
 * is not entered. Every contig has a tree of its own.
 */
#include "overlap.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void overlap_free(struct overlap *index)
{
	memory_free(index->items);
	memory_free(index->found);
	memset(index, 0, sizeof(*index));
}

enum sphex_status overlap_add(struct overlap *index, uint32_t contig, uint64_t beg0, uint64_t end0,
	uint32_t id, struct sphex_error *err)
{
	if (!memory_reserve(&index->items, &index->cap, index->n + 1, sizeof(*index->items)))
		return fail_memory(err);
	index->items[index->n++] = (struct overlap_interval){beg0, end0, 0, contig, id};
	return SPHEX_OK;
}

static int compare_items(const void *a, const void *b)
{
	const struct overlap_interval *x = a, *y = b;

	if (x->contig != y->contig)
		return x->contig < y->contig ? -1 : 1;
	if (x->beg0 != y->beg0)
		return x->beg0 < y->beg0 ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* The first item in [0, n) that is not on a contig before `contig`. */
static size_t contig_begin(const struct overlap *index, uint64_t contig)
{
	size_t lo = 0, hi = index->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (index->items[mid].contig < contig)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Sets max_end0 below and at the root of [lo, hi), and returns it. */
static uint64_t build(struct overlap *index, size_t lo, size_t hi)
{
	size_t mid = lo + (hi - lo) / 2;
	struct overlap_interval *root;

	if (lo == hi)
		return 0;
	root = &index->items[mid];
	root->max_end0 = larger(root->end0, build(index, lo, mid));
	root->max_end0 = larger(root->max_end0, build(index, mid + 1, hi));
	return root->max_end0;
}

void overlap_build(struct overlap *index)
{
	size_t end;

	if (index->n)
		qsort(index->items, index->n, sizeof(*index->items), compare_items);
	for (size_t begin = 0; begin < index->n; begin = end) {
		end = contig_begin(index, (uint64_t)index->items[begin].contig + 1);
		build(index, begin, end);
	}
}

static bool collect(struct overlap *index, size_t lo, size_t hi, uint64_t beg0, uint64_t end0)
{
	size_t mid = lo + (hi - lo) / 2;
	const struct overlap_interval *root;

	if (lo == hi)
		return true;
	root = &index->items[mid];
	if (root->max_end0 <= beg0)
		return true;
	if (!collect(index, lo, mid, beg0, end0))
		return false;
	if (root->beg0 >= end0)
		return true;
	if (root->end0 > beg0 && root->end0 > root->beg0) {
		if (!memory_reserve(&index->found, &index->found_cap, index->n_found + 1,
			    sizeof(*index->found)))
			return false;
		index->found[index->n_found++] = root->id;
	}
	return collect(index, mid + 1, hi, beg0, end0);
}

static int compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

enum sphex_status overlap_find(struct overlap *index, uint32_t contig, uint64_t beg0, uint64_t end0,
	struct sphex_error *err)
{
	if (contig != index->contig || !index->end) {
		index->contig = contig;
		index->begin = contig_begin(index, contig);
		index->end = contig_begin(index, (uint64_t)contig + 1);
	}
	index->n_found = 0;
	if (!collect(index, index->begin, index->end, beg0, end0))
		return fail_memory(err);
	if (index->n_found > 1)
		qsort(index->found, index->n_found, sizeof(*index->found), compare_ids);
	return SPHEX_OK;
}
