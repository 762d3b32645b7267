/* sphex_ase_*: options, one run on small files, the table, and what a failure leaves. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sphex.h"
#include "tests/support/bam_builder.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

static const char columns[] =
	"contig\tposition\tvariantID\trefAllele\taltAllele\trefCount\taltCount\ttotalCount\t"
	"lowMAPQDepth\tlowBaseQDepth\trawDepth\totherBases\timproperPairs\n";

struct files {
	char *bam, *unsorted, *no_eof, *vcf, *fasta;
};

static void start_bam(struct bytes *bam)
{
	bam_start(bam, "@RG\tID:g1\tSM:s1\n", 1, (struct bam_ref[]){{"c1", 12}});
}

static void add_read(struct bytes *bam, const char *name, int32_t pos0, const char *cigar)
{
	static const char tag[] = "RGZg1";

	bam_add(bam, (struct bam_read){.name = name,
			     .pos0 = pos0,
			     .mapq = 60,
			     .cigar = cigar,
			     .seq = "GGGG",
			     .quals = "IIII",
			     .tags = tag,
			     .tags_nbytes = sizeof(tag)});
}

/* Frees the bytes. */
static char *bam_file(struct bytes *bam, struct bgzf_shape shape)
{
	struct bytes file = bgzf_wrap(bam, shape);
	char *path = temp_file(&file, ".bam");

	bytes_free(bam);
	bytes_free(&file);
	return path;
}

static char *make_bam(const int32_t *pos0, size_t n, bool no_eof)
{
	struct bytes bam = {0};
	char name[] = "r0";

	start_bam(&bam);
	for (size_t i = 0; i < n; i++, name[1]++)
		add_read(&bam, name, pos0[i], "4M");
	return bam_file(&bam, (struct bgzf_shape){.level = 1, .no_eof = no_eof});
}

static char *make_text(const char *text, const char *suffix)
{
	struct bytes b = {0};
	char *path;

	bytes_print(&b, "%s", text);
	path = temp_file(&b, suffix);
	bytes_free(&b);
	return path;
}

static struct files make_files(void)
{
	return (struct files){.bam = make_bam((const int32_t[]){1, 2}, 2, false),
		.unsorted = make_bam((const int32_t[]){2, 1}, 2, false),
		.no_eof = make_bam((const int32_t[]){1, 2}, 2, true),
		.vcf = make_text("##fileformat=VCFv4.2\n"
				 "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\n"
				 "c1\t4\trs,1\tA\tG\t.\t.\t.\tGT\t0/1\n",
			".vcf"),
		.fasta = make_text(">c1\nACGTACGTACGT\n", ".fa")};
}

static void remove_files(struct files *f)
{
	temp_remove(f->bam);
	temp_remove(f->unsorted);
	temp_remove(f->no_eof);
	temp_remove(f->vcf);
	temp_remove(f->fasta);
}

static struct sphex_ase *new_run(const char *bam, const struct files *f)
{
	struct sphex_ase *ase;
	struct sphex_error err;

	cr_assert_eq(sphex_ase_new(&ase, &err), SPHEX_OK);
	cr_assert_eq(sphex_ase_set(ase, "input", bam, &err), SPHEX_OK);
	cr_assert_eq(sphex_ase_set(ase, "variant", f->vcf, &err), SPHEX_OK);
	cr_assert_eq(sphex_ase_set(ase, "reference", f->fasta, &err), SPHEX_OK);
	return ase;
}

static void expect_table(struct sphex_ase *ase, const char *expected)
{
	char *path = make_text("old", ".table"), got[1000];
	struct sphex_error err;
	FILE *file;
	size_t n;

	cr_assert_eq(sphex_ase_write(ase, path, &err), SPHEX_OK);
	file = fopen(path, "r");
	cr_assert_not_null(file);
	n = fread(got, 1, sizeof(got) - 1, file);
	got[n] = '\0';
	fclose(file);
	cr_assert_str_eq(got, expected);
	temp_remove(path);
}

Test(api_ase, a_run_makes_a_table)
{
	struct files f = make_files();
	struct sphex_ase *ase = new_run(f.bam, &f);
	struct sphex_count_stats stats;
	struct sphex_error err;
	char expected[1000];

	cr_assert_eq(sphex_ase_write(ase, "-", &err), SPHEX_E_ARGUMENT, "there is no table yet");
	cr_assert_eq(sphex_ase_run(ase, &err), SPHEX_OK, "%s", err.message);
	snprintf(expected, sizeof(expected), "%sc1\t4\trs,1\tT\tG\t0\t2\t2\t0\t0\t2\t0\t0\n",
		columns);
	expect_table(ase, expected);
	expect_table(ase, expected);
	sphex_ase_stats(ase, &stats);
	cr_assert_eq(stats.n_records, 2);
	cr_assert_eq(stats.n_rows, 1);
	cr_assert_eq(sphex_ase_run(ase, &err), SPHEX_E_ARGUMENT, "a count runs once");
	sphex_ase_free(ase);
	remove_files(&f);
}

Test(api_ase, the_same_bam_twice_counts_twice_by_reads)
{
	struct files f = make_files();
	struct sphex_ase *ase = new_run(f.bam, &f);
	struct sphex_error err;
	char expected[1000];

	cr_assert_eq(sphex_ase_set(ase, "input", f.bam, &err), SPHEX_OK);
	cr_assert_eq(
		sphex_ase_set(ase, "count-overlap-reads-handling", "COUNT_READS", &err), SPHEX_OK);
	cr_assert_eq(sphex_ase_run(ase, &err), SPHEX_OK, "%s", err.message);
	snprintf(expected, sizeof(expected), "%sc1\t4\trs,1\tT\tG\t0\t4\t4\t0\t0\t4\t0\t0\n",
		columns);
	expect_table(ase, expected);
	sphex_ase_free(ase);
	remove_files(&f);
}

