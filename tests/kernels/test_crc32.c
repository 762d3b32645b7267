/* crc32: every row that has one against libdeflate's. */
#include "cases.h"

#include <criterion/criterion.h>
#include <libdeflate.h>

static void check_rows(const struct room *room, unsigned place, const uint8_t *bytes, size_t n)
{
	const uint8_t *in = copy_to(&room->in, place, bytes, n);
	uint32_t expected = libdeflate_crc32(0, bytes, n);

	for (size_t r = 0; r < room->rows.n; r++) {
		const struct kernels *row = room->rows.row[r];

		if (row->crc32 && row->crc32(in, n) != expected)
			cr_assert_fail("%s: n %zu, place %u: %08x instead of %08x", row->name, n,
				place, row->crc32(in, n), expected);
	}
}

Test(crc32, rows_agree_at_every_place_and_length)
{
	struct room room = room_new();
	struct prng random = {1};
	uint8_t bytes[MAX_SHORT];

	for (enum fill kind = 0; kind < N_FILLS; kind++) {
		fill(bytes, MAX_SHORT, kind, &random);
		for (size_t n = 0; n <= MAX_SHORT; n++)
			for (unsigned place = 0; place < GUARD_N_PLACES; place++)
				check_rows(&room, place, bytes, n);
	}
	room_free(&room);
}

Test(crc32, rows_agree_on_long_input)
{
	struct room room = room_new();
	struct prng random = {2};
	uint8_t bytes[MAX_LONG];

	fill(bytes, MAX_LONG, 0, &random);
	for (size_t n = MAX_LONG - 600; n <= MAX_LONG; n++) {
		check_rows(&room, GUARD_BEGIN, bytes, n);
		check_rows(&room, GUARD_END, bytes, n);
	}
	room_free(&room);
}

Test(crc32, one_wrong_bit_anywhere_shows)
{
	struct rows rows = usable_rows();
	uint8_t bytes[700] = {0};

	for (size_t r = 0; r < rows.n; r++) {
		for (size_t bit = 0; rows.row[r]->crc32 && bit < 8 * sizeof(bytes); bit++) {
			uint32_t before = rows.row[r]->crc32(bytes, sizeof(bytes));

			bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			cr_assert_neq(rows.row[r]->crc32(bytes, sizeof(bytes)), before);
		}
	}
}

Test(crc32, no_bytes_look_at_no_pointer)
{
	struct rows rows = usable_rows();

	for (size_t r = 0; r < rows.n; r++)
		cr_assert(!rows.row[r]->crc32 || rows.row[r]->crc32(NULL, 0) == 0);
}
