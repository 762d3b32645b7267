/* Cells are looked up, not stored; see table.h. */
#include "table.h"

void table_layout(struct table *t)
{
	unsigned n = 0;

	t->fields[n++] = FIELD_CHROM;
	if (t->rows->has_pos0)
		t->fields[n++] = FIELD_POS0;
	t->fields[n++] = FIELD_POS;
	t->fields[n++] = FIELD_REF;
	t->fields[n++] = FIELD_ALT;
	if (t->rows->has_gt)
		t->fields[n++] = FIELD_GT;
	for (unsigned i = 0; i < t->rows->n_attributes; i++)
		t->fields[n++] = FIELD_ATTRIBUTE + i;
	for (unsigned i = 0; i < t->rules->n_counts; i++)
		t->fields[n++] = FIELD_COUNT + i;
	t->n_columns = n;
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
	        [FIELD_REF] = "ref",
	        [FIELD_ALT] = "alt",
	        [FIELD_GT] = "GT"};
	unsigned field = t->fields[column];

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

static struct table_cell pool_cell(const struct pool *pool, uint32_t id)
{
	struct table_cell cell = {0};

	if (id != POOL_NONE)
		cell.text = pool_text(pool, id, &cell.nbytes);
	return cell;
}

static struct table_cell count_cell(const struct table *t, uint32_t row, unsigned count)
{
	uint32_t site = t->sites->row_sites[row];

	if (site != SITE_NONE)
		return number_cell(t->counts[(size_t)site * t->rules->n_counts + count]);
	return t->rules->missing_contig_is_null ? (struct table_cell){0} : number_cell(0);
}

struct table_cell table_cell(const struct table *t, unsigned column, size_t row_index)
{
	uint32_t row = t->sites->kept_rows[row_index];
	const struct row *joined = t->rows->identity ? NULL : &t->rows->items[row];
	uint32_t line = joined ? joined->variant : row;
	const struct variant *v = &t->variants->items[line];
	unsigned field = t->fields[column];
	struct table_cell cell = {0};

	switch (field) {
	case FIELD_CHROM:
		return pool_cell(&t->variants->contigs, v->contig);
	case FIELD_POS0:
		return number_cell(v->pos0);
	case FIELD_POS:
		return number_cell(joined ? joined->pos1 : v->end);
	case FIELD_REF:
		cell.text = variant_ref(t->variants, line, &cell.nbytes);
		return cell;
	case FIELD_ALT:
		cell.text = variant_alt(t->variants, line, &cell.nbytes);
		return cell;
	case FIELD_GT:
		return pool_cell(&t->variants->gts, v->gt);
	default:
		if (field >= FIELD_COUNT)
			return count_cell(t, row, field - FIELD_COUNT);
		return pool_cell(&t->rows->values, joined->attributes[field - FIELD_ATTRIBUTE]);
	}
}
