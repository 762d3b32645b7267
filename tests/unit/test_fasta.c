/* FASTA files in every container and shape, against the letters that were written into them. */
#include "variants/fasta.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/bam_builder.h"
#include "tests/support/one_in.h"
#include "tests/support/prng.h"

enum container { PLAIN, BGZF, BGZF_WITH_GZI, N_CONTAINERS };

/* A file beside `path`; removed by drop(). */
static void put_beside(const char *path, const char *suffix, const void *data, size_t n)
{
	char name[1024];
	FILE *file;

	snprintf(name, sizeof(name), "%s%s", path, suffix);
	file = fopen(name, "wb");
	cr_assert(file && fwrite(data, 1, n, file) == n && fclose(file) == 0);
}

static void put_fai(const char *path, const char *text)
{
	put_beside(path, ".fai", text, strlen(text));
}

static void drop(char *path)
{
	static const char *const suffixes[] = {".fai", ".gzi"};

	for (size_t i = 0; i < 2; i++) {
		char name[1024];

		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		unlink(name);
	}
	temp_remove(path);
}

/* Block k begins at byte k * block_nbytes of the text. */
static void put_gzi(
	const char *path, const struct bytes *file, size_t n_blocks, size_t block_nbytes)
{
	struct bytes gzi = {0};

	bytes_add_number(&gzi, n_blocks - 1, 8);
	for (size_t k = 1; k < n_blocks; k++) {
		bytes_add_number(&gzi, bgzf_block_offset(file, k), 8);
		bytes_add_number(&gzi, k * block_nbytes, 8);
	}
	put_beside(path, ".gzi", gzi.data, gzi.n);
	bytes_free(&gzi);
}

static char *put_text(const char *text)
{
	struct bytes b = {0};
	char *path;

	bytes_print(&b, "%s", text);
	path = temp_file(&b, ".fa");
	bytes_free(&b);
	return path;
}

static char *put_in(const struct bytes *text, enum container container)
{
	const size_t block_nbytes = 1000;
	struct bytes file;
	char *path;

	if (container == PLAIN)
		return temp_file(text, ".fa");
	file = bgzf_wrap(text, (struct bgzf_shape){.block_nbytes = block_nbytes, .level = 1});
	path = temp_file(&file, ".fa.gz");
	if (container == BGZF_WITH_GZI)
		put_gzi(path, &file, (text->n + block_nbytes - 1) / block_nbytes, block_nbytes);
	bytes_free(&file);
	return path;
}

/* ---------------------------------------------------------------- contents */

#define N_CONTIGS 3
#define MAX_LENGTH 200000

struct truth {
	char *bases[N_CONTIGS]; /* upper case */
	size_t n[N_CONTIGS];
};

/* Adds contig i, lines of `width` letters; the .fai line too. */
static void add_contig(struct truth *truth, size_t i, size_t width, const char *line_end,
	struct prng *r, struct bytes *fasta, struct bytes *fai)
{
	static const char letters[] = "ACGTNacgtnRYKMbx*-";
	size_t n = truth->n[i];

	char *line = malloc(width);

	truth->bases[i] = malloc(n + 1);
	bytes_print(fasta, ">c%zu some words%s", i, line_end);
	bytes_print(
		fai, "c%zu\t%zu\t%zu\t%zu\t%zu\n", i, n, fasta->n, width, width + strlen(line_end));
	for (size_t k = 0; k < n; k++) {
		char c = letters[prng_below(r, sizeof(letters) - 1)];

		line[k % width] = c;
		truth->bases[i][k] = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
		if ((k + 1) % width == 0 || k + 1 == n) {
			bytes_add(fasta, line, k % width + 1);
			bytes_add(fasta, line_end, strlen(line_end));
		}
	}
	free(line);
}

