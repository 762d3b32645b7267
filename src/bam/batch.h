/* Records of one unit as columns, and views of the rest: what the decoder hands out. */
#ifndef SPHEX_BATCH_H
#define SPHEX_BATCH_H

#include "simd/kernels.h"
#include "unit.h"

struct sphex_batch {
	const struct kernels *kernels;
	uint32_t n_refs;
	const uint8_t *bytes; /* the unit's, valid until its next scan */
	size_t n, cap;
	size_t *offsets;  /* of record i in bytes */
	uint32_t *nbytes; /* with block_size */
	int32_t *ref_ids, *pos0, *mate_ref_ids, *mate_pos0, *tlens;
	uint32_t *n_bases;
	uint16_t *flags;
	uint8_t *mapqs;
};

void batch_free(struct sphex_batch *b);
/* Reads records of `unit` (with `keep` set) until it is finished or the batch is large. */
enum sphex_status batch_scan(struct sphex_batch *b, struct unit *unit, struct sphex_error *err);
/* Record i; its lengths were checked by the scan. */
struct record batch_record(const struct sphex_batch *b, size_t i);

#endif
