/* Writes files: bytes as they are, or BGZF that several threads deflate while the next blocks fill.
 */
#include "sink.h"

#include <errno.h>
#include <libdeflate.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

enum { BATCH_BLOCKS = 128, MAX_THREADS = 64, BLOCK_ROOM = 65536 };

/* Blocks that are deflated together, each in a slot of BLOCK_ROOM bytes. */
struct batch {
	uint8_t *raw, *deflated;
	size_t raw_nbytes[BATCH_BLOCKS], deflated_nbytes[BATCH_BLOCKS];
	size_t n_blocks;
};

struct deflate_job {
	struct batch *batch;
	size_t first, step;
	int level;
	pthread_t thread;
};

/* One batch fills while the other one is deflated. Without compression `plain` takes the bytes. */
struct sink {
	FILE *file;
	char path[4096];
	bool plain;
	size_t block_size;
	int level;
	size_t n_threads, n_running;
	struct deflate_job jobs[MAX_THREADS];
	struct batch batches[2], *filling, *deflating;
	uint64_t n_written;
};

static void write_all(struct sink *s, const void *data, size_t nbytes)
{
	if (fwrite(data, 1, nbytes, s->file) != nbytes)
		die("cannot write %s: %s", s->path, strerror(errno));
	s->n_written += nbytes;
}

struct sink *sink_open(const struct options *o, const char *suffix, bool plain)
{
	struct sink *s = new_array(1, sizeof(*s));

	snprintf(s->path, sizeof(s->path), "%s%s", o->out, suffix);
	s->file = fopen(s->path, "wb");
	if (!s->file)
		die("cannot create %s: %s", s->path, strerror(errno));
	s->plain = plain;
	s->block_size = o->block_size;
	s->level = (int)o->level;
	s->n_threads = o->threads;
	for (int i = 0; i < 2 && !plain; i++) {
		s->batches[i].raw = new_array(BATCH_BLOCKS, BLOCK_ROOM);
		s->batches[i].deflated = new_array(BATCH_BLOCKS, BLOCK_ROOM);
	}
	s->filling = &s->batches[0];
	s->deflating = &s->batches[1];
	return s;
}

/* A BGZF block: gzip header with the BC subfield, deflated bytes, CRC32, ISIZE (SAM 4.1). */
static size_t make_block(
	struct libdeflate_compressor *deflate, const uint8_t *raw, size_t nbytes, uint8_t *out)
{
	static const uint8_t header[16] = {
		0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C', 2};
	size_t n = libdeflate_deflate_compress(deflate, raw, nbytes, out + 18, BLOCK_ROOM - 18 - 8);

	if (n == 0)
		die("a block does not fit into 64 KiB; use a smaller --block-size");
	memcpy(out, header, sizeof(header));
	put_number(out + 16, 18 + n + 8 - 1, 2);
	put_number(out + 18 + n, libdeflate_crc32(0, raw, nbytes), 4);
	put_number(out + 18 + n + 4, nbytes, 4);
	return 18 + n + 8;
}

static void *deflate_blocks(void *arg)
{
	struct deflate_job *job = arg;
	struct batch *b = job->batch;
	struct libdeflate_compressor *deflate = libdeflate_alloc_compressor(job->level);

	if (!deflate)
		die("out of memory");
	for (size_t i = job->first; i < b->n_blocks; i += job->step)
		b->deflated_nbytes[i] = make_block(deflate, b->raw + i * BLOCK_ROOM,
			b->raw_nbytes[i], b->deflated + i * BLOCK_ROOM);
	libdeflate_free_compressor(deflate);
	return NULL;
}

/* Waits for the batch that is being deflated and writes it. */
static void finish_batch(struct sink *s)
{
	struct batch *b = s->deflating;

	for (size_t i = 0; i < s->n_running; i++)
		pthread_join(s->jobs[i].thread, NULL);
	for (size_t i = 0; i < b->n_blocks; i++)
		write_all(s, b->deflated + i * BLOCK_ROOM, b->deflated_nbytes[i]);
	b->n_blocks = 0;
	s->n_running = 0;
}

static void start_batch(struct sink *s)
{
	struct batch *full = s->filling;

	finish_batch(s);
	s->filling = s->deflating;
	s->deflating = full;
	for (size_t i = 0; i < s->n_threads; i++) {
		struct deflate_job *job = &s->jobs[i];

		*job = (struct deflate_job){full, i, s->n_threads, s->level, 0};
		if (pthread_create(&job->thread, NULL, deflate_blocks, job) != 0)
			die("cannot start a thread");
		s->n_running++;
	}
}

void sink_end_block(struct sink *s)
{
	struct batch *b = s->filling;

	if (b->raw_nbytes[b->n_blocks] == 0)
		return;
	b->n_blocks++;
	if (b->n_blocks == BATCH_BLOCKS)
		start_batch(s);
	b = s->filling;
	b->raw_nbytes[b->n_blocks] = 0;
}

void sink_write(struct sink *s, const uint8_t *data, size_t nbytes, bool whole)
{
	size_t filled = s->filling->raw_nbytes[s->filling->n_blocks];

	if (s->plain) {
		write_all(s, data, nbytes);
		return;
	}
	if (whole && nbytes <= s->block_size && filled + nbytes > s->block_size)
		sink_end_block(s);
	while (nbytes > 0) {
		struct batch *b = s->filling;
		size_t *n = &b->raw_nbytes[b->n_blocks];
		size_t piece = s->block_size - *n < nbytes ? s->block_size - *n : nbytes;

		memcpy(b->raw + b->n_blocks * BLOCK_ROOM + *n, data, piece);
		*n += piece;
		data += piece;
		nbytes -= piece;
		if (*n == s->block_size)
			sink_end_block(s);
	}
}

uint64_t sink_close(struct sink *s)
{
	static const uint8_t eof[28] = {
		0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff, 6, 0, 'B', 'C', 2, 0, 27, 0, 3};
	uint64_t n_written;

	if (!s->plain) {
		sink_end_block(s);
		start_batch(s);
		finish_batch(s);
		write_all(s, eof, sizeof(eof));
	}
	if (fclose(s->file) != 0)
		die("cannot write %s: %s", s->path, strerror(errno));
	n_written = s->n_written;
	for (int i = 0; i < 2; i++) {
		free(s->batches[i].raw);
		free(s->batches[i].deflated);
	}
	free(s);
	return n_written;
}