static void expect_bases(struct fasta *f, const struct truth *truth, struct prng *r)
{
	static const size_t sizes[] = {1, 2, 60, 61, 1000, MAX_LENGTH};
	char *out = malloc(MAX_LENGTH);
	struct sphex_error err;

	for (size_t k = 0; k < 300; k++) {
		size_t i = prng_below(r, N_CONTIGS);
		size_t beg = prng_below(r, truth->n[i]), size = sizes[prng_below(r, 6)];
		size_t end = size < truth->n[i] - beg ? beg + size : truth->n[i];
		char name[] = {'c', (char)('0' + i)};
		uint32_t contig = fasta_find(f, name, 2);

		cr_assert(contig != FASTA_NONE && fasta_length(f, contig) == truth->n[i]);
		cr_assert(fasta_bases(f, contig, beg, end, out, &err) == SPHEX_OK);
		cr_assert(memcmp(out, truth->bases[i] + beg, end - beg) == 0);
	}
	free(out);
}

static void check_shape(size_t width, const char *line_end, bool ends_with_line_end,
	enum container container, bool has_fai, struct prng *r)
{
	struct truth truth = {.n = {1 + prng_below(r, 3000), width, MAX_LENGTH}};
	struct bytes fasta = {0}, fai = {0};
	struct sphex_error err;
	struct fasta *f;
	char *path;

	for (size_t i = 0; i < N_CONTIGS; i++)
		add_contig(&truth, i, width, line_end, r, &fasta, &fai);
	fasta.n -= ends_with_line_end ? 0 : strlen(line_end);
	path = put_in(&fasta, container);
	if (has_fai)
		put_beside(path, ".fai", fai.data, fai.n);
	cr_assert(fasta_open(path, 1, &f, &err) == SPHEX_OK);
	cr_assert(fasta_n_contigs(f) == N_CONTIGS && strcmp(fasta_name(f, 1), "c1") == 0);
	cr_assert(fasta_find(f, "c", 1) == FASTA_NONE && fasta_find(f, "c10", 3) == FASTA_NONE);
	expect_bases(f, &truth, r);
	fasta_close(f);
	drop(path);
	bytes_free(&fasta);
	bytes_free(&fai);
	for (size_t i = 0; i < N_CONTIGS; i++)
		free(truth.bases[i]);
}

Test(fasta, gives_any_range_in_upper_case_from_every_shape_of_file)
{
	static const size_t widths[] = {1, 50, 60, 70000, MAX_LENGTH};
	struct prng r = {1};

	for (size_t i = 0; i < 5 * N_CONTAINERS * 8; i += one_in(7))
		check_shape(widths[i / N_CONTAINERS / 8], i & 1 ? "\r\n" : "\n", i & 2,
			(enum container)(i / 8 % N_CONTAINERS), i & 4, &r);
}

Test(fasta, refuses_ranges_beyond_the_contig)
{
	char *path = put_text(">a\nACGT\n>empty\n>b\nAC\n"), out[8];
	struct sphex_error err;
	struct fasta *f;

	cr_assert(fasta_open(path, 1, &f, &err) == SPHEX_OK);
	cr_assert(fasta_bases(f, 0, 0, 5, out, &err) == SPHEX_E_ARGUMENT);
	cr_assert(fasta_bases(f, 0, 3, 2, out, &err) == SPHEX_E_ARGUMENT);
	cr_assert(fasta_bases(f, 0, 4, 4, out, &err) == SPHEX_OK);
	cr_assert(fasta_length(f, 1) == 0 && fasta_bases(f, 1, 0, 0, out, &err) == SPHEX_OK);
	cr_assert(fasta_bases(f, 1, 0, 1, out, &err) == SPHEX_E_ARGUMENT);
	fasta_close(f);
	drop(path);
}

/* As samtools faidx names them. */
Test(fasta, ends_names_at_white_space_and_nowhere_else)
{
	char *path = put_text(">a\001b\fc\nACGT\n>\303\251\vx\nAC\n> d\177e\rf\nAC\n"), out[2];
	struct sphex_error err;
	struct fasta *f;

	cr_assert(fasta_open(path, 1, &f, &err) == SPHEX_OK);
	cr_assert_str_eq(fasta_name(f, 0), "a\001b");
	cr_assert_str_eq(fasta_name(f, 1), "\303\251");
	cr_assert_str_eq(fasta_name(f, 2), "d\177e");
	for (uint32_t i = 0; i < 3; i++)
		cr_assert_eq(fasta_bases(f, i, 0, 2, out, &err), SPHEX_OK, "contig %u", i);
	fasta_close(f);
	drop(path);
}

