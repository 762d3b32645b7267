/* See samples.h. */
#include "samples.h"

#include <string.h>

#include "base/memory.h"
#include "lines.h"

void sample_names_free(struct sample_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		memory_free(names->items[i]);
	memory_free(names->items);
	memset(names, 0, sizeof(*names));
}

static enum sphex_status add(
	struct sample_names *names, const char *name, size_t nbytes, struct sphex_error *err)
{
	char *copy;

	if (!memory_reserve(&names->items, &names->cap, names->n + 1, sizeof(*names->items)))
		return fail_memory(err);
	copy = memory_copy_text(name, nbytes);
	if (!copy)
		return fail_memory(err);
	names->items[names->n++] = copy;
	return SPHEX_OK;
}

static enum sphex_status add_list(
	struct sample_names *names, const char *list, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	while (!status) {
		size_t n = strcspn(list, ",");

		status = add(names, list, n, err);
		if (!list[n])
			break;
		list += n + 1;
	}
	return status;
}

static enum sphex_status add_file(
	struct sample_names *names, const char *path, struct sphex_error *err)
{
	struct lines lines = {0};
	struct span line;
	enum sphex_status status = lines_open(&lines, path, 1, NULL, err);

	while (!status && !(status = lines_next(&lines, &line, err)))
		if (line.n)
			status = add(names, line.p, line.n, err);
	lines_close(&lines);
	return status == SPHEX_END ? SPHEX_OK : status;
}

static enum sphex_status resolve_one(
	struct sample_names *names, const char *asked, struct sphex_error *err)
{
	struct sphex_error not_a_file;
	size_t n_before = names->n;

	if (asked[0] == '@')
		return add_file(names, asked + 1, err);
	if (strchr(asked, ','))
		return add_list(names, asked, err);
	if (add_file(names, asked, &not_a_file) == SPHEX_OK && names->n > n_before)
		return SPHEX_OK;
	while (names->n > n_before)
		memory_free(names->items[--names->n]);
	return add(names, asked, strlen(asked), err);
}

enum sphex_status samples_resolve(const char *const *asked, size_t n_asked,
	const struct pool *in_file, struct sample_names *out, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; i < n_asked && !status; i++) {
		if (pool_find(in_file, asked[i], strlen(asked[i])) != POOL_NONE)
			status = add(out, asked[i], strlen(asked[i]), err);
		else
			status = resolve_one(out, asked[i], err);
	}
	return status;
}
