/*
 * Every line is made as text; its record of BCF takes the genotypes from there (VCF specification
 * 1.6 and 6.3). See variant_lists.h.
 */
#include "variant_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "random.h"
#include "texts.h"

/* Numbers of the BCF's dictionary: the order of the lines in add_header(). */
enum { KEY_PASS, KEY_AC, KEY_AF, KEY_AN, KEY_DP, N_ANNOTATED_KEYS };

enum { N_PANEL_ALLELES = 5008, QUAL = 100, GENOTYPE_NBYTES = 4 };

/* Types of BCF values (6.3.3); a value is preceded by its number in the high half of a byte. */
enum { ONE_INT8 = 0x11, TWO_INT8 = 0x21, ONE_INT32 = 0x13, ONE_FLOAT = 0x15, CHARS = 7 };

static const uint32_t missing_float = 0x7F800001;

struct lists {
	const struct options *o;
	struct sink *plain, *packed, *bcf; /* NULL: not asked for */
	struct bytes line, record;
	uint64_t n_lines;
};

/* What panels of a population say of a variant. */
struct annotation {
	char id[16];
	uint32_t allele_count, depth;
	struct rng rng; /* for the panel's genotypes */
};

/* Most variants are rare. */
static struct annotation annotation_of(
	const struct options *o, uint64_t contig, const struct variant *v)
{
	struct rng rng = stream(o->seed, ANNOTATION, contig, (uint64_t)v->pos0 << 2 | v->alt[0]);
	uint32_t most = 1 + draw_below(&rng, 1 + draw_below(&rng, N_PANEL_ALLELES));
	struct annotation a = {.allele_count = 1 + draw_below(&rng, most)};

	a.depth = 10000 + draw_below(&rng, 20000);
	snprintf(a.id, sizeof(a.id), "rs%u", 1000 + draw_below(&rng, 2000000000));
	a.rng = rng;
	return a;
}

static float frequency_of(const struct annotation *a)
{
	return (float)a->allele_count / (float)N_PANEL_ALLELES;
}

/* ---------------------------------------------------------------- text */

