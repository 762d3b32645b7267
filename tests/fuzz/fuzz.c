/* Bytes of a fuzzer in, files and parts out; findings end the program. See fuzz.h. */
#include "fuzz.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_FILES 16
#define TINY_BLOCK_NBYTES 100

/* What the engines call. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Of the sanitizers, absent in other builds. */
int __sanitizer_install_malloc_and_free_hooks(void (*malloc_hook)(const volatile void *, size_t),
	void (*free_hook)(const volatile void *)) __attribute__((weak));
size_t __sanitizer_get_allocated_size(const volatile void *p) __attribute__((weak));

static atomic_size_t live_nbytes; /* may wrap below 0: some memory is older than the hooks */
static char folder[256];
static struct {
	char name[32], path[300];
} files[MAX_FILES];
static size_t n_files;

/* ---------------------------------------------------------------- findings */

void fuzz_must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "FINDING: %s\n", what);
	abort();
}

static void print_around(const struct bytes *b, size_t at)
{
	size_t from = at > 100 ? at - 100 : 0, to = b->n - at > 100 ? at + 100 : b->n;

	for (size_t i = from; i < to; i++)
		fprintf(stderr, b->data[i] < 32 || b->data[i] > 126 ? "\\x%02x" : "%c", b->data[i]);
	fprintf(stderr, "   (%zu bytes)\n", b->n);
}

void fuzz_same(const struct bytes *a, struct bytes *b, const char *what)
{
	size_t at = 0;

	while (at < a->n && at < b->n && a->data[at] == b->data[at])
		at++;
	if (at < a->n || at < b->n) {
		print_around(a, at);
		print_around(b, at);
		fuzz_must(false, what);
	}
	bytes_free(b);
}

static void on_malloc(const volatile void *p, size_t n)
{
	size_t live = atomic_fetch_add(&live_nbytes, n) + n;

	(void)p;
	fuzz_must(
		live <= FUZZ_MAX_LIVE_NBYTES || live > SIZE_MAX / 2, "more memory than the limit");
}

static void on_free(const volatile void *p)
{
	if (p)
		atomic_fetch_sub(&live_nbytes, __sanitizer_get_allocated_size(p));
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---------------------------------------------------------------- one input */

static void remove_folder(void)
{
	for (size_t i = 0; i < n_files; i++)
		unlink(files[i].path);
	rmdir(folder);
}

static void make_folder(void)
{
	const char *parent = getenv("TMPDIR");

	if (!parent)
		parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(folder, sizeof(folder), "%s/sphex-fuzz-XXXXXX", parent);
	fuzz_must(mkdtemp(folder) != NULL, "no folder for files");
	atexit(remove_folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	double began;

	if (!folder[0]) {
		make_folder();
		if (__sanitizer_install_malloc_and_free_hooks)
			__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);
	}
	atomic_store(&live_nbytes, 0);
	began = cpu_seconds();
	fuzz_one((struct fuzz_input){data, n});
	fuzz_must(cpu_seconds() - began < FUZZ_MAX_SECONDS, "more time than the limit");
	return 0;
}

uint8_t fuzz_byte(struct fuzz_input *in)
{
	uint8_t byte = in->n ? in->p[0] : 0;

	in->p += in->n > 0;
	in->n -= in->n > 0;
	return byte;
}

struct fuzz_input fuzz_part(struct fuzz_input *in)
{
	const size_t border = sizeof(FUZZ_BORDER) - 1;
	struct fuzz_input part = {in->p, 0};

	while (part.n < in->n &&
		(in->n - part.n < border || memcmp(in->p + part.n, FUZZ_BORDER, border) != 0))
		part.n++;
	in->p += part.n;
	in->n -= part.n;
	if (in->n) {
		in->p += border;
		in->n -= border;
	}
	return part;
}

char *fuzz_text(struct fuzz_input *in)
{
	struct fuzz_input part = fuzz_part(in);
	char *text = malloc(part.n + 1);

	fuzz_must(text != NULL, "no memory for a text");
	if (part.n)
		memcpy(text, part.p, part.n);
	text[part.n] = '\0';
	return text;
}

/* ---------------------------------------------------------------- files */

const char *fuzz_folder(void)
{
	return folder;
}

const char *fuzz_path(const char *name)
{
	size_t i = 0;

	while (i < n_files && strcmp(files[i].name, name) != 0)
		i++;
	fuzz_must(i < MAX_FILES, "too many files");
	if (i == n_files) {
		snprintf(files[i].name, sizeof(files[i].name), "%s", name);
		snprintf(files[i].path, sizeof(files[i].path), "%s/%s", folder, name);
		n_files++;
	}
	return files[i].path;
}

const char *fuzz_file(const char *name, const void *data, size_t nbytes)
{
	const char *path = fuzz_path(name);
	FILE *file = fopen(path, "wb");

	fuzz_must(file && (!nbytes || fwrite(data, 1, nbytes, file) == nbytes) && fclose(file) == 0,
		"cannot write a file");
	return path;
}

void fuzz_no_file(const char *name)
{
	unlink(fuzz_path(name));
}

void fuzz_read(const char *name, struct bytes *out)
{
	FILE *file = fopen(fuzz_path(name), "rb");
	char piece[4096];
	size_t n;

	if (!file)
		return;
	while ((n = fread(piece, 1, sizeof(piece), file)) > 0)
		bytes_add(out, piece, n);
	fclose(file);
}

struct bytes fuzz_wrap(struct fuzz_input part, uint8_t how)
{
	struct bytes plain = {0}, out;

	bytes_add(&plain, part.p, part.n);
	switch (how % FUZZ_N_WRAPS) {
	case FUZZ_WRAP_BGZF:
		out = bgzf_wrap(&plain, (struct bgzf_shape){0});
		break;
	case FUZZ_WRAP_TINY_BGZF:
		out = bgzf_wrap(&plain, (struct bgzf_shape){.block_nbytes = TINY_BLOCK_NBYTES});
		break;
	case FUZZ_WRAP_GZIP:
		out = gzip_wrap(&plain, 0);
		break;
	default:
		return plain;
	}
	bytes_free(&plain);
	return out;
}

void fuzz_describe(struct bytes *out, const struct sphex_error *err, bool offsets)
{
	bytes_print(out, "! %s at %llu,%llu", sphex_status_name(err->status),
		(unsigned long long)err->line, (unsigned long long)err->record);
	if (offsets && err->voffset != SPHEX_NO_OFFSET)
		bytes_print(out, ",%llx", (unsigned long long)err->voffset);
	bytes_print(out, ": %s; %s\n", err->message, err->hint);
}

const struct sphex_error *fuzz_place(struct sphex_error *err)
{
	if (err->record)
		err->message[0] = err->hint[0] = '\0';
	return err;
}