Test(api_ase, damage_is_an_error)
{
	struct files f = make_files();
	const struct {
		const char *bam;
		enum sphex_status status;
	} cases[] = {{f.unsorted, SPHEX_E_DATA}, {f.no_eof, SPHEX_E_TRUNCATED},
		{f.vcf, SPHEX_E_FORMAT}, {"/no/such/file.bam", SPHEX_E_IO}};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct sphex_ase *ase = new_run(cases[i].bam, &f);
		struct sphex_error err;

		cr_assert_eq(
			sphex_ase_run(ase, &err), cases[i].status, "case %zu: %s", i, err.message);
		cr_assert_eq(sphex_ase_write(ase, "-", &err), SPHEX_E_ARGUMENT);
		sphex_ase_free(ase);
	}
	remove_files(&f);
}

/* The site would be refused too, once the file is past it: the first record lies over it. */
Test(api_ase, a_refused_record_does_not_take_the_file_past_a_site)
{
	static const char *const unit_blocks[] = {"1", "64"};
	struct files f = make_files();
	struct bytes bam = {0};
	char *path;

	start_bam(&bam);
	add_read(&bam, "r0", 1, "4M");
	add_read(&bam, "r1", 5, "4M1D");
	path = bam_file(&bam, (struct bgzf_shape){.block_nbytes = 80, .whole_records = true});
	temp_remove(f.fasta);
	f.fasta = make_text(">c1\nACGEACGTACGT\n", ".fa");
	for (size_t i = 0; i < N_OF(unit_blocks); i++) {
		struct sphex_ase *ase = new_run(path, &f);
		struct sphex_error err;

		cr_assert_eq(sphex_ase_set(ase, "unit-blocks", unit_blocks[i], &err), SPHEX_OK);
		cr_assert_eq(sphex_ase_run(ase, &err), SPHEX_E_DATA);
		cr_assert_eq(err.record, 2, "units of %s: %s", unit_blocks[i], err.message);
		sphex_ase_free(ase);
	}
	temp_remove(path);
	remove_files(&f);
}

Test(api_ase, options_are_checked)
{
	static const struct {
		const char *key, *value;
		enum sphex_status once, twice;
	} cases[] = {
		{"input", "a.bam", SPHEX_OK, SPHEX_OK},
		{"intervals", "c1", SPHEX_OK, SPHEX_OK},
		{"read-filter", "NotDuplicateReadFilter", SPHEX_OK, SPHEX_OK},
		{"reference", "a.fa", SPHEX_OK, SPHEX_E_ARGUMENT},
		{"min-mapping-quality", "-2147483648", SPHEX_OK, SPHEX_E_ARGUMENT},
		{"min-mapping-quality", "2147483648", SPHEX_E_ARGUMENT, SPHEX_E_ARGUMENT},
		{"min-base-quality", "127", SPHEX_OK, SPHEX_E_ARGUMENT},
		{"min-base-quality", "-128", SPHEX_OK, SPHEX_E_ARGUMENT},
		{"min-base-quality", "128", SPHEX_E_ARGUMENT, SPHEX_E_ARGUMENT},
		{"min-base-quality", "", SPHEX_E_ARGUMENT, SPHEX_E_ARGUMENT},
		{"min-base-quality", "1x", SPHEX_E_ARGUMENT, SPHEX_E_ARGUMENT},
		{"interval-padding", "-1", SPHEX_E_ARGUMENT, SPHEX_E_ARGUMENT},
		{"output-format", "CSV", SPHEX_OK, SPHEX_E_ARGUMENT},
		{"output-format", "csv", SPHEX_E_ARGUMENT, SPHEX_E_ARGUMENT},
		{"interval-set-rule", "INTERSECTION", SPHEX_OK, SPHEX_E_ARGUMENT},
		{"interval-set-rule", "BOTH", SPHEX_E_ARGUMENT, SPHEX_E_ARGUMENT},
		{"disable-read-filter", "MappedReadFilter", SPHEX_E_ARGUMENT, SPHEX_E_ARGUMENT},
		{"max-depth-per-sample", "5", SPHEX_E_ARGUMENT, SPHEX_E_ARGUMENT},
	};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct sphex_ase *ase;

		cr_assert_eq(sphex_ase_new(&ase, NULL), SPHEX_OK);
		cr_assert_eq(sphex_ase_set(ase, cases[i].key, cases[i].value, NULL), cases[i].once,
			"case %zu", i);
		cr_assert_eq(sphex_ase_set(ase, cases[i].key, cases[i].value, NULL), cases[i].twice,
			"case %zu", i);
		cr_assert_eq(sphex_ase_run(ase, NULL), SPHEX_E_ARGUMENT, "files are missing");
		sphex_ase_free(ase);
	}
	sphex_ase_free(NULL);
}

static int stop(void *user, const struct sphex_progress *progress)
{
	(void)user;
	return progress->n_records > 0;
}

Test(api_ase, a_run_can_be_stopped)
{
	struct files f = make_files();
	struct sphex_ase *ase = new_run(f.bam, &f);
	struct sphex_error err;

	sphex_ase_on_progress(ase, stop, NULL);
	cr_assert_eq(sphex_ase_run(ase, &err), SPHEX_E_CANCELLED);
	sphex_ase_free(ase);
	ase = new_run(f.bam, &f);
	sphex_ase_cancel(ase);
	cr_assert_eq(sphex_ase_run(ase, &err), SPHEX_E_CANCELLED);
	sphex_ase_free(ase);
	remove_files(&f);
}
