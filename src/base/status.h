/* Filling the error record. Inside the library it is never NULL: api.c lends one where a caller
 * gives none. */
#ifndef SPHEX_STATUS_H
#define SPHEX_STATUS_H

#include "sphex.h"

#if defined(__GNUC__)
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#else
#define PRINTF_LIKE(f, a)
#endif

/* Clears the record (place unknown), stores status and message; returns status. */
enum sphex_status fail(struct sphex_error *err, enum sphex_status status, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* As fail() with SPHEX_E_IO, ": " and the words for `errnum` added. */
enum sphex_status fail_errno(struct sphex_error *err, int errnum, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
/* SPHEX_E_MEMORY with its standard message. */
enum sphex_status fail_memory(struct sphex_error *err);

/* Add the place or the advice; each returns err->status so that calls can be chained in a return.
 */
enum sphex_status at_file(struct sphex_error *err, const char *path);
enum sphex_status at_line(struct sphex_error *err, uint64_t line);
enum sphex_status at_voffset(struct sphex_error *err, uint64_t voffset);
enum sphex_status at_record(struct sphex_error *err, uint64_t record);
enum sphex_status with_hint(struct sphex_error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * What always fails is told to clang's analyzer, which sees one file at a time and would go on
 * behind a failure as if it were none.
 */
#ifdef __clang_analyzer__
static inline enum sphex_status not_ok(enum sphex_status status)
{
	if (status == SPHEX_OK)
		__builtin_unreachable();
	return status;
}
#else
#define not_ok(status) (status)
#endif

#if defined(__clang_analyzer__) && !defined(SPHEX_STATUS_C)
#define fail(...) not_ok(fail(__VA_ARGS__))
#define fail_errno(...) not_ok(fail_errno(__VA_ARGS__))
#define fail_memory(err) not_ok(fail_memory(err))
#define at_file(err, path) not_ok(at_file(err, path))
#define at_line(err, line) not_ok(at_line(err, line))
#define at_voffset(err, voffset) not_ok(at_voffset(err, voffset))
#define at_record(err, record) not_ok(at_record(err, record))
#define with_hint(...) not_ok(with_hint(__VA_ARGS__))
#endif

#endif
