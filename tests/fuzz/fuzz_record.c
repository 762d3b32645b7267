/*
 * One record: whatever parses has its views within its bytes, is plausible, and looks the same
 * through the columns of a batch. Input: tag, bytes of the record.
 */
#include <string.h>

#include "bam/batch.h"
#include "fuzz.h"
#include "simd/cpu.h"
#include "simd/select.h"

enum { N_REFS = 3, MAX_BASES = 1 << 17 };

static bool is_within(const struct record *r, const uint8_t *p, uint64_t n)
{
	return p >= r->bytes && p <= r->end && n <= (uint64_t)(r->end - p);
}

static void check_views(const struct record *r)
{
	fuzz_must(is_within(r, r->cigar, (uint64_t)r->n_cigar * 4), "CIGAR is outside");
	fuzz_must(is_within(r, r->bases, ((uint64_t)r->n_bases + 1) / 2), "SEQ is outside");
	fuzz_must(is_within(r, r->quals, r->n_bases), "QUAL is outside");
	fuzz_must(is_within(r, r->tags, 0), "tags are outside");
	fuzz_must(strlen(record_name(r)) < r->name_nbytes, "the name has no end");
}

static void check_tag(const struct record *r, const char *name)
{
	struct tag tag;

	if (!record_find_tag(r, name, &tag))
		return;
	fuzz_must(is_within(r, tag.value, tag.type == 'B' ? 0 : tag.n), "a value is outside");
	if (tag.type == 'Z' || tag.type == 'H')
		fuzz_must(
			tag.value[tag.n] == 0 && !memchr(tag.value, 0, tag.n), "text without end");
}

/* The rows of kernels against the fields themselves. */
static void check_bases(const struct record *r, uint8_t threshold)
{
	static uint8_t codes[MAX_BASES];
	static uint64_t mask[MAX_BASES / 64];
	const struct kernels *kernels = sphex_kernels_select(NULL, cpu_bundles());
	uint32_t first = r->n_bases ? threshold % r->n_bases : 0;

	kernels->unpack_bases(r->bases, first, r->n_bases - first, codes);
	kernels->quality_mask(r->quals, r->n_bases, threshold, mask);
	for (uint32_t i = 0; i < r->n_bases; i++) {
		if (i >= first)
			fuzz_must(codes[i - first] == record_base(r, i), "another base");
		fuzz_must(
			(mask[i / 64] >> i % 64 & 1) == (r->quals[i] >= threshold), "another bit");
	}
}

void fuzz_one(struct fuzz_input in)
{
	const char name[] = {(char)fuzz_byte(&in), (char)fuzz_byte(&in), '\0'};
	struct sphex_error err;
	struct record r;

	/* as readers do it: block_size says how many bytes there are */
	if (in.n >= 4 && (uint64_t)load_u32(in.p) + 4 < in.n)
		in.n = (size_t)load_u32(in.p) + 4;
	if (in.n < 4 || (uint64_t)load_u32(in.p) + 4 != in.n)
		return;
	if (record_parse(in.p, in.n, N_REFS, &r, &err))
		return;
	check_views(&r);
	check_tag(&r, name);
	check_tag(&r, "CG");
	if (r.n_bases <= MAX_BASES)
		check_bases(&r, (uint8_t)name[0]);
	if (record_mate_ref_id(&r) >= -1 && record_mate_ref_id(&r) < N_REFS &&
		record_mate_pos0(&r) >= -1)
		for (size_t n = RECORD_MIN_NBYTES; n <= in.n; n += 1 + n / 20)
			fuzz_must(
				record_is_plausible(in.p, n, N_REFS), "a record is not plausible");
}
