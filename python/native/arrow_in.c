/*
 * Arrow columns from other libraries: (format, length, offset, number of missing values, buffers),
 * where the buffers are views of the producer's memory. What they mean is for sphex._columns.
 */
#include "native.h"

#include <string.h>

/* ---------------------------------------------------------------- View: some bytes of an array */

struct view {
	PyObject_HEAD PyObject *array; /* capsule that owns the bytes */
	const void *data;
	Py_ssize_t nbytes, stride;
};

static void view_dealloc(PyObject *self)
{
	Py_XDECREF(((struct view *)self)->array);
	free_object(self);
}

static int view_buffer(PyObject *self, struct buffer *out, int flags)
{
	struct view *view = (struct view *)self;
	static char format[] = "B";

	out->owner = NULL;
	if (flags & BUFFER_WRITABLE) {
		PyErr_SetString(PyExc_BufferError, "the view is read-only");
		return -1;
	}
	*out = (struct buffer){.data = (void *)(uintptr_t)view->data,
		.owner = Py_NewRef(self),
		.nbytes = view->nbytes,
		.item_nbytes = 1,
		.readonly = 1,
		.n_dims = 1,
		.format = flags & BUFFER_FORMAT ? format : NULL,
		.shape = flags & BUFFER_SHAPE ? &view->nbytes : NULL,
		.strides = (flags & BUFFER_STRIDES) == BUFFER_STRIDES ? &view->stride : NULL};
	return 0;
}

static PyType_Slot view_slots[] = {
	{Py_tp_dealloc, (void *)view_dealloc},
	{BUFFER_SLOT_GET, (void *)view_buffer},
	{0, NULL},
};
PyType_Spec view_spec = {.name = "sphex._sphex.View",
	.basicsize = sizeof(struct view),
	.flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
	.slots = view_slots};

static PyObject *view_new(
	struct module_state *state, PyObject *array, const void *data, int64_t nbytes)
{
	struct view *self;

	if (nbytes < 0 || nbytes > PY_SSIZE_T_MAX || (nbytes && !data)) {
		PyErr_SetString(PyExc_ValueError, "damaged Arrow array");
		return NULL;
	}
	self = (struct view *)PyType_GenericAlloc((PyTypeObject *)state->view_type, 0);
	if (!self)
		return NULL;
	self->array = Py_NewRef(array);
	self->data = data ? data : "";
	self->nbytes = (Py_ssize_t)nbytes;
	self->stride = 1;
	return (PyObject *)self;
}

/* ---------------------------------------------------------------- sizes, which nobody tells */

/* Bytes of an integer, or 0. */
static int64_t value_nbytes(const char *format)
{
	switch (format[1] ? 0 : format[0]) {
	case 'c':
	case 'C':
		return 1;
	case 's':
	case 'S':
		return 2;
	case 'i':
	case 'I':
		return 4;
	case 'l':
	case 'L':
		return 8;
	default:
		return 0;
	}
}

/* Bytes of buffer i >= 1, or -1 for a layout that is not read here. */
static int64_t buffer_nbytes(const char *format, const struct ArrowArray *array, int64_t i)
{
	int64_t n = array->offset + array->length, width = value_nbytes(format), last64;
	int32_t last32;
	bool wide = strcmp(format, "U") == 0 || strcmp(format, "Z") == 0;
	bool narrow = strcmp(format, "u") == 0 || strcmp(format, "z") == 0;

	if (width)
		return i == 1 ? n * width : -1;
	if (strcmp(format, "vu") == 0 || strcmp(format, "vz") == 0) {
		if (i == 1)
			return n * 16;
		if (i == array->n_buffers - 1)
			return (array->n_buffers - 3) * 8;
		/* the last buffer lists the sizes of those between */
		memcpy(&last64, (const char *)array->buffers[array->n_buffers - 1] + (i - 2) * 8,
			8);
		return last64;
	}
	if (!wide && !narrow)
		return -1;
	if (i == 1)
		return (n + 1) * (wide ? 8 : 4);
	if (!array->buffers[1])
		return 0; /* allowed for an empty array */
	if (wide) {
		memcpy(&last64, (const char *)array->buffers[1] + n * 8, 8);
		return last64;
	}
	memcpy(&last32, (const char *)array->buffers[1] + n * 4, 4);
	return last32;
}

/* ---------------------------------------------------------------- arrays */

