/* add_calls: the planes and the mask of every row against counts made one by one by the test. */
#include "cases.h"

#include <criterion/criterion.h>

#define STRIDE (MAX_LONG + 3)

struct add_room {
	struct rows rows;
	struct guard calls, rest;
	uint8_t *before, *planes, *expected; /* N_CALL_PLANES * STRIDE */
};

static struct add_room add_room_new(struct prng *r)
{
	size_t n = (size_t)N_CALL_PLANES * STRIDE;
	struct add_room room = {.rows = usable_rows(),
		.calls = guard_new(MAX_LONG),
		.rest = guard_new(MAX_LONG / 8 + 8),
		.before = malloc(n),
		.planes = malloc(n),
		.expected = malloc(n)};

	fill(room.before, n, FILL_RANDOM, r); /* counters near 255 wrap */
	return room;
}

static void add_room_free(struct add_room *room)
{
	guard_free(&room->calls);
	guard_free(&room->rest);
	free(room->before);
	free(room->planes);
	free(room->expected);
}

static void check(struct add_room *room, size_t n, size_t offset, unsigned place, struct prng *r)
{
	static const uint8_t often[] = {CALL_NONE, CALL_A, CALL_C, CALL_G, CALL_T, CALL_LOW_BASEQ};
	static uint8_t calls[MAX_LONG];
	static uint64_t words[MAX_LONG / 64 + 1];
	size_t size = (size_t)N_CALL_PLANES * STRIDE, n_words = (n + 63) / 64;

	memset(words, 0, sizeof(words));
	memcpy(room->expected, room->before, size);
	for (size_t i = 0; i < n; i++) {
		calls[i] = prng_below(r, 8) ? often[prng_below(r, 6)] : (uint8_t)prng_next(r);
		for (size_t k = 1; k < 6; k++)
			if (calls[i] == often[k])
				room->expected[(k - 1) * STRIDE + offset + i]++;
		if (!memchr(often, calls[i], sizeof(often)))
			words[i / 64] |= UINT64_C(1) << i % 64;
	}
	for (size_t row = 0; row < room->rows.n; row++) {
		uint8_t *c = copy_to(&room->calls, place, calls, n);
		uint64_t *rest = mask_at(&room->rest, place, n_words);

		memcpy(room->planes, room->before, size);
		room->rows.row[row]->add_calls(c, n, room->planes + offset, STRIDE, rest);
		cr_assert(memcmp(room->planes, room->expected, size) == 0, "%s, n %zu",
			room->rows.row[row]->name, n);
		cr_assert(mask_is(&room->rest, rest, words, n_words), "%s: mask of n %zu",
			room->rows.row[row]->name, n);
	}
}

Test(add_calls, every_row_counts_and_marks_as_one_by_one)
{
	struct prng r = {21};
	struct add_room room = add_room_new(&r);

	for (size_t n = 0; n < MAX_SHORT; n++)
		for (unsigned place = (unsigned)(n % 7); place < GUARD_N_PLACES; place += 7)
			check(&room, n, prng_below(&r, 100), place, &r);
	for (size_t n = 0; n < MAX_SHORT; n++)
		check(&room, n, 0, n % 2 ? GUARD_BEGIN : GUARD_END, &r);
	add_room_free(&room);
}

Test(add_calls, long_strips_too)
{
	struct prng r = {22};
	struct add_room room = add_room_new(&r);

	for (int i = 0; i < 50; i++)
		check(&room, MAX_LONG - prng_below(&r, 200), prng_below(&r, 4), GUARD_END, &r);
	add_room_free(&room);
}
