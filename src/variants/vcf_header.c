/*
 * Header lines in, dictionaries and types out; see vcf_header.h. `##KIND=<KEY=value,...>` is read
 * as htslib reads it, because its numbering of contigs and tags is what a BCF without IDX means.
 */
#include "vcf_header.h"

#include "base/memory.h"

/* IDX makes room for all indexes below it; a real file has a few thousand. */
#define MAX_INDEX ((uint64_t)1 << 24)

void vcf_header_free(struct vcf_header *header)
{
	pool_free(&header->contigs.names);
	pool_free(&header->tags.names);
	pool_free(&header->samples);
	memory_free(header->contigs.by_index);
	memory_free(header->tags.by_index);
	memory_free(header->tag);
	memset(header, 0, sizeof(*header));
}

/* ---------------------------------------------------------------- dictionaries */

bool vcf_dictionary_name(const struct vcf_dictionary *d, int32_t index, struct span *name)
{
	if (index < 0 || (size_t)index >= d->n || d->by_index[index] == POOL_NONE)
		return false;
	name->p = pool_text(&d->names, d->by_index[index], &name->n);
	return true;
}

int32_t vcf_dictionary_index(const struct vcf_dictionary *d, struct span name)
{
	uint32_t id = pool_find(&d->names, name.p, name.n);

	for (size_t i = 0; id != POOL_NONE && i < d->n; i++)
		if (d->by_index[i] == id)
			return (int32_t)i;
	return -1;
}

/* A name that is there keeps its index. */
static enum sphex_status dictionary_add(struct vcf_dictionary *d, struct span name, uint64_t index,
	uint32_t *id, struct sphex_error *err)
{
	enum sphex_status status;

	*id = pool_find(&d->names, name.p, name.n);
	if (*id != POOL_NONE)
		return SPHEX_OK;
	if (index >= MAX_INDEX)
		return fail(err, SPHEX_E_LIMIT, "IDX is larger than %u", (unsigned)MAX_INDEX - 1);
	if (index < d->n && d->by_index[index] != POOL_NONE)
		return fail(err, SPHEX_E_DATA, "two names have IDX=%u", (unsigned)index);
	if (!memory_reserve(&d->by_index, &d->cap, (size_t)index + 1, sizeof(*d->by_index)))
		return fail_memory(err);
	status = pool_add(&d->names, name.p, name.n, id, err);
	if (status)
		return status;
	while (d->n <= index)
		d->by_index[d->n++] = POOL_NONE;
	d->by_index[index] = *id;
	return SPHEX_OK;
}

struct vcf_tag vcf_header_tag(const struct vcf_header *header, struct span name)
{
	uint32_t id = pool_find(&header->tags.names, name.p, name.n);

	return id == POOL_NONE ? (struct vcf_tag){0} : header->tag[id];
}

enum vcf_type vcf_type_of(struct span text)
{
	static const char *const names[] = {[TYPE_INTEGER] = "Integer",
		[TYPE_FLOAT] = "Float",
		[TYPE_FLAG] = "Flag",
		[TYPE_CHARACTER] = "Character",
		[TYPE_STRING] = "String"};

	for (int type = TYPE_INTEGER; type <= TYPE_STRING; type++)
		if (span_is(text, names[type]))
			return (enum vcf_type)type;
	return TYPE_NONE;
}

int32_t vcf_number_of(struct span text)
{
	uint64_t count;

	if (span_is(text, "A"))
		return NUMBER_A;
	if (span_is(text, "R"))
		return NUMBER_R;
	if (span_is(text, "G"))
		return NUMBER_G;
	if (span_is(text, "."))
		return NUMBER_ANY;
	if (!span_number(text, &count))
		return NUMBER_BAD;
	return count < INT32_MAX ? (int32_t)count : INT32_MAX;
}

/* ---------------------------------------------------------------- <KEY=value,...> */

struct field {
	struct span key, value; /* the value without its quotes */
};

/* What is left of a line behind `<`; depth counts open angle brackets. */
struct field_scan {
	const char *p, *end;
	unsigned depth;
};

static void skip_spaces(struct field_scan *s)
{
	while (s->p < s->end && *s->p == ' ')
		s->p++;
}

