/* classify: every row against an oracle that follows the words of the contract. */
#include "cases.h"

#include <criterion/criterion.h>

enum {
	NONE_SILENT = 0,
	ALL_SILENT = 0xFFFF,
	ALL_BUT_ACGT_SILENT = 0xFEE9, /* A, C, G, T have the codes 1, 2, 4, 8 */
};

static const uint16_t SILENT[] = {NONE_SILENT, ALL_SILENT, ALL_BUT_ACGT_SILENT, 0x8001};
static const uint8_t MIN_BASEQ[] = {0, 1, 20, 254, 255};

enum {
	N_SILENT = sizeof(SILENT) / sizeof(SILENT[0]),
	N_MIN_BASEQ = sizeof(MIN_BASEQ),
};

struct columns {
	uint8_t bases[MAX_LONG];
	uint8_t quals[MAX_LONG];
	uint8_t refs[MAX_LONG];
	uint8_t alts[MAX_LONG];
};

struct columns_room {
	struct rows rows;
	struct guard bases, quals, refs, alts, out;
};

static struct columns_room columns_room_new(void)
{
	return (struct columns_room){usable_rows(), guard_new(MAX_LONG), guard_new(MAX_LONG),
		guard_new(MAX_LONG), guard_new(MAX_LONG), guard_new(MAX_LONG)};
}

static void columns_room_free(struct columns_room *room)
{
	guard_free(&room->bases);
	guard_free(&room->quals);
	guard_free(&room->refs);
	guard_free(&room->alts);
	guard_free(&room->out);
}

static uint8_t oracle(const struct columns *in, size_t i, struct classify_rule rule)
{
	bool is_silent = (rule.silent & 1u << in->bases[i]) != 0;
	bool is_ref = in->bases[i] == in->refs[i];
	bool is_alt = in->bases[i] == in->alts[i];
	enum base_class letter = is_ref ? CLASS_REF : is_alt ? CLASS_ALT : CLASS_OTHER;
	enum base_class good = is_silent ? CLASS_AMBIGUOUS : letter;

	return in->quals[i] < rule.min_baseq ? CLASS_LOW_BASEQ : (uint8_t)good;
}

/* Another place for each column, so that no row may count on a common alignment. */
static unsigned turned(unsigned place, unsigned by)
{
	return place < GUARD_BEGIN ? (place + by) % GUARD_BEGIN : place;
}

static void check_rows(const struct columns_room *room, unsigned place, const struct columns *in,
	size_t n, struct classify_rule rule)
{
	const uint8_t *bases = copy_to(&room->bases, place, in->bases, n);
	const uint8_t *quals = copy_to(&room->quals, turned(place, 13), in->quals, n);
	const uint8_t *refs = copy_to(&room->refs, turned(place, 22), in->refs, n);
	const uint8_t *alts = copy_to(&room->alts, turned(place, 35), in->alts, n);
	uint8_t *out = guard_place(&room->out, n, turned(place, 56));
	uint8_t expected[MAX_LONG];

	for (size_t i = 0; i < n; i++)
		expected[i] = oracle(in, i, rule);
	for (size_t r = 0; r < room->rows.n; r++) {
		const struct kernels *row = room->rows.row[r];

		guard_paint(&room->out, out, n);
		row->classify(bases, quals, refs, alts, n, rule, out);
		if (memcmp(out, expected, n) != 0 || !guard_paint_is_whole(&room->out, out, n))
			cr_assert_fail("%s: n %zu, place %u, baseq %u, silent %#x", row->name, n,
				place, rule.min_baseq, rule.silent);
	}
}

/* Of five alleles two are the base, two are codes, and one is a value that never matches. */
static uint8_t random_allele(uint8_t base, struct prng *random)
{
	uint64_t die = prng_below(random, 5);

	if (die < 2)
		return base;
	return (uint8_t)(die < 4 ? prng_below(random, 16) : 16 + prng_below(random, 240));
}

