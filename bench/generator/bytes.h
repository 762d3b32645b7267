/*
 * What every part of the generator builds with: growing arrays of bytes. There is nobody to handle
 * an error: whatever fails says why and ends the program.
 */
#ifndef GENERATOR_BYTES_H
#define GENERATOR_BYTES_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#else
#define PRINTF_LIKE(f, a)
#endif

_Noreturn void die(const char *fmt, ...) PRINTF_LIKE(1, 2);

/* Zeroed. */
void *new_array(size_t n, size_t size);

/* A zeroed struct is empty; the owner frees `data`. */
struct bytes {
	uint8_t *data;
	size_t n, cap;
};

/* Room for nbytes more; returns where they go. */
uint8_t *bytes_reserve(struct bytes *b, size_t nbytes);
void add(struct bytes *b, const void *data, size_t nbytes);
/* The low nbytes (1..8) of value, little-endian. */
void add_number(struct bytes *b, uint64_t value, size_t nbytes);
void put_number(uint8_t *p, uint64_t value, size_t nbytes);
/* At most 255 bytes. */
void add_text(struct bytes *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
