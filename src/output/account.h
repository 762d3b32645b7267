/*
 * What became of everything that went into a native run: variants, records, and observations, of
 * which a record makes one at each variant that it looks at. The entries of a kind add up to all of
 * it.
 */
#ifndef SPHEX_ACCOUNT_H
#define SPHEX_ACCOUNT_H

#include "count/fragment.h"
#include "table.h"

#define ACCOUNT_VARIANTS "variants"
#define ACCOUNT_RECORDS "records"
#define ACCOUNT_OBSERVATIONS "observations"

/* Of observations: those of a fragment but the one that it counts by. */
#define ACCOUNT_N_ENTRIES ((size_t)N_VARIANT_FATES + N_REASONS + N_NATIVE_COUNTS + 1)

struct account {
	struct sphex_fate entries[ACCOUNT_N_ENTRIES];
};

/* `reasons` has N_REASONS numbers; `table` is that of a native run. */
void account_make(const struct table *table, const uint64_t *reasons, uint64_t n_observations,
	struct account *out);

#endif