/* ---------------------------------------------------------------- what is refused */

static void expect_refused(char *path, enum sphex_status status, const char *file_suffix,
	uint64_t line, const char *what)
{
	struct sphex_error err;
	struct fasta *f;
	char file[1024];

	snprintf(file, sizeof(file), "%s%s", path, file_suffix);
	cr_assert(fasta_open(path, 1, &f, &err) == status, "%s", what);
	cr_assert(f == NULL && strcmp(err.file, file) == 0 && err.line == line, "%s", what);
}

Test(fasta, names_file_and_line_of_a_bad_index)
{
	static const char *const bad[] = {
		"a\t4\t3\t4",       /* columns missing */
		"a\t4\t3\t4\t5\t9", /* of a FASTQ */
		"a\t4\t3\t4\tx",    /* no number */
		"a\t4\t3\t-4\t5",   /* negative */
		"a\t4\t3\t0\t1",    /* lines without bases */
		"a\t4\t3\t4\t3",    /* narrower than its bases */
		"a\t4\t3\t4\t7",    /* more than CRLF */
		"a\t4\t3\t2\t2",    /* several lines without ends */
		"a\t14\t3\t4\t5",   /* goes on behind the end */
		"a\t9\t3\t9\t10",   /* its only line does */
		"a\t4\t3000\t4\t5", /* begins there */
		"a\t18446744073709551615\t3\t1\t2",
		"a\t4\t18446744073709551615\t4\t5",
		"a\t4\t3\t18446744073709551615\t5",
		"a\t99999999999999999999\t3\t4\t5",
		"z\t4\t3\t4\t5", /* the name of the first line */
		"\t4\t3\t4\t5",
		"",
	};
	char *path = put_text(">z\nACGT\nAC\n");

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[200];

		snprintf(text, sizeof(text), "z\t6\t3\t4\t5\n%s\n", bad[i]);
		put_fai(path, text);
		expect_refused(path, SPHEX_E_DATA, ".fai", 2, bad[i]);
	}
	drop(path);
}

Test(fasta, finds_out_an_index_of_another_file)
{
	static const struct {
		const char *fai;
		const char *why;
	} stale[] = {
		{"a\t7\t5\t4\t5\nb\t2\t16\t2\t3\n", "one base less"},
		{"a\t9\t5\t4\t5\nb\t2\t16\t2\t3\n", "one base more"},
		{"a\t8\t4\t4\t5\nb\t2\t16\t2\t3\n", "begins one early"},
		{"a\t8\t6\t4\t5\nb\t2\t16\t2\t3\n", "begins one late"},
		{"a\t8\t5\t5\t6\nb\t2\t16\t2\t3\n", "other lines"},
		{"a\t4\t5\t2\t3\nb\t2\t16\t2\t3\n", "shorter lines"},
		{"a\t8\t5\t4\t6\nb\t2\t16\t2\t3\n", "other line ends"},
		{"x\t8\t5\t4\t5\nb\t2\t16\t2\t3\n", "another name"},
		{"b\t8\t5\t4\t5\na\t2\t16\t2\t3\n", "names in another order"},
	};
	char *path = put_text(">a b\nACGT\nACGT\n>b\nAC\n"), out[16];
	struct sphex_error err;
	struct fasta *f;

	for (size_t i = 0; i < sizeof(stale) / sizeof(stale[0]); i++) {
		put_fai(path, stale[i].fai);
		cr_assert(fasta_open(path, 1, &f, &err) == SPHEX_OK, "%s", stale[i].why);
		cr_assert(fasta_bases(f, 0, 0, fasta_length(f, 0), out, &err) == SPHEX_E_DATA, "%s",
			stale[i].why);
		cr_assert(err.line == 1 && strstr(err.file, ".fai"), "%s", stale[i].why);
		fasta_close(f);
	}
	drop(path);
	path = put_text(">a\nACGTAC\n");
	put_fai(path, "a\t5\t3\t3\t4\n"); /* ends with the line, and has one line end in it */
	cr_assert(fasta_open(path, 1, &f, &err) == SPHEX_OK);
	cr_assert(fasta_bases(f, 0, 0, 5, out, &err) == SPHEX_E_DATA && err.line == 1);
	fasta_close(f);
	drop(path);
}

