/*
 * Lines of a variant file by one of the rule sets: the same for all containers, numbers of threads
 * and kernels. Input: rules, options, container, the text or the inflated bytes of a BCF; behind
 * borders names of samples and a FILTER.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "simd/cpu.h"
#include "simd/select.h"
#include "variants/vcf.h"

static void add_line(const struct variants *v, size_t i, struct bytes *out)
{
	const struct variant *item = &v->items[i];
	size_t n;
	const char *allele;

	bytes_print(out, "%s %u %u ", pool_text(&v->contigs, item->contig, NULL), item->pos0,
		variant_end(v, i));
	allele = variant_ref(v, i, &n);
	bytes_add(out, allele, n);
	bytes_add(out, ">", 1);
	allele = variant_alt(v, i, &n);
	bytes_add(out, allele, n);
	if (variant_gt(v, i) != POOL_NONE)
		bytes_print(out, " %s", pool_text(&v->gts, variant_gt(v, i), NULL));
	if (v->extras) {
		char room[VARIANT_ID_ROOM];
		const char *id = variant_has_row(v, i) ? variant_id(v, i, room) : "no row";

		bytes_print(out, " %u %s", v->extras[i].record, id ? id : ".");
	}
	bytes_add(out, "\n", 1);
}

static struct bytes read_variants(const char *path, const struct variant_options *options)
{
	struct bytes out = {0};
	struct variants v = {0};
	struct sphex_error err;
	enum sphex_status status = variants_read(path, options, &v, &err);

	for (size_t i = 0; !status && i < v.n; i++)
		add_line(&v, i, &out);
	for (int fate = 0; !status && fate < N_VARIANT_FATES; fate++)
		bytes_print(&out, "%llu ", (unsigned long long)v.fates[fate]);
	err.file[0] = '\0';
	v.loss.file[0] = '\0';
	if (status)
		fuzz_describe(&out, &err, true);
	else if (v.loss.status)
		fuzz_describe(&out, &v.loss, true);
	variants_free(&v);
	return out;
}

/* Other threads and kernels for one file. */
static struct bytes read_ways(const char *path, struct variant_options *options)
{
	struct bytes one, other;

	options->n_threads = 1;
	options->kernels = sphex_kernels_select("scalar", cpu_bundles());
	one = read_variants(path, options);
	options->n_threads = 2;
	options->kernels = sphex_kernels_select(NULL, cpu_bundles());
	other = read_variants(path, options);
	fuzz_same(&one, &other, "other threads or kernels, other lines");
	return one;
}

static bool is_bcf(struct fuzz_input part)
{
	return part.n >= 3 && memcmp(part.p, "BCF", 3) == 0;
}

void fuzz_one(struct fuzz_input in)
{
	uint8_t rules = fuzz_byte(&in), flags = fuzz_byte(&in), how = fuzz_byte(&in);
	struct fuzz_input part = fuzz_part(&in);
	char *names[] = {fuzz_text(&in), fuzz_text(&in)}, *filter = fuzz_text(&in);
	const char *const filters[] = {filter};
	struct variant_options options = {.rules = rules % 3,
		.samples = (const char *const *)names,
		.n_samples = flags & 3 ? 1 + !!names[1][0] : 0,
		.include_indels = flags & 4,
		.include_multiallelic = flags & 8,
		.all_sites = flags & 16,
		.biallelic_only = flags & 32,
		.filters = filters,
		.n_filters = filter[0] != '\0',
		.accept_loss = flags & 64};
	struct bytes file, plain, result;
	const char *path;

	if (how & 128) { /* as it is */
		path = fuzz_file(how & 1 ? "in.vcf.gz" : "in.bcf", part.p, part.n);
		result = read_ways(path, &options);
	} else {
		file = fuzz_wrap(part, how);
		path = fuzz_file(is_bcf(part)         ? "in.bcf"
				 : how % FUZZ_N_WRAPS ? "in.vcf.gz"
						      : "in.vcf",
			file.data, file.n);
		result = read_ways(path, &options);
		bytes_free(&file);
		options.n_threads = 1;
		path = fuzz_file(is_bcf(part) ? "plain.bcf" : "plain.vcf", part.p, part.n);
		plain = read_variants(path, &options);
		/* accept_loss is for compressed files alone */
		if (!options.accept_loss && (part.n < 2 || memcmp(part.p, "\x1f\x8b", 2) != 0))
			fuzz_same(&result, &plain, "another container, other lines");
		else
			bytes_free(&plain);
	}
	bytes_free(&result);
	free(names[0]);
	free(names[1]);
	free(filter);
}
