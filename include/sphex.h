/*
 * Sphex: reads per allele, and a BAM decoder.
 *
 * Three things share this header:
 *   - the counter (struct sphex_count): a BAM and a list of variants in, a table of
 *     ref/alt/other counts out;
 *   - the same by the rules and options of GATK's ASEReadCounter (struct sphex_ase);
 *   - the decoder (struct sphex_bam): the records of a BAM in file order, in batches.
 *
 * Handles are opaque and own everything that is reached through them; free a handle and every
 * pointer obtained from it is gone. Nothing is printed, no environment variable is read, no
 * global state exists. Different handles may be used by different threads at once; one handle
 * must not be used by two threads at once, with the exception of sphex_count_cancel().
 *
 * Results never depend on the number of threads, on the kernel row ("simd") or on the CPU.
 */
#ifndef SPHEX_H
#define SPHEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SPHEX_VERSION_MAJOR 0
#define SPHEX_VERSION_MINOR 1
#define SPHEX_VERSION_PATCH 0
#define SPHEX_VERSION "0.1.0"

#if defined(__GNUC__)
#define SPHEX_API __attribute__((visibility("default")))
#else
#define SPHEX_API
#endif

/* ---------------------------------------------------------------- status and errors */

enum sphex_status {
	SPHEX_OK = 0,
	SPHEX_END,        /* nothing more to read; not an error */
	SPHEX_E_ARGUMENT, /* the call or an option is wrong */
	SPHEX_E_MEMORY,   /* an allocation failed, or a thread did not start */
	SPHEX_E_IO, /* open, read, write or rename failed; the message holds the system's words */
	SPHEX_E_FORMAT,    /* the file is not of the expected kind */
	SPHEX_E_DATA,      /* damaged or contradictory content */
	SPHEX_E_TRUNCATED, /* the file ends too early */
	SPHEX_E_NOT_FOUND, /* a sample, contig or attribute that was asked for is not there */
	SPHEX_E_EMPTY,     /* nothing to count: no variant was selected, or none lies in a region */
	SPHEX_E_LIMIT,     /* a stated limit was exceeded */
	SPHEX_E_UNSUPPORTED, /* valid, but not handled; the hint says what to do */
	SPHEX_E_CANCELLED /* sphex_count_cancel() was called, or the progress function said stop */
};

#define SPHEX_NO_OFFSET UINT64_MAX

/*
 * Where and why something failed. Owned by the caller, filled by the call that fails, complete
 * without allocation. Unknown places are 0 (line, record; both count from 1) or SPHEX_NO_OFFSET.
 */
struct sphex_error {
	enum sphex_status status;
	uint64_t line;     /* 1-based line of a text file */
	uint64_t voffset;  /* BGZF virtual offset (block offset << 16 | offset in block) */
	uint64_t record;   /* 1-based number of the record in the file */
	char file[512];    /* as it was given; shortened from the left if longer */
	char message[512]; /* what happened */
	char hint[256];    /* what to do; may be empty */
};

/* Short lower-case word for a status, for example "truncated". Never NULL. */
SPHEX_API const char *sphex_status_name(enum sphex_status status);

/*
 * Writes the error as one line without newline: "file:line: message; hint", with the virtual
 * offset and record number where known. Returns the length that a large enough buffer needs.
 */
SPHEX_API size_t sphex_error_format(const struct sphex_error *err, char *out, size_t out_nbytes);

/* "X.Y.Z" of the library that runs. */
SPHEX_API const char *sphex_version(void);

/* ---------------------------------------------------------------- CPU and kernel rows */

struct sphex_cpu_row {
	const char *name;    /* "scalar", "avx2", "avx512", "neon" */
	bool compiled;       /* part of this build */
	bool usable;         /* CPU and operating system support it */
	bool chosen;         /* used when no row is named */
	const char *needs;   /* the features it asks for */
	const char *missing; /* the first of them that is absent, or "" */
};

