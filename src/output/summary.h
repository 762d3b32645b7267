/* What a run did, as JSON (RFC 8259): for pipelines that keep an eye on their samples. */
#ifndef SPHEX_SUMMARY_H
#define SPHEX_SUMMARY_H

#include "account.h"
#include "writer.h"

struct summary_input {
	const char *path;
	uint64_t nbytes; /* 0: unknown */
};

struct summary {
	const char *command_line; /* NULL: not known */
	const char *mode;
	struct summary_input bam, variants;
	const struct sphex_count_stats *stats;
	const struct account *account; /* NULL in modes without one */
	const struct table *table;
	bool truncated; /* the end-of-file marker is missing, and that was allowed */
};

enum sphex_status summary_write(struct writer *w, const struct summary *s, struct sphex_error *err);

#endif
