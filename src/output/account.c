/* See account.h. Kinds come one after the other, in the order of the header. */
#include "account.h"

static struct sphex_fate *put(
	struct sphex_fate *entry, const char *kind, const char *name, uint64_t n)
{
	*entry = (struct sphex_fate){kind, name, n};
	return entry + 1;
}

/* Over all sites: a variant in several rows is counted once. */
static uint64_t sum_of_column(const struct table *t, unsigned column)
{
	uint64_t sum = 0;

	for (size_t site = 0; site < t->sites->n; site++)
		sum += t->counts[site * t->rules->n_counts + column];
	return sum;
}

void account_make(const struct table *table, const uint64_t *reasons, uint64_t n_observations,
	struct account *out)
{
	struct sphex_fate *next = out->entries;

	for (unsigned i = 0; i < N_VARIANT_FATES; i++)
		next = put(next, ACCOUNT_VARIANTS, variant_fate_word((enum variant_fate)i),
			table->variants->fates[i]);
	for (unsigned i = 0; i < N_REASONS; i++)
		next = put(next, ACCOUNT_RECORDS, filter_reason_name((enum filter_reason)i),
			reasons[i]);
	for (unsigned i = 0; i < N_NATIVE_COUNTS; i++) {
		uint64_t n = sum_of_column(table, i);

		next = put(next, ACCOUNT_OBSERVATIONS, fragment_column_word(i), n);
		n_observations -= n;
	}
	put(next, ACCOUNT_OBSERVATIONS, "same_fragment", n_observations);
}
