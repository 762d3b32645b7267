/* Records in, a BAM sorted by coordinate out. A record waits until none can come before it. */
#ifndef GENERATOR_EMITTER_H
#define GENERATOR_EMITTER_H

#include "sequencer.h"
#include "sink.h"

enum flag {
	PAIRED = 0x1,
	PROPER = 0x2,
	UNMAPPED = 0x4,
	MATE_UNMAPPED = 0x8,
	REVERSE = 0x10,
	MATE_REVERSE = 0x20,
	FIRST = 0x40,
	SECOND = 0x80,
	SECONDARY = 0x100,
	DUPLICATE = 0x400,
	SUPPLEMENTARY = 0x800
};

struct place {
	int32_t ref_id, pos0; /* both -1: nowhere, behind all others */
};

/* What a record has beside its alignment. */
struct record {
	const char *name;
	unsigned flag;
	struct place at, mate;
	int32_t tlen;
};

struct waiting {
	uint32_t pos0;
	uint64_t order; /* of two at one position the earlier one goes first */
	struct bytes bytes;
};

struct emitter {
	const struct options *o;
	struct sink *sink;
	struct waiting *heap; /* smallest (pos0, order) first; owned */
	size_t n_waiting, heap_cap;
	uint64_t n_emitted, n_extra; /* all records; of these, secondary and supplementary ones */
};

enum { NAME_NBYTES = 64 };

/* The name of a fragment; no two have the same one. */
void make_name(const struct options *o, uint64_t fragment, char name[NAME_NBYTES]);
void emit(struct emitter *e, const struct alignment *a, struct rng *rng, struct record r);
/* Writes the records before limit0: none that comes later may begin there. */
void release(struct emitter *e, uint64_t limit0);

#endif
