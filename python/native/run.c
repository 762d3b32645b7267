/*
 * One count: options in, a table out. The GIL is released while the library runs; a few times a
 * second it is taken back to see whether a signal came (Ctrl-C) and to report progress.
 */
#include "native.h"

#include <stdlib.h>
#include <string.h>

/* Whose line a warning names: our caller is a helper, its caller the public function. */
#define WARNING_STACK_LEVEL 3

struct run {
	struct sphex_count *count;
	struct given_sites sites;
	PyThreadState *thread; /* while the GIL is released */
	PyObject *progress;    /* callable of four numbers, or NULL */
	char *warnings;        /* each with its NUL; collected without the GIL */
	size_t warnings_nbytes;
};

/* ---------------------------------------------------------------- called back, without the GIL */

static void on_warning(void *user, const char *text)
{
	struct run *run = user;
	size_t nbytes = strlen(text) + 1;
	char *larger = realloc(run->warnings, run->warnings_nbytes + nbytes);

	if (!larger)
		return; /* the count itself is not in danger */
	memcpy(larger + run->warnings_nbytes, text, nbytes);
	run->warnings = larger;
	run->warnings_nbytes += nbytes;
}

static int report(PyObject *progress, const struct sphex_progress *p)
{
	PyObject *result = PyObject_CallFunction(progress, "KKKd", (unsigned long long)p->n_bytes,
		(unsigned long long)p->n_bytes_total, (unsigned long long)p->n_records, p->seconds);

	Py_XDECREF(result);
	return result ? 0 : -1;
}

/* An exception stays set and ends the run. */
static int on_progress(void *user, const struct sphex_progress *p)
{
	struct run *run = user;
	int result;

	PyEval_RestoreThread(run->thread);
	result = PyErr_CheckSignals();
	if (result == 0 && run->progress)
		result = report(run->progress, p);
	run->thread = PyEval_SaveThread();
	return result;
}

/* ---------------------------------------------------------------- options */

/* What the caller gave; borrowed from the arguments. */
struct request {
	int mode;
	const char *bam, *variants; /* paths; no variants: "" */
	const char *simd;           /* NULL: the best */
	unsigned threads;
	PyObject *samples, *settings, *sites, *progress;
};

static enum sphex_status apply_samples(
	struct sphex_count *count, PyObject *samples, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	char *name;

	for (Py_ssize_t i = 0; i < PyTuple_Size(samples) && !status; i++) {
		if (PyBytes_AsStringAndSize(PyTuple_GetItem(samples, i), &name, NULL) < 0)
			return SPHEX_E_ARGUMENT;
		status = sphex_count_sample(count, name, err);
	}
	return status;
}

/* Pairs of a key (str) and a value (bytes). */
static enum sphex_status apply_settings(
	struct sphex_count *count, PyObject *settings, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;
	const char *key, *value;

	for (Py_ssize_t i = 0; i < PyTuple_Size(settings) && !status; i++) {
		if (!PyArg_ParseTuple(PyTuple_GetItem(settings, i), "sy", &key, &value))
			return SPHEX_E_ARGUMENT;
		status = sphex_count_set(count, key, value, err);
	}
	return status;
}

/* A status without an exception means that `err` tells. */
static enum sphex_status apply(
	struct run *run, const struct request *request, struct sphex_error *err)
{
	enum sphex_status status = sphex_count_bam(run->count, request->bam, err);

	if (!status && *request->variants)
		status = sphex_count_variants(run->count, request->variants, err);
	if (!status)
		status = sphex_count_threads(run->count, request->threads, err);
	if (!status)
		status = sphex_count_simd(run->count, request->simd, err);
	if (!status)
		status = apply_samples(run->count, request->samples, err);
	if (!status)
		status = apply_settings(run->count, request->settings, err);
	if (!status && request->sites != Py_None) {
		if (given_sites_take(&run->sites, request->sites) < 0)
			return SPHEX_E_ARGUMENT;
		status = sphex_count_sites(run->count, &run->sites.sites, err);
	}
	run->progress = request->progress == Py_None ? NULL : request->progress;
	sphex_count_on_progress(run->count, on_progress, run);
	sphex_count_on_warning(run->count, on_warning, run);
	return status;
}

/* ---------------------------------------------------------------- the run */

static int show_warnings(const struct run *run)
{
	for (size_t at = 0; at < run->warnings_nbytes; at += strlen(&run->warnings[at]) + 1)
		if (PyErr_WarnEx(PyExc_RuntimeWarning, &run->warnings[at], WARNING_STACK_LEVEL) < 0)
			return -1;
	return 0;
}

static PyObject *run_request(struct run *run, PyObject *module, const struct request *request)
{
	struct sphex_error err;
	enum sphex_status status =
		sphex_count_new((enum sphex_mode)request->mode, &run->count, &err);
	struct sphex_count *count = run->count;

	if (!status)
		status = apply(run, request, &err);
	if (!status) {
		run->thread = PyEval_SaveThread();
		status = sphex_count_run(count, &err);
		PyEval_RestoreThread(run->thread);
	}
	if (PyErr_Occurred())
		return NULL;
	if (status)
		return raise_error(&err);
	if (show_warnings(run) < 0)
		return NULL;
	run->count = NULL;
	return result_new(PyModule_GetState(module), count);
}

PyObject *native_count(PyObject *module, PyObject *args)
{
	struct run run = {0};
	struct request request;
	PyObject *table;

	if (!PyArg_ParseTuple(args, "iyyO!O!OIzO", &request.mode, &request.bam, &request.variants,
		    &PyTuple_Type, &request.samples, &PyTuple_Type, &request.settings,
		    &request.sites, &request.threads, &request.simd, &request.progress))
		return NULL;
	table = run_request(&run, module, &request);
	sphex_count_free(run.count);
	given_sites_free(&run.sites);
	free(run.warnings);
	return table;
}