Test(fasta, refuses_a_file_of_which_no_index_can_be_made)
{
	static const struct {
		const char *text;
		enum sphex_status status;
		uint64_t line;
	} bad[] = {
		{">a\nACGT\nACGTA\n", SPHEX_E_DATA, 3},    /* a line longer than the first */
		{">a\nACGT\nAC\nACGT\n", SPHEX_E_DATA, 4}, /* goes on behind a shorter line */
		{">a\nACGT\n\nACGT\n", SPHEX_E_DATA, 4},   /* behind an empty line */
		{">a\n\nACGT\n", SPHEX_E_DATA, 3},
		{">a\nACGT\r\nACGTA\n", SPHEX_E_DATA, 3}, /* as wide, but not as long */
		{">a\nAC GT\n", SPHEX_E_DATA, 2},
		{">a\nAC\rGT\n", SPHEX_E_DATA, 2},
		{">a\nACGT\n>a x\nACGT\n", SPHEX_E_DATA, 3},
		{">\nACGT\n", SPHEX_E_DATA, 1},
		{"ACGT\n", SPHEX_E_FORMAT, 1},
		{"\n@HD\tVN:1.6\n", SPHEX_E_FORMAT, 2},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *path = put_text(bad[i].text);

		expect_refused(path, bad[i].status, "", bad[i].line, bad[i].text);
		drop(path);
	}
}

Test(fasta, refuses_a_header_line_of_more_than_a_mib)
{
	struct bytes text = {0};
	char *path;

	bytes_print(&text, ">a%0*d\nACGT\n", 1 << 20, 0);
	path = temp_file(&text, ".fa");
	expect_refused(path, SPHEX_E_LIMIT, "", 1, "a name without an end");
	drop(path);
	bytes_free(&text);
}

static void expect_changed(const struct bytes *before, const struct bytes *after)
{
	char *path = temp_file(before, ".fa"), out[100];
	struct sphex_error err;
	struct fasta *f;

	cr_assert_eq(fasta_open(path, 1, &f, &err), SPHEX_OK, "%s", err.message);
	put_beside(path, "", after->data, after->n);
	cr_assert_eq(fasta_bases(f, 0, 50, 150, out, &err), SPHEX_E_DATA);
	cr_assert_str_eq(err.file, path);
	fasta_close(f);
	drop(path);
}

Test(fasta, finds_out_that_the_file_changes_while_it_is_read)
{
	struct bytes text = {0}, packed, other;

	bytes_print(&text, ">a\n%0200d\n>bbb\nACGT\n", 0);
	packed = bgzf_wrap(&text, (struct bgzf_shape){.block_nbytes = 100});
	other = bgzf_wrap(&text, (struct bgzf_shape){.block_nbytes = 100, .empty_blocks = true});
	expect_changed(&packed, &other);
	bytes_free(&other);
	other = bgzf_wrap(&text, (struct bgzf_shape){.block_nbytes = 90});
	expect_changed(&packed, &other);
	bytes_free(&other);
	bytes_free(&packed);
	bytes_add(&other, text.data, text.n);
	memset(other.data + 100, '\n', 3);
	expect_changed(&text, &other);
	bytes_free(&other);
	bytes_free(&text);
}

