/* Lines: the same from every container, whatever their lengths and ends. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "tests/support/one_in.h"
#include "tests/support/prng.h"
#include "tests/support/text_rows.h"
#include "variants/lines.h"

/* Line i of the test text, in a buffer that the caller frees; lengths include many times 1 MiB. */
static struct bytes make_line(struct prng *r, size_t i)
{
	static const size_t sizes[] = {0, 1, 2, 50, 65535, 65536, 1 << 20, 3000000};
	struct bytes line = {0};
	size_t n = i % 37 ? (size_t)prng_below(r, 300) : sizes[i / 37 % 8];

	for (size_t k = 0; k < n; k++)
		bytes_add(&line, &"abc\t\""[prng_below(r, 5)], 1);
	return line;
}

static void check_lines(const char *path, const char *line_end)
{
	struct prng r = {3};
	struct lines lines;
	struct span got;
	struct sphex_error err;

	cr_assert(!lines_open(&lines, path, 2, NULL, &err), "%s", err.message);
	for (size_t i = 0; i < 400; i++) {
		struct bytes line = make_line(&r, i);

		cr_assert(!lines_next(&lines, &got, &err), "line %zu of %s: %s", i, path,
			err.message);
		cr_assert(got.n == line.n && (!line.n || memcmp(got.p, line.data, line.n) == 0),
			"line %zu of %s, end %zu", i, path, strlen(line_end));
		cr_assert_eq(lines.number, i + 1);
		bytes_free(&line);
	}
	cr_assert_eq(lines_next(&lines, &got, &err), SPHEX_END);
	cr_assert_eq(lines_next(&lines, &got, &err), SPHEX_END);
	lines_close(&lines);
}

Test(lines, are_the_same_in_every_container_and_with_both_line_ends)
{
	for (size_t kind = 0; kind < 12; kind += one_in(5)) {
		const char *line_end = kind % 2 ? "\r\n" : "\n";
		struct prng r = {3};
		struct bytes text = {0}, file = {0};
		char *path;

		for (size_t i = 0; i < 400; i++) {
			struct bytes line = make_line(&r, i);

			bytes_add(&text, line.data, line.n);
			/* the last line may do without */
			if (i < 399 || kind % 4 < 2)
				bytes_add(&text, line_end, strlen(line_end));
			bytes_free(&line);
		}
		if (kind < 4)
			bytes_add(&file, text.data, text.n);
		else
			file = kind < 8 ? gzip_wrap(&text, 1)
					: bgzf_wrap(&text, (struct bgzf_shape){.level = 1});
		path = temp_file(&file, ".bed");
		check_lines(path, line_end);
		temp_remove(path);
		bytes_free(&text);
		bytes_free(&file);
	}
}

Test(lines, an_empty_file_has_none)
{
	char *path = text_file("", ".bed");
	struct lines lines;
	struct span line;
	struct sphex_error err;

	cr_assert(!lines_open(&lines, path, 1, NULL, &err));
	cr_assert_eq(lines_next(&lines, &line, &err), SPHEX_END);
	lines_close(&lines);
	temp_remove(path);
}

Test(lines, a_file_that_is_missing_is_named)
{
	struct lines lines;
	struct sphex_error err;

	cr_assert_eq(lines_open(&lines, "no/such/file.bed", 1, NULL, &err), SPHEX_E_IO);
	cr_assert_str_eq(err.file, "no/such/file.bed");
	lines_close(&lines);
}
