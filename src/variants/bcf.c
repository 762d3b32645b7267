/*
 * A record, little-endian:
 *
 *   0   4  l_shared: bytes of the first part, from CHROM on
 *   4   4  l_indiv: bytes of the second part
 *   8   4  CHROM, index in the dictionary of contigs
 *   12  4  POS, 0-based; -1 for position 0 of a VCF
 *   16  4  rlen, bases of the reference that it covers
 *   20  4  QUAL
 *   24  2  n_info         26  2  n_allele
 *   28  3  n_sample       31  1  n_fmt
 *   32     ID, alleles (typed text), FILTER (typed integers), n_info times key and value
 *          second part: n_fmt times key, type, and the values of all samples
 */
#include "bcf.h"

#include "base/memory.h"

#define FIXED_NBYTES ((size_t)32)
#define MAX_RECORD_NBYTES ((uint64_t)1 << 30)
#define MAX_PLOIDY ((uint32_t)1024)
#define GT_ALLELE_NBYTES ((size_t)11) /* ten digits, a separator */

void bcf_free(struct bcf *b)
{
	memory_free(b->alt.p);
	memory_free(b->filter.p);
	memory_free(b->gts.p);
	memset(b, 0, sizeof(*b));
}

static enum sphex_status damaged(const struct bcf *b, struct sphex_error *err, const char *what)
{
	fail(err, SPHEX_E_DATA, "%s", what);
	return at_record(err, b->number);
}

/* ---------------------------------------------------------------- bytes */

static enum sphex_status read_on(struct bcf *b, size_t nbytes, struct sphex_error *err)
{
	while (b->n - b->used < nbytes) {
		enum sphex_status status = stream_next(b->stream, b->used, &b->window, &b->n, err);

		b->used = 0;
		if (status == SPHEX_END && b->n) {
			fail(err, SPHEX_E_TRUNCATED, "the file ends within a record");
			return at_record(err, b->number);
		}
		if (status)
			return status;
	}
	return SPHEX_OK;
}

/* Makes nbytes of the stream lie in the window. SPHEX_END when there is none left at all. */
static inline enum sphex_status need(struct bcf *b, size_t nbytes, struct sphex_error *err)
{
	return b->n - b->used >= nbytes ? SPHEX_OK : read_on(b, nbytes, err);
}

static enum sphex_status text_reserve(struct bcf_text *t, size_t nbytes, struct sphex_error *err)
{
	return memory_reserve(&t->p, &t->cap, t->n + nbytes, 1) ? SPHEX_OK : fail_memory(err);
}

/* Adds a piece and a separator in front of it, unless it is the first. */
static enum sphex_status text_join(
	struct bcf_text *t, char separator, struct span piece, struct sphex_error *err)
{
	if (text_reserve(t, piece.n + 1, err))
		return err->status;
	if (t->n)
		t->p[t->n++] = separator;
	memcpy(t->p + t->n, piece.p, piece.n);
	t->n += piece.n;
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- typed values (6.3.3) */

enum typed_type {
	TYPED_NULL = 0,
	TYPED_INT8 = 1,
	TYPED_INT16 = 2,
	TYPED_INT32 = 3,
	TYPED_FLOAT = 5,
	TYPED_CHAR = 7
};

static unsigned width_of(unsigned type)
{
	static const uint8_t widths[16] = {[TYPED_INT8] = 1,
		[TYPED_INT16] = 2,
		[TYPED_INT32] = 4,
		[TYPED_FLOAT] = 4,
		[TYPED_CHAR] = 1};

	return widths[type & 15];
}

static bool is_int(unsigned type)
{
	return type >= TYPED_INT8 && type <= TYPED_INT32;
}

static int32_t int_at(const uint8_t *p, unsigned type)
{
	if (type == TYPED_INT8)
		return (int8_t)*p;
	return type == TYPED_INT16 ? (int16_t)load_u16(p) : load_i32(p);
}

/* A single integer, as keys and long lengths are. */
static inline int32_t typed_int(struct cursor *c)
{
	unsigned descriptor = cursor_u8(c);
	const uint8_t *p;

	if (descriptor >> 4 != 1 || !is_int(descriptor & 15)) {
		c->bad = true;
		return -1;
	}
	p = cursor_bytes(c, width_of(descriptor & 15));
	return p ? int_at(p, descriptor & 15) : -1;
}

/* Type and length; the values are still to come. */
static inline struct bcf_values typed_descriptor(struct cursor *c)
{
	unsigned descriptor = cursor_u8(c);
	struct bcf_values t = {.type = descriptor & 15, .n = descriptor >> 4};
	int32_t n;

	if (t.n == 15) {
		n = typed_int(c);
		c->bad |= n < 0;
		t.n = n < 0 ? 0 : (uint32_t)n;
	}
	c->bad |= t.n && !width_of(t.type);
	return t;
}

static inline struct bcf_values typed_value(struct cursor *c)
{
	struct bcf_values t = typed_descriptor(c);

	t.p = cursor_bytes(c, (size_t)t.n * width_of(t.type));
	return t;
}

/* Up to the first NUL: shorter texts are padded. */
static struct span typed_text(struct cursor *c)
{
	struct bcf_values t = typed_value(c);

