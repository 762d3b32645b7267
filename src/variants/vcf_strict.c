/*
 * One header line at a time: `##KIND=value` or `##KIND=<KEY=value,...>`, taken literally. A key is
 * everything up to `=`, so a space behind a comma makes another key. See vcf_strict.h.
 */
#include "vcf_strict.h"

#include "base/memory.h"
#include "utf8.h"

void vcf_strict_free(struct vcf_strict *strict)
{
	pool_free(&strict->seen);
	pool_free(&strict->keys);
	memory_free(strict->text);
	memset(strict, 0, sizeof(*strict));
}

/* ---------------------------------------------------------------- reserved tags */

/* Versions in which a definition holds. */
#define V3 1u
#define V4 2u
#define V5 4u

struct reserved {
	char name[12];
	int8_t number;
	uint8_t type;
	uint8_t versions;
};

/* Number has no letter that the reader knows: whoever declares such a tag is refused. */
#define NUMBER_LOCAL (-6)

/* VCF specification 4.3 to 4.5, sections 1.6.1 and 3, as that reader has them. */
static const struct reserved reserved_info[] = {
	{"AA", 1, TYPE_STRING, V3 | V4 | V5},
	{"AC", NUMBER_A, TYPE_INTEGER, V3 | V4 | V5},
	{"AD", NUMBER_R, TYPE_INTEGER, V3 | V4 | V5},
	{"ADF", NUMBER_R, TYPE_INTEGER, V3 | V4 | V5},
	{"ADR", NUMBER_R, TYPE_INTEGER, V3 | V4 | V5},
	{"AF", NUMBER_A, TYPE_FLOAT, V3 | V4 | V5},
	{"AN", 1, TYPE_INTEGER, V3 | V4 | V5},
	{"BQ", 1, TYPE_FLOAT, V3 | V4 | V5},
	{"CIGAR", NUMBER_A, TYPE_STRING, V3 | V4 | V5},
	{"DB", 0, TYPE_FLAG, V3 | V4 | V5},
	{"DP", 1, TYPE_INTEGER, V3 | V4 | V5},
	{"H2", 0, TYPE_FLAG, V3 | V4 | V5},
	{"H3", 0, TYPE_FLAG, V3 | V4 | V5},
	{"MQ", 1, TYPE_FLOAT, V3 | V4 | V5},
	{"NS", 1, TYPE_INTEGER, V3 | V4 | V5},
	{"SB", 4, TYPE_INTEGER, V3 | V4 | V5},
	{"SOMATIC", 0, TYPE_FLAG, V3 | V4 | V5},
	{"VALIDATED", 0, TYPE_FLAG, V3 | V4 | V5},
	{"1000G", 0, TYPE_FLAG, V3 | V4 | V5},
	{"IMPRECISE", 0, TYPE_FLAG, V3 | V4 | V5},
	{"NOVEL", 0, TYPE_FLAG, V3 | V4 | V5},
	{"END", 1, TYPE_INTEGER, V3 | V4 | V5},
	{"SVTYPE", 1, TYPE_STRING, V3 | V4 | V5},
	{"SVLEN", NUMBER_ANY, TYPE_INTEGER, V3},
	{"SVLEN", NUMBER_A, TYPE_INTEGER, V4 | V5},
	{"CIPOS", 2, TYPE_INTEGER, V3},
	{"CIPOS", NUMBER_ANY, TYPE_INTEGER, V4 | V5},
	{"CIEND", 2, TYPE_INTEGER, V3},
	{"CIEND", NUMBER_ANY, TYPE_INTEGER, V4 | V5},
	{"HOMLEN", NUMBER_ANY, TYPE_INTEGER, V3},
	{"HOMLEN", NUMBER_A, TYPE_INTEGER, V4 | V5},
	{"HOMSEQ", NUMBER_ANY, TYPE_STRING, V3},
	{"HOMSEQ", NUMBER_A, TYPE_STRING, V4 | V5},
	{"BKPTID", NUMBER_ANY, TYPE_STRING, V3},
	{"BKPTID", NUMBER_A, TYPE_STRING, V4 | V5},
	{"MEINFO", 4, TYPE_STRING, V3},
	{"MEINFO", NUMBER_ANY, TYPE_STRING, V4 | V5},
	{"METRANS", 4, TYPE_STRING, V3},
	{"METRANS", NUMBER_ANY, TYPE_STRING, V4 | V5},
	{"DBVID", 1, TYPE_STRING, V3},
	{"DBVID", NUMBER_A, TYPE_STRING, V4 | V5},
	{"DBVARID", 1, TYPE_STRING, V3},
	{"DBVARID", NUMBER_A, TYPE_STRING, V4 | V5},
	{"DBRIPID", 1, TYPE_STRING, V3},
	{"DBRIPID", NUMBER_A, TYPE_STRING, V4 | V5},
	{"MATEID", NUMBER_ANY, TYPE_STRING, V3},
	{"PARID", NUMBER_A, TYPE_STRING, V4 | V5},
	{"EVENT", 1, TYPE_STRING, V3},
	{"EVENT", NUMBER_A, TYPE_STRING, V4 | V5},
	{"EVENTTYPE", NUMBER_A, TYPE_STRING, V4 | V5},
	{"CILEN", 2, TYPE_INTEGER, V3},
	{"CILEN", NUMBER_ANY, TYPE_INTEGER, V4 | V5},
	{"CN", 1, TYPE_INTEGER, V3},
	{"CN", NUMBER_A, TYPE_FLOAT, V4 | V5},
	{"CICN", 2, TYPE_INTEGER, V3},
	{"CICN", NUMBER_ANY, TYPE_FLOAT, V4 | V5},
	{"CICNADJ", NUMBER_ANY, TYPE_INTEGER, V3},
	{"SVCLAIM", NUMBER_A, TYPE_STRING, V4 | V5},
	{"RN", NUMBER_A, TYPE_INTEGER, V4 | V5},
	{"RUS", NUMBER_ANY, TYPE_STRING, V4 | V5},
	{"RUL", NUMBER_ANY, TYPE_INTEGER, V4 | V5},
	{"RUC", NUMBER_ANY, TYPE_FLOAT, V4 | V5},
	{"RB", NUMBER_ANY, TYPE_INTEGER, V4 | V5},
	{"CIRUC", NUMBER_ANY, TYPE_FLOAT, V4 | V5},
	{"CIRB", NUMBER_ANY, TYPE_INTEGER, V4 | V5},
	{"RUB", NUMBER_ANY, TYPE_INTEGER, V4 | V5},
};

