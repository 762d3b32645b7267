/* BAM bytes in, index bytes out; see index_builder.h. */
#include "index_builder.h"

#include <stdio.h>
#include <stdlib.h>

enum { BAI_SHIFT = 14, BAI_DEPTH = 5, CSI_SHIFT = 12, CSI_DEPTH = 6, MAX_WINDOWS = 100 };

static uint64_t number_at(const uint8_t *p, size_t nbytes)
{
	uint64_t n = 0;

	while (nbytes-- > 0)
		n = n << 8 | p[nbytes];
	return n;
}

static void *array_of(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (!p)
		abort();
	return p;
}

/* ---------------------------------------------------------------- where records lie */

/* Blocks are passed as places in the inflated bytes ascend. */
struct walk {
	const struct bytes *file;
	size_t block, inflated; /* where the block begins, in the file and inflated */
};

static size_t block_nbytes(const struct walk *w)
{
	const uint8_t *p = w->file->data + w->block;
	size_t bsize_at = 10 + p[10]; /* BC is the last subfield of what bam_builder.c makes */

	return (size_t)number_at(p + bsize_at, 2) + 1;
}

/* The first block that holds or begins with inflated byte `at`: an empty one in front counts. */
static uint64_t voffset_of(struct walk *w, size_t at)
{
	for (;;) {
		size_t nbytes = block_nbytes(w);
		size_t isize = (size_t)number_at(w->file->data + w->block + nbytes - 4, 4);

		if (at == w->inflated || at < w->inflated + isize)
			return (uint64_t)w->block << 16 | (at - w->inflated);
		w->block += nbytes;
		w->inflated += isize;
	}
}

static size_t header_nbytes(const struct bytes *bam, uint32_t *n_refs)
{
	size_t at = 8 + (size_t)number_at(bam->data + 4, 4);

	*n_refs = (uint32_t)number_at(bam->data + at, 4);
	at += 4;
	for (uint32_t i = 0; i < *n_refs; i++)
		at += 8 + (size_t)number_at(bam->data + at, 4);
	return at;
}

static int64_t span_of(const uint8_t *record)
{
	const uint8_t *cigar = record + 36 + record[12];
	int64_t span = 0;

	for (size_t i = 0; i < number_at(record + 16, 2); i++) {
		uint32_t word = (uint32_t)number_at(cigar + 4 * i, 4);

		if (0x18D >> (word & 15) & 1) /* M D N = X */
			span += word >> 4;
	}
	return span;
}

struct indexed_reads indexed_reads_of(const struct bytes *bam, const struct bytes *file)
{
	struct indexed_reads reads = {0};
	struct walk walk = {file, 0, 0};
	size_t first = header_nbytes(bam, &reads.n_refs), n = 0;

	for (size_t at = first; at < bam->n; n++)
		at += 4 + (size_t)number_at(bam->data + at, 4);
	reads.items = array_of(n, sizeof(*reads.items));
	reads.first = voffset_of(&walk, first);
	for (size_t at = first; at < bam->n;) {
		const uint8_t *p = bam->data + at;
		struct indexed_read *r = &reads.items[reads.n++];
		int64_t span = span_of(p);

		r->ref_id = (int32_t)number_at(p + 4, 4);
		r->pos0 = (int32_t)number_at(p + 8, 4);
		r->unmapped = p[18] & 4;
		r->end0 = r->pos0 + (r->unmapped || !span ? 1 : span);
		r->at = at;
		r->nbytes = 4 + (size_t)number_at(p, 4);
		r->begin = voffset_of(&walk, at);
		at += r->nbytes;
		r->end = voffset_of(&walk, at);
	}
	return reads;
}

void indexed_reads_free(struct indexed_reads *reads)
{
	free(reads->items);
	*reads = (struct indexed_reads){0};
}

/* ---------------------------------------------------------------- bins */

struct built_chunk {
	uint32_t bin;
	uint64_t begin, end;
};

/* The SAM specification's reg2bin for any size of bins. */
static uint32_t bin_of(int64_t beg, int64_t end, int shift, int depth)
{
	int64_t first = ((1LL << depth * 3) - 1) / 7;
	int s = shift;

	--end;
	for (int level = depth; level > 0; level--) {
		if (beg >> s == end >> s)
			return (uint32_t)(first + (beg >> s));
		s += 3;
		first -= 1LL << (level - 1) * 3;
	}
	return 0;
}

/* First position of a bin. */
static int64_t bin_begin(uint32_t bin, int shift, int depth)
{
	int64_t first = 0, next = 1;
	int level = 0;

	while (bin >= next) {
		first = next;
		level++;
		next += 1LL << 3 * level;
	}
	return (bin - first) << (shift + 3 * (depth - level));
}

static int compare_chunks(const void *a, const void *b)
{
	const struct built_chunk *x = a, *y = b;

	if (x->bin != y->bin)
		return x->bin < y->bin ? -1 : 1;
	return (x->begin > y->begin) - (x->begin < y->begin);
}

