/* The files that -t keeps: their names, their bytes, and inputs that they spare. */
#include <criterion/criterion.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/support/folder.h"
#include "tests/support/text_rows.h"
#include "variants/genes.h"
#include "variants/kept_files.h"

static const char *or_none(const char *path)
{
	return path ? path : "none";
}

Test(kept_files, names_are_those_of_the_original)
{
	static const struct {
		const char *variants, *regions, *lines, *joined, *genes;
	} cases[] = {{"in.vcf", "r.bed", "t/in.bed", "t/in_intersect_regions.bed", "none"},
		{"A.VCF", "r.bed", "t/A.VCF.bed", "t/A.VCF_intersect_regions.bed", "none"},
		{"x.vcf.gz", "r.narrowPeak", "t/x.bed", "t/x_intersect_regions.bed", "none"},
		{"a.vcf.b.vcf.gz", "r.gtf", "t/a.vcf.b.bed", "t/a.vcf.b_intersect_genes.bed",
			"t/r.bed"},
		{"a.vcf.bgz", "my_gff_x.gtf", "t/a.bed", "t/a_intersect_genes.bed", "t/my.bed"},
		{"d/a.b.bcf", "q/r.GTF", "t/a.b.bed", "t/a.b_intersect_genes.bed", "t/r.GTF.bed"},
		{"x.bcf.vcf", "r.gff3.gz", "t/x.bed", "t/x_intersect_genes.bed", "t/r.bed"},
		{"in.vcf", "in.gtf", "t/in.bed", "t/in_intersect_genes.bed", "t/genes.bed"},
		{"in.vcf", "gtf.gtf", "t/in.bed", "t/in_intersect_genes.bed", "t/gtf.bed"},
		{"in.vcf", "a.gff3.gtf", "t/in.bed", "t/in_intersect_genes.bed", "t/a.bed"},
		{"in.vcf", "x.gff.gff3", "t/in.bed", "t/in_intersect_genes.bed", "t/x.gff.bed"},
		{"in.vcf", "x.Gff3.GZ", "t/in.bed", "t/in_intersect_genes.bed", "t/x.Gff3.GZ.bed"},
		{"in.vcf", "xgtfgff3.GFF3", "t/in.bed", "t/in_intersect_genes.bed", "t/xgt.bed"},
		{"in.vcf", "a.gff.gz", "t/in.bed", "t/in_intersect_genes.bed", "t/a.bed"},
		{"noending", "3.gtf", "t/noending.bed", "t/noending_intersect_genes.bed",
			"t/3.bed"},
		{".vcf", NULL, "t/.bed", "none", "none"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rows_options options = {.variants = cases[i].variants,
			.regions = cases[i].regions,
			.keep_dir = i % 2 ? "t/" : "t"};
		struct kept_files kept = {0};
		struct sphex_error err;
		enum region_kind kind;

		cr_assert(!region_kind(cases[i].regions, &kind, &err));
		cr_assert(!kept_files_name(&options, kind, &kept, &err));
		cr_assert_str_eq(kept.lines, cases[i].lines);
		cr_assert_str_eq(or_none(kept.joined), cases[i].joined);
		cr_assert_str_eq(or_none(kept.regions), cases[i].genes);
		kept_files_free(&kept);
	}
}

Test(kept_files, without_a_variant_file_there_are_no_names)
{
	struct rows_options options = {.keep_dir = "t"};
	struct kept_files kept = {0};
	struct sphex_error err;

	cr_assert_eq(kept_files_name(&options, REGIONS_NONE, &kept, &err), SPHEX_E_ARGUMENT);
	kept_files_free(&kept);
}

Test(kept_files, what_is_given_is_not_written)
{
	struct rows_options options = {.variants = "a.vcf",
		.regions = "b.gtf",
		.keep_dir = "t",
		.variant_lines = "t/b.bed"};
	struct kept_files kept = {0};

	cr_assert(!kept_files_name(&options, REGIONS_GENES, &kept, NULL));
	cr_assert_null(kept.lines);
	cr_assert_str_eq(kept.joined, "t/a_intersect_genes.bed");
	/* G.bed would be the given lines */
	cr_assert_str_eq(kept.regions, "t/genes.bed");
	kept_files_free(&kept);
	options.joined_lines = "x";
	options.variant_lines = NULL;
	cr_assert(!kept_files_name(&options, REGIONS_GENES, &kept, NULL));
	cr_assert_str_eq(kept.lines, "t/a.bed");
	cr_assert_null(kept.joined);
	kept_files_free(&kept);
}

Test(kept_files, an_input_is_never_overwritten)
{
	char *path = text_file("x\n", ".bed"), *dir = strdup(path), *name = strrchr(dir, '/');
	char variants[256];
	struct rows_options options = {.variants = variants, .regions = path, .keep_dir = dir};
	struct kept_files kept = {0};
	struct sphex_error err;

	*name = '\0';
	snprintf(variants, sizeof(variants), "%.*s.vcf", (int)strlen(name + 1) - 4, name + 1);
	cr_assert_eq(kept_files_name(&options, REGIONS_BED, &kept, &err), SPHEX_E_ARGUMENT);
	cr_assert_str_eq(err.file, path);
	kept_files_free(&kept);
	free(dir);
	temp_remove(path);
}

static void expect_bytes(const char *path, const char *expected)
{
	struct bytes got = file_bytes(path);

	cr_assert(got.n == strlen(expected) && memcmp(got.data, expected, got.n) == 0, "%.*s",
		(int)got.n, (const char *)got.data);
	bytes_free(&got);
}

Test(kept_files, bytes_are_those_of_the_original)
{
	char *regions_path = text_file("c\t0\t00101\t\"n\"\tx\nc\t100\t100\t\t\r\n", ".bed");
	char *genes_path = text_file("c\ts\tgene\t1\t101\t.\t+\t.\tID=a\"\"b; k=;\n"
				     "c\ts\tgene\t1\t101\t.\t+\t.\tID=x;\n",
		".gff3");
	char *out = text_file("", ".out");
	struct variants v = {0};
	struct regions regions = {0}, genes = {0};
	struct hits hits = {0}, gene_hits = {0};
	struct bed_options bed = {.keep_columns = true, .n_threads = 1};
	struct gene_options annotation = {.parent = "k", .n_threads = 1};

	add_lines(&v, "c 99 102 ACG A 0/1\nd 4294967294 4294967295 A G 1|0\n");
	cr_assert(!regions_read(regions_path, &bed, &regions, NULL));
	cr_assert(!genes_read(genes_path, &annotation, &genes, NULL));
	cr_assert(!join(&v, &regions, &hits, NULL));
	cr_assert(!join(&v, &genes, &gene_hits, NULL));

	cr_assert(!kept_files_write_lines(out, &v, true, NULL));
	expect_bytes(out, "c\t99\t102\tACG\tA\t0/1\nd\t4294967294\t4294967295\tA\tG\t1|0\n");
	cr_assert(!kept_files_write_lines(out, &v, false, NULL));
	expect_bytes(out, "c\t99\t102\tACG\tA\nd\t4294967294\t4294967295\tA\tG\n");
	cr_assert(!kept_files_write_joined(out, &v, true, &regions, &hits, NULL));
	expect_bytes(out, "c\t99\t101\tACG\tA\t0/1\tc\t0\t101\t\"n\"\tx\n"
			  "c\t99\t101\tACG\tA\t0/1\tc\t100\t100\t\t\n");
	cr_assert(!kept_files_write_genes(out, &genes, NULL));
	expect_bytes(out, "c\t0\t101\t\"a\"\"\"\"b\"\t\"\"\nc\t0\t101\tx\t\n");
	cr_assert(!kept_files_write_joined(out, &v, false, &genes, &gene_hits, NULL));
	expect_bytes(out, "c\t99\t101\tACG\tA\tc\t0\t101\t\"a\"\"\"\"b\"\t\"\"\n"
			  "c\t99\t101\tACG\tA\tc\t0\t101\tx\t\n");
	hits_free(&hits);
	hits_free(&gene_hits);
	regions_free(&regions);
	regions_free(&genes);
	variants_free(&v);
	temp_remove(out);
	temp_remove(genes_path);
	temp_remove(regions_path);
}

Test(kept_files, a_file_that_cannot_be_written_is_named)
{
	struct variants v = {0};
	struct sphex_error err;

	cr_assert_eq(kept_files_write_lines("no/such/dir/x.bed", &v, true, &err), SPHEX_E_IO);
	cr_assert_str_eq(err.file, "no/such/dir/x.bed");
	if (access("/dev/full", W_OK) == 0) {
		add_lines(&v, "c 1 2 A G\n");
		cr_assert_eq(kept_files_write_lines("/dev/full", &v, false, &err), SPHEX_E_IO);
		cr_assert_str_eq(err.file, "/dev/full");
	}
	variants_free(&v);
}

Test(kept_files, an_older_file_stays_until_the_new_one_is_whole)
{
	const char *folder = folder_make(), *path = folder_path(folder, "x.bed");
	struct rlimit small = {.rlim_cur = 10000, .rlim_max = RLIM_INFINITY};
	struct variants v = {0};
	struct sphex_error err;

	text_put(path, "old");
	for (int i = 0; i < 1000; i++)
		add_lines(&v, "contig 1 2 A G\n");
	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	cr_assert_eq(kept_files_write_lines(path, &v, false, &err), SPHEX_E_IO);
	small.rlim_cur = RLIM_INFINITY;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	text_expect(path, "old");
	cr_assert_eq(folder_n_entries(folder), 1);
	folder_remove(folder);
	variants_free(&v);
}
