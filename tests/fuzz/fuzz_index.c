/*
 * A BAM with an index that may be damaged, or of another BAM. By itself, whatever of it is believed
 * lies in order; with its BAM it never changes a table: it is used or refused. Input: kind of
 * index, container, where the variants are; the inflated bytes of the index, the BAM.
 */
#include <string.h>

#include "bam/index_plan.h"
#include "fuzz.h"

enum { MAX_TARGETS = 40 };

/* ---------------------------------------------------------------- by itself */

static void check_plan(const struct bam_index *index, uint32_t step)
{
	uint32_t pos0[3 * MAX_TARGETS],
		begins[] = {0, MAX_TARGETS, 2 * MAX_TARGETS, 3 * MAX_TARGETS};
	struct index_targets targets = {pos0, begins, 1, false};
	struct index_plan plan = {0};
	struct sphex_error err;

	for (uint32_t i = 0; i < 3 * MAX_TARGETS; i++)
		pos0[i] = i % MAX_TARGETS * (step + 1);
	fuzz_must(!index_plan_make(index, &targets, step, &plan, &err), "no plan");
	for (size_t i = 0; i < plan.n; i++) {
		uint64_t block = plan.ranges[i].begin >> 16;

		fuzz_must(block < plan.ranges[i].end, "an empty range");
		fuzz_must(i == 0 || plan.ranges[i - 1].end <= block, "ranges share a block");
	}
	for (size_t i = 0; i < plan.n_doubts; i++)
		fuzz_must(plan.doubts[i] < index->n_chunks, "a chunk that is not there");
	index_plan_free(&plan);
}

static void check_alone(struct fuzz_input in, uint32_t step)
{
	struct bam_ref refs[] = {
		{(char[]){"chr1"}, 1000}, {(char[]){"chr2"}, 1000}, {(char[]){"chr3"}, 600000000}};
	struct bam_header header = {.refs = refs, .n_refs = 3};
	struct bam_index index = {0};
	struct sphex_error err;

	if (!index_parse(in.p, in.n, &header, 0x10000, &index, &err)) {
		for (size_t i = 0; i < index.n_chunks; i++)
			fuzz_must(index.chunks[i].begin < index.chunks[i].end, "an empty chunk");
		check_plan(&index, step);
	}
	index_free(&index);
}

/* ---------------------------------------------------------------- with its BAM */

struct way {
	unsigned n_threads;
	const char *index;
};

static void add_variants(uint8_t step, struct bytes *vcf)
{
	static const char *const names[] = {
		"chr1", "chr2", "scaffold_1", "scaffold_2", "scaffold_3"};

	bytes_print(vcf, "##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n");
	for (size_t name = 0; name < sizeof(names) / sizeof(names[0]); name++)
		for (unsigned i = 1; i < 8; i++)
			bytes_print(vcf, "%s\t%u\t.\tA\tC\t.\t.\t.\n", names[name],
				i * (step + 1u) % 1000 + 1);
}

/* False when the run is refused. */
static bool count(const char *bam, const char *variants, struct way way, struct bytes *out)
{
	struct sphex_error err;
	struct sphex_count *c;
	enum sphex_status status = sphex_count_new(SPHEX_MODE_NATIVE, &c, &err);

	fuzz_must(!status, "no handle");
	sphex_count_bam(c, bam, NULL);
	sphex_count_variants(c, variants, NULL);
	sphex_count_threads(c, way.n_threads, NULL);
	sphex_count_set(c, "all-sites", "1", NULL);
	sphex_count_set(c, "unit-blocks", "2", NULL);
	status = sphex_count_set(c, "index", way.index, &err);
	fuzz_must(!status, "a setting was refused");
	status = sphex_count_run(c, &err);
	if (!status)
		status = sphex_count_write(c, fuzz_path("out.tsv"), &err);
	if (!status)
		fuzz_read("out.tsv", out);
	sphex_count_free(c);
	return !status;
}

static void check_table(const char *bam, uint8_t step)
{
	struct bytes vcf = {0}, all = {0}, some = {0};
	const char *variants;

	add_variants(step, &vcf);
	variants = fuzz_file("in.vcf", vcf.data, vcf.n);
	/* damage that lies far from all variants is not read by an index */
	if (count(bam, variants, (struct way){1, "0"}, &all)) {
		if (count(bam, variants, (struct way){2, "2"}, &some))
			fuzz_same(&all, &some, "by the index another table");
		else
			fuzz_must(false, "an index made a run fail");
	}
	bytes_free(&all);
	bytes_free(&vcf);
}

void fuzz_one(struct fuzz_input in)
{
	uint8_t kind = fuzz_byte(&in), how = fuzz_byte(&in), step = fuzz_byte(&in);
	struct fuzz_input index = fuzz_part(&in);
	const char *bam;
	struct bytes file;

	check_alone(index, step);
	if (!in.n)
		return;
	fuzz_no_file("in.bam.bai");
	fuzz_no_file("in.bam.csi");
	file = fuzz_wrap(index, how);
	bam = fuzz_file("in.bam", in.p, in.n);
	fuzz_file(kind & 1 ? "in.bam.csi" : "in.bam.bai", file.data, file.n);
	check_table(bam, step);
	bytes_free(&file);
}
