/* sphex.h as users of the counter see it: options, states, columns, files and numbers. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/caller.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))
#define SNP                           \
	{                             \
		"chr1", 100, "A", "G" \
	}

/* A BAM with one read, G over chr1:100. */
static char *one_read(void)
{
	static const struct bam_read reads[2] = {
		{.name = "a", .pos0 = 99, .cigar = "1M", .seq = "G"}};

	return caller_bam(reads, 0);
}

/* ---------------------------------------------------------------- options */

static const struct {
	const char *key, *value;
	bool good;
} settings[] = {
	{"unit-blocks", "1", true},
	{"unit-blocks", "1048576", true},
	{"unit-blocks", "0", false},
	{"unit-blocks", "1048577", false},
	{"unit-blocks", "-1", false},
	{"unit-blocks", "", false},
	{"unit-blocks", "1x", false},
	{"unit-blocks", " 1", false},
	{"unit-blocks", "+1", false},
	{"unit-blocks", "0x10", false},
	{"unit-blocks", "99999999999999999999999", false},
	{"min-baseq", "0", true},
	{"min-baseq", "255", true},
	{"min-baseq", "256", false},
	{"include-indels", "0", true},
	{"include-indels", "1", true},
	{"include-indels", "2", false},
	{"include-indels", "", false},
	{"include-indels", "01", false},
	{"include-indels", "yes", false},
	{"include-multiallelic", "1", true},
	{"use-region-names", "1", true},
	{"allow-truncated", "1", true},
	{"accept-loss", "1", true},
	{"regions", "x.bed", true},
	{"regions", "", true},
	{"feature", "gene", true},
	{"attribute", "ID", true},
	{"parent", "Parent", true},
	{"temp-dir", ".", true},
	{"vcf-bed", "x", true},
	{"intersect-bed", "x", true},
	{"", "", false},
	{"unknown", "1", false},
	{"Unit-blocks", "1", false},
	{"exclude-flags", "0xF04", true},
	{"exclude-flags", "65535", true},
	{"exclude-flags", "65536", false},
	{"exclude-flags", "0x10000", false},
	{"exclude-flags", "0x", false},
	{"exclude-flags", "F", false},
	{"require-flags", "2", true},
	{"min-mapq", "255", true},
	{"min-mapq", "256", false},
	{"require-tag", "vW:i:1", true},
	{"require-tag", "vW", false},
	{"exclude-tag", "vW:i:1", true},
	{"exclude-tag", "vW:q:1", false},
};

