/* What a run tells its caller while it works, and by which clock. */
#ifndef SPHEX_RUN_TELL_H
#define SPHEX_RUN_TELL_H

#include "base/status.h"

/* Who gets the warnings; fn is NULL where nobody does. */
struct warner {
	void (*fn)(void *user, const char *text);
	void *user;
};

void warn(const struct warner *to, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Of a clock that only goes forward. */
double seconds_now(void);

#endif
