/* The choice of a row, for CPUs that need not be there: what a CPU can do is an argument. */
#include "simd/cpu.h"
#include "simd/select.h"

#include <criterion/criterion.h>
#include <stdbool.h>
#include <string.h>

enum { ALL_BUNDLES = CPU_AVX2 | CPU_AVX512 | CPU_NEON };

static bool can_run(const struct row_info *info, uint32_t cpu)
{
	return info->row && (info->needs & ~cpu) == 0;
}

Test(select, a_named_row_is_given_exactly_where_it_can_run)
{
	size_t n;
	const struct row_info *rows = kernels_rows(&n);

	for (uint32_t cpu = 0; cpu <= ALL_BUNDLES; cpu++) {
		for (size_t i = 0; i < n; i++) {
			const struct kernels *row = sphex_kernels_select(rows[i].name, cpu);
			cr_assert(row == (can_run(&rows[i], cpu) ? rows[i].row : NULL),
				"%s on a CPU with %#x", rows[i].name, cpu);
		}
	}
}

Test(select, the_choice_is_the_last_row_that_can_run)
{
	size_t n;
	const struct row_info *rows = kernels_rows(&n);

	for (uint32_t cpu = 0; cpu <= ALL_BUNDLES; cpu++) {
		const struct kernels *last = NULL;

		for (size_t i = 0; i < n; i++) {
			if (can_run(&rows[i], cpu))
				last = rows[i].row;
		}
		cr_assert(sphex_kernels_select(NULL, cpu) == last, "NULL, CPU with %#x", cpu);
		cr_assert(sphex_kernels_select("auto", cpu) == last, "auto, CPU with %#x", cpu);
	}
}

Test(select, a_cpu_without_bundles_gets_scalar)
{
	const struct kernels *row = sphex_kernels_select(NULL, 0);

	cr_assert(row && strcmp(row->name, "scalar") == 0, "not scalar");
}

/* AVX-512 is a bundle on top of AVX2: a CPU mask with the former alone names no vector row. */
Test(select, avx512_asks_for_avx2_too)
{
	const struct kernels *row = sphex_kernels_select(NULL, CPU_AVX512);

	cr_assert(row && strcmp(row->name, "scalar") == 0, "not scalar");
	cr_assert(!sphex_kernels_select("avx512", CPU_AVX512), "avx512 without AVX2");
}

Test(select, unknown_names_give_nothing)
{
	static const char *const NAMES[] = {"", "sse2", "AVX2", "avx2 ", "avx", "avx5120", "Auto"};

	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
		cr_assert(!sphex_kernels_select(NAMES[i], ALL_BUNDLES), "\"%s\"", NAMES[i]);
}

Test(select, the_list_begins_with_scalar_and_names_every_row_once)
{
	size_t n;
	const struct row_info *rows = kernels_rows(&n);

	cr_assert(n == 4 && rows[0].row && rows[0].needs == 0, "scalar is not the first");
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < i; j++)
			cr_assert(strcmp(rows[i].name, rows[j].name) != 0, "%s", rows[i].name);
	}
}

Test(select, compiled_rows_have_their_name_and_all_kernels)
{
	size_t n;
	const struct row_info *rows = kernels_rows(&n);

	for (size_t i = 0; i < n; i++) {
		const struct kernels *row = rows[i].row;

		if (!row)
			continue;
		cr_assert(strcmp(row->name, rows[i].name) == 0, "%s", rows[i].name);
		cr_assert(row->quality_mask && row->unpack_bases && row->classify &&
				  row->find_bytes && row->count_byte && row->split_line,
			"%s lacks a kernel", row->name);
	}
}
