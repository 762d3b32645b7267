/* Which index is taken, and what its bytes may be wrapped in. */
#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bam/index.h"
#include "base/memory.h"
#include "tests/support/index_builder.h"

static char *name_of(const char *bam, size_t n_cut, const char *suffix)
{
	static char name[4096];

	snprintf(name, sizeof(name), "%.*s%s", (int)(strlen(bam) - n_cut), bam, suffix);
	return name;
}

static void touch(const char *path, time_t when)
{
	struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	cr_assert(fd >= 0 && futimens(fd, times) == 0);
	close(fd);
}

Test(index, is_found_as_samtools_finds_it)
{
	static const struct {
		size_t n_cut;
		const char *suffix;
	} names[] = {
		{4, ".bai"}, {0, ".bai"}, {4, ".csi"}, {0, ".csi"}}; /* later ones come first */
	struct bytes nothing = {0};
	char *bam = temp_file(&nothing, ".bam"), *path;
	struct sphex_error err;
	bool is_older;

	touch(bam, 1000);
	cr_assert_eq(index_find(bam, &path, &is_older, &err), SPHEX_OK);
	cr_assert_null(path);
	for (size_t i = 0; i < 4; i++) {
		touch(name_of(bam, names[i].n_cut, names[i].suffix), i % 2 ? 999 : 1000);
		cr_assert_eq(index_find(bam, &path, &is_older, &err), SPHEX_OK);
		cr_assert_not_null(path);
		cr_assert_str_eq(path, name_of(bam, names[i].n_cut, names[i].suffix));
		cr_assert_eq(is_older, i % 2);
		memory_free(path);
	}
	for (size_t i = 0; i < 4; i++)
		unlink(name_of(bam, names[i].n_cut, names[i].suffix));
	temp_remove(bam);
	cr_assert_eq(index_find("-", &path, &is_older, &err), SPHEX_OK);
	cr_assert_null(path);
}

static enum sphex_status read_from(const struct bytes *file, const struct indexed_reads *reads)
{
	struct bam_ref refs[] = {{(char *)"chr1", RANDOM_REF_NBASES},
		{(char *)"chr2", RANDOM_REF_NBASES}, {(char *)"chr3", RANDOM_REF_NBASES}};
	struct bam_header header = {.refs = refs, .n_refs = RANDOM_N_REFS};
	char *path = temp_file(file, ".csi");
	struct bam_index index = {0};
	struct sphex_error err;
	enum sphex_status status = index_read(path, &header, reads->first, &index, &err);

	cr_assert(status || (index.n_chunks > 10 && index.n_refs == RANDOM_N_REFS));
	index_free(&index);
	temp_remove(path);
	return status;
}

Test(index, is_read_plain_and_from_bgzf)
{
	struct bytes bam = {0}, file;
	struct indexed_reads reads;

	random_spliced_bam(&bam, 1, 300);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = 500, .level = 1});
	reads = indexed_reads_of(&bam, &file);
	for (int kind = BUILT_BAI; kind <= BUILT_CSI; kind++) {
		struct bytes built = index_of(&reads, (enum built_index)kind);
		struct bytes packed =
			bgzf_wrap(&built, (struct bgzf_shape){.block_nbytes = 300, .level = 6});
		struct bytes gzip = gzip_wrap(&built, 6);

		cr_assert_eq(read_from(&built, &reads), SPHEX_OK);
		cr_assert_eq(read_from(&packed, &reads), SPHEX_OK);
		cr_assert_eq(read_from(&gzip, &reads), SPHEX_E_DATA);
		packed.data[packed.n / 2] ^= 1;
		cr_assert_eq(read_from(&packed, &reads), SPHEX_E_DATA);
		packed.n /= 2;
		cr_assert_neq(read_from(&packed, &reads), SPHEX_OK);
		bytes_free(&built);
		bytes_free(&packed);
		bytes_free(&gzip);
	}
	indexed_reads_free(&reads);
	bytes_free(&file);
	bytes_free(&bam);
}
