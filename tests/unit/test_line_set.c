/* Lines by place and alleles, sorted or not. */
#include <criterion/criterion.h>

#include <string.h>

#include "tests/support/prng.h"
#include "variants/line_set.h"

static const char *const alleles[] = {"A", "C", "AC", "CA", "ACGTACGTACGT", "ACGTACGTACGA"};
#define N_ALLELES (sizeof(alleles) / sizeof(*alleles))

static void add_line(struct variants *v, const struct line_key *key, bool has_row)
{
	struct sphex_error err;

	cr_assert(!variants_add(v, key->contig, key->pos0, key->pos0 + (uint32_t)key->ref.n,
		key->ref.p, key->ref.n, key->alt.p, key->alt.n, POOL_NONE, &err));
	cr_assert(!variants_add_extra(v,
		(struct variant_extra){(uint32_t)v->n, has_row ? VARIANT_NO_ID : VARIANT_NO_ROW},
		&err));
}

/* By comparing with every line. */
static bool is_there(const struct variants *v, const struct line_key *key)
{
	for (size_t i = 0; i < v->n; i++) {
		struct span ref, alt;

		ref.p = variant_ref(v, i, &ref.n);
		alt.p = variant_alt(v, i, &alt.n);
		if (variant_has_row(v, i) && v->items[i].contig == key->contig &&
			v->items[i].pos0 == key->pos0 && span_equal(ref, key->ref) &&
			span_equal(alt, key->alt))
			return true;
	}
	return false;
}

/* Keys of which few or many go back. */
static struct line_key next_key(struct prng *prng, const struct line_key *last, unsigned one_in)
{
	struct line_key key = {.contig = last->contig,
		.pos0 = last->pos0 + (uint32_t)(prng_below(prng, 4) == 0),
		.ref = span_of(alleles[prng_below(prng, N_ALLELES)]),
		.alt = span_of(alleles[prng_below(prng, N_ALLELES)])};

	if (prng_below(prng, 300) == 0)
		key.contig++;
	if (one_in && prng_below(prng, one_in) == 0) {
		key.pos0 = (uint32_t)prng_below(prng, 300);
		key.contig = (uint32_t)prng_below(prng, key.contig + 1);
	}
	return key;
}

Test(line_set, finds_equal_lines_in_any_order)
{
	static const unsigned one_in[] = {0, 100, 2};

	for (uint64_t seed = 0; seed < 12; seed++) {
		struct prng prng = {seed};
		struct variants v = {0};
		struct line_set set = {0};
		struct line_key key = {0};

		for (size_t i = 0; i < 2000; i++) {
			struct sphex_error err;
			bool found;

			key = next_key(&prng, &key, one_in[seed % 3]);
			cr_assert(!line_set_find(&set, &v, &key, &found, &err));
			cr_assert_eq(found, is_there(&v, &key), "seed %d, key %zu", (int)seed, i);
			if (!found)
				add_line(&v, &key, prng_below(&prng, 4) != 0);
		}
		cr_assert_eq(set.n_slots == 0, seed % 3 == 0, "seed %d", (int)seed);
		line_set_free(&set);
		variants_free(&v);
	}
}

Test(line_set, many_lines_at_one_position_are_hashed)
{
	struct variants v = {0};
	struct line_set set = {0};
	char alt[8];
	struct line_key key = {.contig = 0, .pos0 = 7, .ref = {"A", 1}};
	struct sphex_error err;
	bool found;

	for (unsigned i = 0; i < 4096; i++) {
		for (unsigned j = 0; j < 6; j++)
			alt[j] = "ACGT"[i >> 2 * j & 3];
		key.alt = (struct span){alt, 6};
		cr_assert(!line_set_find(&set, &v, &key, &found, &err) && !found);
		add_line(&v, &key, true);
		cr_assert(!line_set_find(&set, &v, &key, &found, &err) && found);
	}
	cr_assert(set.n_slots > 4096);
	line_set_free(&set);
	variants_free(&v);
}
