/*
 * Bytes of a BAI or CSI in, chunks and floors out.
 *
 *   4   "BAI\1"                    "CSI\1"  4 min_shift  4 depth  4 l_aux  .. aux
 *   4   n_ref                      as many as the BAM has
 *       4   n_bin
 *           4   bin                8 loffset (CSI)
 *           4   n_chunk            of each: 8 begin, 8 end
 *       4   n_intv  8 ioffset ..   (BAI) per window of 2^14 bases
 *   8   n_no_coor                  may be missing
 *
 * ioffset is the place of the first record that lies on the window, loffset that of the first
 * window of the bin. The bin behind the last one is none: its "chunks" are where the reference's
 * records lie, and numbers.
 */
#include <stdlib.h>

#include "base/cursor.h"
#include "base/memory.h"
#include "index.h"

#define BAI_MIN_SHIFT 14u
#define BAI_DEPTH 5u
#define MAX_DEPTH 9u
#define MAX_SHIFT 30u
/* Positions of a BAM are below. */
#define POS_END ((uint64_t)1 << 31)

struct parser {
	struct cursor in;
	struct bam_index *out;
	struct sphex_error *err;
	uint64_t ref_length;
	unsigned min_shift, depth;
	bool is_csi;
	bool floors_look_back; /* a loffset was seen that is not just the begin of its bin's chunks
				*/
};

static enum sphex_status damaged(struct parser *p, const char *what)
{
	return fail(p->err, SPHEX_E_DATA, "%s", what);
}

/* ---------------------------------------------------------------- bins */

static uint32_t n_bins_above(unsigned level)
{
	return (uint32_t)((((uint64_t)1 << 3 * level) - 1) / 7);
}

/*
 * The positions of a bin. One that begins behind the reference's end stands for anything: a record
 * that has a reference but no position is in the bin that comes of position -1.
 */
static void bin_positions(const struct parser *p, uint32_t bin, uint32_t *from0, uint32_t *to0)
{
	unsigned level = 0;
	uint64_t from, width;

	while (level < p->depth && bin >= n_bins_above(level + 1))
		level++;
	width = (uint64_t)1 << (p->min_shift + 3 * (p->depth - level));
	from = (bin - n_bins_above(level)) * width;
	if (from >= p->ref_length || from >= POS_END) {
		from = 0;
		width = POS_END;
	}
	*from0 = (uint32_t)from;
	*to0 = (uint32_t)(from + width < POS_END ? from + width : POS_END);
}

static enum sphex_status add_chunk(struct parser *p, struct index_chunk chunk)
{
	struct bam_index *out = p->out;

	if (chunk.begin > chunk.end)
		return damaged(p, "a chunk ends before it begins");
	if (!memory_reserve(
		    &out->chunks, &out->chunks_cap, out->n_chunks + 1, sizeof(*out->chunks)))
		return fail_memory(p->err);
	if (chunk.begin < chunk.end)
		out->chunks[out->n_chunks++] = chunk;
	return SPHEX_OK;
}

static enum sphex_status add_floor(struct parser *p, uint32_t pos0, uint64_t offset)
{
	struct bam_index *out = p->out;

	if (!offset)
		return SPHEX_OK; /* not known */
	if (!memory_reserve(
		    &out->floors, &out->floors_cap, out->n_floors + 1, sizeof(*out->floors)))
		return fail_memory(p->err);
	out->floors[out->n_floors++] = (struct index_floor){offset, pos0};
	return SPHEX_OK;
}

static enum sphex_status parse_bin(struct parser *p)
{
	uint32_t bin = cursor_u32(&p->in), n_bins = n_bins_above(p->depth + 1);
	uint64_t loffset = p->is_csi ? cursor_u64(&p->in) : 0, first = UINT64_MAX;
	uint32_t n_chunks = cursor_u32(&p->in);
	struct index_chunk chunk = {0};
	enum sphex_status status = SPHEX_OK;

