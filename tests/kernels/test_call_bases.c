/* call_bases: every row equals the scalar row, and that equals the two facts it is made of. */
#include "cases.h"

#include <criterion/criterion.h>

struct call_room {
	struct rows rows;
	struct guard packed, quals, calls;
};

static struct call_room call_room_new(void)
{
	return (struct call_room){
		usable_rows(), guard_new(MAX_LONG), guard_new(MAX_LONG), guard_new(MAX_LONG)};
}

static void call_room_free(struct call_room *room)
{
	guard_free(&room->packed);
	guard_free(&room->quals);
	guard_free(&room->calls);
}

/* What the SAM specification and the rule say of one base. */
static uint8_t expected_call(uint8_t code, uint8_t qual, uint8_t min_baseq)
{
	static const char letters[] = "=ACMGRSVTWYHKDBN";

	if (qual < min_baseq)
		return CALL_LOW_BASEQ;
	switch (letters[code]) {
	case 'A':
		return CALL_A;
	case 'C':
		return CALL_C;
	case 'G':
		return CALL_G;
	case 'T':
		return CALL_T;
	default:
		return CALL_AMBIGUOUS;
	}
}

static void check(struct call_room *room, size_t first, size_t n, unsigned place, struct prng *r)
{
	static uint8_t packed[MAX_LONG], quals[MAX_LONG + 2], expected[MAX_LONG];
	uint8_t min_baseq = (uint8_t)prng_next(r);
	size_t n_packed = n ? (first + n - 1) / 2 - first / 2 + 1 : 0;

	fill(packed, n_packed, FILL_RANDOM, r);
	fill(quals, n, FILL_RANDOM, r);
	for (size_t i = 0; i < n; i++) {
		size_t at = first % 2 + i;
		uint8_t code = (uint8_t)(packed[at / 2] >> (at % 2 ? 0 : 4) & 15);

		expected[i] = expected_call(code, quals[i], min_baseq);
	}
	for (size_t row = 0; row < room->rows.n; row++) {
		uint8_t *p = copy_to(&room->packed, place, packed, n_packed);
		uint8_t *q = copy_to(&room->quals, place, quals, n);
		uint8_t *calls = guard_place(&room->calls, n, place);

		guard_paint(&room->calls, calls, n);
		/* what lies before the first byte that is named is never read */
		room->rows.row[row]->call_bases(
			p - first / 2, q - first, first, n, min_baseq, calls);
		cr_assert(memcmp(calls, expected, n) == 0, "%s, first %zu, n %zu",
			room->rows.row[row]->name, first, n);
		cr_assert(guard_paint_is_whole(&room->calls, calls, n), "%s wrote beyond, n %zu",
			room->rows.row[row]->name, n);
	}
}

Test(call_bases, every_row_gives_what_letter_and_quality_say)
{
	struct call_room room = call_room_new();
	struct prng r = {.state = 11};

	for (size_t n = 0; n < MAX_SHORT; n++)
		for (unsigned place = 0; place < GUARD_N_PLACES; place++)
			for (size_t first = 0; first < 4; first++)
				check(&room, first, n, place, &r);
	call_room_free(&room);
}

Test(call_bases, long_reads_too)
{
	struct call_room room = call_room_new();
	struct prng r = {.state = 12};

	for (int i = 0; i < 200; i++)
		check(&room, prng_below(&r, 70), prng_below(&r, MAX_LONG),
			i % 2 ? GUARD_BEGIN : GUARD_END, &r);
	call_room_free(&room);
}
