/* Asks the memory for what is needed soon. */
#ifndef SPHEX_PREFETCH_H
#define SPHEX_PREFETCH_H

static inline void prefetch(const void *p)
{
#if defined(__GNUC__)
	__builtin_prefetch(p, 1);
	__asm__ volatile(""); /* or gcc leaves out calls of functions that do nothing else */
#else
	(void)p;
#endif
}

#endif
