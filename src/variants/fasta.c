/*
 * The text of the FASTA is read in pieces: blocks of a BGZF file, or stretches of 64 KiB of a plain
 * one. Piece k is kept in slot k % N_SLOTS, so neighbours never drive each other out.
 */
#include "fasta.h"

#include <string.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/memory.h"
#include "bgzf/blocks.h"
#include "fai.h"

#define PIECE_NBYTES ((size_t)BGZF_MAX_BLOCK_NBYTES)
#define N_SLOTS 8u
#define NO_PIECE UINT64_MAX
/* What is looked at before and behind a contig to see whether the index fits. */
#define MARGIN_NBYTES 1024u

/* Where a BGZF block begins, in the file and in the text. */
struct block_start {
	uint64_t packed, text;
};

struct slot {
	uint64_t piece;
	uint8_t *bytes;
	size_t n;
};

struct fasta {
	char *path, *fai_path;
	bool has_fai; /* a file; else made in memory */
	struct input *in;
	uint64_t nbytes; /* of the text */
	struct fai fai;
	uint8_t *fits; /* per contig: its margins were looked at */
	/* BGZF: n_blocks starts and one more where the text ends */
	bool is_bgzf, has_gzi;
	struct block_reader reader;
	struct block_start *blocks;
	size_t n_blocks, blocks_cap;
	struct slot slots[N_SLOTS];
	uint8_t *room; /* of the slots */
};

/* ---------------------------------------------------------------- blocks */

static enum sphex_status add_block(
	struct fasta *f, struct block_start start, struct sphex_error *err)
{
	if (!memory_reserve(&f->blocks, &f->blocks_cap, f->n_blocks + 1, sizeof(*f->blocks)))
		return fail_memory(err);
	f->blocks[f->n_blocks++] = start;
	return SPHEX_OK;
}

/* True when the block can follow the last one. */
static bool is_next_block(const struct fasta *f, struct block_start start)
{
	const struct block_start *last = &f->blocks[f->n_blocks - 1];

	return start.packed > last->packed && start.packed < input_nbytes(f->in) &&
	       start.text >= last->text && start.text - last->text <= BGZF_MAX_BLOCK_NBYTES;
}

static enum sphex_status gzi_does_not_fit(const struct fasta *f, struct sphex_error *err)
{
	fail(err, SPHEX_E_DATA, "the FASTA is damaged, or its block index (.gzi) is not its own");
	with_hint(err, "make the block index again: bgzip -r");
	return at_file(err, f->path);
}

/* A .gzi: the number of pairs, then pairs of offsets (packed, text), all 64 bits; no first block.
 */
static enum sphex_status read_gzi(struct fasta *f, struct input *gzi, struct sphex_error *err)
{
	uint8_t bytes[16];
	size_t n;
	enum sphex_status status = input_read_at(gzi, 0, bytes, 8, &n, err);
	uint64_t n_pairs = n == 8 ? load_u64(bytes) : 0;

	if (!status && (n != 8 || n_pairs != (input_nbytes(gzi) - 8) / 16))
		status = gzi_does_not_fit(f, err);
	for (uint64_t i = 0; !status && i < n_pairs; i++) {
		struct block_start start;

		status = input_read_at(gzi, 8 + 16 * i, bytes, 16, &n, err);
		start = (struct block_start){load_u64(bytes), load_u64(bytes + 8)};
		if (!status && (n != 16 || !is_next_block(f, start)))
			status = gzi_does_not_fit(f, err);
		if (!status)
			status = add_block(f, start, err);
	}
	return status;
}

static enum sphex_status open_gzi(struct fasta *f, struct sphex_error *err)
{
	size_t n = strlen(f->path);
	char *path = memory_new(n + sizeof(".gzi"), 1);
	struct input *gzi = NULL;
	enum sphex_status status = SPHEX_OK;

	if (!path)
		return fail_memory(err);
	memcpy(path, f->path, n);
	memcpy(path + n, ".gzi", sizeof(".gzi"));
	f->has_gzi = access(path, F_OK) == 0;
	if (f->has_gzi) {
		status = input_open(path, &gzi, err);
		if (!status)
			status = read_gzi(f, gzi, err);
	}
	input_close(gzi);
	memory_free(path);
	return status;
}

/* From the last known block on to the end of the file; the sizes stand at the ends of the blocks.
 */
