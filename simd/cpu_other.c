/* CPUs for which there is only the scalar row. */
#include "cpu.h"

#include <stdio.h>

uint32_t cpu_bundles(void)
{
	return 0;
}

const char *cpu_missing(uint32_t bundles)
{
	return bundles ? "x86-64 or AArch64" : "";
}

size_t cpu_describe(char *out, size_t out_nbytes)
{
	return (size_t)snprintf(out, out_nbytes, "neither x86-64 nor AArch64");
}