static void fill_columns(struct columns *in, size_t n, enum fill kind, struct prng *random)
{
	fill(in->bases, n, kind, random);
	fill(in->quals, n, kind, random);
	for (size_t i = 0; i < n; i++) {
		in->bases[i] &= 15;
		in->refs[i] = random_allele(in->bases[i], random);
		in->alts[i] = random_allele(in->bases[i], random);
	}
}

Test(classify, rows_give_the_oracle_classes_at_every_place_and_length)
{
	struct columns_room room = columns_room_new();
	struct prng random = {1};
	struct columns in;

	for (enum fill kind = 0; kind < N_FILLS; kind++) {
		fill_columns(&in, MAX_SHORT, kind, &random);
		for (size_t n = 0; n <= MAX_SHORT; n++) {
			for (unsigned place = 0; place < GUARD_N_PLACES; place++) {
				struct classify_rule rule = {
					.min_baseq = MIN_BASEQ[prng_below(&random, N_MIN_BASEQ)],
					.silent = SILENT[prng_below(&random, N_SILENT)],
				};
				check_rows(&room, place, &in, n, rule);
			}
		}
	}
	columns_room_free(&room);
}

Test(classify, rows_give_the_oracle_classes_for_every_base_and_allele)
{
	static const uint8_t ALLELES[] = {
		0, 1, 2, 4, 8, 14, 15, 16, 17, 31, 32, 128, 129, 143, 255};
	enum { N_ALLELES = sizeof(ALLELES), N = 16 * N_ALLELES * N_ALLELES };
	struct columns_room room = columns_room_new();
	struct columns in;

	for (unsigned i = 0; i < N; i++) {
		in.bases[i] = i % 16;
		in.refs[i] = ALLELES[i / 16 % N_ALLELES];
		in.alts[i] = ALLELES[i / 16 / N_ALLELES];
		in.quals[i] = (uint8_t)(i % 7 ? 20 : 19);
	}
	for (unsigned code = 0; code < 16; code++) {
		struct classify_rule one_silent = {20, (uint16_t)(1u << code)};
		struct classify_rule others_silent = {20, (uint16_t)(0xFFFF ^ 1u << code)};

		check_rows(&room, GUARD_END, &in, N, one_silent);
		check_rows(&room, GUARD_END, &in, N, others_silent);
	}
	columns_room_free(&room);
}

Test(classify, rows_give_the_oracle_classes_for_every_quality_and_threshold)
{
	struct columns_room room = columns_room_new();
	struct prng random = {2};
	struct columns in;

	fill_columns(&in, 256, FILL_COUNT_251, &random);
	for (unsigned i = 0; i < 256; i++)
		in.quals[i] = (uint8_t)i;
	for (unsigned min_baseq = 0; min_baseq < 256; min_baseq++) {
		struct classify_rule rule = {(uint8_t)min_baseq, ALL_BUT_ACGT_SILENT};
		check_rows(&room, GUARD_END, &in, 256, rule);
	}
	columns_room_free(&room);
}

Test(classify, rows_give_the_oracle_classes_for_long_input)
{
	struct columns_room room = columns_room_new();
	struct prng random = {3};
	struct classify_rule rule = {128, ALL_BUT_ACGT_SILENT};
	struct columns in;

	fill_columns(&in, MAX_LONG, FILL_RANDOM, &random);
	for (size_t n = MAX_LONG - 70; n <= MAX_LONG; n++) {
		check_rows(&room, GUARD_BEGIN, &in, n, rule);
		check_rows(&room, GUARD_END, &in, n, rule);
	}
	columns_room_free(&room);
}

Test(classify, no_base_looks_at_no_pointer)
{
	struct classify_rule rule = {20, ALL_BUT_ACGT_SILENT};
	struct rows rows = usable_rows();

	for (size_t r = 0; r < rows.n; r++)
		rows.row[r]->classify(NULL, NULL, NULL, NULL, 0, rule, NULL);
}
