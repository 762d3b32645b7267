/* Records of a VCF by ASEReadCounter's rules: spans, verdicts, and the segments that come of them.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/support/bam_builder.h"
#include "variants/ase_segments.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

static const char header[] = "##fileformat=VCFv4.2\n##contig=<ID=c1,length=1000>\n"
			     "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\n";

static enum sphex_status read_text(const char *text, struct ase_sites *sites,
	struct ase_vcf_facts *facts, struct sphex_error *err)
{
	struct contigs contigs = {0};
	struct bytes bytes = {0};
	enum sphex_status status;
	char *path;

	cr_assert_eq(contigs_add(&contigs, "c1", 2, 1000, NULL, err), SPHEX_OK);
	bytes_print(&bytes, "%s", text);
	path = temp_file(&bytes, ".vcf");
	status = ase_sites_read(path, &contigs, 1, sites, facts, err);
	temp_remove(path);
	bytes_free(&bytes);
	contigs_free(&contigs);
	return status;
}

static struct ase_sites read_records(const char *records)
{
	struct ase_sites sites = {0};
	struct ase_vcf_facts facts = {0};
	struct sphex_error err;
	char text[2000];

	snprintf(text, sizeof(text), "%s%s", header, records);
	cr_assert_eq(read_text(text, &sites, &facts, &err), SPHEX_OK, "%s", err.message);
	cr_assert(facts.has_samples);
	ase_vcf_facts_free(&facts);
	return sites;
}

/* REF, ALT, INFO, FORMAT and samples of a record at c1:100. */
static struct ase_record read_one(
	const char *ref, const char *alt, const char *info, const char *rest)
{
	char line[500];
	struct ase_sites sites;
	struct ase_record record;

	snprintf(line, sizeof(line), "c1\t100\tid\t%s\t%s\t.\t.\t%s%s%s\n", ref, alt, info,
		*rest ? "\t" : "", rest);
	sites = read_records(line);
	cr_assert_eq(sites.n, 1);
	record = sites.items[0];
	ase_sites_free(&sites);
	return record;
}

Test(ase_sites, alleles_and_genotypes_decide)
{
	static const struct {
		const char *ref, *alt, *rest;
		enum ase_verdict verdict;
	} cases[] = {
		{"A", "G", "GT\t0/1\t0/0", ASE_ROW},
		{"A", "G", "GT\t0/0\t1|0", ASE_ROW},
		{"A", "g", "GT:DP\t0/0/1\t.", ASE_ROW},
		{"A", "G", "GT\t/0/1\t.", ASE_ROW},
		{"A", "G", "GT\t0\\1\t.", ASE_ROW},
		{"A", "*", "GT\t0/1\t.", ASE_ROW},
		{"A", "NN", "GT\t0/1\t.", ASE_ROW},
		{"A", "G,.", "GT\t0/1\t.", ASE_ROW},
		{"A", "G", "GT\t0/0\t1/1", ASE_NOT_HET},
		{"A", "G", "GT\t0\t1", ASE_NOT_HET},
		{"A", "G", "GT\t./0/1\t.", ASE_NOT_HET},
		{"A", "G", "GT\t./.\t0/.", ASE_NOT_HET},
		{"A", "G", "DP\t5\t6", ASE_NOT_HET},
		{"A", "<DEL>", "GT\t0/0\t.", ASE_NOT_HET},
		{"A", "G,T", "GT\t0/1\t0/x", ASE_NOT_BIALLELIC},
		{"A", "G,<NON_REF>", "GT\t0/1\t.", ASE_NOT_BIALLELIC},
		{"A", ".", "GT\t0/1\t.", ASE_NOT_BIALLELIC},
		{"A", "<DEL>", "GT\t0/1\t.", ASE_SYMBOLIC},
		{"A", "A[c1:5[", "GT\t0/1\t.", ASE_SYMBOLIC},
		{"A", ".A", "GT\t0/1\t.", ASE_SYMBOLIC},
		{"A", "R", "GT\t0/1\t.", ASE_BAD_ALLELE},
		{"R", "A", "GT\t0/1\t.", ASE_BAD_ALLELE},
		{"*", "A", "GT\t0/1\t.", ASE_BAD_ALLELE},
		{"A", "G,R", "GT\t0/1\t.", ASE_BAD_ALLELE},
		{"A", "a", "GT\t0/1\t.", ASE_SAME_ALLELES},
		{"A", "G,g", "GT\t0/1\t.", ASE_SAME_ALLELES},
		{"A", "G", "DP:GT\t5:0/1\t.", ASE_GT_NOT_FIRST},
		{"A", "G", "GT\t0/1\t0/2", ASE_BAD_GT},
		{"A", "G", "GT\t0/1\t0/x", ASE_BAD_GT},
		{"A", "G", "GT\t0/1:3\t.", ASE_BAD_SAMPLES},
		{"A", "G", "GT\t0/1", ASE_BAD_SAMPLES},
		{"A", "G", "GT\t0/1\t.\t.", ASE_BAD_SAMPLES},
		{"A", "G", "", ASE_BAD_SAMPLES},
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct ase_record r = read_one(cases[i].ref, cases[i].alt, ".", cases[i].rest);

		cr_assert_eq(r.verdict, cases[i].verdict, "case %zu: %d", i, r.verdict);
		cr_assert_eq(ase_verdict_text(r.verdict) != NULL, r.verdict >= ASE_SYMBOLIC);
	}
	cr_assert_eq(read_one("A", "gT", ".", "GT\t0/1\t.").alt, 'G');
}

