/*
 * The BAM header: text and binary references. SAM specification 4.2.
 *
 *   4  "BAM\1"     4  l_text    ..  text
 *   4  n_ref       then per reference: 4 l_name, name with NUL, 4 l_ref
 *
 * The binary references are what record's ids mean; the text may lack some of them or have others.
 */
#ifndef SPHEX_HEADER_H
#define SPHEX_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct bam_ref {
	char *name;
	uint32_t length;
};

struct bam_header {
	char *text;
	size_t text_nbytes;
	struct bam_ref *refs;
	uint32_t n_refs;
};

/*
 * Parses the header at data[0 .. n). SPHEX_OK fills `out` and *n_used. SPHEX_END: more bytes are
 * needed, nothing is filled; *n_needed then says how many at least in total.
 */
enum sphex_status bam_header_parse(const uint8_t *data, size_t n, struct bam_header *out,
	size_t *n_used, size_t *n_needed, struct sphex_error *err);
void bam_header_free(struct bam_header *h);
/* Index of the first reference called `name`, or -1. Linear. */
int32_t bam_header_find(const struct bam_header *h, const char *name, size_t nbytes);

#endif
