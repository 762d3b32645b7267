/*
 * One run by the rules of GATK's ASEReadCounter, from files to table (design: rules of mode
 * gatk-ase). Knows all stages, and none of their insides.
 */
#ifndef SPHEX_RUN_ASE_H
#define SPHEX_RUN_ASE_H

#include "output/ase_table.h"
#include "run.h"

/* Everything that can be set; texts are owned. */
struct ase_settings {
	struct text_list inputs, variants, intervals, excluded;
	char *reference;
	const struct ase_overlap_rule *overlap;
	int32_t min_mapq, min_baseq, min_depth;
	int32_t max_depth; /* 0: reads are not sampled; nothing else is supported */
	uint32_t padding, excluded_padding;
	bool intersects; /* the intervals of several -L; else they are joined */
	bool ignores_dictionaries;
	bool allow_truncated;
	uint32_t drop_cache; /* 1: what has been read of a BAM leaves the page cache */
	struct ase_filter filter;
	char separator;
	uint32_t unit_blocks; /* BGZF blocks of a unit */
	uint32_t index;       /* enum index_choice; with several inputs never */
	unsigned n_threads;   /* 0: all that this process may use */
	const struct kernels *kernels;
	struct warner warner;
	int (*progress)(void *user, const struct sphex_progress *);
	void *progress_user;
	atomic_bool cancelled;
};

struct ase_result {
	struct contigs contigs; /* of the BAMs; contig numbers are about these */
	struct ase_sites sites;
	struct ase_table table;
	struct sphex_count_stats stats;
};

/* `result` is zeroed; free it in every case. */
enum sphex_status run_ase(
	struct ase_settings *settings, struct ase_result *result, struct sphex_error *err);
void ase_result_free(struct ase_result *result);

#endif
