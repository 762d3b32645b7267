/* A .fai, or the FASTA itself, comes in; places of contigs go out. See fai.h. */
#include "fai.h"

#include <string.h>

#include "base/cursor.h"
#include "base/memory.h"
#include "lines.h"

/* A header line that goes on for longer is no header line. */
#define HEADER_MAX_NBYTES ((size_t)1 << 20)

void fai_free(struct fai *fai)
{
	memory_free(fai->items);
	pool_free(&fai->names);
	memset(fai, 0, sizeof(*fai));
}

/* Adds a contig; the place of the error is the caller's. */
static enum sphex_status add_contig(
	struct fai *fai, struct span name, struct fai_contig contig, struct sphex_error *err)
{
	enum sphex_status status;
	uint32_t id;

	if (!name.n)
		return fail(err, SPHEX_E_DATA, "a contig without a name");
	status = pool_add(&fai->names, name.p, name.n, &id, err);
	if (status)
		return status;
	if (id < fai->n)
		return fail(err, SPHEX_E_DATA, "contig %.200s is there twice",
			pool_text(&fai->names, id, NULL));
	if (!memory_reserve(&fai->items, &fai->cap, fai->n + 1, sizeof(*fai->items)))
		return fail_memory(err);
	fai->items[fai->n++] = contig;
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- reading a .fai */

/* What is wrong with the numbers, or NULL. The order of the tests keeps them free of overflow. */
static const char *contig_fault(const struct fai_contig *c, uint64_t fasta_nbytes)
{
	uint64_t room, n_full_lines;

	if (c->length == 0)
		return NULL;
	if (c->line_nbases == 0)
		return "a line has no bases";
	if (c->length > fasta_nbytes || c->offset > fasta_nbytes)
		return "the contig goes on behind the end of the FASTA";
	room = fasta_nbytes - c->offset;
	n_full_lines = (c->length - 1) / c->line_nbases;
	if (c->line_nbytes < c->line_nbases || c->line_nbytes - c->line_nbases > 2 ||
		(n_full_lines && c->line_nbytes == c->line_nbases))
		return "a line has to be as wide as its bases and LF or CRLF";
	if (n_full_lines > room / c->line_nbytes ||
		(c->length - 1) % c->line_nbases >= room - n_full_lines * c->line_nbytes)
		return "the contig goes on behind the end of the FASTA";
	return NULL;
}

static enum sphex_status read_line(
	struct fai *fai, struct span line, uint64_t fasta_nbytes, struct sphex_error *err)
{
	struct pieces pieces = pieces_of(line, '\t');
	struct fai_contig c;
	uint64_t *numbers[] = {&c.length, &c.offset, &c.line_nbases, &c.line_nbytes};
	struct span name, piece;
	const char *fault;

	pieces_next(&pieces, &name);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (!pieces_next(&pieces, &piece) || !span_number(piece, numbers[i]))
			return fail(
				err, SPHEX_E_DATA, "a line is a name and four numbers, with tabs");
	if (!pieces.at_end)
		return fail(
			err, SPHEX_E_DATA, "more than five columns: this is no index of a FASTA");
	fault = contig_fault(&c, fasta_nbytes);
	if (fault) {
		fail(err, SPHEX_E_DATA, "%s", fault);
		return with_hint(err, "make the index again: samtools faidx");
	}
	return add_contig(fai, name, c, err);
}

enum sphex_status fai_read(
	const char *path, uint64_t fasta_nbytes, struct fai *out, struct sphex_error *err)
{
	struct lines lines;
	struct span line;
	enum sphex_status status = lines_open(&lines, path, 1, NULL, err);

	memset(out, 0, sizeof(*out));
	while (!status && !(status = lines_next(&lines, &line, err))) {
		status = read_line(out, line, fasta_nbytes, err);
		if (status)
			lines_fail(&lines, err);
	}
	lines_close(&lines);
	return status == SPHEX_END ? SPHEX_OK : status;
}

/* ---------------------------------------------------------------- making one */

struct maker {
	struct fai *fai;
	uint64_t line;   /* 1-based number of the line at hand */
	uint64_t offset; /* of what comes next */
	bool in_line, in_header;
	char *header; /* the header line at hand, without '>' */
	size_t header_n, header_cap;
	/* of the sequence line at hand */
	uint64_t n_bytes, n_blank; /* blank: no letter; without the LF */
	uint8_t last_byte;
	bool contig_ended; /* a line shorter than the first was there */
};

static bool is_blank(uint8_t byte)
{
	return byte <= ' ' || byte >= 0x7F;
}

static enum sphex_status take_header(
	struct maker *m, const uint8_t *bytes, size_t n, struct sphex_error *err)
{
	if (n > HEADER_MAX_NBYTES - m->header_n)
		return fail(err, SPHEX_E_LIMIT, "a header line is longer than 1 MiB");
	if (!memory_reserve(&m->header, &m->header_cap, m->header_n + n + 1, 1))
		return fail_memory(err);
	memcpy(m->header + m->header_n, bytes, n);
	m->header_n += n;
	return SPHEX_OK;
}

/* White space in C's sense, and NUL: other control characters are part of a name. */
static bool ends_name(char c)
{
	return strchr(" \t\r\v\f", c) != NULL;
}

/* The name is the first word. */
static enum sphex_status end_header(struct maker *m, struct sphex_error *err)
{
	size_t begin = 0, end;

