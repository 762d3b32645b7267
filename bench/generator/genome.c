/* The reference, the variants and the genotypes, each computed from the seed and its place. */
#include "genome.h"

#include "random.h"

const char base_letters[] = "ACGT";

unsigned base_at(const struct options *o, uint64_t contig, uint64_t pos0)
{
	return hash(o->seed, REFERENCE, contig, pos0 >> 5) >> 2 * (pos0 & 31) & 3;
}

uint64_t n_variants(const struct options *o, uint64_t contig)
{
	return o->variants * (contig + 1) / o->contigs - o->variants * contig / o->contigs;
}

static uint8_t other_base(struct rng *rng, unsigned base)
{
	return (base + 1 + draw_below(rng, 3)) & 3;
}

/*
 * Indels follow their anchor base. The last base that is inserted or deleted differs from the
 * anchor, else the indel could be written further to the left.
 */
static void make_insertion(struct rng *rng, struct variant *v, uint32_t length)
{
	while (v->n_alt < length)
		v->alt[v->n_alt++] = draw(rng) & 3;
	v->alt[v->n_alt++] = other_base(rng, v->ref[0]);
}

/* False when no deletion of at most `length` bases is possible here. */
static bool make_deletion(
	const struct options *o, uint64_t contig, struct variant *v, uint32_t length)
{
	while (length > 0 && base_at(o, contig, v->pos0 + length) == v->ref[0])
		length--;
	while (v->n_ref <= length) {
		v->ref[v->n_ref] = (uint8_t)base_at(o, contig, v->pos0 + v->n_ref);
		v->n_ref++;
	}
	return length > 0;
}

/*
 * The contig is cut into as many intervals as it has variants, and each lies within its own: so
 * they never overlap, their number is exact, and the one at a position is found by division.
 */
struct variant variant_number(const struct options *o, uint64_t contig, uint64_t i)
{
	uint64_t n = n_variants(o, contig);
	uint64_t beg0 = i * o->contig_length / n, end0 = (i + 1) * o->contig_length / n;
	struct rng rng = stream(o->seed, VARIANT, contig, i);
	struct variant v = {.index = i, .n_ref = 1, .n_alt = 1};
	uint32_t room, length;

	v.pos0 = (uint32_t)beg0 + draw_below(&rng, end0 - beg0);
	v.ref[0] = v.alt[0] = (uint8_t)base_at(o, contig, v.pos0);
	room = (uint32_t)end0 - v.pos0 - 1;
	/* Short indels are more frequent than long ones. */
	length = 1 + draw_below(&rng, 1 + draw_below(&rng, MAX_ALLELE - 1));
	if (!chance(&rng, o->variant_indels))
		v.alt[0] = other_base(&rng, v.ref[0]);
	else if (draw(&rng) & 1)
		make_insertion(&rng, &v, length);
	else if (!make_deletion(o, contig, &v, length < room ? length : room))
		v.alt[0] = other_base(&rng, v.ref[0]);
	return v;
}

static const struct variant no_variant = {.index = UINT64_MAX, .pos0 = UINT32_MAX};

static struct variant variant_or_none(const struct options *o, uint64_t contig, uint64_t i)
{
	return i < n_variants(o, contig) ? variant_number(o, contig, i) : no_variant;
}

struct variant variant_from(const struct options *o, uint64_t contig, uint32_t pos0)
{
	struct variant v =
		variant_or_none(o, contig, n_variants(o, contig) * pos0 / o->contig_length);

	return v.pos0 < pos0 ? variant_or_none(o, contig, v.index + 1) : v;
}

struct genotype genotype_of(
	const struct options *o, uint64_t contig, uint64_t variant, uint64_t sample)
{
	static const struct {
		struct genotype genotype;
		uint32_t share_first, share_others; /* percent */
	} rows[] = {
		{{"0/1", {true, false}}, 30, 12},
		{{"0/1", {false, true}}, 30, 12},
		{{"0|1", {false, true}}, 12, 5},
		{{"1|0", {true, false}}, 13, 5},
		{{"1/1", {true, true}}, 7, 20},
		{{"0/0", {false, false}}, 5, 40},
		{{"./.", {false, false}}, 3, 6},
	};
	struct rng rng = stream(hash(o->seed, GENOTYPE, contig, sample), GENOTYPE, variant, 0);
	uint32_t percent = draw_below(&rng, 100), sum = 0;

	for (size_t i = 0;; i++) {
		sum += sample == 0 ? rows[i].share_first : rows[i].share_others;
		if (percent < sum)
			return rows[i].genotype;
	}
}

bool carries(const struct options *o, uint64_t contig, const struct variant *v, unsigned hap)
{
	return genotype_of(o, contig, v->index, 0).carries[hap];
}
