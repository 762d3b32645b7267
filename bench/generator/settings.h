/*
 * What shall be made, checked: every later part may rely on the bounds in the table of settings.c.
 */
#ifndef GENERATOR_SETTINGS_H
#define GENERATOR_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum coverage { EVEN, PEAKS, AMPLICONS, GENES, PANEL };
enum quality_profile { FULL, BINNED, CONSTANT };

/* Only types that the table in settings.c can fill. */
struct options {
	const char *out, *contig_prefix;
	uint64_t seed, contigs, contig_length, reads, read_length, insert_mean, insert_sd;
	uint64_t coverage, quality_profile, variants, samples, level, block_size, threads;
	double depth, spliced, indels, soft_clips, duplicates, duplicate_names, unmapped;
	double variants_per_kb, variant_indels;
	bool paired, tags, straddle, plain_vcf, all_formats, annotated, all_sites, truth, bed,
		fasta;
};

enum { SHORTEST_FRAGMENT = 30 };

/* Ends the program when an option is wrong, and after --help. */
struct options parse_options(int argc, char **argv);

/* The longest fragment that is drawn, with room for the deletions in it. */
uint64_t longest_fragment(const struct options *o);
/* Fragments begin before it, so that they end within the contig. */
uint64_t last_start(const struct options *o);

#endif
