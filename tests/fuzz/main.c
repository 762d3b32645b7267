/*
 * Instead of an engine: hands the files and folders that are named to a target, one after the
 * other. What they find ends the program; else it says how many inputs it had.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void stop(const char *path)
{
	perror(path);
	exit(2);
}

static void run_file(const char *path, size_t nbytes)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = malloc(nbytes + !nbytes); /* exact, so that one byte behind is a finding */

	if (!file || !data || fread(data, 1, nbytes, file) != nbytes)
		stop(path);
	fclose(file);
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(data, nbytes);
	free(data);
}

static unsigned long run(const char *path);

static unsigned long run_folder(const char *path)
{
	struct dirent **names;
	unsigned long n_run = 0;
	int n = scandir(path, &names, NULL, alphasort);

	if (n < 0)
		stop(path);
	for (int i = 0; i < n; i++) {
		char inside[4096];

		snprintf(inside, sizeof(inside), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			n_run += run(inside);
		free(names[i]);
	}
	free(names);
	return n_run;
}

static unsigned long run(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		stop(path);
	if (S_ISDIR(st.st_mode))
		return run_folder(path);
	run_file(path, (size_t)st.st_size);
	return 1;
}

int main(int argc, char **argv)
{
	unsigned long n = 0;

	for (int i = 1; i < argc; i++)
		n += run(argv[i]);
	printf("%lu inputs\n", n);
	return n == 0;
}
