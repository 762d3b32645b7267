/* See variant_text.h. */
#include "variant_text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "simd/cpu.h"
#include "simd/select.h"

enum { MAX_SAMPLES = 16 };

/* Cuts at spaces; the names lie in `text`. */
static size_t cut_names(char *text, const char **names)
{
	size_t n = 0;

	for (char *name = strtok(text, " "); name; name = strtok(NULL, " "))
		names[n++] = name;
	return n;
}

static void print_lines(const struct variants *v, struct bytes *out)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct variant *item = &v->items[i];
		size_t n_ref, n_alt;
		const char *ref = variant_ref(v, i, &n_ref), *alt = variant_alt(v, i, &n_alt);

		bytes_print(out, "%s %u %u %.*s %.*s", pool_text(&v->contigs, item->contig, NULL),
			item->pos0, variant_end(v, i), (int)n_ref, ref, (int)n_alt, alt);
		if (variant_gt(v, i) != POOL_NONE)
			bytes_print(out, " %s", pool_text(&v->gts, variant_gt(v, i), NULL));
		bytes_print(out, "\n");
	}
}

struct bytes read_as_text(const char *path, struct reading reading)
{
	char text[256];
	const char *names[MAX_SAMPLES];
	struct variant_options options = {.rules = reading.rules,
		.samples = names,
		.include_indels = reading.include_indels,
		.include_multiallelic = reading.include_multiallelic,
		.n_threads = reading.n_threads ? reading.n_threads : 1,
		.kernels = sphex_kernels_select(reading.kernels, cpu_bundles())};
	struct variants variants = {0};
	struct bytes out = {0};
	struct sphex_error err;
	enum sphex_status status;

	snprintf(text, sizeof(text), "%s", reading.samples ? reading.samples : "");
	options.n_samples = cut_names(text, names);
	status = variants_read(path, &options, &variants, &err);
	if (status)
		bytes_print(&out, "! %s at %llu,%llu: %s", sphex_status_name(status),
			(unsigned long long)err.line, (unsigned long long)err.record, err.message);
	else
		print_lines(&variants, &out);
	bytes_add(&out, "", 1);
	variants_free(&variants);
	return out;
}

struct bytes bytes_as_text(const struct bytes *file, const char *suffix, struct reading reading)
{
	char *path = temp_file(file, suffix);
	struct bytes out = read_as_text(path, reading);

	temp_remove(path);
	return out;
}

void add_header(struct bytes *vcf, const char *more)
{
	bytes_print(vcf, "##fileformat=VCFv4.2\n##contig=<ID=c1,length=1000>\n"
			 "##contig=<ID=c2,length=1000>\n"
			 "##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n");
	bytes_print(vcf, "%s", more);
	bytes_print(vcf, "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\n");
}

struct bytes records_as_text(const char *records, struct reading reading)
{
	struct bytes vcf = {0}, out;

	add_header(&vcf, "");
	bytes_print(&vcf, "%s", records);
	out = bytes_as_text(&vcf, ".vcf", reading);
	bytes_free(&vcf);
	return out;
}

void expect_text(struct bytes got, const char *expected, const char *what)
{
	cr_assert_str_eq((char *)got.data, expected, "%s: got\n%s\ninstead of\n%s", what,
		(char *)got.data, expected);
	bytes_free(&got);
}

void expect_start(struct bytes got, const char *expected, const char *what)
{
	cr_assert(strncmp((char *)got.data, expected, strlen(expected)) == 0,
		"%s: got\n%s\ninstead of\n%s", what, (char *)got.data, expected);
	bytes_free(&got);
}
