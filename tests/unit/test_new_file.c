/* Where a new file is made, what it replaces, and what can be known of that before. */
#include <criterion/criterion.h>

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/new_file.h"
#include "tests/support/folder.h"

/* 0 or the errno of what failed first. */
static int write_text(const char *path, const char *text)
{
	struct new_file f;
	size_t n = strlen(text);
	int errnum = new_file_open(&f, path);

	if (errnum)
		return errnum;
	cr_assert_eq(write(f.fd, text, n), (ssize_t)n);
	cr_assert_eq(new_file_close(&f), 0);
	errnum = new_file_appear(&f);
	new_file_vanish(&f);
	return errnum;
}

Test(new_file, new_files_follow_the_umask)
{
	static const mode_t masks[] = {0022, 0077, 0002, 0};

	for (size_t i = 0; i < 4; i++) {
		const char *folder = folder_make();
		const char *path = folder_path(folder, "out");
		struct stat st;

		umask(masks[i]);
		cr_assert_eq(write_text(path, "x"), 0);
		cr_assert(stat(path, &st) == 0 && (st.st_mode & 0777) == (0666 & ~masks[i]), "%o",
			st.st_mode);
		folder_remove(folder);
	}
}

Test(new_file, a_replaced_file_keeps_its_permissions)
{
	const char *folder = folder_make();
	const char *path = folder_path(folder, "out");
	struct stat st;

	umask(0022);
	text_put(path, "secret");
	cr_assert_eq(chmod(path, 0600), 0);
	cr_assert_eq(write_text(path, "still secret"), 0);
	cr_assert(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600, "%o", st.st_mode);
	folder_remove(folder);
}

Test(new_file, a_symbolic_link_stays_and_its_target_is_replaced)
{
	const char *folder = folder_make();
	const char *target = folder_path(folder, "target"), *link = folder_path(folder, "link");
	struct stat st;

	text_put(target, "old");
	cr_assert_eq(symlink("target", link), 0);
	cr_assert_eq(write_text(link, "new"), 0);
	cr_assert(lstat(link, &st) == 0 && S_ISLNK(st.st_mode), "the link is gone");
	text_expect(target, "new");
	cr_assert_eq(folder_n_entries(folder), 2);
	folder_remove(folder);
}

Test(new_file, a_link_to_nothing_makes_its_target)
{
	const char *folder = folder_make();
	const char *target = folder_path(folder, "target"), *link = folder_path(folder, "link");
	const char *first = folder_path(folder, "first");
	struct new_file f;
	struct stat st;

	cr_assert_eq(symlink(target, link), 0);
	cr_assert_eq(symlink("link", first), 0);
	cr_assert_eq(new_file_check(first), 0);
	cr_assert_eq(new_file_open(&f, first), 0);
	new_file_vanish(&f);
	cr_assert_eq(folder_n_entries(folder), 2, "an abandoned file leaves something");
	cr_assert_eq(write_text(first, "new"), 0);
	cr_assert(lstat(link, &st) == 0 && S_ISLNK(st.st_mode), "the second link is gone");
	cr_assert(lstat(first, &st) == 0 && S_ISLNK(st.st_mode), "the first link is gone");
	text_expect(target, "new");
	cr_assert_eq(folder_n_entries(folder), 3);
	folder_remove(folder);
}

Test(new_file, links_in_a_circle_are_refused)
{
	const char *folder = folder_make();
	const char *a = folder_path(folder, "a"), *b = folder_path(folder, "b");

	cr_assert_eq(symlink("b", a), 0);
	cr_assert_eq(symlink("a", b), 0);
	cr_assert_eq(write_text(a, "x"), ELOOP);
	cr_assert_eq(new_file_check(a), ELOOP);
	cr_assert_eq(folder_n_entries(folder), 2);
	folder_remove(folder);
}

Test(new_file, a_file_that_is_protected_stays)
{
	const char *folder = folder_make();
	const char *path = folder_path(folder, "out");

	text_put(path, "protected");
	cr_assert_eq(chmod(path, 0444), 0);
	cr_assert_eq(chmod(folder, 0777), 0);
	if (geteuid() == 0 && setuid(65534) != 0)
		return; /* nothing is protected from root */
	cr_assert_eq(new_file_check(path), EACCES);
	cr_assert_eq(write_text(path, "new"), EACCES);
	text_expect(path, "protected");
	cr_assert_eq(folder_n_entries(folder), 1);
	folder_remove(folder);
}

Test(new_file, names_as_long_as_the_system_allows_can_be_written)
{
	const char *folder = folder_make();
	char name[256];

	memset(name, 'n', 255);
	name[255] = '\0';
	cr_assert_eq(write_text(folder_path(folder, name), "x"), 0);
	text_expect(folder_path(folder, name), "x");
	folder_remove(folder);
}

Test(new_file, what_fails_is_seen_before_anything_is_made)
{
	const char *folder = folder_make();
	const struct {
		const char *path;
		int errnum;
	} cases[] = {
		{"-", 0},
		{"/dev/stdout", 0},
		{"/dev/null", 0},
		{folder_path(folder, "out"), 0},
		{"out-of-test", 0},
		{"", ENOENT},
		{folder, EISDIR},
		{"/nonexistent/folder/out", ENOENT},
		{"/dev/null/out", ENOTDIR},
		{folder_path(folder, "no/out"), ENOENT},
		{folder_path(folder, "no/"), ENOENT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct new_file f;

		cr_assert_eq(new_file_check(cases[i].path), cases[i].errnum, "%s", cases[i].path);
		cr_assert_eq(
			new_file_open(&f, cases[i].path), cases[i].errnum, "%s", cases[i].path);
		new_file_vanish(&f);
	}
	cr_assert_eq(folder_n_entries(folder), 0);
	folder_remove(folder);
}

/* Opening it for a look would be the end of the file for its reader. */
Test(new_file, a_pipe_is_not_opened_for_a_look)
{
	const char *folder = folder_make(), *fifo = folder_path(folder, "fifo");

	cr_assert_eq(mkfifo(fifo, 0600), 0);
	cr_assert_eq(new_file_check(fifo), 0); /* else it waits for a reader */
	folder_remove(folder);
}

Test(new_file, a_folder_that_is_protected_is_seen_before)
{
	const char *folder = folder_make(), *path = folder_path(folder, "out");

	text_put(path, "old");
	cr_assert_eq(chmod(path, 0666), 0);
	cr_assert_eq(chmod(folder, 0555), 0);
	if (geteuid() == 0 && setuid(65534) != 0)
		return; /* nothing is protected from root */
	cr_assert_eq(new_file_check(path), EACCES);
	cr_assert_eq(write_text(path, "new"), EACCES);
	cr_assert_eq(new_file_check(folder_path(folder, "other")), EACCES);
	text_expect(path, "old");
}
