/*
 * Regions of every kind: from BED, GTF and GFF3 by the rules of WASP2 and of native mode, intervals
 * by GATK's, and typed ones. The same from any container. Input: reader, options, container, the
 * file or text; a feature, attribute and parent.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "variants/genes.h"
#include "variants/intervals.h"
#include "variants/region_list.h"

struct reading {
	uint8_t options;
	unsigned n_threads;
	const char *feature, *attribute, *parent; /* NULL: not given */
};

static const char *text_of(const struct pool *pool, uint32_t id)
{
	return id == POOL_NONE ? "-" : pool_text(pool, id, NULL);
}

/* ---------------------------------------------------------------- WASP2 */

static void describe_regions(const struct regions *r, struct bytes *out)
{
	for (unsigned k = 0; k < r->n_attributes; k++)
		bytes_print(out, "%s ", r->attribute_names[k] ? r->attribute_names[k] : "-");
	for (size_t i = 0; i < r->n; i++) {
		const struct region *region = &r->items[i];

		bytes_print(out, "%s %llu %llu %u", text_of(&r->contigs, region->contig),
			(unsigned long long)region->start, (unsigned long long)region->end,
			region->quotes);
		for (unsigned k = 0; k < r->n_attributes; k++)
			bytes_print(out, " %s", text_of(&r->values, region->attributes[k]));
		if (r->has_others)
			bytes_add(out, r->text + region->others, region->others_nbytes);
		bytes_add(out, "\n", 1);
	}
}

static enum sphex_status read_bed(
	const char *path, const struct reading *how, struct bytes *out, struct sphex_error *err)
{
	struct bed_options options = {.use_names = how->options & 1,
		.keep_columns = how->options & 2,
		.n_threads = how->n_threads};
	struct regions regions = {0};
	enum sphex_status status = regions_read(path, &options, &regions, err);

	if (!status)
		describe_regions(&regions, out);
	regions_free(&regions);
	return status;
}

static enum sphex_status read_genes(
	const char *path, const struct reading *how, struct bytes *out, struct sphex_error *err)
{
	struct gene_options options = {.feature = how->feature,
		.attribute = how->attribute,
		.parent = how->parent,
		.legacy = how->options & 1,
		.n_threads = how->n_threads};
	struct regions regions = {0};
	enum sphex_status status = genes_read(path, &options, &regions, err);

	if (!status)
		describe_regions(&regions, out);
	regions_free(&regions);
	return status;
}

/* ---------------------------------------------------------------- native */

static enum sphex_status read_list(
	const char *path, const struct reading *how, struct bytes *out, struct sphex_error *err)
{
	struct region_list list = {0};
	enum sphex_status status = region_file_read(
		path, how->feature ? how->feature : "gene", how->n_threads, &list, err);

	for (size_t i = 0; !status && i < list.n; i++) {
		const struct listed_region *r = &list.items[i];

		fuzz_must(r->beg0 <= r->end0, "a region ends before it begins");
		bytes_print(out, "%s %llu %llu %s %s\n", text_of(&list.contigs, r->contig),
			(unsigned long long)r->beg0, (unsigned long long)r->end0,
			text_of(&list.texts, r->texts[0]), text_of(&list.texts, r->texts[1]));
	}
	region_list_free(&list);
	return status;
}

static void parse_typed(const char *text, bool is_auto)
{
	static const char *const names[] = {"chr1", "chr1:5", "chr1:5-6", "HLA:01:02", "a:b", "MT"};
	const struct contig_names known = {names, sizeof(names) / sizeof(names[0])};
	struct typed_region region;
	struct sphex_error err;

	if (typed_region_parse(text, &known, is_auto, &region, &err))
		return;
	fuzz_must(region.beg0 < region.end0, "an empty region");
	fuzz_must(region.contig.p >= text && region.contig.n <= strlen(text) && region.contig.n > 0,
		"a contig outside of the text");
	fuzz_must(region.is_known == (contigs_find(&known, region.contig, is_auto) != CONTIG_NONE),
		"known or not");
}

/* ---------------------------------------------------------------- GATK */

