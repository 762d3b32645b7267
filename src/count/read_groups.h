/* The @RG lines of a BAM header: which sample a read group belongs to. */
#ifndef SPHEX_READ_GROUPS_H
#define SPHEX_READ_GROUPS_H

#include "bam/header.h"
#include "variants/pool.h"

struct read_groups {
	struct pool ids;   /* group i is text i */
	uint32_t *samples; /* number in the pool of samples; POOL_NONE without SM */
	size_t cap;
};

/* A zeroed struct is empty. */
void read_groups_free(struct read_groups *groups);
/* Samples are added to `samples`, which several files share. Of equal IDs the first line counts. */
enum sphex_status read_groups_read(const struct bam_header *header, struct pool *samples,
	struct read_groups *out, struct sphex_error *err);

#endif
