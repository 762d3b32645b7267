/*
 * Regions sit in bins: 2^14 bases wide at the finest of 8 levels, 8 times as wide at each next one;
 * a region sits in the narrowest bin that holds it. The bins are found through a hash table; the
 * regions of a bin lie together, in file order. A line looks into every bin that it touches, level
 * by level.
 */
#include "join.h"

#include <string.h>

#include "base/memory.h"
#include "bed.h"

#define N_LEVELS 8u
#define FINEST_SHIFT 14u
#define LEVEL_SHIFT 3u

struct interval {
	uint64_t start, end;
};

struct bin {
	uint64_t key;   /* bin_key() */
	uint32_t first; /* in index.members */
	uint32_t n;     /* 0: the slot is free */
};

struct member {
	struct interval interval;
	uint32_t region;
};

struct index {
	struct bin *slots; /* a power of two, at least half of them free */
	size_t n_slots;
	struct member *members;
	uint8_t *levels; /* bit k of [contig of the regions]: there are bins of level k */
};

/* A region without length catches what touches it: it counts as one base longer on both sides. */
static struct interval region_interval(const struct region *r)
{
	bool empty = r->start == r->end;

	return (struct interval){r->start - empty, r->end + empty};
}

static unsigned level_shift(unsigned level)
{
	return FINEST_SHIFT + LEVEL_SHIFT * level;
}

static uint64_t bin_key(uint32_t contig, unsigned level, uint64_t bin)
{
	return (uint64_t)contig << 32 | (uint64_t)level << 24 | bin;
}

static unsigned key_level(uint64_t key)
{
	return key >> 24 & 0xff;
}

/* The narrowest bin around the region; ends are at most REGION_MAX_END. */
static uint64_t region_key(const struct region *r)
{
	struct interval i = region_interval(r);
	unsigned level = 0;

	while (level < N_LEVELS - 1 &&
		i.start >> level_shift(level) != (i.end - 1) >> level_shift(level))
		level++;
	return bin_key(r->contig, level, i.start >> level_shift(level));
}

/* The slot of the bin, or the free slot where it belongs. */
static struct bin *find_bin(const struct index *index, uint64_t key)
{
	size_t i = (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 20);

	for (;; i++) {
		struct bin *bin = &index->slots[i & (index->n_slots - 1)];

		if (!bin->n || bin->key == key)
			return bin;
	}
}

static void count_members(struct index *index, const struct regions *regions)
{
	for (size_t i = 0; i < regions->n; i++) {
		uint64_t key = region_key(&regions->items[i]);
		struct bin *bin = find_bin(index, key);

		bin->key = key;
		bin->n++;
		index->levels[regions->items[i].contig] |= (uint8_t)(1u << key_level(key));
	}
}

static void place_members(struct index *index, const struct regions *regions)
{
	uint32_t n = 0;

	for (size_t i = 0; i < index->n_slots; i++) {
		index->slots[i].first = n;
		n += index->slots[i].n;
	}
	/* `first` runs to the end of its bin while the bin fills, and goes back afterwards */
	for (size_t i = 0; i < regions->n; i++) {
		const struct region *r = &regions->items[i];
		struct bin *bin = find_bin(index, region_key(r));

		index->members[bin->first++] = (struct member){region_interval(r), (uint32_t)i};
	}
	for (size_t i = 0; i < index->n_slots; i++)
		index->slots[i].first -= index->slots[i].n;
}

static void index_free(struct index *index)
{
	memory_free(index->slots);
	memory_free(index->members);
	memory_free(index->levels);
}

static enum sphex_status index_build(
	struct index *index, const struct regions *regions, struct sphex_error *err)
{
	memset(index, 0, sizeof(*index));
	if (regions->n > UINT32_MAX / 2)
		return fail(err, SPHEX_E_LIMIT, "there are more than 2^31 regions");
	for (index->n_slots = 16; index->n_slots < regions->n * 2;)
		index->n_slots *= 2;
	index->slots = memory_new_zeroed(index->n_slots, sizeof(*index->slots));
	index->members = memory_new(regions->n, sizeof(*index->members));
	index->levels = memory_new_zeroed(regions->contigs.n, sizeof(*index->levels));
	if (!index->slots || !index->members || !index->levels)
		return fail_memory(err);
	count_members(index, regions);
	place_members(index, regions);
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- the lines */

void hits_free(struct hits *hits)
{
	memory_free(hits->items);
	memset(hits, 0, sizeof(*hits));
}

static struct interval line_interval(const struct variants *v, size_t line)
{
	return (struct interval){v->items[line].pos0, variant_end(v, line)};
}

void hit_interval(const struct variants *variants, const struct regions *regions,
	const struct hit *hit, uint32_t *start, uint32_t *end)
{
	struct interval line = line_interval(variants, hit->variant);
	struct interval r = region_interval(&regions->items[hit->region]);

	*start = (uint32_t)(r.start > line.start ? r.start : line.start);
	*end = (uint32_t)(r.end < line.end ? r.end : line.end);
}

static enum sphex_status add_bin_hits(const struct index *index, const struct bin *bin,
	struct interval line, uint32_t variant, struct hits *out, struct sphex_error *err)
{
	const struct member *m = &index->members[bin->first];

	if (!memory_reserve(&out->items, &out->cap, out->n + bin->n, sizeof(*out->items)))
		return fail_memory(err);
	for (const struct member *end = m + bin->n; m < end; m++) {
		out->items[out->n] = (struct hit){variant, m->region};
		out->n += m->interval.start < line.end && m->interval.end > line.start;
	}
	return SPHEX_OK;
}

static enum sphex_status add_hits(const struct index *index, struct interval line, uint32_t variant,
	uint32_t contig, struct hits *out, struct sphex_error *err)
{
	for (unsigned level = 0; level < N_LEVELS; level++) {
		uint64_t bin = line.start >> level_shift(level);
		uint64_t last = (line.end - 1) >> level_shift(level);

		if (!(index->levels[contig] >> level & 1))
			continue;
		for (; bin <= last; bin++) {
			const struct bin *b = find_bin(index, bin_key(contig, level, bin));
			enum sphex_status status = add_bin_hits(index, b, line, variant, out, err);

			if (status)
				return status;
		}
	}
	return SPHEX_OK;
}

/* For each contig of the lines its number among the regions' contigs, POOL_NONE without. */
static enum sphex_status map_contigs(const struct pool *lines, const struct pool *regions,
	uint32_t **out, struct sphex_error *err)
{
	*out = memory_new(lines->n, sizeof(**out));
	if (!*out)
		return fail_memory(err);
	for (size_t i = 0; i < lines->n; i++) {
		struct span name;

		name.p = pool_text(lines, (uint32_t)i, &name.n);
		/* bedtools takes the lines of such a contig for headers (ODD-28) */
		(*out)[i] = bed_is_header(name) ? POOL_NONE : pool_find(regions, name.p, name.n);
	}
	return SPHEX_OK;
}

enum sphex_status join(const struct variants *variants, const struct regions *regions,
	struct hits *out, struct sphex_error *err)
{
	struct index index;
	uint32_t *contigs = NULL;
	enum sphex_status status = index_build(&index, regions, err);

	if (!status)
		status = map_contigs(&variants->contigs, &regions->contigs, &contigs, err);
	for (size_t i = 0; i < variants->n && !status; i++) {
		uint32_t contig = contigs[variants->items[i].contig];

		if (contig != POOL_NONE)
			status = add_hits(
				&index, line_interval(variants, i), (uint32_t)i, contig, out, err);
	}
	memory_free(contigs);
	index_free(&index);
	return status;
}
