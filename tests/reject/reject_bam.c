/* Each kind of bad BAM gives its stated status, with file and message, to the counter and the
 * decoder. */
#include <criterion/criterion.h>

#include <string.h>

#include "sphex.h"
#include "tests/support/random_bam.h"

#define N_OF(array) (sizeof(array) / sizeof(array[0]))

enum {
	BLOCK_NBYTES = 500,
	EOF_MARKER_NBYTES = 28,
	N_RECORDS = 40,
	COUNTER_ONLY = 1,
	TEXT_NBYTES = 36
};

static void put(struct bytes *b, size_t at, uint64_t value, size_t nbytes)
{
	for (size_t i = 0; i < nbytes; i++)
		b->data[at + i] = (uint8_t)(value >> 8 * i);
}

static uint32_t get_u32(const struct bytes *b, size_t at)
{
	return b->data[at] | (uint32_t)b->data[at + 1] << 8 | (uint32_t)b->data[at + 2] << 16 |
	       (uint32_t)b->data[at + 3] << 24;
}

/* Start of record k of a BAM that is not compressed. */
static size_t record_at(const struct bytes *bam, size_t k)
{
	size_t at = random_bam_header_nbytes(bam);

	for (; k > 0; k--)
		at += get_u32(bam, at) + 4;
	return at;
}

/* A number of nbytes at an offset in the header, or of record 20 when in_record. */
struct lie {
	const char *what;
	bool in_record;
	size_t at, nbytes;
	uint64_t value;
	enum sphex_status want;
};

static const struct lie lies[] = {
	{"magic of another version", false, 3, 1, 2, SPHEX_E_FORMAT},
	{"l_text is negative", false, 4, 4, 0x80000000, SPHEX_E_DATA},
	{"l_text is longer than the file", false, 4, 4, 0x1fffff00, SPHEX_E_TRUNCATED},
	{"l_text is beyond reason", false, 4, 4, 0x7fffffff, SPHEX_E_LIMIT},
	{"n_ref is negative", false, 8 + TEXT_NBYTES, 4, 0xffffffff, SPHEX_E_DATA},
	{"n_ref is more than there are", false, 8 + TEXT_NBYTES, 4, 0x7fffffff, SPHEX_E_DATA},
	{"l_name is 0", false, 12 + TEXT_NBYTES, 4, 0, SPHEX_E_DATA},
	{"l_name is negative", false, 12 + TEXT_NBYTES, 4, 0xffffffff, SPHEX_E_DATA},
	{"l_name is longer than the file", false, 12 + TEXT_NBYTES, 4, 0x7fffffff,
		SPHEX_E_TRUNCATED},
	{"a reference name without NUL", false, 12 + TEXT_NBYTES + 8, 1, 'x', SPHEX_E_DATA},
	{"block_size is 0", true, 0, 4, 0, SPHEX_E_DATA},
	{"block_size is 31", true, 0, 4, 31, SPHEX_E_DATA},
	{"block_size is negative", true, 0, 4, 0xffffffff, SPHEX_E_LIMIT},
	{"block_size is beyond reason", true, 0, 4, 300u << 20, SPHEX_E_LIMIT},
	{"block_size is longer than the file", true, 0, 4, 200u << 20, SPHEX_E_TRUNCATED},
	{"reference id is not in the header", true, 4, 4, RANDOM_N_REFS, SPHEX_E_DATA},
	{"reference id is -2", true, 4, 4, 0xfffffffe, SPHEX_E_DATA},
	{"position is -2", true, 8, 4, 0xfffffffe, SPHEX_E_DATA},
	{"l_read_name is 0", true, 12, 1, 0, SPHEX_E_DATA},
	{"l_read_name is too long", true, 12, 1, 255, SPHEX_E_DATA},
	{"the name does not end with NUL", true, 12, 1, 2, SPHEX_E_DATA},
	{"n_cigar_op is too large", true, 16, 2, 65535, SPHEX_E_DATA},
	{"l_seq is negative", true, 20, 4, 0xffffffff, SPHEX_E_DATA},
	{"l_seq is too large", true, 20, 4, 0x7fffffff, SPHEX_E_DATA},
};

/* Runs the counter over the file. */
static enum sphex_status count(const char *path, unsigned n_threads, struct sphex_error *err)
{
	static const uint32_t contig = 0, pos1 = 100;
	static const uint64_t offsets[] = {0, 1};
	static const char *const name = "chr1";
	static const struct sphex_sites sites = {
		1, 1, &name, &contig, &pos1, "A", offsets, "G", offsets};
	enum sphex_status status;
	struct sphex_count *c;

