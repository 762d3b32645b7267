/* Memory that is there or ends the program; arrays of bytes that grow. */
#include "bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void die(const char *fmt, ...)
{
	va_list args;

	fputs("make_input: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void *new_array(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p)
		die("out of memory");
	return p;
}

uint8_t *bytes_reserve(struct bytes *b, size_t nbytes)
{
	if (b->n + nbytes > b->cap) {
		b->cap = 2 * (b->n + nbytes);
		b->data = realloc(b->data, b->cap);
		if (!b->data)
			die("out of memory");
	}
	return b->data + b->n;
}

void add(struct bytes *b, const void *data, size_t nbytes)
{
	memcpy(bytes_reserve(b, nbytes), data, nbytes);
	b->n += nbytes;
}

void put_number(uint8_t *p, uint64_t value, size_t nbytes)
{
	for (size_t i = 0; i < nbytes; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

void add_number(struct bytes *b, uint64_t value, size_t nbytes)
{
	put_number(bytes_reserve(b, nbytes), value, nbytes);
	b->n += nbytes;
}

void add_text(struct bytes *b, const char *fmt, ...)
{
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf((char *)bytes_reserve(b, 256), 256, fmt, args);
	va_end(args);
	if (length < 0 || length >= 256)
		die("a text is too long");
	b->n += (size_t)length;
}