	c->bad |= t.type != TYPED_CHAR;
	if (c->bad)
		return span_of("");
	if (t.n == 1) /* most alleles */
		return (struct span){(const char *)t.p, *t.p != 0};
	return (struct span){(const char *)t.p, strnlen((const char *)t.p, t.n)};
}

/* ---------------------------------------------------------------- header */

bool bcf_is_bcf(const uint8_t *data, size_t n)
{
	return n >= 3 && memcmp(data, "BCF", 3) == 0;
}

static enum sphex_status read_header_text(
	struct span text, struct vcf_header *header, struct sphex_error *err)
{
	struct pieces lines = pieces_of((struct span){text.p, strnlen(text.p, text.n)}, '\n');
	struct span line;

	while (!header->is_complete && pieces_next(&lines, &line)) {
		enum sphex_status status;

		line.n -= line.n && line.p[line.n - 1] == '\r';
		status = vcf_header_line(header, line, err);
		if (status)
			return at_line(err, header->n_lines);
	}
	if (!header->is_complete)
		return fail(err, SPHEX_E_FORMAT, "the header has no #CHROM line");
	return SPHEX_OK;
}

enum sphex_status bcf_read_header(struct bcf *b, const uint8_t *window, size_t n,
	struct vcf_header *header, struct sphex_error *err)
{
	static const size_t text_at = 9; /* behind the magic and l_text */
	enum sphex_status status;
	uint32_t nbytes;

	b->window = window;
	b->n = n;
	status = need(b, text_at, err);
	if (status)
		return status;
	if (memcmp(b->window, "BCF\2\2", 5) != 0) {
		fail(err, SPHEX_E_UNSUPPORTED, "a BCF of another version than 2.2");
		return with_hint(err, "convert it: bcftools view -Ob");
	}
	nbytes = load_u32(b->window + 5);
	if (nbytes > MAX_RECORD_NBYTES)
		return fail(err, SPHEX_E_LIMIT, "the header is longer than 1 GiB");
	status = need(b, text_at + nbytes, err);
	if (!status)
		status = read_header_text(
			(struct span){(const char *)b->window + text_at, nbytes}, header, err);
	b->used = text_at + nbytes;
	b->header = header;
	b->gt_key = vcf_dictionary_index(&header->tags, span_of("GT"));
	b->ac_key = vcf_dictionary_index(&header->tags, span_of("AC"));
	b->an_key = vcf_dictionary_index(&header->tags, span_of("AN"));
	return status;
}

/* ---------------------------------------------------------------- first part */

/*
 * One ALT is taken from where it lies, several are joined by commas: none of them is empty, or the
 * numbers of the others would change.
 */
static enum sphex_status read_alts(
	struct bcf *b, struct cursor *c, struct record_view *view, struct sphex_error *err)
{
	b->alt.n = 0;
	view->alt = b->n_alts ? typed_text(c) : span_of("");
	if (b->n_alts < 2)
		return SPHEX_OK;
	for (uint32_t i = 0; i < b->n_alts; i++) {
		struct span alt = i ? typed_text(c) : view->alt;

		c->bad |= !alt.n;
		if (text_join(&b->alt, ',', alt, err))
			return err->status;
	}
	view->alt = (struct span){b->alt.p, b->alt.n};
	return SPHEX_OK;
}

/* As vcf_dictionary_name(), but what was asked last is known: records resemble each other. */
static bool find_name(const struct vcf_dictionary *dictionary, int32_t index, struct bcf_name *last,
	struct span *name)
{
	if (!last->name.p || last->index != index) {
		if (!vcf_dictionary_name(dictionary, index, &last->name))
			return false;
		last->index = index;
	}
	*name = last->name;
	return true;
}

static enum sphex_status read_filter(
	struct bcf *b, struct cursor *c, struct record_view *view, struct sphex_error *err)
{
	struct bcf_values filter = typed_value(c);