/* Sections 1.6.2 and 4. */
static const struct reserved reserved_format[] = {
	{"AD", NUMBER_R, TYPE_INTEGER, V3 | V4 | V5},
	{"ADF", NUMBER_R, TYPE_INTEGER, V3 | V4 | V5},
	{"ADR", NUMBER_R, TYPE_INTEGER, V3 | V4 | V5},
	{"DP", 1, TYPE_INTEGER, V3 | V4 | V5},
	{"EC", NUMBER_A, TYPE_INTEGER, V3 | V4 | V5},
	{"LEN", 1, TYPE_INTEGER, V5},
	{"FT", 1, TYPE_STRING, V3 | V4 | V5},
	{"GL", NUMBER_G, TYPE_FLOAT, V3 | V4 | V5},
	{"GP", NUMBER_G, TYPE_FLOAT, V3 | V4 | V5},
	{"GQ", 1, TYPE_INTEGER, V3 | V4 | V5},
	{"GT", 1, TYPE_STRING, V3 | V4 | V5},
	{"HQ", 2, TYPE_INTEGER, V3 | V4 | V5},
	{"LA", NUMBER_ANY, TYPE_INTEGER, V5},
	{"LAA", NUMBER_ANY, TYPE_INTEGER, V5},
	{"LAD", NUMBER_LOCAL, TYPE_INTEGER, V5},
	{"LADF", NUMBER_LOCAL, TYPE_INTEGER, V5},
	{"LADR", NUMBER_LOCAL, TYPE_INTEGER, V5},
	{"LEC", NUMBER_LOCAL, TYPE_INTEGER, V5},
	{"LGL", NUMBER_LOCAL, TYPE_INTEGER, V5},
	{"LGP", NUMBER_LOCAL, TYPE_INTEGER, V5},
	{"LPL", NUMBER_LOCAL, TYPE_INTEGER, V5},
	{"LPP", NUMBER_LOCAL, TYPE_INTEGER, V5},
	{"MQ", 1, TYPE_INTEGER, V3 | V4 | V5},
	{"PL", NUMBER_G, TYPE_INTEGER, V3 | V4 | V5},
	{"PP", NUMBER_G, TYPE_INTEGER, V3 | V4 | V5},
	{"PQ", 1, TYPE_INTEGER, V3 | V4 | V5},
	{"PS", 1, TYPE_INTEGER, V3 | V4 | V5},
	{"PSL", NUMBER_LOCAL, TYPE_STRING, V4 | V5},
	{"CN", 1, TYPE_INTEGER, V3},
	{"CN", 1, TYPE_FLOAT, V4 | V5},
	{"CICN", 2, TYPE_FLOAT, V4 | V5},
	{"CNQ", 1, TYPE_FLOAT, V3 | V4 | V5},
	{"CNL", NUMBER_G, TYPE_FLOAT, V3 | V4 | V5},
	{"CNP", NUMBER_G, TYPE_FLOAT, V3 | V4 | V5},
	{"NQ", 1, TYPE_INTEGER, V3 | V4 | V5},
	{"HAP", 1, TYPE_INTEGER, V3 | V4 | V5},
	{"AHAP", 1, TYPE_INTEGER, V3 | V4 | V5},
};

