/* The variants with their genotypes: VCF, plain and compressed, and BCF, all with the same records.
 */
#ifndef GENERATOR_VARIANT_LISTS_H
#define GENERATOR_VARIANT_LISTS_H

#include "settings.h"

/* PREFIX.vcf.gz, PREFIX.vcf, or these and PREFIX.bcf */
void write_variant_lists(const struct options *o);

#endif
