/*
 * What the fuzz targets share. A target defines fuzz_one(), which gets bytes of any kind, hands
 * them to a parser in several ways and ends the program when the answers differ: that, a
 * sanitizer's report, too much memory (FUZZ_MAX_LIVE_NBYTES at once) and too much time
 * (FUZZ_MAX_SECONDS of CPU for one input) are findings.
 *
 * Inputs begin with bytes that choose options (fuzz_byte()) and may have several parts, one per
 * file (fuzz_part()), with FUZZ_BORDER between them. What an input lacks is 0 or empty.
 */
#ifndef SPHEX_FUZZ_H
#define SPHEX_FUZZ_H

#include "base/status.h"

/* src/bam/header.h has a struct of the same name, and targets look at both. */
#define bam_ref built_ref
#include "tests/support/bam_builder.h"
#undef bam_ref

#define FUZZ_BORDER "\xff%%\xff"
/* Inputs have at most 64 KiB, which inflate to at most 66 MiB; growing arrays take twice of it. */
#define FUZZ_MAX_LIVE_NBYTES ((size_t)320 << 20)
#define FUZZ_MAX_SECONDS 5.0

struct fuzz_input {
	const uint8_t *p;
	size_t n;
};

void fuzz_one(struct fuzz_input in);

/* Takes the next byte. */
uint8_t fuzz_byte(struct fuzz_input *in);
/* Takes what is in front of the next border, or all. */
struct fuzz_input fuzz_part(struct fuzz_input *in);
/* The next part as text, NUL-terminated; the caller frees it. */
char *fuzz_text(struct fuzz_input *in);

/* This process' own folder. */
const char *fuzz_folder(void);
/* The path of a file there; lasts, and the file is removed in the end. */
const char *fuzz_path(const char *name);
/* Writes that file anew. */
const char *fuzz_file(const char *name, const void *data, size_t nbytes);
void fuzz_no_file(const char *name);
/* Adds a file's bytes; nothing when there is none. */
void fuzz_read(const char *name, struct bytes *out);

/* The bytes as they are, wrapped into BGZF or into gzip, by the low bits of `how`. */
struct bytes fuzz_wrap(struct fuzz_input part, uint8_t how);
enum { FUZZ_WRAP_PLAIN, FUZZ_WRAP_BGZF, FUZZ_WRAP_TINY_BGZF, FUZZ_WRAP_GZIP, FUZZ_N_WRAPS };

/* Adds status, place and message: "! data at 3,-,7: ..."; `offsets`: with the virtual offset. */
void fuzz_describe(struct bytes *out, const struct sphex_error *err, bool offsets);
/*
 * The error without its words when they are about a record: one that is wrong in itself and in the
 * order of the file is refused for the one or the other.
 */
const struct sphex_error *fuzz_place(struct sphex_error *err);
/* Ends the program unless both are the same; frees b. */
void fuzz_same(const struct bytes *a, struct bytes *b, const char *what);
/* Ends the program with a finding. */
void fuzz_must(bool holds, const char *what);

#endif
