/* See files.h. */
#include "files.h"

#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_is_same(const char *a, const char *b)
{
	struct stat stat_a, stat_b;

	return a && b && stat(a, &stat_a) == 0 && stat(b, &stat_b) == 0 &&
	       S_ISREG(stat_a.st_mode) && stat_a.st_dev == stat_b.st_dev &&
	       stat_a.st_ino == stat_b.st_ino;
}

bool file_can_be_read_again(const char *path)
{
	struct stat st;

	/* from a standard input that something has read from there is no way back */
	if (strcmp(path, "-") == 0)
		return fstat(STDIN_FILENO, &st) == 0 && S_ISREG(st.st_mode) &&
		       lseek(STDIN_FILENO, 0, SEEK_CUR) == 0;
	return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

enum sphex_status file_refuse_same(const char *output, const char *input, struct sphex_error *err)
{
	if (!file_is_same(output, input))
		return SPHEX_OK;
	fail(err, SPHEX_E_ARGUMENT, "the output would overwrite this input");
	with_hint(err, "write to another file");
	return at_file(err, input);
}
