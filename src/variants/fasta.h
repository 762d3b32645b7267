/*
 * Bases of a reference by contig and position: a FASTA file, plain or BGZF, through its .fai.
 *
 * Neighbouring queries are cheap: the pieces of the file that were read last stay in memory. What
 * holds: a letter that is given out stood where the index says, in a line that ends where the index
 * says; an index that belongs to another FASTA is found out, at the latest where its contigs are
 * read. One thread at a time.
 */
#ifndef SPHEX_FASTA_H
#define SPHEX_FASTA_H

#include "base/status.h"

struct fasta;

#define FASTA_NONE UINT32_MAX

/*
 * Opens a FASTA. Its index is `path` with .fai behind, or made in memory by reading the file once
 * (n_threads inflate). Blocks of a BGZF file are found by `path` with .gzi behind, or from block to
 * block. SPHEX_E_UNSUPPORTED for what cannot be read at any place: pipes and plain gzip.
 */
enum sphex_status fasta_open(
	const char *path, unsigned n_threads, struct fasta **out, struct sphex_error *err);
void fasta_close(struct fasta *f);

uint32_t fasta_n_contigs(const struct fasta *f);
/* NUL-terminated, as long as the handle. */
const char *fasta_name(const struct fasta *f, uint32_t contig);
/* Number of the contig, or FASTA_NONE. */
uint32_t fasta_find(const struct fasta *f, const char *name, size_t nbytes);
uint64_t fasta_length(const struct fasta *f, uint32_t contig);
/*
 * The bases [beg0, end0) as upper-case letters, without NUL: A C G T N, but also IUPAC codes and
 * whatever else the file has. A range that is not in the contig: SPHEX_E_ARGUMENT.
 */
enum sphex_status fasta_bases(struct fasta *f, uint32_t contig, uint64_t beg0, uint64_t end0,
	char *out, struct sphex_error *err);

#endif
