/* One run, step by step; the steps are in run_ase_*.c. */
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "base/memory.h"
#include "base/threads.h"
#include "run_ase_parts.h"

const char *ase_contig_name(const struct ase_run *run, uint32_t ref)
{
	return pool_text(&run->result->contigs.names, ref, NULL);
}
static void input_free(struct ase_input *input)
{
	reader_close(input->reader); /* joins the workers: their results may go now */
	for (size_t i = 0; input->elements && i < input->n_slots; i++)
		ase_elements_free(&input->elements[i]);
	memory_free(input->elements);
	memory_free(input->refs);
	read_groups_free(&input->groups);
}

static void run_free(struct ase_run *run)
{
	for (size_t i = 0; i < run->n_inputs; i++)
		input_free(&run->inputs[i]);
	memory_free(run->inputs);
	pool_free(&run->samples);
	fasta_close(run->fasta);
	contigs_free(&run->fasta_contigs);
	memory_free(run->fasta_numbers);
	memory_free(run->reference_lengths);
	intervals_free(&run->within);
	ase_segments_free(&run->segments);
	ase_elements_free(&run->merged);
	ase_pile_free(&run->pile);
	ase_names_free(&run->names);
	run_index_free(&run->index);
	memory_free(run->target_pos0);
	memory_free(run->target_begins);
}

static void fill_stats(const struct ase_run *run, double read)
{
	struct sphex_count_stats *stats = &run->result->stats;

	for (size_t i = 0; i < run->n_inputs; i++)
		stats->n_bam_bytes += reader_bytes_read(run->inputs[i].reader);
	stats->n_rows = run->result->table.n;
	stats->seconds_variants = read - run->started;
	stats->seconds_bam = seconds_now() - read;
	stats->n_threads = run->settings->n_threads;
	stats->simd = run->settings->kernels->name;
	stats->index = run->index.outcome;
}

enum sphex_status run_ase(
	struct ase_settings *settings, struct ase_result *result, struct sphex_error *err)
{
	struct ase_run run = {.settings = settings, .result = result, .started = seconds_now()};
	double read;
	enum sphex_status status;

	if (settings->n_threads == 0)
		settings->n_threads = threads_available();
	result->table.contigs = &result->contigs;
	result->table.sites = &result->sites;
	status = ase_run_open(&run, err);
	read = seconds_now();
	if (!status)
		status = ase_run_read(&run, err);
	if (!status)
		fill_stats(&run, read);
	run_free(&run);
	return status;
}

void ase_result_free(struct ase_result *result)
{
	ase_table_free(&result->table);
	ase_sites_free(&result->sites);
	contigs_free(&result->contigs);
}
