/* @RG lines: groups and their samples, shared by files. */
#include <criterion/criterion.h>

#include <string.h>

#include "count/read_groups.h"

static void read_text(const char *text, struct pool *samples, struct read_groups *groups)
{
	struct bam_header header = {.text = (char *)text, .text_nbytes = strlen(text)};
	struct sphex_error err;

	cr_assert_eq(read_groups_read(&header, samples, groups, &err), SPHEX_OK);
}

Test(read_groups, samples_are_shared_and_groups_are_not)
{
	struct pool samples = {0};
	struct read_groups a = {0}, b = {0};

	read_text("@HD\tVN:1.6\n@RG\tID:g1\tSM:s1\n@RG\tSM:s2\tID:g2\r\n@RG\tID:g3\n@RG\tID:g1\tSM:"
		  "x\n",
		&samples, &a);
	read_text("@RG\tID:g1\tSM:s2\n@RG\tID:g9\tSM:\n@CO\t@RG\tID:no\n", &samples, &b);
	cr_assert_eq(a.ids.n, 3);
	cr_assert_eq(b.ids.n, 2);
	cr_assert_str_eq(pool_text(&samples, a.samples[0], NULL), "s1", "the first line counts");
	cr_assert_eq(a.samples[1], b.samples[0]);
	cr_assert_eq(a.samples[2], POOL_NONE);
	cr_assert_eq(b.samples[1], POOL_NONE);
	read_groups_free(&a);
	read_groups_free(&b);
	pool_free(&samples);
}

Test(read_groups, a_line_without_id_is_an_error)
{
	char text[] = "@RG\tSM:s1\n";
	struct bam_header header = {.text = text, .text_nbytes = strlen(text)};
	struct pool samples = {0};
	struct read_groups groups = {0};
	struct sphex_error err;

	cr_assert_eq(read_groups_read(&header, &samples, &groups, &err), SPHEX_E_DATA);
	read_groups_free(&groups);
	pool_free(&samples);
}
