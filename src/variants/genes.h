/*
 * Regions from annotation (GTF, GFF3): the lines of one feature, each with an attribute and its
 * parent (design: rules of mode wasp2, section 5.3).
 */
#ifndef SPHEX_GENES_H
#define SPHEX_GENES_H

#include "regions.h"

/* NULL: chosen from what the file has. */
struct gene_options {
	const char *feature;
	const char *attribute;
	const char *parent;
	bool legacy; /* the order and the tests of mode wasp2-legacy */
	unsigned n_threads;
};

/* `out` is zeroed; free it in every case. */
enum sphex_status genes_read(const char *path, const struct gene_options *options,
	struct regions *out, struct sphex_error *err);

#endif
