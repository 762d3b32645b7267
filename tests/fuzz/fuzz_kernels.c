/*
 * Every kernel of every row that runs here against the scalar one. Buffers are as long as the
 * contract says, so that a sanitizer sees each byte too many. Input: kernel, two parameters, bytes.
 */
#include <libdeflate.h>
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

enum {
	QUALITY_MASK,
	FIND_BYTES,
	UNPACK_BASES,
	CLASSIFY,
	CALL_BASES,
	LIST_ODD,
	COUNT_BYTE,
	CRC32,
	SPLIT_LINE,
	N_KERNELS
};

static size_t mask_nbytes(size_t n)
{
	return (n + 63) / 64 * 8;
}

static size_t odd_n_bases(const struct job *c)
{
	size_t n = c->a < c->n / 5 * 2 ? c->n / 5 * 2 - c->a : 0, max = ODD_N_PLACES - c->b;

	return n < max ? n : max;
}

static size_t output_nbytes(const struct job *c)
{
	switch (c->kernel) {
	case QUALITY_MASK:
	case FIND_BYTES:
		return mask_nbytes(c->n);
	case UNPACK_BASES:
		return c->a < 2 * c->n ? 2 * c->n - c->a : 0;
	case CLASSIFY:
		return c->n / 4;
	case CALL_BASES: /* a third is packed bases, the rest their qualities */
		return c->a < c->n / 3 * 2 ? c->n / 3 * 2 - c->a : 0;
	case LIST_ODD: /* a fifth is packed bases, the rest qualities and usual calls */
		return sizeof(size_t) + (odd_n_bases(c) + ODD_ROOM) * sizeof(odd_call);
	case COUNT_BYTE:
		return sizeof(size_t);
	case SPLIT_LINE:
		return sizeof(struct split_line) + c->b * sizeof(uint32_t);
	default:
		return sizeof(uint32_t);
	}
}

static void run_classify(const struct kernels *k, const struct job *c, uint8_t *out)
{
	struct classify_rule rule = {c->a, (uint16_t)(c->b << 8 | c->b)};
	size_t quarter = c->n / 4;
	uint8_t *codes = new_output(quarter);

	for (size_t i = 0; i < quarter; i++)
		codes[i] = c->bytes[i] & 15;
	k->classify(codes, c->bytes + quarter, c->bytes + 2 * quarter, c->bytes + 3 * quarter,
		quarter, rule, out);
	free(codes);
}

/* The output is the length, then the list; what is behind it means nothing. */
static void run_list_odd(const struct kernels *k, const struct job *c, uint8_t *out)
{
	odd_call *odd = (odd_call *)(void *)(out + sizeof(size_t));
	size_t fifth = c->n / 5, n = odd_n_bases(c), n_odd;
	uint8_t *usual = new_output(n);

	for (size_t i = 0; i < n; i++)
		usual[i] = (uint8_t)(1u << (c->bytes[3 * fifth + i] & 3));
	n_odd = k->list_odd(c->bytes, c->bytes + fifth, c->a, n, c->b, usual, c->b, odd);
	fuzz_must(n_odd <= n, "more odd calls than bases");
	memcpy(out, &n_odd, sizeof(n_odd));
	memset(odd + n_odd, 0xA5, (n + ODD_ROOM - n_odd) * sizeof(*odd));
	free(usual);
}

static void run(const struct kernels *k, const struct job *c, uint8_t *out)
{
	struct split_line line;
	size_t count;
	uint32_t crc;

	switch (c->kernel) {
	case QUALITY_MASK:
		k->quality_mask(c->bytes, c->n, c->a, (uint64_t *)(void *)out);
		break;
	case FIND_BYTES:
		k->find_bytes(c->bytes, c->n, c->a, c->b, (uint64_t *)(void *)out);
		break;
	case UNPACK_BASES:
		k->unpack_bases(c->bytes, c->a, output_nbytes(c), out);
		break;
	case CLASSIFY:
		run_classify(k, c, out);
		break;
	case CALL_BASES:
		k->call_bases(c->bytes, c->bytes + c->n / 3, c->a, output_nbytes(c), c->b, out);
		break;
	case LIST_ODD:
		run_list_odd(k, c, out);
		break;
	case COUNT_BYTE:
		count = k->count_byte(c->bytes, c->n, c->a);
		memcpy(out, &count, sizeof(count));
		break;
	case SPLIT_LINE:
		line = k->split_line(c->bytes, c->n, c->a == '\n' ? '\t' : c->a,
			(uint32_t *)(void *)(out + sizeof(line)), c->b);
		memcpy(out, &line, sizeof(line));
		break;
	default: /* a row without one leaves it to libdeflate */
		crc = k->crc32 ? k->crc32(c->bytes, c->n) : libdeflate_crc32(0, c->bytes, c->n);
		memcpy(out, &crc, sizeof(crc));
	}
}

void fuzz_one(struct fuzz_input in)
{
	struct job c = {
		.kernel = fuzz_byte(&in) % N_KERNELS, .a = fuzz_byte(&in), .b = fuzz_byte(&in)};
	uint8_t *bytes = malloc(in.n + !in.n);
	size_t n_rows, room;
	const struct row_info *rows = kernels_rows(&n_rows);
	uint8_t *expected;

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
		uint8_t *out;

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
