/* Numbers as decimal text. */
#ifndef SPHEX_DIGITS_H
#define SPHEX_DIGITS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MAX_DIGITS ((size_t)20) /* of 64 bits */

/* Writes up to MAX_DIGITS bytes, without a NUL; returns where they end. */
static inline char *put_decimal(char *to, uint64_t number)
{
	char digits[MAX_DIGITS];
	size_t n = MAX_DIGITS;

	if (number < 10) { /* most counts */
		*to = (char)('0' + number);
		return to + 1;
	}
	do {
		digits[--n] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	memcpy(to, digits + n, MAX_DIGITS - n);
	return to + MAX_DIGITS - n;
}

#endif
