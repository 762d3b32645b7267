/*
 * Lines and fields of text. What is cut out is what a plain search finds; a field that is written
 * comes back the same. Input: what to read, container, the text.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "variants/bed.h"
#include "variants/csv.h"

/* ---------------------------------------------------------------- lines */

/* LF or CRLF end a line; the last one may have no end. */
static void check_lines(const char *path, struct fuzz_input text)
{
	struct lines lines = {0};
	struct sphex_error err;
	struct span line;
	enum sphex_status status = lines_open(&lines, path, 1, NULL, &err);
	uint64_t number = 0;

	while (!status && !(status = lines_next(&lines, &line, &err))) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end ? (size_t)(end - text.p) : text.n, skip = n + (end != NULL);

		n -= end && n && text.p[n - 1] == '\r';
		fuzz_must(lines.number == ++number, "another line number");
		fuzz_must(line.n == n || (!end && line.n + 1 == n), "a line of another length");
		fuzz_must(memcmp(line.p, text.p, line.n) == 0, "another line");
		text.p += skip;
		text.n -= skip;
	}
	fuzz_must(status == SPHEX_END && text.n == 0, "lines are missing");
	lines_close(&lines);
}

/* ---------------------------------------------------------------- fields */

static void check_fields(struct span line)
{
	struct csv_line reading = {0}, again = {0};
	struct sphex_error err;
	struct csv_field field, written;
	char *text;
	size_t n, n_fields = 0;
	FILE *file;

	fuzz_must(csv_begin(&reading, line, &err) == SPHEX_OK, "no memory");
	while (csv_next(&reading, &field)) {
		n_fields++;
		if (field.is_missing || memchr(field.text.p, '\n', field.text.n))
			continue;
		file = open_memstream(&text, &n);
		fuzz_must(file != NULL, "no memory");
		csv_write(file, field.text);
		fclose(file);
		fuzz_must(csv_begin(&again, (struct span){text, n}, &err) == SPHEX_OK, "no memory");
		fuzz_must(csv_next(&again, &written) && span_equal(field.text, written.text),
			"a field is another one when it is read again");
		fuzz_must(!csv_next(&again, &written), "a field has become two");
		free(text);
	}
	fuzz_must(n_fields > 0, "a line without a field");
	csv_free(&reading);
	csv_free(&again);
}

/* ---------------------------------------------------------------- BED */

static struct bytes read_bed(const char *path, bool skips_headers, unsigned n_threads)
{
	struct bed_file bed = {0};
	struct bytes out = {0};
	struct sphex_error err;
	struct bed_line line;
	enum sphex_status status = bed_open(&bed, path, skips_headers, n_threads, &err);

	while (!status && !(status = bed_next(&bed, &line, &err))) {
		bytes_add(&out, line.contig.p, line.contig.n);
		bytes_print(&out, " %llu %llu ", (unsigned long long)line.start,
			(unsigned long long)line.end);
		bytes_add(&out, line.others.p, line.others.n);
		bytes_add(&out, "\n", 1);
	}
	if (status != SPHEX_END)
		fuzz_describe(&out, &err, false);
	bed_close(&bed);
	return out;
}

void fuzz_one(struct fuzz_input in)
{
	uint8_t what = fuzz_byte(&in), how = fuzz_byte(&in);
	struct bytes file, one, other;
	const char *path;

	if (what % 4 == 0) {
		check_fields((struct span){(const char *)in.p, in.n});
		return;
	}
	if (in.n >= 2 && memcmp(in.p, "\x1f\x8b", 2) == 0)
		return;
	file = fuzz_wrap(in, how);
	path = fuzz_file("in.bed", file.data, file.n);
	if (what % 4 == 1) {
		check_lines(path, in);
	} else {
		one = read_bed(path, what % 4 == 2, 2);
		path = fuzz_file("plain.bed", in.p, in.n);
		other = read_bed(path, what % 4 == 2, 1);
		fuzz_same(&one, &other, "another container, other lines");
		bytes_free(&one);
	}
	bytes_free(&file);
}
