/* The functions of sphex.h that tell what this library and this CPU are. */
#include <string.h>

#include "api_parts.h"
#include "base/threads.h"
#include "simd/cpu.h"
#include "simd/select.h"

#define MAX_THREADS 1024u

const char *sphex_version(void)
{
	return SPHEX_VERSION;
}

size_t sphex_cpu_n_rows(void)
{
	size_t n;

	kernels_rows(&n);
	return n;
}

void sphex_cpu_row(size_t i, struct sphex_cpu_row *out)
{
	size_t n;
	const struct row_info *row = &kernels_rows(&n)[i];
	uint32_t cpu = cpu_bundles();

	*out = (struct sphex_cpu_row){.name = row->name,
		.compiled = row->row != NULL,
		.usable = row->row && (row->needs & ~cpu) == 0,
		.chosen = row->row && row->row == sphex_kernels_select(NULL, cpu),
		.needs = row->needs_text,
		.missing = cpu_missing(row->needs)};
}

size_t sphex_cpu_describe(char *out, size_t out_nbytes)
{
	return cpu_describe(out, out_nbytes);
}

unsigned sphex_cpu_n_threads(void)
{
	return threads_available();
}

enum sphex_status choose_kernels(
	const char *name, const struct kernels **out, struct sphex_error *err)
{
	const struct kernels *kernels = sphex_kernels_select(name, cpu_bundles());
	struct sphex_cpu_row row;

	if (kernels) {
		*out = kernels;
		return SPHEX_OK;
	}
	for (size_t i = 0; i < sphex_cpu_n_rows(); i++) {
		sphex_cpu_row(i, &row);
		if (strcmp(row.name, name) != 0)
			continue;
		if (!row.compiled)
			return fail(err, SPHEX_E_ARGUMENT,
				"kernel row %s is not part of this build", name);
		return fail(err, SPHEX_E_ARGUMENT, "kernel row %s cannot run here: no %s", name,
			row.missing);
	}
	fail(err, SPHEX_E_ARGUMENT, "unknown kernel row: %s", name);
	return with_hint(err, "sphex cpu lists the rows");
}

enum sphex_status check_n_threads(unsigned n, struct sphex_error *err)
{
	return n > MAX_THREADS
		       ? fail(err, SPHEX_E_ARGUMENT, "%u threads: at most %u", n, MAX_THREADS)
		       : SPHEX_OK;
}
