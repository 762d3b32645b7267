/*
 * One pass over the chunks of each reference that has targets. Of a chunk [begin, end) with the
 * positions [from0, to0) is known:
 *
 *   a target that ends at from0 or before    is passed, for the records here begin behind it
 *   a target at to0 or behind                is not reached, for the records here end before it
 *   a target whose floor is end or behind    is not reached either
 *
 * The other targets are neighbours, first .. last. If there are any the chunk is read, from the
 * floor of the first of them on, until a record begins behind the end of the last.
 *
 * Only its bin says that a chunk lies behind a target, or before one that by the windows it may
 * reach, and no checksum guards that number. So the chunk's first record is looked at: by a range
 * that ends where the chunk begins and must reach a record behind the target, or as a doubt.
 */
#include "index_plan.h"

#include "base/memory.h"
#include "record.h"

struct planner {
	const struct bam_index *index;
	const struct index_targets *targets;
	uint64_t gap;
	struct index_plan *out;
};

/* Where records that lie on pos0 begin at the earliest. */
static uint64_t floor_at(const struct planner *p, const struct index_ref *ref, uint32_t pos0)
{
	/* an index of nothing has no array */
	const struct index_floor *floors =
		ref->n_floors ? p->index->floors + ref->first_floor : NULL;
	size_t low = 0, high = ref->n_floors;

	if (p->targets->unmapped_too)
		return 0;
	while (low < high) { /* the first floor behind pos0 */
		size_t middle = low + (high - low) / 2;

		if (floors[middle].pos0 <= pos0)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? floors[low - 1].offset : 0;
}

/*
 * The same for those of a chunk. If it keeps within a window, all its records lie on that window,
 * and its floor, a number without a checksum, is not needed.
 */
static uint64_t floor_of(const struct planner *p, const struct index_ref *ref,
	const struct index_chunk *chunk, uint32_t pos0)
{
	return chunk->to0 - chunk->from0 <= p->index->window ? 0 : floor_at(p, ref, pos0);
}

static bool is_reached(const struct planner *p, const struct index_ref *ref,
	const struct index_chunk *chunk, uint32_t pos0)
{
	return pos0 < chunk->to0 && floor_of(p, ref, chunk, pos0) < chunk->end;
}

static enum sphex_status add_doubt(struct planner *p, size_t chunk, struct sphex_error *err)
{
	struct index_plan *out = p->out;

	if (!memory_reserve(
		    &out->doubts, &out->doubts_cap, out->n_doubts + 1, sizeof(*out->doubts)))
		return fail_memory(err);
	out->doubts[out->n_doubts++] = chunk;
	return SPHEX_OK;
}

/* The chunk's bin says that it begins at `key` or behind, the sort key behind a target. */
static enum sphex_status prove_passed(
	struct planner *p, size_t chunk, uint64_t key, struct sphex_error *err)
{
	struct index_plan *out = p->out;
	struct record_range *last = out->n ? &out->ranges[out->n - 1] : NULL;
	uint64_t begin = p->index->chunks[chunk].begin, block = begin >> 16;

	if (!last || begin < last->begin || block > last->end)
		return add_doubt(p, chunk, err);
	last->end = block == last->end ? block + 1 : last->end;
	last->stop = key > last->stop ? key : last->stop;
	last->reach = key;
	return SPHEX_OK;
}

/* The last target from `first` on that the chunk reaches; `first` is one. */
static uint32_t last_reached(const struct planner *p, const struct index_ref *ref,
	const struct index_chunk *chunk, uint32_t first, uint32_t end)
{
	uint32_t low = first + 1, high = end;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (is_reached(p, ref, chunk, p->targets->pos0[middle]))
			low = middle + 1;
		else
			high = middle;
	}
	return low - 1;
}

/* Ranges come with ascending begins. */
static enum sphex_status add_range(
	struct planner *p, struct record_range range, struct sphex_error *err)
{
	struct index_plan *out = p->out;
	struct record_range *last = out->n ? &out->ranges[out->n - 1] : NULL;

	if (out->n && range.begin >> 16 < last->end + p->gap) {
		last->end = range.end > last->end ? range.end : last->end;
		last->stop = range.stop > last->stop ? range.stop : last->stop;
		return SPHEX_OK;
	}
	if (!memory_reserve(&out->ranges, &out->cap, out->n + 1, sizeof(*out->ranges)))
		return fail_memory(err);
	out->ranges[out->n++] = range;
	return SPHEX_OK;
}

/* What is read of a chunk for the targets from first_pos0 to last_pos0. */
static struct record_range range_of(const struct planner *p, uint32_t ref_id,
	const struct index_chunk *chunk, uint32_t first_pos0, uint32_t last_pos0)
{
	uint64_t floor = floor_of(p, &p->index->refs[ref_id], chunk, first_pos0);
	uint64_t at_0 = sort_key((int32_t)ref_id, 0);

	return (struct record_range){.begin = floor > chunk->begin ? floor : chunk->begin,
		.end = (chunk->end + 0xFFFF) >> 16,
		.first_least = at_0 + chunk->from0 - (chunk->from0 == 0),
		.first_most = at_0 + chunk->to0,
		.stop = at_0 + last_pos0 + p->targets->width};
}

static enum sphex_status plan_ref(struct planner *p, uint32_t ref_id, struct sphex_error *err)
{
	const struct index_ref *ref = &p->index->refs[ref_id];
	const uint32_t *pos0 = p->targets->pos0;
	uint32_t first = p->targets->begins[ref_id], end = p->targets->begins[ref_id + 1];
	uint32_t width = p->targets->width;
	uint64_t at_0 = sort_key((int32_t)ref_id, 0);
	enum sphex_status status = SPHEX_OK;

	for (size_t i = ref->first_chunk; i < ref->first_chunk + ref->n_chunks && !status; i++) {
		const struct index_chunk *chunk = &p->index->chunks[i];
		uint32_t passed = first, behind;
		size_t n_ranges = p->out->n;

		while (first < end && (uint64_t)pos0[first] + width <= chunk->from0)
			first++;
		if (first > passed)
			status = prove_passed(p, i, at_0 + pos0[first - 1] + width, err);
		behind = first;
		if (!status && first < end && is_reached(p, ref, chunk, pos0[first])) {
			behind = last_reached(p, ref, chunk, first, end) + 1;
			status = add_range(
				p, range_of(p, ref_id, chunk, pos0[first], pos0[behind - 1]), err);
		}
		if (!status && behind < end && pos0[behind] >= chunk->to0 &&
			floor_at(p, ref, pos0[behind]) < chunk->end && p->out->n == n_ranges)
			status = add_doubt(p, i, err);
	}
	return status;
}

enum sphex_status index_plan_make(const struct bam_index *index,
	const struct index_targets *targets, uint64_t gap, struct index_plan *out,
	struct sphex_error *err)
{
	struct planner p = {index, targets, gap, out};
	enum sphex_status status = SPHEX_OK;

	for (uint32_t i = 0; i < index->n_refs && !status; i++)
		status = plan_ref(&p, i, err);
	for (size_t i = 0; i < out->n; i++)
		out->nbytes += out->ranges[i].end - (out->ranges[i].begin >> 16);
	return status;
}

void index_plan_free(struct index_plan *plan)
{
	memory_free(plan->ranges);
	memory_free(plan->doubts);
	*plan = (struct index_plan){0};
}
