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

/* ---------------------------------------------------------------- long lines */

/* What a line says beside its place. */
struct parts {
	uint32_t end, gt, ref_nbytes, alt_nbytes;
	const char *ref, *alt;
};

/* Bytes of a number of 32 bits at most: 7 of its bits in each. */
#define NUMBER_MAX_NBYTES ((size_t)5)
#define MAX_TEXT_NBYTES (UINT64_C(1) << 8 * ALLELES_SHORT_NBYTES)

static char *store_number(char *to, uint32_t number)
{
	for (; number > 0x7F; number >>= 7)
		*to++ = (char)(number | 0x80);
	*to++ = (char)number;
	return to;
}

static uint32_t load_number(const char **from)
{
	uint32_t number = 0;

	for (unsigned shift = 0;; shift += 7) {
		uint8_t byte = (uint8_t)(*from)[0];

		++*from;
		number |= (uint32_t)(byte & 0x7F) << shift;
		if (byte <= 0x7F)
			return number;
	}
}

/* Four numbers, mostly small ones, and the alleles. What is stored for `end` is how far it lies
 * from that of REF. */
static enum sphex_status store_long(struct variants *v, struct variant *item,
	const struct parts *parts, struct sphex_error *err)
{
	uint64_t offset = v->text_nbytes;
	char *to;

	if (!memory_reserve(&v->text, &v->text_cap,
		    v->text_nbytes + 4 * NUMBER_MAX_NBYTES + parts->ref_nbytes + parts->alt_nbytes,
		    1))
		return fail_memory(err);
	if (offset >= MAX_TEXT_NBYTES)
		return fail(err, SPHEX_E_LIMIT, "the alleles are longer than 1 TiB");
	to = v->text + offset;
	to = store_number(to, parts->end - item->pos0 - parts->ref_nbytes);
	to = store_number(to, parts->gt + 1);
	to = store_number(to, parts->ref_nbytes);
	to = store_number(to, parts->alt_nbytes);
	memcpy(to, parts->ref, parts->ref_nbytes);
	memcpy(to + parts->ref_nbytes, parts->alt, parts->alt_nbytes);
	v->text_nbytes = (size_t)(to - v->text) + parts->ref_nbytes + parts->alt_nbytes;
	item->ref_nbytes = 0;
	for (size_t i = 0; i < ALLELES_SHORT_NBYTES; i++)
		item->alleles[i] = (uint8_t)(offset >> 8 * i);
	return SPHEX_OK;
}

static struct parts load_long(const struct variants *v, const struct variant *item)
{
	struct parts parts;
	uint64_t offset = 0;
	const char *from;

	for (size_t i = 0; i < ALLELES_SHORT_NBYTES; i++)
		offset |= (uint64_t)item->alleles[i] << 8 * i;
	from = v->text + offset;
	parts.end = load_number(&from);
	parts.gt = load_number(&from) - 1;
	parts.ref_nbytes = load_number(&from);
	parts.alt_nbytes = load_number(&from);
	parts.end += item->pos0 + parts.ref_nbytes;
	parts.ref = from;
	parts.alt = from + parts.ref_nbytes;
	return parts;
}

static bool is_long(const struct variant *item)
{
	return !item->ref_nbytes;
}

/* Short lines, as most are, go without the struct: through memory they would wait for its parts. */
uint32_t variant_end(const struct variants *v, size_t i)
{
	const struct variant *item = &v->items[i];

	return is_long(item) ? load_long(v, item).end : item->pos0 + item->ref_nbytes;
}

uint32_t variant_gt(const struct variants *v, size_t i)
{
	const struct variant *item = &v->items[i];

	return is_long(item) ? load_long(v, item).gt : item->gt - 1u;
}

const char *variant_ref(const struct variants *v, size_t i, size_t *nbytes)
{
	const struct variant *item = &v->items[i];
	struct parts parts;

	if (!is_long(item)) {
		*nbytes = item->ref_nbytes;
		return (const char *)item->alleles;
	}
	parts = load_long(v, item);
	*nbytes = parts.ref_nbytes;
	return parts.ref;
}

const char *variant_alt(const struct variants *v, size_t i, size_t *nbytes)
{
	const struct variant *item = &v->items[i];
	struct parts parts;

	if (!is_long(item)) {
		*nbytes = item->alt_nbytes;
		return (const char *)item->alleles + item->ref_nbytes;
	}
	parts = load_long(v, item);
	*nbytes = parts.alt_nbytes;
	return parts.alt;
}

/* ---------------------------------------------------------------- lines */

static enum sphex_status fail_lines(struct sphex_error *err)
{
	return fail(err, SPHEX_E_LIMIT, "more than 4294967294 variant lines");
}

/* Then a byte says it; POOL_NONE, too, for modulo 2^32 it is 1 below 0. */
static bool is_common_gt(uint32_t gt)
{
	return gt + 1 <= UINT8_MAX;
}

/* Most alleles are one letter, which is not worth a call. */
static void copy_short(char *to, const char *from, size_t nbytes)
{
	if (nbytes == 1)
		*to = *from;
	else
		memcpy(to, from, nbytes);
}

enum sphex_status variants_add(struct variants *v, uint32_t contig, uint32_t pos0, uint32_t end,
	const char *ref, size_t ref_nbytes, const char *alt, size_t alt_nbytes, uint32_t gt,
	struct sphex_error *err)
{
	struct variant *item;

	if (v->n >= MAX_LINES)
		return fail_lines(err);
	if (ref_nbytes > UINT32_MAX || alt_nbytes > UINT32_MAX)
		return fail(err, SPHEX_E_LIMIT, "an allele is longer than 4 GiB");
	if (!memory_reserve(&v->items, &v->cap, v->n + 1, sizeof(*v->items)))
		return fail_memory(err);
	item = &v->items[v->n];
	*item = (struct variant){.contig = contig, .pos0 = pos0};
	if (ref_nbytes && ref_nbytes + alt_nbytes <= ALLELES_SHORT_NBYTES &&
		end == pos0 + (uint32_t)ref_nbytes && is_common_gt(gt)) {
		item->ref_nbytes = (uint8_t)ref_nbytes;
		item->alt_nbytes = (uint8_t)alt_nbytes;
		item->gt = (uint8_t)(gt + 1);
		copy_short((char *)item->alleles, ref, ref_nbytes);
		copy_short((char *)item->alleles + ref_nbytes, alt, alt_nbytes);
	} else {
		struct parts parts = {
			end, gt, (uint32_t)ref_nbytes, (uint32_t)alt_nbytes, ref, alt};

		if (store_long(v, item, &parts, err))
			return err->status;
	}
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
	if (!is_common_gt(line->gt)) {
		if (variants_add(v, line->contig, line->pos0, line->pos0 + 1, &line->ref, 1,
			    &line->alt, 1, line->gt, err))
			return err->status;
		return variants_add_extra(v, line->extra, err);
	}
	if (v->n >= MAX_LINES)
		return fail_lines(err);
	if (!memory_reserve(&v->items, &v->cap, v->n + 1, sizeof(*v->items)) ||
		!memory_reserve(&v->extras, &v->extras_cap, v->n + 1, sizeof(*v->extras)))
		return fail_memory(err);
	v->items[v->n] = (struct variant){line->contig, line->pos0, 1, 1, (uint8_t)(line->gt + 1),
		{(uint8_t)line->ref, (uint8_t)line->alt}};
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
	*put_decimal(room + 2, id ^ ID_NUMBER) = '\0';
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
