/*
 * CPython's limited API of 3.10, so that one wheel serves 3.10 and all later releases, and the
 * parts of the buffer protocol that it lacks: Py_buffer joined it in 3.11, as it was. CPython 3.10
 * takes the same structure and the same slot number. To read a buffer there is
 * PyObject_AsReadBuffer(), which headers no longer offer but every stable ABI exports.
 */
#ifndef SPHEX_PYTHON_H
#define SPHEX_PYTHON_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#if !defined(Py_LIMITED_API) || Py_LIMITED_API != 0x030A0000
#error "build with Py_LIMITED_API=0x030A0000"
#endif

/* The layout of Py_buffer, PEP 3118; frozen as part of the stable ABI. */
struct buffer {
	void *data;
	PyObject *owner; /* a reference */
	Py_ssize_t nbytes;
	Py_ssize_t item_nbytes;
	int readonly;
	int n_dims;
	char *format;
	Py_ssize_t *shape, *strides, *suboffsets;
	void *internal;
};

enum {
	BUFFER_SLOT_GET = 1 /* Py_bf_getbuffer */
};
enum {
	BUFFER_SIMPLE = 0,
	BUFFER_WRITABLE = 0x01,
	BUFFER_FORMAT = 0x04,
	BUFFER_SHAPE = 0x08,
	BUFFER_STRIDES = 0x18
};

/*
 * The bytes of a contiguous buffer; they stay where they are while somebody else holds the buffer,
 * for example a memoryview of it.
 */
PyAPI_FUNC(int) PyObject_AsReadBuffer(PyObject *from, const void **data, Py_ssize_t *nbytes);

#endif
