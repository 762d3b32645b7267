/*
 * AArch64: HWCAP comes in, the bundle and words go out. Outside Linux nothing is asked: the 64-bit
 * ABIs of the other systems have Advanced SIMD as a part.
 */
#include "cpu.h"

#include <stdbool.h>
#include <stdio.h>

#if defined(__linux__)
#include <sys/auxv.h>

static bool has_neon(void)
{
	return getauxval(AT_HWCAP) & HWCAP_ASIMD;
}

/* The main ID register, which the kernel lets programs read where it says so; else 0. */
static uint64_t main_id(void)
{
	uint64_t id;

	if (!(getauxval(AT_HWCAP) & HWCAP_CPUID))
		return 0;
	__asm__("mrs %0, MIDR_EL1" : "=r"(id));
	return id;
}
#else
static bool has_neon(void)
{
	return true;
}

static uint64_t main_id(void)
{
	return 0;
}
#endif

const char *cpu_missing(uint32_t bundles)
{
	if (bundles & (CPU_AVX2 | CPU_AVX512))
		return "x86-64";
	return (bundles & CPU_NEON) && !has_neon() ? "Advanced SIMD" : "";
}

uint32_t cpu_bundles(void)
{
	return has_neon() ? CPU_NEON : 0;
}

/* Arm Architecture Reference Manual, MIDR_EL1.Implementer: the makers of servers and desktops. */
static const char *vendor_name(unsigned implementer)
{
	switch (implementer) {
	case 0x41:
		return "Arm";
	case 0x43:
		return "Cavium";
	case 0x46:
		return "Fujitsu";
	case 0x48:
		return "HiSilicon";
	case 0x4e:
		return "NVIDIA";
	case 0x51:
		return "Qualcomm";
	case 0x61:
		return "Apple";
	case 0x6d:
		return "Microsoft";
	case 0xc0:
		return "Ampere";
	default:
		return "vendor unknown";
	}
}

size_t cpu_describe(char *out, size_t out_nbytes)
{
	uint64_t id = main_id();
	unsigned implementer = (unsigned)(id >> 24 & 0xFF);
	unsigned part = (unsigned)(id >> 4 & 0xFFF);

	return (size_t)snprintf(out, out_nbytes, "AArch64, %s (0x%02x), part 0x%03x: %s",
		vendor_name(implementer), implementer, part,
		has_neon() ? "Advanced SIMD" : "no Advanced SIMD");
}
