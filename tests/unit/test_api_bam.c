/* sphex.h as users of the decoder see it: every record of every container, every view, every error.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "tests/support/caller.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

/* A BAM with one read, G over chr1:100. */
static char *one_read(void)
{
	static const struct bam_read reads[2] = {
		{.name = "a", .pos0 = 99, .cigar = "1M", .seq = "G"}};

	return caller_bam(reads, 0);
}

/* ---------------------------------------------------------------- the decoder */

Test(api_bam, the_decoder_gives_header_and_references)
{
	char *path = one_read();
	struct sphex_bam *bam;
	const char *text;
	size_t n;

	cr_assert_eq(sphex_bam_open(path, NULL, &bam, NULL), SPHEX_OK);
	text = sphex_bam_header_text(bam, &n);
	cr_assert(n > 20 && memcmp(text, "@HD\tVN:1.6", 10) == 0, "text");
	cr_assert_eq(sphex_bam_n_refs(bam), RANDOM_N_REFS);
	cr_assert_str_eq(sphex_bam_ref_name(bam, 0), "chr1");
	cr_assert_str_eq(sphex_bam_ref_name(bam, 2), "chr3");
	cr_assert_eq(sphex_bam_ref_length(bam, 1), RANDOM_REF_NBASES);
	sphex_bam_close(bam);
	sphex_bam_close(NULL);
	temp_remove(path);
}

static uint32_t number_at(const uint8_t *p, size_t nbytes)
{
	uint32_t value = 0;

	for (size_t i = 0; i < nbytes; i++)
		value |= (uint32_t)p[i] << 8 * i;
	return value;
}

/* Compares record i of the batch with the bytes of a record. */
static void expect_record(const struct sphex_batch *b, size_t i, const uint8_t *p)
{
	size_t name_nbytes = p[12], n_ops = number_at(p + 16, 2), n_bases = number_at(p + 20, 4),
	       n = 0;
	const uint8_t *bases = p + 36 + name_nbytes + 4 * n_ops, *quals = bases + (n_bases + 1) / 2;
	uint64_t mask[8] = {0};
	uint8_t codes[600];

	cr_assert_eq(sphex_batch_ref_ids(b)[i], (int32_t)number_at(p + 4, 4));
	cr_assert_eq(sphex_batch_pos0(b)[i], (int32_t)number_at(p + 8, 4));
	cr_assert_eq(sphex_batch_mapqs(b)[i], p[13]);
	cr_assert_eq(sphex_batch_flags(b)[i], number_at(p + 18, 2));
	cr_assert_eq(sphex_batch_n_bases(b)[i], n_bases);
	cr_assert_eq(sphex_batch_mate_ref_ids(b)[i], (int32_t)number_at(p + 24, 4));
	cr_assert_eq(sphex_batch_mate_pos0(b)[i], (int32_t)number_at(p + 28, 4));
	cr_assert_eq(sphex_batch_tlens(b)[i], (int32_t)number_at(p + 32, 4));
	cr_assert_str_eq(sphex_batch_name(b, i, &n), (const char *)p + 36);
	cr_assert_eq(n, name_nbytes - 1);
	cr_assert_str_eq(sphex_batch_name(b, i, NULL), (const char *)p + 36);
	cr_assert(memcmp(sphex_batch_cigar(b, i, &n), p + 36 + name_nbytes, 4 * n_ops) == 0 &&
			  n == n_ops,
		"CIGAR");
	cr_assert(memcmp(sphex_batch_bases4(b, i), bases, (n_bases + 1) / 2) == 0, "bases");
	cr_assert(memcmp(sphex_batch_quals(b, i), quals, n_bases) == 0, "qualities");
	if (n_bases > 500)
		return;
	sphex_batch_unpack(b, i, n_bases / 3, n_bases - n_bases / 3, codes);
	for (size_t k = n_bases / 3; k < n_bases; k++)
		cr_assert_eq(codes[k - n_bases / 3], bases[k / 2] >> (k % 2 ? 0 : 4) & 15);
	sphex_batch_quality_mask(b, i, 30, mask);
	for (size_t k = 0; k < 512; k++)
		cr_assert_eq(mask[k / 64] >> k % 64 & 1, k < n_bases && quals[k] >= 30);
}

