/* Records of a BCF 2.2 (VCF specification 6): views of them, one after the other. */
#ifndef SPHEX_BCF_H
#define SPHEX_BCF_H

#include "base/cursor.h"
#include "bgzf/stream.h"
#include "chosen.h"
#include "select.h"
#include "vcf_header.h"

#define BCF_MAGIC_NBYTES ((size_t)5)

/* Text that has to be put together; it lasts until the next record. */
struct bcf_text {
	char *p;
	size_t n, cap;
};

/* Typed values: n of them, for each sample where there are samples. */
struct bcf_values {
	unsigned type;
	uint32_t n;
	const uint8_t *p;
};

/* An entry of a dictionary; name.p is NULL before the first. */
struct bcf_name {
	int32_t index;
	struct span name;
};

/* Zeroed, then set by bcf_start(); the first group is the caller's. */
struct bcf {
	struct stream *stream;
	const struct vcf_header *header;
	const struct chosen_samples *chosen;

	const uint8_t *window;
	size_t n, used;                 /* bytes in the window; of these, read */
	uint64_t number;                /* of the current record, from 1 */
	int32_t gt_key, ac_key, an_key; /* dictionary indexes, -1 without */
	struct cursor info;             /* of the current record */
	struct bcf_values gt;           /* of the current record; p is NULL when it has none */
	uint32_t n_info, n_alts, n_formats;
	struct bcf_text alt, filter, gts;
	struct bcf_name contig, filter_name; /* of the last record */
};

/* True when these are the first bytes of a BCF, of whatever version. */
bool bcf_is_bcf(const uint8_t *data, size_t n);
/* Reads the header; `window` is what the stream gave so far. */
enum sphex_status bcf_read_header(struct bcf *bcf, const uint8_t *window, size_t n,
	struct vcf_header *header, struct sphex_error *err);
void bcf_free(struct bcf *bcf);
/*
 * The next record: all but its genotypes; SPHEX_END behind the last. All of its fields are walked
 * over, also those that nobody asked for: what htslib refuses is an error.
 */
enum sphex_status bcf_record(struct bcf *bcf, struct record_view *view, struct sphex_error *err);
/* Genotypes of the chosen samples in that record, as bcftools writes them. */
enum sphex_status bcf_genotypes(struct bcf *bcf, struct record_view *view, struct sphex_error *err);

#endif
