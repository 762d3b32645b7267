/* Whether an index is one of this BAM: what it says is compared with a few places of the file. */
#ifndef SPHEX_INDEX_CHECK_H
#define SPHEX_INDEX_CHECK_H

#include "index_plan.h"
#include "reader.h"

/*
 * Before reader_start(). At the index's end the records with a reference must end and the file be
 * whole, and chunks begin with records of their bins: those that the plan doubts, and n_places all
 * over the file. SPHEX_E_DATA or SPHEX_E_TRUNCATED when not.
 */
enum sphex_status index_check(const struct bam_index *index, const struct index_plan *plan,
	size_t n_places, struct reader *r, struct sphex_error *err);

#endif