static void expect_bam(const char *path, const struct bytes *want, struct sphex_bam_options options)
{
	size_t at = random_bam_header_nbytes(want);
	const struct sphex_batch *batch;
	struct sphex_error err;
	struct sphex_bam *bam;

	cr_assert_eq(sphex_bam_open(path, &options, &bam, &err), SPHEX_OK, "%s", err.message);
	while (sphex_bam_next(bam, &batch, &err) == SPHEX_OK) {
		cr_assert(sphex_batch_n_records(batch) > 0, "empty batch");
		for (size_t i = 0; i < sphex_batch_n_records(batch); i++) {
			cr_assert(at < want->n, "too many records");
			expect_record(batch, i, want->data + at);
			at += number_at(want->data + at, 4) + 4;
		}
	}
	cr_assert_eq(err.status == SPHEX_E_DATA, false);
	cr_assert_eq(sphex_bam_next(bam, &batch, NULL), SPHEX_END);
	cr_assert_null(batch);
	cr_assert_eq(at, want->n, "too few records");
	sphex_bam_close(bam);
}

Test(api_bam, the_decoder_gives_every_record_of_every_container)
{
	struct bytes bam = {0}, files[4];

	random_bam(&bam, 51, 2000, 500);
	files[0] = bgzf_wrap(&bam, (struct bgzf_shape){.level = 1});
	files[1] = bgzf_wrap(
		&bam, (struct bgzf_shape){.block_nbytes = 700, .level = 1, .empty_blocks = true});
	files[2] = gzip_wrap(&bam, 1);
	files[3] = bam;
	for (size_t i = 0; i < 4; i++) {
		char *path = temp_file(&files[i], ".bam");

		for (unsigned n_threads = 0; n_threads < 9; n_threads += n_threads < 4 ? 1 : 2)
			expect_bam(path, &bam, (struct sphex_bam_options){.n_threads = n_threads});
		for (size_t k = 0; k < sphex_cpu_n_rows(); k++) {
			struct sphex_cpu_row row;

			sphex_cpu_row(k, &row);
			if (row.usable)
				expect_bam(path, &bam,
					(struct sphex_bam_options){
						.n_threads = 2, .simd = row.name});
		}
		for (unsigned n_threads = 1; n_threads < 4; n_threads++) {
			pid_t feeder = feed_stdin(&files[i], 0);

			expect_bam("-", &bam, (struct sphex_bam_options){.n_threads = n_threads});
			stop_feeding(feeder);
		}
		temp_remove(path);
	}
	for (size_t i = 0; i < 4; i++)
		bytes_free(&files[i]);
}

Test(api_bam, large_files_that_are_not_bgzf_come_in_several_batches)
{
	struct bytes bam = {0}, gzip;
	char *paths[2];

	random_bam(&bam, 52, 12000, 1500);
	gzip = gzip_wrap(&bam, 1);
	paths[0] = temp_file(&bam, ".bam");
	paths[1] = temp_file(&gzip, ".bam");
	for (size_t i = 0; i < 2; i++) {
		expect_bam(paths[i], &bam, (struct sphex_bam_options){.n_threads = 2});
		temp_remove(paths[i]);
	}
	bytes_free(&gzip);
	bytes_free(&bam);
}
/* ---------------------------------------------------------------- views of one record */

/* Opens a file with one record; its batch. */
static struct sphex_bam *open_one(struct bam_read read, const struct sphex_batch **batch)
{
	struct bytes bam = {0}, file;
	struct sphex_error err;
	struct sphex_bam *out;
	char *path;

	random_bam_start(&bam);
	bam_add(&bam, read);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.level = 1});
	path = temp_file(&file, ".bam");
	cr_assert_eq(sphex_bam_open(path, NULL, &out, &err), SPHEX_OK, "%s", err.message);
	cr_assert_eq(sphex_bam_next(out, batch, &err), SPHEX_OK, "%s", err.message);
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
	return out;
}

