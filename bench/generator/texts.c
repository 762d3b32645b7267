/* True counts, regions and the reference as text, line by line. */
#include "texts.h"

#include <stdio.h>
#include <stdlib.h>

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

void add_variant(const struct options *o, struct bytes *b, uint64_t contig, const struct variant *v,
	const char *id)
{
	add_contig_name(o, b, contig);
	add_text(b, "\t%u\t%s", v->pos0 + 1, id);
	for (uint32_t i = 0; i < v->n_ref; i++)
		add(b, &base_letters[v->ref[i]], 1);
	add(b, "\t", 1);
	for (uint32_t i = 0; i < v->n_alt; i++)
		add(b, &base_letters[v->alt[i]], 1);
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
