/* Unit in, columns out; see batch.h. */
#include "batch.h"

#include <string.h>

#include "base/memory.h"

/* Inflated bytes at which a batch is handed out although the unit has more. */
#ifndef FULL_NBYTES /* the fuzz targets have small ones */
#define FULL_NBYTES ((size_t)4 << 20)
#endif

void batch_free(struct sphex_batch *b)
{
	memory_free(b->offsets);
	memory_free(b->nbytes);
	memory_free(b->ref_ids);
	memory_free(b->pos0);
	memory_free(b->mate_ref_ids);
	memory_free(b->mate_pos0);
	memory_free(b->tlens);
	memory_free(b->n_bases);
	memory_free(b->flags);
	memory_free(b->mapqs);
	memset(b, 0, sizeof(*b));
}

static bool reserve(struct sphex_batch *b, size_t want)
{
	struct {
		void *column;
		size_t size;
	} columns[] = {{&b->nbytes, sizeof(*b->nbytes)}, {&b->ref_ids, sizeof(*b->ref_ids)},
		{&b->pos0, sizeof(*b->pos0)}, {&b->mate_ref_ids, sizeof(*b->mate_ref_ids)},
		{&b->mate_pos0, sizeof(*b->mate_pos0)}, {&b->tlens, sizeof(*b->tlens)},
		{&b->n_bases, sizeof(*b->n_bases)}, {&b->flags, sizeof(*b->flags)},
		{&b->mapqs, sizeof(*b->mapqs)}};

	if (want <= b->cap)
		return true;
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		size_t cap = b->cap;

		if (!memory_reserve(columns[i].column, &cap, want, columns[i].size))
			return false;
	}
	return memory_reserve(&b->offsets, &b->cap, want, sizeof(*b->offsets));
}

static void add(struct sphex_batch *b, const struct record *r, size_t offset, size_t nbytes)
{
	size_t i = b->n++;

	b->offsets[i] = offset;
	b->nbytes[i] = (uint32_t)nbytes;
	b->ref_ids[i] = r->ref_id;
	b->pos0[i] = r->pos0;
	b->mate_ref_ids[i] = record_mate_ref_id(r);
	b->mate_pos0[i] = record_mate_pos0(r);
	b->tlens[i] = record_tlen(r);
	b->n_bases[i] = r->n_bases;
	b->flags[i] = r->flags;
	b->mapqs[i] = r->mapq;
}

enum sphex_status batch_scan(struct sphex_batch *b, struct unit *unit, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;
	const uint8_t *bytes;
	size_t nbytes;

	b->n = 0;
	while (!status && unit->from < FULL_NBYTES) {
		struct record r;

		status = unit_next(unit, &bytes, &nbytes, err);
		if (status)
			break;
		status = record_parse(bytes, nbytes, b->n_refs, &r, err);
		if (!status && !reserve(b, b->n + 1))
			status = fail_memory(err);
		if (status)
			unit_refuse(unit, nbytes, err);
		else
			add(b, &r, (size_t)(bytes - unit->data), nbytes);
	}
	b->bytes = unit->data; /* only now: reading on may have moved the buffer */
	return status == SPHEX_END ? SPHEX_OK : status;
}

struct record batch_record(const struct sphex_batch *b, size_t i)
{
	struct sphex_error ignored;
	struct record r;

	record_parse(b->bytes + b->offsets[i], b->nbytes[i], b->n_refs, &r, &ignored);
	return r;
}
