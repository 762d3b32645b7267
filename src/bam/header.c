/*
 * Header bytes in, references out. Lengths that lie cost nothing: memory is taken only for bytes
 * that are there, so a header that claims 2^31 references ends as a truncated file.
 */
#include "header.h"

#include <assert.h>
#include <string.h>

#include "base/cursor.h"
#include "base/memory.h"

void bam_header_free(struct bam_header *h)
{
	for (uint32_t i = 0; i < h->n_refs; i++)
		memory_free(h->refs[i].name);
	memory_free(h->refs);
	memory_free(h->text);
	memset(h, 0, sizeof(*h));
}

static enum sphex_status bad(struct sphex_error *err, const char *what)
{
	return fail(err, SPHEX_E_DATA, "damaged BAM header: %s", what);
}

/* As samtools has it: each line up to the first NUL is one of a SAM header, none is empty. */
static bool is_sam_header(const uint8_t *text, size_t n)
{
	const uint8_t *nul = memchr(text, 0, n), *end = nul ? nul : text + n, *line_end;

	for (const uint8_t *line = text; line < end; line = line_end + 1) {
		if (*line != '@')
			return false;
		line_end = memchr(line, '\n', (size_t)(end - line));
		if (!line_end)
			break;
	}
	return true;
}

/* Walks over the references without keeping them, to learn whether all bytes are there. */
static enum sphex_status skip_refs(struct cursor *c, uint32_t n_refs, struct sphex_error *err)
{
	for (uint32_t i = 0; i < n_refs; i++) {
		uint32_t name_nbytes = cursor_u32(c);
		const uint8_t *name;

		if (c->bad)
			return SPHEX_END;
		if (name_nbytes == 0 || name_nbytes > INT32_MAX)
			return bad(err, "a reference name has no length");
		name = cursor_bytes(c, name_nbytes);
		cursor_u32(c);
		if (c->bad)
			return SPHEX_END;
		if (name[name_nbytes - 1] != 0)
			return bad(err, "a reference name does not end with NUL");
	}
	return SPHEX_OK;
}

static enum sphex_status keep_refs(
	struct cursor c, uint32_t n_refs, struct bam_header *out, struct sphex_error *err)
{
	out->refs = memory_new_zeroed(n_refs, sizeof(*out->refs));
	if (!out->refs)
		return fail_memory(err);
	for (; out->n_refs < n_refs; out->n_refs++) {
		uint32_t name_nbytes = cursor_u32(&c);
		const uint8_t *name = cursor_bytes(&c, name_nbytes);
		struct bam_ref *ref = &out->refs[out->n_refs];

		assert(name); /* they were looked at before */
		ref->name = memory_copy_text((const char *)name, strlen((const char *)name));
		ref->length = cursor_u32(&c);
		if (!ref->name)
			return fail_memory(err);
	}
	return SPHEX_OK;
}

enum sphex_status bam_header_parse(const uint8_t *data, size_t n, struct bam_header *out,
	size_t *n_used, size_t *n_needed, struct sphex_error *err)
{
	struct cursor c = cursor_over(data, n), refs;
	const uint8_t *magic = cursor_bytes(&c, 4), *text;
	uint32_t text_nbytes, n_refs;
	enum sphex_status status;

	memset(out, 0, sizeof(*out));
	*n_needed = n + 1;
	if (n && memcmp(data, "BAM\1", n < 4 ? n : 4) != 0)
		return fail(err, SPHEX_E_FORMAT, "not a BAM file");
	text_nbytes = cursor_u32(&c);
	if (!magic || c.bad)
		return SPHEX_END;
	if (text_nbytes > INT32_MAX)
		return bad(err, "negative length of text");
	text = cursor_bytes(&c, text_nbytes);
	n_refs = cursor_u32(&c);
	if (c.bad) {
		*n_needed = 12 + (size_t)text_nbytes;
		return SPHEX_END;
	}
	if (n_refs > INT32_MAX)
		return bad(err, "negative number of references");
	refs = c;
	status = skip_refs(&c, n_refs, err);
	if (status == SPHEX_END)
		*n_needed = n + 1;
	if (status)
		return status;
	if (!is_sam_header(text, text_nbytes))
		return bad(err, "a line of its text does not begin with @");
	*n_used = n - cursor_left(&c);
	out->text = memory_copy_text((const char *)text, text_nbytes);
	out->text_nbytes = text_nbytes;
	status = out->text ? keep_refs(refs, n_refs, out, err) : fail_memory(err);
	if (status)
		bam_header_free(out);
	return status;
}

int32_t bam_header_find(const struct bam_header *h, const char *name, size_t nbytes)
{
	for (uint32_t i = 0; i < h->n_refs; i++)
		if (strlen(h->refs[i].name) == nbytes && memcmp(h->refs[i].name, name, nbytes) == 0)
			return (int32_t)i;
	return -1;
}
