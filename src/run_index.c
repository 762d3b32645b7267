/* Finds the index, weighs it, and stands by to do without it; see run_index.h. */
#include "run_index.h"

#include <string.h>

#include "bam/index_check.h"
#include "base/memory.h"

/* What it costs to begin a range or to look at a place, in compressed bytes that are read in the
 * same time. */
#define RANGE_COST_NBYTES ((uint64_t)32 << 10)
/* Places of the file that are compared with the index before the first range: a few milliseconds.
 */
#define N_PLACES 16

static void warn_of(
	const struct run_index *index, const char *what, const char *path, const char *why)
{
	warn(&index->warner, "%s: %s%s%s", path, what, why[0] ? ": " : "", why);
}

/* Whether the words of the failure stand against the index, not against the machine. */
static bool speaks_against_index(enum sphex_status status)
{
	return status == SPHEX_E_DATA || status == SPHEX_E_TRUNCATED || status == SPHEX_E_FORMAT ||
	       status == SPHEX_E_LIMIT;
}

static bool is_worth_it(const struct run_index *index, const struct reader *reader)
{
	uint64_t n_places = index->plan.n + index->plan.n_doubts;
	uint64_t work = index->plan.nbytes + n_places * RANGE_COST_NBYTES;

	return index->choice == INDEX_ALWAYS || work < reader_bytes_total(reader);
}

/* The plan, when the index can be believed and is worth it; else without ranges. */
static enum sphex_status plan_with(
	struct run_index *index, const char *path, struct reader *reader, struct sphex_error *err)
{
	struct bam_index parsed = {0};
	uint64_t gap = index->choice == INDEX_ALWAYS ? 0 : RANGE_COST_NBYTES;
	enum sphex_status status =
		index_read(path, reader_header(reader), reader_first_record(reader), &parsed, err);

	if (!status)
		status = index_plan_make(&parsed, &index->targets, gap, &index->plan, err);
	index->outcome = "not needed";
	if (!status && is_worth_it(index, reader)) {
		status = index_check(&parsed, &index->plan, N_PLACES, reader, err);
		index->outcome = "used";
	}
	index_free(&parsed);
	return status;
}

enum sphex_status run_index_use(
	struct run_index *index, struct reader *reader, struct sphex_error *err)
{
	char *path = NULL;
	bool is_older = false;
	enum sphex_status status = SPHEX_OK;

	index->outcome = index->choice == INDEX_NEVER ? "off" : "none";
	if (index->choice != INDEX_NEVER && reader_first_record(reader) != SPHEX_NO_OFFSET)
		status = index_find(index->bam, &path, &is_older, err);
	if (status || !path)
		return status;
	status = plan_with(index, path, reader, err);
	if (status && status != SPHEX_E_MEMORY) {
		warn_of(index, "the index is not used, all of the BAM is read", path, err->message);
		index->outcome = "refused";
		status = SPHEX_OK;
	}
	if (!status && strcmp(index->outcome, "used") == 0) {
		if (is_older)
			warn_of(index, "the index is older than the BAM", path, "");
		reader_set_ranges(reader, index->plan.ranges, index->plan.n);
	}
	memory_free(path);
	return status;
}

bool run_index_drop(struct run_index *index, struct reader *reader, const struct sphex_error *err)
{
	if (strcmp(index->outcome, "used") != 0 || !speaks_against_index(err->status))
		return false;
	warn_of(index, "reading by its index failed, all of it is read", index->bam, err->message);
	index->outcome = "refused";
	reader_rewind(reader);
	return true;
}

void run_index_free(struct run_index *index)
{
	index_plan_free(&index->plan);
}