static bool is_key_char(char c, bool is_first)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_')
		return true;
	return !is_first && ((c >= '0' && c <= '9') || c == '.');
}

static bool scan_key(struct field_scan *s, struct span *key)
{
	skip_spaces(s);
	key->p = s->p;
	while (s->p < s->end && is_key_char(*s->p, s->p == key->p))
		s->p++;
	key->n = (size_t)(s->p - key->p);
	skip_spaces(s);
	return key->n && s->p < s->end && *s->p++ == '=';
}

/* Up to the closing quote or bracket; a backslash takes the meaning from a quote behind it. */
static void scan_quoted(struct field_scan *s, char closing, struct span *value)
{
	bool is_escaped = false;

	value->p = s->p;
	for (; s->p < s->end && (*s->p != closing || is_escaped); s->p++)
		is_escaped = *s->p == '\\' && !is_escaped;
	value->n = (size_t)(s->p - value->p);
	s->p += s->p < s->end;
}

static void scan_plain(struct field_scan *s, struct span *value)
{
	value->p = s->p;
	for (; s->p < s->end && !(*s->p == ',' && s->depth == 1); s->p++) {
		s->depth += *s->p == '<';
		s->depth -= *s->p == '>';
		if (!s->depth)
			break;
	}
	value->n = (size_t)(s->p - value->p);
	while (value->n && value->p[value->n - 1] == ' ')
		value->n--;
}

/* The next field, and what separates it from the one behind it. */
static bool scan_field(struct field_scan *s, struct field *field)
{
	if (!scan_key(s, &field->key))
		return false;
	skip_spaces(s);
	if (s->p < s->end && (*s->p == '"' || *s->p == '['))
		scan_quoted(s, *s->p++ == '"' ? '"' : ']', &field->value);
	else
		scan_plain(s, &field->value);
	if (s->p < s->end && *s->p == '>')
		s->depth -= s->depth > 0;
	s->p += s->p < s->end;
	return true;
}

/* The fields that matter; p is NULL where a line has none. The first of a name counts. */
struct declaration {
	struct span id, idx, type, number, length;
};

static void keep_first(struct span *slot, struct span value)
{
	if (!slot->p)
		*slot = value;
}

static bool scan_declaration(struct span body, struct declaration *d)
{
	struct field_scan s = {body.p, body.p + body.n, 1};
	struct field field;

	while (s.depth && s.p < s.end) {
		if (!scan_field(&s, &field))
			return false;
		if (span_is(field.key, "ID"))
			keep_first(&d->id, field.value);
		else if (span_is(field.key, "IDX"))
			keep_first(&d->idx, field.value);
		else if (span_is(field.key, "Type"))
			keep_first(&d->type, field.value);
		else if (span_is(field.key, "Number"))
			keep_first(&d->number, field.value);
		else if (span_is(field.key, "length"))
			keep_first(&d->length, field.value);
	}
	return d->id.p != NULL;
}

/* ---------------------------------------------------------------- lines */

/* False when there is an IDX that is no number. */
static bool index_of(
	const struct declaration *d, const struct vcf_dictionary *dictionary, uint64_t *index)
{
	*index = dictionary->n;
	return !d->idx.p || span_number(d->idx, index);
}

static enum sphex_status add_contig(
	struct vcf_header *header, const struct declaration *d, struct sphex_error *err)
{
	uint64_t index;
	uint32_t id;

	if (!index_of(d, &header->contigs, &index))
		return SPHEX_OK;
	if (d->length.p && (!d->length.n || d->length.p[0] < '0' || d->length.p[0] > '9'))
		return SPHEX_OK;
	return dictionary_add(&header->contigs, d->id, index, &id, err);
}

/* A type that is missing or unknown is String, as in htslib. */
static struct vcf_definition definition_of(const struct declaration *d)
{
	struct vcf_definition definition = {TYPE_STRING, NUMBER_ANY};

	if (d->type.p && vcf_type_of(d->type) != TYPE_NONE)
		definition.type = vcf_type_of(d->type);
	if (d->number.p)
		definition.number = vcf_number_of(d->number);
	return definition;
}

