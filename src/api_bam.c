/* The functions of sphex.h that read a BAM in batches. */
#include <string.h>

#include "api_parts.h"
#include "bam/batch.h"
#include "bam/reader.h"
#include "base/memory.h"
#include "base/texts.h"
#include "base/threads.h"

#define UNIT_BLOCKS 16 /* keep a batch in the caches */

struct sphex_bam {
	char *path;
	struct reader *reader;
	struct sphex_batch *batches; /* one per slot of the reader */
	size_t n_batches;
};

static enum sphex_status scan_batch(
	void *user, size_t slot, struct unit *unit, struct sphex_error *err)
{
	struct sphex_bam *bam = user;

	return batch_scan(&bam->batches[slot], unit, err);
}

static enum sphex_status bam_start(
	struct sphex_bam *bam, const struct sphex_bam_options *options, struct sphex_error *err)
{
	struct reader_options reader_options = {.unit_n_blocks = UNIT_BLOCKS, .keep_units = true};
	struct reader_client client = {bam, scan_batch};
	const struct kernels *kernels;
	enum sphex_status status = choose_kernels(options ? options->simd : NULL, &kernels, err);

	reader_options.n_threads =
		options && options->n_threads ? options->n_threads : threads_available();
	reader_options.allow_truncated = options && options->allow_truncated;
	if (!status)
		reader_options.crc32 = kernels->crc32;
	if (!status)
		status = reader_open(bam->path, &reader_options, &bam->reader, err);
	if (status)
		return status;
	bam->n_batches = reader_n_slots(bam->reader);
	bam->batches = memory_new_zeroed(bam->n_batches, sizeof(*bam->batches));
	if (!bam->batches)
		return fail_memory(err);
	for (size_t i = 0; i < bam->n_batches; i++) {
		bam->batches[i].kernels = kernels;
		bam->batches[i].n_refs = reader_header(bam->reader)->n_refs;
	}
	return reader_start(bam->reader, &client, err);
}

enum sphex_status sphex_bam_open(const char *path, const struct sphex_bam_options *options,
	struct sphex_bam **out, struct sphex_error *err)
{
	struct sphex_bam *bam = memory_new_zeroed(1, sizeof(*bam));
	enum sphex_status status;

	SPARE_ERROR(err);
	*out = NULL;
	if (!bam)
		return fail_memory(err);
	status = text_set(&bam->path, path, err);
	if (!status)
		status = bam_start(bam, options, err);
	if (status)
		sphex_bam_close(bam);
	else
		*out = bam;
	return status;
}

void sphex_bam_close(struct sphex_bam *bam)
{
	if (!bam)
		return;
	reader_close(bam->reader);
	for (size_t i = 0; bam->batches && i < bam->n_batches; i++)
		batch_free(&bam->batches[i]);
	memory_free(bam->batches);
	memory_free(bam->path);
	memory_free(bam);
}

const char *sphex_bam_header_text(const struct sphex_bam *bam, size_t *nbytes)
{
	*nbytes = reader_header(bam->reader)->text_nbytes;
	return reader_header(bam->reader)->text;
}

size_t sphex_bam_n_refs(const struct sphex_bam *bam)
{
	return reader_header(bam->reader)->n_refs;
}

const char *sphex_bam_ref_name(const struct sphex_bam *bam, size_t i)
{
	return reader_header(bam->reader)->refs[i].name;
}

uint32_t sphex_bam_ref_length(const struct sphex_bam *bam, size_t i)
{
	return reader_header(bam->reader)->refs[i].length;
}

enum sphex_status sphex_bam_next(
	struct sphex_bam *bam, const struct sphex_batch **out, struct sphex_error *err)
{
	enum sphex_status status;
	size_t slot;

	SPARE_ERROR(err);
	do {
		status = reader_next(bam->reader, &slot, err);
	} while (!status && bam->batches[slot].n == 0);
	*out = status ? NULL : &bam->batches[slot];
	return status;
}

size_t sphex_batch_n_records(const struct sphex_batch *b)
{
	return b->n;
}

const int32_t *sphex_batch_ref_ids(const struct sphex_batch *b)
{
	return b->ref_ids;
}

const int32_t *sphex_batch_pos0(const struct sphex_batch *b)
{
	return b->pos0;
}

const uint16_t *sphex_batch_flags(const struct sphex_batch *b)
{
	return b->flags;
}

const uint8_t *sphex_batch_mapqs(const struct sphex_batch *b)
{
	return b->mapqs;
}

const uint32_t *sphex_batch_n_bases(const struct sphex_batch *b)
{
	return b->n_bases;
}

const int32_t *sphex_batch_mate_ref_ids(const struct sphex_batch *b)
{
	return b->mate_ref_ids;
}

const int32_t *sphex_batch_mate_pos0(const struct sphex_batch *b)
{
	return b->mate_pos0;
}

const int32_t *sphex_batch_tlens(const struct sphex_batch *b)
{
	return b->tlens;
}

const char *sphex_batch_name(const struct sphex_batch *b, size_t i, size_t *nbytes)
{
	struct record r = batch_record(b, i);

	if (nbytes)
		*nbytes = r.name_nbytes - 1u;
	return record_name(&r);
}

const void *sphex_batch_cigar(const struct sphex_batch *b, size_t i, size_t *n_ops)
{
	struct record r = batch_record(b, i);

	*n_ops = r.n_cigar;
	return r.cigar;
}

const uint8_t *sphex_batch_bases4(const struct sphex_batch *b, size_t i)
{
	return batch_record(b, i).bases;
}

const uint8_t *sphex_batch_quals(const struct sphex_batch *b, size_t i)
{
	return batch_record(b, i).quals;
}

void sphex_batch_unpack(
	const struct sphex_batch *b, size_t i, size_t first, size_t n, uint8_t *codes)
{
	b->kernels->unpack_bases(batch_record(b, i).bases, first, n, codes);
}

void sphex_batch_quality_mask(
	const struct sphex_batch *b, size_t i, uint8_t threshold, uint64_t *mask)
{
	struct record r = batch_record(b, i);

	b->kernels->quality_mask(r.quals, r.n_bases, threshold, mask);
}

static void widen(const struct tag *tag, struct sphex_tag *out)
{
	float real;

	switch (tag->type) {
	case 'A':
	case 'C':
		out->integer = tag->value[0];
		break;
	case 'c':
		out->integer = (int8_t)tag->value[0];
		break;
	case 's':
		out->integer = (int16_t)load_u16(tag->value);
		break;
	case 'S':
		out->integer = load_u16(tag->value);
		break;
	case 'i':
		out->integer = load_i32(tag->value);
		break;
	case 'I':
		out->integer = load_u32(tag->value);
		break;
	case 'f':
		memcpy(&real, &(uint32_t){load_u32(tag->value)}, sizeof(real));
		out->real = real;
		break;
	case 'd':
		memcpy(&out->real, &(uint64_t){load_u64(tag->value)}, sizeof(out->real));
		break;
	case 'Z':
	case 'H':
		out->text = (const char *)tag->value;
		break;
	case 'B':
		out->elements = tag->value;
		break;
	}
}

bool sphex_batch_tag(
	const struct sphex_batch *b, size_t i, const char name[2], struct sphex_tag *out)
{
	struct record r = batch_record(b, i);
	struct tag tag;

	if (!record_find_tag(&r, name, &tag))
		return false;
	memset(out, 0, sizeof(*out));
	out->type = tag.type;
	out->subtype = tag.subtype;
	out->n = tag.n;
	widen(&tag, out);
	return true;
}
