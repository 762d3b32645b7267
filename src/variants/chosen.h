/* The samples whose genotypes are read, and where the readers put them. */
#ifndef SPHEX_CHOSEN_H
#define SPHEX_CHOSEN_H

#include "span.h"

struct chosen_sample {
	uint32_t column; /* behind FORMAT, from 0 */
	uint32_t slot;   /* place among the samples as they were named */
};

struct chosen_samples {
	struct chosen_sample *items; /* ascending by column */
	size_t n;
	struct span *gts; /* by slot; of the current record */
};

#endif
