/* From the elements of one position to its row, or to the error that reads there mean. */
#include <string.h>

#include "run_ase_parts.h"

static enum sphex_status no_reference(
	const struct ase_run *run, uint32_t ref, uint32_t pos0, struct sphex_error *err)
{
	if (!run->fasta) {
		fail(err, SPHEX_E_ARGUMENT, "a reference is needed");
		return with_hint(err, "name the FASTA with -R");
	}
	if (run->fasta_numbers[ref] == FASTA_NONE)
		fail(err, SPHEX_E_NOT_FOUND, "contig %s is not in the reference",
			ase_contig_name(run, ref));
	else
		fail(err, SPHEX_E_DATA, "a read lies over %s:%llu, past the end of the contig",
			ase_contig_name(run, ref), (unsigned long long)pos0 + 1);
	return at_file(err, run->settings->reference);
}

/* The letter of the FASTA: A C G T N; other IUPAC letters are N. */
static enum sphex_status reference_letter(const struct ase_run *run, uint32_t ref, uint32_t pos0,
	char *letter, struct sphex_error *err)
{
	enum sphex_status status = fasta_bases(
		run->fasta, run->fasta_numbers[ref], pos0, (uint64_t)pos0 + 1, letter, err);

	/* letters, and no text that ends: NOLINTBEGIN(bugprone-not-null-terminated-result) */
	if (status || memchr("ACGTN", *letter, 5))
		return status;
	if (!memchr("RYSWKMBDHV", *letter, 10)) {
		/* NOLINTEND(bugprone-not-null-terminated-result) */
		fail(err, SPHEX_E_DATA,
			"the reference has '%c' at %s:%llu, which stands for no base", *letter,
			ase_contig_name(run, ref), (unsigned long long)pos0 + 1);
		return at_file(err, run->settings->reference);
	}
	*letter = 'N';
	return SPHEX_OK;
}

static enum sphex_status refuse_record(
	const struct ase_run *run, const struct ase_record *record, struct sphex_error *err)
{
	fail(err, SPHEX_E_DATA, "variant %s:%llu, which reads cover: %s",
		ase_contig_name(run, record->ref), (unsigned long long)record->beg0 + 1,
		ase_verdict_text(record->verdict));
	at_line(err, record->line);
	return at_file(err, run->settings->variants.items[record->file]);
}

static enum sphex_status need_samples(
	const struct ase_element *items, size_t n, struct sphex_error *err)
{
	for (size_t i = 0; i < n; i++)
		if (items[i].sample == POOL_NONE) {
			fail(err, SPHEX_E_DATA,
				"a read covers a heterozygous site, and its @RG line has no SM");
			return with_hint(err, "COUNT_READS does without samples");
		}
	return SPHEX_OK;
}

/* A position that all reads have passed; see struct ase_pile. */
enum sphex_status ase_run_position(
	void *user, struct ase_element *items, size_t n, struct sphex_error *err)
{
	struct ase_run *run = user;
	const struct ase_settings *s = run->settings;
	uint32_t ref = (uint32_t)(items[0].place >> 32), pos0 = (uint32_t)items[0].place - 1;
	size_t begin = run->segments.begins[ref];
	const struct ase_segment *segment;
	const struct ase_record *record;
	struct ase_row row;
	struct ase_count_rule rule = {.min_mapq = s->min_mapq, .min_baseq = s->min_baseq};
	enum sphex_status status;

	run->segment = ase_segments_behind(
		&run->segments, ref, run->segment > begin ? run->segment : begin, pos0);
	segment = &run->segments.items[run->segment];
	if (segment->record == SEGMENT_NO_REFERENCE)
		return no_reference(run, ref, pos0, err);
	if (segment->record == SEGMENT_TWO_RECORDS)
		return fail(err, SPHEX_E_DATA, "more than one variant record at %s:%llu",
			ase_contig_name(run, ref), (unsigned long long)pos0 + 1);
	record = &run->result->sites.items[segment->record];
	if (record->verdict != ASE_ROW)
		return refuse_record(run, record, err);
	status = reference_letter(run, ref, pos0, &rule.ref, err);
	if (!status && s->overlap->by_name)
		status = need_samples(items, n, err);
	if (!status)
		status = ase_overlap(s->overlap, &run->names, items, &n, err);
	if (status)
		return status;
	rule.alt = record->alt;
	row = (struct ase_row){segment->record, pos0, ase_count(&rule, items, n), rule.ref};
	run->result->stats.n_counted += (uint64_t)row.counts.ref + row.counts.alt;
	if ((int64_t)row.counts.ref + row.counts.alt < s->min_depth)
		return SPHEX_OK;
	run->result->stats.n_rows_covered += row.counts.raw > 0;
	return ase_table_add(&run->result->table, row, err);
}
