/*
 * The rows of this build and the choice among them. In: a name and what the CPU can do. Out: a row.
 * No state, and the machine is not asked: the caller says what it can do, and so can a test.
 */
#include "select.h"
#include "cpu.h"

#include <stdbool.h>
#include <string.h>

extern const struct kernels row_scalar;

#if defined(SPHEX_ROWS_NEON)
extern const struct kernels row_neon;
#define ROW_NEON (&row_neon)
#else
#define ROW_NEON NULL
#endif

#if defined(SPHEX_ROWS_X86)
extern const struct kernels row_avx2, row_avx512;
#define ROW_AVX2 (&row_avx2)
#define ROW_AVX512 (&row_avx512)
#else
#define ROW_AVX2 NULL
#define ROW_AVX512 NULL
#endif

static const struct row_info ROWS[] = {
	{"scalar", 0, "", &row_scalar},
	{"neon", CPU_NEON, "Advanced SIMD", ROW_NEON},
	{"avx2", CPU_AVX2, "AVX2 BMI2 POPCNT", ROW_AVX2},
	{"avx512", CPU_AVX2 | CPU_AVX512,
		"AVX2 BMI2 POPCNT AVX512 F BW DQ VL VBMI VBMI2, VPCLMULQDQ", ROW_AVX512},
};

enum { N_ROWS = sizeof(ROWS) / sizeof(ROWS[0]) };

const struct row_info *kernels_rows(size_t *n)
{
	*n = N_ROWS;
	return ROWS;
}

const struct kernels *sphex_kernels_select(const char *name, uint32_t cpu)
{
	bool any = !name || strcmp(name, "auto") == 0;

	for (size_t i = N_ROWS; i-- > 0;) {
		bool wanted = any || strcmp(name, ROWS[i].name) == 0;
		bool usable = ROWS[i].row && (ROWS[i].needs & cpu) == ROWS[i].needs;

		if (wanted && usable)
			return ROWS[i].row;
	}
	return NULL;
}
