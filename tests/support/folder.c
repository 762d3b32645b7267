/* See folder.h. */
#include "tests/support/folder.h"

#include <criterion/criterion.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *folder_make(void)
{
	static char path[200];

	snprintf(path, sizeof(path), "%s/sphex-test-XXXXXX",
		getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	cr_assert(mkdtemp(path), "%s", path);
	return path;
}

const char *folder_path(const char *folder, const char *name)
{
	static char paths[4][600];
	static unsigned n;

	snprintf(paths[n % 4], sizeof(paths[0]), "%s/%s", folder, name);
	return paths[n++ % 4];
}

/* The number of entries, which are removed where asked to. */
static unsigned walk(const char *folder, int removes)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	unsigned n = 0;

	cr_assert(dir, "%s", folder);
	while ((entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (removes)
			unlink(folder_path(folder, entry->d_name));
		n++;
	}
	closedir(dir);
	return n;
}

unsigned folder_n_entries(const char *folder)
{
	return walk(folder, 0);
}

void folder_remove(const char *folder)
{
	walk(folder, 1);
	rmdir(folder);
}

void text_put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	cr_assert(f && fputs(text, f) >= 0 && fclose(f) == 0, "%s", path);
}

void text_expect(const char *path, const char *text)
{
	char got[100] = "";
	FILE *f = fopen(path, "r");

	cr_assert(f, "%s", path);
	got[fread(got, 1, sizeof(got) - 1, f)] = '\0';
	fclose(f);
	cr_assert_str_eq(got, text);
}
