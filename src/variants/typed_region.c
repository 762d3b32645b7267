/* Regions as they are typed; see region_list.h. */
#include "region_list.h"

/* Digits with commas between them; 0 for anything else. */
static uint64_t position_of(struct span text)
{
	uint64_t value = 0;

	for (size_t i = 0; i < text.n; i++) {
		unsigned digit = (unsigned)(text.p[i] - '0');

		if (text.p[i] == ',' && i > 0)
			continue;
		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return 0;
		value = value * 10 + digit;
	}
	return value;
}

/* CONTIG:BEG or CONTIG:BEG-END; false for any other text. */
static bool split(struct span text, struct typed_region *out)
{
	struct span range;
	size_t n = text.n;

	while (n > 0 && text.p[n - 1] != ':')
		n--;
	if (n < 2)
		return false;
	out->contig = (struct span){text.p, n - 1};
	range = span_from(text, n);
	n = span_find(range, '-');
	out->end0 = position_of((struct span){range.p, n});
	out->beg0 = out->end0 - 1; /* UINT64_MAX: none */
	if (n < range.n)
		out->end0 = position_of(span_from(range, n + 1));
	return out->beg0 < out->end0;
}

enum sphex_status typed_region_parse(const char *text, const struct contig_names *known,
	bool is_auto, struct typed_region *out, struct sphex_error *err)
{
	struct typed_region whole = {span_of(text), 0, UINT64_MAX, false}, part = whole;
	bool has_part = split(whole.contig, &part);

	whole.is_known = contigs_find(known, whole.contig, is_auto) != CONTIG_NONE;
	part.is_known = has_part && contigs_find(known, part.contig, is_auto) != CONTIG_NONE;
	if (whole.is_known && part.is_known) {
		fail(err, SPHEX_E_ARGUMENT, "'%s' is a contig, and a place on another", text);
		return with_hint(err, "for the contig write %s:1-2147483647", text);
	}
	if (!whole.is_known && !has_part && (!text[0] || strchr(text, ':'))) {
		fail(err, SPHEX_E_ARGUMENT, "'%s' is no region", text);
		return with_hint(err, "write CONTIG, CONTIG:BEG or CONTIG:BEG-END");
	}
	*out = has_part && !whole.is_known ? part : whole;
	return SPHEX_OK;
}
