/*
 * Results as Arrow: the structures point into the library's memory and hold a reference to the
 * Python object that owns it. A consumer may release them in any thread, without the GIL, in any
 * order.
 */
#include "native.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- references, with or without the
 * GIL */

static PyObject *hold(PyObject *owner)
{
	PyGILState_STATE gil = PyGILState_Ensure();

	Py_INCREF(owner);
	PyGILState_Release(gil);
	return owner;
}

static void drop(PyObject *owner)
{
	PyGILState_STATE gil;

	if (!Py_IsInitialized())
		return; /* the interpreter went first; its objects are gone */
	gil = PyGILState_Ensure();
	Py_DECREF(owner);
	PyGILState_Release(gil);
}

/* ---------------------------------------------------------------- schemas */

/* Behind private_data; the children of a struct, made and released with it. */
struct schema_parts {
	PyObject *owner;
	struct ArrowSchema **children;
	struct ArrowSchema *storage;
};

static void free_schema_parts(struct schema_parts *parts)
{
	free(parts->children);
	free(parts->storage);
	free(parts);
}

static void release_schema(struct ArrowSchema *schema)
{
	struct schema_parts *parts = schema->private_data;

	for (int64_t i = 0; i < schema->n_children; i++)
		if (schema->children[i]->release)
			schema->children[i]->release(schema->children[i]);
	drop(parts->owner);
	free_schema_parts(parts);
	schema->release = NULL;
}

/* A schema whose children are still empty. False when memory is out. */
static bool make_schema(PyObject *owner, const char *format, const char *name, size_t n_children,
	struct ArrowSchema *out)
{
	struct schema_parts *parts = calloc(1, sizeof(*parts));

	if (!parts)
		return false;
	parts->children = calloc(n_children + 1, sizeof(struct ArrowSchema *));
	parts->storage = calloc(n_children + 1, sizeof(*parts->storage));
	if (!parts->children || !parts->storage) {
		free_schema_parts(parts);
		return false;
	}
	for (size_t i = 0; i < n_children; i++)
		parts->children[i] = &parts->storage[i];
	parts->owner = hold(owner);
	*out = (struct ArrowSchema){.format = format,
		.name = name,
		.flags = ARROW_NULLABLE,
		.n_children = (int64_t)n_children,
		.children = parts->children,
		.release = release_schema,
		.private_data = parts};
	return true;
}

static bool make_column_schema(
	PyObject *owner, const struct described_column *column, struct ArrowSchema *out)
{
	return make_schema(owner, column->format, column->column.name, 0, out);
}

static bool make_table_schema(
	PyObject *owner, const struct described_column *columns, size_t n, struct ArrowSchema *out)
{
	if (!make_schema(owner, "+s", "", n, out))
		return false;
	out->flags = 0;
	for (size_t i = 0; i < n; i++) {
		if (make_column_schema(owner, &columns[i], out->children[i]))
			continue;
		out->release(out);
		return false;
	}
	return true;
}

/* ---------------------------------------------------------------- arrays */

#define MAX_BUFFERS 3 /* validity, offsets, text */

struct array_parts {
	PyObject *owner;
	const void *buffers[MAX_BUFFERS];
	struct ArrowArray **children;
	struct ArrowArray *storage;
};

static void free_array_parts(struct array_parts *parts)
{
	free(parts->children);
	free(parts->storage);
	free(parts);
}

static void release_array(struct ArrowArray *array)
{
	struct array_parts *parts = array->private_data;

	for (int64_t i = 0; i < array->n_children; i++)
		if (array->children[i]->release)
			array->children[i]->release(array->children[i]);
	drop(parts->owner);
	free_array_parts(parts);
	array->release = NULL;
}

static bool make_array(PyObject *owner, const void *const buffers[MAX_BUFFERS], size_t n_buffers,
	size_t n_rows, size_t n_children, struct ArrowArray *out)
{
	struct array_parts *parts = calloc(1, sizeof(*parts));

	if (!parts)
		return false;
	parts->children = calloc(n_children + 1, sizeof(struct ArrowArray *));
	parts->storage = calloc(n_children + 1, sizeof(*parts->storage));
	if (!parts->children || !parts->storage) {
		free_array_parts(parts);
		return false;
	}
	for (size_t i = 0; i < n_children; i++)
		parts->children[i] = &parts->storage[i];
	memcpy(parts->buffers, buffers, sizeof(parts->buffers));
	parts->owner = hold(owner);
	*out = (struct ArrowArray){.length = (int64_t)n_rows,
		.null_count = buffers[0] ? -1 : 0,
		.n_buffers = (int64_t)n_buffers,
		.n_children = (int64_t)n_children,
		.buffers = parts->buffers,
		.children = parts->children,
		.release = release_array,
		.private_data = parts};
	return true;
}

static bool make_column_array(PyObject *owner, const struct described_column *column, size_t n_rows,
	struct ArrowArray *out)
{
	const struct sphex_column *c = &column->column;

	if (c->kind == SPHEX_COLUMN_U32)
		return make_array(
			owner, (const void *[MAX_BUFFERS]){c->valid, c->values}, 2, n_rows, 0, out);
	return make_array(owner, (const void *[MAX_BUFFERS]){c->valid, c->offsets, c->text}, 3,
		n_rows, 0, out);
}

