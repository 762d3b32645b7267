/* See region_list.h. */
#include "region_list.h"

#include "base/memory.h"

void region_list_free(struct region_list *list)
{
	memory_free(list->items);
	pool_free(&list->contigs);
	pool_free(&list->texts);
	pool_free(&list->seen);
	memset(list, 0, sizeof(*list));
}

static enum sphex_status take_columns(
	struct region_list *list, enum region_columns columns, struct sphex_error *err)
{
	if (list->columns == COLUMNS_NONE)
		list->columns = columns;
	if (list->columns == columns)
		return SPHEX_OK;
	fail(err, SPHEX_E_ARGUMENT, "regions and annotation cannot be in one table");
	return with_hint(err, "count with BED files and typed regions, or with GTF and GFF3 files");
}

/* Equal regions get equal numbers, new ones the next. */
static enum sphex_status add_seen(struct region_list *list, const struct listed_region *region,
	uint32_t *id, struct sphex_error *err)
{
	uint64_t key[] = {region->beg0, region->end0,
		(uint64_t)region->contig << 32 | region->texts[0], region->texts[1]};

	return pool_add(&list->seen, (const char *)key, sizeof(key), id, err);
}

enum sphex_status region_list_add(struct region_list *list, enum region_columns columns,
	struct span contig, uint64_t beg0, uint64_t end0, const struct span texts[REGION_MAX_TEXTS],
	struct sphex_error *err)
{
	struct listed_region region = {beg0, end0, 0, {POOL_NONE, POOL_NONE}};
	enum sphex_status status = take_columns(list, columns, err);
	uint32_t id;

	if (!status)
		status = pool_add(&list->contigs, contig.p, contig.n, &region.contig, err);
	for (unsigned i = 0; i < REGION_MAX_TEXTS && !status; i++)
		if (texts[i].p)
			status = pool_add(
				&list->texts, texts[i].p, texts[i].n, &region.texts[i], err);
	if (!status)
		status = add_seen(list, &region, &id, err);
	if (status || id < list->n)
		return status;
	if (!memory_reserve(&list->items, &list->cap, list->n + 1, sizeof(*list->items)))
		return fail_memory(err);
	list->items[list->n++] = region;
	return SPHEX_OK;
}
