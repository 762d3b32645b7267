/* See ase_table.h. */
#include "ase_table.h"

#include <string.h>

#include "base/digits.h"
#include "base/memory.h"

void ase_table_free(struct ase_table *table)
{
	memory_free(table->rows);
	table->rows = NULL;
	table->n = table->cap = 0;
}

enum sphex_status ase_table_add(
	struct ase_table *table, struct ase_row row, struct sphex_error *err)
{
	if (!memory_reserve(&table->rows, &table->cap, table->n + 1, sizeof(*table->rows)))
		return fail_memory(err);
	table->rows[table->n++] = row;
	return SPHEX_OK;
}

static void put_count(struct writer *w, char separator, uint64_t number)
{
	char text[1 + MAX_DIGITS];

	text[0] = separator;
	writer_put(w, text, (size_t)(put_decimal(text + 1, number) - text));
}

static void put_text(struct writer *w, char separator, const char *text, size_t nbytes)
{
	writer_put(w, &separator, 1);
	writer_put(w, text, nbytes);
}

static void put_row(
	struct writer *w, const struct ase_table *t, const struct ase_row *row, char separator)
{
	const struct ase_record *record = &t->sites->items[row->record];
	const struct ase_counts *c = &row->counts;
	const uint64_t counts[] = {c->ref, c->alt, (uint64_t)c->ref + c->alt, c->low_mapq,
		c->low_baseq, c->raw, c->other, c->improper};
	size_t nbytes;
	const char *text = pool_text(&t->contigs->names, record->ref, &nbytes);

	writer_put(w, text, nbytes);
	put_count(w, separator, (uint64_t)row->pos0 + 1);
	text = pool_text(&t->sites->ids, record->id, &nbytes);
	put_text(w, separator, text, nbytes);
	put_text(w, separator, &row->ref, 1);
	put_text(w, separator, &record->alt, 1);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		put_count(w, separator, counts[i]);
	writer_put(w, "\n", 1);
}

void ase_table_write(struct writer *w, const struct ase_table *table, char separator)
{
	static const char *const names[] = {"contig", "position", "variantID", "refAllele",
		"altAllele", "refCount", "altCount", "totalCount", "lowMAPQDepth", "lowBaseQDepth",
		"rawDepth", "otherBases", "improperPairs"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (i)
			writer_put(w, &separator, 1);
		writer_put(w, names[i], strlen(names[i]));
	}
	writer_put(w, "\n", 1);
	for (size_t i = 0; i < table->n; i++)
		put_row(w, table, &table->rows[i], separator);
}
