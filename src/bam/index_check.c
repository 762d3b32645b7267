/* A few records in, yes or no out; see index_check.h. */
#include "index_check.h"

#include "record.h"

static enum sphex_status differs(struct sphex_error *err, uint64_t voffset, const char *what)
{
	fail(err, SPHEX_E_DATA, "%s", what);
	return at_voffset(err, voffset);
}

/* An index of a file that was longer, shorter or packed otherwise ends elsewhere. */
static enum sphex_status check_end(
	const struct bam_index *index, struct reader *r, struct sphex_error *err)
{
	bool found;
	uint64_t key;
	enum sphex_status status = reader_find_marker(r, &found, err);

	if (status)
		return status;
	if (!found)
		return fail(err, SPHEX_E_TRUNCATED, "the BAM's end-of-file marker is missing");
	status = reader_peek(r, index->placed_end, &key, err);
	if (status == SPHEX_END)
		return SPHEX_OK;
	if (!status && key < sort_key(-1, -1))
		return differs(err, index->placed_end, "the BAM has records behind its end");
	return status;
}

static enum sphex_status check_chunk(
	const struct bam_index *index, size_t i, struct reader *r, struct sphex_error *err)
{
	const struct index_chunk *chunk = &index->chunks[i];
	uint64_t key, at_0;
	uint32_t ref_id = 0;
	enum sphex_status status = reader_peek(r, chunk->begin, &key, err);

	while (i >= index->refs[ref_id].first_chunk + index->refs[ref_id].n_chunks)
		ref_id++;
	at_0 = sort_key((int32_t)ref_id, 0);
	if (status == SPHEX_END || (!status && (key + (chunk->from0 == 0) < at_0 + chunk->from0 ||
						       key >= at_0 + chunk->to0)))
		return differs(
			err, chunk->begin, "the BAM has another record at the begin of a chunk");
	return status;
}

enum sphex_status index_check(const struct bam_index *index, const struct index_plan *plan,
	size_t n_places, struct reader *r, struct sphex_error *err)
{
	enum sphex_status status = check_end(index, r, err);
	size_t n_others = n_places < index->n_chunks ? n_places : index->n_chunks;

	for (size_t i = 0; i < plan->n_doubts && !status; i++)
		status = check_chunk(index, plan->doubts[i], r, err);
	for (size_t i = 0; i < n_others && !status; i++)
		status = check_chunk(index, i * index->n_chunks / n_others, r, err);
	return status;
}