Test(api_bam, tags_of_every_type_are_widened)
{
	static const char tags[] = "aaAx"
				   "bbc\xff"
				   "ccC\xff"
				   "dds\xfe\xff"
				   "eeS\xfe\xff"
				   "ffi\xfd\xff\xff\xff"
				   "ggI\xfd\xff\xff\xff"
				   "hhf\0\0\xc0\xbf"
				   "iid\0\0\0\0\0\0\xf8\xbf"
				   "jjZtext\0"
				   "kkH1A\0"
				   "llZ\0"
				   "mmBs\2\0\0\0\1\0\2\0"
				   "nnBC\0\0\0\0";
	static const struct {
		const char *name;
		char type;
		int64_t integer;
		double real;
	} cases[] = {{"aa", 'A', 'x', 0}, {"bb", 'c', -1, 0}, {"cc", 'C', 255, 0},
		{"dd", 's', -2, 0}, {"ee", 'S', 65534, 0}, {"ff", 'i', -3, 0},
		{"gg", 'I', 4294967293, 0}, {"hh", 'f', 0, -1.5}, {"ii", 'd', 0, -1.5}};
	const struct sphex_batch *b;
	struct sphex_bam *bam = open_one(
		(struct bam_read){
			.name = "x", .cigar = "*", .tags = tags, .tags_nbytes = sizeof(tags) - 1},
		&b);
	struct sphex_tag tag;

	for (size_t i = 0; i < N_OF(cases); i++) {
		cr_assert(sphex_batch_tag(b, 0, cases[i].name, &tag), "%s", cases[i].name);
		cr_assert(tag.type == cases[i].type && tag.integer == cases[i].integer, "%s: %ld",
			cases[i].name, (long)tag.integer);
		cr_assert(!(tag.real < cases[i].real) && !(tag.real > cases[i].real), "%s: %g",
			cases[i].name, tag.real);
	}
	cr_assert(sphex_batch_tag(b, 0, "jj", &tag) && tag.n == 4 && strcmp(tag.text, "text") == 0,
		"Z");
	cr_assert(sphex_batch_tag(b, 0, "kk", &tag) && tag.n == 2 && strcmp(tag.text, "1A") == 0,
		"H");
	cr_assert(sphex_batch_tag(b, 0, "ll", &tag) && tag.n == 0 && tag.text[0] == 0, "empty Z");
	cr_assert(sphex_batch_tag(b, 0, "mm", &tag) && tag.n == 2 && tag.subtype == 's', "B");
	cr_assert(memcmp(tag.elements, "\1\0\2\0", 4) == 0, "elements");
	cr_assert(sphex_batch_tag(b, 0, "nn", &tag) && tag.n == 0 && tag.subtype == 'C', "empty B");
	cr_assert_not(sphex_batch_tag(b, 0, "zz", &tag));
	sphex_bam_close(bam);
}

Test(api_bam, long_cigars_and_absent_parts_are_seen)
{
	enum { N_OPS = 66000 };
	static uint32_t ops[N_OPS];
	const struct sphex_batch *b;
	struct sphex_bam *bam;
	uint64_t mask = 7;
	size_t n;

	for (size_t i = 0; i < N_OPS; i++)
		ops[i] = 1 << 4 | (i % 2 ? 1 : 0);
	bam = open_one(
		(struct bam_read){.name = "x", .ops = ops, .n_ops = N_OPS, .seq = "ACG"}, &b);
	cr_assert(
		memcmp(sphex_batch_cigar(b, 0, &n), ops, sizeof(ops)) == 0 && n == N_OPS, "%zu", n);
	cr_assert(memcmp(sphex_batch_quals(b, 0), "\xff\xff\xff", 3) == 0, "absent qualities");
	sphex_batch_quality_mask(b, 0, 255, &mask);
	cr_assert_eq(mask, 7, "absent qualities pass");
	sphex_bam_close(bam);
	bam = open_one((struct bam_read){.ref_id = -1, .pos0 = -1, .cigar = "*"}, &b);
	cr_assert_eq(sphex_batch_n_bases(b)[0], 0);
	sphex_batch_cigar(b, 0, &n);
	cr_assert_eq(n, 0);
	cr_assert_str_eq(sphex_batch_name(b, 0, &n), "*");
	cr_assert_eq(n, 1);
	sphex_bam_close(bam);
}
/* ---------------------------------------------------------------- decoder errors */

static void expect_no_bam(const char *content, size_t n, enum sphex_status want, const char *hint)
{
	struct bytes file = {0};
	struct sphex_bam *bam = (struct sphex_bam *)&bam;
	struct sphex_error err;
	char *path;

	bytes_add(&file, content, n);
	bytes_add_number(&file, 0, 1);
	file.n--;
	path = temp_file(&file, ".bam");
	cr_assert_eq(sphex_bam_open(path, NULL, &bam, &err), want, "%s", err.message);
	cr_assert_null(bam);
	cr_assert_str_eq(err.file, path);
	cr_assert(strstr(err.hint, hint), "%s", err.hint);
	cr_assert_eq(sphex_bam_open(path, NULL, &bam, NULL), want);
	temp_remove(path);
	bytes_free(&file);
}

