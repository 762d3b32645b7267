/*
 * Every kernel of every row that runs here against the scalar one. Buffers are as long as the
 * contract says, so that a sanitizer sees each byte too many. Input: kernel, two parameters, bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "simd/cpu.h"
#include "simd/select.h"

/* Output of at most `room` bytes, painted. */
static void *new_output(size_t room)
{
	void *out = malloc(room + !room);

	fuzz_must(out != NULL, "no memory");
	memset(out, 0xA5, room);
	return out;
}

struct job {
	uint8_t kernel, a, b;
	const uint8_t *bytes;
	size_t n;
};

static size_t output_nbytes(const struct job *c)
{
	switch (c->kernel) {
	case 0:
	case 1:
		return (c->n + 63) / 64 * 8;
	case 2:
		return c->a < 2 * c->n ? 2 * c->n - c->a : 0;
	default:
		return c->n / 4;
	}
}

static void run(const struct kernels *k, const struct job *c, void *out)
{
	struct classify_rule rule = {c->a, (uint16_t)(c->b << 8 | c->b)};
	size_t quarter = c->n / 4;
	uint8_t *codes;

	switch (c->kernel) {
	case 0:
		k->quality_mask(c->bytes, c->n, c->a, out);
		break;
	case 1:
		k->find_bytes(c->bytes, c->n, c->a, c->b, out);
		break;
	case 2:
		k->unpack_bases(c->bytes, c->a, output_nbytes(c), out);
		break;
	default:
		codes = new_output(quarter);
		for (size_t i = 0; i < quarter; i++)
			codes[i] = c->bytes[i] & 15;
		k->classify(codes, c->bytes + quarter, c->bytes + 2 * quarter,
			c->bytes + 3 * quarter, quarter, rule, out);
		free(codes);
	}
}

void fuzz_one(struct fuzz_input in)
{
	struct job c = {.kernel = fuzz_byte(&in) % 4, .a = fuzz_byte(&in), .b = fuzz_byte(&in)};
	uint8_t *bytes = malloc(in.n + !in.n);
	size_t n_rows, room;
	const struct row_info *rows = kernels_rows(&n_rows);
	void *expected;

	fuzz_must(bytes != NULL, "no memory");
	if (in.n)
		memcpy(bytes, in.p, in.n);
	c.bytes = bytes;
	c.n = in.n;
	room = output_nbytes(&c);
	expected = new_output(room);
	run(sphex_kernels_select("scalar", 0), &c, expected);
	for (size_t i = 0; i < n_rows; i++) {
		const struct kernels *row = sphex_kernels_select(rows[i].name, cpu_bundles());
		void *out;

		if (!row)
			continue;
		out = new_output(room);
		run(row, &c, out);
		fuzz_must(memcmp(out, expected, room) == 0, rows[i].name);
		free(out);
	}
	free(expected);
	free(bytes);
}
