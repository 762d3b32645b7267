/*
 * The records of a BAM, by many threads with guesses and by one: the same records, then the same
 * end. Input: container, way of reading, the file or its inflated bytes.
 */
#include <string.h>

#include "bam/reader.h"
#include "fuzz.h"

enum { MAX_SLOTS = 24 };

struct collector {
	struct bytes slots[MAX_SLOTS];
	uint32_t n_refs;
	size_t full; /* bytes at which a result is handed out, 0: none */
};

static enum sphex_status collect(
	void *user, size_t slot, struct unit *unit, struct sphex_error *err)
{
	struct collector *c = user;
	struct bytes *out = &c->slots[slot];
	enum sphex_status status = SPHEX_OK;

	out->n = 0;
	while (!status && (!c->full || out->n < c->full)) {
		const uint8_t *bytes;
		struct record r;
		size_t nbytes;

		status = unit_next(unit, &bytes, &nbytes, err);
		if (!status && record_parse(bytes, nbytes, c->n_refs, &r, err))
			return unit_refuse(unit, nbytes, err);
		if (!status)
			bytes_add(out, bytes, nbytes);
	}
	return status == SPHEX_END ? SPHEX_OK : status;
}

static enum sphex_status read_records(struct reader *r, struct collector *c, bool offsets,
	struct bytes *out, struct sphex_error *err)
{
	struct reader_client client = {c, collect};
	struct sphex_error damage;
	enum sphex_status status;
	size_t slot;

	fuzz_must(reader_n_slots(r) <= MAX_SLOTS, "more slots than here");
	c->n_refs = reader_header(r)->n_refs;
	status = reader_start(r, &client, err);
	while (!status && !(status = reader_next(r, &slot, err))) {
		bytes_add(out, c->slots[slot].data, c->slots[slot].n);
		if (reader_met_damage(r, &damage))
			fuzz_describe(out, &damage, offsets);
	}
	bytes_print(out, "%llu records\n", (unsigned long long)reader_n_records(r));
	if (status == SPHEX_END && offsets)
		bytes_print(out, "truncated: %d\n", reader_is_truncated(r));
	return status;
}

static void add_header(const struct bam_header *h, struct bytes *out)
{
	bytes_add(out, h->text, h->text_nbytes);
	for (uint32_t i = 0; i < h->n_refs; i++)
		bytes_print(out, "%s %u\n", h->refs[i].name, h->refs[i].length);
}

/* Everything that can be known of the file. */
static struct bytes read_file(
	const char *path, const struct reader_options *options, size_t full, bool offsets)
{
	struct collector c = {.full = full};
	struct bytes out = {0};
	struct sphex_error err;
	struct reader *r;
	enum sphex_status status = reader_open(path, options, &r, &err);

	if (!status) {
		add_header(reader_header(r), &out);
		status = read_records(r, &c, offsets, &out, &err);
		reader_close(r);
	}
	if (status != SPHEX_END)
		fuzz_describe(&out, &err, offsets);
	for (size_t i = 0; i < MAX_SLOTS; i++)
		bytes_free(&c.slots[i]);
	return out;
}

static struct bytes contain(struct fuzz_input in, uint8_t how)
{
	static const size_t block_nbytes[] = {0, 50, 200, 1000};
	struct bytes data = {0}, file;

	bytes_add(&data, in.p, in.n);
	if (how & 128)
		return data;
	file = bgzf_wrap(&data, (struct bgzf_shape){.block_nbytes = block_nbytes[how & 3],
					.extra_subfield = how & 4,
					.empty_blocks = how & 8,
					.no_eof = how & 16});
	bytes_free(&data);
	return file;
}

/* The same bytes in other containers: the same records, other offsets. */
static void compare_containers(struct fuzz_input in)
{
	struct reader_options options = {.n_threads = 1, .unit_n_blocks = 4};
	struct bytes results[FUZZ_N_WRAPS];

	for (uint8_t how = 0; how < FUZZ_N_WRAPS; how++) {
		struct bytes file = fuzz_wrap(in, how);

		results[how] = read_file(fuzz_file("c.bam", file.data, file.n), &options, 0, false);
		bytes_free(&file);
		if (how)
			fuzz_same(&results[0], &results[how], "another container, other records");
	}
	bytes_free(&results[0]);
}

void fuzz_one(struct fuzz_input in)
{
	uint8_t container = fuzz_byte(&in), way = fuzz_byte(&in);
	struct bytes file = contain(in, container), one, other;
	const char *path = fuzz_file("in.bam", file.data, file.n);
	struct reader_options options = {.n_threads = 1,
		.unit_n_blocks = 64,
		.keep_units = way & 1,
		.allow_truncated = way & 2,
		.skip_damage = way & 4};
	struct reader_options others = options;

	one = read_file(path, &options, 0, true);
	others.keep_units = !options.keep_units;
	others.unit_n_blocks = 1 + (way >> 4);
	if (way & 8)
		others.n_threads = 3;
	other = read_file(path, &others, 100, true);
	fuzz_same(&one, &other, "other units or threads, other records");
	bytes_free(&one);
	if (!(container & 128) && in.n >= 4 && memcmp(in.p, "BAM\1", 4) == 0)
		compare_containers(in);
	bytes_free(&file);
}
