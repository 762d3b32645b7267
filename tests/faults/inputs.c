/* See inputs.h. Random bases are the genome; reads are copies of it with some ALTs. */
#include "inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/bam_builder.h"
#include "tests/support/index_builder.h"
#include "tests/support/prng.h"

enum {
	N_CONTIGS = 2,
	CONTIG_NBASES = 1200,
	READ_NBASES = 40,
	N_READS = 60,
	READ_STEP = 19,
	LINE_NBASES = 60,
	N_NEAR = 20, /* reads of a contig that are not far away in a BAM with an index */
	FAR_NBASES = 300000
};

static const char *const names[] = {"chr1", "chr2"};

/* 1-based. In ALT, 0 stands for the first base of REF, 1 and 2 for two others. */
static const struct site {
	uint32_t pos1;
	int n_ref;
	const char *alt;
} sites[] = {{100, 1, "1"}, {200, 1, "1"}, {201, 1, "1"}, {350, 1, "0GA"}, {500, 4, "0"},
	{640, 1, "1,2"}, {800, 1, "1"}, {1100, 1, "1"}};

#define N_SITES (sizeof(sites) / sizeof(sites[0]))

static void save(const char *path, struct bytes *b)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(b->data, 1, b->n, f) != b->n || fclose(f) != 0) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	bytes_free(b);
}

static char other_base(char base, unsigned step)
{
	static const char bases[] = "ACGT";

	return bases[(size_t)(strchr(bases, base) - bases + step) % 4];
}

static void make_genome(char genome[N_CONTIGS][CONTIG_NBASES + 1])
{
	struct prng r = {7};
	struct bytes fasta = {0};

	for (int c = 0; c < N_CONTIGS; c++) {
		bytes_print(&fasta, ">%s\n", names[c]);
		for (int i = 0; i < CONTIG_NBASES; i++)
			genome[c][i] = "ACGT"[prng_below(&r, 4)];
		genome[c][CONTIG_NBASES] = '\0';
		for (int i = 0; i < CONTIG_NBASES; i += LINE_NBASES)
			bytes_print(&fasta, "%.60s\n", genome[c] + i);
	}
	save("in.fa", &fasta);
}

/* A SNP's ALT stands in every other read over it; deletion and insertion are left to the reference.
 */
static void add_read(struct bytes *bam, const char *genome, unsigned number, unsigned far)
{
	unsigned pos0 = number % N_READS * READ_STEP;
	char name[16], seq[READ_NBASES + 1], quals[READ_NBASES + 1];

	snprintf(name, sizeof(name), "r%u", number);
	memcpy(seq, genome + pos0, READ_NBASES);
	seq[READ_NBASES] = '\0';
	memset(quals, 'I', READ_NBASES);
	quals[READ_NBASES] = '\0';
	for (size_t i = 0; i < N_SITES && number % 2; i++) {
		uint32_t at = sites[i].pos1 - 1 - pos0; /* wraps for sites before the read */

		if (at < READ_NBASES && sites[i].n_ref == 1)
			seq[at] = other_base(seq[at], 1);
	}
	bam_add(bam, (struct bam_read){.name = name,
			     .ref_id = (int32_t)(number / N_READS),
			     .pos0 = (int32_t)(pos0 + far),
			     .mapq = 60,
			     .cigar = "40M",
			     .seq = seq,
			     .quals = quals,
			     .mate_ref_id = -1,
			     .mate_pos0 = -1,
			     .tags = "RGZg1",
			     .tags_nbytes = 6});
}

static void add_reads(struct bytes *bam, char genome[N_CONTIGS][CONTIG_NBASES + 1], unsigned far)
{
	for (unsigned c = 0; c < N_CONTIGS; c++)
		for (unsigned i = 0; i < N_READS; i++)
			add_read(bam, genome[c], c * N_READS + i, i < N_NEAR ? 0 : far);
}

static void make_bams(char genome[N_CONTIGS][CONTIG_NBASES + 1])
{
	struct bytes bam = {0}, file;

	bam_start(&bam,
		"@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr1\tLN:1200\n@SQ\tSN:chr2\tLN:1200\n"
		"@RG\tID:g1\tSM:S1\n",
		N_CONTIGS, (struct bam_ref[]){{"chr1", CONTIG_NBASES}, {"chr2", CONTIG_NBASES}});
	add_reads(&bam, genome, 0);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 2000, .level = 6});
	save("in.bam", &file);
	file = gzip_wrap(&bam, 6);
	save("plain.bam", &file);
	bytes_free(&bam);
}

/* Most reads lie far from the variants. The BAI is plain, as always, the CSI in BGZF. */
static void make_indexed_bams(char genome[N_CONTIGS][CONTIG_NBASES + 1])
{
	struct bytes bam = {0}, file, copy = {0}, bai, csi, packed;
	struct indexed_reads reads;

	bam_start(&bam, "@HD\tVN:1.6\tSO:coordinate\n", N_CONTIGS,
		(struct bam_ref[]){{"chr1", 2 * FAR_NBASES}, {"chr2", 2 * FAR_NBASES}});
	add_reads(&bam, genome, FAR_NBASES);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 1000, .level = 6});
	reads = indexed_reads_of(&bam, &file);
	bai = index_of(&reads, BUILT_BAI);
	csi = index_of(&reads, BUILT_CSI);
	packed = bgzf_wrap(&csi, (struct bgzf_shape){.level = 6});
	bytes_add(&copy, file.data, file.n);
	save("bai.bam", &file);
	save("csi.bam", &copy);
	save("bai.bam.bai", &bai);
	save("csi.bam.csi", &packed);
	indexed_reads_free(&reads);
	bytes_free(&csi);
	bytes_free(&bam);
}

