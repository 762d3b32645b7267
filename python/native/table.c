/*
 * Table and Column: the result of a count, seen from Python without a copy. A table owns the handle
 * of the library; a column holds its table. Locking is the caller's: sphex.CountTable lets one
 * thread in.
 */
#include "native.h"

#include <string.h>

struct table {
	PyObject_HEAD struct sphex_count *count;
};

struct column {
	PyObject_HEAD PyObject *table;
	struct described_column described;
	Py_ssize_t n_rows;
	Py_ssize_t stride; /* of the buffer protocol */
};

static struct sphex_count *count_of(PyObject *table)
{
	return ((struct table *)table)->count;
}

/* ---------------------------------------------------------------- columns, as Arrow describes them
 */

/* True when each value is UTF-8: the whole is, and no value begins inside a letter. */
static bool is_utf8(const struct sphex_column *c, size_t n_rows)
{
	PyObject *whole = PyUnicode_DecodeUTF8(c->text, (Py_ssize_t)c->offsets[n_rows], NULL);

	if (!whole) {
		PyErr_Clear();
		return false;
	}
	Py_DECREF(whole);
	for (size_t i = 0; i < n_rows; i++)
		if (c->offsets[i] < c->offsets[i + 1] && (c->text[c->offsets[i]] & 0xC0) == 0x80)
			return false;
	return true;
}

int result_describe(PyObject *table, size_t i, struct described_column *out)
{
	struct sphex_error err;

	if (sphex_count_column(count_of(table), i, &out->column, &err)) {
		raise_error(&err);
		return -1;
	}
	if (out->column.kind == SPHEX_COLUMN_U32)
		out->format = "I";
	else
		out->format = is_utf8(&out->column, result_n_rows(table)) ? "U" : "Z";
	return 0;
}

size_t result_n_rows(PyObject *table)
{
	return sphex_count_n_rows(count_of(table));
}

size_t result_n_columns(PyObject *table)
{
	return sphex_count_n_columns(count_of(table));
}

/* ---------------------------------------------------------------- Column */

static void column_dealloc(PyObject *self)
{
	Py_XDECREF(((struct column *)self)->table);
	free_object(self);
}

static Py_ssize_t column_length(PyObject *self)
{
	return ((struct column *)self)->n_rows;
}

static PyObject *column_item(PyObject *self, Py_ssize_t i)
{
	const struct column *column = (struct column *)self;
	const struct sphex_column *c = &column->described.column;

	if (i < 0 || i >= column->n_rows) {
		PyErr_SetString(PyExc_IndexError, "row out of range");
		return NULL;
	}
	if (c->valid && !(c->valid[i / 8] >> i % 8 & 1))
		return Py_NewRef(Py_None);
	if (c->kind == SPHEX_COLUMN_U32)
		return PyLong_FromUnsignedLong(c->values[i]);
	return PyUnicode_DecodeUTF8(c->text + c->offsets[i],
		(Py_ssize_t)(c->offsets[i + 1] - c->offsets[i]), "surrogateescape");
}

/* NULL when there is one. */
static const char *why_no_buffer(const struct sphex_column *c, int flags)
{
	if (c->kind != SPHEX_COLUMN_U32)
		return "a text column has no plain buffer: take it as Arrow, or as a sequence";
	if (c->valid)
		return "values are missing: take the column as Arrow, or as a sequence";
	return flags & BUFFER_WRITABLE ? "the column is read-only" : NULL;
}

/* Read-only, one dimension, of uint32. The view holds the column, the column its table. */
static int column_buffer(PyObject *self, struct buffer *view, int flags)
{
	struct column *column = (struct column *)self;
	const struct sphex_column *c = &column->described.column;
	const char *why = why_no_buffer(c, flags);
	static char format[] = "I";

	view->owner = NULL;
	if (why) {
		PyErr_SetString(PyExc_BufferError, why);
		return -1;
	}
	*view = (struct buffer){.data = (void *)(uintptr_t)c->values,
		.owner = Py_NewRef(self),
		.nbytes = column->n_rows * column->stride,
		.item_nbytes = column->stride,
		.readonly = 1,
		.n_dims = 1,
		.format = flags & BUFFER_FORMAT ? format : NULL,
		.shape = flags & BUFFER_SHAPE ? &column->n_rows : NULL,
		.strides = (flags & BUFFER_STRIDES) == BUFFER_STRIDES ? &column->stride : NULL};
	return 0;
}

static PyObject *column_name(PyObject *self, void *unused)
{
	const char *name = ((struct column *)self)->described.column.name;

	(void)unused;
	return PyUnicode_DecodeUTF8(name, (Py_ssize_t)strlen(name), "surrogateescape");
}

static PyObject *column_kind(PyObject *self, void *unused)
{
	bool number = ((struct column *)self)->described.column.kind == SPHEX_COLUMN_U32;

	(void)unused;
	return PyUnicode_FromString(number ? "uint32" : "text");
}

static PyObject *column_schema(PyObject *self, PyObject *unused)
{
	(void)unused;
	return arrow_column_schema(self, &((struct column *)self)->described);
}

/* The schema that a consumer asks for is a wish; there is one layout here. */
static PyObject *column_array(PyObject *self, PyObject *args, PyObject *keywords)
{
	static char *names[] = {"requested_schema", NULL};
	const struct column *column = (struct column *)self;
	PyObject *requested, *schema, *array;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O", names, &requested))
		return NULL;
	schema = arrow_column_schema(self, &column->described);
	array = arrow_column_array(self, &column->described, (size_t)column->n_rows);
	if (schema && array)
		return Py_BuildValue("NN", schema, array);
	Py_XDECREF(schema);
	Py_XDECREF(array);
	return NULL;
}