static bool make_table_array(PyObject *owner, const struct described_column *columns, size_t n,
	size_t n_rows, struct ArrowArray *out)
{
	if (!make_array(owner, (const void *[MAX_BUFFERS]){NULL}, 1, n_rows, n, out))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (make_column_array(owner, &columns[i], n_rows, out->children[i]))
			continue;
		out->release(out);
		return false;
	}
	return true;
}

/* ---------------------------------------------------------------- the stream: one batch */

struct stream_parts {
	PyObject *owner;
	size_t n_rows, n_columns;
	bool done;
	struct described_column columns[];
};

static int stream_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
	const struct stream_parts *parts = stream->private_data;

	return make_table_schema(parts->owner, parts->columns, parts->n_columns, out) ? 0 : ENOMEM;
}

static int stream_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
	struct stream_parts *parts = stream->private_data;

	memset(out, 0, sizeof(*out));
	if (parts->done)
		return 0;
	if (!make_table_array(parts->owner, parts->columns, parts->n_columns, parts->n_rows, out))
		return ENOMEM;
	parts->done = true;
	return 0;
}

static const char *stream_error(struct ArrowArrayStream *stream)
{
	(void)stream;
	return "out of memory";
}

static void release_stream(struct ArrowArrayStream *stream)
{
	struct stream_parts *parts = stream->private_data;

	drop(parts->owner);
	free(parts);
	stream->release = NULL;
}

/* All columns of a table; they stay as they are from now on. NULL with an exception set. */
static struct stream_parts *describe_table(PyObject *table)
{
	size_t n = result_n_columns(table);
	struct stream_parts *parts = calloc(1, sizeof(*parts) + n * sizeof(parts->columns[0]));

	if (!parts) {
		PyErr_NoMemory();
		return NULL;
	}
	parts->n_rows = result_n_rows(table);
	parts->n_columns = n;
	for (size_t i = 0; i < n; i++) {
		if (result_describe(table, i, &parts->columns[i]) < 0) {
			free(parts);
			return NULL;
		}
	}
	parts->owner = Py_NewRef(table);
	return parts;
}

/* ---------------------------------------------------------------- capsules */

/* Whoever takes over what a capsule holds clears `release` there. */
#define DESTROY_CAPSULE(function, type, name)                     \
	static void function(PyObject *capsule)                   \
	{                                                         \
		type *held = PyCapsule_GetPointer(capsule, name); \
                                                                  \
		if (held->release)                                \
			held->release(held);                      \
		free(held);                                       \
	}

DESTROY_CAPSULE(destroy_schema, struct ArrowSchema, ARROW_SCHEMA_CAPSULE)
DESTROY_CAPSULE(destroy_array, struct ArrowArray, ARROW_ARRAY_CAPSULE)
DESTROY_CAPSULE(destroy_stream, struct ArrowArrayStream, ARROW_STREAM_CAPSULE)

/* A capsule around a copy of n bytes that were made all right; they are released on failure. */
static PyObject *enclose(
	const void *made, size_t nbytes, const char *name, PyCapsule_Destructor destroy)
{
	void *copy = malloc(nbytes);
	PyObject *capsule = NULL;

	if (copy)
		capsule = PyCapsule_New(memcpy(copy, made, nbytes), name, destroy);
	else
		PyErr_NoMemory();
	if (!capsule)
		free(copy);
	return capsule;
}

static PyObject *enclose_schema(struct ArrowSchema *schema)
{
	PyObject *capsule = enclose(schema, sizeof(*schema), ARROW_SCHEMA_CAPSULE, destroy_schema);

	if (!capsule)
		schema->release(schema);
	return capsule;
}

PyObject *arrow_column_schema(PyObject *owner, const struct described_column *column)
{
	struct ArrowSchema schema;

	return make_column_schema(owner, column, &schema) ? enclose_schema(&schema)
							  : PyErr_NoMemory();
}

PyObject *arrow_enclose_array(struct ArrowArray *array)
{
	PyObject *capsule = enclose(array, sizeof(*array), ARROW_ARRAY_CAPSULE, destroy_array);

	if (!capsule)
		array->release(array);
	return capsule;
}

PyObject *arrow_column_array(PyObject *owner, const struct described_column *column, size_t n_rows)
{
	struct ArrowArray array;

	return make_column_array(owner, column, n_rows, &array) ? arrow_enclose_array(&array)
								: PyErr_NoMemory();
}

PyObject *arrow_table_schema(PyObject *table)
{
	struct stream_parts *parts = describe_table(table);
	struct ArrowSchema schema;
	bool made;

	if (!parts)
		return NULL;
	made = make_table_schema(table, parts->columns, parts->n_columns, &schema);
	drop(parts->owner);
	free(parts);
	return made ? enclose_schema(&schema) : PyErr_NoMemory();
}

PyObject *arrow_table_stream(PyObject *table)
{
	struct ArrowArrayStream stream = {.get_schema = stream_schema,
		.get_next = stream_next,
		.get_last_error = stream_error,
		.release = release_stream,
		.private_data = describe_table(table)};
	PyObject *capsule;

	if (!stream.private_data)
		return NULL;
	capsule = enclose(&stream, sizeof(stream), ARROW_STREAM_CAPSULE, destroy_stream);
	if (!capsule)
		stream.release(&stream);
	return capsule;
}
