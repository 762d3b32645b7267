/* Pieces of text inside a window: pointer and length, nothing is copied. p is never NULL. */
#ifndef SPHEX_SPAN_H
#define SPHEX_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/digits.h"

struct span {
	const char *p;
	size_t n;
};

static inline struct span span_of(const char *text)
{
	return (struct span){text, strlen(text)};
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static inline bool span_is(struct span s, const char *text)
{
	return s.n == strlen(text) && memcmp(s.p, text, strlen(text)) == 0;
}

/* As span_is() with ASCII letters of either case; lower_case has small letters only. */
static inline bool span_is_word(struct span s, const char *lower_case)
{
	size_t i = 0;

	while (i < s.n && lower_case[i] && (s.p[i] | 0x20) == lower_case[i])
		i++;
	return i == s.n && !lower_case[i];
}

static inline bool span_starts_with(struct span s, const char *text)
{
	size_t n = strlen(text);

	return s.n >= n && memcmp(s.p, text, n) == 0;
}

static inline struct span span_from(struct span s, size_t begin)
{
	return (struct span){s.p + begin, s.n - begin};
}

/* Bytes in front of the first `c`; s.n when there is none. */
static inline size_t span_find(struct span s, char c)
{
	const char *at;

	if (s.n <= 1) /* most alleles: not worth a call */
		return s.n && *s.p != c;
	at = memchr(s.p, c, s.n);
	return at ? (size_t)(at - s.p) : s.n;
}

/* The pieces of a text between separators, empty ones too: "a,,b" has three, "" has one. */
struct pieces {
	struct span rest;
	char separator;
	bool at_end;
};

static inline struct pieces pieces_of(struct span s, char separator)
{
	return (struct pieces){s, separator, false};
}

static inline bool pieces_next(struct pieces *pieces, struct span *piece)
{
	size_t n = span_find(pieces->rest, pieces->separator);

	if (pieces->at_end)
		return false;
	*piece = (struct span){pieces->rest.p, n};
	pieces->at_end = n == pieces->rest.n;
	if (!pieces->at_end)
		pieces->rest = span_from(pieces->rest, n + 1);
	return true;
}

/* Digits, a plus sign in front allowed; false for anything else and for more than 64 bits. */
static inline bool span_number(struct span s, uint64_t *value)
{
	size_t i = s.n > 1 && s.p[0] == '+';
	size_t n_safe = s.n < MAX_DIGITS - 1 ? s.n : MAX_DIGITS - 1; /* cannot be too much */
	uint64_t number = 0;
	unsigned digit;

	*value = 0;
	for (; i < n_safe; i++) {
		digit = (unsigned)(s.p[i] - '0');
		if (digit > 9)
			return false;
		number = number * 10 + digit;
	}
	for (; i < s.n; i++) {
		digit = (unsigned)(s.p[i] - '0');
		if (digit > 9 || number > (UINT64_MAX - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*value = number;
	return s.n > 0;
}

#define EIGHT_ZEROS UINT64_C(0x3030303030303030) /* '0' */

/* The value of eight digits; false: one of the bytes is not a digit. The first digit is in the
 * lowest byte, and '0' has been taken from each, so that zeros in front are zero bits. */
static inline bool eight_digits(uint64_t digits, uint32_t *value)
{
	const uint64_t tops = UINT64_C(0x8080808080808080);

	if (((digits + UINT64_C(0x7676767676767676)) | digits) & tops)
		return false;
	/* pairs, fours, all: the digits in front of the others are worth more */
	digits = digits * 10 + (digits >> 8);
	digits = ((digits & UINT64_C(0x00FF00FF00FF00FF)) * 100) +
		 (digits >> 16 & UINT64_C(0x00FF00FF00FF00FF));
	*value = (uint32_t)((digits & 0xFFFF) * 10000 + (digits >> 32 & 0xFFFF));
	return true;
}

#endif
