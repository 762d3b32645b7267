/* Whether a run reads all of its BAM or the parts that an index names; for the files of run*.c. */
#ifndef SPHEX_RUN_INDEX_H
#define SPHEX_RUN_INDEX_H

#include "bam/index_plan.h"
#include "bam/reader.h"
#include "run.h"

struct run_index {
	enum index_choice choice;
	const char *bam;
	struct index_targets targets;
	struct warner warner;
	struct index_plan plan;
	const char *outcome; /* static; see struct sphex_count_stats */
};

/*
 * Before reader_start(). Makes the reader read ranges when there is an index, it can be believed
 * and it is worth it. What is wrong with an index is a warning; only memory can fail. Free with
 * run_index_free() when the reader is closed.
 */
enum sphex_status run_index_use(
	struct run_index *index, struct reader *reader, struct sphex_error *err);
/*
 * Asked when reading failed with `err`: true when that may be the index's fault. The reader is then
 * rewound to read all of the file, and what it has given must be forgotten.
 */
bool run_index_drop(struct run_index *index, struct reader *reader, const struct sphex_error *err);
void run_index_free(struct run_index *index);

#endif
