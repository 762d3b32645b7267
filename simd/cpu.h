/*
 * What this CPU has *and* this operating system saves: CPUID with OSXSAVE and XCR0 on x86, HWCAP on
 * AArch64. One bit per bundle of features that a row asks for.
 */
#ifndef SPHEX_CPU_H
#define SPHEX_CPU_H

#include <stddef.h>
#include <stdint.h>

enum cpu_bundle {
	CPU_AVX2 = 1u << 0,   /* AVX2, BMI2, POPCNT; YMM saved */
	CPU_AVX512 = 1u << 1, /* F, BW, DQ, VL, VBMI, VBMI2 beside AVX2; ZMM and masks saved */
	CPU_NEON = 1u << 2    /* Advanced SIMD of AArch64 */
};

/* Asks the machine; cheap enough to call once per handle. */
uint32_t cpu_bundles(void);
/* The first feature of these bundles that is absent ("AVX512VBMI", "OS support for ZMM"), or "". */
const char *cpu_missing(uint32_t bundles);
/* Vendor, brand and the features that matter, one line; returns the length needed. */
size_t cpu_describe(char *out, size_t out_nbytes);

#endif
