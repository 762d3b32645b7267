/* Annotation: which lines, which columns, which values. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/text_rows.h"
#include "variants/genes.h"

static enum sphex_status read_text(
	const char *text, struct gene_options options, struct regions *out, struct sphex_error *err)
{
	char *path = text_file(text, ".gtf");
	enum sphex_status status;

	memset(out, 0, sizeof(*out));
	memset(err, 0, sizeof(*err));
	options.n_threads = 1;
	status = genes_read(path, &options, out, err);
	temp_remove(path);
	return status;
}

/* "attribute parent: start-end a p; ..." */
static struct bytes describe(const struct regions *r)
{
	struct bytes b = {0};

	bytes_print(&b, "%s %s:", r->attribute_names[0], r->attribute_names[1]);
	for (size_t i = 0; i < r->n; i++) {
		bytes_print(&b, " %d-%d", (int)r->items[i].start, (int)r->items[i].end);
		for (int k = 0; k < 2; k++) {
			uint32_t id = r->items[i].attributes[k];

			bytes_print(
				&b, " %s", id == POOL_NONE ? "-" : pool_text(&r->values, id, NULL));
		}
		bytes_print(&b, ";");
	}
	bytes_add(&b, "", 1);
	return b;
}

static void expect(const char *text, struct gene_options options, const char *expected)
{
	struct regions r;
	struct sphex_error err;
	struct bytes got;

	cr_assert(!read_text(text, options, &r, &err), "%s: %s", text, err.message);
	got = describe(&r);
	cr_assert_str_eq((char *)got.data, expected, "%s\nnot %s", (char *)got.data, expected);
	bytes_free(&got);
	regions_free(&r);
}

#define GENE "c\ts\tgene\t11\t20\t.\t+\t.\t"
#define TRANSCRIPT "c\ts\ttranscript\t12\t19\t.\t+\t.\t"
#define EXON "c\ts\texon\t13\t14\t.\t+\t.\t"

static const char GTF[] =
	"##x\n" EXON "gene_id \"g\"; transcript_id \"t\"; exon_id \"e\";\n" TRANSCRIPT
	"gene_id \"g\"; transcript_id \"t\";\n" GENE "gene_id \"g\";\n\n" GENE "gene_id \"h\";\n";

Test(genes, feature_attribute_and_parent_are_chosen_by_the_rules_of_the_mode)
{
	expect(GTF, (struct gene_options){0}, "gene_id groupby_gene_id: 10-20 g g; 10-20 h h;");
	expect(GTF, (struct gene_options){.legacy = true}, "exon_id transcript_id: 12-14 e t;");
	expect(GTF, (struct gene_options){.feature = "transcript"},
		"transcript_id groupby_transcript_id: 11-19 t t;");
	expect(GTF, (struct gene_options){.feature = "exon", .attribute = "gene_id"},
		"gene_id transcript_id: 12-14 g t;");
	expect(GTF, (struct gene_options){.feature = "exon", .parent = "exon_id"},
		"exon_id groupby_exon_id: 12-14 e e;");
	expect(GTF, (struct gene_options){.attribute = "nope", .parent = "neither"},
		"nope neither: 10-20 - -; 10-20 - -;");
	expect(GTF, (struct gene_options){.feature = "CDS", .attribute = "x"}, "x groupby_x:");
	expect(GENE "ID=g;Name=n;\n" GENE "Name=m;\n", (struct gene_options){0},
		"ID groupby_ID: 10-20 g g; 10-20 - -;");
	expect(GENE "Name=n;\n", (struct gene_options){0}, "Name groupby_Name: 10-20 n n;");
	expect(GENE "ID=g;Parent=p;\n", (struct gene_options){0}, "ID Parent: 10-20 g p;");
}

Test(genes, one_line_is_enough_in_wasp2_and_every_line_is_needed_in_legacy)
{
	const char *text = GENE "ID=g;gene_id=x;\n" GENE "ID=h;Parent=p;\n";

	expect(text, (struct gene_options){0}, "gene_id Parent: 10-20 x -; 10-20 - p;");
	expect(text, (struct gene_options){.legacy = true}, "ID groupby_ID: 10-20 g g; 10-20 h h;");
}

