/* See filter.h. Flags first: most records are decided by them. */
#include "filter.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *filter_reason_name(enum filter_reason reason)
{
	static const char *const names[] = {[REASON_NONE] = "used",
		[REASON_UNMAPPED] = "unmapped",
		[REASON_SECONDARY] = "secondary",
		[REASON_QC_FAIL] = "qc_fail",
		[REASON_DUPLICATE] = "duplicate",
		[REASON_SUPPLEMENTARY] = "supplementary",
		[REASON_FLAG] = "flag",
		[REASON_REQUIRE_FLAGS] = "require_flags",
		[REASON_REQUIRE_TAG] = "require_tag",
		[REASON_WASP] = "wasp",
		[REASON_EXCLUDE_TAG] = "exclude_tag",
		[REASON_LOW_MAPQ] = "low_mapq",
		[REASON_NO_SEQ] = "no_seq"};

	return names[reason];
}

/* ---------------------------------------------------------------- tags */

static bool integer_of(const struct tag *tag, int64_t *out)
{
	switch (tag->type) {
	case 'c':
		*out = (int8_t)tag->value[0];
		return true;
	case 'C':
		*out = tag->value[0];
		return true;
	case 's':
		*out = (int16_t)load_u16(tag->value);
		return true;
	case 'S':
		*out = load_u16(tag->value);
		return true;
	case 'i':
		*out = load_i32(tag->value);
		return true;
	case 'I':
		*out = load_u32(tag->value);
		return true;
	default:
		return false;
	}
}

static double real_of(const struct tag *tag)
{
	uint32_t bits = load_u32(tag->value);
	float real;

	memcpy(&real, &bits, sizeof(real));
	return real;
}

static bool passes(const struct tag_test *test, const struct record *r)
{
	struct tag tag;
	int64_t integer;

	if (!record_find_tag(r, test->name, &tag))
		return false;
	switch (test->type) {
	case 'i':
		return integer_of(&tag, &integer) && integer == test->integer;
	case 'A':
		return tag.type == 'A' && tag.value[0] == (uint8_t)test->text[0];
	case 'f':
		return tag.type == 'f' && real_of(&tag) == (double)(float)test->real;
	default:
		return tag.type == 'Z' && strcmp((const char *)tag.value, test->text) == 0;
	}
}

enum sphex_status tag_test_parse(const char *text, struct tag_test *out, struct sphex_error *err)
{
	const char *value = text + 5;
	char *end = NULL;

	memset(out, 0, sizeof(*out));
	if (strlen(text) < 6 || text[2] != ':' || text[4] != ':' || !strchr("AifZ", text[3]))
		return fail(err, SPHEX_E_ARGUMENT, "a tag with its value looks like vW:i:1, not %s",
			text);
	memcpy(out->name, text, 2);
	out->type = text[3];
	if (out->type == 'i')
		out->integer = strtoll(value, &end, 10);
	if (out->type == 'f')
		out->real = strtod(value, &end);
	if ((end && *end) || (out->type == 'A' && value[1]))
		return fail(err, SPHEX_E_ARGUMENT, "not a value of type %c: %s", out->type, value);
	out->text = memory_copy_text(value, strlen(value));
	return out->text ? SPHEX_OK : fail_memory(err);
}

void record_filter_free(struct record_filter *f)
{
	for (size_t i = 0; i < f->n_require_tags; i++)
		memory_free(f->require_tags[i].text);
	for (size_t i = 0; i < f->n_exclude_tags; i++)
		memory_free(f->exclude_tags[i].text);
	memory_free(f->require_tags);
	memory_free(f->exclude_tags);
	memset(f, 0, sizeof(*f));
}

/* ---------------------------------------------------------------- the filter */

static enum filter_reason excluded_flag(uint16_t flags)
{
	if (flags & FLAG_SECONDARY)
		return REASON_SECONDARY;
	if (flags & FLAG_QC_FAIL)
		return REASON_QC_FAIL;
	if (flags & FLAG_DUPLICATE)
		return REASON_DUPLICATE;
	return flags & FLAG_SUPPLEMENTARY ? REASON_SUPPLEMENTARY : REASON_FLAG;
}

/* STAR's mark of reads whose mapping depends on the allele: absent, or 1 for those that passed. */
static bool fails_wasp(const struct record *r)
{
	struct tag tag;
	int64_t integer;

	return record_find_tag(r, "vW", &tag) && !(integer_of(&tag, &integer) && integer == 1);
}

static enum filter_reason check_tags(const struct record_filter *f, const struct record *r)
{
	for (size_t i = 0; i < f->n_require_tags; i++)
		if (!passes(&f->require_tags[i], r))
			return REASON_REQUIRE_TAG;
	if (f->wasp && fails_wasp(r))
		return REASON_WASP;
	for (size_t i = 0; i < f->n_exclude_tags; i++)
		if (passes(&f->exclude_tags[i], r))
			return REASON_EXCLUDE_TAG;
	return REASON_NONE;
}

enum filter_reason filter_record(const struct record_filter *f, const struct record *r)
{
	uint16_t excluded = (uint16_t)(r->flags & f->exclude_flags);

	if (r->flags & FLAG_UNMAPPED || r->ref_id < 0 || r->pos0 < 0 || r->n_cigar == 0)
		return REASON_UNMAPPED;
	if (excluded)
		return excluded_flag(excluded);
	if ((r->flags & f->require_flags) != f->require_flags)
		return REASON_REQUIRE_FLAGS;
	if (f->n_require_tags || f->n_exclude_tags || f->wasp) {
		enum filter_reason reason = check_tags(f, r);

		if (reason)
			return reason;
	}
	if (r->mapq < f->min_mapq)
		return REASON_LOW_MAPQ;
	return r->n_bases == 0 ? REASON_NO_SEQ : REASON_NONE;
}

struct filter_glance filter_glance(const struct record_filter *f)
{
	uint32_t excluded = f->exclude_flags | FLAG_UNMAPPED;
	bool never =
		f->n_require_tags || f->n_exclude_tags || f->wasp || excluded & f->require_flags;

	return (struct filter_glance){.asked = excluded | f->require_flags,
		.flags = never ? UINT32_MAX : f->require_flags,
		.min_mapq = f->min_mapq};
}