#define N_ITEMS(array) (sizeof(array) / sizeof((array)[0]))

static bool is_at_least_4_3(const struct vcf_strict *s)
{
	return s->major > 4 || (s->major == 4 && s->minor >= 3);
}

static struct vcf_definition find_reserved(
	const struct vcf_strict *s, const struct reserved *table, size_t n, struct span name)
{
	static const unsigned versions[] = {[3] = V3, [4] = V4, [5] = V5};
	unsigned version = s->major == 4 && s->minor < N_ITEMS(versions) ? versions[s->minor] : 0;

	for (size_t i = 0; i < n; i++)
		if (table[i].versions & version && span_is(name, table[i].name))
			return (struct vcf_definition){
				(enum vcf_type)table[i].type, table[i].number};
	return (struct vcf_definition){TYPE_NONE, 0};
}

struct vcf_definition vcf_strict_reserved_format(const struct vcf_strict *s, struct span name)
{
	return find_reserved(s, reserved_format, N_ITEMS(reserved_format), name);
}

/* ---------------------------------------------------------------- text */

static bool is_utf8(struct span text)
{
	struct utf8 u = {0};

	for (size_t i = 0; i < text.n; i++)
		utf8_add(&u, (uint8_t)text.p[i]);
	return utf8_is_right(&u);
}

/* Digits only, as many as fit into 32 bits; none are 0. */
static bool read_u32(struct span text, uint32_t *value)
{
	uint64_t number = 0;

	if (text.n && (text.p[0] == '+' || !span_number(text, &number)))
		return false;
	*value = (uint32_t)number;
	return number <= UINT32_MAX;
}

/* ---------------------------------------------------------------- <KEY=value,...> */

/* What a kind of line has to have, and which of its values have to be numbers. */
struct kind {
	const char *name;
	bool needs_definition; /* Number and Type */
	bool needs_description;
	bool has_idx;
	bool has_length;
	bool is_list; /* fields, commas between them and nothing else */
};

static const struct kind kinds[] = {
	{.name = "INFO", .needs_definition = true, .needs_description = true, .has_idx = true},
	{.name = "FORMAT", .needs_definition = true, .needs_description = true, .has_idx = true},
	{.name = "FILTER", .needs_description = true, .has_idx = true},
	{.name = "ALT", .needs_description = true},
	{.name = "contig", .has_idx = true, .has_length = true}, {.name = "META", .is_list = true},
	{.name = "PEDIGREE", .is_list = true}, {.name = NULL}, /* any other that is keyed */
};

static const struct kind *find_kind(struct span name)
{
	const struct kind *kind = kinds;

	while (kind->name && !span_is(name, kind->name))
		kind++;
	return kind;
}

struct fields {
	struct span id;
	bool has_id, has_number, has_description;
	int32_t number;
	enum vcf_type type;
};

/* Behind the opening quote: up to the closing one. A backslash protects a quote or a backslash. */
static bool cut_quoted(struct span *rest, struct span *value)
{
	size_t i = 0;

	while (i < rest->n && rest->p[i] != '"') {
		if (rest->p[i] == '\\') {
			i++;
			if (i < rest->n && rest->p[i] != '"' && rest->p[i] != '\\')
				return false;
		}
		i++;
	}
	if (i >= rest->n)
		return false;
	*value = (struct span){rest->p, i};
	*rest = span_from(*rest, i + 1);
	return true;
}

