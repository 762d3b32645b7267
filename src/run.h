/*
 * One count from files to table. The only place that knows all stages; it knows none of their
 * insides.
 */
#ifndef SPHEX_RUN_H
#define SPHEX_RUN_H

#include <stdatomic.h>

#include "base/texts.h"
#include "output/account.h"
#include "output/writer.h"
#include "run_tell.h"
#include "simd/kernels.h"

/* Whether to read by the BAM's index. */
enum index_choice {
	INDEX_NEVER,
	INDEX_WHEN_LESS, /* when that is less work than reading all */
	INDEX_ALWAYS     /* for tests: also when it is more, and without joining what is near */
};

/* Everything that can be set; texts are owned. */
struct run_settings {
	enum sphex_mode mode;
	char *bam, *variants;
	struct text_list samples, regions, filters;
	const struct sphex_sites *sites; /* instead of variants; borrowed */
	char *reference;
	char *feature, *attribute, *parent;
	char *temp_dir, *vcf_bed, *intersect_bed;
	struct record_filter filter; /* native mode */
	bool by_read;                /* native: records instead of fragments */
	bool all_sites, biallelic_only, contig_style_auto;
	bool use_region_names, include_indels, include_multiallelic;
	bool allow_truncated, accept_loss, drop_cache;
	uint32_t min_baseq;
	uint32_t unit_blocks; /* BGZF blocks of a unit */
	uint32_t index;       /* enum index_choice */
	unsigned n_threads;   /* 0: all that this process may use */
	const struct kernels *kernels;
	struct warner warner;
	int (*progress)(void *user, const struct sphex_progress *);
	void *progress_user;
	atomic_bool cancelled;
};

struct run_result {
	struct variants variants;
	struct rows rows;
	struct sites sites;
	struct tally *tally;
	struct table table;
	struct sphex_count_stats stats;
	struct account account;      /* native mode */
	uint64_t reasons[N_REASONS]; /* records by the filter's answer */
	bool truncated;              /* the end-of-file marker is missing */
};

/* `result` is zeroed; free it in every case. */
enum sphex_status run_count(
	struct run_settings *settings, struct run_result *result, struct sphex_error *err);
/*
 * After run_count(): for each row at `position` (chr:pos, 1-based) every record there and the
 * column that it was counted in.
 */
enum sphex_status run_explain(const struct run_settings *settings, const struct run_result *result,
	const char *position, struct writer *w, struct sphex_error *err);
/* SPHEX_E_ARGUMENT when run_explain() cannot be, whatever the table: it can be asked before
 * run_count(). */
enum sphex_status run_check_explain(
	const struct run_settings *settings, const char *position, struct sphex_error *err);
void run_result_free(struct run_result *result);

#endif
