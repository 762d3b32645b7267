/* BED lines: what bedtools reads and what it takes for a header. */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <string.h>

#include "tests/support/text_rows.h"
#include "variants/bed.h"

Test(bed, coordinates_are_digits_with_an_optional_exponent)
{
	static const struct {
		const char *text;
		uint64_t value;
	} good[] = {{"0", 0}, {"7", 7}, {"0042", 42}, {"4294967296", UINT64_C(4294967296)},
		{"1e5", 100000}, {"1e+05", 100000}, {"12E3", 12000}, {"3e0", 3}, {"129e-1", 12},
		{"0e99999999", 0}, {"5e-99", 0}};
	static const char *const bad[] = {"", "-1", "+5", " 5", "5 ", "1.5", "x", "e5", "1e", "1e+",
		"1e+-5", "1e5x", "0x10", "1,000", "-0"};
	uint64_t value;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		cr_assert(bed_coordinate(span_of(good[i].text), &value), "%s", good[i].text);
		cr_assert_eq(value, good[i].value, "%s gives %" PRIu64, good[i].text, value);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		cr_assert(!bed_coordinate(span_of(bad[i]), &value), "'%s'", bad[i]);
}

Test(bed, huge_coordinates_stay_huge)
{
	static const char *const texts[] = {"99999999999999999999999", "18446744073709551616",
		"9e99999999999", "1e18446744073709551617"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		uint64_t value = 0;

		cr_assert(bed_coordinate(span_of(texts[i]), &value), "%s", texts[i]);
		cr_assert_gt(value, UINT64_C(1) << 36, "%s gives %" PRIu64, texts[i], value);
	}
}

Test(bed, header_lines_are_those_of_bedtools)
{
	static const char *const headers[] = {"#", "#chr1\t1", ">x", "!x", "track", "tracker\t1\t2",
		"TRACKy", "browser position", "browserz", "visibility", "chrom\t1\t2", "Chrom 1",
		"CHROM", "chrom"};
	static const char *const lines[] = {"", "chr1\t1\t2", "chr", "chromX\t1", "chrom1", "trac",
		"vis", "@a", " #x", "1", "*"};

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		cr_assert(bed_is_header(span_of(headers[i])), "%s", headers[i]);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		cr_assert(!bed_is_header(span_of(lines[i])), "%s", lines[i]);
}

Test(bed, headers_and_blank_lines_are_skipped_wherever_they_stand)
{
	char *path = text_file("track x\n#c\nc\t1\t2\n\nbrowser y\n \t \nd\t3\t4\n#end", ".bed");

	for (int skips = 0; skips < 2; skips++) {
		struct bed_file bed;
		struct bed_line line;
		struct sphex_error err;
		enum sphex_status status;

		cr_assert(!bed_open(&bed, path, skips, 1, &err));
		status = bed_next(&bed, &line, &err);
		if (!skips) {
			cr_assert_eq(status, SPHEX_E_DATA);
			cr_assert_eq(err.line, 1);
		} else {
			cr_assert(!status && span_is(line.contig, "c") && line.start == 1 &&
				  line.end == 2);
			cr_assert(!bed_next(&bed, &line, &err) && span_is(line.contig, "d"));
			cr_assert_eq(bed_next(&bed, &line, &err), SPHEX_END);
		}
		bed_close(&bed);
	}
	temp_remove(path);
}

Test(bed, lines_that_are_no_bed_are_refused_with_their_number)
{
	static const struct {
		const char *text;
		uint64_t line;
	} cases[] = {{"chr1\t5\n", 1}, {"chr1 5 6\n", 1}, {"chr1,5,6\n", 1},
		{"a\t1\t2\nb\tx\t2\n", 2}, {"a\t1\t2\n\n#\nb\t1\t2.5\n", 4},
		{"a\t1\t2\nb\t1\t2\tn\n", 2}, {"a\t1\t2\tn\nb\t1\t2\n", 2},
		{"a\t1\t2\tn\nb\t1\t2\t\tx\n", 2}, {"chr1\tt\tgene\t5\t6\t.\t+\t.\tID=x;\n", 1},
		{"a\t1\t2\nb\t\t2\n", 2}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *path = text_file(cases[i].text, ".bed");
		struct bed_file bed;
		struct bed_line line;
		struct sphex_error err = {0};
		enum sphex_status status;

		cr_assert(!bed_open(&bed, path, true, 1, &err));
		while (!(status = bed_next(&bed, &line, &err)))
			;
		cr_assert_eq(status, SPHEX_E_DATA, "case %zu", i);
		cr_assert_eq(err.line, cases[i].line, "case %zu: line %" PRIu64, i, err.line);
		cr_assert_str_eq(err.file, path);
		bed_close(&bed);
		temp_remove(path);
	}
}

Test(bed, the_columns_behind_the_interval_are_kept_as_they_are)
{
	char *path = text_file("a\t1\t2\t\tx \"\t\r\n", ".bed");
	struct bed_file bed;
	struct bed_line line;
	struct sphex_error err;

	cr_assert(!bed_open(&bed, path, true, 1, &err));
	cr_assert(!bed_next(&bed, &line, &err));
	cr_assert(span_is(line.others, "\tx \"\t"));
	cr_assert_eq(bed.n_columns, 6);
	bed_close(&bed);
	temp_remove(path);
}
