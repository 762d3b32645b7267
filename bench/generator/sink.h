/* An output file: as it is, or BGZF. The bytes never depend on the number of threads. */
#ifndef GENERATOR_SINK_H
#define GENERATOR_SINK_H

#include "settings.h"

struct sink;

/* Creates <o->out><suffix>; `plain`: no compression. */
struct sink *sink_open(const struct options *o, const char *suffix, bool plain);
/* `whole`: begins a new block rather than be split, unless it is longer than a block. */
void sink_write(struct sink *s, const uint8_t *data, size_t nbytes, bool whole);
/* What is written next begins a new block. */
void sink_end_block(struct sink *s);
/* Returns the size of the file. */
uint64_t sink_close(struct sink *s);

#endif
