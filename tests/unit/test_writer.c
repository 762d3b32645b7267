/* A file appears whole or not at all, and an older one stays until then. */
#include <criterion/criterion.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bgzf/inflate.h"
#include "output/writer.h"
#include "tests/support/prng.h"

/* A new folder; the caller removes what is in it and the folder. */
static char *make_folder(void)
{
	static unsigned n;
	static char path[200];

	snprintf(path, sizeof(path), "%s/sphex-writer-%ld-%u",
		getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (long)getpid(), n++);
	cr_assert_eq(mkdir(path, 0700), 0, "%s", path);
	return path;
}

static const char *in_folder(const char *folder, const char *name)
{
	static char paths[4][300];
	static unsigned n;

	snprintf(paths[n % 4], sizeof(paths[0]), "%s/%s", folder, name);
	return paths[n++ % 4];
}

static unsigned n_entries(const char *folder)
{
	DIR *dir = opendir(folder);
	unsigned n = 0;

	cr_assert_not_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static void put_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	cr_assert(f && fputs(text, f) >= 0 && fclose(f) == 0, "%s", path);
}

static void expect_text(const char *path, const char *text)
{
	char got[100] = "";
	FILE *f = fopen(path, "r");

	cr_assert_not_null(f, "%s", path);
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	fclose(f);
	cr_assert_str_eq(got, text);
}

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
	char *folder = make_folder();
	const char *path = in_folder(folder, "out");
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
	cr_assert_eq(n_entries(folder), 1);
	unlink(path);
	rmdir(folder);
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
	struct inflater *inf = inflater_new();
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
	char *folder = make_folder();
	const char *path = in_folder(folder, "out.tsv.gz");
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
	cr_assert_eq(n_entries(folder), 1);
	unlink(path);
	rmdir(folder);
}

Test(writer, other_names_are_written_as_they_are)
{
	static const char *const names[] = {"out", "gz", "out.gz.tsv", "out.GZ", "outgz"};
	char *folder = make_folder();

	for (size_t i = 0; i < 5; i++) {
		const char *path = in_folder(folder, names[i]);

		write_pieces(path, (const uint8_t *)"text", 4, 4, false);
		expect_text(path, "text");
		unlink(path);
	}
	cr_assert_eq(write_text(in_folder(folder, "out.gz"), "text", &(struct sphex_error){0}),
		SPHEX_OK);
	expect_text(in_folder(folder, "out.gz"), "text");
	unlink(in_folder(folder, "out.gz"));
	rmdir(folder);
}

Test(writer, an_older_file_stays_until_the_new_one_is_whole)
{
	char *folder = make_folder();
	const char *path = in_folder(folder, "out");
	struct sphex_error err;
	struct writer *w;
	char large[200000];

	memset(large, 'x', sizeof(large));
	put_file(path, "old");
	cr_assert_eq(writer_open(path, &w, &err), SPHEX_OK);
	writer_put(w, large, sizeof(large));
	expect_text(path, "old");
	writer_abandon(w);
	expect_text(path, "old");
	cr_assert_eq(n_entries(folder), 1, "something is left behind");
	cr_assert_eq(write_text(path, "new", &err), SPHEX_OK);
	expect_text(path, "new");
	cr_assert_eq(n_entries(folder), 1);
	writer_abandon(NULL);
	unlink(path);
	rmdir(folder);
}

Test(writer, an_abandoned_new_file_leaves_nothing)
{
	char *folder = make_folder();
	struct sphex_error err;
	struct writer *w;

	cr_assert_eq(writer_open(in_folder(folder, "out"), &w, &err), SPHEX_OK);
	writer_put(w, "x", 1);
	writer_abandon(w);
	cr_assert_eq(n_entries(folder), 0);
	rmdir(folder);
}

Test(writer, new_files_follow_the_umask)
{
	static const mode_t masks[] = {0022, 0077, 0002, 0};

	for (size_t i = 0; i < 4; i++) {
		char *folder = make_folder();
		const char *path = in_folder(folder, "out");
		struct sphex_error err;
		struct stat st;

		umask(masks[i]);
		cr_assert_eq(write_text(path, "x", &err), SPHEX_OK);
		cr_assert(stat(path, &st) == 0 && (st.st_mode & 0777) == (0666 & ~masks[i]), "%o",
			st.st_mode);
		unlink(path);
		rmdir(folder);
	}
}

Test(writer, a_replaced_file_keeps_its_permissions)
{
	char *folder = make_folder();
	const char *path = in_folder(folder, "out");
	struct sphex_error err;
	struct stat st;

	umask(0022);
	put_file(path, "secret");
	cr_assert_eq(chmod(path, 0600), 0);
	cr_assert_eq(write_text(path, "still secret", &err), SPHEX_OK);
	cr_assert(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "%o", st.st_mode);
	unlink(path);
	rmdir(folder);
}

