/* Encodes records; a heap by position puts them in order. */
#include "emitter.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool comes_before(const struct waiting *a, const struct waiting *b)
{
	return a->pos0 != b->pos0 ? a->pos0 < b->pos0 : a->order < b->order;
}

static void wait_in_heap(struct emitter *e, struct waiting item)
{
	size_t i = e->n_waiting++;

	if (e->n_waiting > e->heap_cap) {
		e->heap_cap = 2 * e->n_waiting;
		e->heap = realloc(e->heap, e->heap_cap * sizeof(*e->heap));
		if (!e->heap)
			die("out of memory");
	}
	for (; i > 0 && comes_before(&item, &e->heap[(i - 1) / 2]); i = (i - 1) / 2)
		e->heap[i] = e->heap[(i - 1) / 2];
	e->heap[i] = item;
}

static struct waiting take_first(struct emitter *e)
{
	struct waiting first = e->heap[0], item = e->heap[--e->n_waiting];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < e->n_waiting) {
		if (child + 1 < e->n_waiting && comes_before(&e->heap[child + 1], &e->heap[child]))
			child++;
		if (comes_before(&item, &e->heap[child]))
			break;
		e->heap[i] = e->heap[child];
		i = child;
	}
	e->heap[i] = item;
	return first;
}

void release(struct emitter *e, uint64_t limit0)
{
	while (e->n_waiting > 0 && e->heap[0].pos0 < limit0) {
		struct waiting item = take_first(e);

		/* what was first has left the heap: NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
		sink_write(e->sink, item.bytes.data, item.bytes.n, !e->o->straddle);
		free(item.bytes.data);
	}
}

/* Every step can be undone, so 2^41 fragments have 2^41 names. */
void make_name(const struct options *o, uint64_t fragment, char name[NAME_NBYTES])
{
	uint64_t mask = (1ull << 41) - 1, x = fragment ^ hash(o->seed, NAME, 0, 0);

	x = (x & mask) * 0x9e3779b97f4a7c15 & mask;
	x = (x ^ x >> 20) * 0xbf58476d1ce4e5b9 & mask;
	x ^= x >> 21;
	snprintf(name, NAME_NBYTES, "A00123:45:HMK7TDSX2:%u:%u%u%02u:%u:%u", (unsigned)(x & 3) + 1,
		(unsigned)(x >> 2 & 1) + 1, (unsigned)(x >> 3 & 3) + 1, (unsigned)(x >> 5 & 63) + 1,
		(unsigned)(x >> 11 & 32767) + 1000, (unsigned)(x >> 26 & 32767) + 1000);
}

/* The smallest bin of the BAI scheme that holds [beg0, end0) (SAM specification 5.3). */
static uint32_t smallest_bin(uint32_t beg0, uint32_t end0)
{
	for (unsigned level = 5, shift = 14; level > 0; level--, shift += 3)
		if (beg0 >> shift == (end0 - 1) >> shift)
			return ((1u << 3 * level) - 1) / 7 + (beg0 >> shift);
	return 0;
}

static void add_integer_tag(struct bytes *b, const char *tag, uint32_t value)
{
	add(b, tag, 2);
	add(b, value < 256 ? "C" : "S", 1);
	add_number(b, value < 65535 ? value : 65535, value < 256 ? 1 : 2);
}

static void add_tags(struct bytes *b, const struct alignment *a, struct rng *rng, bool mapped)
{
	uint32_t lost = 4 * a->n_mismatches + 6 * a->n_gap_bases;
	uint32_t score = a->n_matches > lost ? a->n_matches - lost : 0;

	if (mapped) {
		add_integer_tag(b, "NM", a->n_mismatches + a->n_gap_bases);
		add(b, "MDZ", 3);
		add(b, a->md.data, a->md.n);
		add_number(b, 0, 1);
	}
	add_integer_tag(b, "AS", mapped ? score : 0);
	add_integer_tag(b, "XS", chance(rng, 0.2) ? draw_below(rng, score + 1) : 0);
	add(b, "RGZrg1", 7);
}

static uint32_t draw_mapq(struct rng *rng, unsigned flag)
{
	if (flag & (UNMAPPED | SECONDARY))
		return 0;
	return chance(rng, 0.05) ? draw_below(rng, 60) : 60;
}

static void add_bases(struct bytes *b, const struct alignment *a)
{
	for (uint32_t i = 0; i < a->n_bases; i += 2) {
		unsigned low = i + 1 < a->n_bases ? a->bases[i + 1] : 0;

		add_number(b, (unsigned)a->bases[i] << 4 | low, 1);
	}
}

/* SAM specification 4.2 */
static struct bytes make_record(
	const struct options *o, const struct alignment *a, struct rng *rng, const struct record *r)
{
	struct bytes b = {0};
	size_t name_nbytes = strlen(r->name) + 1;
	bool mapped = !(r->flag & UNMAPPED);
	uint32_t beg0 = (uint32_t)r->at.pos0, end0 = mapped ? a->end0 : beg0 + 1;

	bytes_reserve(&b, 160 + name_nbytes + 4 * a->n_ops + 2 * a->n_bases + a->md.n);
	add_number(&b, 0, 4);
	add_number(&b, (uint32_t)r->at.ref_id, 4);
	add_number(&b, beg0, 4);
	add_number(&b, name_nbytes, 1);
	add_number(&b, draw_mapq(rng, r->flag), 1);
	add_number(&b, r->at.pos0 < 0 ? 4680 : smallest_bin(beg0, end0), 2);
	add_number(&b, a->n_ops, 2);
	add_number(&b, r->flag, 2);
	add_number(&b, a->n_bases, 4);
	add_number(&b, (uint32_t)r->mate.ref_id, 4);
	add_number(&b, (uint32_t)r->mate.pos0, 4);
	add_number(&b, (uint32_t)r->tlen, 4);
	add(&b, r->name, name_nbytes);
	for (size_t i = 0; i < a->n_ops; i++)
		add_number(&b, a->ops[i], 4);
	add_bases(&b, a);
	add(&b, a->quals, a->n_bases);
	if (o->tags)
		add_tags(&b, a, rng, mapped);
	put_number(b.data, b.n - 4, 4);
	return b;
}

void emit(struct emitter *e, const struct alignment *a, struct rng *rng, struct record r)
{
	struct bytes bytes = make_record(e->o, a, rng, &r);

	wait_in_heap(e, (struct waiting){(uint32_t)r.at.pos0, e->n_emitted++, bytes});
	e->n_extra += r.flag & (SECONDARY | SUPPLEMENTARY) ? 1 : 0;
}
