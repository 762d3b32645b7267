/* Warnings and seconds; see run_tell.h. */
#include "run_tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void warn(const struct warner *to, const char *fmt, ...)
{
	char text[1024];
	va_list args;

	if (!to->fn)
		return;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	to->fn(to->user, text);
}

double seconds_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}
