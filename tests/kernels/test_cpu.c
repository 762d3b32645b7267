/* What the machine is said to have, against what the compiler's own run-time check says. */
#include "simd/cpu.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <string.h>

#if defined(__x86_64__)
static uint32_t oracle_bundles(void)
{
	bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
		    __builtin_cpu_supports("popcnt");
	bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
		      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
		      __builtin_cpu_supports("avx512vbmi") &&
		      __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("vpclmulqdq");

	return (avx2 ? CPU_AVX2 : 0u) | (avx2 && avx512 ? CPU_AVX512 : 0u);
}
#elif defined(__aarch64__)
/* The 64-bit ABI has it as a part, and so does every emulator. */
static uint32_t oracle_bundles(void)
{
	return CPU_NEON;
}
#else
static uint32_t oracle_bundles(void)
{
	return 0;
}
#endif

static const enum cpu_bundle BUNDLES[] = {CPU_AVX2, CPU_AVX512, CPU_NEON};

enum { N_BUNDLES = sizeof(BUNDLES) / sizeof(BUNDLES[0]) };

Test(cpu, has_the_bundles_that_the_compiler_finds)
{
	cr_assert(cpu_bundles() == oracle_bundles(), "%#x instead of %#x", cpu_bundles(),
		oracle_bundles());
}

Test(cpu, something_is_missing_exactly_where_a_bundle_is_absent)
{
	for (size_t i = 0; i < N_BUNDLES; i++) {
		bool is_there = cpu_bundles() & BUNDLES[i];
		const char *missing = cpu_missing(BUNDLES[i]);

		cr_assert((*missing == '\0') == is_there, "%#x: \"%s\"", BUNDLES[i], missing);
	}
	cr_assert(*cpu_missing(0) == '\0', "nothing asked for, nothing missing");
	cr_assert(*cpu_missing(CPU_AVX2 | CPU_NEON), "no CPU is of both kinds");
}

Test(cpu, description_is_one_line_and_cut_to_the_room_given)
{
	char whole[512], cut[8];
	size_t length = cpu_describe(whole, sizeof(whole));

	cr_assert(length > 8 && length == strlen(whole), "length %zu", length);
	cr_assert(!strchr(whole, '\n'), "two lines");
	cr_assert(cpu_describe(cut, sizeof(cut)) == length, "length of the cut one");
	cr_assert(strlen(cut) == 7 && strncmp(cut, whole, 7) == 0, "\"%s\"", cut);
	cr_assert(cpu_describe(NULL, 0) == length, "length without room");
}
