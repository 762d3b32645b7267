/*
 * A whole run by the rules of ASEReadCounter through sphex.h: the same table or the same refusal
 * for any unit, number of threads and kernel row. Input: options, container; inflated bytes of a
 * BAM, a variant file, a FASTA, intervals as text.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

struct files {
	const char *bam, *variants, *reference;
	const char *intervals; /* "" without */
	uint8_t flags, more;
};

static void set(struct sphex_ase *ase, const char *key, const char *value)
{
	struct sphex_error err;

	fuzz_must(sphex_ase_set(ase, key, value, &err) == SPHEX_OK, "a setting was refused");
}

static void set_up(struct sphex_ase *ase, const struct files *f)
{
	static const char *const overlaps[] = {
		"COUNT_READS", "COUNT_FRAGMENTS", "COUNT_FRAGMENTS_REQUIRE_SAME_BASE"};

	set(ase, "input", f->bam);
	if (f->flags & 1) /* two inputs are merged */
		set(ase, "input", f->bam);
	set(ase, "variant", f->variants);
	set(ase, "reference", f->reference);
	set(ase, "count-overlap-reads-handling", overlaps[(f->flags >> 1 & 3) % 3]);
	set(ase, "min-base-quality", f->flags & 8 ? "20" : "0");
	set(ase, "min-mapping-quality", f->flags & 16 ? "10" : "0");
	set(ase, "disable-sequence-dictionary-validation", f->flags & 32 ? "true" : "false");
	set(ase, "allow-truncated", f->flags & 64 ? "true" : "false");
	set(ase, "output-format", f->flags & 128 ? "CSV" : "RTABLE");
	if (f->intervals[0])
		set(ase, f->more & 1 ? "exclude-intervals" : "intervals", f->intervals);
	if (f->more & 2)
		set(ase, "interval-padding", "3");
	if (f->more & 4)
		set(ase, "min-depth-of-non-filtered-base", "1");
	if (f->more & 8)
		set(ase, "disable-read-filter", "NotDuplicateReadFilter");
}

static struct bytes run(
	const struct files *f, unsigned n_threads, const char *unit_blocks, const char *row)
{
	struct bytes out = {0};
	struct sphex_error err;
	struct sphex_ase *ase;

	fuzz_must(sphex_ase_new(&ase, &err) == SPHEX_OK, "no handle");
	set_up(ase, f);
	set(ase, "unit-blocks", unit_blocks);
	sphex_ase_threads(ase, n_threads, NULL);
	sphex_ase_simd(ase, row, NULL);
	if (!sphex_ase_run(ase, &err) && !sphex_ase_write(ase, fuzz_path("out.tsv"), &err))
		fuzz_read("out.tsv", &out);
	else
		fuzz_describe(&out, fuzz_place(&err), true);
	sphex_ase_free(ase);
	return out;
}

void fuzz_one(struct fuzz_input in)
{
	struct files f = {.flags = fuzz_byte(&in), .more = fuzz_byte(&in)};
	uint8_t how = fuzz_byte(&in);
	struct fuzz_input bam = fuzz_part(&in), vcf = fuzz_part(&in), fasta = fuzz_part(&in);
	char *intervals = fuzz_text(&in);
	struct bytes file = fuzz_wrap(bam, how), one, other;

	f.bam = fuzz_file("in.bam", file.data, file.n);
	f.variants = fuzz_file(
		vcf.n > 3 && memcmp(vcf.p, "BCF", 3) == 0 ? "in.bcf" : "in.vcf", vcf.p, vcf.n);
	f.reference = fuzz_file("in.fa", fasta.p, fasta.n);
	f.intervals = intervals;
	one = run(&f, 1, "64", "scalar");
	other = run(&f, 3, "1", "auto");
	fuzz_same(&one, &other, "other units, threads or kernels, another table");
	bytes_free(&one);
	bytes_free(&file);
	free(intervals);
}