	cr_assert_eq(sphex_count_new(SPHEX_MODE_WASP2, &c, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_bam(c, path, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_sites(c, &sites, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_threads(c, n_threads, NULL), SPHEX_OK);
	cr_assert_eq(sphex_count_set(c, "unit-blocks", "2", NULL), SPHEX_OK);
	status = sphex_count_run(c, err);
	cr_assert_eq(sphex_count_n_rows(c), status ? 0 : 1, "a table in spite of an error");
	sphex_count_free(c);
	return status;
}

static enum sphex_status decode(const char *path, unsigned n_threads, struct sphex_error *err)
{
	struct sphex_bam_options options = {.n_threads = n_threads};
	const struct sphex_batch *batch;
	struct sphex_bam *bam;
	enum sphex_status status = sphex_bam_open(path, &options, &bam, err);

	if (status)
		return status;
	while (!(status = sphex_bam_next(bam, &batch, err)))
		;
	sphex_bam_close(bam);
	return status == SPHEX_END ? SPHEX_OK : status;
}

static void expect_status(const char *path, enum sphex_status want, const char *what, int flags)
{
	static enum sphex_status (*const users[])(const char *, unsigned, struct sphex_error *) = {
		count, decode};

	for (size_t i = 0; i < 2 * 4; i++) {
		struct sphex_error err;
		enum sphex_status status;

		if (i % 2 == 1 && flags & COUNTER_ONLY)
			continue;
		status = users[i % 2](path, (unsigned)(i / 2) + 1, &err);
		cr_assert_eq(status, want, "%s: %s, %s", what, sphex_status_name(status),
			status ? err.message : "");
		if (status)
			cr_assert(
				err.status == want && err.message[0] && strcmp(err.file, path) == 0,
				"%s: no place", what);
	}
}

static void expect_bytes(const struct bytes *b, enum sphex_status want, const char *what, int flags)
{
	char *path = temp_file(b, ".bam");

	expect_status(path, want, what, flags);
	temp_remove(path);
}

/* As BGZF, as gzip and as it is. */
static void expect_content(
	const struct bytes *bam, enum sphex_status want, const char *what, int flags)
{
	struct bytes bgzf =
		bgzf_wrap(bam, (struct bgzf_shape){.block_nbytes = BLOCK_NBYTES, .level = 6});
	struct bytes gzip = gzip_wrap(bam, 6);

	expect_bytes(&bgzf, want, what, flags);
	expect_bytes(&gzip, want, what, flags);
	expect_bytes(bam, want, what, flags);
	bytes_free(&bgzf);
	bytes_free(&gzip);
}

Test(reject_bam, numbers_that_lie_in_header_and_records)
{
	struct bytes good = {0}, bam = {0};

	random_bam(&good, 71, N_RECORDS, 100);
	cr_assert_eq(get_u32(&good, 4), TEXT_NBYTES);
	expect_content(&good, SPHEX_OK, "nothing is wrong", 0);
	for (size_t i = 0; i < N_OF(lies); i++) {
		bam.n = 0;
		bytes_add(&bam, good.data, good.n);
		put(&bam, (lies[i].in_record ? record_at(&good, 20) : 0) + lies[i].at,
			lies[i].value, lies[i].nbytes);
		expect_content(&bam, lies[i].want, lies[i].what, 0);
	}
	bytes_free(&good);
	bytes_free(&bam);
}

Test(reject_bam, contents_that_end_too_early)
{
	struct bytes bam = {0};
	size_t header, last;

	random_bam(&bam, 72, N_RECORDS, 100);
	header = random_bam_header_nbytes(&bam);
	last = record_at(&bam, N_RECORDS - 1);
	for (size_t i = 0; i < 5; i++) {
		const size_t cuts[] = {4, 7, header - 1, last + 3, bam.n - 1};
		struct bytes part = {bam.data, cuts[i], 0};

		expect_content(&part, SPHEX_E_TRUNCATED, "cut", 0);
	}
	bytes_free(&bam);
}

Test(reject_bam, records_out_of_order)
{
	struct bytes bam = {0};
	struct prng r = {73};

	random_bam_start(&bam);
	for (int i = 0; i < N_RECORDS; i++)
		random_bam_add(&bam, &r, i == 30 ? 0 : 1, i, 100);
	expect_content(&bam, SPHEX_E_DATA, "not sorted", COUNTER_ONLY);
	bytes_free(&bam);
}

Test(reject_bam, files_of_another_kind)
{
	static const struct {
		const char *what, *content;
	} cases[] = {{"an empty file", ""}, {"SAM", "@HD\tVN:1.6\n@SQ\tSN:chr1\tLN:1000\n"},
		{"CRAM", "CRAM\3\1xxxxxxxxxxxxxxx"}, {"text", "hello, world, how do you do"},
		{"VCF", "##fileformat=VCFv4.2\n"}, {"half a magic", "BA"}};

	for (size_t i = 0; i < N_OF(cases); i++) {
		struct bytes b = {0};

		bytes_print(&b, "%s", cases[i].content);
		expect_content(&b, SPHEX_E_FORMAT, cases[i].what, 0);
		bytes_free(&b);
	}
	expect_status("/nonexistent/x.bam", SPHEX_E_IO, "a missing file", 0);
	expect_status("/tmp", SPHEX_E_IO, "a folder", 0);
}

/* ---------------------------------------------------------------- containers */

/* Changes a file of blocks; what is wrong then. */
struct spoil {
	const char *what;
	void (*spoil)(struct bytes *file);
	enum sphex_status want;
};

static void drop_marker(struct bytes *file)
{
	file->n -= EOF_MARKER_NBYTES;
}

static void cut_at_block(struct bytes *file)
{
	file->n = bgzf_block_offset(file, 3);
}

static void cut_in_header(struct bytes *file)
{
	file->n = bgzf_block_offset(file, 3) + 9;
}

static void cut_in_data(struct bytes *file)
{
	file->n = bgzf_block_offset(file, 4) - 9;
}

static void cut_in_marker(struct bytes *file)
{
	file->n--;
}

static void add_garbage(struct bytes *file)
{
	bytes_print(file, "garbage");
}

static void wrong_crc(struct bytes *file)
{
	file->data[bgzf_block_offset(file, 4) - 8] ^= 1;
}

static void wrong_isize(struct bytes *file)
{
	file->data[bgzf_block_offset(file, 4) - 4]++;
}

static void huge_isize(struct bytes *file)
{
	put(file, bgzf_block_offset(file, 4) - 4, 65537, 4);
}

static void wrong_data(struct bytes *file)
{
	put(file, bgzf_block_offset(file, 3) + 18, 0x07, 1); /* a block type that does not exist */
}

static void small_bsize(struct bytes *file)
{
	put(file, bgzf_block_offset(file, 3) + 16, 20, 2);
}

static void wrong_bsize(struct bytes *file)
{
	size_t at = bgzf_block_offset(file, 3) + 16;

	put(file, at, get_u32(file, at) + 1, 2);
}

static void huge_bsize(struct bytes *file)
{
	put(file, bgzf_block_offset(file, 3) + 16, 65535, 2);
}

static void no_bc(struct bytes *file)
{
	file->data[bgzf_block_offset(file, 3) + 12] = 'X';
}

static void wrong_magic(struct bytes *file)
{
	file->data[bgzf_block_offset(file, 3)] = 0;
}

static void wrong_flags(struct bytes *file)
{
	file->data[bgzf_block_offset(file, 3) + 3] = 0;
}

static const struct spoil spoils[] = {
	{"no end marker", drop_marker, SPHEX_E_TRUNCATED},
	{"cut between blocks", cut_at_block, SPHEX_E_TRUNCATED},
	{"cut in a block header", cut_in_header, SPHEX_E_TRUNCATED},
	{"cut in a block's data", cut_in_data, SPHEX_E_TRUNCATED},
	{"cut in the end marker", cut_in_marker, SPHEX_E_TRUNCATED},
	{"bytes behind the end", add_garbage, SPHEX_E_DATA},
	{"wrong CRC32", wrong_crc, SPHEX_E_DATA},
	{"wrong ISIZE", wrong_isize, SPHEX_E_DATA},
	{"ISIZE above 65536", huge_isize, SPHEX_E_DATA},
	{"damaged deflate data", wrong_data, SPHEX_E_DATA},
	{"BSIZE smaller than the header", small_bsize, SPHEX_E_DATA},
	{"BSIZE off by one", wrong_bsize, SPHEX_E_DATA},
	{"BSIZE beyond the end", huge_bsize, SPHEX_E_TRUNCATED},
	{"a block without BC", no_bc, SPHEX_E_DATA},
	{"a block with another magic", wrong_magic, SPHEX_E_DATA},
	{"a block without FEXTRA", wrong_flags, SPHEX_E_DATA},
};

Test(reject_bam, damaged_and_cut_containers)
{
	for (size_t i = 0; i < N_OF(spoils); i++) {
		struct bytes bam = {0}, file;

		random_bam(&bam, 74, N_RECORDS, 100);
		file = bgzf_wrap(
			&bam, (struct bgzf_shape){.block_nbytes = BLOCK_NBYTES, .level = 6});
		spoils[i].spoil(&file);
		expect_bytes(&file, spoils[i].want, spoils[i].what, 0);
		bytes_free(&file);
		bytes_free(&bam);
	}
}

Test(reject_bam, damaged_and_cut_gzip)
{
	struct bytes bam = {0}, file, part;

	random_bam(&bam, 75, N_RECORDS, 100);
	file = gzip_wrap(&bam, 6);
	part = (struct bytes){file.data, file.n / 2, 0};
	expect_bytes(&part, SPHEX_E_DATA, "cut", 0);
	file.data[file.n - 8] ^= 1;
	expect_bytes(&file, SPHEX_E_DATA, "wrong CRC32", 0);
	file.data[file.n - 8] ^= 1;
	file.data[file.n - 4] ^= 1;
	expect_bytes(&file, SPHEX_E_DATA, "wrong ISIZE", 0);
	file.data[file.n - 4] ^= 1;
	bytes_print(&file, "garbage");
	expect_bytes(&file, SPHEX_E_DATA, "bytes behind the end", 0);
	bytes_free(&file);
	bytes_free(&bam);
}
