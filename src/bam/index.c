/* Finding an index and taking in its bytes; see index.h. */
#include "index.h"

#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "bgzf/stream.h"

/* Inflated. The largest real ones, of plants and of deep genomes, have some tens of MB. */
#define MAX_NBYTES ((size_t)1 << 30)

/* ---------------------------------------------------------------- finding */

/* `path` without its last n bytes and with `suffix`, when a file of that name is there. */
static enum sphex_status try_name(const char *path, size_t n, const char *suffix, char **out,
	struct stat *st, struct sphex_error *err)
{
	size_t length = strlen(path) - n;
	char *name = memory_new(length + strlen(suffix) + 1, 1);

	if (!name)
		return fail_memory(err);
	memcpy(name, path, length);
	memcpy(name + length, suffix, strlen(suffix) + 1);
	if (stat(name, st) == 0 && S_ISREG(st->st_mode))
		*out = name;
	else
		memory_free(name);
	return SPHEX_OK;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), n_end = strlen(end);

	return n >= n_end && strcmp(text + n - n_end, end) == 0;
}

enum sphex_status index_find(
	const char *bam_path, char **path, bool *is_older, struct sphex_error *err)
{
	static const char *const suffixes[] = {".csi", ".bai"};
	size_t n_extension = ends_with(bam_path, ".bam") ? 4 : 0;
	struct stat bam, index;
	enum sphex_status status = SPHEX_OK;

	*path = NULL;
	if (stat(bam_path, &bam) != 0 || !S_ISREG(bam.st_mode))
		return SPHEX_OK;
	for (size_t i = 0; i < 2 && !*path && !status; i++) {
		status = try_name(bam_path, 0, suffixes[i], path, &index, err);
		if (!status && !*path && n_extension)
			status = try_name(bam_path, n_extension, suffixes[i], path, &index, err);
	}
	*is_older = *path && index.st_mtime < bam.st_mtime;
	return status;
}

/* ---------------------------------------------------------------- reading */

/* All bytes of the stream; they stay in its window. */
static enum sphex_status read_whole(
	struct stream *stream, const uint8_t **data, size_t *nbytes, struct sphex_error *err)
{
	enum sphex_status status;

	do {
		status = stream_next(stream, 0, data, nbytes, err);
	} while (!status && *nbytes <= MAX_NBYTES);
	if (!status)
		return fail(err, SPHEX_E_LIMIT, "it inflates to more than %zu bytes", MAX_NBYTES);
	return status == SPHEX_END ? SPHEX_OK : status;
}

enum sphex_status index_read(const char *path, const struct bam_header *header,
	uint64_t first_record, struct bam_index *out, struct sphex_error *err)
{
	struct stream *stream;
	const uint8_t *data;
	size_t nbytes;
	enum sphex_status status = stream_open(path, 1, NULL, &stream, err);

	if (status)
		return status;
	status = stream_kind(stream) == STREAM_GZIP
			 ? fail(err, SPHEX_E_DATA, "it is no BAI and no CSI")
			 : read_whole(stream, &data, &nbytes, err);
	if (!status)
		status = index_parse(data, nbytes, header, first_record, out, err);
	stream_close(stream);
	return status;
}