/* Place of the first mapped record of the reference that lies on pos0 or behind it; 0: none. */
static uint64_t floor_at(const struct indexed_reads *reads, int32_t ref_id, int64_t pos0)
{
	for (size_t i = 0; i < reads->n; i++) {
		const struct indexed_read *r = &reads->items[i];

		if (r->ref_id == ref_id && !r->unmapped && r->end0 > pos0)
			return r->begin;
	}
	return 0;
}

static size_t collect_chunks(const struct indexed_reads *reads, int32_t ref_id, int shift,
	int depth, struct built_chunk *out)
{
	size_t n = 0;

	for (size_t i = 0; i < reads->n; i++) {
		const struct indexed_read *r = &reads->items[i];
		uint32_t bin = bin_of(r->pos0, r->end0, shift, depth);

		if (r->ref_id != ref_id)
			continue;
		if (n && out[n - 1].bin == bin)
			out[n - 1].end = r->end;
		else
			out[n++] = (struct built_chunk){bin, r->begin, r->end};
	}
	qsort(out, n, sizeof(*out), compare_chunks);
	return n;
}

static void add_bins(
	struct bytes *out, const struct indexed_reads *reads, int32_t ref_id, enum built_index kind)
{
	int shift = kind == BUILT_CSI ? CSI_SHIFT : BAI_SHIFT;
	int depth = kind == BUILT_CSI ? CSI_DEPTH : BAI_DEPTH;
	struct built_chunk *chunks = array_of(reads->n, sizeof(*chunks));
	size_t n = collect_chunks(reads, ref_id, shift, depth, chunks), n_bins = 0;

	for (size_t i = 0; i < n; i++)
		n_bins += i == 0 || chunks[i].bin != chunks[i - 1].bin;
	bytes_add_number(out, n_bins, 4);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && chunks[end].bin == chunks[i].bin; end++)
			;
		bytes_add_number(out, chunks[i].bin, 4);
		if (kind == BUILT_CSI)
			bytes_add_number(out,
				floor_at(reads, ref_id, bin_begin(chunks[i].bin, shift, depth)), 8);
		bytes_add_number(out, end - i, 4);
		for (size_t j = i; j < end; j++) {
			bytes_add_number(out, chunks[j].begin, 8);
			bytes_add_number(out, chunks[j].end, 8);
		}
	}
	free(chunks);
}

static void add_windows(struct bytes *out, const struct indexed_reads *reads, int32_t ref_id)
{
	size_t n = 0;

	while (n < MAX_WINDOWS && floor_at(reads, ref_id, (int64_t)n << BAI_SHIFT))
		n++;
	bytes_add_number(out, n, 4);
	for (size_t i = 0; i < n; i++)
		bytes_add_number(out, floor_at(reads, ref_id, (int64_t)i << BAI_SHIFT), 8);
}

struct bytes index_of(const struct indexed_reads *reads, enum built_index kind)
{
	struct bytes out = {0};

	bytes_add(&out, kind == BUILT_CSI ? "CSI\1" : "BAI\1", 4);
	if (kind == BUILT_CSI) {
		bytes_add_number(&out, CSI_SHIFT, 4);
		bytes_add_number(&out, CSI_DEPTH, 4);
		bytes_add_number(&out, 0, 4);
	}
	bytes_add_number(&out, reads->n_refs, 4);
	for (uint32_t i = 0; i < reads->n_refs; i++) {
		add_bins(&out, reads, (int32_t)i, kind);
		if (kind == BUILT_BAI)
			add_windows(&out, reads, (int32_t)i);
	}
	return out;
}

/* ---------------------------------------------------------------- reads */

void random_spliced_bam(struct bytes *bam, uint64_t seed, size_t n_records)
{
	struct prng r = {seed};
	size_t n_placed = n_records - n_records / 10;
	uint64_t place = 0, step = 10u * RANDOM_N_REFS * RANDOM_REF_NBASES / (3 * n_placed + 1);

	random_bam_start(bam);
	for (size_t i = 0; i < n_records; i++) {
		bool placed = i < n_placed;
		char cigar[64] = "50M";
		size_t kind = prng_below(&r, 20);

		if (kind == 0)
			snprintf(cigar, sizeof(cigar), "20M%uN30M",
				1 + (unsigned)prng_below(&r, 200000));
		/* here close together, there far apart: so bins are full, or not there */
		place +=
			prng_below(&r, 4) ? prng_below(&r, step / 8 + 1) : prng_below(&r, step * 2);
		if (place >= (uint64_t)RANDOM_N_REFS * RANDOM_REF_NBASES)
			place = (uint64_t)RANDOM_N_REFS * RANDOM_REF_NBASES - 1;
		bam_add(bam, (struct bam_read){.name = "r",
				     .flag = !placed || kind == 1 ? 4 : 0,
				     .ref_id = placed ? (int32_t)(place / RANDOM_REF_NBASES) : -1,
				     .pos0 = placed ? (int32_t)(place % RANDOM_REF_NBASES) : -1,
				     .cigar = kind == 2 ? "*" : cigar,
				     .seq = "ACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTACGTAC"});
	}
}
