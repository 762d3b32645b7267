/* A stretch of the file that is read instead of all of it. */
#ifndef SPHEX_RANGE_H
#define SPHEX_RANGE_H

#include <stdint.h>

struct record_range {
	uint64_t begin; /* virtual offset of its first record */
	uint64_t end;   /* file offset: blocks that begin before it are read */
	/* sort keys between which the first record lies, [least, most) */
	uint64_t first_least, first_most;
	uint64_t stop; /* sort key: nobody asks for records from there on */
	/* sort key, at most `stop`: a record from there on begins in the range, else the index lies
	 */
	uint64_t reach;
};

#endif
