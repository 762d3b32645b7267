/* The text files beside the BAM. */
#ifndef GENERATOR_TEXTS_H
#define GENERATOR_TEXTS_H

#include "bytes.h"
#include "genome.h"
#include "sequencer.h"
#include "sink.h"

void add_contig_name(const struct options *o, struct bytes *b, uint64_t contig);
/* The first columns: contig, POS and, where there is a third, ID; then REF and ALT. */
void add_variant(const struct options *o, struct bytes *b, uint64_t contig, const struct variant *v,
	const char *id);

/* PREFIX.bed: one line a cell */
void write_bed(const struct options *o);
/* PREFIX.fa */
void write_fasta(const struct options *o);
/* The lines of one contig: contig, POS, REF, ALT, fragments with REF, fragments with ALT. */
void write_truth(
	struct sink *sink, const struct options *o, uint64_t contig, const struct truth *truth);

#endif
