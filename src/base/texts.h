/* Texts that somebody owns: one, or a list in the order in which they were given. */
#ifndef SPHEX_TEXTS_H
#define SPHEX_TEXTS_H

#include <stddef.h>

#include "status.h"

/* A zeroed struct is empty. */
struct text_list {
	char **items;
	size_t n, cap;
};

/* Replaces *to (NULL or owned) by a copy of the text. */
enum sphex_status text_set(char **to, const char *text, struct sphex_error *err);
enum sphex_status text_list_add(
	struct text_list *list, const char *text, size_t nbytes, struct sphex_error *err);
/* Adds each part of a comma list on its own, empty parts too. */
enum sphex_status text_list_add_parts(
	struct text_list *list, const char *parts, struct sphex_error *err);
void text_list_free(struct text_list *list);

#endif
