/* Regions from BED and peak files: kinds by name, values, intervals. */
#include <criterion/criterion.h>

#include <string.h>

#include "tests/support/text_rows.h"
#include "variants/regions.h"

Test(regions, the_kind_is_known_from_the_name)
{
	static const char *const bed[] = {"x.bed", "x.BED.GZ", "d/x.bed.gz", "x.narrowPeak",
		"x.a.yPeak.gz", "x.peak", "x.Peak", ".x.bed", "x..bed", "x.gtfPeak", ".gz.bed",
		"x.gtf.bed"};
	static const char *const genes[] = {
		"x.gtf", "x.GTF", "x.gff", "x.gff3", "x.gff3.Gz", "a/b.gff.gz", ".x.gtf"};
	static const char *const none[] = {".bed", "..bed", "bed", "Peak", "xPeak", ".Peak",
		"x.bed.gz.gz", "x.gff2", "x.gz", "x.bedgraph", "d.bed/x", ".gff3", "x.bed ",
		"chr1:1-2", ".bed.gz", "a/.bed", ""};
	enum region_kind kind;
	struct sphex_error err;

	for (size_t i = 0; i < sizeof(bed) / sizeof(*bed); i++) {
		cr_assert(!region_kind(bed[i], &kind, &err), "%s", bed[i]);
		cr_assert_eq(kind, REGIONS_BED, "%s", bed[i]);
	}
	for (size_t i = 0; i < sizeof(genes) / sizeof(*genes); i++) {
		cr_assert(!region_kind(genes[i], &kind, &err), "%s", genes[i]);
		cr_assert_eq(kind, REGIONS_GENES, "%s", genes[i]);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		cr_assert_eq(region_kind(none[i], &kind, &err), SPHEX_E_ARGUMENT, "%s", none[i]);
	cr_assert(!region_kind(NULL, &kind, &err) && kind == REGIONS_NONE);
}

static enum sphex_status read_text(
	const char *text, bool use_names, struct regions *out, struct sphex_error *err)
{
	char *path = text_file(text, ".bed");
	struct bed_options options = {.use_names = use_names, .keep_columns = true, .n_threads = 1};
	enum sphex_status status;

	memset(out, 0, sizeof(*out));
	status = regions_read(path, &options, out, err);
	temp_remove(path);
	return status;
}

static const char *value(const struct regions *r, size_t i)
{
	uint32_t id = r->items[i].attributes[0];

	return id == POOL_NONE ? "missing" : pool_text(&r->values, id, NULL);
}

Test(regions, the_value_is_the_name_or_the_coordinates)
{
	const char *text =
		"c\t001\t1e3\tn1\nc\t5\t6\t\"a\"\"b\"\nc\t5\t6\t\nc\t5\t6\t\"\"\nc\t5\t6\ta\"b\n";
	static const char *const names[] = {"n1", "a\"b", "missing", "", "a\"b"};
	static const char *const coordinates[] = {"c_1_1000", "c_5_6", "c_5_6", "c_5_6", "c_5_6"};
	static const uint8_t name_quotes[] = {0, 0, 0, 0, CSV_ODD_READ};
	static const uint8_t other_quotes[] = {0, 0, 0, 0, CSV_ODD_BEHIND};

	for (int use_names = 0; use_names < 2; use_names++) {
		struct regions r;
		struct sphex_error err;

		cr_assert(!read_text(text, use_names, &r, &err), "%s", err.message);
		cr_assert(r.n == 5 && r.n_attributes == 1 && r.has_odd_quotes);
		cr_assert_str_eq(r.attribute_names[0], "region");
		for (size_t i = 0; i < 5; i++) {
			cr_assert_str_eq(value(&r, i), use_names ? names[i] : coordinates[i],
				"region %zu", i);
			cr_assert_eq(r.items[i].quotes,
				use_names ? name_quotes[i] : other_quotes[i], "region %zu", i);
		}
		regions_free(&r);
	}
}

Test(regions, without_a_fourth_column_there_are_no_names)
{
	struct regions r;
	struct sphex_error err;

	cr_assert(!read_text("c\t5\t6\n", true, &r, &err));
	cr_assert_str_eq(value(&r, 0), "c_5_6");
	cr_assert(!r.has_others);
	regions_free(&r);
}

Test(regions, other_columns_are_kept_for_the_copy_on_disk)
{
	struct regions r;
	struct sphex_error err;

	cr_assert(!read_text("c\t5\t6\tn\t\"x\nc\t5\t6\t\t\n", false, &r, &err));
	cr_assert(r.has_others);
	cr_assert(span_is(
		(struct span){r.text + r.items[0].others, r.items[0].others_nbytes}, "n\t\"x"));
	cr_assert(
		span_is((struct span){r.text + r.items[1].others, r.items[1].others_nbytes}, "\t"));
	regions_free(&r);
}

Test(regions, intervals_that_bedtools_refuses_are_refused)
{
	static const struct {
		const char *text;
		enum sphex_status status;
	} cases[] = {{"c\t6\t5\n", SPHEX_E_DATA}, {"c\t0\t0\n", SPHEX_E_DATA},
		{"c\t1\t34359738369\n", SPHEX_E_LIMIT},
		{"c\t1\t99999999999999999999999\n", SPHEX_E_LIMIT},
		{"c\t1\t2\t\xe9\n", SPHEX_E_DATA}, {"c\t0\t1\n", SPHEX_OK}, {"c\t1\t1\n", SPHEX_OK},
		{"c\t0\t34359738368\n", SPHEX_OK}, {"", SPHEX_OK}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct regions r;
		struct sphex_error err = {0};

		cr_assert_eq(
			read_text(cases[i].text, true, &r, &err), cases[i].status, "case %zu", i);
		cr_assert_eq(err.line, cases[i].status ? 1 : 0, "case %zu", i);
		regions_free(&r);
	}
}