/* Seconds of CPU: a comparison of all pairs takes a minute. */
Test(ase_sites, a_line_of_very_many_alts_is_read_at_once)
{
	enum { N = 200000, N_BASES = 9 };
	struct ase_sites sites = {0};
	struct ase_vcf_facts facts = {0};
	struct sphex_error err;
	struct bytes text = {0};
	clock_t started;

	bytes_print(&text, "%s", header);
	for (unsigned same = 0; same < 2; same++) {
		bytes_print(&text, "c1\t100\tid\tA\t");
		for (uint32_t i = 0; i < N; i++) {
			char alt[N_BASES + 2] = ",";

			for (unsigned j = 0; j < N_BASES; j++)
				alt[j + 1] = "ACGT"[i >> 2 * j & 3];
			bytes_add(&text, alt + !i, strlen(alt + !i));
		}
		bytes_print(&text, "%s\t.\t.\t.\tGT\t0/1\t.\n", same ? ",acaaaaaaa" : "");
	}
	for (unsigned i = 0; i < N; i++)
		bytes_print(&text, "c1\t100\tid\tA\tC\t.\t.\t.\tGT\t0/1\t.\n");
	bytes_add_number(&text, 0, 1);
	started = clock();
	cr_assert_eq(read_text((char *)text.data, &sites, &facts, &err), SPHEX_OK);
	cr_assert_lt((double)(clock() - started) / CLOCKS_PER_SEC, 20);
	cr_assert_eq(sites.items[0].verdict, ASE_NOT_BIALLELIC);
	cr_assert_eq(sites.items[1].verdict, ASE_SAME_ALLELES);
	cr_assert_eq(sites.n_records[ASE_ROW], N);
	ase_sites_free(&sites);
	ase_vcf_facts_free(&facts);
	bytes_free(&text);
}

Test(ase_sites, info_end_is_the_end_of_any_record)
{
	static const struct {
		const char *ref, *info;
		uint32_t end0; /* 0: an error */
	} cases[] = {
		{"A", ".", 100},
		{"ACG", ".", 102},
		{"A", "END=105", 105},
		{"ACG", "DP=1;END=100", 100},
		{"A", "END=101;END=103", 103},
		{"ACG", "END=99", 100},
		{"A", "END=-5", 100},
		{"A", "SVEND=105;ENDS=1", 100},
		{"A", "END=2147483647", 2147483647},
		{"A", "END=2147483648", 0},
		{"A", "END", 0},
		{"A", "END=", 0},
		{"A", "END=.", 0},
		{"A", "END=1,2", 0},
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct ase_record r = read_one(cases[i].ref, "T", cases[i].info, "GT\t0/1\t.");

		cr_assert_eq(r.beg0, 99);
		cr_assert_eq(r.verdict, cases[i].end0 ? ASE_ROW : ASE_BAD_END, "case %zu", i);
		cr_assert(!cases[i].end0 || r.end0 == cases[i].end0, "case %zu: %u", i, r.end0);
	}
}

