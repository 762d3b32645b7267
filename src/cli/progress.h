/*
 * What a run shows while it lasts. In: the library's reports, at most ten a second. Out, on
 * standard error: one line that is redrawn and at the end erased, or JSON, one object a line, or
 * nothing.
 */
#ifndef SPHEX_CLI_PROGRESS_H
#define SPHEX_CLI_PROGRESS_H

#include "sphex.h"

enum progress_kind { PROGRESS_NONE, PROGRESS_LINE, PROGRESS_JSON };

struct progress {
	const char *name; /* of the command, first in the line */
	enum progress_kind kind;
	int n_shown; /* letters of the line that stands there; 0: none */
};

/*
 * `word` is that of --progress, NULL when it is not given: auto, a line if a person looks on. A
 * quiet run has no line but keeps JSON, for that was asked for. False: no such word.
 */
bool progress_choose(struct progress *progress, const char *word, bool quiet);

/* For sphex_count_on_progress() and sphex_ase_on_progress(); `progress` is a struct progress. */
int progress_show(void *progress, const struct sphex_progress *p);

/* Takes the line away; to be called before anything else is printed. */
void progress_clear(struct progress *progress);

/* The last report, from the numbers of a complete run. */
void progress_finish(struct progress *progress, const struct sphex_count_stats *stats);

#endif
