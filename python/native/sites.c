/*
 * Sites from Python: rows are checked one by one, in order, and copied; columns are borrowed as
 * they are, after a look at their lengths and offsets.
 */
#include "native.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 4096 /* bytes */

/* ---------------------------------------------------------------- growing arrays */

static int append(struct growing *to, const void *items, size_t n)
{
	if (n > to->cap - to->n) {
		size_t cap = to->cap ? to->cap * 2 : FIRST_CAP;
		void *larger;

		while (cap < to->n + n)
			cap *= 2;
		larger = PyMem_Realloc(to->items, cap);
		if (!larger) {
			PyErr_NoMemory();
			return -1;
		}
		to->items = larger;
		to->cap = cap;
	}
	if (n)
		memcpy((char *)to->items + to->n, items, n);
	to->n += n;
	return 0;
}

static int append_u32(struct growing *to, uint32_t value)
{
	return append(to, &value, sizeof(value));
}

static int append_u64(struct growing *to, uint64_t value)
{
	return append(to, &value, sizeof(value));
}

/* ---------------------------------------------------------------- names of contigs */

/* `names` is a list of str; their UTF-8 lives as long as they do. */
static int take_names(struct given_sites *given)
{
	Py_ssize_t n = PyList_Size(given->names);

	given->name_texts = PyMem_Malloc(((size_t)n + 1) * sizeof(*given->name_texts));
	if (!given->name_texts) {
		PyErr_NoMemory();
		return -1;
	}
	for (Py_ssize_t i = 0; i < n; i++) {
		PyObject *name = PyList_GetItem(given->names, i);
		const char *text;
		Py_ssize_t nbytes;

		if (!PyUnicode_Check(name)) {
			raise_wrong_type(name, "str");
			return -1;
		}
		text = PyUnicode_AsUTF8AndSize(name, &nbytes);
		if (!text)
			return -1;
		if (strlen(text) != (size_t)nbytes) {
			PyErr_Format(PyExc_ValueError, "NUL in contig name %R", name);
			return -1;
		}
		given->name_texts[i] = text;
	}
	given->sites.contig_names = given->name_texts;
	given->sites.n_contigs = (size_t)n;
	return 0;
}

/* ---------------------------------------------------------------- rows */

/* What rows have in common: the number of each contig, and the contig of the row before. */
struct row_reader {
	struct given_sites *given;
	PyObject *codes; /* dict: name -> number */
	PyObject *last;  /* borrowed from the list of rows */
	uint32_t last_code;
};

static int take_contig(struct row_reader *reader, PyObject *contig)
{
	PyObject *code;
	Py_ssize_t n;

	if (contig != reader->last) {
		code = PyDict_GetItemWithError(reader->codes, contig);
		if (!code && PyErr_Occurred())
			return -1;
		n = PyList_Size(reader->given->names);
		if (code) {
			reader->last_code = (uint32_t)PyLong_AsUnsignedLong(code);
		} else {
			reader->last_code = (uint32_t)n;
			code = PyLong_FromSsize_t(n);
			if (!code || PyDict_SetItem(reader->codes, contig, code) < 0 ||
				PyList_Append(reader->given->names, contig) < 0) {
				Py_XDECREF(code);
				return -1;
			}
			Py_DECREF(code);
		}
		reader->last = contig;
	}
	return append_u32(&reader->given->contigs, reader->last_code);
}

static int take_pos(PyObject *value, uint32_t *pos)
{
	PyObject *index = PyNumber_Index(value);
	long number;

	if (!index)
		return -1;
	number = PyLong_AsLong(index);
	Py_DECREF(index);
	if (number == -1 && PyErr_Occurred())
		return -1;
	if (number < 0 || number > (long)UINT32_MAX) {
		PyErr_SetString(
			PyExc_OverflowError, "out of range integral type conversion attempted");
		return -1;
	}
	*pos = (uint32_t)number;
	return 0;
}

/* Item i of a row, which must be a str; its bytes, or NULL. */
static const char *text_item(PyObject *row, Py_ssize_t i, PyObject **item, Py_ssize_t *nbytes)
{
	*item = PyTuple_GetItem(row, i);
	if (!*item)
		return NULL;
	if (!PyUnicode_Check(*item)) {
		raise_wrong_type(*item, "str");
		return NULL;
	}
	return PyUnicode_AsUTF8AndSize(*item, nbytes);
}

static int raise_empty(const char *which, PyObject *contig, uint32_t pos)
{
	PyErr_Format(PyExc_ValueError, "Empty %s for variant at %U:%lu", which, contig,
		(unsigned long)pos);
	return -1;
}

/* The order of the checks is that of WASP2's class: it decides which of two mistakes is reported.
 */
static int take_row(struct row_reader *reader, PyObject *row)
{
	struct given_sites *given = reader->given;
	PyObject *contig, *pos_item, *item;
	Py_ssize_t n_contig, n_ref, n_alt;
	const char *ref, *alt;
	uint32_t pos;

	if (!PyTuple_Check(row)) {
		raise_wrong_type(row, "tuple");
		return -1;
	}
	if (!text_item(row, 0, &contig, &n_contig))
		return -1;
	pos_item = PyTuple_GetItem(row, 1);
	if (!pos_item || take_pos(pos_item, &pos) < 0)
		return -1;
	ref = text_item(row, 2, &item, &n_ref);
	alt = ref ? text_item(row, 3, &item, &n_alt) : NULL;
	if (!alt)
		return -1;
	if (n_ref == 0)
		return raise_empty("ref_allele", contig, pos);
	if (n_alt == 0)
		return raise_empty("alt_allele", contig, pos);
	if (take_contig(reader, contig) < 0 || append_u32(&given->positions, pos) < 0 ||
		append(&given->refs, ref, (size_t)n_ref) < 0 ||
		append_u64(&given->ref_offsets, given->refs.n) < 0 ||
		append(&given->alts, alt, (size_t)n_alt) < 0 ||
		append_u64(&given->alt_offsets, given->alts.n) < 0)
		return -1;
	return 0;
}

