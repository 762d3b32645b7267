/*
 * Is this a record of variants at all? A tab, a newline or a byte that got lost in a file makes
 * another line of what was one, and a row would be gone without a word. VCF specification 1.6.1.
 */
#ifndef SPHEX_CHECK_RECORD_H
#define SPHEX_CHECK_RECORD_H

#include "select.h"

/* True when nothing is wrong with the ID column of a record. */
bool is_record_id(struct span id);
/* SPHEX_E_DATA when a column from CHROM to ALT cannot be what its name says. */
enum sphex_status check_record(const struct record_view *record, struct sphex_error *err);

#endif
