/* See one_in.h. */
#include "one_in.h"

#include <stdlib.h>

size_t one_in(size_t n)
{
	const char *quick = getenv("QUICK");

	return quick && *quick ? n : 1;
}
