/* Intervals: sets of positions, and the spellings of -L. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/bam_builder.h"
#include "variants/intervals.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

static struct contigs make_contigs(void)
{
	static const struct {
		const char *name;
		uint64_t length;
	} rows[] = {{"c1", 1000}, {"c2", 50}, {"HLA:01:2", 30}};
	struct contigs contigs = {0};
	struct sphex_error err;

	for (size_t i = 0; i < N_OF(rows); i++)
		cr_assert_eq(contigs_add(&contigs, rows[i].name, strlen(rows[i].name),
				     rows[i].length, NULL, &err),
			SPHEX_OK);
	return contigs;
}

/* "0:5-9 1:2-3": contig number, 0-based begin, end. */
static void print(const struct intervals *set, char *out)
{
	*out = '\0';
	for (size_t i = 0; i < set->n; i++)
		out += sprintf(out, "%s%u:%u-%u", i ? " " : "", set->items[i].ref,
			set->items[i].beg0, set->items[i].end0);
}

static void scan(const char *text, struct intervals *set)
{
	struct interval one;
	struct sphex_error err;
	int n;

	for (; sscanf(text, "%u:%u-%u%n", &one.ref, &one.beg0, &one.end0, &n) == 3; text += n)
		cr_assert_eq(intervals_add(set, one, &err), SPHEX_OK);
	intervals_normalize(set);
}

/* What a text means, or the status as a word. */
static void read(const char *text, uint32_t padding, char *out)
{
	struct contigs contigs = make_contigs();
	struct intervals set = {0};
	struct sphex_error err;
	enum sphex_status status = intervals_read(text, &contigs, padding, 1, &set, &err);

	print(&set, out);
	if (status)
		strcpy(out, sphex_status_name(status));
	intervals_free(&set);
	contigs_free(&contigs);
}

static void read_file(const char *text, const char *suffix, uint32_t padding, char *out)
{
	struct bytes bytes = {0};
	char *path;

	bytes_print(&bytes, "%s", text);
	path = temp_file(&bytes, suffix);
	read(path, padding, out);
	temp_remove(path);
	bytes_free(&bytes);
}

Test(intervals, texts_are_1_based_and_closed)
{
	static const struct {
		const char *text;
		uint32_t padding;
		const char *set;
	} cases[] = {
		{"c1", 0, "0:0-1000"},
		{"c2", 7, "1:0-50"},
		{"c1:100", 0, "0:99-100"},
		{"c1:100-200", 0, "0:99-200"},
		{"c1:1,00-2,00", 0, "0:99-200"},
		{"c1:990+", 0, "0:989-1000"},
		{"c1:5", 10, "0:0-15"},
		{"c1:995", 10, "0:984-1000"},
		{"HLA:01:2", 0, "2:0-30"},
		{"HLA:01:2:3-4", 0, "2:2-4"},
		{"c9", 0, "not found"},
		{"c9:5", 0, "not found"},
		{"c1:0", 0, "not found"},
		{"c1:1001", 0, "not found"},
		{"c1:5-1001", 0, "not found"},
		{"c1:9-5", 0, "not found"},
		{"c1:", 0, "not found"},
		{"c1:x", 0, "not found"},
		{"c1:5-", 0, "not found"},
		{"c1:-5", 0, "not found"},
		{"c1:99999999999999999999", 0, "not found"},
		{"", 0, "not found"},
	};
	char got[200];

	for (size_t i = 0; i < N_OF(cases); i++) {
		read(cases[i].text, cases[i].padding, got);
		cr_assert_str_eq(got, cases[i].set, "%s: %s", cases[i].text, got);
	}
}

Test(intervals, files_are_known_by_their_ends)
{
	static const struct {
		const char *text, *suffix;
		uint32_t padding;
		const char *set;
	} cases[] = {
		{"c1\t9\t20\nc1\t15\t30\n", ".bed", 0, "0:9-30"},
		{"#x\nc2\t0\t5\n", ".bed", 2, "1:0-7"},
		{"", ".bed", 0, "empty"},
		{"c1\t5\t5\n", ".bed", 0, "not found"},
		{"c1\t5\t1001\n", ".bed", 0, "not found"},
		{"@HD\tVN:1.6\nc1\t10\t20\t+\tname\n", ".interval_list", 0, "0:9-20"},
		{"c1\t10\n", ".interval_list", 0, "data"},
		{"c1:10-20\n\nc2\n", ".list", 0, "0:9-20 1:0-50"},
		{"c1:10-20\nc3\n", ".list", 0, "not found"},
		{"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
		 "c1\t10\t.\tACG\tA\t.\t.\t.\nc1\t20\t.\tA\tT\t.\t.\tEND=22\n",
			".vcf", 0, "0:9-12 0:19-22"},
	};
	char got[200];

	for (size_t i = 0; i < N_OF(cases); i++) {
		read_file(cases[i].text, cases[i].suffix, cases[i].padding, got);
		cr_assert_str_eq(got, cases[i].set, "case %zu: %s", i, got);
	}
}

Test(intervals, sets_are_sorted_and_joined)
{
	struct intervals set = {0};
	char got[200];

	scan("1:0-5 0:20-30 0:5-9 0:9-12 0:22-24", &set);
	print(&set, got);
	cr_assert_str_eq(got, "0:5-12 0:20-30 1:0-5");
	cr_assert(intervals_overlap(&set, 0, 11, 12));
	cr_assert(!intervals_overlap(&set, 0, 12, 20));
	cr_assert(intervals_overlap(&set, 0, 12, 21));
	cr_assert(!intervals_overlap(&set, 1, 5, 100));
	cr_assert(!intervals_overlap(&set, 2, 0, 100));
	intervals_free(&set);
}

Test(intervals, intersection_and_difference)
{
	static const struct {
		const char *a, *b, *both, *difference;
	} cases[] = {
		{"0:5-10", "0:7-8", "0:7-8", "0:5-7 0:8-10"},
		{"0:5-10", "0:0-7 0:9-20", "0:5-7 0:9-10", "0:7-9"},
		{"0:5-10 1:5-10", "1:0-20", "1:5-10", "0:5-10"},
		{"0:5-10", "1:5-10", "", "0:5-10"},
		{"0:5-10 0:20-30", "0:5-30", "0:5-10 0:20-30", ""},
		{"0:5-30", "0:6-7 0:9-10 2:1-2", "0:6-7 0:9-10", "0:5-6 0:7-9 0:10-30"},
		{"", "0:5-10", "", ""},
		{"0:5-10", "", "", "0:5-10"},
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct intervals a = {0}, b = {0}, both = {0}, difference = {0};
		struct sphex_error err;
		char got[200];

		scan(cases[i].a, &a);
		scan(cases[i].b, &b);
		cr_assert_eq(intervals_intersect(&a, &b, &both, &err), SPHEX_OK);
		cr_assert_eq(intervals_subtract(&a, &b, &difference, &err), SPHEX_OK);
		print(&both, got);
		cr_assert_str_eq(got, cases[i].both, "case %zu: %s", i, got);
		print(&difference, got);
		cr_assert_str_eq(got, cases[i].difference, "case %zu: %s", i, got);
		intervals_free(&a);
		intervals_free(&b);
		intervals_free(&both);
		intervals_free(&difference);
	}
}