Test(fasta, finds_a_blank_at_every_place_of_a_line)
{
	static const char blanks[] = "\x01\t\r \x7F\x80\xFF";
	char text[] = ">a\nACGTNacgtnRYKMSWBDHV*-.zZ!~\n", *path = put_text(text);
	struct sphex_error err;
	struct fasta *f;

	cr_assert(fasta_open(path, 1, &f, &err) == SPHEX_OK, "%s", err.message);
	cr_assert_eq(fasta_length(f, 0), sizeof(text) - 1 - 4);
	fasta_close(f);
	drop(path);
	for (size_t k = 0; k + 1 < sizeof(blanks); k++)
		for (size_t i = 3; i + 2 < sizeof(text); i++) {
			char kept = text[i];

			if (blanks[k] == '\r' && text[i + 1] == '\n')
				continue; /* the line's end */
			text[i] = blanks[k];
			path = put_text(text);
			expect_refused(path, SPHEX_E_DATA, "", 2, "a blank");
			drop(path);
			text[i] = kept;
		}
}

Test(fasta, refuses_what_cannot_be_read_at_any_place)
{
	struct bytes text = {0}, file;
	char *path;

	bytes_print(&text, ">a\nACGT\n");
	file = gzip_wrap(&text, 6);
	path = temp_file(&file, ".fa.gz");
	expect_refused(path, SPHEX_E_UNSUPPORTED, "", 0, "plain gzip");
	drop(path);
	bytes_free(&file);
	bytes_free(&text);
}

Test(fasta, refuses_an_empty_text_in_any_container)
{
	struct bytes text = {0}, file = bgzf_wrap(&text, (struct bgzf_shape){0});
	char *path = put_text("");

	expect_refused(path, SPHEX_E_UNSUPPORTED, "", 0, "no bytes");
	drop(path);
	path = temp_file(&file, ".fa.gz");
	expect_refused(path, SPHEX_E_UNSUPPORTED, "", 0, "an end-of-file marker");
	drop(path);
	bytes_free(&file);
}

Test(fasta, says_that_the_end_of_file_marker_is_missing)
{
	struct bytes text = {0}, file;
	char *path;

	bytes_print(&text, ">a\nACGT\n");
	file = bgzf_wrap(&text, (struct bgzf_shape){.no_eof = true});
	path = temp_file(&file, ".fa.gz");
	expect_refused(path, SPHEX_E_TRUNCATED, "", 0, "no marker");
	put_fai(path, "a\t4\t3\t4\t5\n");
	expect_refused(path, SPHEX_E_TRUNCATED, "", 0, "no marker");
	drop(path);
	bytes_free(&file);
	bytes_free(&text);
}

/* A FASTA of 5 blocks of 100 bytes with its .fai; every word of the .gzi is changed in turn. */
Test(fasta, finds_out_a_block_index_of_another_file)
{
	struct bytes text = {0}, file;
	struct sphex_error err;
	char *path, out[494];

	bytes_print(&text, ">a\n%0494d\n", 0);
	text.n = 500;
	text.data[499] = '\n';
	file = bgzf_wrap(&text, (struct bgzf_shape){.block_nbytes = 100});
	path = temp_file(&file, ".fa.gz");
	put_fai(path, "a\t494\t3\t496\t497\n");
	for (size_t i = 0; i < 18; i++) { /* the low byte and the high one */
		size_t word = i / 2, byte = i % 2 * 7;
		struct bytes gzi = {0};
		struct fasta *f;
		enum sphex_status status;

		bytes_add_number(&gzi, 4, 8);
		for (size_t k = 1; k < 5; k++) {
			bytes_add_number(&gzi, bgzf_block_offset(&file, k), 8);
			bytes_add_number(&gzi, k * 100, 8);
		}
		gzi.data[8 * word + byte] ^= 1;
		put_beside(path, ".gzi", gzi.data, gzi.n);
		bytes_free(&gzi);
		status = fasta_open(path, 1, &f, &err);
		if (!status)
			status = fasta_bases(f, 0, 0, 494, out, &err);
		cr_assert(status == SPHEX_E_DATA, "word %zu, byte %zu", word, byte);
		fasta_close(f);
	}
	drop(path);
	bytes_free(&file);
	bytes_free(&text);
}
