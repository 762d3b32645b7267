/* The header of a BAM: every shorter beginning of it asks for more. Input: inflated bytes. */
#include <string.h>

#include "bam/header.h"
#include "fuzz.h"

static enum sphex_status parse(
	struct fuzz_input in, struct bytes *out, size_t *n_used, size_t *n_needed)
{
	struct bam_header h;
	struct sphex_error err;
	enum sphex_status status = bam_header_parse(in.p, in.n, &h, n_used, n_needed, &err);

	out->n = 0;
	if (status == SPHEX_OK) {
		fuzz_must(*n_used <= in.n, "more bytes used than there are");
		bytes_add(out, h.text, h.text_nbytes + 1);
		for (uint32_t i = 0; i < h.n_refs; i++) {
			size_t n = strlen(h.refs[i].name);

			bytes_print(out, "%s %u\n", h.refs[i].name, h.refs[i].length);
			fuzz_must(bam_header_find(&h, h.refs[i].name, n) <= (int32_t)i,
				"a name is not found");
		}
		bam_header_free(&h);
	} else if (status != SPHEX_END) {
		fuzz_describe(out, &err, true);
	}
	return status;
}

void fuzz_one(struct fuzz_input in)
{
	size_t n_used, n_needed, unused;
	struct bytes whole = {0}, part = {0};
	enum sphex_status status = parse(in, &whole, &n_used, &n_needed);

	if (status == SPHEX_END)
		fuzz_must(n_needed > in.n, "asks for bytes that it had");
	if (status == SPHEX_OK) {
		in.n = n_used;
		fuzz_must(parse(in, &part, &unused, &n_needed) == SPHEX_OK && unused == n_used,
			"looks behind its end");
		fuzz_same(&whole, &part, "looks behind its end");
		for (in.n = 0; in.n < n_used; in.n += 1 + in.n / 50)
			fuzz_must(parse(in, &part, &unused, &n_needed) == SPHEX_END &&
					  n_needed > in.n && n_needed <= n_used,
				"a part of a header is no part of one");
	}
	bytes_free(&part);
	bytes_free(&whole);
}
