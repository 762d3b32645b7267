/* The least that reading a BGZF file costs: every block read, inflated and CRC-checked. */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

#include <stdbool.h>
#include <stdint.h>

/* By libdeflate and in one thread; false for a file that cannot be read or is damaged. */
bool inflate_all(const char *path, uint64_t *n_blocks, uint64_t *n_bytes);

#endif