/* Number of rows known to this version; rows are ordered from the slowest to the fastest. */
SPHEX_API size_t sphex_cpu_n_rows(void);
/* Describes row i in [0, sphex_cpu_n_rows()). The strings are static. */
SPHEX_API void sphex_cpu_row(size_t i, struct sphex_cpu_row *out);
/* Vendor and features in words, for `sphex cpu`; returns the length needed. */
SPHEX_API size_t sphex_cpu_describe(char *out, size_t out_nbytes);
/* CPUs this process may use: affinity mask, limited by the cgroup's quota; at least 1. */
SPHEX_API unsigned sphex_cpu_n_threads(void);

/* ---------------------------------------------------------------- the counter */

/* The counting rules; docs/counting.md. */
enum sphex_mode {
	SPHEX_MODE_NATIVE,      /* what a careful person would do */
	SPHEX_MODE_WASP2,       /* WASP2 1.5.0's count-variants */
	SPHEX_MODE_WASP2_LEGACY /* WASP2 before its Rust counter */
};

struct sphex_count;

/* All options have the defaults of the mode. *out is NULL on failure. Free with sphex_count_free().
 */
SPHEX_API enum sphex_status sphex_count_new(
	enum sphex_mode mode, struct sphex_count **out, struct sphex_error *err);
SPHEX_API void sphex_count_free(struct sphex_count *count);

/*
 * Options. Strings are copied. Each returns SPHEX_E_ARGUMENT or SPHEX_E_MEMORY on failure.
 * Paths: "-" is standard input for the BAM. Threads: 0 means sphex_cpu_n_threads().
 * Row: NULL or "auto" for the best. A row that this CPU cannot run is SPHEX_E_ARGUMENT.
 */
SPHEX_API enum sphex_status sphex_count_bam(
	struct sphex_count *, const char *path, struct sphex_error *);
SPHEX_API enum sphex_status sphex_count_variants(
	struct sphex_count *, const char *path, struct sphex_error *);
SPHEX_API enum sphex_status sphex_count_sample(
	struct sphex_count *, const char *name, struct sphex_error *);
SPHEX_API enum sphex_status sphex_count_threads(
	struct sphex_count *, unsigned n, struct sphex_error *);
SPHEX_API enum sphex_status sphex_count_simd(
	struct sphex_count *, const char *row, struct sphex_error *);

/* Named settings that only some modes have; docs/options.md has the list with types and defaults.
 */
SPHEX_API enum sphex_status sphex_count_set(
	struct sphex_count *, const char *key, const char *value, struct sphex_error *);

/*
 * Sites given by the caller instead of a variant file: n rows, kept in this order; in the modes of
 * WASP2. Arrays are borrowed until sphex_count_run() returns. Alleles are byte strings: row i of
 * `refs` is refs[ref_offsets[i]] .. refs[ref_offsets[i + 1] - 1]. pos1 is 1-based; contig[i]
 * indexes contig_names.
 */
struct sphex_sites {
	size_t n;
	size_t n_contigs;
	const char *const *contig_names;
	const uint32_t *contig;
	const uint32_t *pos1;
	const char *refs;
	const uint64_t *ref_offsets;
	const char *alts;
	const uint64_t *alt_offsets;
};
SPHEX_API enum sphex_status sphex_count_sites(
	struct sphex_count *, const struct sphex_sites *sites, struct sphex_error *);

/*
 * Warnings go to `fn` (never called from two threads at once); NULL drops them. `progress` is
 * called from the thread that runs, at most ten times a second; a return other than 0 cancels.
 */
SPHEX_API void sphex_count_on_warning(
	struct sphex_count *, void (*fn)(void *user, const char *text), void *user);
