/* See samples.h. */
#include "samples.h"

#include <string.h>

#include "base/memory.h"
#include "lines.h"

static enum sphex_status add_file(
	struct text_list *names, const char *path, struct sphex_error *err)
{
	struct lines lines = {0};
	struct span line;
	enum sphex_status status = lines_open(&lines, path, 1, NULL, err);

	while (!status && !(status = lines_next(&lines, &line, err)))
		if (line.n)
			status = text_list_add(names, line.p, line.n, err);
	lines_close(&lines);
	return status == SPHEX_END ? SPHEX_OK : status;
}

static enum sphex_status resolve_one(
	struct text_list *names, const char *asked, struct sphex_error *err)
{
	struct sphex_error not_a_file;
	size_t n_before = names->n;

	if (asked[0] == '@')
		return add_file(names, asked + 1, err);
	if (strchr(asked, ','))
		return text_list_add_parts(names, asked, err);
	if (add_file(names, asked, &not_a_file) == SPHEX_OK && names->n > n_before)
		return SPHEX_OK;
	while (names->n > n_before)
		memory_free(names->items[--names->n]);
	return text_list_add(names, asked, strlen(asked), err);
}

enum sphex_status samples_resolve(const char *const *asked, size_t n_asked,
	const struct pool *in_file, struct text_list *out, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; i < n_asked && !status; i++) {
		if (pool_find(in_file, asked[i], strlen(asked[i])) != POOL_NONE)
			status = text_list_add(out, asked[i], strlen(asked[i]), err);
		else
			status = resolve_one(out, asked[i], err);
	}
	return status;
}
