/* Positions are handed out whole, in order, once the file has passed them. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "count/ase_pile.h"
#include "tests/support/prng.h"

/* Writes "place:letters " for each position. */
static enum sphex_status print(
	void *user, struct ase_element *items, size_t n, struct sphex_error *err)
{
	char *out = user;

	(void)err;
	out += strlen(out);
	out += sprintf(out, "%u:", (unsigned)items[0].place);
	for (size_t i = 0; i < n; i++)
		*out++ = items[i].letter;
	strcpy(out, " ");
	return SPHEX_OK;
}

/* "5A7B": element A at place 5, and so on. */
static void add(struct ase_pile *pile, const char *text, uint64_t open_place)
{
	struct ase_element items[20] = {{.mapq = 0}};
	struct sphex_error err;
	unsigned place;
	size_t n = 0;
	int used;

	for (; sscanf(text, "%u%c%n", &place, &items[n].letter, &used) == 2; text += used)
		items[n++].place = place;
	cr_assert_eq(ase_pile_add(pile, items, n, open_place, &err), SPHEX_OK);
}

Test(ase_pile, positions_wait_until_the_file_has_passed)
{
	char got[200] = "";
	struct ase_pile pile = {.position = print, .user = got};

	add(&pile, "5A5B7C9D", 7);
	cr_assert_str_eq(got, "5:AB ");
	add(&pile, "7E8F9G", 7);
	cr_assert_str_eq(got, "5:AB ");
	add(&pile, "", 9);
	cr_assert_str_eq(got, "5:AB 7:CE 8:F ");
	add(&pile, "9H12I", UINT64_MAX);
	cr_assert_str_eq(got, "5:AB 7:CE 8:F 9:DGH 12:I ");
	ase_pile_free(&pile);
}

static enum sphex_status refuse(
	void *user, struct ase_element *items, size_t n, struct sphex_error *err)
{
	(void)user;
	(void)items;
	return fail(err, SPHEX_E_DATA, "%zu elements", n);
}

Test(ase_pile, what_a_position_refuses_ends_it)
{
	struct ase_element item = {.place = 5};
	struct ase_pile pile = {.position = refuse};
	struct sphex_error err;

	cr_assert_eq(ase_pile_add(&pile, &item, 1, 5, &err), SPHEX_OK);
	cr_assert_eq(ase_pile_add(&pile, NULL, 0, 6, &err), SPHEX_E_DATA);
	cr_assert_str_eq(err.message, "1 elements");
	ase_pile_free(&pile);
}

Test(ase_elements_sort, is_stable)
{
	enum { N = 1000 };
	static struct ase_element items[N], scratch[N];
	struct prng random = {7};

	for (size_t n = 0; n <= N; n += n < 70 ? 1 : 311) {
		for (size_t i = 0; i < n; i++)
			items[i] = (struct ase_element){
				.place = prng_below(&random, 1 + n / 3), .sample = (uint32_t)i};
		ase_elements_sort(items, n, scratch);
		for (size_t i = 1; i < n; i++)
			cr_assert(items[i - 1].place < items[i].place ||
					  (items[i - 1].place == items[i].place &&
						  items[i - 1].sample < items[i].sample),
				"%zu of %zu", i, n);
	}
}
