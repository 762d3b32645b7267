/* See ase_segments.h. */
#include "ase_segments.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define NO_END0 ((uint32_t)INT32_MAX + 1)

struct builder {
	struct ase_sites *sites;
	const uint64_t *reference_lengths;
	const struct intervals *within;
	struct ase_segments *out;
	size_t interval; /* of `within`: those before end before what is added next */
};

void ase_segments_free(struct ase_segments *segments)
{
	memory_free(segments->items);
	memory_free(segments->begins);
	memset(segments, 0, sizeof(*segments));
}

static int compare(const void *a, const void *b)
{
	const struct ase_record *x = a, *y = b;

	if (x->ref != y->ref)
		return x->ref < y->ref ? -1 : 1;
	if (x->beg0 != y->beg0)
		return x->beg0 < y->beg0 ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static enum sphex_status append(
	struct ase_segments *out, struct ase_segment segment, struct sphex_error *err)
{
	if (segment.beg0 >= segment.end0)
		return SPHEX_OK;
	if (!memory_reserve(&out->items, &out->cap, out->n + 1, sizeof(*out->items)))
		return fail_memory(err);
	out->items[out->n++] = segment;
	return SPHEX_OK;
}

/* Adds the parts of the segment that are visited; segments come in order. */
static enum sphex_status add(struct builder *b, struct ase_segment segment, struct sphex_error *err)
{
	const struct intervals *within = b->within;
	enum sphex_status status = SPHEX_OK;

	if (segment.beg0 >= segment.end0)
		return SPHEX_OK;
	if (!within)
		return append(b->out, segment, err);
	for (; b->interval < within->n && !status; b->interval++) {
		struct interval i = within->items[b->interval];
		struct ase_segment part = segment;

		if (i.ref < segment.ref || (i.ref == segment.ref && i.end0 <= segment.beg0))
			continue;
		if (i.ref > segment.ref || i.beg0 >= segment.end0)
			break;
		part.beg0 = i.beg0 > segment.beg0 ? i.beg0 : segment.beg0;
		part.end0 = i.end0 < segment.end0 ? i.end0 : segment.end0;
		status = append(b->out, part, err);
		if (i.end0 >= segment.end0)
			break;
	}
	return status;
}

/* Adds [beg0, end0) with the record's answer; nothing where there will be neither row nor error. */
static enum sphex_status add_record(
	struct builder *b, uint32_t number, uint32_t beg0, uint32_t end0, struct sphex_error *err)
{
	const struct ase_record *record = &b->sites->items[number];

	if (record->verdict == ASE_NOT_BIALLELIC || record->verdict == ASE_NOT_HET)
		return SPHEX_OK;
	return add(b, (struct ase_segment){record->ref, beg0, end0, number}, err);
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/*
 * One contig, records [first, last): of the records that begin at or before a position, it lies in
 * two or more where the second largest end is behind it, in one where only the largest is.
 */
static enum sphex_status add_contig(
	struct builder *b, uint32_t ref, size_t first, size_t last, struct sphex_error *err)
{
	const struct ase_record *records = b->sites->items;
	uint64_t length = b->reference_lengths[ref];
	uint32_t limit = length < NO_END0 ? (uint32_t)length : NO_END0;
	uint32_t longest = 0, end0 = 0, second_end0 = 0;
	enum sphex_status status = SPHEX_OK;

	for (size_t i = first; i < last && !status; i++) {
		uint32_t next = smaller(limit, i + 1 < last ? records[i + 1].beg0 : NO_END0);

		if (records[i].end0 > end0) {
			second_end0 = end0;
			end0 = records[i].end0;
			longest = (uint32_t)i;
		} else {
			second_end0 = larger(second_end0, records[i].end0);
		}
		status = add(b,
			(struct ase_segment){ref, records[i].beg0, smaller(second_end0, next),
				SEGMENT_TWO_RECORDS},
			err);
		if (!status)
			status = add_record(b, longest, larger(records[i].beg0, second_end0),
				smaller(end0, next), err);
	}
	if (status)
		return status;
	return add(b, (struct ase_segment){ref, limit, NO_END0, SEGMENT_NO_REFERENCE}, err);
}

enum sphex_status ase_segments_build(struct ase_sites *sites, size_t n_refs,
	const uint64_t *reference_lengths, const struct intervals *within, struct ase_segments *out,
	struct sphex_error *err)
{
	struct builder b = {sites, reference_lengths, within, out, 0};
	size_t first = 0, last = 0;
	enum sphex_status status = SPHEX_OK;

	if (sites->n >= SEGMENT_NO_REFERENCE)
		return fail(err, SPHEX_E_LIMIT, "there are more than 2^32 - 3 variant records");
	if (sites->n)
		qsort(sites->items, sites->n, sizeof(*sites->items), compare);
	out->begins = memory_new_zeroed(n_refs + 1, sizeof(*out->begins));
	if (!out->begins)
		return fail_memory(err);
	for (uint32_t ref = 0; ref < n_refs && !status; ref++) {
		while (last < sites->n && sites->items[last].ref == ref)
			last++;
		status = add_contig(&b, ref, first, last, err);
		first = last;
		out->begins[ref + 1] = out->n;
	}
	return status;
}

size_t ase_segments_behind(
	const struct ase_segments *segments, uint32_t ref, size_t from, int64_t pos0)
{
	size_t low = from, high = segments->begins[ref + 1], step = 1;

	/* what is looked for is mostly near: the steps grow */
	while (low + step < high && segments->items[low + step].end0 <= pos0) {
		low += step;
		step *= 2;
	}
	high = low + step < high ? low + step + 1 : high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (segments->items[middle].end0 <= pos0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
