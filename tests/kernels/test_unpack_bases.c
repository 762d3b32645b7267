/* unpack_bases: codes are packed by the test, and every row must give them back. */
#include "cases.h"

#include <criterion/criterion.h>

/* codes[i] becomes a code, packed[i / 2] has it in its high half for even i. n is even. */
static void codes_and_packed(
	uint8_t *codes, uint8_t *packed, size_t n, enum fill kind, struct prng *random)
{
	fill(packed, n / 2, kind, random);
	for (size_t i = 0; i < n; i += 2) {
		codes[i] = packed[i / 2] / 16;
		codes[i + 1] = packed[i / 2] % 16;
	}
}

/* Of the packed bytes only those with a wanted base are there: the others lie in a guard or in
 * paint. */
static void check_rows(const struct room *room, unsigned place, const uint8_t *packed,
	const uint8_t *codes, size_t first, size_t n)
{
	size_t n_skipped = first / 2;
	size_t n_packed = n ? (first + n - 1) / 2 - n_skipped + 1 : 0;
	const uint8_t *in = copy_to(&room->in, place, packed + n_skipped, n_packed) - n_skipped;

	for (size_t r = 0; r < room->rows.n; r++) {
		const struct kernels *row = room->rows.row[r];
		uint8_t *out = guard_place(&room->out, n, place);

		guard_paint(&room->out, out, n);
		row->unpack_bases(in, first, n, out);
		if (memcmp(out, codes + first, n) != 0 || !guard_paint_is_whole(&room->out, out, n))
			cr_assert_fail(
				"%s: first %zu, n %zu, place %u", row->name, first, n, place);
	}
}

Test(unpack_bases, rows_give_back_what_was_packed_at_every_place_and_length)
{
	struct room room = room_new();
	struct prng random = {1};
	uint8_t codes[MAX_SHORT + 10], packed[MAX_SHORT / 2 + 5];

	for (enum fill kind = 0; kind < N_FILLS; kind++) {
		codes_and_packed(codes, packed, sizeof(codes), kind, &random);
		for (size_t n = 0; n <= MAX_SHORT; n++) {
			for (unsigned place = 0; place < GUARD_N_PLACES; place++) {
				check_rows(&room, place, packed, codes, 0, n);
				check_rows(&room, place, packed, codes, 1, n);
				check_rows(&room, place, packed, codes, 2 + n % 7, n);
			}
		}
	}
	room_free(&room);
}

Test(unpack_bases, rows_give_back_any_range_of_long_input)
{
	struct room room = room_new();
	struct prng random = {2};
	uint8_t codes[MAX_LONG], packed[MAX_LONG / 2];

	codes_and_packed(codes, packed, MAX_LONG, FILL_RANDOM, &random);
	for (unsigned i = 0; i < 500; i++) {
		size_t first = prng_below(&random, MAX_LONG);
		size_t n = prng_below(&random, MAX_LONG - first + 1);

		check_rows(&room, GUARD_BEGIN, packed, codes, first, n);
		check_rows(&room, GUARD_END, packed, codes, first, n);
	}
	room_free(&room);
}

Test(unpack_bases, no_base_looks_at_no_pointer)
{
	struct rows rows = usable_rows();

	for (size_t r = 0; r < rows.n; r++) {
		rows.row[r]->unpack_bases(NULL, 0, 0, NULL);
		rows.row[r]->unpack_bases(NULL, 3, 0, NULL);
	}
}
