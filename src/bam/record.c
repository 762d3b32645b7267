/* Bytes of one record in, checked views out; see record.h. */
#include "record.h"

#include <string.h>

/* ---------------------------------------------------------------- tags */

/* Bytes of a value of a fixed-size type; 0 for other types. */
static size_t type_nbytes(uint8_t type)
{
	switch (type) {
	case 'A':
	case 'c':
	case 'C':
		return 1;
	case 's':
	case 'S':
		return 2;
	case 'i':
	case 'I':
	case 'f':
		return 4;
	case 'd':
		return 8;
	default:
		return 0;
	}
}

static bool parse_text_value(struct cursor *c, struct tag *out)
{
	const uint8_t *nul = memchr(c->p, 0, cursor_left(c));

	if (!nul)
		return false;
	out->n = (uint32_t)(nul - c->p);
	out->value = cursor_bytes(c, (size_t)out->n + 1);
	return out->value != NULL;
}

static bool parse_array_value(struct cursor *c, struct tag *out)
{
	size_t size = type_nbytes((uint8_t)(out->subtype = (char)cursor_u8(c)));

	out->n = cursor_u32(c);
	if (c->bad || !size || out->n > cursor_left(c) / size)
		return false;
	out->value = cursor_bytes(c, out->n * size);
	return true;
}

/* The tag at the cursor: name (2 bytes), type, value. */
static bool parse_tag(struct cursor *c, const uint8_t **name, struct tag *out)
{
	memset(out, 0, sizeof(*out));
	*name = cursor_bytes(c, 2);
	out->type = (char)cursor_u8(c);
	if (c->bad)
		return false;
	if (out->type == 'Z' || out->type == 'H')
		return parse_text_value(c, out);
	if (out->type == 'B')
		return parse_array_value(c, out);
	out->n = 1;
	out->value = cursor_bytes(c, type_nbytes((uint8_t)out->type));
	return !c->bad && type_nbytes((uint8_t)out->type) != 0;
}

bool record_find_tag(const struct record *r, const char name[2], struct tag *out)
{
	struct cursor c = {r->tags, r->end, false};
	const uint8_t *this_name;

	while (cursor_left(&c) && parse_tag(&c, &this_name, out))
		if (this_name[0] == (uint8_t)name[0] && this_name[1] == (uint8_t)name[1])
			return true;
	return false;
}

/* ---------------------------------------------------------------- the record */

/*
 * More than 65,535 operations do not fit n_cigar_op: the record then has kSmN (k the length of SEQ,
 * m the span) and the real CIGAR in the tag CG:B,I. SAM specification 4.2.2.
 */
void record_take_cigar_from_tag(struct record *r)
{
	struct tag tag;

	if (record_cigar_word(r, 0) != (r->n_bases << 4 | CIGAR_S) ||
		(record_cigar_word(r, 1) & 15) != CIGAR_N)
		return;
	if (!record_find_tag(r, "CG", &tag) || tag.type != 'B' || tag.subtype != 'I' || tag.n == 0)
		return;
	r->cigar = tag.value;
	r->n_cigar = tag.n;
}

static enum sphex_status bad(struct sphex_error *err, const char *what)
{
	fail(err, SPHEX_E_DATA, "damaged BAM record: %s", what);
	return with_hint(err, "write the file again from what it was made of");
}

static bool is_reference(int32_t ref_id, uint32_t n_refs)
{
	return ref_id >= -1 && (ref_id < 0 || (uint32_t)ref_id < n_refs);
}

enum sphex_status record_refuse(
	const uint8_t *data, size_t nbytes, uint32_t n_refs, struct sphex_error *err)
{
	if (nbytes < RECORD_MIN_NBYTES)
		return bad(err, "block_size is too small");
	if (!is_reference(load_i32(data + 4), n_refs))
		return bad(err, "its reference id is not in the header");
	if (!is_reference(load_i32(data + 24), n_refs))
		return bad(err, "its mate's reference id is not in the header");
	if (load_i32(data + 8) < -1)
		return bad(err, "negative position");
	if (load_i32(data + 20) < 0)
		return bad(err, "negative number of bases");
	if (data[12] == 0)
		return bad(err, "no read name");
	if (record_parts_nbytes(data[12], load_u16(data + 16), load_u32(data + 20)) > nbytes)
		return bad(err, "its parts are longer than its block_size");
	return bad(err, "the read name does not end with NUL");
}

bool record_is_plausible(const uint8_t *data, size_t n, uint32_t n_refs)
{
	uint32_t block_size, l_seq, name_nbytes;
	uint64_t parts_nbytes;

	if (n < RECORD_MIN_NBYTES)
		return false;
	block_size = load_u32(data);
	name_nbytes = data[12];
	l_seq = load_u32(data + 20);
	parts_nbytes = record_parts_nbytes(name_nbytes, load_u16(data + 16), l_seq);
	if (block_size > INT32_MAX || name_nbytes == 0 || l_seq > INT32_MAX ||
		parts_nbytes > (uint64_t)block_size + 4)
		return false;
	if (!is_reference(load_i32(data + 4), n_refs) || !is_reference(load_i32(data + 24), n_refs))
		return false;
	if (load_i32(data + 8) < -1 || load_i32(data + 28) < -1)
		return false;
	if (RECORD_MIN_NBYTES + name_nbytes > n)
		return true;
	return data[RECORD_MIN_NBYTES + name_nbytes - 1] == 0;
}
