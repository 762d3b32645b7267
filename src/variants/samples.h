/*
 * Which samples are meant: names as they are in the file; where a name is not in the file, a list
 * with commas, or a file with one name per line (also as @FILE).
 */
#ifndef SPHEX_SAMPLES_H
#define SPHEX_SAMPLES_H

#include "base/texts.h"
#include "pool.h"

/* Adds to `out`. Names that are nowhere are kept, for whoever looks them
 * up. */
enum sphex_status samples_resolve(const char *const *asked, size_t n_asked,
	const struct pool *in_file, struct text_list *out, struct sphex_error *err);

#endif