Test(api, options_take_what_is_documented_and_refuse_the_rest)
{
	struct sphex_count *c;

	cr_assert_eq(sphex_count_new(SPHEX_MODE_NATIVE, &c, NULL), SPHEX_OK);
	for (size_t i = 0; i < N_OF(settings); i++) {
		struct sphex_error err;
		enum sphex_status want = settings[i].good ? SPHEX_OK : SPHEX_E_ARGUMENT;

		for (int twice = 0; twice < 2; twice++)
			cr_assert_eq(sphex_count_set(c, settings[i].key, settings[i].value, &err),
				want, "%s=%s", settings[i].key, settings[i].value);
		if (!settings[i].good)
			cr_assert(err.status == SPHEX_E_ARGUMENT && err.message[0], "%s",
				settings[i].key);
		cr_assert_eq(sphex_count_set(c, settings[i].key, settings[i].value, NULL), want);
	}
	cr_assert_eq(sphex_count_threads(c, 1024, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_threads(c, 1025, NULL), SPHEX_E_ARGUMENT);
	sphex_count_free(c);
	sphex_count_free(NULL);
}

Test(api, a_mode_that_does_not_exist_is_refused)
{
	struct sphex_count *c = (struct sphex_count *)&c;
	struct sphex_error err;

	cr_assert_eq(sphex_count_new((enum sphex_mode)77, &c, &err), SPHEX_E_ARGUMENT);
	cr_assert_null(c);
	cr_assert_eq(sphex_count_new((enum sphex_mode) - 1, &c, NULL), SPHEX_E_ARGUMENT);
}

Test(api, kernel_rows_are_described_and_only_usable_ones_can_be_chosen)
{
	struct sphex_count *c;
	unsigned n_chosen = 0;
	char text[500], small[4];

	cr_assert_eq(sphex_count_new(SPHEX_MODE_WASP2, &c, NULL), SPHEX_OK);
	for (size_t i = 0; i < sphex_cpu_n_rows(); i++) {
		struct sphex_cpu_row row;
		struct sphex_error err;

		sphex_cpu_row(i, &row);
		cr_assert(row.name && row.needs && row.missing, "row %zu", i);
		cr_assert(!row.usable || row.compiled, "%s is usable but not there", row.name);
		cr_assert(!row.chosen || row.usable, "%s is chosen but not usable", row.name);
		n_chosen += row.chosen;
		cr_assert_eq(sphex_count_simd(c, row.name, &err),
			row.usable ? SPHEX_OK : SPHEX_E_ARGUMENT);
		if (!row.usable)
			cr_assert(strstr(err.message, row.name), "%s", err.message);
	}
	cr_assert_eq(n_chosen, 1);
	cr_assert_eq(sphex_count_simd(c, NULL, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_simd(c, "auto", NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_simd(c, "mmx", NULL), SPHEX_E_ARGUMENT);
	cr_assert_eq(sphex_count_simd(c, "", NULL), SPHEX_E_ARGUMENT);
	cr_assert_eq(sphex_cpu_describe(NULL, 0), sphex_cpu_describe(text, sizeof(text)));
	cr_assert_eq(sphex_cpu_describe(small, sizeof(small)), strlen(text));
	cr_assert(sphex_cpu_n_threads() >= 1, "threads");
	cr_assert_str_eq(sphex_version(), SPHEX_VERSION);
	sphex_count_free(c);
}
/* ---------------------------------------------------------------- runs that do not go well */

Test(api, a_run_needs_a_bam_and_variants_and_happens_once)
{
	char *path = one_read();
	struct caller_sites sites;
	struct sphex_count *c;
	struct sphex_error err;

	caller_sites_fill(&sites, &(struct caller_row)SNP, 1);
	cr_assert_eq(sphex_count_new(SPHEX_MODE_WASP2, &c, &err), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_E_ARGUMENT);
	cr_assert_eq(sphex_count_bam(c, path, &err), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_E_ARGUMENT);
	cr_assert_eq(sphex_count_sites(c, &sites.sites, &err), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_E_ARGUMENT);
	cr_assert_eq(sphex_count_n_rows(c), 1, "the first run's table stays");
	sphex_count_free(c);
	caller_sites_free(&sites);
	temp_remove(path);
}

Test(api, no_sites_make_no_rows)
{
	char *path = one_read();
	struct caller_sites sites;
	struct sphex_count *c =
		caller_count((struct caller_options){SPHEX_MODE_WASP2, 1, NULL, NULL, NULL}, path);
	struct sphex_column column;

	caller_sites_fill(&sites, NULL, 0);
	cr_assert_eq(sphex_count_sites(c, &sites.sites, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_n_rows(c), 0);
	for (size_t i = 0; i < sphex_count_n_columns(c); i++)
		cr_assert_eq(sphex_count_column(c, i, &column, NULL), SPHEX_OK);
	sphex_count_free(c);
	temp_remove(path);
}

Test(api, sites_that_point_nowhere_are_refused)
{
	char *path = one_read();
	struct caller_sites sites;
	struct sphex_count *c =
		caller_count((struct caller_options){SPHEX_MODE_WASP2, 1, NULL, NULL, NULL}, path);
	struct sphex_error err;

	caller_sites_fill(&sites, &(struct caller_row)SNP, 1);
	sites.contigs[0] = 1;
	cr_assert_eq(sphex_count_sites(c, &sites.sites, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_E_ARGUMENT);
	sphex_count_free(c);
	caller_sites_free(&sites);
	temp_remove(path);
}
/* ---------------------------------------------------------------- tables */

static void keep_warning(void *user, const char *text)
{
	bytes_print(user, "%s\n", text);
}

static struct sphex_count *run_over_two_contigs(
	enum sphex_mode mode, struct bytes *warnings, char **path, struct caller_sites *sites)
{
	static const struct caller_row rows[] = {
		{"chrZ", 7, "A", "G"}, SNP, {"chrZ", 3, "AC", ""}, {"chr1", 5, "T", "C"}};
	struct sphex_count *c;

	*path = one_read();
	c = caller_count((struct caller_options){mode, 2, NULL, NULL, NULL}, *path);
	caller_sites_fill(sites, rows, 4);
	sphex_count_on_warning(c, keep_warning, warnings);
	cr_assert_eq(sphex_count_sites(c, &sites->sites, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, NULL), SPHEX_OK);
	return c;
}

Test(api, columns_hold_numbers_and_texts_and_know_what_is_missing)
{
	static const char *const names[] = {
		"chrom", "pos0", "pos", "ref", "alt", "ref_count", "alt_count", "other_count"};

	for (int legacy = 0; legacy < 2; legacy++) {
		struct bytes warnings = {0};
		struct caller_sites sites;
		struct sphex_column column, again;
		struct sphex_count *c;
		struct sphex_error err;
		char *path;

		c = run_over_two_contigs(legacy ? SPHEX_MODE_WASP2_LEGACY : SPHEX_MODE_WASP2,
			&warnings, &path, &sites);
		cr_assert_eq(sphex_count_n_columns(c), 8);
		cr_assert_eq(sphex_count_n_rows(c), 4);
		for (size_t i = 0; i < 8; i++) {
			bool is_text = i == 0 || i == 3 || i == 4;

			cr_assert_eq(sphex_count_column(c, i, &column, &err), SPHEX_OK);
			cr_assert_eq(sphex_count_column(c, i, &again, NULL), SPHEX_OK);
			cr_assert(column.values == again.values && column.text == again.text &&
					  column.offsets == again.offsets,
				"built twice");
			cr_assert_str_eq(column.name, names[i]);
			cr_assert_eq(column.kind, is_text ? SPHEX_COLUMN_TEXT : SPHEX_COLUMN_U32);
			cr_assert_eq(column.values != NULL, !is_text);
			cr_assert_eq(column.text != NULL && column.offsets != NULL, is_text);
			cr_assert_eq(column.valid != NULL, legacy && i >= 5, "column %zu", i);
			if (column.valid)
				cr_assert_eq(column.valid[0] & 15, 10);
		}
		cr_assert_eq(sphex_count_column(c, 2, &column, NULL), SPHEX_OK);
		cr_assert(column.values[0] == 7 && column.values[1] == 100 && column.values[3] == 5,
			"pos");
		cr_assert_eq(sphex_count_column(c, 3, &column, NULL), SPHEX_OK);
		cr_assert(memcmp(column.text, "AAACT", 5) == 0 && column.offsets[4] == 5 &&
				  column.offsets[3] == 4,
			"ref");
		cr_assert_eq(sphex_count_column(c, 4, &column, NULL), SPHEX_OK);
		cr_assert(memcmp(column.text, "GGC", 3) == 0 && column.offsets[3] == 2 &&
				  column.offsets[4] == 3,
			"alt");
		cr_assert_eq(sphex_count_column(c, 6, &column, NULL), SPHEX_OK);
		cr_assert_eq(column.values[1], 1);
		cr_assert_eq(sphex_count_column(c, 8, &column, &err), SPHEX_E_ARGUMENT);
		cr_assert_eq(sphex_count_column(c, SIZE_MAX, &column, NULL), SPHEX_E_ARGUMENT);
		sphex_count_free(c);
		temp_remove(path);
		caller_sites_free(&sites);
		bytes_free(&warnings);
	}
}

Test(api, missing_contigs_are_warned_of_in_the_words_of_the_original)
{
	struct bytes warnings = {0};
	struct caller_sites sites;
	char *path;

	sphex_count_free(run_over_two_contigs(SPHEX_MODE_WASP2, &warnings, &path, &sites));
	bytes_add_number(&warnings, 0, 1);
	cr_assert_str_eq((char *)warnings.data,
		"[WARN] Failed to fetch chrZ:2-8: failed to fetch region. Skipping 2 variants.\n");
	temp_remove(path);
	caller_sites_free(&sites);
	bytes_free(&warnings);
}

Test(api, the_table_is_written_whole_or_not_at_all)
{
	struct bytes warnings = {0}, nothing = {(uint8_t[1]){'x'}, 1, 0};
	char *bam, *out = temp_file(&nothing, ".tsv"), text[1000] = "";
	struct caller_sites sites;
	struct sphex_count *c = run_over_two_contigs(SPHEX_MODE_WASP2, &warnings, &bam, &sites);
	struct sphex_error err;
	FILE *f;

	cr_assert_eq(sphex_count_write(c, "/nonexistent/out.tsv", &err), SPHEX_E_IO);
	cr_assert_eq(sphex_count_write(c, "/dev/full", NULL), SPHEX_E_IO);
	cr_assert_eq(sphex_count_write(c, out, &err), SPHEX_OK);
	f = fopen(out, "r");
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	cr_assert_str_eq(text, "chrom\tpos0\tpos\tref\talt\tref_count\talt_count\tother_count\n"
			       "chrZ\t6\t7\tA\tG\t0\t0\t0\nchr1\t99\t100\tA\tG\t0\t1\t0\n"
			       "chrZ\t2\t3\tAC\t\"\"\t0\t0\t0\nchr1\t4\t5\tT\tC\t0\t0\t0\n");
	sphex_count_free(c);
	temp_remove(out);
	temp_remove(bam);
	caller_sites_free(&sites);
	bytes_free(&warnings);
}

Test(api, statistics_say_what_was_read_and_counted)
{
	struct bytes warnings = {0};
	struct sphex_count_stats stats;
	struct caller_sites sites;
	char *path;
	struct sphex_count *c = run_over_two_contigs(SPHEX_MODE_WASP2, &warnings, &path, &sites);

	sphex_count_stats(c, &stats);
	cr_assert_eq(stats.n_records, 1);
	cr_assert_eq(stats.n_covering, 1);
	cr_assert_eq(stats.n_observations, 1);
	cr_assert_eq(stats.n_counted, 1);
	cr_assert_eq(stats.n_rows, 4);
	cr_assert_eq(stats.n_rows_covered, 1);
	cr_assert_eq(stats.n_threads, 2);
	cr_assert_not_null(stats.simd);
	cr_assert(stats.n_bam_bytes > 50 && stats.seconds_bam >= 0 && stats.seconds_variants >= 0,
		"bytes, seconds");
	sphex_count_free(c);
	temp_remove(path);
	caller_sites_free(&sites);
	bytes_free(&warnings);
}

/* ---------------------------------------------------------------- what became of everything */

/* Two mates that say G, one of low quality, one that says T; dropped ones; three ALTs. */
static struct sphex_count *run_native(bool by_read, char **bam, char **vcf)
{
	static const struct bam_read reads[] = {
		{.name = "p", .pos0 = 99, .mapq = 60, .cigar = "1M", .seq = "G"},
		{.name = "p", .pos0 = 99, .mapq = 60, .cigar = "1M", .seq = "G"},
		{.name = "q", .pos0 = 99, .mapq = 60, .cigar = "1M", .seq = "G", .quals = "#"},
		{.name = "t", .pos0 = 99, .mapq = 60, .cigar = "1M", .seq = "T"},
		{.name = "l", .pos0 = 99, .mapq = 9, .cigar = "1M", .seq = "G"},
		{.name = "d", .pos0 = 99, .mapq = 60, .flag = 0x400, .cigar = "1M", .seq = "G"},
		{.name = "f", .pos0 = 500, .mapq = 60, .cigar = "1M", .seq = "G"},
		{.name = "u", .pos0 = 600, .flag = 4, .cigar = "1M", .seq = "G"}};
	static const char *const contigs[] = {"chr1", NULL};
	struct bytes file = {0};
	struct sphex_error err;
	struct sphex_count *c;

	*bam = caller_bam(reads, 0);
	vcf_start(&file, contigs, NULL);
	vcf_add(&file, "chr1", 100, "A", "G,<DEL>,AT", NULL);
	*vcf = temp_file(&file, ".vcf");
	bytes_free(&file);
	cr_assert_eq(sphex_count_new(SPHEX_MODE_NATIVE, &c, &err), SPHEX_OK);
	cr_assert_eq(sphex_count_bam(c, *bam, &err), SPHEX_OK);
	cr_assert_eq(sphex_count_variants(c, *vcf, &err), SPHEX_OK);
	cr_assert_eq(sphex_count_set(c, "count-reads", by_read ? "1" : "0", &err), SPHEX_OK);
	cr_assert_eq(sphex_count_run(c, &err), SPHEX_OK, "%s", err.message);
	return c;
}

/* The fates that are not 0: "records used 5, records unmapped 1, ". */
static struct bytes fates_text(const struct sphex_count *c)
{
	struct bytes text = {0};
	struct sphex_fate fate;

	for (size_t i = 0; sphex_count_fate(c, i, &fate); i++)
		if (fate.n)
			bytes_print(&text, "%s %s %llu, ", fate.kind, fate.name,
				(unsigned long long)fate.n);
	bytes_add(&text, "", 1);
	return text;
}

#define SAME_FATES                                                                           \
	"variants symbolic 1, variants not_snv 1, variants kept 1, records used 5, records " \
	"unmapped 1, records duplicate 1, records low_mapq 1, observations "

Test(api, every_variant_record_and_observation_has_a_fate)
{
	static const char *const expected[] = {SAME_FATES
		"alt 1, observations other 1, observations low_baseq 1, observations "
		"low_mapq 1, observations filtered 1, observations same_fragment 1, ",
		SAME_FATES "alt 2, observations other 1, observations low_baseq 1, observations "
			   "low_mapq 1, observations filtered 1, "};

	for (int by_read = 0; by_read < 2; by_read++) {
		char *bam, *vcf;
		struct sphex_count *c = run_native(by_read, &bam, &vcf);
		struct bytes text = fates_text(c);
		struct sphex_count_stats stats;

		cr_assert_str_eq((char *)text.data, expected[by_read]);
		sphex_count_stats(c, &stats);
		cr_assert_eq(stats.n_records, 8);
		cr_assert_eq(stats.n_observations, 6);
		cr_assert_eq(stats.n_counted, by_read ? 3 : 2);
		bytes_free(&text);
		sphex_count_free(c);
		temp_remove(bam);
		temp_remove(vcf);
	}
}

Test(api, without_a_native_run_there_are_no_fates)
{
	struct bytes warnings = {0};
	struct caller_sites sites;
	struct sphex_fate fate;
	struct sphex_count *c;
	char *path;

	cr_assert_eq(sphex_count_new(SPHEX_MODE_NATIVE, &c, NULL), SPHEX_OK);
	cr_assert_not(sphex_count_fate(c, 0, &fate));
	sphex_count_free(c);
	c = run_over_two_contigs(SPHEX_MODE_WASP2, &warnings, &path, &sites);
	cr_assert_not(sphex_count_fate(c, 0, &fate));
	sphex_count_free(c);
	temp_remove(path);
	caller_sites_free(&sites);
	bytes_free(&warnings);
}
