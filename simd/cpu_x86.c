/*
 * x86-64: CPUID and XCR0 come in, bundles and words go out. Registers that the operating system
 * does not save are of no use, so the bits of XCR0 stand in the same table as those of CPUID.
 */
#include "cpu.h"

#include <cpuid.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum word { LEAF1_ECX, LEAF7_EBX, LEAF7_ECX, XCR0, N_WORDS };

struct feature {
	const char *name;
	uint32_t bundles; /* that ask for it */
	enum word word;
	uint32_t bits; /* all of them are needed */
};

static const struct feature FEATURES[] = {
	{"POPCNT", CPU_AVX2 | CPU_AVX512, LEAF1_ECX, 1u << 23},
	{"AVX2", CPU_AVX2 | CPU_AVX512, LEAF7_EBX, 1u << 5},
	{"BMI2", CPU_AVX2 | CPU_AVX512, LEAF7_EBX, 1u << 8},
	{"OS support for YMM", CPU_AVX2 | CPU_AVX512, XCR0, 0x06},
	{"AVX512F", CPU_AVX512, LEAF7_EBX, 1u << 16},
	{"AVX512BW", CPU_AVX512, LEAF7_EBX, 1u << 30},
	{"AVX512DQ", CPU_AVX512, LEAF7_EBX, 1u << 17},
	{"AVX512VL", CPU_AVX512, LEAF7_EBX, 1u << 31},
	{"AVX512VBMI", CPU_AVX512, LEAF7_ECX, 1u << 1},
	{"AVX512_VBMI2", CPU_AVX512, LEAF7_ECX, 1u << 6},
	{"PCLMULQDQ", CPU_AVX512, LEAF1_ECX, 1u << 1},
	{"VPCLMULQDQ", CPU_AVX512, LEAF7_ECX, 1u << 10},
	{"OS support for ZMM", CPU_AVX512, XCR0, 0xE6},
};

enum { N_FEATURES = sizeof(FEATURES) / sizeof(FEATURES[0]) };

static uint32_t xcr0_low(void)
{
	uint32_t low, high;

	/* Not the intrinsic: that one wants the whole file compiled with XSAVE enabled. */
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return low;
}

/* Leaves that this CPU does not know read as 0. */
static void read_words(uint32_t words[N_WORDS])
{
	const uint32_t osxsave = 1u << 27;
	unsigned a, b, c, d;

	memset(words, 0, N_WORDS * sizeof(words[0]));
	if (__get_cpuid(1, &a, &b, &c, &d)) {
		words[LEAF1_ECX] = c;
		/* XGETBV faults where the system has not switched XSAVE on. */
		words[XCR0] = c & osxsave ? xcr0_low() : 0;
	}
	if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
		words[LEAF7_EBX] = b;
		words[LEAF7_ECX] = c;
	}
}

static bool present(const uint32_t words[N_WORDS], const struct feature *f)
{
	return (words[f->word] & f->bits) == f->bits;
}

const char *cpu_missing(uint32_t bundles)
{
	uint32_t words[N_WORDS];

	if (bundles & CPU_NEON)
		return "AArch64";
	read_words(words);
	for (size_t i = 0; i < N_FEATURES; i++) {
		if ((FEATURES[i].bundles & bundles) && !present(words, &FEATURES[i]))
			return FEATURES[i].name;
	}
	return "";
}

uint32_t cpu_bundles(void)
{
	uint32_t bundles = 0;

	if (!*cpu_missing(CPU_AVX2))
		bundles |= CPU_AVX2;
	if (!*cpu_missing(CPU_AVX512))
		bundles |= CPU_AVX512;
	return bundles;
}

/* 12 letters. */
static void read_vendor(char out[13])
{
	unsigned max_leaf, regs[3] = {0};

	__get_cpuid(0, &max_leaf, &regs[0], &regs[2], &regs[1]);
	memcpy(out, regs, 12);
	out[12] = '\0';
}

/* At most 47 letters; "" where the CPU has no brand. */
static void read_brand(char out[49])
{
	unsigned regs[12] = {0};

	for (unsigned i = 0; i < 3; i++) {
		unsigned *r = &regs[4 * i];
		__get_cpuid(0x80000002u + i, &r[0], &r[1], &r[2], &r[3]);
	}
	memcpy(out, regs, 48);
	out[48] = '\0';
}

size_t cpu_describe(char *out, size_t out_nbytes)
{
	/* Twice what all names and commas take. */
	char vendor[13], brand[49], features[256] = "";
	uint32_t words[N_WORDS];

	read_vendor(vendor);
	read_brand(brand);
	read_words(words);
	for (size_t i = 0; i < N_FEATURES; i++) {
		if (present(words, &FEATURES[i])) {
			strcat(features, *features ? ", " : "");
			strcat(features, FEATURES[i].name);
		}
	}
	/* Some brands are padded with blanks in front. */
	return (size_t)snprintf(out, out_nbytes, "%s, %s: %s", vendor, brand + strspn(brand, " "),
		*features ? features : "none of the features asked for");
}