Test(api_bam, files_that_are_no_bam_are_refused_with_advice)
{
	struct sphex_bam_options options = {.simd = "mmx"};
	struct bytes text = {0}, gzip, bgzf;
	struct sphex_bam *bam;
	struct sphex_error err;
	char *path = one_read();

	expect_no_bam("", 0, SPHEX_E_FORMAT, "");
	expect_no_bam("@HD\tVN:1.6\n", 11, SPHEX_E_FORMAT, "SAM");
	expect_no_bam("CRAM\3\0", 6, SPHEX_E_FORMAT, "CRAM");
	expect_no_bam("BAM", 3, SPHEX_E_FORMAT, "");
	expect_no_bam("BAM\2xxxxxxxx", 12, SPHEX_E_FORMAT, "");
	bytes_add(&text, "some text, long enough", 22);
	gzip = gzip_wrap(&text, 6);
	bgzf = bgzf_wrap(&text, (struct bgzf_shape){.level = 6});
	expect_no_bam((const char *)gzip.data, gzip.n, SPHEX_E_FORMAT, "");
	expect_no_bam((const char *)bgzf.data, bgzf.n, SPHEX_E_FORMAT, "");
	cr_assert_eq(sphex_bam_open("/nonexistent", NULL, &bam, &err), SPHEX_E_IO);
	cr_assert_eq(sphex_bam_open("/tmp", NULL, &bam, NULL), SPHEX_E_IO);
	cr_assert_eq(sphex_bam_open(path, &options, &bam, &err), SPHEX_E_ARGUMENT);
	cr_assert_null(bam);
	temp_remove(path);
	bytes_free(&text);
	bytes_free(&gzip);
	bytes_free(&bgzf);
}

Test(api_bam, the_decoder_meets_damage_behind_the_good_records_and_stays_there)
{
	struct bytes bam = {0}, file;

	random_bam(&bam, 53, 2000, 200);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 1000, .level = 1});
	file.data[bgzf_block_offset(&file, 100) - 5] ^= 1;
	for (unsigned n_threads = 1; n_threads < 6; n_threads++) {
		struct sphex_bam_options options = {.n_threads = n_threads};
		char *path = temp_file(&file, ".bam");
		const struct sphex_batch *batch;
		struct sphex_error err;
		struct sphex_bam *in;
		enum sphex_status status;
		size_t at = random_bam_header_nbytes(&bam);

		cr_assert_eq(sphex_bam_open(path, &options, &in, &err), SPHEX_OK);
		while (!(status = sphex_bam_next(in, &batch, &err))) {
			for (size_t i = 0; i < sphex_batch_n_records(batch); i++) {
				expect_record(batch, i, bam.data + at);
				at += number_at(bam.data + at, 4) + 4;
			}
		}
		cr_assert_eq(status, SPHEX_E_DATA);
		cr_assert(at > 80 * 1000 && at < 100 * 1000, "%zu bytes before the damage", at);
		cr_assert_eq(err.voffset, (uint64_t)bgzf_block_offset(&file, 99) << 16);
		cr_assert_eq(sphex_bam_next(in, &batch, NULL), SPHEX_E_DATA);
		cr_assert_null(batch);
		sphex_bam_close(in);
		temp_remove(path);
	}
	bytes_free(&file);
	bytes_free(&bam);
}

Test(api_bam, the_decoder_accepts_a_missing_end_marker_only_when_told)
{
	struct bytes bam = {0}, file;
	char *path;

	random_bam(&bam, 54, 200, 100);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.level = 1, .no_eof = true});
	path = temp_file(&file, ".bam");
	expect_bam(path, &bam, (struct sphex_bam_options){.n_threads = 2, .allow_truncated = true});
	for (unsigned n_threads = 1; n_threads < 4; n_threads++) {
		struct sphex_bam_options options = {.n_threads = n_threads};
		const struct sphex_batch *batch;
		struct sphex_error err;
		struct sphex_bam *in;
		enum sphex_status status;

		cr_assert_eq(sphex_bam_open(path, &options, &in, &err), SPHEX_OK);
		while (!(status = sphex_bam_next(in, &batch, &err)))
			;
		cr_assert_eq(status, SPHEX_E_TRUNCATED);
		sphex_bam_close(in);
	}
	temp_remove(path);
	bytes_free(&file);
	bytes_free(&bam);
}
