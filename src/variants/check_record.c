/* Columns in, a verdict out; see check_record.h. */
#include "check_record.h"

#include "base/cursor.h"

#define MAX_SHOWN_NBYTES 40

static bool is_printable(char c)
{
	return c > ' ' && c < 0x7F;
}

static bool is_letter(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* Bases, or what stands for none. */
static bool is_sequence_byte(char c)
{
	return is_letter(c) || c == '.' || c == '*' || c == '-';
}

/* Names may have bytes of UTF-8. */
static bool is_name_byte(char c)
{
	return is_printable(c) || (unsigned char)c >= 0x80;
}

/* The same of eight bytes at once. */
static bool are_name_bytes(const char *eight)
{
	const uint64_t ones = 0x0101010101010101u, tops = 0x80 * ones;
	uint64_t bytes = load_u64((const uint8_t *)eight), low = bytes & ~tops;
	uint64_t above_space = low + (0x7F - ' ') * ones, not_del = (low ^ ~tops) + 0x7F * ones;

	return (((above_space & not_del) | bytes) & tops) == tops;
}

bool is_record_id(struct span s)
{
	size_t i = 0;

	if (s.n < 8) {
		while (i < s.n && is_name_byte(s.p[i]))
			i++;
		return i == s.n;
	}
	while (s.n - i > 8 && are_name_bytes(s.p + i))
		i += 8;
	return s.n - i <= 8 && are_name_bytes(s.p + s.n - 8);
}

static bool all_of(struct span s, bool (*is_right)(char))
{
	size_t i = 0;

	while (i < s.n && is_right(s.p[i]))
		i++;
	return s.n && i == s.n;
}

/* Names of structures and places of breakends hold more than bases. */
static bool is_alt(struct span alt)
{
	return all_of(alt, is_sequence_byte) ||
	       ((memchr(alt.p, '<', alt.n) || memchr(alt.p, '[', alt.n) ||
			memchr(alt.p, ']', alt.n)) &&
		       all_of(alt, is_printable));
}

static bool are_alts(struct span column)
{
	struct pieces alts = pieces_of(column, ',');
	struct span alt;

	if (all_of(column, is_sequence_byte)) /* one ALT, as most records have */
		return true;
	while (pieces_next(&alts, &alt))
		if (!is_alt(alt))
			return false;
	return true;
}

static enum sphex_status wrong(const char *column, struct span s, struct sphex_error *err)
{
	char shown[MAX_SHOWN_NBYTES + 1];
	size_t n = s.n < MAX_SHOWN_NBYTES ? s.n : MAX_SHOWN_NBYTES;

	for (size_t i = 0; i < n; i++)
		shown[i] = is_printable(s.p[i]) ? s.p[i] : '?';
	shown[n] = 0;
	return fail(err, SPHEX_E_DATA, "%s is damaged: '%s'", column, shown);
}

enum sphex_status check_record(const struct record_view *r, struct sphex_error *err)
{
	if (!all_of(r->contig, is_printable) || r->contig.p[0] == '#')
		return wrong("CHROM", r->contig, err);
	if (!r->has_pos)
		return fail(err, SPHEX_E_DATA, "POS is not a position");
	if (!is_record_id(r->id))
		return wrong("ID", r->id, err);
	if (!all_of(r->ref, is_sequence_byte))
		return wrong("REF", r->ref, err);
	if (r->alt.n && !are_alts(r->alt))
		return wrong("ALT", r->alt, err);
	return SPHEX_OK;
}