static enum sphex_status hop_to_end(struct fasta *f, struct sphex_error *err)
{
	struct block_start start = f->blocks[--f->n_blocks];
	struct block_hop hop = {.in = f->in, .offset = start.packed};
	enum sphex_status status;

	for (;;) {
		uint8_t isize[4];
		size_t n;

		status = block_hop_over(&hop, BGZF_MAX_BLOCK_NBYTES, 1, err);
		if (status || hop.at_end)
			break;
		status = input_read_at(f->in, hop.offset - 4, isize, 4, &n, err);
		if (!status)
			status = add_block(f, start, err);
		if (status)
			return status;
		start.packed = hop.offset;
		start.text += load_u32(isize);
	}
	if (status)
		return f->has_gzi && status == SPHEX_E_DATA ? gzi_does_not_fit(f, err) : status;
	if (!hop.ends_with_eof_marker) {
		fail(err, SPHEX_E_TRUNCATED, "the BGZF end-of-file marker is missing: cut off");
		with_hint(err, "copy, download or compress it again");
		return at_file(err, f->path);
	}
	f->nbytes = start.text;
	return add_block(f, start, err);
}

static enum sphex_status find_blocks(struct fasta *f, struct sphex_error *err)
{
	enum sphex_status status = block_reader_init(&f->reader, f->in, NULL, err);

	if (!status)
		status = add_block(f, (struct block_start){0, 0}, err);
	if (!status)
		status = open_gzi(f, err);
	if (!status)
		status = hop_to_end(f, err);
	if (!status)
		f->n_blocks--;
	return status;
}

/* ---------------------------------------------------------------- pieces */

