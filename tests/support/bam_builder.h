/*
 * Files for tests, made in memory: records in, the bytes of a BAM out, as they are or wrapped into
 * BGZF or gzip in a chosen shape; also VCF text. Uses nothing of src/, so that a mistake there
 * cannot hide here. Whatever fails ends the test program with a message: callers check nothing.
 *
 *     struct bytes bam = {0};
 *     bam_start(&bam, "@HD\tVN:1.6\n", 1, (struct bam_ref[]){{"chr1", 1000}});
 *     bam_add(&bam, (struct bam_read){.name = "r1", .pos0 = 99, .cigar = "4M", .seq = "ACGT"});
 *     struct bytes file = bgzf_wrap(&bam, (struct bgzf_shape){.level = 6});
 *     char *path = temp_file(&file, ".bam");
 *     ...
 *     temp_remove(path);
 */
#ifndef SPHEX_BAM_BUILDER_H
#define SPHEX_BAM_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---------------------------------------------------------------- growing bytes */

/* A zeroed struct is empty. Tests may change data[0 .. n) at will, to damage what was built. */
struct bytes {
	uint8_t *data;
	size_t n, cap;
};

void bytes_free(struct bytes *b);
void bytes_add(struct bytes *b, const void *data, size_t nbytes);
/* The low nbytes (1..8) of value, little-endian. */
void bytes_add_number(struct bytes *b, uint64_t value, size_t nbytes);
/* Formatted text, without a NUL behind. */
void bytes_print(struct bytes *b, const char *fmt, ...)
#if defined(__GNUC__)
	__attribute__((format(printf, 2, 3)))
#endif
	;

/* ---------------------------------------------------------------- BAM, not compressed */

struct bam_ref {
	const char *name;
	uint32_t length;
};

/* What is left out is 0 or absent: a mapped primary read without sequence on reference 0. */
struct bam_read {
	const char *name; /* NULL: "*" */
	uint16_t flag;
	int32_t ref_id, pos0;
	uint8_t mapq;
	const char *cigar;   /* "5S10M2D3M", letters MIDNSHP=XB; NULL: see ops */
	const uint32_t *ops; /* n_ops words (length << 4 | code) when cigar is NULL; any code */
	size_t n_ops;
	const char *seq;   /* letters =ACMGRSVTWYHKDBN; NULL: * (l_seq 0) */
	const char *quals; /* as in SAM (value + 33), one per base; NULL: all 0xFF */
	int32_t mate_ref_id, mate_pos0, tlen;
	const void *tags; /* raw tag bytes */
	size_t tags_nbytes;
};

/* Magic, header text (NULL: none) and the binary references; the two need not agree. */
void bam_start(struct bytes *bam, const char *text, size_t n_refs, const struct bam_ref *refs);
/*
 * Adds a record; returns where it starts (its block_size field). More than 65535 operations go to
 * the CG tag (SAM specification 4.2.2).
 */
size_t bam_add(struct bytes *bam, struct bam_read read);

/* ---------------------------------------------------------------- containers */

struct bgzf_shape {
	size_t block_nbytes; /* inflated bytes a block, at most 65280; 0: 65280 */
	bool whole_records;  /* for BAM, as htslib does it: the header has its own blocks, and a
				record that fits into a block is not split */
	int level;           /* deflate level, 0 (stored) .. 12 */
	bool extra_subfield; /* another subfield stands before BC in every block */
	bool empty_blocks;   /* an empty block behind every block of data */
	bool no_eof;         /* the end-of-file marker is missing */
};

/* The result is the caller's; `data` stays as it is. */
struct bytes bgzf_wrap(const struct bytes *data, struct bgzf_shape shape);
struct bytes gzip_wrap(const struct bytes *data, int level);
/* File offset of block k; the number of bytes of the file when it has k blocks. */
size_t bgzf_block_offset(const struct bytes *file, size_t k);

/* ---------------------------------------------------------------- VCF text */

/* Header; the lists end with NULL and may be NULL. With samples a GT column is declared. */
void vcf_start(struct bytes *vcf, const char *const *contigs, const char *const *samples);
/* A line; `genotypes` are tab separated, one a sample, or NULL. Odd lines: bytes_print(). */
void vcf_add(struct bytes *vcf, const char *contig, uint32_t pos1, const char *ref, const char *alt,
	const char *genotypes);

/* ---------------------------------------------------------------- files */

/* Writes the bytes to a new file; the name ends with `suffix`. Give the path to temp_remove(). */
char *temp_file(const struct bytes *b, const char *suffix);
void temp_remove(char *path);

#endif
