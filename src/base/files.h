/* Questions about paths, and what can be asked of files. */
#ifndef SPHEX_FILES_H
#define SPHEX_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "status.h"

/* Whether both name one regular file, by whatever ways; NULL names none. */
bool file_is_same(const char *a, const char *b);
/* Whether the path, "-" being standard input, names a file that stays there: no pipe. Also when
 * there is none. */
bool file_can_be_read_again(const char *path);
/* SPHEX_E_ARGUMENT, at `input`, when writing to `output` would destroy it. */
enum sphex_status file_refuse_same(const char *output, const char *input, struct sphex_error *err);
/* Asks the system to forget what it has cached of the first bytes, whole pages of them. */
void file_drop_cached(int fd, uint64_t nbytes);

#endif