	b->filter.n = 0;
	view->filter = span_of(".");
	if (c->bad || !filter.n)
		return SPHEX_OK;
	c->bad = !is_int(filter.type);
	for (uint32_t i = 0; !c->bad && i < filter.n; i++) {
		int32_t key = int_at(filter.p + (size_t)i * width_of(filter.type), filter.type);

		c->bad = !find_name(&b->header->tags, key, &b->filter_name, &view->filter);
		if (!c->bad && filter.n > 1 && text_join(&b->filter, ';', view->filter, err))
			return err->status;
	}
	if (filter.n > 1)
		view->filter = (struct span){b->filter.p, b->filter.n};
	return SPHEX_OK;
}

/*
 * Texts of fewer than 15 bytes, one ALT and at most one FILTER, as most records have, in [p, end).
 * Returns what lies behind them, or NULL for a record to be read field by field. A cursor that
 * functions share lies in memory, for which each field would wait.
 */
static const uint8_t *read_short_texts(
	struct bcf *b, const uint8_t *p, const uint8_t *end, struct record_view *view)
{
	struct span *const texts[] = {&view->id, &view->ref, &view->alt};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		size_t n = p < end ? *p >> 4 : 15;

		if (n == 15 || (*p & 15) != TYPED_CHAR || (size_t)(end - p) <= n)
			return NULL;
		texts[i]->p = (const char *)++p;
		texts[i]->n = n == 1 ? *p != 0 : strnlen((const char *)p, n);
		p += n;
	}
	if (p < end && *p == TYPED_NULL) {
		view->filter = span_of(".");
		return p + 1;
	}
	if (end - p < 2 || *p != (1u << 4 | TYPED_INT8) ||
		!find_name(&b->header->tags, (int8_t)p[1], &b->filter_name, &view->filter))
		return NULL;
	return p + 2;
}

static bool has_tag(const struct bcf *b, int32_t key)
{
	const struct vcf_dictionary *tags = &b->header->tags;

	return key >= 0 && (size_t)key < tags->n && tags->by_index[key] != POOL_NONE;
}

/* Bytes of a field with a key of one byte and fewer than 15 values, as most have; 0: another. */
static inline size_t short_field(const struct bcf *b, const struct cursor *c)
{
	unsigned type, n;

	if (cursor_left(c) < 3 || c->p[0] != (1u << 4 | TYPED_INT8) || !has_tag(b, (int8_t)c->p[1]))
		return 0;
	type = c->p[2] & 15;
	n = c->p[2] >> 4;
	return n == 15 || (n && !width_of(type)) ? 0 : 3 + (size_t)n * width_of(type);
}

