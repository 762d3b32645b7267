/* Numbers in, JSON out; see summary.h. Keys are the words of docs/counting.md. */
#include "summary.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A median is shown for REF>ALT pairs with so many rows of such a depth. */
#define MIN_PAIR_ROWS 100
#define MIN_PAIR_DEPTH 10

static void put_text(struct writer *w, const char *text)
{
	writer_put(w, text, strlen(text));
}

static void put(struct writer *w, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void put(struct writer *w, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	put_text(w, text);
}

/* A JSON string; bytes that are no ASCII pass as they are (UTF-8 in the usual case). */
static void put_string(struct writer *w, const char *text)
{
	put_text(w, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			put(w, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			put(w, "\\u%04x", (unsigned)(unsigned char)*text);
		else
			writer_put(w, text, 1);
	}
	put_text(w, "\"");
}

static void put_input(struct writer *w, const char *key, const struct summary_input *in)
{
	put(w, "    \"%s\": {\"path\": ", key);
	put_string(w, in->path ? in->path : "");
	put(w, ", \"bytes\": %" PRIu64 "}", in->nbytes);
}

/* The entries of a kind as one object. */
static void put_fates(
	struct writer *w, const struct account *account, const char *kind, const char *key)
{
	const char *separator = "";

	put(w, "  \"%s\": {", key);
	for (size_t i = 0; i < ACCOUNT_N_ENTRIES; i++) {
		const struct sphex_fate *fate = &account->entries[i];

		if (strcmp(fate->kind, kind) != 0)
			continue;
		put(w, "%s\"%s\": %" PRIu64, separator, fate->name, fate->n);
		separator = ", ";
	}
	put_text(w, "},\n");
}

/* ---------------------------------------------------------------- reference ratios */

struct ratio {
	uint8_t ref, alt; /* letters */
	double value;
};

static int compare_ratios(const void *a, const void *b)
{
	const struct ratio *x = a, *y = b;

	if (x->ref != y->ref)
		return x->ref - y->ref;
	if (x->alt != y->alt)
		return x->alt - y->alt;
	return (x->value > y->value) - (x->value < y->value);
}

/* Of single-base rows with the depth. */
static size_t collect_ratios(const struct table *t, struct ratio *out)
{
	size_t n = 0;

	for (size_t i = 0; i < t->sites->n_kept; i++) {
		uint32_t row = t->sites->kept_rows[i], site = t->sites->row_sites[row];
		uint32_t line = t->rows->identity ? row : t->rows->items[row].variant;
		const uint32_t *counts = t->counts + (size_t)site * t->rules->n_counts;
		size_t n_ref, n_alt;
		const char *ref = variant_ref(t->variants, line, &n_ref);
		const char *alt = variant_alt(t->variants, line, &n_alt);

		if (site == SITE_NONE || n_ref != 1 || n_alt != 1 ||
			counts[0] + counts[1] < MIN_PAIR_DEPTH)
			continue;
		out[n++] = (struct ratio){(uint8_t)*ref, (uint8_t)*alt,
			(double)counts[0] / (double)(counts[0] + counts[1])};
	}
	return n;
}

static enum sphex_status put_ratios(
	struct writer *w, const struct table *t, struct sphex_error *err)
{
	struct ratio *ratios = memory_new(table_n_rows(t), sizeof(*ratios));
	size_t n = ratios ? collect_ratios(t, ratios) : 0, end;
	const char *separator = "";

	if (!ratios)
		return fail_memory(err);
	if (n)
		qsort(ratios, n, sizeof(*ratios), compare_ratios);
	put_text(w, "  \"median_reference_ratio\": {");
	for (size_t begin = 0; begin < n; begin = end) {
		const struct ratio *first = &ratios[begin];

		for (end = begin;
			end < n && ratios[end].ref == first->ref && ratios[end].alt == first->alt;
			end++)
			;
		if (end - begin < MIN_PAIR_ROWS)
			continue;
		put(w, "%s\"%c>%c\": %.4f", separator, first->ref, first->alt,
			(ratios[begin + (end - begin - 1) / 2].value +
				ratios[begin + (end - begin) / 2].value) /
				2);
		separator = ", ";
	}
	put_text(w, "},\n");
	memory_free(ratios);
	return SPHEX_OK;
}

enum sphex_status summary_write(struct writer *w, const struct summary *s, struct sphex_error *err)
{
	const struct sphex_count_stats *stats = s->stats;
	uint64_t n_empty = stats->n_rows - stats->n_rows_covered;

	put_text(w, "{\n  \"version\": \"" SPHEX_VERSION "\",\n  \"command_line\": ");
	put_string(w, s->command_line ? s->command_line : "");
	put(w, ",\n  \"mode\": \"%s\",\n  \"simd\": \"%s\",\n  \"threads\": %u,\n  \"inputs\": {\n",
		s->mode, stats->simd, stats->n_threads);
	put_input(w, "bam", &s->bam);
	put_text(w, ",\n");
	put_input(w, "variants", &s->variants);
	put_text(w, "\n  },\n");
	if (s->account) {
		put_fates(w, s->account, ACCOUNT_VARIANTS, "variants");
		put_fates(w, s->account, ACCOUNT_RECORDS, "records");
		put_fates(w, s->account, ACCOUNT_OBSERVATIONS, "observations_by_fate");
	}
	if (put_ratios(w, s->table, err))
		return err->status;
	put(w, "  \"index\": \"%s\",\n  \"bytes_read\": %" PRIu64 ",\n", stats->index,
		stats->n_bam_bytes);
	put(w,
		"  \"records_read\": %" PRIu64 ",\n  \"observations\": %" PRIu64
		",\n  \"counted\": %" PRIu64 ",\n",
		stats->n_records, stats->n_observations, stats->n_counted);
	put(w, "  \"rows\": %" PRIu64 ",\n  \"share_of_rows_without_coverage\": %.6f,\n",
		stats->n_rows, stats->n_rows ? (double)n_empty / (double)stats->n_rows : 0.0);
	put(w, "  \"truncated\": %s,\n", s->truncated ? "true" : "false");
	put(w, "  \"seconds\": {\"variants\": %.3f, \"bam\": %.3f}\n}\n", stats->seconds_variants,
		stats->seconds_bam);
	return SPHEX_OK;
}
