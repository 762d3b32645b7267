/* What the files of the extension share. Everything here runs with the GIL unless it says
 * otherwise. */
#ifndef SPHEX_NATIVE_H
#define SPHEX_NATIVE_H

#include "python.h"

#include <sphex.h>

#include "arrow.h"

struct module_state {
	PyObject *table_type, *column_type, *view_type;
};

/* ---- errors (module.c) */

/* Raises the exception of sphex._errors that belongs to a failed call. Returns NULL. */
PyObject *raise_error(const struct sphex_error *err);
/* "'X' object is not an instance of 'kind'", as TypeError. Returns NULL. */
PyObject *raise_wrong_type(PyObject *value, const char *kind);

/* Memory and type of an object made by a type of ours; the end of every dealloc. */
void free_object(PyObject *self);

/* ---- sites given by the caller (sites.c) */

/* Rows or columns as the library takes them; owns, or holds, everything that `sites` points to. */
struct given_sites {
	struct sphex_sites sites;
	PyObject *names; /* list of the contigs' names, which own their bytes */
	const char **name_texts;
	PyObject *views[6]; /* of columns: memoryviews that hold them */
	size_t n_views;
	struct growing {
		void *items;
		size_t n, cap;                                      /* in bytes */
	} contigs, positions, refs, ref_offsets, alts, alt_offsets; /* of rows */
};

/*
 * Takes a list of rows (contig, pos, ref, alt[, ...]), or a tuple of columns (list of names, contig
 * codes, positions, REF text, REF offsets, ALT text, ALT offsets). -1 with an exception set on
 * failure; given_sites_free() in every case. `given` is zeroed before.
 */
int given_sites_take(struct given_sites *given, PyObject *from);
void given_sites_free(struct given_sites *given);

/* ---- the run (run.c) */

PyObject *native_count(PyObject *module, PyObject *args);

/* ---- the result (table.c) */

/* Takes over a count that has run. */
PyObject *result_new(struct module_state *state, struct sphex_count *count);
extern PyType_Spec table_spec, column_spec;

/* Column i of a table, as Arrow describes it. */
struct described_column {
	struct sphex_column column;
	const char *format; /* of Arrow */
};
/* -1 with an exception set when memory is out. */
int result_describe(PyObject *table, size_t i, struct described_column *out);
size_t result_n_rows(PyObject *table);
size_t result_n_columns(PyObject *table);

/* ---- Arrow (arrow_out.c, arrow_in.c) */

/* Capsules that keep `owner` alive until their consumer releases them; NULL with an exception set.
 */
PyObject *arrow_column_schema(PyObject *owner, const struct described_column *column);
PyObject *arrow_column_array(PyObject *owner, const struct described_column *column, size_t n_rows);
PyObject *arrow_table_schema(PyObject *table);
PyObject *arrow_table_stream(PyObject *table);

/* A capsule that takes over the array; on failure it is released. */
PyObject *arrow_enclose_array(struct ArrowArray *array);

/* import_array(schema, array), import_stream(stream): see _sphex.pyi. */
PyObject *native_import_array(PyObject *module, PyObject *args);
PyObject *native_import_stream(PyObject *module, PyObject *args);
extern PyType_Spec view_spec;

#endif
