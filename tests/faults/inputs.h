/* Small inputs for whole runs, made in a folder: every kind of file that the program reads. */
#ifndef SPHEX_TESTS_FAULT_INPUTS_H
#define SPHEX_TESTS_FAULT_INPUTS_H

/*
 * in.bam, plain.bam (gzip), bai.bam and csi.bam with their indexes, in.vcf, in.vcf.gz, in.bcf,
 * in.fa, in.bed, in.gtf in the current folder. The variants lie on chr1, are SNPs, an insertion, a
 * deletion and one with two ALTs; sample S1 is heterozygous.
 */
void make_inputs(void);

#endif
