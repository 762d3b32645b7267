/* See contig_names.h. */
#include "contig_names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cut_text.h"

/* Of each side, in messages. */
#define N_NAMES_SHOWN 3
#define N_MISSING_SHOWN 5

/* ---------------------------------------------------------------- equal names */

/* Names of one contig have one key. */
static struct span key_of(struct span name)
{
	if (name.n > 3 && span_starts_with(name, "chr"))
		name = span_from(name, 3);
	return span_is(name, "M") ? span_of("MT") : name;
}

/* Texts, and for each the first target that has it. */
struct target_index {
	struct pool texts;
	uint32_t *targets;
};

static void index_free(struct target_index *index)
{
	pool_free(&index->texts);
	memory_free(index->targets);
}

static enum sphex_status index_build(struct target_index *index, const struct contig_names *targets,
	bool by_key, struct sphex_error *err)
{
	index->targets = memory_new(targets->n, sizeof(*index->targets));
	if (!index->targets)
		return fail_memory(err);
	for (size_t i = 0; i < targets->n; i++) {
		struct span text = span_of(targets->items[i]);
		size_t n_before = index->texts.n;
		uint32_t id;

		text = by_key ? key_of(text) : text;
		if (pool_add(&index->texts, text.p, text.n, &id, err))
			return err->status;
		if (id == n_before)
			index->targets[id] = (uint32_t)i;
	}
	return SPHEX_OK;
}

static uint32_t index_find(const struct target_index *index, struct span text)
{
	uint32_t id = pool_find(&index->texts, text.p, text.n);

	return id == POOL_NONE ? CONTIG_NONE : index->targets[id];
}

static struct span name_of(const struct pool *names, size_t i)
{
	struct span name;

	name.p = pool_text(names, (uint32_t)i, &name.n);
	return name;
}

enum sphex_status contigs_map(const struct pool *names, const struct contig_names *targets,
	bool is_auto, uint32_t *ids, struct sphex_error *err)
{
	struct target_index as_written = {0}, by_key = {0};
	enum sphex_status status = index_build(&as_written, targets, false, err);

	if (!status && is_auto)
		status = index_build(&by_key, targets, true, err);
	for (size_t i = 0; !status && i < names->n; i++) {
		struct span name = name_of(names, i);

		ids[i] = index_find(&as_written, name);
		if (ids[i] == CONTIG_NONE && is_auto)
			ids[i] = index_find(&by_key, key_of(name));
	}
	index_free(&as_written);
	index_free(&by_key);
	return status;
}

uint32_t contigs_find(const struct contig_names *targets, struct span name, bool is_auto)
{
	for (uint32_t i = 0; i < targets->n; i++)
		if (span_is(name, targets->items[i]))
			return i;
	for (uint32_t i = 0; is_auto && i < targets->n; i++)
		if (span_equal(key_of(name), key_of(span_of(targets->items[i]))))
			return i;
	return CONTIG_NONE;
}

/* ---------------------------------------------------------------- messages */

static bool is_used(const uint64_t *n_rows, size_t i)
{
	return !n_rows || n_rows[i];
}

/* A pair of names that --contig-style auto takes for one contig; false also without memory. */
static bool find_repair(const struct pool *names, const uint64_t *n_rows,
	const struct contig_names *targets, const char **name, const char **target)
{
	struct target_index by_key = {0};
	struct sphex_error ignored;
	uint32_t id = CONTIG_NONE;
	size_t i = 0;

	if (!index_build(&by_key, targets, true, &ignored)) {
		for (; id == CONTIG_NONE && i < names->n; i++)
			id = is_used(n_rows, i) ? index_find(&by_key, key_of(name_of(names, i)))
						: id;
	}
	index_free(&by_key);
	if (id == CONTIG_NONE)
		return false;
	*name = pool_text(names, (uint32_t)i - 1, NULL);
	*target = targets->items[id];
	return true;
}

static enum sphex_status fail_no_common(const struct pool *names, const uint64_t *n_rows,
	const struct contig_names *targets, const struct contig_parties *parties,
	struct sphex_error *err)
{
	char of_names[160], of_targets[160];
	struct cut_text t = {of_names, 0, sizeof(of_names)},
			u = {of_targets, 0, sizeof(of_targets)};
	const char *name, *target;
	size_t n = 0;

	of_targets[0] = '\0';
	for (size_t i = 0; i < names->n; i++)
		if (is_used(n_rows, i))
			cut_text_add_item(
				&t, n++, N_NAMES_SHOWN, pool_text(names, (uint32_t)i, NULL));
	for (size_t i = 0; i < targets->n; i++)
		cut_text_add_item(&u, i, N_NAMES_SHOWN, targets->items[i]);
	fail(err, SPHEX_E_NOT_FOUND, "no contig of %s is in %s: %s against %s", parties->names,
		parties->targets, of_names, targets->n ? of_targets : "none");
	if (find_repair(names, n_rows, targets, &name, &target))
		return with_hint(err, "--contig-style auto takes %s for %s", name, target);
	return err->status;
}

enum sphex_status contigs_check(const struct pool *names, const uint64_t *n_rows,
	const uint32_t *ids, const struct contig_names *targets,
	const struct contig_parties *parties, struct sphex_error *err)
{
	size_t n_used = 0, n_found = 0;

	for (size_t i = 0; i < names->n; i++) {
		n_used += is_used(n_rows, i);
		n_found += is_used(n_rows, i) && ids[i] != CONTIG_NONE;
	}
	return n_used && !n_found ? fail_no_common(names, n_rows, targets, parties, err) : SPHEX_OK;
}

bool contigs_describe_missing(const struct pool *names, const uint64_t *n_rows, const uint32_t *ids,
	const struct contig_parties *parties, char *out, size_t out_nbytes)
{
	char list[256];
	struct cut_text t = {list, 0, sizeof(list)};
	uint64_t n_lost = 0;
	size_t n = 0;

	for (size_t i = 0; i < names->n; i++) {
		if (!n_rows[i] || ids[i] != CONTIG_NONE)
			continue;
		cut_text_add_item(&t, n++, N_MISSING_SHOWN, pool_text(names, (uint32_t)i, NULL));
		n_lost += n_rows[i];
	}
	if (n)
		snprintf(out, out_nbytes,
			"%zu contig%s of %s not in %s: %s; %" PRIu64 " row%s of zeros", n,
			n > 1 ? "s" : "", parties->names, parties->targets, list, n_lost,
			n_lost > 1 ? "s" : "");
	return n > 0;
}
