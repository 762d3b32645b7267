/* REF of the rows against a FASTA. */
#include <criterion/criterion.h>

#include <string.h>

#include "base/memory.h"
#include "tests/support/text_rows.h"
#include "variants/check_reference.h"
#include "variants/contig_names.h"

/* Lower-case bases and codes as real files have them; c is 16 bases long. */
static const char fasta_text[] = ">c\nACGTNRyk\nacgtWWWW\n>d\nTTTT\n";

/* By the names as written; rows NULL: one per line. */
static enum sphex_status check(
	const char *lines, struct rows *rows, const uint32_t *records, struct sphex_error *err)
{
	char *path = text_file(fasta_text, ".fa");
	struct rows all = {.identity = true};
	struct variants v = {0};
	struct fasta *fasta;
	uint32_t ids[8];
	enum sphex_status status;

	add_lines(&v, lines);
	all.n = v.n;
	v.extras = records ? memory_new(v.n, sizeof(*v.extras)) : NULL;
	for (size_t i = 0; records && i < v.n; i++)
		v.extras[i] = (struct variant_extra){records[i], VARIANT_NO_ID};
	cr_assert(!fasta_open(path, 1, &fasta, err), "%s", err->message);
	for (uint32_t i = 0; i < v.contigs.n; i++) {
		size_t n;
		const char *name = pool_text(&v.contigs, i, &n);

		ids[i] = fasta_find(fasta, name, n);
	}
	memset(err, 0, sizeof(*err));
	status = check_reference(&v, rows ? rows : &all, fasta, ids, err);
	fasta_close(fasta);
	variants_free(&v);
	temp_remove(path);
	return status;
}

Test(check_reference, equal_bases_in_any_case_and_ambiguity_codes_agree)
{
	struct sphex_error err;

	cr_assert(!check("c 0 1 A G\nc 0 16 ACGTACGTACGTACGT A\nc 8 10 AC A\nd 3 4 T G\n"
			 "c 5 6 C A\nc 4 8 TTTT T\n",
			  NULL, NULL, &err),
		"%s", err.message);
}

Test(check_reference, what_differs_is_named_and_counted)
{
	static const struct {
		const char *lines, *message;
	} cases[] = {
		{"c 0 1 A G\nc 1 2 A G\n",
			"REF differs from the reference in 1 of 2 records: c:2 REF A FASTA C"},
		/* beyond the end */
		{"c 14 17 AAA G\nd 4 5 T G\nd 4000000000 4000000001 T G\n",
			"REF differs from the reference in 3 of 3 records: c:15 REF AAA FASTA ends "
			"at "
			"16, d:5 REF T FASTA ends at 4, d:4000000001 REF T FASTA ends at 4"},
		{"c 0 16 ACGTACGTACGAACGT A\n", "REF differs from the reference in 1 of 1 records: "
						"c:1 REF ACGTACGTACGA... FASTA ACGTNRYKACGT..."},
		{"d 0 1 A G\nd 1 2 A G\nd 2 3 A G\nd 3 4 A G\nd 0 2 AT G\nd 1 3 TA G\nd 1 2 T G\n",
			"REF differs from the reference in 6 of 7 records: d:1 REF A FASTA T, "
			"d:2 REF A FASTA T, d:3 REF A FASTA T, d:4 REF A FASTA T, "
			"d:1 REF AT FASTA TT, ..."},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct sphex_error err;

		cr_assert_eq(check(cases[i].lines, NULL, NULL, &err), SPHEX_E_DATA, "case %zu", i);
		cr_assert_str_eq(err.message, cases[i].message);
		cr_assert(err.hint[0]);
	}
}

Test(check_reference, a_record_with_several_alts_is_checked_once)
{
	static const uint32_t records[] = {1, 1, 4};
	struct sphex_error err;

	cr_assert(check("c 1 2 A G\nc 1 2 A T\nc 1 2 A G\n", NULL, records, &err));
	cr_assert_str_eq(err.message, "REF differs from the reference in 2 of 2 records: "
				      "c:2 REF A FASTA C, c:2 REF A FASTA C");
}

Test(check_reference, only_rows_are_checked_each_line_once)
{
	static const char lines[] = "c 1 2 A G\nd 0 1 A G\ne 0 1 T G\n";
	struct row items[] = {{.variant = 1}, {.variant = 1}, {.variant = 1}};
	struct rows rows = {.items = items, .n = 3};
	struct sphex_error err;

	cr_assert(check(lines, &rows, NULL, &err));
	cr_assert_str_eq(
		err.message, "REF differs from the reference in 1 of 1 records: d:1 REF A FASTA T");
	rows.n = 0;
	cr_assert(!check(lines, &rows, NULL, &err));
}

Test(check_reference, a_contig_that_the_fasta_lacks_is_named)
{
	struct sphex_error err;

	cr_assert_eq(check("c 0 1 A G\ne 0 1 T G\n", NULL, NULL, &err), SPHEX_E_NOT_FOUND);
	cr_assert_str_eq(err.message, "contig 'e' of the variants is not in the reference");
}
