/*
 * The Arrow C data and stream interfaces: structures that libraries hand to each other without
 * sharing code. Whoever makes one sets `release`; whoever holds it calls release(), which clears
 * `release`. Layout: arrow.apache.org, "The Arrow C data interface" and "The Arrow C stream
 * interface".
 */
#ifndef SPHEX_ARROW_H
#define SPHEX_ARROW_H

#include <stdint.h>

#define ARROW_NULLABLE 2

struct ArrowSchema {
	const char *format; /* "I" uint32, "U" text with 64-bit offsets, "+s" struct, ... */
	const char *name;
	const char *metadata;
	int64_t flags;
	int64_t n_children;
	struct ArrowSchema **children;
	struct ArrowSchema *dictionary;
	void (*release)(struct ArrowSchema *);
	void *private_data;
};

struct ArrowArray {
	int64_t length;
	int64_t null_count; /* -1: not counted */
	int64_t offset;     /* first value, in values */
	int64_t n_buffers;
	int64_t n_children;
	const void **buffers; /* the first is the validity bitmap, or NULL: no value is missing */
	struct ArrowArray **children;
	struct ArrowArray *dictionary;
	void (*release)(struct ArrowArray *);
	void *private_data;
};

struct ArrowArrayStream {
	int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
	int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out); /* released: the end */
	const char *(*get_last_error)(struct ArrowArrayStream *);
	void (*release)(struct ArrowArrayStream *);
	void *private_data;
};

#define ARROW_SCHEMA_CAPSULE "arrow_schema"
#define ARROW_ARRAY_CAPSULE "arrow_array"
#define ARROW_STREAM_CAPSULE "arrow_array_stream"

#endif
