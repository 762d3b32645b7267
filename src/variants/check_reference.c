/* See check_reference.h. */
#include "check_reference.h"

#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "contig_names.h"
#include "cut_text.h"

#define N_DIFFERENCES_SHOWN 5
/* Of an allele, in messages. */
#define N_BASES_SHOWN ((size_t)12)

struct reference_check {
	const struct variants *variants;
	struct fasta *fasta;
	const uint32_t *fasta_ids;
	char *bases; /* of the FASTA at the current line */
	size_t bases_cap;
	uint64_t n_checked, n_different; /* records */
	struct cut_text shown;           /* the first that differ */
};

static bool agree(const char *ref, const char *bases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ref[i] != bases[i] && (!bases[i] || !strchr("RYSWKMBDHVN", bases[i])))
			return false;
	return true;
}

/* `bases`: those of the FASTA, NULL where the contig ends before. */
static void show(struct reference_check *c, size_t line, const char *bases)
{
	const struct variant *v = &c->variants->items[line];
	struct cut_text *t = &c->shown;
	size_t n_ref;
	const char *ref = variant_ref(c->variants, line, &n_ref);
	const char *more = n_ref > N_BASES_SHOWN ? "..." : "";
	int n = (int)(n_ref > N_BASES_SHOWN ? N_BASES_SHOWN : n_ref);

	cut_text_add(t, "%s%.40s:%" PRIu32 " REF %.*s%s FASTA ", t->n ? ", " : "",
		pool_text(&c->variants->contigs, v->contig, NULL), v->pos0 + 1, n, ref, more);
	if (bases)
		cut_text_add(t, "%.*s%s", n, bases, more);
	else
		cut_text_add(
			t, "ends at %" PRIu64, fasta_length(c->fasta, c->fasta_ids[v->contig]));
}

/* The bases at the line, as many as REF has; *bases is NULL where the contig ends before. */
static enum sphex_status find_bases(struct reference_check *c, size_t line, size_t n_ref,
	const char **bases, struct sphex_error *err)
{
	const struct variant *v = &c->variants->items[line];
	uint32_t contig = c->fasta_ids[v->contig];
	uint64_t end0 = (uint64_t)v->pos0 + n_ref;

	*bases = NULL;
	if (contig == CONTIG_NONE) {
		fail(err, SPHEX_E_NOT_FOUND, "contig '%s' of the variants is not in the reference",
			pool_text(&c->variants->contigs, v->contig, NULL));
		return with_hint(err, "name the FASTA that they were called on");
	}
	if (end0 > fasta_length(c->fasta, contig))
		return SPHEX_OK;
	if (!memory_reserve(&c->bases, &c->bases_cap, n_ref, 1))
		return fail_memory(err);
	*bases = c->bases;
	return fasta_bases(c->fasta, contig, v->pos0, end0, c->bases, err);
}

static enum sphex_status check_line(struct reference_check *c, size_t line, struct sphex_error *err)
{
	size_t n_ref;
	const char *bases, *ref = variant_ref(c->variants, line, &n_ref);
	enum sphex_status status = find_bases(c, line, n_ref, &bases, err);

	if (status)
		return status;
	c->n_checked++;
	if (bases && agree(ref, bases, n_ref))
		return SPHEX_OK;
	if (c->n_different++ < N_DIFFERENCES_SHOWN)
		show(c, line, bases);
	return SPHEX_OK;
}

/* All lines of a record have its REF, and all rows of a line. */
static bool is_same_record(const struct variants *v, size_t line, size_t other)
{
	return line == other || (v->extras && v->extras[line].record == v->extras[other].record);
}

static enum sphex_status fail_different(const struct reference_check *c, struct sphex_error *err)
{
	fail(err, SPHEX_E_DATA,
		"REF differs from the reference in %" PRIu64 " of %" PRIu64 " records: %s%s",
		c->n_different, c->n_checked, c->shown.p,
		c->n_different > N_DIFFERENCES_SHOWN ? ", ..." : "");
	return with_hint(err, "name the FASTA that the variants were called on");
}

enum sphex_status check_reference(const struct variants *variants, const struct rows *rows,
	struct fasta *fasta, const uint32_t *fasta_ids, struct sphex_error *err)
{
	char shown[400];
	struct reference_check c = {.variants = variants,
		.fasta = fasta,
		.fasta_ids = fasta_ids,
		.shown = {shown, 0, sizeof(shown)}};
	enum sphex_status status = SPHEX_OK;
	size_t last = 0;

	for (size_t i = 0; i < rows->n && !status; i++) {
		size_t line = rows->identity ? i : rows->items[i].variant;

		if (i == 0 || !is_same_record(variants, line, last))
			status = check_line(&c, line, err);
		last = line;
	}
	if (!status && c.n_different)
		status = fail_different(&c, err);
	memory_free(c.bases);
	return status;
}