/* Returns the cursor behind the fields. One that nobody points to stays in registers. */
static struct cursor walk_info(const struct bcf *b, struct cursor c)
{
	for (uint32_t i = 0; i < b->n_info && !c.bad; i++) {
		size_t nbytes = short_field(b, &c);

		if (nbytes && nbytes <= cursor_left(&c)) {
			c.p += nbytes;
			continue;
		}
		c.bad |= !has_tag(b, typed_int(&c));
		typed_value(&c);
	}
	return c;
}

static enum sphex_status read_texts(
	struct bcf *b, struct cursor *c, struct record_view *view, struct sphex_error *err)
{
	view->id = typed_text(c);
	view->ref = typed_text(c);
	if (read_alts(b, c, view, err))
		return err->status;
	return read_filter(b, c, view, err);
}

static enum sphex_status read_first_part(
	struct bcf *b, struct cursor c, struct record_view *view, struct sphex_error *err)
{
	int32_t contig = cursor_i32(&c);
	uint32_t pos0 = cursor_u32(&c);
	int32_t rlen = cursor_i32(&c);
	uint32_t n_alleles, counts;
	const uint8_t *behind;

	cursor_u32(&c); /* QUAL */
	b->n_info = cursor_u16(&c);
	n_alleles = cursor_u16(&c);
	counts = cursor_u32(&c);
	b->n_formats = counts >> 24;
	if (!n_alleles)
		return damaged(b, err, "a record without REF");
	if ((counts & 0xFFFFFF) != b->header->samples.n)
		return damaged(b, err, "a record has another number of samples than the header");
	b->n_alts = n_alleles - 1;
	view->pos1 = pos0 == UINT32_MAX ? 0 : (uint64_t)pos0 + 1;
	view->has_pos = pos0 == UINT32_MAX || pos0 <= INT32_MAX;
	view->has_gt = view->is_short = false;
	view->gts = NULL;
	view->info_nonref = 0;
	view->end = rlen < 0 ? NO_END : (int64_t)pos0 + rlen;
	if (!find_name(&b->header->contigs, contig, &b->contig, &view->contig))
		return damaged(b, err, "a record's contig is not in the header");
	behind = b->n_alts == 1 && !c.bad ? read_short_texts(b, c.p, c.end, view) : NULL;
	if (behind)
		c.p = behind;
	else if (read_texts(b, &c, view, err))
		return err->status;
	b->info = c;
	c = walk_info(b, c);
	return c.bad || cursor_left(&c) ? damaged(b, err, "a record's first part is damaged")
					: SPHEX_OK;
}

/* Values of the FORMAT fields, `n` for each sample; those of GT are kept. */
static enum sphex_status read_second_part(struct bcf *b, struct cursor c, struct sphex_error *err)
{
	b->gt.p = NULL;
	for (uint32_t i = 0; i < b->n_formats && !c.bad; i++) {
		int32_t key = typed_int(&c);
		struct bcf_values values = typed_descriptor(&c);

		values.p = cursor_bytes(
			&c, (size_t)values.n * width_of(values.type) * b->header->samples.n);
		c.bad |= !has_tag(b, key);
		if (key == b->gt_key && !b->gt.p)
			b->gt = values;
	}
	return c.bad || cursor_left(&c) ? damaged(b, err, "a record's second part is damaged")
					: SPHEX_OK;
}

enum sphex_status bcf_record(struct bcf *b, struct record_view *view, struct sphex_error *err)
{
	uint64_t l_shared, l_indiv;
	enum sphex_status status;

	b->number++;
	status = need(b, FIXED_NBYTES, err);
	if (status)
		return status;
	l_shared = load_u32(b->window + b->used);
	l_indiv = load_u32(b->window + b->used + 4);
	if (l_shared < FIXED_NBYTES - 8)
		return damaged(b, err, "a record's first part is too short");
	if (l_shared + l_indiv > MAX_RECORD_NBYTES) {
		fail(err, SPHEX_E_LIMIT, "a record is longer than 1 GiB");
		return at_record(err, b->number);
	}
	status = need(b, (size_t)(8 + l_shared + l_indiv), err);
	if (status)
		return status;
	status = read_first_part(
		b, cursor_over(b->window + b->used + 8, (size_t)l_shared), view, err);
	if (!status)
		status = read_second_part(
			b, cursor_over(b->window + b->used + 8 + l_shared, (size_t)l_indiv), err);
	b->used += (size_t)(8 + l_shared + l_indiv);
	return status;
}

