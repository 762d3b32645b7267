/*
 * Inflated bytes of a file through the sliding window: the same for any number of threads, whatever
 * the consumer leaves over; and of a file that was made here, the bytes that went in. Input:
 * container, how much is left over, the file or its content.
 */
#include <string.h>

#include "bgzf/stream.h"
#include "fuzz.h"

/* Leaves up to `left` bytes over each time; what was left over comes again. */
static struct bytes read_stream(const char *path, unsigned n_threads, size_t left)
{
	struct bytes out = {0};
	struct sphex_error err;
	struct stream *s;
	const uint8_t *window = NULL;
	size_t n = 0, consumed = 0; /* window[0 .. consumed) is in out */
	enum sphex_status status = stream_open(path, n_threads, NULL, &s, &err);

	while (!status && !(status = stream_next(s, consumed, &window, &n, &err))) {
		fuzz_must(n > 0, "no byte more");
		consumed = n > left ? n - left : n;
		bytes_add(&out, window, consumed);
	}
	if (status == SPHEX_END)
		bytes_add(&out, window, n);
	else {
		/* how much was read in front of damage depends on the consumer */
		out.n = 0;
		fuzz_describe(&out, &err, true);
	}
	if (s)
		stream_close(s);
	return out;
}

static void compare(struct bytes *one, struct bytes *other, const char *what)
{
	fuzz_same(one, other, what);
	bytes_free(one);
}

void fuzz_one(struct fuzz_input in)
{
	uint8_t how = fuzz_byte(&in), left = fuzz_byte(&in);
	struct bytes file, one, other;
	bool made = how < 128 && (in.n < 2 || memcmp(in.p, "\x1f\x8b", 2) != 0);
	const char *path;

	if (how < 128) {
		file = fuzz_wrap(in, how);
		if (how & 64) { /* a second member, or more blocks behind the marker */
			bytes_add(&file, file.data, file.n);
			made = false;
		}
	} else {
		file = (struct bytes){0};
		bytes_add(&file, in.p, in.n);
	}
	path = fuzz_file("in", file.data, file.n);
	one = read_stream(path, 1, left);
	other = read_stream(path, 3, 0);
	if (made) {
		struct bytes content = {0};

		bytes_add(&content, in.p, in.n);
		fuzz_same(&content, &one, "other bytes than went in");
		compare(&content, &other, "other bytes than went in");
	} else {
		compare(&one, &other, "other threads, other bytes");
	}
	bytes_free(&file);
}
