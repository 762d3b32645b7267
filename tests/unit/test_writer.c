/* Bytes in pieces become a file that appears whole or not at all, compressed by its name. */
#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bgzf/inflate.h"
#include "output/writer.h"
#include "tests/support/folder.h"
#include "tests/support/prng.h"

static enum sphex_status write_text(const char *path, const char *text, struct sphex_error *err)
{
	struct writer *w;
	enum sphex_status status = writer_open(path, &w, err);

	if (status) {
		cr_assert_null(w);
		return status;
	}
	writer_put(w, text, strlen(text));
	return writer_commit(w, err);
}

Test(writer, pieces_of_any_size_are_joined)
{
	enum { N = 1000000 };
	const char *folder = folder_make();
	const char *path = folder_path(folder, "out");
	uint8_t *want = malloc(N), *got = malloc(N + 1);
	struct prng r = {1};
	struct sphex_error err;
	struct writer *w;
	FILE *f;

	prng_fill(&r, want, N);
	cr_assert_eq(writer_open(path, &w, &err), SPHEX_OK);
	for (size_t at = 0, n; at < N; at += n) {
		n = (size_t)prng_below(&r, prng_below(&r, 5) ? 300 : 200000);
		n = n < N - at ? n : N - at;
		writer_put(w, want + at, n);
	}
	cr_assert_eq(writer_commit(w, &err), SPHEX_OK);
	f = fopen(path, "r");
	cr_assert_eq(fread(got, 1, N + 1, f), N);
	fclose(f);
	cr_assert(memcmp(got, want, N) == 0, "other bytes");
	cr_assert_eq(folder_n_entries(folder), 1);
	folder_remove(folder);
	free(want);
	free(got);
}

/* Reads a file, at most nbytes. */
static size_t read_file(const char *path, uint8_t *out, size_t nbytes)
{
	FILE *f = fopen(path, "r");
	size_t n;

	cr_assert_not_null(f, "%s", path);
	n = fread(out, 1, nbytes, f);
	fclose(f);
	return n;
}

/* Writes want[0 .. n) in pieces of the size, smaller ones too when they are random. */
static void write_pieces(const char *path, const uint8_t *want, size_t n, size_t piece, bool random)
{
	struct prng r = {piece};
	struct sphex_error err;
	struct writer *w;

	cr_assert_eq(writer_open_by_name(path, &w, &err), SPHEX_OK);
	for (size_t at = 0, part; at < n; at += part) {
		part = random ? (size_t)prng_below(&r, piece + 1) : piece;
		part = part < n - at ? part : n - at;
		writer_put(w, want + at, part);
	}
	cr_assert_eq(writer_commit(w, &err), SPHEX_OK);
}

/* The contents of the blocks up to the marker, which ends the file. */
static size_t inflate_file(const uint8_t *file, size_t n, uint8_t *out)
{
	struct inflater *inf = inflater_new(NULL);
	uint8_t content[BGZF_MAX_BLOCK_NBYTES];
	struct bgzf_block block;
	struct sphex_error err;
	size_t n_out = 0, part;

	while (!bgzf_is_eof_marker(file, n)) {
		cr_assert_eq(bgzf_block_parse(file, n, &block), BGZF_PARSED);
		cr_assert_leq(block.nbytes, n);
		cr_assert_eq(inflate_block(inf, file, &block, content, &part, &err), SPHEX_OK);
		cr_assert(part > 0 && part <= 65280, "%zu", part);
		memcpy(out + n_out, content, part);
		n_out += part;
		file += block.nbytes;
		n -= block.nbytes;
	}
	cr_assert_eq(n, BGZF_EOF_NBYTES, "the marker is not the end");
	inflater_free(inf);
	return n_out;
}

Test(writer, a_name_in_gz_makes_bgzf_whose_bytes_do_not_depend_on_the_pieces)
{
	enum { N = 300000 };
	static const size_t sizes[] = {0, 1, 65279, 65280, 65281, 130560, N};
	static uint8_t want[N], got[N + 1000], first[N + 1000], back[N];
	const char *folder = folder_make();
	const char *path = folder_path(folder, "out.tsv.gz");
	struct prng r = {3};

	prng_fill(&r, want, N);
	for (size_t i = 0; i < 7; i++) {
		size_t n = sizes[i], n_first, n_got;

		write_pieces(path, want, n, N, false);
		n_first = read_file(path, first, sizeof(first));
		cr_assert_eq(inflate_file(first, n_first, back), n);
		cr_assert(memcmp(back, want, n) == 0, "%zu bytes", n);
		for (size_t piece = 7; piece < N; piece *= 13) {
			write_pieces(path, want, n, piece, true);
			n_got = read_file(path, got, sizeof(got));
			cr_assert(n_got == n_first && memcmp(got, first, n_got) == 0, "%zu in %zu",
				n, piece);
		}
	}
	cr_assert_eq(folder_n_entries(folder), 1);
	folder_remove(folder);
}

Test(writer, other_names_are_written_as_they_are)
{
	static const char *const names[] = {"out", "gz", "out.gz.tsv", "out.GZ", "outgz"};
	const char *folder = folder_make();

	for (size_t i = 0; i < 5; i++) {
		const char *path = folder_path(folder, names[i]);

		write_pieces(path, (const uint8_t *)"text", 4, 4, false);
		text_expect(path, "text");
	}
	cr_assert(!write_text(folder_path(folder, "out.gz"), "text", &(struct sphex_error){0}));
	text_expect(folder_path(folder, "out.gz"), "text");
	folder_remove(folder);
}