	while (begin < m->header_n && (m->header[begin] == ' ' || m->header[begin] == '\t'))
		begin++;
	end = begin;
	while (end < m->header_n && !ends_name(m->header[end]))
		end++;
	m->contig_ended = false;
	return add_contig(m->fai, (struct span){m->header + begin, end - begin},
		(struct fai_contig){.offset = m->offset}, err);
}

/*
 * How many bytes are blank; in a good line one at most, so eight at a time are tested for any:
 * below 0x21, 0x7F or above show in the top bit.
 */
static size_t count_blank(const uint8_t *bytes, size_t n)
{
	const uint64_t ones = 0x0101010101010101u, tops = 0x80 * ones;
	size_t n_blank = 0;

	while (n) {
		size_t step = n < 8 ? n : 8;
		uint64_t eight = step == 8 ? load_u64(bytes) : ~(uint64_t)0;

		if (((eight - 0x21 * ones) | eight | (eight + ones)) & tops)
			for (size_t i = 0; i < step; i++)
				n_blank += is_blank(bytes[i]);
		bytes += step;
		n -= step;
	}
	return n_blank;
}

static void take_letters(struct maker *m, const uint8_t *bytes, size_t n)
{
	m->n_bytes += n;
	m->n_blank += count_blank(bytes, n);
	m->last_byte = bytes[n - 1];
}

/* What the rules of samtools allow: full lines, one that is shorter, then empty ones. */
static enum sphex_status end_letters(struct maker *m, struct sphex_error *err)
{
	uint64_t n_bases = m->n_bytes - m->n_blank, width = m->n_bytes + 1;
	struct fai_contig *c = m->fai->n ? &m->fai->items[m->fai->n - 1] : NULL;
	bool is_text;

	is_text = m->n_blank <= (m->n_bytes && m->last_byte == '\r');
	if (!c && (n_bases || !is_text))
		return fail(err, SPHEX_E_FORMAT, "not a FASTA file: it does not begin with '>'");
	if (!is_text)
		return fail(err, SPHEX_E_DATA, "a sequence line has something else than letters");
	if (!n_bases) {
		m->contig_ended = true;
		return SPHEX_OK;
	}
	if (c->length == 0 && !m->contig_ended) {
		c->line_nbases = n_bases;
		c->line_nbytes = width;
	}
	if (m->contig_ended || width > c->line_nbytes || n_bases > c->line_nbases ||
		(width == c->line_nbytes && n_bases != c->line_nbases)) {
		fail(err, SPHEX_E_DATA, "the lines of contig %.200s differ in length",
			pool_text(&m->fai->names, (uint32_t)(m->fai->n - 1), NULL));
		return with_hint(err, "bring all to one length: samtools or seqkit can");
	}
	c->length += n_bases;
	m->contig_ended = width < c->line_nbytes;
	return SPHEX_OK;
}

static enum sphex_status end_line(struct maker *m, struct sphex_error *err)
{
	enum sphex_status status = m->in_header ? end_header(m, err) : end_letters(m, err);

	if (status)
		return status;
	m->in_line = m->in_header = false;
	m->header_n = 0;
	m->n_bytes = m->n_blank = 0;
	m->line++;
	return SPHEX_OK;
}

/* A line, or as much of it as the window has. */
static enum sphex_status take_part(
	struct maker *m, const uint8_t *bytes, size_t n, struct sphex_error *err)
{
	if (!n)
		return SPHEX_OK;
	if (!m->in_line && bytes[0] == '>') {
		m->in_header = true;
		bytes++;
		n--;
	}
	m->in_line = true;
	if (m->in_header)
		return take_header(m, bytes, n, err);
	take_letters(m, bytes, n);
	return SPHEX_OK;
}

static enum sphex_status take_window(
	struct maker *m, const uint8_t *data, size_t n, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; !status && i < n;) {
		const uint8_t *newline = memchr(data + i, '\n', n - i);
		size_t part = newline ? (size_t)(newline - data) - i : n - i;

		status = take_part(m, data + i, part, err);
		i += part + (newline != NULL);
		m->offset += part + (newline != NULL);
		if (!status && newline)
			status = end_line(m, err);
	}
	return status;
}

/* All of the stream; errors of its own get the line. */
static enum sphex_status take_stream(
	struct maker *m, struct stream *stream, const char *path, struct sphex_error *err)
{
	const uint8_t *data;
	size_t n = 0;
	enum sphex_status status, fault = SPHEX_OK;

	while (!fault && !(status = stream_next(stream, n, &data, &n, err)))
		fault = take_window(m, data, n, err);
	if (!fault && status != SPHEX_END)
		return status;
	if (!fault && m->in_line)
		fault = end_line(m, err);
	if (fault) {
		at_line(err, m->line);
		at_file(err, path);
	}
	return fault;
}

enum sphex_status fai_make(
	const char *fasta_path, unsigned n_threads, struct fai *out, struct sphex_error *err)
{
	struct maker m = {.fai = out, .line = 1};
	struct stream *stream;
	enum sphex_status status = stream_open(fasta_path, n_threads, NULL, &stream, err);

	memset(out, 0, sizeof(*out));
	if (!status)
		status = take_stream(&m, stream, fasta_path, err);
	stream_close(stream);
	memory_free(m.header);
	return status;
}
