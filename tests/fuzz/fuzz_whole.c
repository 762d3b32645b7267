/*
 * A whole count through sphex.h: the same table or the same refusal for any unit, number of threads
 * and kernel row. Input: mode and options; inflated bytes of a BAM, a variant file, regions, a
 * FASTA.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

static const char *const rows[] = {"scalar", "auto"};

struct files {
	const char *bam, *variants, *regions, *reference; /* NULL: none */
	uint8_t mode, flags, more;
};

struct way {
	unsigned n_threads;
	const char *unit_blocks, *row;
};

static void set(struct sphex_count *c, const char *key, const char *value)
{
	struct sphex_error err;

	fuzz_must(sphex_count_set(c, key, value, &err) == SPHEX_OK, "a setting was refused");
}

static void set_up(struct sphex_count *c, const struct files *f, struct way way)
{
	sphex_count_bam(c, f->bam, NULL);
	sphex_count_variants(c, f->variants, NULL);
	sphex_count_threads(c, way.n_threads, NULL);
	sphex_count_simd(c, way.row, NULL);
	set(c, "unit-blocks", way.unit_blocks);
	if (f->regions)
		set(c, "regions", f->regions);
	if (f->reference) {
		set(c, "reference", f->reference);
		set(c, "include-indels", "1");
	}
	if (f->flags & 1)
		sphex_count_sample(c, f->more & 16 ? "S1" : "A", NULL);
	set(c, "all-sites", f->flags & 2 ? "1" : "0");
	set(c, "count-reads", f->flags & 4 ? "1" : "0");
	set(c, "contig-style-auto", f->flags & 8 ? "1" : "0");
	set(c, "allow-truncated", f->flags & 16 ? "1" : "0");
	set(c, "min-baseq", f->flags & 32 ? "20" : "0");
	set(c, "wasp-filter", f->flags & 64 ? "1" : "0");
	set(c, "accept-loss", f->flags & 128 ? "1" : "0");
	set(c, "exclude-flags", f->more & 1 ? "0" : "0xF04");
	set(c, "use-region-names", f->more & 2 ? "1" : "0");
	if (f->more & 4)
		set(c, "require-tag", "NM:i:1");
	if (f->more & 8)
		set(c, "exclude-tag", "RG:Z:a");
}

static struct bytes count(const struct files *f, struct way way)
{
	struct bytes out = {0};
	struct sphex_error err;
	struct sphex_count *c;
	enum sphex_status status = sphex_count_new(f->mode % 3, &c, &err);

	fuzz_must(!status, "no handle");
	set_up(c, f, way);
	status = sphex_count_run(c, &err);
	if (!status)
		status = sphex_count_write(c, fuzz_path("out.tsv"), &err);
	if (!status)
		fuzz_read("out.tsv", &out);
	else
		fuzz_describe(&out, fuzz_place(&err), true);
	sphex_count_free(c);
	return out;
}

void fuzz_one(struct fuzz_input in)
{
	static const char *const region_names[] = {"in.bed", "in.gtf", "in.gff3", "in.narrowPeak"};
	struct files f = {.mode = fuzz_byte(&in), .flags = fuzz_byte(&in), .more = fuzz_byte(&in)};
	uint8_t how = fuzz_byte(&in);
	struct fuzz_input bam = fuzz_part(&in), vcf = fuzz_part(&in), regions = fuzz_part(&in);
	struct bytes file = fuzz_wrap(bam, how), one, other;

	f.bam = fuzz_file("in.bam", file.data, file.n);
	f.variants = fuzz_file(
		vcf.n > 3 && memcmp(vcf.p, "BCF", 3) == 0 ? "in.bcf" : "in.vcf", vcf.p, vcf.n);
	if (regions.n)
		f.regions = fuzz_file(region_names[f.more >> 6], regions.p, regions.n);
	fuzz_no_file("in.fa.fai");
	if (in.n)
		f.reference = fuzz_file("in.fa", in.p, in.n);
	one = count(&f, (struct way){1, "64", rows[0]});
	other = count(&f, (struct way){3, "1", rows[1]});
	fuzz_same(&one, &other, "other units, threads or kernels, another table");
	bytes_free(&one);
	bytes_free(&file);
}
