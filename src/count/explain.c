/* See explain.h. Judged by the same functions as the count, one record at a time. */
#include "explain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "fragment.h"

void explanation_free(struct explanation *e)
{
	memory_free(e->items);
	memory_free(e->texts);
	memset(e, 0, sizeof(*e));
}

/* ---------------------------------------------------------------- text of a record */

static bool put(struct explanation *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

static bool put(struct explanation *e, const char *fmt, ...)
{
	char text[300]; /* a name has at most 254 bytes */
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0 || !memory_reserve(&e->texts, &e->texts_cap, e->n_texts + (size_t)n + 1, 1))
		return false;
	memcpy(e->texts + e->n_texts, text, (size_t)n + 1);
	e->n_texts += (size_t)n;
	return true;
}

static bool put_cigar(struct explanation *e, const struct record *r)
{
	bool good = r->n_cigar ? true : put(e, "*");

	for (uint32_t i = 0; i < r->n_cigar && good; i++) {
		uint32_t word = record_cigar_word(r, i);

		good = put(e, "%" PRIu32 "%c", word >> 4, "MIDNSHP=X???????"[word & 15]);
	}
	return good;
}

static bool put_base(struct explanation *e, const struct record *r, uint32_t q)
{
	if (q >= r->n_bases)
		return put(e, "\t.\t.");
	if (r->quals[q] == 0xFF)
		return put(e, "\t%c\t.", "=ACMGRSVTWYHKDBN"[record_base(r, q)]);
	return put(e, "\t%c\t%u", "=ACMGRSVTWYHKDBN"[record_base(r, q)], r -> quals[q]);
}

static enum sphex_status add(struct explanation *e, const struct record *r, uint32_t pos0,
	uint8_t says, enum filter_reason reason, struct sphex_error *err)
{
	size_t text = e->n_texts;

	if (!memory_reserve(&e->items, &e->cap, e->n + 1, sizeof(*e->items)) ||
		!put(e, "%s\t%u\t%u\t", record_name(r), r->flags, r->mapq) || !put_cigar(e, r) ||
		!put_base(e, r, observe_offset(r, pos0)))
		return fail_memory(err);
	e->n_texts++; /* keeps the NUL */
	e->items[e->n++] = (struct explained){
		.name = name_hash_of((const uint8_t *)record_name(r), r->name_nbytes - 1u),
		.text = text,
		.says = says,
		.nameless = strcmp(record_name(r), "*") == 0,
		.reason = (uint8_t)reason};
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- the records */

enum sphex_status explain_unit(const struct observer *observer, struct unit *unit, int32_t ref_id,
	uint32_t pos0, uint32_t site, struct explanation *out, struct sphex_error *err)
{
	const uint8_t *bytes;
	size_t nbytes;
	enum sphex_status status;

	out->n = out->n_texts = 0;
	while (!(status = unit_next(unit, &bytes, &nbytes, err))) {
		enum filter_reason reason;
		struct record r;
		uint8_t says;

		status = record_parse(bytes, nbytes, observer->sites->n_refs, &r, err);
		if (status)
			return status;
		unit->last_key = sort_key(r.ref_id, r.pos0);
		if (r.ref_id != ref_id || r.pos0 < 0)
			continue;
		says = observe_one(observer, &r, site, &reason);
		if (says == SAYS_NO_BASE &&
			((uint32_t)r.pos0 > pos0 || record_end0(&r, record_cigar_span(&r)) <= pos0))
			continue;
		status = add(out, &r, pos0, says, reason, err);
		if (status)
			return status;
	}
	return status == SPHEX_END ? SPHEX_OK : status;
}

enum sphex_status explanation_append(
	struct explanation *whole, const struct explanation *part, struct sphex_error *err)
{
	if (!part->n)
		return SPHEX_OK;
	if (!memory_reserve(
		    &whole->items, &whole->cap, whole->n + part->n, sizeof(*whole->items)) ||
		!memory_reserve(
			&whole->texts, &whole->texts_cap, whole->n_texts + part->n_texts, 1))
		return fail_memory(err);
	memcpy(whole->texts + whole->n_texts, part->texts, part->n_texts);
	for (size_t i = 0; i < part->n; i++) {
		whole->items[whole->n] = part->items[i];
		whole->items[whole->n++].text += whole->n_texts;
	}
	whole->n_texts += part->n_texts;
	return SPHEX_OK;
}

/* Texts lie in file order, so that they break the tie of equal names. */
static int compare(const void *a, const void *b)
{
	const struct explained *x = a, *y = b;

	if (x->name.lo != y->name.lo)
		return x->name.lo < y->name.lo ? -1 : 1;
	if (x->name.hi != y->name.hi)
		return x->name.hi < y->name.hi ? -1 : 1;
	return (x->text > y->text) - (x->text < y->text);
}

static bool is_alone(const struct explained *item, bool by_read)
{
	return by_read || item->nameless || item->says > SAYS_NO_BASE;
}

/* The column of the fragment whose first item is `first`, of items [first, end) of one name. */
static uint8_t column_of(const struct explanation *e, size_t first, size_t end, bool by_read)
{
	uint32_t counts[N_NATIVE_COUNTS] = {0};
	struct observation items[2];
	uint8_t column = 0;

	/* joining is associative: the fragment so far and one more record, again and again */
	items[0] = (struct observation){.says = e->items[first].says};
	fragments_count(items, 1, by_read, counts);
	while (!counts[column])
		column++;
	for (size_t i = first + 1; i < end && !is_alone(&e->items[first], by_read); i++)
		if (!is_alone(&e->items[i], by_read) && e->items[i].says != SAYS_NO_BASE)
			column = fragment_join(column, e->items[i].says);
	return column;
}

void explanation_columns(struct explanation *e, bool by_read, uint8_t *columns)
{
	size_t end;

	if (e->n) /* else there may be no array */
		qsort(e->items, e->n, sizeof(*e->items), compare);
	for (size_t begin = 0; begin < e->n; begin = end) {
		bool counted = false;

		for (end = begin + 1;
			end < e->n && e->items[end].name.lo == e->items[begin].name.lo &&
			e->items[end].name.hi == e->items[begin].name.hi;
			end++)
			;
		for (size_t i = begin; i < end; i++) {
			const struct explained *item = &e->items[i];

			if (item->says == SAYS_NO_BASE)
				columns[i] = EXPLAIN_NO_BASE;
			else if (counted && !is_alone(item, by_read))
				columns[i] = EXPLAIN_SAME_FRAGMENT;
			else
				columns[i] = column_of(e, i, end, by_read);
			counted |= item->says != SAYS_NO_BASE && !is_alone(item, by_read);
		}
	}
}
