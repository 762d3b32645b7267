/* Records as columns: every column and view says what the record's bytes say. */
#include <criterion/criterion.h>

#include <string.h>

#include "bam/batch.h"
#include "simd/cpu.h"
#include "simd/select.h"
#include "tests/support/random_bam.h"

/* A unit that stands at the first record of a BAM file. */
struct opened {
	struct bytes file;
	char *path;
	struct input *in;
	struct unit unit;
	struct sphex_batch batch;
};

static struct opened open_bam(const struct bytes *bam, struct bgzf_shape shape)
{
	struct opened o = {.file = bgzf_wrap(bam, shape)};
	struct sphex_error err;
	size_t first = random_bam_header_nbytes(bam),
	       size = shape.block_nbytes ? shape.block_nbytes : 65280;

	o.path = temp_file(&o.file, ".bam");
	cr_assert_eq(input_open(o.path, &o.in, &err), SPHEX_OK);
	cr_assert_eq(unit_init(&o.unit, o.in, NULL, &err), SPHEX_OK);
	unit_set_range(&o.unit, 0, o.file.n);
	o.unit.keep = true;
	cr_assert_eq(
		unit_start_at(&o.unit,
			(uint64_t)bgzf_block_offset(&o.file, first / size) << 16 | first % size,
			&err),
		SPHEX_OK);
	o.batch = (struct sphex_batch){
		.kernels = sphex_kernels_select(NULL, cpu_bundles()), .n_refs = RANDOM_N_REFS};
	return o;
}

static void close_bam(struct opened *o)
{
	batch_free(&o->batch);
	unit_free(&o->unit);
	input_close(o->in);
	temp_remove(o->path);
	bytes_free(&o->file);
}

/* Compares record i of the batch with the record that begins at `start`. */
static void expect_record(const struct sphex_batch *b, size_t i, const uint8_t *start)
{
	size_t nbytes = load_u32(start) + 4;
	struct record r = batch_record(b, i);

	cr_assert_eq(b->nbytes[i], nbytes);
	cr_assert(memcmp(b->bytes + b->offsets[i], start, nbytes) == 0, "other bytes");
	cr_assert_eq(b->ref_ids[i], load_i32(start + 4));
	cr_assert_eq(b->pos0[i], load_i32(start + 8));
	cr_assert_eq(b->mapqs[i], start[13]);
	cr_assert_eq(b->flags[i], load_u16(start + 18));
	cr_assert_eq(b->n_bases[i], load_u32(start + 20));
	cr_assert_eq(b->mate_ref_ids[i], load_i32(start + 24));
	cr_assert_eq(b->mate_pos0[i], load_i32(start + 28));
	cr_assert_eq(b->tlens[i], load_i32(start + 32));
	cr_assert_str_eq(record_name(&r), (const char *)start + 36);
	cr_assert_eq(r.quals - r.bytes,
		36 + start[12] + 4 * load_u16(start + 16) + (load_i32(start + 20) + 1) / 2);
}

Test(batch, columns_and_views_agree_with_the_bytes)
{
	struct bytes bam = {0};

	random_bam(&bam, 1, 400, 200);
	for (size_t size = 100; size < 10000; size *= 3) {
		struct opened o =
			open_bam(&bam, (struct bgzf_shape){.block_nbytes = size, .level = 1});
		size_t at = random_bam_header_nbytes(&bam);
		struct sphex_error err;

		cr_assert_eq(batch_scan(&o.batch, &o.unit, &err), SPHEX_OK, "%s", err.message);
		cr_assert_eq(o.batch.n, 400);
		for (size_t i = 0; i < 400; i++) {
			expect_record(&o.batch, i, bam.data + at);
			at += load_u32(bam.data + at) + 4;
		}
		cr_assert(o.unit.finished, "finished");
		cr_assert_eq(batch_scan(&o.batch, &o.unit, &err), SPHEX_OK);
		cr_assert_eq(o.batch.n, 0);
		close_bam(&o);
	}
	bytes_free(&bam);
}

Test(batch, many_bytes_come_in_several_batches)
{
	struct bytes bam = {0};
	struct opened o;
	struct sphex_error err;
	size_t at, n = 0, n_batches = 0;

	random_bam(&bam, 2, 12000, 1500);
	at = random_bam_header_nbytes(&bam);
	o = open_bam(&bam, (struct bgzf_shape){.level = 1});
	do {
		cr_assert_eq(batch_scan(&o.batch, &o.unit, &err), SPHEX_OK, "%s", err.message);
		for (size_t i = 0; i < o.batch.n; i++) {
			expect_record(&o.batch, i, bam.data + at);
			at += load_u32(bam.data + at) + 4;
		}
		n += o.batch.n;
		n_batches++;
		unit_drop_read(&o.unit);
	} while (!o.unit.finished);
	cr_assert_eq(n, 12000);
	cr_assert(bam.n > 12 << 20 && n_batches > 2, "%zu batches of %zu bytes", n_batches, bam.n);
	cr_assert(o.unit.cap < 9 << 20, "%zu bytes kept", o.unit.cap);
	close_bam(&o);
	bytes_free(&bam);
}

Test(batch, a_mate_s_reference_that_is_not_in_the_header_is_damage)
{
	static const struct {
		int32_t ref_id;
		enum sphex_status want;
	} cases[] = {{-1, SPHEX_OK}, {RANDOM_N_REFS - 1, SPHEX_OK}, {-2, SPHEX_E_DATA},
		{RANDOM_N_REFS, SPHEX_E_DATA}, {INT32_MIN, SPHEX_E_DATA},
		{INT32_MAX, SPHEX_E_DATA}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bytes bam = {0};
		struct opened o;
		struct sphex_error err;

		random_bam_start(&bam);
		bam_add(&bam, (struct bam_read){
				      .name = "x", .cigar = "*", .mate_ref_id = cases[i].ref_id});
		o = open_bam(&bam, (struct bgzf_shape){.level = 1});
		cr_assert_eq(batch_scan(&o.batch, &o.unit, &err), cases[i].want, "%d",
			(int)cases[i].ref_id);
		close_bam(&o);
		bytes_free(&bam);
	}
}

Test(batch, a_damaged_record_ends_the_scan_at_its_place)
{
	struct bytes bam = {0};
	struct prng r = {3};
	struct opened o;
	struct sphex_error err;
	size_t at;

	random_bam_start(&bam);
	random_bam_add(&bam, &r, 0, 1, 100);
	at = random_bam_add(&bam, &r, 0, 2, 100);
	random_bam_add(&bam, &r, 0, 3, 100);
	bam.data[at + 4] = RANDOM_N_REFS;
	o = open_bam(&bam, (struct bgzf_shape){.level = 1});
	cr_assert_eq(batch_scan(&o.batch, &o.unit, &err), SPHEX_E_DATA);
	cr_assert_eq(err.voffset, at);
	cr_assert_eq(o.unit.n_records, 1);
	close_bam(&o);
	bytes_free(&bam);
}
