/* Text that is cut off where its room ends. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "variants/cut_text.h"

Test(cut_text, what_does_not_fit_is_cut_off)
{
	for (size_t cap = 1; cap < 12; cap++) {
		char room[12], expected[12];
		struct cut_text t = {room, 0, cap};

		cut_text_add(&t, "%s-", "abc");
		cut_text_add(&t, "%d", 12345);
		snprintf(expected, cap, "abc-12345");
		cr_assert_str_eq(room, expected, "%zu bytes", cap);
		cr_assert_eq(t.n, strlen(expected), "%zu bytes", cap);
	}
}

Test(cut_text, a_list_shows_its_first_items)
{
	char room[40];
	struct cut_text t = {room, 0, sizeof(room)};

	for (size_t i = 0; i < 5; i++)
		cut_text_add_item(&t, i, 2, "x");
	cr_assert_str_eq(room, "x, x, ...");
}
