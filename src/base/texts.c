/* Copies of texts; see texts.h. */
#include "texts.h"

#include <string.h>

#include "memory.h"

enum sphex_status text_set(char **to, const char *text, struct sphex_error *err)
{
	char *copy = memory_copy_text(text, strlen(text));

	if (!copy)
		return fail_memory(err);
	memory_free(*to);
	*to = copy;
	return SPHEX_OK;
}

enum sphex_status text_list_add(
	struct text_list *list, const char *text, size_t nbytes, struct sphex_error *err)
{
	char *copy;

	if (!memory_reserve(&list->items, &list->cap, list->n + 1, sizeof(*list->items)))
		return fail_memory(err);
	copy = memory_copy_text(text, nbytes);
	if (!copy)
		return fail_memory(err);
	list->items[list->n++] = copy;
	return SPHEX_OK;
}

enum sphex_status text_list_add_parts(
	struct text_list *list, const char *parts, struct sphex_error *err)
{
	for (;;) {
		size_t n = strcspn(parts, ",");
		enum sphex_status status = text_list_add(list, parts, n, err);

		if (status || !parts[n])
			return status;
		parts += n + 1;
	}
}

void text_list_free(struct text_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		memory_free(list->items[i]);
	memory_free(list->items);
	*list = (struct text_list){0};
}
