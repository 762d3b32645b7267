/*
 * The error record: filled in one call, completed by calls that add the place. All text is cut to
 * the size of the record, so that reporting an error cannot fail.
 */
#define SPHEX_STATUS_C
#include "status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *sphex_status_name(enum sphex_status status)
{
	switch (status) {
	case SPHEX_OK:
		return "ok";
	case SPHEX_END:
		return "end";
	case SPHEX_E_ARGUMENT:
		return "argument";
	case SPHEX_E_MEMORY:
		return "memory";
	case SPHEX_E_IO:
		return "io";
	case SPHEX_E_FORMAT:
		return "format";
	case SPHEX_E_DATA:
		return "data";
	case SPHEX_E_TRUNCATED:
		return "truncated";
	case SPHEX_E_NOT_FOUND:
		return "not found";
	case SPHEX_E_EMPTY:
		return "empty";
	case SPHEX_E_LIMIT:
		return "limit";
	case SPHEX_E_UNSUPPORTED:
		return "unsupported";
	case SPHEX_E_CANCELLED:
		return "cancelled";
	}
	return "unknown";
}

/* Words quote bytes of files: a terminal must not obey them, and a message is one line. */
static void tame(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7F)
			*text = '?';
}

static enum sphex_status fail_va(
	struct sphex_error *err, enum sphex_status status, const char *fmt, va_list args)
{
	memset(err, 0, sizeof(*err));
	err->status = status;
	err->voffset = SPHEX_NO_OFFSET;
	vsnprintf(err->message, sizeof(err->message), fmt, args);
	tame(err->message);
	return status;
}

enum sphex_status fail(struct sphex_error *err, enum sphex_status status, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fail_va(err, status, fmt, args);
	va_end(args);
	return status;
}

enum sphex_status fail_errno(struct sphex_error *err, int errnum, const char *fmt, ...)
{
	char words[128] = "";
	va_list args;
	size_t used;

	va_start(args, fmt);
	fail_va(err, SPHEX_E_IO, fmt, args);
	va_end(args);
	if (strerror_r(errnum, words, sizeof(words)) != 0 || !words[0])
		snprintf(words, sizeof(words), "error %d", errnum);
	used = strlen(err->message);
	snprintf(err->message + used, sizeof(err->message) - used, ": %s", words);
	return SPHEX_E_IO;
}

enum sphex_status fail_memory(struct sphex_error *err)
{
	return fail(err, SPHEX_E_MEMORY, "out of memory");
}

enum sphex_status at_file(struct sphex_error *err, const char *path)
{
	size_t n = strlen(path);

	if (n < sizeof(err->file)) {
		memcpy(err->file, path, n + 1);
	} else {
		size_t keep = sizeof(err->file) - 4;

		memcpy(err->file, "...", 3);
		memcpy(err->file + 3, path + n - keep, keep + 1);
	}
	return err->status;
}

enum sphex_status at_line(struct sphex_error *err, uint64_t line)
{
	err->line = line;
	return err->status;
}

enum sphex_status at_voffset(struct sphex_error *err, uint64_t voffset)
{
	err->voffset = voffset;
	return err->status;
}

enum sphex_status at_record(struct sphex_error *err, uint64_t record)
{
	err->record = record;
	return err->status;
}

enum sphex_status with_hint(struct sphex_error *err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, args);
	tame(err->hint);
	va_end(args);
	return err->status;
}

size_t sphex_error_format(const struct sphex_error *err, char *out, size_t out_nbytes)
{
	char line[32] = "", record[32] = "", offset[48] = "";
	int n;

	if (err->line)
		snprintf(line, sizeof(line), ":%llu", (unsigned long long)err->line);
	if (err->record)
		snprintf(record, sizeof(record), ", record %llu", (unsigned long long)err->record);
	if (err->voffset != SPHEX_NO_OFFSET)
		snprintf(offset, sizeof(offset), ", virtual offset %llu:%u",
			(unsigned long long)(err->voffset >> 16),
			(unsigned)(err->voffset & 0xFFFF));
	n = snprintf(out, out_nbytes, "%s%s%s%s%s%s%s%s", err->file, line, offset, record,
		err->file[0] ? ": " : "", err->message, err->hint[0] ? "; " : "", err->hint);
	return n < 0 ? 0 : (size_t)n;
}
