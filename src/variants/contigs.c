/* See contigs.h. */
#include "contigs.h"

#include <string.h>

#include "base/memory.h"

void contigs_free(struct contigs *c)
{
	pool_free(&c->names);
	memory_free(c->lengths);
	memset(c, 0, sizeof(*c));
}

enum sphex_status contigs_add(struct contigs *c, const char *name, size_t nbytes, uint64_t length,
	uint32_t *id, struct sphex_error *err)
{
	size_t n = c->names.n;
	uint32_t spare;
	enum sphex_status status;

	id = id ? id : &spare;
	if (!memory_reserve(&c->lengths, &c->cap, n + 1, sizeof(*c->lengths)))
		return fail_memory(err);
	status = pool_add(&c->names, name, nbytes, id, err);
	if (!status && *id == n)
		c->lengths[n] = length;
	return status;
}

enum sphex_status contigs_compare(const struct contigs *a, const char *a_file,
	const struct contigs *b, const char *b_file, struct sphex_error *err)
{
	bool share = a->names.n == 0 || b->names.n == 0;

	for (uint32_t i = 0; i < a->names.n; i++) {
		size_t nbytes;
		const char *name = pool_text(&a->names, i, &nbytes);
		uint32_t j = pool_find(&b->names, name, nbytes);

		if (j == POOL_NONE)
			continue;
		share = true;
		if (a->lengths[i] == b->lengths[j] || a->lengths[i] == LENGTH_UNKNOWN ||
			b->lengths[j] == LENGTH_UNKNOWN)
			continue;
		fail(err, SPHEX_E_DATA, "contig %s has %llu bases here and %llu in %s", name,
			(unsigned long long)a->lengths[i], (unsigned long long)b->lengths[j],
			b_file);
		return at_file(err, a_file);
	}
	if (share)
		return SPHEX_OK;
	fail(err, SPHEX_E_DATA, "no contig is shared with %s: one has %s, the other %s", b_file,
		pool_text(&a->names, 0, NULL), pool_text(&b->names, 0, NULL));
	return at_file(err, a_file);
}

/* Adds contigs [begin, end) of `from`. */
static enum sphex_status add_range(struct contigs *to, const struct contigs *from, uint32_t begin,
	uint32_t end, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	for (uint32_t i = begin; i < end && !status; i++) {
		size_t nbytes;
		const char *name = pool_text(&from->names, i, &nbytes);

		status = contigs_add(to, name, nbytes, from->lengths[i], NULL, err);
	}
	return status;
}

enum sphex_status contigs_merge(
	struct contigs *into, const struct contigs *more, struct sphex_error *err)
{
	struct contigs merged = {0};
	uint32_t n_into = (uint32_t)into->names.n, n_more = (uint32_t)more->names.n;
	uint32_t done_into = 0, done_more = 0; /* what has been added of each */
	enum sphex_status status = SPHEX_OK;

	for (uint32_t i = 0; i < n_more && !status; i++) {
		size_t nbytes;
		const char *name = pool_text(&more->names, i, &nbytes);
		uint32_t at = pool_find(&into->names, name, nbytes);

		if (at == POOL_NONE)
			continue;
		if (at < done_into)
			status = fail(err, SPHEX_E_DATA,
				"contig %s stands in another order than in the file before", name);
		if (!status)
			status = add_range(&merged, into, done_into, at, err);
		if (!status)
			status = add_range(&merged, more, done_more, i, err);
		done_into = at;
		done_more = i + 1;
	}
	if (!status)
		status = add_range(&merged, into, done_into, n_into, err);
	if (!status)
		status = add_range(&merged, more, done_more, n_more, err);
	if (status) {
		contigs_free(&merged);
		return status;
	}
	contigs_free(into);
	*into = merged;
	return SPHEX_OK;
}
