/* Cells are looked up, not stored; see table.h. */
#include "table.h"

#include <assert.h>
#include <string.h>

static const unsigned orders[][TABLE_MAX_COLUMNS] = {
	[TABLE_WASP2] = {FIELD_CHROM, FIELD_POS0, FIELD_POS, FIELD_REF, FIELD_ALT, FIELD_GT,
		FIELD_ATTRIBUTE, FIELD_COUNT},
	[TABLE_NATIVE] = {FIELD_CHROM, FIELD_POS, FIELD_ID, FIELD_REF, FIELD_ALT, FIELD_GT,
		FIELD_COUNT, FIELD_ATTRIBUTE}};

#define N_ORDERED 8

/* How many columns a field stands for. */
static unsigned n_columns_of(const struct table *t, unsigned field)
{
	switch (field) {
	case FIELD_POS0:
		return t->rows->has_pos0;
	case FIELD_GT:
		return t->rows->has_gt;
	case FIELD_ATTRIBUTE:
		return t->rows->n_attributes;
	case FIELD_COUNT:
		return t->rules->n_counts;
	default:
		return 1;
	}
}

void table_layout(struct table *t)
{
	t->n_columns = 0;
	for (unsigned i = 0; i < N_ORDERED; i++) {
		unsigned field = orders[t->rules->style][i];

		for (unsigned j = 0; j < n_columns_of(t, field); j++)
			t->fields[t->n_columns++] = field + j;
	}
}

size_t table_n_rows(const struct table *t)
{
	return t->sites->n_kept;
}

const char *table_column_name(const struct table *t, unsigned column)
{
	static const char *const names[] = {[FIELD_CHROM] = "chrom",
		[FIELD_POS0] = "pos0",
		[FIELD_POS] = "pos",
		[FIELD_ID] = "id",
		[FIELD_REF] = "ref",
		[FIELD_ALT] = "alt",
		[FIELD_GT] = "GT"};
	unsigned field = t->fields[column];

	if (field == FIELD_GT && t->rules->style == TABLE_NATIVE)
		return "gt";
	if (field >= FIELD_COUNT)
		return t->rules->count_names[field - FIELD_COUNT];
	if (field >= FIELD_ATTRIBUTE)
		return t->rows->attribute_names[field - FIELD_ATTRIBUTE];
	return names[field];
}

bool table_column_is_number(const struct table *t, unsigned column)
{
	unsigned field = t->fields[column];

	return field == FIELD_POS0 || field == FIELD_POS || field >= FIELD_COUNT;
}

static struct table_cell number_cell(uint32_t number)
{
	return (struct table_cell){.is_number = true, .number = number};
}

/* NULL: a missing value. */
static struct table_cell text_cell(const char *text)
{
	return (struct table_cell){.text = text, .nbytes = text ? strlen(text) : 0};
}

static struct table_cell pool_cell(const struct pool *pool, uint32_t id)
{
	const char *text;
	size_t nbytes;

	if (id == POOL_NONE)
		return (struct table_cell){0};
	text = pool_text(pool, id, &nbytes);
	return (struct table_cell){.text = text, .nbytes = nbytes};
}

const uint32_t *table_counts(const struct table *t, size_t row_index)
{
	static const uint32_t zeros[MAX_COUNTS];
	uint32_t site = t->sites->row_sites[t->sites->kept_rows[row_index]];

	if (site != SITE_NONE)
		return t->counts + (size_t)site * t->rules->n_counts;
	return t->rules->missing_contig_is_null ? NULL : zeros;
}

static struct table_cell count_cell(const struct table *t, size_t row_index, unsigned count)
{
	const uint32_t *counts = table_counts(t, row_index);

	return counts ? number_cell(counts[count]) : (struct table_cell){0};
}

/* Each cell is made at once: one that others write parts of goes through memory, and waits. */
struct table_cell table_cell(
	const struct table *t, unsigned column, size_t row_index, char room[TABLE_ROOM])
{
	uint32_t row = t->sites->kept_rows[row_index];
	const struct row *joined = t->rows->identity ? NULL : &t->rows->items[row];
	uint32_t line = joined ? joined->variant : row;
	const struct variant *v = &t->variants->items[line];
	unsigned field = t->fields[column];
	const char *text;
	size_t nbytes;

	switch (field) {
	case FIELD_CHROM:
		return pool_cell(&t->variants->contigs, v->contig);
	case FIELD_POS0:
		return number_cell(v->pos0);
	case FIELD_POS:
		if (t->rules->style == TABLE_NATIVE)
			return number_cell(v->pos0 + 1);
		return number_cell(joined ? joined->pos1 : variant_end(t->variants, line));
	case FIELD_ID:
		return text_cell(variant_id(t->variants, line, room));
	case FIELD_REF:
		text = variant_ref(t->variants, line, &nbytes);
		return (struct table_cell){.text = text, .nbytes = nbytes};
	case FIELD_ALT:
		text = variant_alt(t->variants, line, &nbytes);
		return (struct table_cell){.text = text, .nbytes = nbytes};
	case FIELD_GT:
		return pool_cell(&t->variants->gts, variant_gt(t->variants, line));
	default:
		if (field >= FIELD_COUNT)
			return count_cell(t, row_index, field - FIELD_COUNT);
		assert(joined); /* else there are no attributes */
		return pool_cell(&t->rows->values, joined->attributes[field - FIELD_ATTRIBUTE]);
	}
}
