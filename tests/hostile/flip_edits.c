/* A seed comes in, edits go out; bytes and an edit come in, damaged bytes go out. */
#include "flip_edits.h"

#include "tests/support/prng.h"

#include <inttypes.h>
#include <string.h>

#define HOT_NBYTES 12u /* behind a hot place */
#define SHORT_RUN 16u

static const uint64_t odd_numbers[] = {0, 1, 2, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x10000,
	0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE, 0x0FFFFFFF, 0xF0000000};

/* ---------------------------------------------------------------- choosing */

static size_t choose_place(const struct flip_target *t, struct prng *r)
{
	size_t at = prng_below(r, t->base->n + 1);

	if (t->n_hot && prng_below(r, 2))
		at = t->hot[prng_below(r, t->n_hot)] + prng_below(r, HOT_NBYTES);
	return at;
}

/* Mostly short; now and then as long as the file. */
static size_t choose_length(const struct flip_target *t, struct prng *r)
{
	if (prng_below(r, 4))
		return 1 + prng_below(r, SHORT_RUN);
	return 1 + prng_below(r, t->base->n + 1);
}

static uint8_t choose_byte(const struct flip_target *t, struct prng *r)
{
	static const char alphabet[] =
		"\t\t\t\n\n\r 0123456789ACGTNacgt.,;:|/=<>*#\"'@+-[]\\\0\xC3\xFF";

	if (t->is_text && prng_below(r, 8))
		return (uint8_t)alphabet[prng_below(r, sizeof(alphabet) - 1)];
	return (uint8_t)prng_next(r);
}

size_t flip_choose(const struct flip_target *t, uint64_t seed, uint64_t run,
	struct flip_edit edits[FLIP_MAX_EDITS])
{
	struct prng r = {seed * UINT64_C(0x2545f4914f6cdd1d) + run};
	size_t n = 1;

	prng_next(&r);
	while (n < FLIP_MAX_EDITS && prng_below(&r, 4) == 0)
		n++;
	for (size_t i = 0; i < n; i++) {
		struct flip_edit *e = &edits[i];

		e->kind = (enum flip_kind)prng_below(&r, FLIP_N_KINDS);
		if (prng_below(&r, 3) == 0)
			e->kind = FLIP_BIT;
		e->at = choose_place(t, &r);
		e->n = choose_length(t, &r);
		e->value = prng_next(&r);
		if (e->kind == FLIP_BYTE)
			e->value = choose_byte(t, &r);
		if (e->kind == FLIP_BIT)
			e->value %= 8;
		if (e->kind == FLIP_NUMBER) {
			e->n = e->value % 2 ? 4 : 2;
			e->value = odd_numbers[prng_below(
				&r, sizeof(odd_numbers) / sizeof(odd_numbers[0]))];
		}
	}
	return n;
}

/* ---------------------------------------------------------------- applying */

static void insert(struct bytes *b, size_t at, const uint8_t *data, size_t n)
{
	size_t behind = b->n - at;

	bytes_add(b, data, n); /* makes room */
	memmove(b->data + at + n, b->data + at, behind);
	memcpy(b->data + at, data, n);
}

static void insert_chosen(const struct flip_target *t, struct bytes *b, size_t at, uint64_t seed)
{
	struct prng r = {seed};
	uint8_t bytes[SHORT_RUN];
	size_t n = 1 + prng_below(&r, SHORT_RUN);

	for (size_t i = 0; i < n; i++)
		bytes[i] = choose_byte(t, &r);
	insert(b, at, bytes, n);
}

static void repeat(struct bytes *b, size_t at, size_t n)
{
	struct bytes copy = {0};

	bytes_add(&copy, b->data + at, n);
	insert(b, at + n, copy.data, n);
	bytes_free(&copy);
}

/* Up to n bytes from two places, as far as they do not meet. */
static void swap_runs(struct bytes *b, size_t at, size_t n, size_t other)
{
	size_t low = at < other ? at : other, high = at < other ? other : at;

	for (size_t i = 0; i < n && low + i < high && high + i < b->n; i++) {
		uint8_t kept = b->data[low + i];

		b->data[low + i] = b->data[high + i];
		b->data[high + i] = kept;
	}
}

void flip_apply(
	const struct flip_target *t, const struct flip_edit *e, struct bytes *b, bool *changed)
{
	size_t n = e->at < b->n && e->n > b->n - e->at ? b->n - e->at : e->n;

	*changed = e->kind == FLIP_INSERT ? e->at <= b->n : e->at < b->n;
	if (!*changed)
		return;
	switch (e->kind) {
	case FLIP_BIT:
		b->data[e->at] ^= (uint8_t)(1u << e->value);
		break;
	case FLIP_BYTE:
		b->data[e->at] = (uint8_t)e->value;
		break;
	case FLIP_NUMBER:
		for (size_t i = 0; i < n; i++)
			b->data[e->at + i] = (uint8_t)(e->value >> 8 * i);
		break;
	case FLIP_REMOVE:
		memmove(b->data + e->at, b->data + e->at + n, b->n - e->at - n);
		b->n -= n;
		break;
	case FLIP_INSERT:
		insert_chosen(t, b, e->at, e->value);
		break;
	case FLIP_REPEAT:
		repeat(b, e->at, n);
		break;
	case FLIP_SWAP:
		swap_runs(b, e->at, n, e->value % b->n);
		break;
	default:
		b->n = e->at;
		break;
	}
}

void flip_print(FILE *out, const struct flip_edit *e)
{
	static const char *const words[FLIP_N_KINDS] = {"flip bit", "set byte", "set number",
		"remove", "insert bytes", "repeat", "swap", "cut"};

	fprintf(out, "%s: at %zu", words[e->kind], e->at);
	if (e->kind >= FLIP_NUMBER && e->kind != FLIP_INSERT && e->kind != FLIP_CUT)
		fprintf(out, " (%zu bytes)", e->n);
	if (e->kind == FLIP_SWAP || e->kind <= FLIP_NUMBER || e->kind == FLIP_INSERT)
		fprintf(out, ", %" PRIu64, e->value);
	fputc('\n', out);
}