Test(ase_sites, lines_that_are_no_records_are_errors)
{
	static const struct {
		const char *text;
		enum sphex_status status;
		unsigned line;
	} cases[] = {
		{"c1\t5\t.\tA\tG\t.\t.\n", SPHEX_E_DATA, 4},
		{"c1\tx\t.\tA\tG\t.\t.\t.\tGT\t0/1\t.\n", SPHEX_E_DATA, 4},
		{"c9\t5\t.\tA\tG\t.\t.\t.\nc1\t0\t.\tA\tG\t.\t.\t.\n\n", SPHEX_OK, 0},
	};
	char text[500];

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct ase_sites sites = {0};
		struct ase_vcf_facts facts = {0};
		struct sphex_error err = {0};

		snprintf(text, sizeof(text), "%s%s", header, cases[i].text);
		cr_assert_eq(read_text(text, &sites, &facts, &err), cases[i].status, "case %zu", i);
		cr_assert(!cases[i].status || err.line == cases[i].line, "case %zu", i);
		cr_assert_eq(sites.n, 0);
		ase_sites_free(&sites);
		ase_vcf_facts_free(&facts);
	}
}

Test(ase_sites, what_is_no_vcf_is_a_format_error)
{
	static const char *const texts[] = {"", "\n", "c1\t5\t.\tA\tG\n", "##fileformat=VCFv3.3\n",
		"##fileformat=VCFv4.x\n", "##fileformat=VCFv4.100\n", "##fileformat=VCFv4.2\n",
		"##fileformat=VCFv4.2\n##contig=<ID=c1>\n"};

	for (size_t i = 0; i < N_OF(texts); i++) {
		struct ase_sites sites = {0};
		struct ase_vcf_facts facts = {0};
		struct sphex_error err;

		cr_assert_eq(
			read_text(texts[i], &sites, &facts, &err), SPHEX_E_FORMAT, "%s", texts[i]);
		ase_sites_free(&sites);
		ase_vcf_facts_free(&facts);
	}
}

Test(ase_sites, contigs_come_from_the_header_or_from_the_records)
{
	static const char columns[] = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
				      "c7\t5\t.\tA\tG\t.\t.\t.\n";
	struct ase_sites sites = {0};
	struct ase_vcf_facts facts = {0};
	struct sphex_error err;
	char text[500];

	snprintf(text, sizeof(text), "##fileformat=VCFv4.5\n%s", columns);
	cr_assert_eq(read_text(text, &sites, &facts, &err), SPHEX_OK);
	cr_assert_eq(facts.minor, 5);
	cr_assert(!facts.has_samples);
	cr_assert_eq(facts.contigs.names.n, 1);
	cr_assert_eq(facts.contigs.lengths[0], LENGTH_UNKNOWN);
	ase_vcf_facts_free(&facts);
	facts = (struct ase_vcf_facts){0};
	snprintf(text, sizeof(text),
		"##fileformat=VCFv4.1\n##contig=<length=7,ID=x>\n##contig=<ID=y>\n"
		"##contig=<ID=z,length=8q>\n%s",
		columns);
	cr_assert_eq(read_text(text, &sites, &facts, &err), SPHEX_OK);
	cr_assert_eq(facts.contigs.names.n, 3);
	cr_assert_eq(facts.contigs.lengths[0], 7);
	cr_assert_eq(facts.contigs.lengths[1], LENGTH_UNKNOWN);
	cr_assert_eq(facts.contigs.lengths[2], LENGTH_UNKNOWN);
	ase_vcf_facts_free(&facts);
	ase_sites_free(&sites);
}

/* ---------------------------------------------------------------- segments */

/* Records "beg0-end0V" with V: r a row, h not heterozygous, x an error, R a row of another file; ""
 * gives none. */
