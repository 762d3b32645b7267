/* Fills the contigs with fragments, whose reads make the BAM. */
#ifndef GENERATOR_FRAGMENTS_H
#define GENERATOR_FRAGMENTS_H

#include "settings.h"

/* Writes PREFIX.bam and, on request, PREFIX.truth.tsv; says on stderr how much it was. */
void write_bam(const struct options *o);

#endif