static bool cut_plain(struct span *rest, struct span *value)
{
	size_t comma = span_find(*rest, ','), bracket = span_find(*rest, '>');

	value->p = rest->p;
	value->n = comma < bracket ? comma : bracket;
	*rest = span_from(*rest, value->n);
	return rest->n > 0;
}

static bool cut_field(
	struct span *rest, bool may_be_bracketed, struct span *key, struct span *value)
{
	size_t n_key = span_find(*rest, '='), n_bracketed;

	if (n_key == rest->n)
		return false;
	*key = (struct span){rest->p, n_key};
	*rest = span_from(*rest, n_key + 1);
	if (span_starts_with(*rest, "\"")) {
		*rest = span_from(*rest, 1);
		return cut_quoted(rest, value);
	}
	n_bracketed = span_find(*rest, ']');
	if (may_be_bracketed && span_is(*key, "Values") && span_starts_with(*rest, "[") &&
		n_bracketed < rest->n) {
		*value = (struct span){rest->p, n_bracketed + 1};
		*rest = span_from(*rest, n_bracketed + 1);
		return true;
	}
	return cut_plain(rest, value);
}

static bool is_number(struct span value)
{
	uint64_t number;

	return span_number(value, &number);
}

/* False when the value is not what its key asks for. */
static bool take_field(
	const struct kind *kind, struct span key, struct span value, struct fields *fields)
{
	if (span_is(key, "ID")) {
		fields->id = value;
		fields->has_id = true;
	} else if (span_is(key, "Description")) {
		fields->has_description = true;
	} else if (kind->needs_definition && span_is(key, "Number")) {
		fields->has_number = true;
		fields->number = vcf_number_of(value);
		return fields->number != NUMBER_BAD;
	} else if (kind->needs_definition && span_is(key, "Type")) {
		fields->type = vcf_type_of(value);
		return fields->type != TYPE_NONE;
	} else if ((kind->has_idx && span_is(key, "IDX")) ||
		   (kind->has_length && span_is(key, "length"))) {
		return is_number(value);
	}
	return true;
}

static bool is_complete(const struct kind *kind, const struct fields *fields)
{
	if (!fields->has_id || (kind->needs_description && !fields->has_description))
		return false;
	return !kind->needs_definition || (fields->has_number && fields->type != TYPE_NONE);
}

/* In versions before 4.3 a pedigree line may be known by its child. */
static struct span key_of_pedigree(
	const struct vcf_strict *s, const struct kind *kind, struct span key)
{
	bool is_child = span_is(key, "Child") || span_is(key, "Derived");

	if (is_child && kind->name && strcmp(kind->name, "PEDIGREE") == 0 && !is_at_least_4_3(s))
		return span_of("ID");
	return key;
}

/* Behind `<`. Sets s->refuses when the line is not right. */
static enum sphex_status read_fields(struct vcf_strict *s, const struct kind *kind,
	struct span rest, struct fields *fields, struct sphex_error *err)
{
	bool may_be_bracketed = kind->name && strcmp(kind->name, "META") == 0 && is_at_least_4_3(s);
	struct span key, value;
	uint32_t id;

	pool_clear(&s->keys);
	while (kind->is_list || !span_starts_with(rest, ">")) {
		size_t n_keys = s->keys.n;

		s->refuses = !cut_field(&rest, may_be_bracketed, &key, &value) || !rest.n;
		if (s->refuses)
			return SPHEX_OK;
		key = key_of_pedigree(s, kind, key);
		if (pool_add(&s->keys, key.p, key.n, &id, err))
			return err->status;
		s->refuses = s->keys.n == n_keys || !take_field(kind, key, value, fields);
		if (s->refuses)
			return SPHEX_OK;
		if (rest.p[0] == ',')
			rest = span_from(rest, 1);
		else if (kind->is_list)
			break;
	}
	s->refuses = !span_starts_with(rest, ">") || !is_complete(kind, fields);
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- lines */

/*
 * Notes that there was a line of `kind` with this ID. `what` is '#' for an ID, and for a kind
 * without rules '<' or '-': all of its lines are keyed or none is. s->refuses when that had been
 * there, or, where `opposite` is not 0, when the opposite had.
 */
static enum sphex_status note(struct vcf_strict *s, char what, char opposite, struct span kind,
	struct span id, struct sphex_error *err)
{
	size_t n_before = s->seen.n, n = 1 + kind.n + 1 + id.n;
	uint32_t number;

