/* The module _sphex: its functions and types, and how a failure of the library becomes an
 * exception. */
#include "native.h"

/* ---------------------------------------------------------------- errors */

static PyObject *as_text(const char *bytes)
{
	return PyUnicode_DecodeUTF8(bytes, (Py_ssize_t)strlen(bytes), "backslashreplace");
}

/* A number, or None where the library does not know it. */
static PyObject *known(uint64_t value, uint64_t unknown)
{
	return value == unknown ? Py_NewRef(Py_None) : PyLong_FromUnsignedLongLong(value);
}

PyObject *raise_error(const struct sphex_error *err)
{
	PyObject *errors = PyImport_ImportModule("sphex._errors"), *error = NULL;
	char line[2048];

	sphex_error_format(err, line, sizeof(line));
	if (errors)
		error = PyObject_CallMethod(errors, "error_of", "sNNNNNNN",
			sphex_status_name(err->status), as_text(line), as_text(err->message),
			PyUnicode_DecodeFSDefault(err->file), known(err->line, 0),
			known(err->voffset, SPHEX_NO_OFFSET), known(err->record, 0),
			as_text(err->hint));
	if (error)
		PyErr_SetObject((PyObject *)Py_TYPE(error), error);
	Py_XDECREF(error);
	Py_XDECREF(errors);
	return NULL;
}

PyObject *raise_wrong_type(PyObject *value, const char *kind)
{
	PyObject *name;

	if (value == Py_None)
		return PyErr_Format(PyExc_TypeError, "'None' is not an instance of '%s'", kind);
	name = PyObject_GetAttrString((PyObject *)Py_TYPE(value), "__name__");
	if (!name)
		return NULL;
	PyErr_Format(PyExc_TypeError, "'%U' object is not an instance of '%s'", name, kind);
	Py_DECREF(name);
	return NULL;
}

void free_object(PyObject *self)
{
	PyTypeObject *type = Py_TYPE(self);
	freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);

	release(self);
	Py_DECREF(type);
}

/* ---------------------------------------------------------------- the module */

static PyObject *native_simd_rows(PyObject *module, PyObject *args)
{
	PyObject *names = PyList_New(0);

	(void)module;
	(void)args;
	for (size_t i = 0; names && i < sphex_cpu_n_rows(); i++) {
		struct sphex_cpu_row row;
		PyObject *name;

		sphex_cpu_row(i, &row);
		if (!row.usable)
			continue;
		name = as_text(row.name);
		if (!name || PyList_Append(names, name) < 0)
			Py_CLEAR(names);
		Py_XDECREF(name);
	}
	return names;
}

static PyMethodDef functions[] = {
	{"count", native_count, METH_VARARGS, NULL},
	{"simd_rows", native_simd_rows, METH_NOARGS, NULL},
	{"import_array", native_import_array, METH_VARARGS, NULL},
	{"import_stream", native_import_stream, METH_VARARGS, NULL},
	{0},
};

static int add_type(PyObject *module, PyType_Spec *spec, PyObject **out)
{
	*out = PyType_FromModuleAndSpec(module, spec, NULL);
	return *out ? PyModule_AddType(module, (PyTypeObject *)*out) : -1;
}

static int execute(PyObject *module)
{
	struct module_state *state = PyModule_GetState(module);

	if (PyModule_AddIntConstant(module, "MODE_NATIVE", SPHEX_MODE_NATIVE) < 0 ||
		PyModule_AddIntConstant(module, "MODE_WASP2", SPHEX_MODE_WASP2) < 0 ||
		PyModule_AddIntConstant(module, "MODE_WASP2_LEGACY", SPHEX_MODE_WASP2_LEGACY) < 0 ||
		PyModule_AddStringConstant(module, "VERSION", sphex_version()) < 0)
		return -1;
	if (add_type(module, &table_spec, &state->table_type) < 0 ||
		add_type(module, &column_spec, &state->column_type) < 0 ||
		add_type(module, &view_spec, &state->view_type) < 0)
		return -1;
	return 0;
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
	struct module_state *state = PyModule_GetState(module);

	Py_VISIT(state->table_type);
	Py_VISIT(state->column_type);
	Py_VISIT(state->view_type);
	return 0;
}

static int clear(PyObject *module)
{
	struct module_state *state = PyModule_GetState(module);

	Py_CLEAR(state->table_type);
	Py_CLEAR(state->column_type);
	Py_CLEAR(state->view_type);
	return 0;
}

static void release(void *module)
{
	clear(module);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)execute}, {0, NULL}};

static struct PyModuleDef definition = {
	PyModuleDef_HEAD_INIT,
	.m_name = "sphex._sphex",
	.m_size = sizeof(struct module_state),
	.m_methods = functions,
	.m_slots = slots,
	.m_traverse = traverse,
	.m_clear = clear,
	.m_free = release,
};

PyMODINIT_FUNC PyInit__sphex(void);

PyMODINIT_FUNC PyInit__sphex(void)
{
	return PyModuleDef_Init(&definition);
}