	if (p->in.bad || n_chunks > cursor_left(&p->in) / 16)
		return damaged(p, "it is cut off");
	if (bin == n_bins + 1) {
		cursor_bytes(&p->in, (size_t)n_chunks * 16);
		return SPHEX_OK;
	}
	if (bin >= n_bins)
		return damaged(p, "it has a bin that there cannot be");
	bin_positions(p, bin, &chunk.from0, &chunk.to0);
	for (uint32_t i = 0; i < n_chunks && !status; i++) {
		chunk.begin = cursor_u64(&p->in);
		chunk.end = cursor_u64(&p->in);
		first = chunk.begin < first ? chunk.begin : first;
		status = add_chunk(p, chunk);
	}
	p->floors_look_back |= bin < n_bins_above(p->depth) && loffset && loffset < first;
	if (status || (chunk.from0 == 0 && chunk.to0 == POS_END))
		return status;
	return add_floor(p, chunk.from0, loffset);
}

static enum sphex_status parse_windows(struct parser *p)
{
	uint32_t n = cursor_u32(&p->in);
	enum sphex_status status = SPHEX_OK;
	uint64_t before = 0;
	bool is_known = true;

	if (p->in.bad || n > cursor_left(&p->in) / 8)
		return damaged(p, "it is cut off");
	for (uint64_t i = 0; i < n && !status; i++) {
		uint64_t offset = cursor_u64(&p->in);

		if (offset && offset < before)
			return damaged(p, "its windows are not in the order of the file");
		if (offset > before && i << BAI_MIN_SHIFT < POS_END)
			status = add_floor(p, (uint32_t)(i << BAI_MIN_SHIFT), offset);
		before = offset ? offset : before;
		is_known = offset != 0;
	}
	/* a record lies on the last window; bytes that got lost have let something else slip in */
	return status || is_known ? status : damaged(p, "its last window has no records");
}

/* ---------------------------------------------------------------- references */

static int compare_chunks(const void *a, const void *b)
{
	const struct index_chunk *x = a, *y = b;

	if (x->begin != y->begin)
		return x->begin < y->begin ? -1 : 1;
	return (x->end > y->end) - (x->end < y->end);
}

static int compare_floors(const void *a, const void *b)
{
	const struct index_floor *x = a, *y = b;

	if (x->pos0 != y->pos0)
		return x->pos0 < y->pos0 ? -1 : 1;
	return (x->offset > y->offset) - (x->offset < y->offset);
}

/* Floors of a CSI, one a bin, come in any order. Those that contradict each other are no help, and
 * no harm. */
static void order_floors(struct bam_index *out, struct index_ref *ref)
{
	struct index_floor *floors = out->floors + ref->first_floor;

	qsort(floors, ref->n_floors, sizeof(*floors), compare_floors);
	for (size_t i = 1; i < ref->n_floors; i++)
		if (floors[i].offset < floors[i - 1].offset ||
			(floors[i].offset > floors[i - 1].offset &&
				floors[i].pos0 == floors[i - 1].pos0))
			ref->n_floors = 0;
	if (!ref->n_floors)
		out->n_floors = ref->first_floor;
}

static enum sphex_status parse_ref(struct parser *p, struct index_ref *ref)
{
	uint32_t n_bins = cursor_u32(&p->in);
	enum sphex_status status = SPHEX_OK;

	ref->first_chunk = p->out->n_chunks;
	ref->first_floor = p->out->n_floors;
	for (uint32_t i = 0; i < n_bins && !status; i++)
		status = parse_bin(p);
	if (!status && !p->is_csi)
		status = parse_windows(p);
	if (status)
		return status;
	ref->n_chunks = p->out->n_chunks - ref->first_chunk;
	ref->n_floors = p->out->n_floors - ref->first_floor;
	if (ref->n_chunks)
		qsort(p->out->chunks + ref->first_chunk, ref->n_chunks, sizeof(*p->out->chunks),
			compare_chunks);
	if (ref->n_floors && p->is_csi)
		order_floors(p->out, ref);
	return SPHEX_OK;
}

/*
 * Every record with a reference is in a chunk of its bin: so the chunks lie side by side from the
 * first record to the first one without a reference, those of a reference behind those of the one
 * before. Bins follow the order of the records; from0 is raised to what that order says.
 */
static enum sphex_status check_chunks(struct parser *p, uint64_t first_record)
{
	uint64_t reached = first_record;

