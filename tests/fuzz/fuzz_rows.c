/*
 * Rows from files of variant lines, joined lines and regions (--vcf-bed, --intersect-bed, -r); and
 * what -t keeps of them. Input: options, container; variant lines, joined lines, regions.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "variants/rows.h"

static void describe_rows(const struct variants *v, const struct rows *rows, struct bytes *out)
{
	bytes_print(out, "%u %d %d %zu\n", rows->n_attributes, rows->has_pos0, rows->has_gt,
		rows->n_lost);
	for (size_t i = 0; i < rows->n; i++) {
		const struct row *row = rows->identity ? NULL : &rows->items[i];
		size_t line = row ? row->variant : i;
		uint32_t gt;
		size_t n;
		const char *allele;

		fuzz_must(line < v->n, "a row without a line");
		bytes_print(out, "%s %u %u ", pool_text(&v->contigs, v->items[line].contig, NULL),
			v->items[line].pos0, row ? row->pos1 : variant_end(v, line));
		allele = variant_ref(v, line, &n);
		bytes_add(out, allele, n);
		bytes_add(out, ">", 1);
		allele = variant_alt(v, line, &n);
		bytes_add(out, allele, n);
		gt = variant_gt(v, line);
		if (gt != POOL_NONE)
			bytes_print(out, " %s", pool_text(&v->gts, gt, NULL));
		for (unsigned k = 0; row && k < rows->n_attributes; k++)
			bytes_print(out, " %s",
				row->attributes[k] == POOL_NONE
					? "-"
					: pool_text(&rows->values, row->attributes[k], NULL));
		bytes_add(out, "\n", 1);
	}
}

static struct bytes make_rows(const struct rows_options *options)
{
	struct variants v = {0};
	struct rows rows = {0};
	struct bytes out = {0};
	struct sphex_error err;
	enum sphex_status status = rows_make(options, &v, &rows, &err);

	if (status)
		fuzz_describe(&out, &err, false);
	else
		describe_rows(&v, &rows, &out);
	rows_free(&rows);
	variants_free(&v);
	return out;
}

static const char *put(const char *name, struct fuzz_input part, uint8_t how)
{
	struct bytes file;

	if (!part.n)
		return NULL;
	if (part.n >= 2 && memcmp(part.p, "\x1f\x8b", 2) == 0)
		how = FUZZ_WRAP_PLAIN;
	file = fuzz_wrap(part, how);
	fuzz_file(name, file.data, file.n);
	bytes_free(&file);
	return fuzz_path(name);
}

void fuzz_one(struct fuzz_input in)
{
	static const char *const names[] = {"in.bed", "in.gtf", "in.gff3", "in.narrowPeak"};
	uint8_t flags = fuzz_byte(&in), how = fuzz_byte(&in);
	struct fuzz_input lines = fuzz_part(&in), joined = fuzz_part(&in), regions = fuzz_part(&in);
	struct rows_options options = {.use_region_names = flags & 1,
		.one_sample = flags & 2,
		.legacy = flags & 4,
		.n_threads = 2};
	const char *region_name = names[flags >> 6];
	struct bytes one, other;

	options.variant_lines = put("lines.bed", lines, how);
	options.joined_lines = put("joined.bed", joined, how);
	options.regions = put(region_name, regions, how);
	if (!options.variant_lines && !options.joined_lines)
		return;
	one = make_rows(&options);
	options.n_threads = 1;
	put("lines.bed", lines, 0);
	put("joined.bed", joined, 0);
	put(region_name, regions, 0);
	if (flags & 8) { /* keeping files changes nothing */
		options.variants = fuzz_path("kept.vcf");
		options.keep_dir = fuzz_folder();
		/* to be removed in the end */
		fuzz_path("kept.bed");
		fuzz_path("kept_intersect_regions.bed");
		fuzz_path("kept_intersect_genes.bed");
		fuzz_path("in.bed");
	}
	other = make_rows(&options);
	if (!(flags & 8) || (other.n && other.data[0] != '!'))
		fuzz_same(&one, &other, "another container, other rows");
	else
		bytes_free(&other);
	bytes_free(&one);
}
