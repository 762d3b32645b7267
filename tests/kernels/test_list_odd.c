/* list_odd: every row against call_base(), base by base. */
#include "cases.h"

#include <criterion/criterion.h>

struct odd_room {
	struct rows rows;
	struct guard packed, quals, usual, odd;
};

static struct odd_room odd_room_new(void)
{
	return (struct odd_room){usable_rows(), guard_new(MAX_LONG), guard_new(MAX_LONG),
		guard_new(MAX_LONG), guard_new((ODD_N_PLACES + ODD_ROOM) * sizeof(odd_call))};
}

static void odd_room_free(struct odd_room *room)
{
	guard_free(&room->packed);
	guard_free(&room->quals);
	guard_free(&room->usual);
	guard_free(&room->odd);
}

/* One base in `step` is not the usual one; qualities lie around the least one. */
static void check(struct odd_room *room, size_t first, size_t n, unsigned place, uint64_t step,
	struct prng *r)
{
	static uint8_t packed[ODD_N_PLACES], quals[ODD_N_PLACES], usual[ODD_N_PLACES];
	static odd_call expected[ODD_N_PLACES];
	size_t n_packed = n ? (first + n - 1) / 2 - first / 2 + 1 : 0, n_odd = 0;
	size_t odd_nbytes = (n + ODD_ROOM) * sizeof(odd_call);
	uint32_t begin = (uint32_t)prng_below(r, ODD_N_PLACES - n + 1);
	uint8_t min_baseq = (uint8_t)prng_next(r);

	fill(packed, n_packed, FILL_RANDOM, r);
	for (size_t i = 0; i < n; i++) {
		size_t at = first % 2 + i;
		unsigned shift = at % 2 ? 0 : 4;

		usual[i] = (uint8_t)(1u << prng_below(r, 4));
		quals[i] = (uint8_t)(min_baseq + prng_below(r, step) - (prng_below(r, step) == 0));
		if (prng_below(r, step)) {
			packed[at / 2] &= (uint8_t)(0xF0 >> shift);
			packed[at / 2] |= (uint8_t)(usual[i] << shift);
		}
		expected[n_odd] =
			(odd_call)((begin + i) << CALL_BITS |
				   call_base(packed[at / 2] >> shift & 15, quals[i], min_baseq));
		n_odd += (expected[n_odd] & ((1 << CALL_BITS) - 1)) != usual[i];
	}
	for (size_t row = 0; row < room->rows.n; row++) {
		uint8_t *p = copy_to(&room->packed, place, packed, n_packed);
		uint8_t *q = copy_to(&room->quals, place, quals, n);
		uint8_t *u = copy_to(&room->usual, place, usual, n);
		uint8_t *odd = guard_place(
			&room->odd, odd_nbytes, place < GUARD_BEGIN ? place / 2 * 2 : place);
		size_t got;

		guard_paint(&room->odd, odd, odd_nbytes);
		/* what lies before the first byte that is named is never read */
		got = room->rows.row[row]->list_odd(p - first / 2, q - first, first, n, min_baseq,
			u, begin, (odd_call *)(void *)odd);
		cr_assert_eq(got, n_odd, "%s, first %zu, n %zu: %zu, not %zu",
			room->rows.row[row]->name, first, n, got, n_odd);
		cr_assert(memcmp(odd, expected, n_odd * sizeof(odd_call)) == 0,
			"%s, first %zu, n %zu", room->rows.row[row]->name, first, n);
		cr_assert(guard_paint_is_whole(&room->odd, odd, odd_nbytes));
	}
}

Test(list_odd, every_row_gives_what_the_calls_say)
{
	struct odd_room room = odd_room_new();
	struct prng r = {.state = 21};

	for (size_t n = 0; n < MAX_SHORT; n++)
		for (unsigned place = 0; place < GUARD_N_PLACES; place++)
			for (size_t first = 0; first < 4; first++)
				check(&room, first, n, place, n % 2 ? 2 : 50, &r);
	odd_room_free(&room);
}

Test(list_odd, long_reads_too)
{
	struct odd_room room = odd_room_new();
	struct prng r = {.state = 22};

	for (int i = 0; i < 200; i++)
		check(&room, prng_below(&r, 70), prng_below(&r, ODD_N_PLACES + 1),
			i % 2 ? GUARD_BEGIN : GUARD_END, 20, &r);
	odd_room_free(&room);
}
