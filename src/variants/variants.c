/* The table of variant lines; see variants.h. */
#include "variants.h"

#include <string.h>

#include "base/cursor.h"
#include "base/memory.h"
#include "span.h"

/* IDs begin at multiples of it, so that 31 bits are enough for more than 2 GiB. */
#define ID_UNIT ((size_t)4)
/* An ID with this bit is "rs" and the number in the other bits. */
#define ID_NUMBER ((uint32_t)1 << 31)
#define MAX_LINES ((size_t)UINT32_MAX - 1)

void variants_free(struct variants *v)
{
	memory_free(v->items);
	memory_free(v->text);
	memory_free(v->extras);
	pool_free(&v->contigs);
	pool_free(&v->gts);
	memory_free(v->ids);
	memset(v, 0, sizeof(*v));
}

static bool is_inline(const struct variant *item)
{
	return (uint64_t)item->ref_nbytes + item->alt_nbytes <= ALLELE_INLINE_NBYTES;
}

/* Where the alleles of `item` lie: REF, then ALT. */
static const char *alleles_of(const struct variants *v, const struct variant *item)
{
	return is_inline(item) ? item->alleles.bytes : v->text + item->alleles.offset;
}

/* Most alleles are one letter, which is not worth a call. */
static void copy_allele(char *to, const char *from, size_t nbytes)
{
	if (nbytes == 1)
		*to = *from;
	else
		memcpy(to, from, nbytes);
}

/* Where the alleles of the item are to be put; NULL when memory is out. */
static char *room_for_alleles(struct variants *v, struct variant *item)
{
	size_t nbytes = (size_t)item->ref_nbytes + item->alt_nbytes;
	char *alleles;

	if (is_inline(item))
		return item->alleles.bytes;
	if (!memory_reserve(&v->text, &v->text_cap, v->text_nbytes + nbytes, 1))
		return NULL;
	item->alleles.offset = v->text_nbytes;
	alleles = v->text + v->text_nbytes;
	v->text_nbytes += nbytes;
	return alleles;
}

static enum sphex_status fail_lines(struct sphex_error *err)
{
	return fail(err, SPHEX_E_LIMIT, "more than 4294967294 variant lines");
}

enum sphex_status variants_add(struct variants *v, uint32_t contig, uint32_t pos0, uint32_t end,
	const char *ref, size_t ref_nbytes, const char *alt, size_t alt_nbytes, uint32_t gt,
	struct sphex_error *err)
{
	struct variant *item;
	char *alleles;

	if (v->n >= MAX_LINES)
		return fail_lines(err);
	if (ref_nbytes > UINT32_MAX || alt_nbytes > UINT32_MAX)
		return fail(err, SPHEX_E_LIMIT, "an allele is longer than 4 GiB");
	if (!memory_reserve(&v->items, &v->cap, v->n + 1, sizeof(*v->items)))
		return fail_memory(err);
	/* made in its place: a copy of what was just written in small parts would wait for them */
	item = &v->items[v->n];
	item->contig = contig;
	item->pos0 = pos0;
	item->end = end;
	item->gt = gt;
	item->ref_nbytes = (uint32_t)ref_nbytes;
	item->alt_nbytes = (uint32_t)alt_nbytes;
	item->alleles.offset = 0;
	alleles = room_for_alleles(v, item);
	if (!alleles)
		return fail_memory(err);
	copy_allele(alleles, ref, ref_nbytes);
	copy_allele(alleles + ref_nbytes, alt, alt_nbytes);
	v->n++;
	return SPHEX_OK;
}

enum sphex_status variants_add_extra(
	struct variants *v, struct variant_extra extra, struct sphex_error *err)
{
	if (!memory_reserve(&v->extras, &v->extras_cap, v->n, sizeof(*v->extras)))
		return fail_memory(err);
	v->extras[v->n - 1] = extra;
	return SPHEX_OK;
}

/* "rs" and a number without zeros in front, as most lists have them. */
static bool is_rs_number(const char *text, size_t nbytes, uint64_t *number)
{
	struct span digits;
	uint64_t eight, first = 0;
	uint32_t last;

	if (nbytes < 3 || nbytes > 12 || memcmp(text, "rs", 2) != 0 || text[2] < '1')
		return false;
	digits = (struct span){text + 2, nbytes - 2};
	if (nbytes < 8)
		return span_number(digits, number);
	eight = load_u64((const uint8_t *)text + nbytes - 8) ^ EIGHT_ZEROS;
	if (digits.n < 8) /* letters in front of them give way to zeros */
		eight = eight >> 8 * (8 - digits.n) << 8 * (8 - digits.n);
	digits.n -= digits.n < 8 ? digits.n : 8;
	if (!eight_digits(eight, &last) || (digits.n && !span_number(digits, &first)))
		return false;
	*number = first * 100000000 + last;
	return true;
}