Test(writer, a_symbolic_link_stays_and_its_target_is_replaced)
{
	char *folder = make_folder();
	const char *target = in_folder(folder, "target"), *link = in_folder(folder, "link");
	struct sphex_error err;
	struct stat st;

	put_file(target, "old");
	cr_assert_eq(symlink("target", link), 0);
	cr_assert_eq(write_text(link, "new", &err), SPHEX_OK);
	cr_assert(lstat(link, &st) == 0 && S_ISLNK(st.st_mode), "the link is gone");
	expect_text(target, "new");
	cr_assert_eq(n_entries(folder), 2);
	unlink(link);
	unlink(target);
	rmdir(folder);
}

Test(writer, a_link_to_nothing_makes_its_target)
{
	char *folder = make_folder();
	const char *target = in_folder(folder, "target"), *link = in_folder(folder, "link");
	const char *first = in_folder(folder, "first");
	struct sphex_error err;
	struct writer *w;
	struct stat st;

	cr_assert_eq(symlink(target, link), 0);
	cr_assert_eq(symlink("link", first), 0);
	cr_assert_eq(writer_open(first, &w, &err), SPHEX_OK);
	writer_abandon(w);
	cr_assert_eq(n_entries(folder), 2, "an abandoned file leaves something");
	cr_assert_eq(write_text(first, "new", &err), SPHEX_OK);
	cr_assert(lstat(link, &st) == 0 && S_ISLNK(st.st_mode), "the second link is gone");
	cr_assert(lstat(first, &st) == 0 && S_ISLNK(st.st_mode), "the first link is gone");
	expect_text(target, "new");
	cr_assert_eq(n_entries(folder), 3);
	unlink(first);
	unlink(link);
	unlink(target);
	rmdir(folder);
}

Test(writer, links_in_a_circle_are_refused)
{
	char *folder = make_folder();
	const char *a = in_folder(folder, "a"), *b = in_folder(folder, "b");
	struct sphex_error err;

	cr_assert_eq(symlink("b", a), 0);
	cr_assert_eq(symlink("a", b), 0);
	cr_assert_eq(write_text(a, "x", &err), SPHEX_E_IO);
	cr_assert(strstr(err.message, strerror(ELOOP)), "%s", err.message);
	cr_assert_eq(n_entries(folder), 2);
	unlink(a);
	unlink(b);
	rmdir(folder);
}

Test(writer, a_file_that_is_protected_stays)
{
	char *folder = make_folder();
	const char *path = in_folder(folder, "out");
	struct sphex_error err;

	put_file(path, "protected");
	cr_assert_eq(chmod(path, 0444), 0);
	cr_assert_eq(chmod(folder, 0777), 0);
	if (geteuid() == 0 && setuid(65534) != 0)
		return; /* nothing is protected from root */
	cr_assert_eq(write_text(path, "new", &err), SPHEX_E_IO);
	cr_assert(strstr(err.message, strerror(EACCES)), "%s", err.message);
	expect_text(path, "protected");
	cr_assert_eq(n_entries(folder), 1);
	unlink(path);
	rmdir(folder);
}

Test(writer, a_stopped_file_does_not_appear)
{
	static const size_t sizes[] = {0, 1, 1000000};
	static char text[1000000];

	for (size_t i = 0; i < 3; i++) {
		char *folder = make_folder();
		struct sphex_error err;
		struct writer *w;
		atomic_bool stop = false;

		cr_assert_eq(writer_open(in_folder(folder, "out"), &w, &err), SPHEX_OK);
		writer_stop_when(w, &stop);
		writer_put(w, text, sizes[i]);
		atomic_store(&stop, true);
		writer_put(w, text, sizes[i]);
		cr_assert_eq(writer_commit(w, &err), SPHEX_E_CANCELLED);
		cr_assert_eq(n_entries(folder), 0);
		rmdir(folder);
	}
}

Test(writer, names_as_long_as_the_system_allows_can_be_written)
{
	char *folder = make_folder(), name[256];
	struct sphex_error err;

	memset(name, 'n', 255);
	name[255] = '\0';
	cr_assert_eq(write_text(in_folder(folder, name), "x", &err), SPHEX_OK, "%s", err.message);
	expect_text(in_folder(folder, name), "x");
	unlink(in_folder(folder, name));
	rmdir(folder);
}

Test(writer, what_cannot_be_written_is_an_io_error_with_its_name)
{
	char *folder = make_folder();
	const char *const paths[] = {"/nonexistent/folder/out", folder, "", "/dev/null/out"};
	static const int errnums[] = {ENOENT, EISDIR, ENOENT, ENOTDIR};
	struct sphex_error err;

	for (size_t i = 0; i < 4; i++) {
		cr_assert_eq(write_text(paths[i], "x", &err), SPHEX_E_IO, "%s", paths[i]);
		cr_assert_str_eq(err.file, paths[i]);
		cr_assert(strstr(err.message, strerror(errnums[i])), "%s", err.message);
	}
	cr_assert_eq(n_entries(folder), 0);
	rmdir(folder);
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
	char *folder = make_folder();
	const char *fifo = in_folder(folder, "fifo");
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
	unlink(fifo);
	rmdir(folder);
}

Test(writer, minus_is_standard_output_and_stays_open)
{
	char *folder = make_folder();
	const char *path = in_folder(folder, "out");
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
	expect_text(path, "one two");
	close(fd);
	unlink(path);
	rmdir(folder);
}
