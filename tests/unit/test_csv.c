/* The CSV dialect, as the original's reader shows it field by field. */
#include <criterion/criterion.h>

#include <string.h>

#include "tests/support/prng.h"
#include "variants/csv.h"

static struct csv_field first_field(struct csv_line *line, const char *text)
{
	struct csv_field field;

	cr_assert(!csv_begin(line, span_of(text), NULL));
	cr_assert(csv_next(line, &field));
	return field;
}

Test(csv, fields_are_cut_at_tabs_and_empty_ones_are_missing)
{
	struct csv_line line = {0};
	struct csv_field field;
	static const char *const expected[] = {"a", "", " b ", ""};

	cr_assert(!csv_begin(&line, span_of("a\t\t b \t"), NULL));
	for (size_t i = 0; i < 4; i++) {
		cr_assert(csv_next(&line, &field), "field %zu", i);
		cr_assert(span_is(field.text, expected[i]), "field %zu", i);
		cr_assert_eq(field.is_missing, !*expected[i], "field %zu", i);
	}
	cr_assert(!csv_next(&line, &field));
	cr_assert(first_field(&line, "").is_missing);
	cr_assert(!csv_next(&line, &field));
	csv_free(&line);
}

Test(csv, only_complete_quoted_fields_lose_their_quotes)
{
	static const struct {
		const char *in, *out;
		bool is_odd;
	} cases[] = {{"\"ab\"", "ab", false}, {"\"\"", "", false}, {"\"\"\"\"", "\"", false},
		{"\"ab\"\"cd\"", "ab\"cd", false}, {"\"\"\"x\"\"\"", "\"x\"", false},
		{"\"a\"b\"c\"", "abc", false}, {"\"a\tb\"\tc", "a\tb", false},
		{"\"a\"\tb", "a", false}, {"a\"b\"c", "a\"b\"c", false}, {"x\"\"", "x\"\"", false},
		{" \"a\"", " \"a\"", false},
		/* the original fails on these */
		{"\"ab\"cd", "\"ab\"cd", false}, {"\"\"x", "\"\"x", false}, {"\"", "\"", true},
		{"\"a", "\"a", true}, {"\"a\tb", "\"a", true}, {"\"\"\"", "\"\"\"", true},
		{"\"a\"\"", "\"a\"\"", true}, {"a\"b", "a\"b", true}};
	struct csv_line line = {0};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct csv_field field = first_field(&line, cases[i].in);

		cr_assert(span_is(field.text, cases[i].out), "%s gives %.*s", cases[i].in,
			(int)field.text.n, field.text.p);
		cr_assert_eq(field.is_odd, cases[i].is_odd, "%s", cases[i].in);
		cr_assert(!field.is_missing, "%s", cases[i].in);
	}
	csv_free(&line);
}

Test(csv, written_fields_are_read_back)
{
	struct prng r = {1};
	struct csv_line line = {0};

	for (int i = 0; i < 300; i++) {
		char text[3][8], written[128];
		size_t n[3];
		struct csv_field field;
		FILE *file = tmpfile();

		for (int k = 0; k < 3; k++) {
			n[k] = (size_t)prng_below(&r, 8);
			for (size_t j = 0; j < n[k]; j++)
				text[k][j] = "a\"\t\r b"[prng_below(&r, 6)];
			if (k)
				putc('\t', file);
			csv_write(file, (struct span){text[k], n[k]});
		}
		rewind(file);
		cr_assert(!csv_begin(&line,
			(struct span){written, fread(written, 1, sizeof(written), file)}, NULL));
		for (int k = 0; k < 3; k++) {
			cr_assert(csv_next(&line, &field) && !field.is_missing);
			cr_assert(span_equal(field.text, (struct span){text[k], n[k]}),
				"case %d.%d", i, k);
		}
		cr_assert(!csv_next(&line, &field));
		fclose(file);
	}
	csv_free(&line);
}

Test(csv, texts_that_are_not_utf8_are_refused)
{
	static const char *const good[] = {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\x9d",
		"\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"};
	static const char *const bad[] = {"\xe9", "a\xff", "\xc3", "\xc0\x80", "\xe0\x9f\xbf",
		"\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80",
		"\xe2\x82", "\xe2\x28\xa1"};
	struct pool pool = {0};
	struct sphex_error err;
	uint32_t id;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct csv_field field = {.text = span_of(good[i])};

		cr_assert(!csv_keep(&pool, &field, &id, &err), "good %zu", i);
		cr_assert_str_eq(pool_text(&pool, id, NULL), good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct csv_field field = {.text = span_of(bad[i])};

		cr_assert_eq(csv_keep(&pool, &field, &id, &err), SPHEX_E_DATA, "bad %zu", i);
	}
	pool_free(&pool);
}

Test(csv, a_missing_field_has_no_number_and_an_empty_one_has)
{
	struct pool pool = {0};
	struct csv_field missing = {.text = span_of(""), .is_missing = true},
			 empty = {.text = span_of("")};
	uint32_t id;

	cr_assert(!csv_keep(&pool, &missing, &id, NULL));
	cr_assert_eq(id, POOL_NONE);
	cr_assert(!csv_keep(&pool, &empty, &id, NULL));
	cr_assert_eq(id, 0);
	pool_free(&pool);
}

static uint8_t quotes_of(char kind)
{
	return (kind == 'R' || kind == 'X' ? CSV_ODD_READ : 0) |
	       (kind == 'B' || kind == 'X' ? CSV_ODD_BEHIND : 0);
}

/*
 * Lines: E even, B odd behind what is read, R odd in what is read, X both. What the original's
 * reader keeps was recorded; "" is a failure there, and then nothing is lost here.
 */
Test(csv, lines_between_odd_quotes_are_lost_as_in_the_original)
{
	static const struct {
		const char *lines, *kept;
	} cases[] = {{"", ""}, {"E", "E"}, {"BB", "B"}, {"BEB", "B"}, {"BEEB", "B"}, {"BBBB", "BB"},
		{"EBBE", "EBE"}, {"BBE", "BE"}, {"BR", "B"}, {"BRE", "BE"}, {"EBRE", "EBE"},
		{"BXB", "B"}, {"BRBB", "BB"}, {"BRBR", "BB"}, {"BXXB", "B"}, {"BBBR", "BB"},
		{"BXEB", "B"},
		/* failures */
		{"B", "B"}, {"BE", "BE"}, {"BBB", "BBB"}, {"R", "R"}, {"RR", "RR"}, {"XE", "XE"},
		{"EEB", "EEB"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint8_t quotes[8] = {0};
		size_t n = strlen(cases[i].lines), n_kept = 0, n_lost;
		char kept[8] = "";

		for (size_t k = 0; k < n; k++)
			quotes[k] = quotes_of(cases[i].lines[k]);
		n_lost = csv_find_lost_lines(quotes, n);
		for (size_t k = 0; k < n; k++) {
			if (!quotes[k])
				kept[n_kept++] = cases[i].lines[k];
		}
		cr_assert_str_eq(kept, cases[i].kept, "%s: %s", cases[i].lines, kept);
		cr_assert_eq(n_lost, n - n_kept, "%s", cases[i].lines);
	}
}
