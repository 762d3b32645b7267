/*
 * Which samples are meant: names as they are in the file; where a name is not in the file, a list
 * with commas, or a file with one name per line (also as @FILE).
 */
#ifndef SPHEX_SAMPLES_H
#define SPHEX_SAMPLES_H

#include "pool.h"

struct sample_names {
	char **items;
	size_t n, cap;
};

/* `out` is zeroed; free it in every case. Names that are nowhere are kept, for whoever looks them
 * up. */
enum sphex_status samples_resolve(const char *const *asked, size_t n_asked,
	const struct pool *in_file, struct sample_names *out, struct sphex_error *err);
void sample_names_free(struct sample_names *names);

#endif