static void make_segments(const char *text, uint64_t length, const char *within, char *out)
{
	struct ase_sites sites = {0};
	struct ase_segments segments = {0};
	struct intervals visited = {0};
	struct ase_record all[20];
	struct sphex_error err;
	char kind;
	int n;

	sites.items = all;
	for (; sscanf(text, "%u-%u%c%n", &all[sites.n].beg0, &all[sites.n].end0, &kind, &n) == 3;
		text += n) {
		all[sites.n].ref = 0;
		all[sites.n].file = kind == 'R';
		all[sites.n].line = (uint32_t)sites.n;
		all[sites.n++].verdict = kind == 'r' || kind == 'R' ? ASE_ROW
					 : kind == 'h'              ? ASE_NOT_HET
								    : ASE_SYMBOLIC;
	}
	if (within) {
		struct interval one = {0};

		for (; sscanf(within, "%u-%u%n", &one.beg0, &one.end0, &n) == 2; within += n)
			cr_assert_eq(intervals_add(&visited, one, &err), SPHEX_OK);
	}
	cr_assert_eq(
		ase_segments_build(&sites, 1, &length, within ? &visited : NULL, &segments, &err),
		SPHEX_OK);
	*out = '\0';
	for (size_t i = 0; i < segments.n; i++) {
		struct ase_segment s = segments.items[i];

		if (s.record == SEGMENT_NO_REFERENCE && s.end0 == 2147483648u)
			out += sprintf(out, "%u+ ", s.beg0);
		else if (s.record == SEGMENT_NO_REFERENCE)
			out += sprintf(out, "%u-%un ", s.beg0, s.end0);
		else if (s.record == SEGMENT_TWO_RECORDS)
			out += sprintf(out, "%u-%u2 ", s.beg0, s.end0);
		else
			out += sprintf(out, "%u-%u%c ", s.beg0, s.end0,
				all[s.record].verdict == ASE_ROW ? 'r' : 'x');
	}
	cr_assert_eq(segments.begins[1], segments.n);
	ase_segments_free(&segments);
	intervals_free(&visited);
}

Test(ase_segments, positions_have_one_answer)
{
	static const struct {
		const char *records;
		uint64_t length;
		const char *within, *segments;
	} cases[] = {
		{"", 100, NULL, "100+ "},
		{"5-6r", 100, NULL, "5-6r 100+ "},
		{"9-12r 5-6x", 100, NULL, "5-6x 9-12r 100+ "},
		{"5-6h", 100, NULL, "100+ "},
		{"5-6h 5-6h", 100, NULL, "5-62 100+ "},
		{"5-9R 5-6r", 100, NULL, "5-62 6-9r 100+ "},
		{"5-10r 6-7h", 100, NULL, "5-6r 6-72 7-10r 100+ "},
		{"5-10h 6-12r", 100, NULL, "6-102 10-12r 100+ "},
		{"5-20r 6-8r 7-9r 15-16r", 100, NULL, "5-6r 6-72 7-92 9-15r 15-162 16-20r 100+ "},
		{"5-10r 10-12r", 100, NULL, "5-10r 10-12r 100+ "},
		{"98-110r 105-106r", 100, NULL, "98-100r 100+ "},
		{"5-6r", 0, NULL, "0+ "},
		{"5-6r 20-30r", 100, "0-5 25-26 28-200", "25-26r 28-30r 100-200n "},
		{"50-60r", 0, "10-20", "10-20n "},
		{"5-10r 5-8r", 100, "6-9", "6-82 8-9r "},
	};
	char got[500];

	for (size_t i = 0; i < N_OF(cases); i++) {
		make_segments(cases[i].records, cases[i].length, cases[i].within, got);
		cr_assert_str_eq(got, cases[i].segments, "case %zu: %s", i, got);
	}
}

Test(ase_segments, the_next_one_is_found_from_anywhere)
{
	enum { N = 1000 };
	struct ase_segment items[N];
	size_t begins[] = {0, N};
	struct ase_segments segments = {.items = items, .n = N, .begins = begins};

	for (uint32_t i = 0; i < N; i++)
		items[i] = (struct ase_segment){0, i * 10, i * 10 + 5, i};
	for (size_t from = 0; from <= N; from += 37)
		for (int64_t pos0 = (int64_t)from * 10; pos0 < N * 10 + 20; pos0 += 7) {
			size_t expected = (size_t)(pos0 / 10 + (pos0 % 10 >= 5));

			expected = expected < from ? from : expected > N ? N : expected;
			cr_assert_eq(ase_segments_behind(&segments, 0, from, pos0), expected);
		}
}
