/* Contigs of two files, matched by name. */
#include <criterion/criterion.h>

#include <string.h>

#include "variants/contig_names.h"

static const struct contig_parties parties = {"the variants", "the BAM"};

static struct pool pool_with(const char *const *names, size_t n)
{
	struct pool pool = {0};
	struct sphex_error err;
	uint32_t id;

	for (size_t i = 0; i < n; i++)
		cr_assert(!pool_add(&pool, names[i], strlen(names[i]), &id, &err));
	return pool;
}

Test(contig_names, auto_adds_and_removes_chr_and_knows_the_mitochondrion)
{
	static const struct {
		const char *name;
		uint32_t as_written, by_style;
	} cases[] = {
		{"1", CONTIG_NONE, 0},
		{"chr1", 0, 0},
		{"2", 1, 1},
		{"chr2", 2, 2}, /* as written comes first */
		{"chr3", CONTIG_NONE, 3},
		{"MT", CONTIG_NONE, 4},
		{"M", CONTIG_NONE, 4},
		{"chrM", 4, 4},
		{"chrMT", CONTIG_NONE, 4},
		{"chrUn_7", CONTIG_NONE, 6}, /* the first of two */
		{"chr", CONTIG_NONE, CONTIG_NONE},
		{"Chr1", CONTIG_NONE, CONTIG_NONE},
		{"chrchr1", CONTIG_NONE, CONTIG_NONE},
		{"", CONTIG_NONE, CONTIG_NONE},
		{"4", CONTIG_NONE, CONTIG_NONE},
	};
	static const char *const bam[] = {"chr1", "2", "chr2", "3", "chrM", "X", "Un_7", "Un_7"};
	const struct contig_names targets = {bam, sizeof(bam) / sizeof(*bam)};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pool names = pool_with(&cases[i].name, 1);
		struct sphex_error err;
		uint32_t id;

		cr_assert(!contigs_map(&names, &targets, false, &id, &err));
		cr_assert_eq(id, cases[i].as_written, "%s", cases[i].name);
		cr_assert(!contigs_map(&names, &targets, true, &id, &err));
		cr_assert_eq(id, cases[i].by_style, "%s by style", cases[i].name);
		pool_free(&names);
	}
}

Test(contig_names, nothing_in_common_is_an_error_that_names_the_remedy)
{
	static const struct {
		const char *names[4], *bam[4];
		const char *message, *hint;
	} cases[] = {
		{{"1", "2"}, {"chr2", "chr1"},
			"no contig of the variants is in the BAM: 1, 2 against chr2, chr1",
			"--contig-style auto takes 1 for chr1"},
		{{"a", "b", "c", "MT"}, {"w", "x", "y", "chrM"},
			"no contig of the variants is in the BAM: a, b, c, ... against w, x, y, "
			"...",
			"--contig-style auto takes MT for chrM"},
		{{"a"}, {"b"}, "no contig of the variants is in the BAM: a against b", ""},
		{{"a"}, {NULL}, "no contig of the variants is in the BAM: a against none", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		static const uint64_t n_rows[4] = {3, 1, 1, 1};
		struct contig_names targets = {cases[i].bam, 0};
		struct sphex_error err;
		struct pool names;
		uint32_t ids[4];
		size_t n = 0;

		while (n < 4 && cases[i].names[n])
			n++;
		while (targets.n < 4 && targets.items[targets.n])
			targets.n++;
		names = pool_with(cases[i].names, n);
		cr_assert(!contigs_map(&names, &targets, false, ids, &err));
		cr_assert_eq(contigs_check(&names, n_rows, ids, &targets, &parties, &err),
			SPHEX_E_NOT_FOUND, "case %zu", i);
		cr_assert_str_eq(err.message, cases[i].message);
		cr_assert_str_eq(err.hint, cases[i].hint);
		pool_free(&names);
	}
}

Test(contig_names, only_contigs_with_rows_are_compared)
{
	static const char *const texts[] = {"a", "chr1", "b", "c"}, *const bam[] = {"chr1"};
	static const uint64_t all[] = {2, 1, 5, 0}, none[] = {0, 0, 0, 0}, lost[] = {1, 0, 0, 0};
	const struct contig_names targets = {bam, 1};
	struct pool names = pool_with(texts, 4);
	struct sphex_error err;
	char text[200];
	uint32_t ids[4];

	cr_assert(!contigs_map(&names, &targets, false, ids, &err));
	cr_assert(!contigs_check(&names, all, ids, &targets, &parties, &err));
	cr_assert(!contigs_check(&names, none, ids, &targets, &parties, &err));
	cr_assert(contigs_check(&names, lost, ids, &targets, &parties, &err));

	cr_assert(!contigs_describe_missing(&names, none, ids, &parties, text, sizeof(text)));
	cr_assert(contigs_describe_missing(&names, all, ids, &parties, text, sizeof(text)));
	cr_assert_str_eq(text, "2 contigs of the variants not in the BAM: a, b; 7 rows of zeros");
	cr_assert(contigs_describe_missing(&names, lost, ids, &parties, text, sizeof(text)));
	cr_assert_str_eq(text, "1 contig of the variants not in the BAM: a; 1 row of zeros");
	cr_assert(contigs_describe_missing(&names, all, ids, &parties, text, 12));
	cr_assert_str_eq(text, "2 contigs o");
	pool_free(&names);
}

Test(contig_names, endless_names_are_cut_off)
{
	static char name[5000];
	const char *text = name;
	const struct contig_names targets = {&text, 1};
	static const uint64_t n_rows[] = {1};
	struct sphex_error err;
	struct pool names;
	uint32_t id;

	memset(name, 'x', sizeof(name) - 1);
	names = pool_with(&text, 1);
	id = CONTIG_NONE;
	cr_assert_eq(
		contigs_check(&names, n_rows, &id, &targets, &parties, &err), SPHEX_E_NOT_FOUND);
	cr_assert(strstr(err.message, "xxx against xxx"));
	pool_free(&names);
}
