/*
 * Makes inputs for benchmarks and tests: a BAM sorted by coordinate, its variants as VCF or BCF
 * and, on request, the true counts, regions and the reference. In: options. Out: files PREFIX.*.
 *
 * The same options give the same bytes on every machine (deflated bytes also depend on the version
 * of libdeflate). To that end everything random comes from one hash: the reference, the variants,
 * the genotypes and the exons are functions of (seed, what, where), computed again whenever they
 * are needed, and each fragment has a random stream of its own. So a genome of any size costs no
 * memory; only the records that wait for their place in the order do.
 *
 * Reads are drawn from fragments of the first sample's two haplotypes and carry its variants, with
 * sequencing errors as likely as their qualities say, so NM, MD and CIGAR are true to PREFIX.fa.
 */
#include "generator/fragments.h"
#include "generator/texts.h"
#include "generator/variant_lists.h"

int main(int argc, char **argv)
{
	struct options o = parse_options(argc, argv);

	write_variant_lists(&o);
	write_bam(&o);
	if (o.bed)
		write_bed(&o);
	if (o.fasta)
		write_fasta(&o);
	return 0;
}