bool variant_id_is_number(const char *text, size_t nbytes, uint32_t *id)
{
	uint64_t number;

	if (!is_rs_number(text, nbytes, &number) || number >= (VARIANT_NO_ROW ^ ID_NUMBER))
		return false;
	*id = ID_NUMBER | (uint32_t)number;
	return true;
}

enum sphex_status variants_add_id(
	struct variants *v, const char *text, size_t nbytes, uint32_t *id, struct sphex_error *err)
{
	size_t room = (nbytes + ID_UNIT) / ID_UNIT * ID_UNIT; /* with a NUL at least */

	if (variant_id_is_number(text, nbytes, id))
		return SPHEX_OK;
	if (v->ids_nbytes / ID_UNIT >= ID_NUMBER)
		return fail(err, SPHEX_E_LIMIT, "the IDs are longer than 8 GiB");
	if (!memory_reserve(&v->ids, &v->ids_cap, v->ids_nbytes + room, 1))
		return fail_memory(err);
	*id = (uint32_t)(v->ids_nbytes / ID_UNIT);
	memset(v->ids + v->ids_nbytes + room - ID_UNIT, 0, ID_UNIT);
	memcpy(v->ids + v->ids_nbytes, text, nbytes);
	v->ids_nbytes += room;
	return SPHEX_OK;
}

enum sphex_status variants_add_snv(
	struct variants *v, const struct snv_line *line, struct sphex_error *err)
{
	struct variant *item;

	if (v->n >= MAX_LINES)
		return fail_lines(err);
	if (!memory_reserve(&v->items, &v->cap, v->n + 1, sizeof(*v->items)) ||
		!memory_reserve(&v->extras, &v->extras_cap, v->n + 1, sizeof(*v->extras)))
		return fail_memory(err);
	item = &v->items[v->n];
	item->contig = line->contig;
	item->pos0 = line->pos0;
	item->end = line->pos0 + 1;
	item->gt = line->gt;
	item->ref_nbytes = item->alt_nbytes = 1;
	item->alleles.offset = 0;
	item->alleles.bytes[0] = line->ref;
	item->alleles.bytes[1] = line->alt;
	v->extras[v->n++] = line->extra;
	return SPHEX_OK;
}

const char *variant_id(const struct variants *v, size_t i, char room[VARIANT_ID_ROOM])
{
	uint32_t id = v->extras[i].id;

	if (id >= VARIANT_NO_ROW)
		return NULL;
	if (!(id & ID_NUMBER))
		return v->ids + (size_t)id * ID_UNIT;
	memcpy(room, "rs", 2);
	room[2 + put_number(room + 2, id ^ ID_NUMBER)] = '\0';
	return room;
}

const char *variant_fate_word(enum variant_fate fate)
{
	static const char *const words[N_VARIANT_FATES] = {[FATE_FILTER] = "filter",
		[FATE_MULTIALLELIC] = "multiallelic",
		[FATE_NO_ALT] = "no_alt",
		[FATE_STAR] = "star",
		[FATE_SYMBOLIC] = "symbolic",
		[FATE_NOT_ACGT] = "not_acgt",
		[FATE_SAME_AS_REF] = "same_as_ref",
		[FATE_NOT_SNV] = "not_snv",
		[FATE_TOO_LONG] = "too_long",
		[FATE_NOT_HET] = "not_het",
		[FATE_REPEATED] = "repeated",
		[FATE_KEPT] = "kept"};

	return words[fate];
}

const char *variant_ref(const struct variants *v, size_t i, size_t *nbytes)
{
	*nbytes = v->items[i].ref_nbytes;
	return alleles_of(v, &v->items[i]);
}

const char *variant_alt(const struct variants *v, size_t i, size_t *nbytes)
{
	*nbytes = v->items[i].alt_nbytes;
	return alleles_of(v, &v->items[i]) + v->items[i].ref_nbytes;
}