struct sphex_progress {
	uint64_t n_bytes;       /* compressed bytes of the BAM done */
	uint64_t n_bytes_total; /* 0 when unknown (a stream) */
	uint64_t n_records;
	double seconds; /* since sphex_count_run() began */
};
SPHEX_API void sphex_count_on_progress(
	struct sphex_count *, int (*fn)(void *user, const struct sphex_progress *), void *user);

/* Reads the variants, then the BAM. May be called once per handle. */
SPHEX_API enum sphex_status sphex_count_run(struct sphex_count *, struct sphex_error *);
/* Makes a run or a write in another thread end with SPHEX_E_CANCELLED soon. Safe in a signal
 * handler. */
SPHEX_API void sphex_count_cancel(struct sphex_count *);

/* ---- the table, after a successful run; owned by the handle */

enum sphex_column_kind { SPHEX_COLUMN_U32, SPHEX_COLUMN_TEXT };

/*
 * One column. U32: values[i]. TEXT: bytes text[offsets[i]] .. text[offsets[i + 1] - 1], UTF-8 as in
 * the input (Arrow's large-string layout). valid is NULL when no value is missing, else bit i
 * (least significant first) is 1 where row i has a value.
 */
struct sphex_column {
	const char *name;
	enum sphex_column_kind kind;
	const uint32_t *values;
	const uint64_t *offsets;
	const char *text;
	const uint8_t *valid;
};

SPHEX_API size_t sphex_count_n_rows(const struct sphex_count *);
SPHEX_API size_t sphex_count_n_columns(const struct sphex_count *);
/* Builds column i on first use. */
SPHEX_API enum sphex_status sphex_count_column(
	struct sphex_count *, size_t i, struct sphex_column *out, struct sphex_error *err);
/*
 * Writes the table. path "-" is standard output; a file is written beside its final place and
 * renamed when it is complete, so that a failure leaves an older file as it was. In native mode
 * this and the other outputs are BGZF, which gzip reads, under a path that ends in ".gz".
 */
SPHEX_API enum sphex_status sphex_count_write(
	struct sphex_count *, const char *path, struct sphex_error *err);

/*
 * Whether sphex_count_write() to `path` would fail, as far as can be seen before the run and
 * without making or opening anything: so that a long run does not end for nothing.
 */
SPHEX_API enum sphex_status sphex_count_check_output(
	struct sphex_count *, const char *path, struct sphex_error *err);

/* Writes what the run did as JSON. command_line is shown as given; NULL leaves it out. */
SPHEX_API enum sphex_status sphex_count_write_summary(
	struct sphex_count *, const char *path, const char *command_line, struct sphex_error *err);
/*
 * Writes, for each row at `position` ("chr1:12345", 1-based), every record there, what it says and
 * in which column it is counted. Reads the BAM again, so it must be a file. SPHEX_E_NOT_FOUND: no
 * such row. Native mode only.
 */
SPHEX_API enum sphex_status sphex_count_explain(
	struct sphex_count *, const char *position, const char *path, struct sphex_error *err);

/* Before the run: SPHEX_E_ARGUMENT when `position` is none, or when the BAM cannot be read a second
 * time. */
SPHEX_API enum sphex_status sphex_count_check_explain(
	struct sphex_count *, const char *position, struct sphex_error *err);

struct sphex_count_stats {
	uint64_t n_records;      /* records read; by an index fewer than there are */
	uint64_t n_covering;     /* of these, that lay over a listed variant */
	uint64_t n_observations; /* judged; native: one for each variant that a record looks at */
	uint64_t n_counted;      /* counted */
	uint64_t n_bam_bytes;    /* compressed bytes read */
	uint64_t n_rows;
	uint64_t n_rows_covered; /* rows with at least one count */
	double seconds_variants;
	double seconds_bam;
	unsigned n_threads;
	const char *simd; /* the kernel row that ran */
	/*
	 * "used": records far from all variants were not read. Else all were read, and the index
	 * was "none", "not needed" (reading all is less work), "refused" (it does not fit; a
	 * warning said so) or "off".
	 */
	const char *index;
};
SPHEX_API void sphex_count_stats(const struct sphex_count *, struct sphex_count_stats *out);

