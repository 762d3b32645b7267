/* See read_groups.h. */
#include "read_groups.h"

#include "base/memory.h"
#include "variants/span.h"

void read_groups_free(struct read_groups *groups)
{
	pool_free(&groups->ids);
	memory_free(groups->samples);
	*groups = (struct read_groups){0};
}

static enum sphex_status add_line(
	struct span line, struct pool *samples, struct read_groups *out, struct sphex_error *err)
{
	struct pieces fields = pieces_of(line, '\t');
	struct span field, id = span_of(""), sample = span_of("");
	size_t n = out->ids.n;
	uint32_t group;
	enum sphex_status status;

	while (pieces_next(&fields, &field)) {
		if (span_starts_with(field, "ID:"))
			id = span_from(field, 3);
		if (span_starts_with(field, "SM:"))
			sample = span_from(field, 3);
	}
	if (!id.n)
		return fail(err, SPHEX_E_DATA, "an @RG line of the header has no ID");
	if (!memory_reserve(&out->samples, &out->cap, n + 1, sizeof(*out->samples)))
		return fail_memory(err);
	status = pool_add(&out->ids, id.p, id.n, &group, err);
	if (status || group < n)
		return status;
	out->samples[group] = POOL_NONE;
	return sample.n ? pool_add(samples, sample.p, sample.n, &out->samples[group], err)
			: SPHEX_OK;
}

enum sphex_status read_groups_read(const struct bam_header *header, struct pool *samples,
	struct read_groups *out, struct sphex_error *err)
{
	struct pieces lines = pieces_of((struct span){header->text, header->text_nbytes}, '\n');
	struct span line;
	enum sphex_status status = SPHEX_OK;

	while (!status && pieces_next(&lines, &line)) {
		line.n = strnlen(line.p, line.n); /* the text may be padded with NULs */
		line.n -= line.n && line.p[line.n - 1] == '\r';
		if (span_starts_with(line, "@RG\t"))
			status = add_line(line, samples, out, err);
	}
	return status;
}