static int take_rows(struct given_sites *given, PyObject *rows)
{
	struct row_reader reader = {.given = given, .codes = PyDict_New()};
	int result = -1;

	given->names = PyList_New(0);
	if (!reader.codes || !given->names || append_u64(&given->ref_offsets, 0) < 0 ||
		append_u64(&given->alt_offsets, 0) < 0)
		goto done;
	/* __index__ of a position may change the list: its length is asked for every time */
	for (Py_ssize_t i = 0; i < PyList_Size(rows); i++) {
		PyObject *row = Py_NewRef(PyList_GetItem(rows, i));

		result = take_row(&reader, row);
		Py_DECREF(row);
		if (result < 0)
			goto done;
	}
	given->sites = (struct sphex_sites){.n = given->positions.n / sizeof(uint32_t),
		.contig = given->contigs.items,
		.pos1 = given->positions.items,
		.refs = given->refs.items,
		.ref_offsets = given->ref_offsets.items,
		.alts = given->alts.items,
		.alt_offsets = given->alt_offsets.items};
	result = take_names(given);
done:
	Py_XDECREF(reader.codes);
	return result;
}

/* ---------------------------------------------------------------- columns */

static const uint64_t no_value = 0; /* where an empty column lies */

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* see python.h */
#endif

/* The bytes of a column, which must be a whole number of aligned values. */
static const void *take_view(
	struct given_sites *given, PyObject *column, size_t value_nbytes, size_t *n)
{
	PyObject *view = PyMemoryView_FromObject(column);
	const void *data;
	Py_ssize_t nbytes;

	if (!view)
		return NULL;
	given->views[given->n_views++] = view;
	if (PyObject_AsReadBuffer(view, &data, &nbytes) < 0)
		return NULL;
	*n = (size_t)nbytes / value_nbytes;
	if (nbytes == 0)
		return &no_value;
	if ((size_t)nbytes % value_nbytes || (uintptr_t)data % value_nbytes) {
		PyErr_SetString(PyExc_ValueError, "a column is cut or not aligned");
		return NULL;
	}
	return data;
}

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/* Alleles: offsets ascend and stay in the text, and no allele is empty. */
static int take_alleles(struct given_sites *given, PyObject *text_column, PyObject *offsets_column,
	const char **text, const uint64_t **offsets)
{
	size_t n_text, n_offsets;

	*text = take_view(given, text_column, 1, &n_text);
	*offsets = *text ? take_view(given, offsets_column, sizeof(**offsets), &n_offsets) : NULL;
	if (!*offsets)
		return -1;
	if (n_offsets != given->sites.n + 1 || (*offsets)[given->sites.n] > n_text) {
		PyErr_SetString(PyExc_ValueError, "columns of different lengths");
		return -1;
	}
	for (size_t i = 0; i < given->sites.n; i++) {
		if ((*offsets)[i] < (*offsets)[i + 1])
			continue;
		PyErr_Format(PyExc_ValueError, "row %zu: empty allele", i);
		return -1;
	}
	return 0;
}

static int take_columns(struct given_sites *given, PyObject *columns)
{
	PyObject *names, *contigs, *positions, *refs, *ref_offsets, *alts, *alt_offsets;
	struct sphex_sites *sites = &given->sites;
	size_t n_contigs;

	if (!PyArg_ParseTuple(columns, "O!OOOOOO", &PyList_Type, &names, &contigs, &positions,
		    &refs, &ref_offsets, &alts, &alt_offsets))
		return -1;
	given->names = Py_NewRef(names);
	sites->contig = take_view(given, contigs, sizeof(*sites->contig), &n_contigs);
	sites->pos1 =
		sites->contig ? take_view(given, positions, sizeof(*sites->pos1), &sites->n) : NULL;
	if (!sites->pos1)
		return -1;
	if (n_contigs != sites->n) {
		PyErr_SetString(PyExc_ValueError, "columns of different lengths");
		return -1;
	}
	if (take_alleles(given, refs, ref_offsets, &sites->refs, &sites->ref_offsets) < 0 ||
		take_alleles(given, alts, alt_offsets, &sites->alts, &sites->alt_offsets) < 0)
		return -1;
	return take_names(given);
}

/* ---------------------------------------------------------------- both */

int given_sites_take(struct given_sites *given, PyObject *from)
{
	if (PyList_Check(from))
		return take_rows(given, from);
	if (PyTuple_Check(from))
		return take_columns(given, from);
	raise_wrong_type(from, "list");
	return -1;
}

void given_sites_free(struct given_sites *given)
{
	struct growing *arrays[] = {&given->contigs, &given->positions, &given->refs,
		&given->ref_offsets, &given->alts, &given->alt_offsets};

	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
		PyMem_Free(arrays[i]->items);
	for (size_t i = 0; i < given->n_views; i++)
		Py_DECREF(given->views[i]);
	PyMem_Free(given->name_texts);
	Py_XDECREF(given->names);
}