/*
 * What became of everything that went into a native run; docs/counting.md explains the names.
 * Kinds, in this order, each of which adds up to all of it: variants      the ALTs of the file, and
 * the records of which no ALT was looked at records       those that were read (n_records): used,
 * or why not observations  one for each variant that a record looks at (n_observations): by the
 * column of the table, and same_fragment for the records of a fragment beyond its first
 */
struct sphex_fate {
	const char *kind, *name; /* static */
	uint64_t n;
};
/* Number i, from 0 on. False behind the last one; in other modes and without a run there is none.
 */
SPHEX_API bool sphex_count_fate(const struct sphex_count *, size_t i, struct sphex_fate *out);

/* ---------------------------------------------------------------- GATK's ASEReadCounter */

/*
 * The tables of GATK 4's tool of that name: several BAMs, several VCFs, a FASTA. Its own handle,
 * for its options are its own.
 */
struct sphex_ase;

/* *out is NULL on failure. Free with sphex_ase_free(). */
SPHEX_API enum sphex_status sphex_ase_new(struct sphex_ase **out, struct sphex_error *err);
SPHEX_API void sphex_ase_free(struct sphex_ase *ase);

/*
 * Options by GATK's long names, without dashes. Each may be set once; but input, variant,
 * intervals, exclude-intervals, read-filter and disable-read-filter add up. input and variant are
 * needed, and reference as soon as a read is counted. disable-sequence-dictionary-validation is
 * "true" or "false". Not of GATK: allow-truncated, drop-cache, index and unit-blocks, as for the
 * counter.
 */
SPHEX_API enum sphex_status sphex_ase_set(
	struct sphex_ase *, const char *key, const char *value, struct sphex_error *);
SPHEX_API enum sphex_status sphex_ase_threads(struct sphex_ase *, unsigned n, struct sphex_error *);
SPHEX_API enum sphex_status sphex_ase_simd(
	struct sphex_ase *, const char *row, struct sphex_error *);
SPHEX_API void sphex_ase_on_warning(
	struct sphex_ase *, void (*fn)(void *user, const char *text), void *user);
SPHEX_API void sphex_ase_on_progress(
	struct sphex_ase *, int (*fn)(void *user, const struct sphex_progress *), void *user);
/* As sphex_count_run(), _cancel(), _check_output(), _write() and _stats(). */
SPHEX_API enum sphex_status sphex_ase_run(struct sphex_ase *, struct sphex_error *);
SPHEX_API void sphex_ase_cancel(struct sphex_ase *);
SPHEX_API enum sphex_status sphex_ase_check_output(
	struct sphex_ase *, const char *path, struct sphex_error *);
SPHEX_API enum sphex_status sphex_ase_write(
	struct sphex_ase *, const char *path, struct sphex_error *);
SPHEX_API void sphex_ase_stats(const struct sphex_ase *, struct sphex_count_stats *out);

/* ---------------------------------------------------------------- the decoder */

struct sphex_bam;
struct sphex_batch;

struct sphex_bam_options {
	unsigned n_threads;   /* 0: sphex_cpu_n_threads() */
	const char *simd;     /* NULL: best row */
	bool allow_truncated; /* a missing EOF marker is no error */
};

/*
 * Opens a BAM (BGZF, plain gzip or uncompressed; "-" is standard input) and reads its header.
 * options may be NULL. *out is NULL on failure.
 */
SPHEX_API enum sphex_status sphex_bam_open(const char *path,
	const struct sphex_bam_options *options, struct sphex_bam **out, struct sphex_error *err);
SPHEX_API void sphex_bam_close(struct sphex_bam *);