Test(writer, an_older_file_stays_until_the_new_one_is_whole)
{
	const char *folder = folder_make();
	const char *path = folder_path(folder, "out");
	struct sphex_error err;
	struct writer *w;
	char large[200000];

	memset(large, 'x', sizeof(large));
	text_put(path, "old");
	cr_assert_eq(writer_open(path, &w, &err), SPHEX_OK);
	writer_put(w, large, sizeof(large));
	text_expect(path, "old");
	writer_abandon(w);
	text_expect(path, "old");
	cr_assert_eq(folder_n_entries(folder), 1, "something is left behind");
	cr_assert_eq(write_text(path, "new", &err), SPHEX_OK);
	text_expect(path, "new");
	cr_assert_eq(folder_n_entries(folder), 1);
	writer_abandon(NULL);
	folder_remove(folder);
}

Test(writer, an_abandoned_new_file_leaves_nothing)
{
	const char *folder = folder_make();
	struct sphex_error err;
	struct writer *w;

	cr_assert_eq(writer_open(folder_path(folder, "out"), &w, &err), SPHEX_OK);
	writer_put(w, "x", 1);
	writer_abandon(w);
	cr_assert_eq(folder_n_entries(folder), 0);
	folder_remove(folder);
}

Test(writer, a_stopped_file_does_not_appear)
{
	static const size_t sizes[] = {0, 1, 1000000};
	static char text[1000000];

	for (size_t i = 0; i < 3; i++) {
		const char *folder = folder_make();
		struct sphex_error err;
		struct writer *w;
		atomic_bool stop = false;

		cr_assert_eq(writer_open(folder_path(folder, "out"), &w, &err), SPHEX_OK);
		writer_stop_when(w, &stop);
		writer_put(w, text, sizes[i]);
		atomic_store(&stop, true);
		writer_put(w, text, sizes[i]);
		cr_assert_eq(writer_commit(w, &err), SPHEX_E_CANCELLED);
		cr_assert_eq(folder_n_entries(folder), 0);
		folder_remove(folder);
	}
}

Test(writer, what_cannot_be_written_is_an_io_error_with_its_name)
{
	const char *folder = folder_make();
	const char *const paths[] = {"/nonexistent/folder/out", folder, "", "/dev/null/out"};
	static const int errnums[] = {ENOENT, EISDIR, ENOENT, ENOTDIR};
	struct sphex_error err;

	for (size_t i = 0; i < 4; i++) {
		cr_assert_eq(writer_check(paths[i], &err), SPHEX_E_IO, "%s", paths[i]);
		cr_assert_str_eq(err.file, paths[i]);
		cr_assert_eq(write_text(paths[i], "x", &err), SPHEX_E_IO, "%s", paths[i]);
		cr_assert_str_eq(err.file, paths[i]);
		cr_assert(strstr(err.message, strerror(errnums[i])), "%s", err.message);
	}
	cr_assert_eq(folder_n_entries(folder), 0);
	folder_remove(folder);
}

Test(writer, a_full_device_is_an_error_at_the_latest_when_it_is_done)
{
	static const size_t sizes[] = {1, 65536, 65537, 1000000};
	static char text[1000000];

	for (size_t i = 0; i < 4; i++) {
		struct sphex_error err;
		struct writer *w;

		cr_assert_eq(writer_open("/dev/full", &w, &err), SPHEX_OK);
		writer_put(w, text, sizes[i]);
		writer_put(w, text, sizes[i]);
		cr_assert_eq(writer_commit(w, &err), SPHEX_E_IO);
		cr_assert_str_eq(err.file, "/dev/full");
		cr_assert(strstr(err.message, strerror(ENOSPC)), "%s", err.message);
	}
}

Test(writer, devices_and_pipes_are_written_directly)
{
	const char *folder = folder_make();
	const char *fifo = folder_path(folder, "fifo");
	struct sphex_error err;
	char got[10] = "";
	int fd;

	cr_assert_eq(write_text("/dev/null", "x", &err), SPHEX_OK);
	cr_assert_eq(mkfifo(fifo, 0600), 0);
	fd = open(fifo, O_RDONLY | O_NONBLOCK);
	cr_assert_eq(write_text(fifo, "text", &err), SPHEX_OK);
	cr_assert_eq(read(fd, got, sizeof(got)), 4);
	cr_assert_str_eq(got, "text");
	close(fd);
	folder_remove(folder);
}

Test(writer, minus_is_standard_output_and_stays_open)
{
	const char *folder = folder_make();
	const char *path = folder_path(folder, "out");
	int saved = dup(STDOUT_FILENO), fd = open(path, O_WRONLY | O_CREAT, 0600);
	struct sphex_error err;

	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	cr_assert_eq(write_text("-", "one ", &err), SPHEX_OK);
	cr_assert_eq(write_text("/dev/stdout", "two", &err), SPHEX_OK);
	close(STDOUT_FILENO);
	cr_assert_eq(write_text("-", "three", &err), SPHEX_E_IO);
	cr_assert_str_eq(err.file, "standard output");
	dup2(saved, STDOUT_FILENO);
	text_expect(path, "one two");
	close(fd);
	folder_remove(folder);
}
