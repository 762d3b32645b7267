/*
 * Where the contigs of a FASTA lie: one line of a .fai each, read from that file or made in one
 * pass over the FASTA. What holds: names are distinct; all lines of a contig but its last have
 * line_nbases letters and line_nbytes bytes; `last_offset` does not overflow.
 */
#ifndef SPHEX_FAI_H
#define SPHEX_FAI_H

#include "pool.h"

struct fai_contig {
	uint64_t length;      /* bases */
	uint64_t offset;      /* of the first base, in the FASTA as text */
	uint64_t line_nbases; /* of a full line */
	uint64_t line_nbytes; /* with its LF or CRLF */
};

struct fai {
	struct fai_contig *items;
	size_t n, cap;
	struct pool names; /* contig i is text i */
};

/* A zeroed struct is empty. */
void fai_free(struct fai *fai);
/*
 * Reads and checks a .fai: NAME LENGTH OFFSET LINEBASES LINEWIDTH, tab separated. The FASTA has
 * fasta_nbytes bytes of text. SPHEX_E_DATA has file and line.
 */
enum sphex_status fai_read(
	const char *path, uint64_t fasta_nbytes, struct fai *out, struct sphex_error *err);
/* As `samtools faidx` would write it, from the FASTA itself: plain, gzip or BGZF. */
enum sphex_status fai_make(
	const char *fasta_path, unsigned n_threads, struct fai *out, struct sphex_error *err);

/* Offset of a base in the FASTA as text. */
static inline uint64_t fai_offset(const struct fai_contig *c, uint64_t pos0)
{
	return c->offset + pos0 / c->line_nbases * c->line_nbytes + pos0 % c->line_nbases;
}

#endif
