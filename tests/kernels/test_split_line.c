/* split_line: every row against an oracle that looks at one letter after the other. */
#include "cases.h"

#include <criterion/criterion.h>

enum { MAX_ENDS = 20 };

/* With room for `max` ends, behind which nothing may be written. */
static void check_rows(
	const struct room *room, unsigned place, const uint8_t *text, size_t n, size_t max)
{
	const uint8_t *in = copy_to(&room->in, place, text, n);
	uint32_t expected[MAX_ENDS] = {0};
	size_t nbytes = 0, n_ends = 0;

	for (; nbytes < n && text[nbytes] != '\n'; nbytes++)
		if (text[nbytes] == '\t') {
			if (n_ends < max)
				expected[n_ends] = (uint32_t)nbytes;
			n_ends++;
		}
	for (size_t r = 0; r < room->rows.n; r++) {
		const struct kernels *row = room->rows.row[r];
		size_t room_nbytes = (n_ends < max ? n_ends : max) * sizeof(*expected);
		uint8_t *out = guard_place(&room->out, room_nbytes, place / 4 * 4);
		struct split_line line;

		guard_paint(&room->out, out, room_nbytes);
		line = row->split_line(in, n, '\t', (uint32_t *)(void *)out, max);
		if (line.nbytes != nbytes || line.n_ends != n_ends ||
			memcmp(out, expected, room_nbytes) != 0 ||
			!guard_paint_is_whole(&room->out, out, room_nbytes))
			cr_assert_fail("%s: n %zu, place %u, max %zu: %zu, %zu instead of %zu, %zu",
				row->name, n, place, max, line.nbytes, line.n_ends, nbytes, n_ends);
	}
}

/* Columns of 0 to 9 letters; a line end once in so many letters, 0 for none. */
static void fill_lines(uint8_t *text, size_t n, uint64_t one_in, struct prng *random)
{
	for (size_t i = 0; i < n; i++) {
		bool is_end = one_in && prng_below(random, one_in) == 0;

		text[i] = (uint8_t)(is_end ? '\n' : prng_below(random, 5) ? 'A' + i % 20 : '\t');
	}
}

Test(split_line, rows_cut_as_the_oracle_at_every_place_and_length)
{
	static const uint64_t one_in[] = {0, 20, 150};
	struct room room = room_new();
	struct prng random = {1};
	uint8_t text[MAX_SHORT];

	for (size_t k = 0; k < sizeof(one_in) / sizeof(*one_in); k++) {
		for (size_t n = 0; n <= MAX_SHORT; n++) {
			fill_lines(text, n, one_in[k], &random);
			for (unsigned place = 0; place < GUARD_N_PLACES; place++)
				check_rows(&room, place, text, n, n % (MAX_ENDS + 1));
		}
	}
	room_free(&room);
}

Test(split_line, rows_find_the_end_wherever_it_is)
{
	struct room room = room_new();
	uint8_t text[MAX_SHORT];

	for (size_t end = 0; end < MAX_SHORT; end++) {
		memset(text, '\t', sizeof(text));
		text[end] = '\n';
		for (size_t n = end; n <= MAX_SHORT; n += 1 + n % 7) {
			check_rows(&room, GUARD_BEGIN, text, n, MAX_ENDS);
			check_rows(&room, GUARD_END, text, n, 0);
		}
	}
	room_free(&room);
}

Test(split_line, rows_tell_separator_and_end_from_all_other_letters)
{
	struct room room = room_new();
	uint8_t text[256];

	for (unsigned first = 0; first < 256; first++) {
		for (unsigned i = 0; i < 256; i++)
			text[i] = (uint8_t)(first + i);
		check_rows(&room, GUARD_END, text, 256, MAX_ENDS);
	}
	room_free(&room);
}

Test(split_line, rows_cut_long_lines)
{
	struct room room = room_new();
	struct prng random = {2};
	uint8_t text[MAX_LONG];

	fill_lines(text, MAX_LONG, 0, &random);
	for (size_t n = MAX_LONG - 130; n <= MAX_LONG; n++) {
		check_rows(&room, GUARD_BEGIN, text, n, MAX_ENDS);
		check_rows(&room, GUARD_END, text, n, MAX_ENDS);
	}
	room_free(&room);
}

Test(split_line, no_text_looks_at_no_pointer)
{
	struct rows rows = usable_rows();

	for (size_t r = 0; r < rows.n; r++) {
		struct split_line line = rows.row[r]->split_line(NULL, 0, '\t', NULL, MAX_ENDS);

		cr_assert(!line.nbytes && !line.n_ends, "%s", rows.row[r]->name);
	}
}
