/* Variants, true counts, regions and the reference as text, line by line. */
#include "texts.h"

#include <stdio.h>
#include <stdlib.h>

#include "genome.h"

void add_contig_name(const struct options *o, struct bytes *b, uint64_t contig)
{
	add_text(b, "%s%llu", o->contig_prefix, (unsigned long long)contig + 1);
}

/* Writes what has gathered in `b` and empties it. */
static void flush(struct sink *sink, struct bytes *b)
{
	sink_write(sink, b->data, b->n, false);
	b->n = 0;
}

/* The first columns: contig, POS and, where there is a third, ID; then REF and ALT. */
static void add_variant(const struct options *o, struct bytes *b, uint64_t contig,
	const struct variant *v, const char *id)
{
	add_contig_name(o, b, contig);
	add_text(b, "\t%u\t%s", v->pos0 + 1, id);
	for (uint32_t i = 0; i < v->n_ref; i++)
		add(b, &base_letters[v->ref[i]], 1);
	add(b, "\t", 1);
	for (uint32_t i = 0; i < v->n_alt; i++)
		add(b, &base_letters[v->alt[i]], 1);
}

static void add_vcf_header(const struct options *o, struct bytes *b)
{
	add_text(b, "##fileformat=VCFv4.2\n"
		    "##FILTER=<ID=PASS,Description=\"All filters passed\">\n");
	for (uint64_t i = 0; i < o->contigs; i++) {
		add_text(b, "##contig=<ID=");
		add_contig_name(o, b, i);
		add_text(b, ",length=%llu>\n", (unsigned long long)o->contig_length);
	}
	if (o->samples > 0)
		add_text(b, "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n");
	add_text(b, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO");
	add_text(b, o->samples ? "\tFORMAT" : "");
	for (uint64_t i = 0; i < o->samples; i++)
		add_text(b, "\tS%llu", (unsigned long long)i + 1);
	add_text(b, "\n");
}

/* `is_carried` is false for a variant that no sample has. */
static void add_vcf_line(const struct options *o, struct bytes *b, uint64_t contig,
	const struct variant *v, bool is_carried)
{
	add_variant(o, b, contig, v, ".\t");
	add_text(b, "\t.\tPASS\t.%s", o->samples ? "\tGT" : "");
	for (uint64_t sample = 0; sample < o->samples; sample++)
		add_text(b, "\t%s",
			is_carried ? genotype_of(o, contig, v->index, sample).text : "0/0");
	add_text(b, "\n");
}

static void write_variants(
	const struct options *o, struct sink *sink, struct bytes *b, uint64_t contig)
{
	for (uint64_t i = 0; i < n_variants(o, contig); i++) {
		struct variant v = variant_number(o, contig, i);

		add_vcf_line(o, b, contig, &v, true);
		flush(sink, b);
	}
}

/* The three SNVs at each base of [beg0, end0), of which the samples have the donor's. */
static uint64_t write_all_snvs(const struct options *o, struct sink *sink, struct bytes *b,
	uint64_t contig, uint64_t beg0, uint64_t end0)
{
	for (uint64_t pos0 = beg0; pos0 < end0; pos0++) {
		struct variant donor = variant_from(o, contig, (uint32_t)pos0);
		uint8_t ref = (uint8_t)base_at(o, contig, pos0);
		struct variant v = {donor.index, (uint32_t)pos0, 1, 1, {ref}, {0}};

		for (uint8_t alt = 0; alt < 4; alt++) {
			v.alt[0] = alt;
			if (alt == ref)
				continue;
			add_vcf_line(o, b, contig, &v,
				donor.pos0 == pos0 && donor.n_ref == 1 && donor.n_alt == 1 &&
					donor.alt[0] == alt);
			flush(sink, b);
		}
	}
	return 3 * (end0 - beg0);
}

static uint64_t write_all_sites(
	const struct options *o, struct sink *sink, struct bytes *b, uint64_t contig)
{
	uint64_t n_lines = 0;

	if (o->coverage != AMPLICONS && o->coverage != PANEL)
		return write_all_snvs(o, sink, b, contig, 0, o->contig_length);
	for (uint64_t i = 0; i < n_cells(o); i++) {
		struct cell cell = cell_number(o, contig, i);

		n_lines += write_all_snvs(o, sink, b, contig, cell.region_beg0, cell.region_end0);
	}
	return n_lines;
}

void write_vcf(const struct options *o)
{
	struct sink *sink = sink_open(o, o->plain_vcf ? ".vcf" : ".vcf.gz", o->plain_vcf);
	struct bytes b = {0};
	uint64_t n_lines = o->all_sites ? 0 : o->variants;

	add_vcf_header(o, &b);
	flush(sink, &b);
	for (uint64_t contig = 0; contig < o->contigs; contig++)
		if (o->all_sites)
			n_lines += write_all_sites(o, sink, &b, contig);
		else
			write_variants(o, sink, &b, contig);
	free(b.data);
	fprintf(stderr, "%s.vcf%s: %llu variants, %llu bytes\n", o->out, o->plain_vcf ? "" : ".gz",
		(unsigned long long)n_lines, (unsigned long long)sink_close(sink));
}

void write_truth(
	struct sink *sink, const struct options *o, uint64_t contig, const struct truth *truth)
{
	struct bytes b = {0};

	for (uint64_t i = 0; i < n_variants(o, contig); i++) {
		struct variant v = variant_number(o, contig, i);

		add_variant(o, &b, contig, &v, "");
		add_text(&b, "\t%u\t%u\n", truth[i].n[0], truth[i].n[1]);
		flush(sink, &b);
	}
	free(b.data);
}

void write_bed(const struct options *o)
{
	struct sink *sink = sink_open(o, ".bed", true);
	struct bytes b = {0};
	unsigned number = 0;

	for (uint64_t contig = 0; contig < o->contigs; contig++)
		for (uint64_t i = 0; i < n_cells(o); i++) {
			struct cell cell = cell_number(o, contig, i);

			add_contig_name(o, &b, contig);
			add_text(&b, "\t%u\t%u", cell.region_beg0, cell.region_end0);
			add_text(&b, "\tregion%u\n", ++number);
			flush(sink, &b);
		}
	sink_close(sink);
	free(b.data);
}

void write_fasta(const struct options *o)
{
	struct sink *sink = sink_open(o, ".fa", true);
	struct bytes b = {0};

	for (uint64_t contig = 0; contig < o->contigs; contig++) {
		add(&b, ">", 1);
		add_contig_name(o, &b, contig);
		for (uint64_t pos0 = 0; pos0 < o->contig_length; pos0++) {
			if (pos0 % 60 == 0)
				add(&b, "\n", 1);
			add(&b, &base_letters[base_at(o, contig, pos0)], 1);
		}
		add(&b, "\n", 1);
		flush(sink, &b);
	}
	sink_close(sink);
	free(b.data);
}