/* INFO, FORMAT and FILTER share one dictionary. */
static enum sphex_status add_tag(struct vcf_header *header, struct span kind,
	const struct declaration *d, struct sphex_error *err)
{
	struct vcf_definition *definition;
	enum sphex_status status;
	size_t n_before = header->tags.names.n;
	uint64_t index;
	uint32_t id;

	if (!index_of(d, &header->tags, &index))
		return SPHEX_OK;
	status = dictionary_add(&header->tags, d->id, index, &id, err);
	if (status)
		return status;
	if (!memory_reserve(&header->tag, &header->tag_cap, (size_t)id + 1, sizeof(*header->tag)))
		return fail_memory(err);
	if (id == n_before)
		header->tag[id] = (struct vcf_tag){0};
	definition = span_is(kind, "INFO") ? &header->tag[id].info : &header->tag[id].format;
	if (!span_is(kind, "FILTER") && definition->type == TYPE_NONE)
		*definition = definition_of(d);
	return SPHEX_OK;
}

/* The first line; PASS comes before all other tags, whether a line names it or not. */
static enum sphex_status read_version(
	struct vcf_header *header, struct span line, struct sphex_error *err)
{
	struct declaration pass = {.id = span_of("PASS")};

	if (!span_starts_with(line, "##fileformat=VCF"))
		return fail(err, SPHEX_E_FORMAT,
			"not a VCF: the first line is not ##fileformat=VCF...");
	return add_tag(header, span_of("FILTER"), &pass, err);
}

static enum sphex_status read_samples(
	struct vcf_header *header, struct span line, struct sphex_error *err)
{
	static const char columns[] = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO";
	struct pieces names;
	struct span name;
	uint32_t id;

	header->is_complete = true;
	if (!span_starts_with(line, columns))
		return fail(
			err, SPHEX_E_FORMAT, "the #CHROM line does not have the columns of a VCF");
	line = span_from(line, sizeof(columns) - 1);
	header->has_format = line.n > 0;
	if (!line.n || span_is(line, "\tFORMAT"))
		return SPHEX_OK;
	if (!span_starts_with(line, "\tFORMAT\t"))
		return fail(
			err, SPHEX_E_FORMAT, "the #CHROM line has no FORMAT column behind INFO");
	names = pieces_of(span_from(line, strlen("\tFORMAT\t")), '\t');
	while (pieces_next(&names, &name)) {
		size_t n_before = header->samples.n;
		enum sphex_status status = pool_add(&header->samples, name.p, name.n, &id, err);

		if (status)
			return status;
		if (!name.n)
			return fail(err, SPHEX_E_FORMAT, "a sample in the #CHROM line has no name");
		if (header->samples.n == n_before)
			return fail(err, SPHEX_E_FORMAT, "sample '%.*s' is there twice",
				(int)(name.n < 100 ? name.n : 100), name.p);
	}
	return SPHEX_OK;
}

static enum sphex_status read_declaration(
	struct vcf_header *header, struct span line, struct sphex_error *err)
{
	struct declaration d = {0};
	struct span kind = {line.p + 2, 0};
	struct span body;

	kind.n = span_find(span_from(line, 2), '=');
	body = span_from(line, 2 + kind.n);
	if (!span_starts_with(body, "=<") || !scan_declaration(span_from(body, 2), &d))
		return SPHEX_OK;
	if (span_is(kind, "contig"))
		return add_contig(header, &d, err);
	if (span_is(kind, "INFO") || span_is(kind, "FORMAT") || span_is(kind, "FILTER"))
		return add_tag(header, kind, &d, err);
	return SPHEX_OK;
}

enum sphex_status vcf_header_line(
	struct vcf_header *header, struct span line, struct sphex_error *err)
{
	if (++header->n_lines == 1)
		return read_version(header, line, err);
	if (span_starts_with(line, "##"))
		return read_declaration(header, line, err);
	if (line.n == 0)
		return SPHEX_OK;
	if (span_starts_with(line, "#CHROM"))
		return read_samples(header, line, err);
	return fail(err, SPHEX_E_FORMAT, "the header has no #CHROM line");
}