/* ---------------------------------------------------------------- genotypes */

/* The smallest value of a type means "missing", the next one "no more". */
static bool is_special(int32_t value, unsigned type, int32_t which)
{
	static const int32_t smallest[] = {
		[TYPED_INT8] = INT8_MIN, [TYPED_INT16] = INT16_MIN, [TYPED_INT32] = INT32_MIN};

	return value == smallest[type] + which;
}

/* Adds the genotype at `p`: allele + 1 in the upper bits, "phased" in the lowest (6.3.3). */
static bool render_gt(
	const uint8_t *p, const struct bcf_values *one, struct bcf_text *out, struct span *gt)
{
	size_t begin = out->n;

	for (uint32_t i = 0; i < one->n; i++) {
		int32_t value = int_at(p + (size_t)i * width_of(one->type), one->type);

		if (is_special(value, one->type, 1))
			break;
		if (is_special(value, one->type, 0))
			value = 0;
		if (value < 0)
			return false;
		if (i)
			out->p[out->n++] = value & 1 ? '|' : '/';
		if (value >> 1)
			out->n = (size_t)(put_decimal(out->p + out->n, (uint64_t)(value >> 1) - 1) -
					  out->p);
		else
			out->p[out->n++] = '.';
	}
	*gt = out->n > begin ? (struct span){out->p + begin, out->n - begin} : span_of(".");
	return true;
}

/* Non-reference alleles of the record as INFO has them, 0 unless AN is there and AC fits the ALTs.
 */
static uint64_t nonref_of_info(struct bcf *b)
{
	struct cursor c = b->info;
	struct bcf_values ac = {0};
	uint64_t n_nonref = 0;
	bool has_an = false;

	for (uint32_t i = 0; i < b->n_info && !c.bad; i++) {
		int32_t key = typed_int(&c);
		struct bcf_values value = typed_value(&c);

		if (key == b->ac_key)
			ac = value;
		has_an |= key == b->an_key && is_int(value.type) && value.n == 1 && value.p &&
			  int_at(value.p, value.type) >= 0;
	}
	if (c.bad || !has_an || ac.n != b->n_alts || !is_int(ac.type))
		return 0;
	for (uint32_t i = 0; i < ac.n; i++) {
		int32_t count = int_at(ac.p + (size_t)i * width_of(ac.type), ac.type);

		n_nonref += count > 0 ? (uint64_t)count : 0;
	}
	return n_nonref;
}

enum sphex_status bcf_genotypes(struct bcf *b, struct record_view *view, struct sphex_error *err)
{
	const struct chosen_samples *chosen = b->chosen;
	const struct bcf_values *gt = &b->gt;

	view->has_gt = gt->p != NULL;
	view->gts = chosen->gts;
	if (!gt->p) {
		view->info_nonref = nonref_of_info(b);
		return SPHEX_OK;
	}
	if (gt->n && !is_int(gt->type))
		return damaged(b, err, "a record's GT is not of integers");
	if (gt->n > MAX_PLOIDY)
		return damaged(b, err, "a record's genotypes have more than 1024 alleles");
	b->gts.n = 0;
	if (text_reserve(&b->gts, chosen->n * gt->n * GT_ALLELE_NBYTES, err))
		return err->status;
	for (size_t i = 0; i < chosen->n; i++) {
		const struct chosen_sample *c = &chosen->items[i];
		size_t offset = (size_t)c->column * gt->n * width_of(gt->type);

		if (!render_gt(gt->p + offset, gt, &b->gts, &chosen->gts[c->slot]))
			return damaged(b, err, "a record has a negative allele");
	}
	return SPHEX_OK;
}