	for (uint32_t i = 0; i < p->out->n_refs; i++) {
		const struct index_ref *ref = &p->out->refs[i];
		const struct index_floor *floors;
		struct index_chunk *chunks;
		uint64_t begin = reached;
		uint32_t least = 0;

		if (!ref->n_chunks && !ref->n_floors)
			continue; /* there may be no array at all */
		if (!ref->n_chunks)
			return damaged(p, "a window lies outside its reference");
		chunks = p->out->chunks + ref->first_chunk;
		if (chunks[0].begin != reached)
			return damaged(p, "its references do not follow each other");
		for (size_t j = 0; j < ref->n_chunks; j++) {
			if (chunks[j].begin > reached)
				return damaged(p, "it leaves out a part of the file");
			reached = chunks[j].end > reached ? chunks[j].end : reached;
			least = chunks[j].from0 > least ? chunks[j].from0 : least;
			if (least >= chunks[j].to0)
				return damaged(p, "its bins are not in the order of the file");
			chunks[j].from0 = least;
		}
		if (!ref->n_floors)
			continue;
		floors = p->out->floors + ref->first_floor;
		if (floors[0].offset < begin || floors[ref->n_floors - 1].offset >= reached)
			return damaged(p, "a window lies outside its reference");
	}
	p->out->placed_end = reached;
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- the whole */

static enum sphex_status parse_start(struct parser *p)
{
	const uint8_t *magic = cursor_bytes(&p->in, 4);
	uint32_t shift = BAI_MIN_SHIFT, depth = BAI_DEPTH;

	if (!magic || (memcmp(magic, "BAI\1", 4) != 0 && memcmp(magic, "CSI\1", 4) != 0))
		return damaged(p, "it is no BAI and no CSI");
	p->is_csi = magic[0] == 'C';
	if (p->is_csi) {
		shift = cursor_u32(&p->in);
		depth = cursor_u32(&p->in);
		cursor_bytes(&p->in, cursor_u32(&p->in));
	}
	if (shift > MAX_SHIFT || depth > MAX_DEPTH)
		return damaged(p, "its bins have no sensible size");
	p->out->window = (uint32_t)1 << shift;
	p->min_shift = shift;
	p->depth = depth;
	return SPHEX_OK;
}

static enum sphex_status parse_refs(struct parser *p, const struct bam_header *header)
{
	uint32_t n_refs = cursor_u32(&p->in);
	enum sphex_status status = SPHEX_OK;

	if (p->in.bad)
		return damaged(p, "it is cut off");
	if (n_refs != header->n_refs)
		return fail(p->err, SPHEX_E_DATA, "it has %u references, the BAM has %u", n_refs,
			header->n_refs);
	p->out->refs = memory_new_zeroed(n_refs, sizeof(*p->out->refs));
	if (!p->out->refs)
		return fail_memory(p->err);
	p->out->n_refs = n_refs;
	for (uint32_t i = 0; i < n_refs && !status; i++) {
		p->ref_length = header->refs[i].length;
		status = parse_ref(p, &p->out->refs[i]);
	}
	return status;
}

enum sphex_status index_parse(const uint8_t *data, size_t nbytes, const struct bam_header *header,
	uint64_t first_record, struct bam_index *out, struct sphex_error *err)
{
	struct parser p = {.in = cursor_over(data, nbytes), .out = out, .err = err};
	enum sphex_status status = parse_start(&p);

	if (!status)
		status = parse_refs(&p, header);
	if (status)
		return status;
	if (cursor_left(&p.in) != 0 && cursor_left(&p.in) != 8)
		return damaged(&p, "something follows its end");
	/* writers exist for which loffset is the bin's own begin: records of wider bins lie before
	 * that */
	for (uint32_t i = 0; i < out->n_refs && p.is_csi && !p.floors_look_back; i++)
		out->refs[i].n_floors = 0;
	return check_chunks(&p, first_record);
}

void index_free(struct bam_index *index)
{
	memory_free(index->refs);
	memory_free(index->chunks);
	memory_free(index->floors);
	*index = (struct bam_index){0};
}