/* What the original's regular expression KEY[=\s]"?'?(.*?)"?'?; captures. */
Test(genes, values_are_those_of_the_original_s_pattern)
{
	static const struct {
		const char *attributes, *value;
	} cases[] = {{"k \"v\";", "v"}, {"k=v;", "v"}, {"k v;", "v"}, {"k 'v w';", "v w"},
		{"k \"a;b\";", "a"}, {"k  \"v\";", " \"v"}, {"k \"a\"\"b\";", "a\"\"b"},
		{"k \"\";", ""}, {"k=;", ""}, {"k ;", ""}, {"xk=v;", "v"}, {"kk=v;", "v"},
		{"k:v; k=w;", "w"}, {"k=v", "-"}, {"k", "-"}, {"k=", "-"}, {"k:v;", "-"},
		{"k \"'v'\";", "v'"}, {"k '\"v\"';", "\"v"}, {"k=\";", ""}, {"k=';", ""},
		{"k=\"';", ""}, {"k=v\"';", "v"}, {"k=v'\";", "v'"}, {"k=a=b;", "a=b"},
		{"k=%20;", "%20"}, {"K=v; k=w;", "w"}, {"kx=1;k=2;", "2"}, {"k\tv;", "-"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[256], expected[256];

		snprintf(text, sizeof(text), GENE "%s\n", cases[i].attributes);
		snprintf(expected, sizeof(expected), "k p: 10-20 %s -;", cases[i].value);
		expect(text, (struct gene_options){.attribute = "k", .parent = "p"}, expected);
	}
}

Test(genes, quoted_columns_line_ends_and_more_columns_are_accepted)
{
	expect("\"c\"\ts\t\"gene\"\t011\t20\t.\t+\t.\t\"gene_id \"\"g\"\";\"\r\n#c\r\n\r\n" GENE
	       "gene_id \"h\";\tmore\r\n>c\nACGT\n",
		(struct gene_options){0}, "gene_id groupby_gene_id: 10-20 g g; 10-20 h h;");
	expect("c\ts\tgene\t11\t20\n" GENE "gene_id h;\n", (struct gene_options){0},
		"gene_id groupby_gene_id: 10-20 - -; 10-20 h h;");
}

Test(genes, what_cannot_be_used_is_refused)
{
	static const struct {
		const char *text;
		struct gene_options options;
		enum sphex_status status;
		uint64_t line;
	} cases[] = {{"", {0}, SPHEX_E_EMPTY, 0},
		{"#\n", {.feature = "gene", .attribute = "x"}, SPHEX_E_EMPTY, 0},
		{"c\ts\tCDS\t1\t2\t.\t+\t.\tID=x;\n", {0}, SPHEX_E_NOT_FOUND, 0},
		{GENE "x=y;\n", {0}, SPHEX_E_NOT_FOUND, 0},
		{GENE "x=y;\n", {.feature = "CDS"}, SPHEX_E_NOT_FOUND, 0},
		{"#\nc\ts\tgene\t0\t2\t.\t+\t.\tID=x;\n", {0}, SPHEX_E_DATA, 2},
		{"c\ts\tgene\tx\t2\t.\t+\t.\tID=x;\n", {0}, SPHEX_E_DATA, 1},
		{"c\ts\tgene\t1\n", {0}, SPHEX_E_DATA, 1},
		{"c\ts\tgene\t9\t7\t.\t+\t.\tID=x;\n", {0}, SPHEX_E_DATA, 1},
		{"c\ts\tgene\t1\t99999999999\t.\t+\t.\tID=x;\n", {0}, SPHEX_E_LIMIT, 1},
		{GENE "ID=\xe9;\n", {0}, SPHEX_E_DATA, 1},
		{GENE "ID=x;\n", {.attribute = ""}, SPHEX_E_ARGUMENT, 0},
		{GENE "ID=x;\n", {.attribute = "I."}, SPHEX_E_UNSUPPORTED, 0},
		{GENE "ID=x;\n", {.parent = "a|b"}, SPHEX_E_UNSUPPORTED, 0}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct regions r;
		struct sphex_error err;
		enum sphex_status status = read_text(cases[i].text, cases[i].options, &r, &err);

		cr_assert_eq(status, cases[i].status, "case %zu: %s", i, err.message);
		cr_assert_eq(err.line, cases[i].line, "case %zu", i);
		regions_free(&r);
	}
}

Test(genes, features_that_are_not_kept_may_be_damaged)
{
	expect(GENE "ID=g;\nc\ts\tCDS\tx\ty\n" EXON "ID=e;\n", (struct gene_options){0},
		"ID groupby_ID: 10-20 g g;");
}