	if (!memory_reserve(&s->text, &s->text_cap, n, 1))
		return fail_memory(err);
	s->text[0] = what;
	memcpy(s->text + 1, kind.p, kind.n);
	s->text[1 + kind.n] = '='; /* no kind has one */
	memcpy(s->text + 2 + kind.n, id.p, id.n);
	if (pool_add(&s->seen, s->text, n, &number, err))
		return err->status;
	s->text[0] = opposite;
	s->refuses =
		opposite ? pool_find(&s->seen, s->text, n) != POOL_NONE : s->seen.n == n_before;
	return SPHEX_OK;
}

static bool is_as_reserved(
	const struct vcf_strict *s, struct span name, const struct fields *fields)
{
	struct vcf_definition reserved = {TYPE_NONE, 0};

	if (span_is(name, "INFO"))
		reserved = find_reserved(s, reserved_info, N_ITEMS(reserved_info), fields->id);
	else if (span_is(name, "FORMAT"))
		reserved = vcf_strict_reserved_format(s, fields->id);
	return reserved.type == TYPE_NONE ||
	       (reserved.type == fields->type && reserved.number == fields->number);
}

static enum sphex_status read_keyed(struct vcf_strict *s, const struct kind *kind, struct span name,
	struct span value, struct sphex_error *err)
{
	struct fields fields = {.id = span_of(""), .type = TYPE_NONE};
	enum sphex_status status = read_fields(s, kind, span_from(value, 1), &fields, err);

	if (status || s->refuses)
		return status;
	s->refuses = !is_as_reserved(s, name, &fields) ||
		     (span_is(name, "FORMAT") && fields.type == TYPE_FLAG);
	if (s->refuses)
		return SPHEX_OK;
	status = note(s, '#', 0, name, fields.id, err);
	return status || s->refuses || kind->name ? status
						  : note(s, '<', '-', name, span_of(""), err);
}

static bool has_id_key(struct span value)
{
	for (size_t i = 0; i + 3 <= value.n; i++)
		if (memcmp(value.p + i, "ID=", 3) == 0)
			return true;
	return false;
}

static enum sphex_status read_line(struct vcf_strict *s, struct span line, struct sphex_error *err)
{
	struct span name, value;
	const struct kind *kind;
	size_t n_name;

	line = span_from(line, 2);
	n_name = span_find(line, '=');
	s->refuses = n_name == line.n;
	if (s->refuses)
		return SPHEX_OK;
	name = (struct span){line.p, n_name};
	value = span_from(line, n_name + 1);
	s->refuses = span_is(name, "fileformat");
	if (s->refuses)
		return SPHEX_OK;
	kind = find_kind(name);
	if (span_starts_with(value, "<") && (kind->name || is_at_least_4_3(s) || has_id_key(value)))
		return read_keyed(s, kind, name, value, err);
	s->refuses = kind->name != NULL;
	return s->refuses ? SPHEX_OK : note(s, '-', '<', name, span_of(""), err);
}

/* ##fileformat=VCFv4.2 */
static bool read_version(struct vcf_strict *s, struct span line)
{
	static const char prefix[] = "##fileformat=VCFv";
	struct span minor;
	size_t n_major;

	if (!span_starts_with(line, prefix))
		return false;
	line = span_from(line, sizeof(prefix) - 1);
	n_major = span_find(line, '.');
	if (n_major == line.n)
		return false;
	minor = span_from(line, n_major + 1);
	return read_u32((struct span){line.p, n_major}, &s->major) && read_u32(minor, &s->minor);
}

enum sphex_status vcf_strict_line(struct vcf_strict *s, struct span line, struct sphex_error *err)
{
	s->n_lines++;
	if (s->refuses)
		return SPHEX_OK;
	s->refuses = !is_utf8(line);
	if (s->refuses || span_starts_with(line, "#CHROM"))
		return SPHEX_OK;
	if (s->n_lines == 1) {
		s->refuses = !read_version(s, line);
		return SPHEX_OK;
	}
	s->refuses = !span_starts_with(line, "##");
	return s->refuses ? SPHEX_OK : read_line(s, line, err);
}