static PyMethodDef column_methods[] = {
	{"__arrow_c_schema__", column_schema, METH_NOARGS, NULL},
	{"__arrow_c_array__", (PyCFunction)(void (*)(void))column_array,
		METH_VARARGS | METH_KEYWORDS, NULL},
	{0},
};
static PyGetSetDef column_properties[] = {
	{"name", column_name, NULL, NULL, NULL}, {"kind", column_kind, NULL, NULL, NULL}, {0}};
static PyType_Slot column_slots[] = {
	{Py_tp_dealloc, (void *)column_dealloc},
	{Py_sq_length, (void *)column_length},
	{Py_sq_item, (void *)column_item},
	{Py_tp_iter, (void *)PySeqIter_New},
	{BUFFER_SLOT_GET, (void *)column_buffer},
	{Py_tp_methods, column_methods},
	{Py_tp_getset, column_properties},
	{0, NULL},
};
PyType_Spec column_spec = {.name = "sphex._sphex.Column",
	.basicsize = sizeof(struct column),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = column_slots};

/* ---------------------------------------------------------------- Table */

PyObject *result_new(struct module_state *state, struct sphex_count *count)
{
	struct table *self =
		(struct table *)PyType_GenericAlloc((PyTypeObject *)state->table_type, 0);

	if (!self) {
		sphex_count_free(count);
		return NULL;
	}
	self->count = count;
	return (PyObject *)self;
}

static void table_dealloc(PyObject *self)
{
	sphex_count_free(count_of(self));
	free_object(self);
}

static PyObject *table_column(PyObject *self, PyObject *number)
{
	struct module_state *state = PyType_GetModuleState(Py_TYPE(self));
	size_t i = PyLong_AsSize_t(number);
	struct column *column;

	if (PyErr_Occurred())
		return NULL;
	column = (struct column *)PyType_GenericAlloc((PyTypeObject *)state->column_type, 0);
	if (!column)
		return NULL;
	column->table = Py_NewRef(self);
	column->n_rows = (Py_ssize_t)result_n_rows(self);
	column->stride = sizeof(uint32_t);
	if (result_describe(self, i, &column->described) < 0)
		Py_CLEAR(column);
	return (PyObject *)column;
}

static PyObject *table_write(PyObject *self, PyObject *args)
{
	struct sphex_error err;
	enum sphex_status status;
	const char *path;

	if (!PyArg_ParseTuple(args, "y", &path))
		return NULL;
	Py_BEGIN_ALLOW_THREADS status = sphex_count_write(count_of(self), path, &err);
	Py_END_ALLOW_THREADS return status ? raise_error(&err) : Py_NewRef(Py_None);
}

static PyObject *table_stats(PyObject *self, PyObject *unused)
{
	struct sphex_count_stats s;

	(void)unused;
	sphex_count_stats(count_of(self), &s);
	return Py_BuildValue("KKKKKKKddIss", (unsigned long long)s.n_records,
		(unsigned long long)s.n_covering, (unsigned long long)s.n_observations,
		(unsigned long long)s.n_counted, (unsigned long long)s.n_bam_bytes,
		(unsigned long long)s.n_rows, (unsigned long long)s.n_rows_covered,
		s.seconds_variants, s.seconds_bam, s.n_threads, s.simd, s.index);
}

/* The list of (kind, name, n). */
static PyObject *table_fates(PyObject *self, PyObject *unused)
{
	PyObject *list = PyList_New(0);
	struct sphex_fate fate;

	(void)unused;
	for (size_t i = 0; list && sphex_count_fate(count_of(self), i, &fate); i++) {
		PyObject *item = Py_BuildValue(
			"(ssK)", fate.kind, fate.name, (unsigned long long)fate.n);

		if (!item || PyList_Append(list, item) != 0)
			Py_CLEAR(list);
		Py_XDECREF(item);
	}
	return list;
}

static PyObject *table_schema(PyObject *self, PyObject *unused)
{
	(void)unused;
	return arrow_table_schema(self);
}

static PyObject *table_stream(PyObject *self, PyObject *unused)
{
	(void)unused;
	return arrow_table_stream(self);
}

static Py_ssize_t table_length(PyObject *self)
{
	return (Py_ssize_t)result_n_rows(self);
}

static PyObject *table_get_n_columns(PyObject *self, void *unused)
{
	(void)unused;
	return PyLong_FromSize_t(result_n_columns(self));
}

static PyMethodDef table_methods[] = {
	{"column", table_column, METH_O, NULL},
	{"write", table_write, METH_VARARGS, NULL},
	{"stats", table_stats, METH_NOARGS, NULL},
	{"fates", table_fates, METH_NOARGS, NULL},
	{"arrow_schema", table_schema, METH_NOARGS, NULL},
	{"arrow_stream", table_stream, METH_NOARGS, NULL},
	{0},
};
static PyGetSetDef table_properties[] = {{"n_columns", table_get_n_columns, NULL, NULL, NULL}, {0}};
static PyType_Slot table_slots[] = {
	{Py_tp_dealloc, (void *)table_dealloc},
	{Py_sq_length, (void *)table_length},
	{Py_tp_methods, table_methods},
	{Py_tp_getset, table_properties},
	{0, NULL},
};
PyType_Spec table_spec = {.name = "sphex._sphex.Table",
	.basicsize = sizeof(struct table),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = table_slots};