static void add_alt(struct bytes *vcf, const struct site *site, char ref)
{
	for (const char *p = site->alt; *p; p++) {
		char base = *p >= '0' && *p <= '2' ? other_base(ref, (unsigned)(*p - '0')) : *p;

		bytes_add(vcf, &base, 1);
	}
}

static void make_text_variants(const char *chr1)
{
	struct bytes vcf = {0}, file;

	bytes_print(&vcf, "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=1200>\n"
			  "##contig=<ID=chr2,length=1200>\n"
			  "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
			  "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\tS2\n");
	for (size_t i = 0; i < N_SITES; i++) {
		const char *ref = chr1 + sites[i].pos1 - 1;

		bytes_print(&vcf, "chr1\t%u\t.\t%.*s\t", sites[i].pos1, sites[i].n_ref, ref);
		add_alt(&vcf, &sites[i], *ref);
		bytes_print(&vcf, "\t.\tPASS\t.\tGT\t0|1\t1/1\n");
	}
	file = bgzf_wrap(&vcf, (struct bgzf_shape){.block_nbytes = 200, .level = 6});
	save("in.vcf.gz", &file);
	save("in.vcf", &vcf);
}

/* ---------------------------------------------------------------- BCF */

/* VCF specification 6.3.3: a short text, or a vector of n 8-bit integers. */
static void add_typed(struct bytes *b, unsigned type, const void *values, size_t n)
{
	bytes_add_number(b, n << 4 | type, 1);
	bytes_add(b, values, n);
}

static void add_bcf_record(struct bytes *bcf, uint32_t pos1, char ref, char alt)
{
	struct bytes shared = {0}, formats = {0};

	bytes_add_number(&shared, 0, 4); /* contig */
	bytes_add_number(&shared, pos1 - 1, 4);
	bytes_add_number(&shared, 1, 4);           /* length on the reference */
	bytes_add_number(&shared, 0x7F800001, 4);  /* no QUAL */
	bytes_add_number(&shared, 2 << 16, 4);     /* two alleles, no INFO */
	bytes_add_number(&shared, 1 << 24 | 2, 4); /* one FORMAT, two samples */
	add_typed(&shared, 7, ".", 1);
	add_typed(&shared, 7, &ref, 1);
	add_typed(&shared, 7, &alt, 1);
	add_typed(&shared, 1, "\0", 1);  /* FILTER: PASS */
	add_typed(&formats, 1, "\1", 1); /* GT */
	bytes_add_number(&formats, 2 << 4 | 1, 1);
	bytes_add(&formats, "\2\5\4\4", 4); /* 0|1, 1/1 */
	bytes_add_number(bcf, shared.n, 4);
	bytes_add_number(bcf, formats.n, 4);
	bytes_add(bcf, shared.data, shared.n);
	bytes_add(bcf, formats.data, formats.n);
	bytes_free(&shared);
	bytes_free(&formats);
}

static void make_bcf(const char *chr1)
{
	static const char header[] =
		"##fileformat=VCFv4.2\n##FILTER=<ID=PASS,Description=\"\",IDX=0>\n"
		"##contig=<ID=chr1,length=1200,IDX=0>\n"
		"##FORMAT=<ID=GT,Number=1,Type=String,Description=\"\",IDX=1>\n"
		"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\tS2\n";
	struct bytes bcf = {0}, file;

	bytes_add(&bcf, "BCF\2\2", 5);
	bytes_add_number(&bcf, sizeof(header), 4);
	bytes_add(&bcf, header, sizeof(header));
	for (size_t i = 0; i < N_SITES; i++) {
		char ref = chr1[sites[i].pos1 - 1];

		if (sites[i].n_ref == 1)
			add_bcf_record(&bcf, sites[i].pos1, ref, other_base(ref, 1));
	}
	file = bgzf_wrap(&bcf, (struct bgzf_shape){.block_nbytes = 300, .level = 6});
	save("in.bcf", &file);
	bytes_free(&bcf);
}

/* ---------------------------------------------------------------- the whole */

void make_inputs(void)
{
	static char genome[N_CONTIGS][CONTIG_NBASES + 1];
	struct bytes text = {0};

	make_genome(genome);
	make_bams(genome);
	make_indexed_bams(genome);
	make_text_variants(genome[0]);
	make_bcf(genome[0]);
	bytes_print(&text, "chr1\t0\t300\tpeak1\nchr1\t250\t900\tpeak2\nchr2\t0\t100\tpeak3\n");
	save("in.bed", &text);
	bytes_print(&text,
		"chr1\tx\tgene\t90\t700\t.\t+\t.\tgene_id \"G1\"; transcript_id \"T1\";\n"
		"chr1\tx\tgene\t600\t900\t.\t-\t.\tgene_id \"G2\"; transcript_id \"T2\";\n");
	save("in.gtf", &text);
}
