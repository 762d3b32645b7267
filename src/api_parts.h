/* What the files of api*.c share. Nobody else includes this. */
#ifndef SPHEX_API_PARTS_H
#define SPHEX_API_PARTS_H

#include "base/status.h"
#include "simd/kernels.h"

/* Callers may pass NULL for err: the functions below them may not. */
#define SPARE_ERROR(err)                \
	struct sphex_error spare_error; \
	(err) = (err) ? (err) : &spare_error

/* `name` NULL: the best row that runs here. SPHEX_E_ARGUMENT says why a row cannot be had. */
enum sphex_status choose_kernels(
	const char *name, const struct kernels **out, struct sphex_error *err);
/* n_threads 0 stands for all that the process may use. */
enum sphex_status check_n_threads(unsigned n, struct sphex_error *err);

#endif