/* Sets by their own definition: of each position it is asked whether it is in them. */
static void check_sets(const struct intervals *set)
{
	static const struct interval others[] = {{0, 3, 9}, {0, 20, 40}, {1, 0, 5}, {1, 90, 100}};
	struct intervals other = {0}, both = {0}, less = {0};
	struct sphex_error err;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		fuzz_must(!intervals_add(&other, others[i], &err), "no memory");
	intervals_normalize(&other);
	fuzz_must(!intervals_intersect(set, &other, &both, &err), "no memory");
	fuzz_must(!intervals_subtract(set, &other, &less, &err), "no memory");
	for (uint32_t ref = 0; ref < 2; ref++) {
		for (int64_t p = 0; p < 101; p++) {
			bool a = intervals_overlap(set, ref, p, p + 1);
			bool b = intervals_overlap(&other, ref, p, p + 1);

			fuzz_must(intervals_overlap(&both, ref, p, p + 1) == (a && b),
				"intersection");
			fuzz_must(
				intervals_overlap(&less, ref, p, p + 1) == (a && !b), "difference");
		}
	}
	intervals_free(&other);
	intervals_free(&both);
	intervals_free(&less);
}

static enum sphex_status read_intervals(
	const char *path, const struct reading *how, struct bytes *out, struct sphex_error *err)
{
	struct contigs contigs = {0};
	struct intervals set = {0};
	enum sphex_status status = contigs_add(&contigs, "chr1", 4, 1000, NULL, err);

	if (!status)
		status = contigs_add(&contigs, "chr2", 4, 100, NULL, err);
	if (!status)
		status = intervals_read(
			path, &contigs, how->options & 15, how->n_threads, &set, err);
	for (size_t i = 0; !status && i < set.n; i++) {
		const struct interval *item = &set.items[i];

		fuzz_must(item->ref < 2 && item->beg0 < item->end0 &&
				  item->end0 <= contigs.lengths[item->ref],
			"an interval is outside");
		fuzz_must(i == 0 || item[-1].ref < item->ref || item[-1].end0 < item->beg0,
			"not in order");
		bytes_print(out, "%u %u %u\n", item->ref, item->beg0, item->end0);
	}
	if (!status)
		check_sets(&set);
	intervals_free(&set);
	contigs_free(&contigs);
	return status;
}

/* ---------------------------------------------------------------- */

struct kind {
	const char *name; /* of the file */
	enum sphex_status (*read)(const char *path, const struct reading *how, struct bytes *out,
		struct sphex_error *err);
};

static struct bytes read_kind(const struct kind *kind, const char *path, const struct reading *how)
{
	struct bytes out = {0};
	struct sphex_error err;
	enum sphex_status status = kind->read(path, how, &out, &err);

	if (status)
		fuzz_describe(&out, &err, false);
	return out;
}

static void read_text(const struct kind *kind, struct fuzz_input text, struct reading *how)
{
	struct bytes one = {0}, copy = {0};
	struct sphex_error err;

	bytes_add(&copy, text.p, text.n);
	bytes_add(&copy, "", 1);
	if (kind->read == read_intervals)
		kind->read((const char *)copy.data, how, &one, &err);
	else
		parse_typed((const char *)copy.data, how->options & 1);
	bytes_free(&one);
	bytes_free(&copy);
}

void fuzz_one(struct fuzz_input in)
{
	static const struct kind kinds[] = {{"in.bed", read_bed}, {"in.gtf", read_genes},
		{"in.gff3", read_genes}, {"in.list", read_list}, {NULL, NULL},
		{NULL, read_intervals}, {"in.bed", read_intervals},
		{"in.interval_list", read_intervals}, {"in.list", read_intervals},
		{"in.vcf", read_intervals}, {"in.intervals", read_intervals}};
	const struct kind *kind = &kinds[fuzz_byte(&in) % (sizeof(kinds) / sizeof(kinds[0]))];
	struct reading how = {.options = fuzz_byte(&in), .n_threads = 2};
	uint8_t wrap = fuzz_byte(&in);
	struct fuzz_input part = fuzz_part(&in);
	char *words[] = {fuzz_text(&in), fuzz_text(&in), fuzz_text(&in)};

	how.feature = words[0][0] ? words[0] : NULL;
	how.attribute = words[1][0] ? words[1] : NULL;
	how.parent = words[2][0] ? words[2] : NULL;
	if (!kind->name) {
		read_text(kind, part, &how);
	} else if (part.n < 2 || memcmp(part.p, "\x1f\x8b", 2) != 0) {
		struct bytes file = fuzz_wrap(part, wrap);
		struct bytes one, other;

		one = read_kind(kind, fuzz_file(kind->name, file.data, file.n), &how);
		how.n_threads = 1;
		other = read_kind(kind, fuzz_file(kind->name, part.p, part.n), &how);
		fuzz_same(&one, &other, "another container, other regions");
		bytes_free(&one);
		bytes_free(&file);
	}
	for (size_t i = 0; i < 3; i++)
		free(words[i]);
}