/* Header text as stored (SAM specification 1.3), not NUL-terminated. */
SPHEX_API const char *sphex_bam_header_text(const struct sphex_bam *, size_t *nbytes);
SPHEX_API size_t sphex_bam_n_refs(const struct sphex_bam *);
/* Name (NUL-terminated) and length in bases of binary reference i. */
SPHEX_API const char *sphex_bam_ref_name(const struct sphex_bam *, size_t i);
SPHEX_API uint32_t sphex_bam_ref_length(const struct sphex_bam *, size_t i);

/*
 * The next batch of records, in file order whatever the number of threads. SPHEX_END after the
 * last one. The batch and all its views are valid until the next call.
 */
SPHEX_API enum sphex_status sphex_bam_next(
	struct sphex_bam *, const struct sphex_batch **out, struct sphex_error *err);

/* Columns; each has sphex_batch_n_records() values. */
SPHEX_API size_t sphex_batch_n_records(const struct sphex_batch *);
SPHEX_API const int32_t *sphex_batch_ref_ids(const struct sphex_batch *); /* -1: none */
SPHEX_API const int32_t *sphex_batch_pos0(const struct sphex_batch *);    /* 0-based; -1: none */
SPHEX_API const uint16_t *sphex_batch_flags(const struct sphex_batch *);
SPHEX_API const uint8_t *sphex_batch_mapqs(const struct sphex_batch *);
SPHEX_API const uint32_t *sphex_batch_n_bases(const struct sphex_batch *); /* l_seq; 0 for SEQ * */
SPHEX_API const int32_t *sphex_batch_mate_ref_ids(const struct sphex_batch *);
SPHEX_API const int32_t *sphex_batch_mate_pos0(const struct sphex_batch *);
SPHEX_API const int32_t *sphex_batch_tlens(const struct sphex_batch *);

/* Views of record i in [0, n_records). */
/* QNAME, NUL-terminated; nbytes (may be NULL) without the NUL. */
SPHEX_API const char *sphex_batch_name(const struct sphex_batch *, size_t i, size_t *nbytes);
/*
 * CIGAR as little-endian 32-bit words (length << 4 | operation, MIDNSHP=X), from the CG tag where
 * the record keeps it there (SAM specification 4.2.2). Not aligned: read with memcpy.
 */
SPHEX_API const void *sphex_batch_cigar(const struct sphex_batch *, size_t i, size_t *n_ops);
/* Two bases a byte, first base in the high half, codes "=ACMGRSVTWYHKDBN". */
SPHEX_API const uint8_t *sphex_batch_bases4(const struct sphex_batch *, size_t i);
/* n_bases values, not +33; all 0xFF when absent. */
SPHEX_API const uint8_t *sphex_batch_quals(const struct sphex_batch *, size_t i);
/* Bases [first, first + n) as one code 0..15 a byte; the range must lie in the record. */
SPHEX_API void sphex_batch_unpack(
	const struct sphex_batch *, size_t i, size_t first, size_t n, uint8_t *codes);
/* Bit j of mask[j / 64] is 1 where quality j >= threshold; writes (n_bases + 63) / 64 words. */
SPHEX_API void sphex_batch_quality_mask(
	const struct sphex_batch *, size_t i, uint8_t threshold, uint64_t *mask);

/* A tag's value (SAM specification 4.2.4). Numbers are widened; Z and H point to NUL-terminated
 * text. */
struct sphex_tag {
	char type;            /* A c C s S i I f d Z H B, as stored */
	char subtype;         /* element type of B, else 0 */
	int64_t integer;      /* A and the integer types */
	double real;          /* f, and d of older files */
	const char *text;     /* Z, H */
	const void *elements; /* B: little-endian, not aligned */
	uint32_t n;           /* B: elements; Z, H: bytes without the NUL */
};
/* True when record i has the tag. Damaged tags end the search: false. */
SPHEX_API bool sphex_batch_tag(
	const struct sphex_batch *, size_t i, const char name[2], struct sphex_tag *out);

#ifdef __cplusplus
}
#endif
#endif