static int64_t n_missing(const struct ArrowArray *array)
{
	const uint8_t *valid = array->buffers[0];
	int64_t n = 0;

	if (array->null_count >= 0 || !valid)
		return array->null_count > 0 ? array->null_count : 0;
	for (int64_t i = array->offset; i < array->offset + array->length; i++)
		n += !(valid[i / 8] >> i % 8 & 1);
	return n;
}

static PyObject *raise_unknown(const char *format)
{
	return PyErr_Format(PyExc_TypeError, "Arrow type '%s' is not text or integer", format);
}

/* Buffers from the second on, as views that hold the capsule. */
static PyObject *view_buffers(struct module_state *state, PyObject *capsule, const char *format,
	const struct ArrowArray *array)
{
	PyObject *views = PyList_New(0);

	for (int64_t i = 1; views && i < array->n_buffers; i++) {
		int64_t nbytes = buffer_nbytes(format, array, i);
		PyObject *view;

		if (!array->buffers[i] && array->length == 0)
			nbytes = 0; /* without values even the first offset may be left out */
		view = nbytes < 0 ? raise_unknown(format)
				  : view_new(state, capsule, array->buffers[i], nbytes);
		if (!view || PyList_Append(views, view) < 0)
			Py_CLEAR(views);
		Py_XDECREF(view);
	}
	return views;
}

/* The array stays in its capsule; the views hold that. */
static PyObject *describe_array(struct module_state *state, const char *format, PyObject *capsule)
{
	const struct ArrowArray *array = PyCapsule_GetPointer(capsule, ARROW_ARRAY_CAPSULE);
	PyObject *views;

	if (!array)
		return NULL;
	if (!array->release || array->length < 0 || array->offset < 0 || array->dictionary ||
		array->n_children || array->n_buffers < 2)
		return raise_unknown(format);
	views = view_buffers(state, capsule, format, array);
	if (!views)
		return NULL;
	return Py_BuildValue("sLLLN", format, (long long)array->length, (long long)array->offset,
		(long long)n_missing(array), views);
}

PyObject *native_import_array(PyObject *module, PyObject *args)
{
	PyObject *schema_capsule, *array_capsule;
	const struct ArrowSchema *schema;

	if (!PyArg_ParseTuple(args, "OO", &schema_capsule, &array_capsule))
		return NULL;
	schema = PyCapsule_GetPointer(schema_capsule, ARROW_SCHEMA_CAPSULE);
	return schema ? describe_array(PyModule_GetState(module), schema->format, array_capsule)
		      : NULL;
}

/* ---------------------------------------------------------------- streams */

/* The next array in a capsule of its own; NULL without an exception at the end. */
static PyObject *next_array(struct ArrowArrayStream *stream)
{
	struct ArrowArray array = {0};
	const char *why;

	if (stream->get_next(stream, &array) == 0)
		return array.release ? arrow_enclose_array(&array) : NULL;
	why = stream->get_last_error(stream);
	return PyErr_Format(PyExc_OSError, "Arrow stream: %s", why ? why : "failed");
}

static PyObject *describe_chunks(
	struct module_state *state, const char *format, struct ArrowArrayStream *stream)
{
	PyObject *chunks = PyList_New(0), *capsule;

	while (chunks && (capsule = next_array(stream))) {
		PyObject *chunk = describe_array(state, format, capsule);

		if (!chunk || PyList_Append(chunks, chunk) < 0)
			Py_CLEAR(chunks);
		Py_XDECREF(chunk);
		Py_DECREF(capsule);
	}
	if (PyErr_Occurred())
		Py_CLEAR(chunks);
	return chunks;
}

PyObject *native_import_stream(PyObject *module, PyObject *args)
{
	PyObject *capsule, *chunks;
	struct ArrowArrayStream *stream;
	struct ArrowSchema schema;

	if (!PyArg_ParseTuple(args, "O", &capsule))
		return NULL;
	stream = PyCapsule_GetPointer(capsule, ARROW_STREAM_CAPSULE);
	if (!stream)
		return NULL;
	if (!stream->release || stream->get_schema(stream, &schema))
		return PyErr_Format(
			PyExc_ValueError, "the Arrow stream was read before, or failed");
	chunks = describe_chunks(PyModule_GetState(module), schema.format, stream);
	schema.release(&schema);
	return chunks;
}
