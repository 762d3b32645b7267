/* quality_mask: every row against an oracle that sets one bit after the other. */
#include "cases.h"

#include <criterion/criterion.h>

static const uint8_t THRESHOLDS[] = {0, 1, 20, 254, 255};

enum { N_THRESHOLDS = sizeof(THRESHOLDS) };

static void check_rows(
	const struct room *room, unsigned place, const uint8_t *quals, size_t n, uint8_t threshold)
{
	uint64_t expected[MAX_LONG / 64 + 1] = {0};
	size_t n_words = (n + 63) / 64;
	const uint8_t *in = copy_to(&room->in, place, quals, n);

	for (size_t i = 0; i < n; i++)
		expected[i / 64] |= (uint64_t)(quals[i] >= threshold) << i % 64;
	for (size_t r = 0; r < room->rows.n; r++) {
		const struct kernels *row = room->rows.row[r];
		uint64_t *mask = mask_at(&room->out, place, n_words);

		row->quality_mask(in, n, threshold, mask);
		if (!mask_is(&room->out, mask, expected, n_words))
			cr_assert_fail("%s: n %zu, place %u, threshold %u", row->name, n, place,
				threshold);
	}
}

Test(quality_mask, rows_give_the_oracle_bits_at_every_place_and_length)
{
	struct room room = room_new();
	struct prng random = {1};
	uint8_t quals[MAX_SHORT];

	for (enum fill kind = 0; kind < N_FILLS; kind++) {
		fill(quals, MAX_SHORT, kind, &random);
		for (size_t n = 0; n <= MAX_SHORT; n++) {
			for (unsigned place = 0; place < GUARD_N_PLACES; place++) {
				size_t t = prng_below(&random, N_THRESHOLDS);
				check_rows(&room, place, quals, n, THRESHOLDS[t]);
			}
		}
	}
	room_free(&room);
}

Test(quality_mask, rows_give_the_oracle_bits_for_every_quality_and_threshold)
{
	struct room room = room_new();
	uint8_t quals[256];

	for (unsigned i = 0; i < 256; i++)
		quals[i] = (uint8_t)i;
	for (unsigned threshold = 0; threshold < 256; threshold++)
		check_rows(&room, GUARD_END, quals, 256, (uint8_t)threshold);
	room_free(&room);
}

Test(quality_mask, rows_give_the_oracle_bits_for_long_input)
{
	struct room room = room_new();
	struct prng random = {2};
	uint8_t quals[MAX_LONG];

	prng_fill(&random, quals, MAX_LONG);
	for (size_t n = MAX_LONG - 130; n <= MAX_LONG; n++) {
		check_rows(&room, GUARD_BEGIN, quals, n, 128);
		check_rows(&room, GUARD_END, quals, n, 128);
	}
	room_free(&room);
}

Test(quality_mask, no_quality_looks_at_no_pointer)
{
	struct rows rows = usable_rows();

	for (size_t r = 0; r < rows.n; r++)
		rows.row[r]->quality_mask(NULL, 0, 20, NULL);
}
