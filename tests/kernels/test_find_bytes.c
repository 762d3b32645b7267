/* find_bytes: every row against an oracle that sets one bit after the other. */
#include "cases.h"

#include <criterion/criterion.h>

static void check_rows(const struct room *room, unsigned place, const uint8_t *text, size_t n,
	uint8_t a, uint8_t b)
{
	uint64_t expected[MAX_LONG / 64 + 1] = {0};
	size_t n_words = (n + 63) / 64;
	const uint8_t *in = copy_to(&room->in, place, text, n);

	for (size_t i = 0; i < n; i++)
		expected[i / 64] |= (uint64_t)(text[i] == a || text[i] == b) << i % 64;
	for (size_t r = 0; r < room->rows.n; r++) {
		const struct kernels *row = room->rows.row[r];
		uint64_t *mask = mask_at(&room->out, place, n_words);

		row->find_bytes(in, n, a, b, mask);
		if (!mask_is(&room->out, mask, expected, n_words))
			cr_assert_fail(
				"%s: n %zu, place %u, bytes %u and %u", row->name, n, place, a, b);
	}
}

/* Fields of 0 to 5 letters and lines of 8 fields on average. */
static void fill_table(uint8_t *text, size_t n, struct prng *random)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t die = prng_below(random, 32);
		text[i] = (uint8_t)(die == 0 ? '\n' : die < 8 ? '\t' : 'A' + die);
	}
}

Test(find_bytes, rows_give_the_oracle_bits_at_every_place_and_length)
{
	struct room room = room_new();
	struct prng random = {1};
	uint8_t text[MAX_SHORT];

	for (enum fill kind = 0; kind <= N_FILLS; kind++) {
		if (kind < N_FILLS)
			fill(text, MAX_SHORT, kind, &random);
		else
			fill_table(text, MAX_SHORT, &random);
		for (size_t n = 0; n <= MAX_SHORT; n++) {
			for (unsigned place = 0; place < GUARD_N_PLACES; place++) {
				check_rows(&room, place, text, n, '\t', '\n');
				check_rows(&room, place, text, n, 0xFF, 0);
			}
		}
	}
	room_free(&room);
}

Test(find_bytes, rows_find_any_two_bytes_among_all)
{
	struct room room = room_new();
	uint8_t text[256];

	for (unsigned i = 0; i < 256; i++)
		text[i] = (uint8_t)i;
	for (unsigned a = 0; a < 256; a++) {
		check_rows(&room, GUARD_END, text, 256, (uint8_t)a, (uint8_t)a);
		check_rows(&room, GUARD_END, text, 256, (uint8_t)a, (uint8_t)(255 - a));
		check_rows(&room, GUARD_END, text, 256, (uint8_t)a, (uint8_t)(a ^ 0x80));
	}
	room_free(&room);
}

Test(find_bytes, rows_give_the_oracle_bits_for_long_input)
{
	struct room room = room_new();
	struct prng random = {2};
	uint8_t text[MAX_LONG];

	fill_table(text, MAX_LONG, &random);
	for (size_t n = MAX_LONG - 130; n <= MAX_LONG; n++) {
		check_rows(&room, GUARD_BEGIN, text, n, '\t', '\n');
		check_rows(&room, GUARD_END, text, n, '\t', '\n');
	}
	room_free(&room);
}

Test(find_bytes, no_text_looks_at_no_pointer)
{
	struct rows rows = usable_rows();

	for (size_t r = 0; r < rows.n; r++)
		rows.row[r]->find_bytes(NULL, 0, '\t', '\n', NULL);
}
