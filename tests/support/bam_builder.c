/* Builds BAM, BGZF, gzip and VCF for tests; the interface tells what comes in and goes out. */
#include "bam_builder.h"

#include <errno.h>
#include <libdeflate.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	MAX_OPS = 65535,             /* n_cigar_op has 16 bits */
	DEFAULT_BLOCK_NBYTES = 65280 /* stored bytes and their frame still fit into 64 KiB */
};

static void check(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "bam_builder: %s\n", what);
	abort();
}

/* ---------------------------------------------------------------- growing bytes */

/* Room for nbytes more behind the end. */
static uint8_t *bytes_reserve(struct bytes *b, size_t nbytes)
{
	if (b->n + nbytes > b->cap) {
		b->cap = 2 * (b->n + nbytes);
		b->data = realloc(b->data, b->cap);
		check(b->data, "out of memory");
	}
	return b->data + b->n;
}

void bytes_free(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes){0};
}

void bytes_add(struct bytes *b, const void *data, size_t nbytes)
{
	if (nbytes == 0)
		return;
	memcpy(bytes_reserve(b, nbytes), data, nbytes);
	b->n += nbytes;
}

static void put_number(uint8_t *p, uint64_t value, size_t nbytes)
{
	for (size_t i = 0; i < nbytes; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

void bytes_add_number(struct bytes *b, uint64_t value, size_t nbytes)
{
	put_number(bytes_reserve(b, nbytes), value, nbytes);
	b->n += nbytes;
}

void bytes_print(struct bytes *b, const char *fmt, ...)
{
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	check(length >= 0, "bytes_print: bad format");
	va_start(args, fmt);
	vsnprintf((char *)bytes_reserve(b, (size_t)length + 1), (size_t)length + 1, fmt, args);
	va_end(args);
	b->n += (size_t)length;
}

/* ---------------------------------------------------------------- BAM */

void bam_start(struct bytes *bam, const char *text, size_t n_refs, const struct bam_ref *refs)
{
	size_t text_nbytes = text ? strlen(text) : 0;

	bytes_add(bam, "BAM\1", 4);
	bytes_add_number(bam, text_nbytes, 4);
	bytes_add(bam, text, text_nbytes);
	bytes_add_number(bam, n_refs, 4);
	for (size_t i = 0; i < n_refs; i++) {
		size_t name_nbytes = strlen(refs[i].name) + 1;

		bytes_add_number(bam, name_nbytes, 4);
		bytes_add(bam, refs[i].name, name_nbytes);
		bytes_add_number(bam, refs[i].length, 4);
	}
}

/* Index of the letter in the list, which is its code in BAM. */
static uint32_t letter_code(const char *letters, char letter)
{
	const char *found = letter ? strchr(letters, letter) : NULL;

	check(found, "unknown letter in a CIGAR or a sequence");
	return (uint32_t)(found - letters);
}

/* The operations of the read as words, from text or as they were given. */
static struct bytes cigar_words(const struct bam_read *read)
{
	struct bytes words = {0};
	const char *p = read->cigar;

	for (size_t i = 0; !p && i < read->n_ops; i++)
		bytes_add_number(&words, read->ops[i], 4);
	if (p && strcmp(p, "*") == 0)
		return words;
	while (p && *p) {
		char *letter;
		unsigned long length = strtoul(p, &letter, 10);

		check(letter != p && length < 1ul << 28, "a CIGAR operation lacks its length");
		bytes_add_number(&words, length << 4 | letter_code("MIDNSHP=XB", *letter), 4);
		p = letter + 1;
	}
	return words;
}

/* Reference bases that the operations cover: M, D, N, = and X. */
static uint32_t reference_span(const struct bytes *words)
{
	uint32_t span = 0;

	for (size_t i = 0; i < words->n; i += 4) {
		uint32_t word = 0;

		for (size_t k = 0; k < 4; k++)
			word |= (uint32_t)words->data[i + k] << 8 * k;
		if ((word & 15) < 9 && (0x18du >> (word & 15) & 1))
			span += word >> 4;
	}
	return span;
}

/* The smallest bin of the BAI scheme that holds [beg0, end0) (SAM specification 5.3). */
static uint32_t smallest_bin(uint32_t beg0, uint32_t end0)
{
	uint32_t last0 = end0 > beg0 ? end0 - 1 : beg0;

	for (unsigned level = 5, shift = 14; level > 0; level--, shift += 3)
		if (beg0 >> shift == last0 >> shift)
			return ((1u << 3 * level) - 1) / 7 + (beg0 >> shift);
	return 0;
}

static void add_bases(struct bytes *bam, const char *seq, size_t n)
{
	static const char letters[] = "=ACMGRSVTWYHKDBN";

	for (size_t i = 0; i < n; i += 2) {
		uint32_t low = i + 1 < n ? letter_code(letters, seq[i + 1]) : 0;

		bytes_add_number(bam, letter_code(letters, seq[i]) << 4 | low, 1);
	}
}

static void add_quals(struct bytes *bam, const char *quals, size_t n)
{
	check(!quals || strlen(quals) == n, "quals and seq differ in length");
	for (size_t i = 0; i < n; i++)
		bytes_add_number(bam, quals ? (uint64_t)(quals[i] - 33) : 0xFF, 1);
}

/* Where the operations stand in the record: all of them, or "l_seq S, span N" as a placeholder. */
static void add_cigar(struct bytes *bam, const struct bytes *words, size_t n_bases)
{
	if (words->n / 4 <= MAX_OPS) {
		bytes_add(bam, words->data, words->n);
		return;
	}
	bytes_add_number(bam, n_bases << 4 | 4, 4);
	bytes_add_number(bam, (uint64_t)reference_span(words) << 4 | 3, 4);
}

size_t bam_add(struct bytes *bam, struct bam_read read)
{
	size_t start = bam->n;
	const char *name = read.name ? read.name : "*";
	size_t name_nbytes = strlen(name) + 1;
	size_t n_bases = read.seq ? strlen(read.seq) : 0;
	struct bytes words = cigar_words(&read);
	bool is_long = words.n / 4 > MAX_OPS;
	uint32_t beg0 = (uint32_t)read.pos0;
	uint32_t span = reference_span(&words);

	check(name_nbytes <= 255, "a read name has at most 254 bytes");
	bytes_add_number(bam, 0, 4);
	bytes_add_number(bam, (uint32_t)read.ref_id, 4);
	bytes_add_number(bam, beg0, 4);
	bytes_add_number(bam, name_nbytes, 1);
	bytes_add_number(bam, read.mapq, 1);
	bytes_add_number(bam, read.pos0 < 0 ? 4680 : smallest_bin(beg0, beg0 + span), 2);
	bytes_add_number(bam, is_long ? 2 : words.n / 4, 2);
	bytes_add_number(bam, read.flag, 2);
	bytes_add_number(bam, n_bases, 4);
	bytes_add_number(bam, (uint32_t)read.mate_ref_id, 4);
	bytes_add_number(bam, (uint32_t)read.mate_pos0, 4);
	bytes_add_number(bam, (uint32_t)read.tlen, 4);
	bytes_add(bam, name, name_nbytes);
	add_cigar(bam, &words, n_bases);
	add_bases(bam, read.seq, n_bases);
	add_quals(bam, read.quals, n_bases);
	bytes_add(bam, read.tags, read.tags_nbytes);
	if (is_long) {
		bytes_add(bam, "CGBI", 4);
		bytes_add_number(bam, words.n / 4, 4);
		bytes_add(bam, words.data, words.n);
	}
	put_number(bam->data + start, bam->n - start - 4, 4);
	bytes_free(&words);
	return start;
}

/* ---------------------------------------------------------------- containers */

/* One block (SAM specification 4.1): header, subfields, deflated bytes, CRC32, ISIZE. */
static void add_block(struct bytes *out, struct libdeflate_compressor *deflate, const uint8_t *data,
	size_t nbytes, bool extra_subfield)
{
	static const uint8_t magic[] = {0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff};
	static const uint8_t other[] = {'Z', 'Z', 3, 0, 'B', 'C', 2};
	size_t start = out->n, bsize_at, room = 65536, deflated;

	bytes_add(out, magic, sizeof(magic));
	bytes_add_number(out, extra_subfield ? 6 + sizeof(other) : 6, 2);
	if (extra_subfield)
		bytes_add(out, other, sizeof(other));
	bytes_add(out, "BC\2\0", 4);
	bsize_at = out->n;
	bytes_add_number(out, 0, 2);
	room -= out->n - start + 8;
	deflated =
		libdeflate_deflate_compress(deflate, data, nbytes, bytes_reserve(out, room), room);
	check(deflated > 0, "a block does not fit into 64 KiB");
	out->n += deflated;
	bytes_add_number(out, libdeflate_crc32(0, data, nbytes), 4);
	bytes_add_number(out, nbytes, 4);
	put_number(out->data + bsize_at, out->n - start - 1, 2);
}

static uint32_t number_at(const struct bytes *b, size_t at)
{
	check(at + 4 <= b->n, "whole_records needs a whole BAM");
	return (uint32_t)b->data[at] | (uint32_t)b->data[at + 1] << 8 |
	       (uint32_t)b->data[at + 2] << 16 | (uint32_t)b->data[at + 3] << 24;
}

static size_t header_nbytes(const struct bytes *bam)
{
	size_t at = 8 + number_at(bam, 4);
	uint32_t n_refs = number_at(bam, at);

	for (at += 4; n_refs > 0; n_refs--)
		at += 8 + number_at(bam, at);
	return at;
}

/*
 * End of the block that begins at `at`. *item_end is where the header or record ends that `at` is
 * in, and is moved on; items that begin in the block are kept whole.
 */
static size_t block_end(
	const struct bytes *data, size_t at, size_t step, size_t header, size_t *item_end)
{
	size_t limit = data->n - at < step ? data->n : at + step;
	size_t end = *item_end;

	if (end > limit)
		return limit;
	while (end < data->n) {
		*item_end = end + 4 + number_at(data, end);
		if (*item_end > limit || at < header)
			break;
		end = *item_end;
	}
	return end;
}

struct bytes bgzf_wrap(const struct bytes *data, struct bgzf_shape shape)
{
	static const uint8_t eof[] = {0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C', 2, 0,
		27, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0};
	struct libdeflate_compressor *deflate = libdeflate_alloc_compressor(shape.level);
	size_t step = shape.block_nbytes ? shape.block_nbytes : DEFAULT_BLOCK_NBYTES;
	/* Without regard for records everything is one long item. */
	size_t header = shape.whole_records ? header_nbytes(data) : data->n;
	size_t item_end = header;
	struct bytes out = {0};

	check(deflate, "unknown deflate level");
	check(step <= DEFAULT_BLOCK_NBYTES, "block_nbytes is above 65280");
	for (size_t at = 0, end; at < data->n; at = end) {
		end = block_end(data, at, step, header, &item_end);
		add_block(&out, deflate, data->data + at, end - at, shape.extra_subfield);
		if (shape.empty_blocks)
			add_block(&out, deflate, data->data, 0, shape.extra_subfield);
	}
	if (!shape.no_eof)
		bytes_add(&out, eof, sizeof(eof));
	libdeflate_free_compressor(deflate);
	return out;
}

struct bytes gzip_wrap(const struct bytes *data, int level)
{
	struct libdeflate_compressor *deflate = libdeflate_alloc_compressor(level);
	struct bytes out = {0};
	size_t room;

	check(deflate, "unknown deflate level");
	room = libdeflate_gzip_compress_bound(deflate, data->n);
	out.n = libdeflate_gzip_compress(
		deflate, data->data, data->n, bytes_reserve(&out, room), room);
	check(out.n > 0, "gzip_wrap failed");
	libdeflate_free_compressor(deflate);
	return out;
}

size_t bgzf_block_offset(const struct bytes *file, size_t k)
{
	size_t at = 0;

	for (; k > 0; k--) {
		size_t bsize_at;

		check(at + 28 <= file->n, "the file has fewer blocks");
		/* BC is the last subfield of every block made here. */
		bsize_at = at + 10 + file->data[at + 10];
		at += (size_t)file->data[bsize_at] + 256u * file->data[bsize_at + 1] + 1;
	}
	return at;
}

/* ---------------------------------------------------------------- VCF text */

void vcf_start(struct bytes *vcf, const char *const *contigs, const char *const *samples)
{
	bytes_print(vcf, "##fileformat=VCFv4.2\n");
	for (; contigs && *contigs; contigs++)
		bytes_print(vcf, "##contig=<ID=%s>\n", *contigs);
	if (samples)
		bytes_print(
			vcf, "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n");
	bytes_print(
		vcf, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO%s", samples ? "\tFORMAT" : "");
	for (; samples && *samples; samples++)
		bytes_print(vcf, "\t%s", *samples);
	bytes_print(vcf, "\n");
}

void vcf_add(struct bytes *vcf, const char *contig, uint32_t pos1, const char *ref, const char *alt,
	const char *genotypes)
{
	bytes_print(vcf, "%s\t%lu\t.\t%s\t%s\t.\t.\t.", contig, (unsigned long)pos1, ref, alt);
	bytes_print(vcf, genotypes ? "\tGT\t%s\n" : "\n", genotypes);
}

/* ---------------------------------------------------------------- files */

char *temp_file(const struct bytes *b, const char *suffix)
{
	const char *folder = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
	struct bytes path = {0};
	FILE *file = NULL;

	for (unsigned i = 0; !file; i++) {
		path.n = 0;
		bytes_print(&path, "%s/sphex-%ld-%u%s%c", folder, (long)getpid(), i, suffix, '\0');
		file = fopen((char *)path.data, "wbx");
		check(file || errno == EEXIST, "cannot create a temporary file");
	}
	check((!b->n || fwrite(b->data, 1, b->n, file) == b->n) && fclose(file) == 0,
		"cannot write a file");
	return (char *)path.data;
}

void temp_remove(char *path)
{
	unlink(path);
	free(path);
}