/* The block that has the byte at `offset` of the text; offset < nbytes. */
static size_t block_of(const struct fasta *f, uint64_t offset)
{
	size_t low = 0, high = f->n_blocks;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (f->blocks[middle].text <= offset)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static enum sphex_status load_block(struct fasta *f, struct slot *slot, struct sphex_error *err)
{
	const struct block_start *start = &f->blocks[slot->piece];
	enum sphex_status status;

	block_reader_seek(&f->reader, start->packed);
	status = block_reader_next(&f->reader, slot->bytes, &slot->n, err);
	if (!status && slot->n == start[1].text - start->text)
		return SPHEX_OK;
	if (f->has_gzi && status != SPHEX_E_MEMORY && status != SPHEX_E_IO)
		return gzi_does_not_fit(f, err);
	if (status && status != SPHEX_END)
		return status;
	fail(err, SPHEX_E_DATA, "the FASTA changed while it was read");
	return at_file(err, f->path);
}

/* The slot with the byte at `offset` < nbytes, and where its bytes begin in the text. */
static enum sphex_status find_piece(struct fasta *f, uint64_t offset, const struct slot **out,
	uint64_t *begin, struct sphex_error *err)
{
	uint64_t piece = f->is_bgzf ? block_of(f, offset) : offset / PIECE_NBYTES;
	struct slot *slot = &f->slots[piece % N_SLOTS];
	enum sphex_status status = SPHEX_OK;

	*begin = f->is_bgzf ? f->blocks[piece].text : piece * PIECE_NBYTES;
	*out = slot;
	if (slot->piece == piece)
		return SPHEX_OK;
	slot->piece = piece;
	if (f->is_bgzf)
		status = load_block(f, slot, err);
	else
		status = input_read_at(f->in, *begin, slot->bytes, PIECE_NBYTES, &slot->n, err);
	if (status)
		slot->piece = NO_PIECE;
	return status;
}

/* Up to n bytes of the text; fewer at its end only. */
static enum sphex_status read_text(struct fasta *f, uint64_t offset, void *out, size_t n,
	size_t *n_read, struct sphex_error *err)
{
	for (*n_read = 0; *n_read < n && offset < f->nbytes;) {
		const struct slot *slot;
		uint64_t begin;
		size_t skip, part;
		enum sphex_status status = find_piece(f, offset, &slot, &begin, err);

		if (status)
			return status;
		skip = (size_t)(offset - begin);
		if (skip >= slot->n)
			break;
		part = slot->n - skip < n - *n_read ? slot->n - skip : n - *n_read;
		memcpy((uint8_t *)out + *n_read, slot->bytes + skip, part);
		*n_read += part;
		offset += part;
	}
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- opening */

static enum sphex_status no_text(const struct fasta *f, struct sphex_error *err)
{
	fail(err, SPHEX_E_UNSUPPORTED, "empty, or no file that can be read at any place");
	return at_file(err, f->path);
}

static enum sphex_status find_kind(struct fasta *f, struct sphex_error *err)
{
	uint8_t start[BGZF_EOF_NBYTES];
	struct bgzf_block block;
	size_t n;
	enum sphex_status status;

	f->nbytes = input_nbytes(f->in);
	if (!f->nbytes)
		return no_text(f, err);
	status = input_read_at(f->in, 0, start, sizeof(start), &n, err);
	if (status || n < 2 || start[0] != 0x1F || start[1] != 0x8B)
		return status;
	f->is_bgzf =
		n >= BGZF_HEADER_NBYTES && bgzf_block_parse(start, n, &block) != BGZF_NOT_A_BLOCK;
	if (f->is_bgzf) {
		status = find_blocks(f, err);
		return status || f->nbytes ? status : no_text(f, err);
	}
	fail(err, SPHEX_E_UNSUPPORTED, "a FASTA in plain gzip cannot be read at any place");
	with_hint(err, "compress it with bgzip instead of gzip");
	return at_file(err, f->path);
}

static enum sphex_status find_contigs(struct fasta *f, unsigned n_threads, struct sphex_error *err)
{
	enum sphex_status status;

	f->has_fai = access(f->fai_path, F_OK) == 0;
	if (f->has_fai)
		status = fai_read(f->fai_path, f->nbytes, &f->fai, err);
	else
		status = fai_make(f->path, n_threads, &f->fai, err);
	if (status)
		return status;
	f->fits = memory_new_zeroed(f->fai.n, 1);
	return f->fits ? SPHEX_OK : fail_memory(err);
}

static bool make_room(struct fasta *f, const char *path)
{
	size_t n = strlen(path);

	f->path = memory_copy_text(path, n);
	f->fai_path = memory_new(n + sizeof(".fai"), 1);
	f->room = memory_new_aligned(N_SLOTS * PIECE_NBYTES);
	if (!f->path || !f->fai_path || !f->room)
		return false;
	memcpy(f->fai_path, path, n);
	memcpy(f->fai_path + n, ".fai", sizeof(".fai"));
	for (size_t i = 0; i < N_SLOTS; i++)
		f->slots[i] = (struct slot){NO_PIECE, f->room + i * PIECE_NBYTES, 0};
	return true;
}

enum sphex_status fasta_open(
	const char *path, unsigned n_threads, struct fasta **out, struct sphex_error *err)
{
	struct fasta *f = memory_new_zeroed(1, sizeof(*f));
	enum sphex_status status;

	*out = NULL;
	if (!f || !make_room(f, path))
		status = fail_memory(err);
	else
		status = input_open(f->path, &f->in, err);
	if (!status)
		status = find_kind(f, err);
	if (!status)
		status = find_contigs(f, n_threads, err);
	if (status)
		fasta_close(f);
	else
		*out = f;
	return status;
}

void fasta_close(struct fasta *f)
{
	if (!f)
		return;
	block_reader_free(&f->reader);
	memory_free(f->blocks);
	memory_free(f->room);
	memory_free(f->fits);
	fai_free(&f->fai);
	input_close(f->in);
	memory_free(f->path);
	memory_free(f->fai_path);
	memory_free(f);
}

uint32_t fasta_n_contigs(const struct fasta *f)
{
	return (uint32_t)f->fai.n;
}

const char *fasta_name(const struct fasta *f, uint32_t contig)
{
	return pool_text(&f->fai.names, contig, NULL);
}

uint32_t fasta_find(const struct fasta *f, const char *name, size_t nbytes)
{
	return pool_find(&f->fai.names, name, nbytes);
}

uint64_t fasta_length(const struct fasta *f, uint32_t contig)
{
	return f->fai.items[contig].length;
}

/* ---------------------------------------------------------------- bases */

static enum sphex_status does_not_fit(
	const struct fasta *f, uint32_t contig, struct sphex_error *err)
{
	fail(err, SPHEX_E_DATA, "the index does not fit the FASTA at contig %.200s",
		fasta_name(f, contig));
	if (!f->has_fai) {
		with_hint(err, "the FASTA changed while it was read");
		return at_file(err, f->path);
	}
	with_hint(err, "make the index again: samtools faidx");
	at_line(err, (uint64_t)contig + 1);
	return at_file(err, f->fai_path);
}

/* True when `text`, which ends where the bases begin, ends with the contig's header line. */
static bool is_header(const struct fasta *f, uint32_t contig, const char *text, size_t n)
{
	size_t name_nbytes, begin = n;
	const char *name = pool_text(&f->fai.names, contig, &name_nbytes);

	if (!n || text[n - 1] != '\n')
		return false;
	do
		begin--;
	while (begin && text[begin - 1] != '\n');
	if (!begin && n == MARGIN_NBYTES) /* longer than the margin */
		return true;
	if (text[begin++] != '>')
		return false;
	while (text[begin] == ' ' || text[begin] == '\t')
		begin++;
	return n - begin > name_nbytes && memcmp(text + begin, name, name_nbytes) == 0 &&
	       (uint8_t)text[begin + name_nbytes] <= ' ';
}

/* True when only line ends stand before the next header or the end of the text. */
static bool is_contig_end(const char *text, size_t n)
{
	size_t i = 0;

	while (i < n && (text[i] == '\n' || text[i] == '\r'))
		i++;
	return i == n || (i && text[i] == '>');
}

/* Looks in front of the contig and behind it, once. */
static enum sphex_status check_contig(struct fasta *f, uint32_t contig, struct sphex_error *err)
{
	const struct fai_contig *c = &f->fai.items[contig];
	uint64_t end = fai_offset(c, c->length - 1) + 1;
	size_t n = c->offset < MARGIN_NBYTES ? (size_t)c->offset : MARGIN_NBYTES;
	char text[MARGIN_NBYTES];
	enum sphex_status status = read_text(f, c->offset - n, text, n, &n, err);

	if (status)
		return status;
	if (!is_header(f, contig, text, n))
		return does_not_fit(f, contig, err);
	status = read_text(f, end, text, MARGIN_NBYTES, &n, err);
	if (status)
		return status;
	if (!is_contig_end(text, n))
		return does_not_fit(f, contig, err);
	f->fits[contig] = 1;
	return SPHEX_OK;
}

/* Makes letters upper case; false when there is something that cannot be within a line. */
static bool take_letters(char *letters, size_t n)
{
	bool all_letters = true;

	for (size_t i = 0; i < n; i++) {
		char c = letters[i];

		all_letters &= c > ' ' && c < 0x7F && c != '>';
		letters[i] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	return all_letters;
}

/* Bases of one line, [beg0, beg0 + n), and the end of the line when they go up to it. */
static enum sphex_status read_line_part(struct fasta *f, uint32_t contig, uint64_t beg0, size_t n,
	char *out, struct sphex_error *err)
{
	const struct fai_contig *c = &f->fai.items[contig];
	uint64_t offset = fai_offset(c, beg0);
	size_t n_read, width = (size_t)(c->line_nbytes - c->line_nbases);
	char line_end[2];
	enum sphex_status status = read_text(f, offset, out, n, &n_read, err);

	if (status)
		return status;
	if (n_read < n || !take_letters(out, n))
		return does_not_fit(f, contig, err);
	if ((beg0 + n) % c->line_nbases != 0 || beg0 + n == c->length)
		return SPHEX_OK;
	status = read_text(f, offset + n, line_end, width, &n_read, err);
	if (status)
		return status;
	if (n_read < width || memcmp(line_end, width == 1 ? "\n" : "\r\n", width) != 0)
		return does_not_fit(f, contig, err);
	return SPHEX_OK;
}

enum sphex_status fasta_bases(struct fasta *f, uint32_t contig, uint64_t beg0, uint64_t end0,
	char *out, struct sphex_error *err)
{
	const struct fai_contig *c = &f->fai.items[contig];
	enum sphex_status status = SPHEX_OK;

	if (beg0 > end0 || end0 > c->length)
		return fail(err, SPHEX_E_ARGUMENT, "bases beyond the end of contig %.200s",
			fasta_name(f, contig));
	if (beg0 < end0 && !f->fits[contig])
		status = check_contig(f, contig, err);
	while (!status && beg0 < end0) {
		uint64_t in_line = c->line_nbases - beg0 % c->line_nbases;
		size_t n = (size_t)(in_line < end0 - beg0 ? in_line : end0 - beg0);

		status = read_line_part(f, contig, beg0, n, out, err);
		beg0 += n;
		out += n;
	}
	return status;
}