static void add_header(const struct options *o, struct bytes *b)
{
	add_text(b, "##fileformat=VCFv4.2\n"
		    "##FILTER=<ID=PASS,Description=\"All filters passed\">\n");
	for (uint64_t i = 0; i < o->contigs; i++) {
		add_text(b, "##contig=<ID=");
		add_contig_name(o, b, i);
		add_text(b, ",length=%llu>\n", (unsigned long long)o->contig_length);
	}
	if (o->annotated) {
		add_text(b, "##INFO=<ID=AC,Number=A,Type=Integer,Description=\"Alleles\">\n");
		add_text(b, "##INFO=<ID=AF,Number=A,Type=Float,Description=\"Frequency\">\n");
		add_text(b, "##INFO=<ID=AN,Number=1,Type=Integer,Description=\"All alleles\">\n");
		add_text(b, "##INFO=<ID=DP,Number=1,Type=Integer,Description=\"Depth\">\n");
	}
	if (o->samples > 0)
		add_text(b, "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n");
	add_text(b, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO");
	add_text(b, o->samples ? "\tFORMAT" : "");
	for (uint64_t i = 0; i < o->samples; i++)
		add_text(b, "\tS%llu", (unsigned long long)i + 1);
	add_text(b, "\n");
}

/* The first sample's are those of the reads, the others' as frequent as the annotation says. */
static const char *panel_genotype(const struct options *o, uint64_t contig, uint64_t variant,
	uint64_t sample, struct annotation *a)
{
	static const char *const texts[] = {"0|0", "0|1", "1|0", "1|1"};
	uint64_t number = draw(&a->rng),
		 limit = ((uint64_t)a->allele_count << 32) / N_PANEL_ALLELES;

	if (sample == 0)
		return genotype_of(o, contig, variant, 0).text;
	return texts[(number >> 32 < limit) << 1 | ((number & UINT32_MAX) < limit)];
}

/* A tab and three letters for each sample; `is_carried` is false where no sample has the variant.
 */
static void add_genotypes(const struct options *o, struct bytes *b, uint64_t contig,
	const struct variant *v, struct annotation *a, bool is_carried)
{
	uint8_t *p = bytes_reserve(b, o->samples * GENOTYPE_NBYTES);

	for (uint64_t sample = 0; sample < o->samples; sample++, p += GENOTYPE_NBYTES) {
		const char *text = "0/0";

		if (is_carried && o->annotated)
			text = panel_genotype(o, contig, v->index, sample, a);
		else if (is_carried)
			text = genotype_of(o, contig, v->index, sample).text;
		*p = '\t';
		/* letters, and no text that ends:
		 * NOLINTNEXTLINE(bugprone-not-null-terminated-result) */
		memcpy(p + 1, text, 3);
	}
	b->n += o->samples * GENOTYPE_NBYTES;
}

static void add_line(const struct options *o, struct bytes *b, uint64_t contig,
	const struct variant *v, struct annotation *a, bool is_carried)
{
	char id[sizeof(a->id) + 1];

	snprintf(id, sizeof(id), "%s\t", o->annotated ? a->id : ".");
	add_variant(o, b, contig, v, id);
	if (o->annotated)
		add_text(b, "\t%d\tPASS\tAC=%u;AF=%.6g;AN=%d;DP=%u", QUAL, a->allele_count,
			(double)frequency_of(a), N_PANEL_ALLELES, a->depth);
	else
		add_text(b, "\t.\tPASS\t.");
	if (o->samples) {
		add(b, "\tGT", 3);
		add_genotypes(o, b, contig, v, a, is_carried);
	}
	add(b, "\n", 1);
}

/* ---------------------------------------------------------------- BCF */

static uint32_t float_bits(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* At most 14 letters. */
static void add_letters(struct bytes *b, const char *text, size_t n)
{
	add_number(b, (uint64_t)n << 4 | CHARS, 1);
	add(b, text, n);
}

static void add_allele(struct bytes *b, const uint8_t *codes, uint32_t n)
{
	char letters[MAX_ALLELE];

	for (uint32_t i = 0; i < n; i++)
		letters[i] = base_letters[codes[i]];
	add_letters(b, letters, n);
}

static void add_field(struct bytes *b, unsigned key, unsigned type, uint32_t value)
{
	add_number(b, ONE_INT8, 1);
	add_number(b, key, 1);
	add_number(b, type, 1);
	add_number(b, value, 4);
}

/* Numbers of alleles + 1 in the upper bits; the lowest says "phased". */
static void add_coded_genotypes(struct bytes *b, const uint8_t *text, uint64_t n_samples)
{
	uint8_t *p = bytes_reserve(b, 2 * n_samples);

	for (uint64_t i = 0; i < n_samples; i++, text += GENOTYPE_NBYTES) {
		*p++ = text[1] == '.' ? 0 : (uint8_t)((text[1] - '0' + 1) << 1);
		*p = text[3] == '.' ? 0 : (uint8_t)((text[3] - '0' + 1) << 1);
		*p++ |= text[2] == '|';
	}
	b->n += 2 * n_samples;
}

/* `line`: the same record as text. */
static void add_record(const struct options *o, struct bytes *b, uint64_t contig,
	const struct variant *v, const struct annotation *a, const struct bytes *line)
{
	uint64_t n_info = o->annotated ? N_ANNOTATED_KEYS - KEY_AC : 0;
	size_t begin = b->n, first_end;

	add_number(b, 0, 8); /* the lengths: see below */
	add_number(b, contig, 4);
	add_number(b, v->pos0, 4);
	add_number(b, v->n_ref, 4);
	add_number(b, o->annotated ? float_bits(QUAL) : missing_float, 4);
	add_number(b, n_info | 2 << 16, 4);
	add_number(b, o->samples | (o->samples ? 1u << 24 : 0), 4);
	add_letters(b, o->annotated ? a->id : ".", o->annotated ? strlen(a->id) : 1);
	add_allele(b, v->ref, v->n_ref);
	add_allele(b, v->alt, v->n_alt);
	add_number(b, ONE_INT8, 1);
	add_number(b, KEY_PASS, 1);
	if (o->annotated) {
		add_field(b, KEY_AC, ONE_INT32, a->allele_count);
		add_field(b, KEY_AF, ONE_FLOAT, float_bits(frequency_of(a)));
		add_field(b, KEY_AN, ONE_INT32, N_PANEL_ALLELES);
		add_field(b, KEY_DP, ONE_INT32, a->depth);
	}
	first_end = b->n;
	if (o->samples) {
		add_number(b, ONE_INT8, 1);
		add_number(b, o->annotated ? N_ANNOTATED_KEYS : KEY_PASS + 1, 1);
		add_number(b, TWO_INT8, 1);
		add_coded_genotypes(
			b, line->data + line->n - 1 - o->samples * GENOTYPE_NBYTES, o->samples);
	}
	put_number(b->data + begin, first_end - begin - 8, 4);
	put_number(b->data + begin + 4, b->n - first_end, 4);
}

/* ---------------------------------------------------------------- the files */

/* Writes what has gathered and empties it. */
static void flush(struct lists *l)
{
	if (l->plain)
		sink_write(l->plain, l->line.data, l->line.n, false);
	if (l->packed)
		sink_write(l->packed, l->line.data, l->line.n, false);
	if (l->bcf)
		sink_write(l->bcf, l->record.data, l->record.n, false);
	l->line.n = l->record.n = 0;
}

static void write_headers(struct lists *l)
{
	add_header(l->o, &l->line);
	add(&l->record, "BCF\2\2", 5);
	add_number(&l->record, l->line.n + 1, 4);
	add(&l->record, l->line.data, l->line.n);
	add(&l->record, "", 1);
	flush(l);
}

static void write_variant(
	struct lists *l, uint64_t contig, const struct variant *v, bool is_carried)
{
	struct annotation a = {.id = ""};

	if (l->o->annotated)
		a = annotation_of(l->o, contig, v);
	add_line(l->o, &l->line, contig, v, &a, is_carried);
	if (l->bcf)
		add_record(l->o, &l->record, contig, v, &a, &l->line);
	flush(l);
	l->n_lines++;
}

static void write_variants(struct lists *l, uint64_t contig)
{
	for (uint64_t i = 0; i < n_variants(l->o, contig); i++) {
		struct variant v = variant_number(l->o, contig, i);

		write_variant(l, contig, &v, true);
	}
}

/* The three SNVs at each base of [beg0, end0), of which the samples have the donor's. */
static void write_all_snvs(struct lists *l, uint64_t contig, uint64_t beg0, uint64_t end0)
{
	for (uint64_t pos0 = beg0; pos0 < end0; pos0++) {
		struct variant donor = variant_from(l->o, contig, (uint32_t)pos0);
		uint8_t ref = (uint8_t)base_at(l->o, contig, pos0);
		struct variant v = {donor.index, (uint32_t)pos0, 1, 1, {ref}, {0}};

		for (uint8_t alt = 0; alt < 4; alt++) {
			v.alt[0] = alt;
			if (alt != ref)
				write_variant(l, contig, &v,
					donor.pos0 == pos0 && donor.n_ref == 1 &&
						donor.n_alt == 1 && donor.alt[0] == alt);
		}
	}
}

static void write_all_sites(struct lists *l, uint64_t contig)
{
	const struct options *o = l->o;

	if (o->coverage != AMPLICONS && o->coverage != PANEL) {
		write_all_snvs(l, contig, 0, o->contig_length);
		return;
	}
	for (uint64_t i = 0; i < n_cells(o); i++) {
		struct cell cell = cell_number(o, contig, i);

		write_all_snvs(l, contig, cell.region_beg0, cell.region_end0);
	}
}

static void close_list(const struct lists *l, struct sink *sink, const char *ending)
{
	if (sink)
		fprintf(stderr, "%s%s: %llu variants, %llu bytes\n", l->o->out, ending,
			(unsigned long long)l->n_lines, (unsigned long long)sink_close(sink));
}

void write_variant_lists(const struct options *o)
{
	struct lists l = {.o = o};

	if (o->plain_vcf || o->all_formats)
		l.plain = sink_open(o, ".vcf", true);
	if (!o->plain_vcf || o->all_formats)
		l.packed = sink_open(o, ".vcf.gz", false);
	if (o->all_formats)
		l.bcf = sink_open(o, ".bcf", false);
	write_headers(&l);
	for (uint64_t contig = 0; contig < o->contigs; contig++)
		if (o->all_sites)
			write_all_sites(&l, contig);
		else
			write_variants(&l, contig);
	close_list(&l, l.plain, ".vcf");
	close_list(&l, l.packed, ".vcf.gz");
	close_list(&l, l.bcf, ".bcf");
	free(l.line.data);
	free(l.record.data);
}
