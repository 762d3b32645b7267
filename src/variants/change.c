/* See change.h. */
#include "change.h"

static enum event_kind kind_of(size_t n_ref, size_t n_alt)
{
	if (n_ref == n_alt && n_ref)
		return n_ref == 1 ? EVENT_SNV : EVENT_MNP;
	if (!n_ref && n_alt)
		return EVENT_INSERTION;
	return n_ref && !n_alt ? EVENT_DELETION : EVENT_MIXED;
}

struct change change_of(const char *ref, size_t n_ref, const char *alt, size_t n_alt)
{
	size_t n = 0;

	while (n_ref && n_alt && ref[n_ref - 1] == alt[n_alt - 1]) {
		n_ref--;
		n_alt--;
	}
	while (n < n_ref && n < n_alt && ref[n] == alt[n])
		n++;
	return (struct change){kind_of(n_ref - n, n_alt - n), n, n_ref - n, n_alt - n};
}
