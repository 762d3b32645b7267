/* count_byte: every row against an oracle that looks at one letter after the other. */
#include "cases.h"

#include <criterion/criterion.h>

static void check_rows(
	const struct room *room, unsigned place, const uint8_t *text, size_t n, uint8_t letter)
{
	const uint8_t *in = copy_to(&room->in, place, text, n);
	size_t expected = 0;

	for (size_t i = 0; i < n; i++)
		expected += text[i] == letter;
	for (size_t r = 0; r < room->rows.n; r++) {
		const struct kernels *row = room->rows.row[r];
		size_t count = row->count_byte(in, n, letter);

		if (count != expected)
			cr_assert_fail("%s: n %zu, place %u, letter %u: %zu instead of %zu",
				row->name, n, place, letter, count, expected);
	}
}

Test(count_byte, rows_count_as_the_oracle_at_every_place_and_length)
{
	struct room room = room_new();
	struct prng random = {1};
	uint8_t text[MAX_SHORT];

	for (enum fill kind = 0; kind < N_FILLS; kind++) {
		fill(text, MAX_SHORT, kind, &random);
		for (size_t n = 0; n <= MAX_SHORT; n++)
			for (unsigned place = 0; place < GUARD_N_PLACES; place++)
				check_rows(&room, place, text, n, n ? text[n / 2] : 0);
	}
	room_free(&room);
}

Test(count_byte, rows_count_any_letter_in_long_input)
{
	struct room room = room_new();
	struct prng random = {2};
	uint8_t text[MAX_LONG];

	for (unsigned letter = 0; letter < 256; letter++) {
		for (size_t i = 0; i < MAX_LONG; i++)
			text[i] = (uint8_t)(prng_below(&random, 4) ? letter : letter + 1 + i % 255);
		check_rows(&room, GUARD_BEGIN, text, MAX_LONG - letter, (uint8_t)letter);
		check_rows(&room, GUARD_END, text, MAX_LONG - letter, (uint8_t)letter);
	}
	room_free(&room);
}

Test(count_byte, no_text_looks_at_no_pointer)
{
	struct rows rows = usable_rows();

	for (size_t r = 0; r < rows.n; r++)
		cr_assert_eq(rows.row[r]->count_byte(NULL, 0, '\t'), 0);
}
