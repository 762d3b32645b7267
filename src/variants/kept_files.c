/* Names and writing of the intermediate files; see kept_files.h. */
#include "kept_files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/memory.h"
#include "base/new_file.h"
#include "csv.h"

/* ---------------------------------------------------------------- names */

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static bool ends_with(const char *text, const char *ending)
{
	size_t n = strlen(text), ending_n = strlen(ending);
	return n >= ending_n && strcmp(text + n - ending_n, ending) == 0;
}

/* Length of the variant file's name up to its first ending of a known kind. */
static size_t variants_stem(const char *name)
{
	if (ends_with(name, ".vcf.gz"))
		return strlen(name) - strlen(".vcf.gz");
	for (size_t i = 0; name[i]; i++) {
		if (strncmp(name + i, ".vcf", 4) == 0 || strncmp(name + i, ".bcf", 4) == 0)
			return i;
	}
	return strlen(name);
}

/* The same for annotation. The original has a pattern here in which the dot is any character. */
static size_t genes_stem(const char *name)
{
	size_t n = strlen(name);
	bool is_gff3 = name[n - 1] == '3' || name[n - 4] == '3'; /* x.gff3, x.gff3.gz */

	for (size_t i = 1; i < n; i++) {
		if (is_gff3 ? strncmp(name + i, "gff3", 4) == 0
			    : strncmp(name + i, "gtf", 3) == 0 || strncmp(name + i, "gff", 3) == 0)
			return i - 1;
	}
	return n;
}

/* dir/stem + ending */
static enum sphex_status make_path(const char *dir, const char *stem, size_t stem_n,
	const char *ending, char **out, struct sphex_error *err)
{
	size_t nbytes = strlen(dir) + 1 + stem_n + strlen(ending) + 1;
	const char *slash = ends_with(dir, "/") ? "" : "/";

	memory_free(*out);
	*out = memory_new(nbytes, 1);
	if (!*out)
		return fail_memory(err);
	snprintf(*out, nbytes, "%s%s%.*s%s", dir, slash, (int)stem_n, stem, ending);
	return SPHEX_OK;
}

static enum sphex_status make_paths(const struct rows_options *o, enum region_kind kind,
	struct kept_files *out, struct sphex_error *err)
{
	const char *variants = file_name(o->variants), *lines, *regions;
	enum sphex_status status =
		make_path(o->keep_dir, variants, variants_stem(variants), ".bed", &out->lines, err);

	if (!status && kind != REGIONS_NONE)
		status = make_path(o->keep_dir, variants, variants_stem(variants),
			kind == REGIONS_BED ? "_intersect_regions.bed" : "_intersect_genes.bed",
			&out->joined, err);
	if (status || kind != REGIONS_GENES)
		return status;
	regions = file_name(o->regions);
	lines = o->variant_lines ? o->variant_lines : out->lines;
	status = make_path(o->keep_dir, regions, genes_stem(regions), ".bed", &out->regions, err);
	if (!status && strcmp(out->regions, lines) == 0)
		status = make_path(o->keep_dir, "genes", 5, ".bed", &out->regions, err);
	return status;
}

static void drop_path(char **path)
{
	memory_free(*path);
	*path = NULL;
}

enum sphex_status kept_files_name(const struct rows_options *o, enum region_kind kind,
	struct kept_files *out, struct sphex_error *err)
{
	const char *inputs[] = {o->variants, o->regions, o->variant_lines, o->joined_lines};
	enum sphex_status status;

	if (!o->variants)
		return fail(err, SPHEX_E_ARGUMENT,
			"intermediate files are named after the variant file, and none is given");
	status = make_paths(o, kind, out, err);
	if (o->variant_lines)
		drop_path(&out->lines);
	if (o->joined_lines)
		drop_path(&out->joined);
	for (size_t i = 0; i < sizeof(inputs) / sizeof(*inputs) && !status; i++) {
		if (file_is_same(out->lines, inputs[i]) || file_is_same(out->joined, inputs[i]) ||
			file_is_same(out->regions, inputs[i])) {
			fail(err, SPHEX_E_ARGUMENT,
				"an intermediate file would overwrite this input");
			with_hint(err, "keep the intermediate files in another folder");
			status = at_file(err, inputs[i]);
		}
	}
	return status;
}

void kept_files_free(struct kept_files *files)
{
	drop_path(&files->lines);
	drop_path(&files->joined);
	drop_path(&files->regions);
}

/* ---------------------------------------------------------------- writing */

/* A part of the lines would look like all of them to the run that reads them. */
struct kept_file {
	struct new_file file;
	FILE *out; /* with a descriptor of its own, for closing it comes first */
};

static enum sphex_status start(const char *path, struct kept_file *f, struct sphex_error *err)
{
	int errnum = new_file_open(&f->file, path), fd;

	if (!errnum) {
		fd = fcntl(f->file.fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		f->out = fd < 0 ? NULL : fdopen(fd, "wb");
		if (f->out)
			return SPHEX_OK;
		errnum = errno;
		if (fd >= 0)
			close(fd);
		new_file_vanish(&f->file);
	}
	fail_errno(err, errnum, "cannot create the intermediate file");
	return at_file(err, path);
}

static enum sphex_status finish(const char *path, struct kept_file *f, struct sphex_error *err)
{
	int errnum = ferror(f->out) ? EIO : 0;

	if (fclose(f->out) != 0)
		errnum = errno; /* of the last write, which mostly fails as an earlier one did */
	if (!errnum)
		errnum = new_file_close(&f->file);
	if (!errnum)
		errnum = new_file_appear(&f->file);
	if (!errnum)
		return SPHEX_OK;
	new_file_vanish(&f->file);
	fail_errno(err, errnum, "cannot write the intermediate file");
	return at_file(err, path);
}

static struct span pool_span(const struct pool *pool, uint32_t id)
{
	struct span s;

	s.p = pool_text(pool, id, &s.n);
	return s;
}

static void write_span(FILE *file, struct span s)
{
	fwrite(s.p, 1, s.n, file);
}

static void write_interval(FILE *file, uint64_t start0, uint64_t end)
{
	fprintf(file, "\t%" PRIu64 "\t%" PRIu64, start0, end);
}

/* Line i, with the interval [start0, end). */
static void write_variant(
	FILE *file, const struct variants *v, size_t i, uint32_t start0, uint32_t end, bool with_gt)
{
	struct span allele;

	write_span(file, pool_span(&v->contigs, v->items[i].contig));
	write_interval(file, start0, end);
	putc('\t', file);
	allele.p = variant_ref(v, i, &allele.n);
	write_span(file, allele);
	putc('\t', file);
	allele.p = variant_alt(v, i, &allele.n);
	write_span(file, allele);
	if (with_gt)
		putc('\t', file);
	if (with_gt && variant_gt(v, i) != POOL_NONE)
		write_span(file, pool_span(&v->gts, variant_gt(v, i)));
}

static void write_region(FILE *file, const struct regions *regions, const struct region *r)
{
	write_span(file, pool_span(&regions->contigs, r->contig));
	write_interval(file, r->start, r->end);
	if (regions->has_others) {
		putc('\t', file);
		write_span(file, (struct span){regions->text + r->others, r->others_nbytes});
	}
	for (unsigned i = 0; regions->n_attributes == 2 && i < 2; i++) {
		putc('\t', file);
		if (r->attributes[i] != POOL_NONE)
			csv_write(file, pool_span(&regions->values, r->attributes[i]));
	}
}

enum sphex_status kept_files_write_lines(
	const char *path, const struct variants *variants, bool with_gt, struct sphex_error *err)
{
	struct kept_file f;
	enum sphex_status status = start(path, &f, err);

	if (status)
		return status;
	for (size_t i = 0; i < variants->n; i++) {
		write_variant(f.out, variants, i, variants->items[i].pos0, variant_end(variants, i),
			with_gt);
		putc('\n', f.out);
	}
	return finish(path, &f, err);
}

enum sphex_status kept_files_write_genes(
	const char *path, const struct regions *genes, struct sphex_error *err)
{
	struct kept_file f;
	enum sphex_status status = start(path, &f, err);

	if (status)
		return status;
	for (size_t i = 0; i < genes->n; i++) {
		write_region(f.out, genes, &genes->items[i]);
		putc('\n', f.out);
	}
	return finish(path, &f, err);
}

enum sphex_status kept_files_write_joined(const char *path, const struct variants *variants,
	bool with_gt, const struct regions *regions, const struct hits *hits,
	struct sphex_error *err)
{
	struct kept_file f;
	enum sphex_status status = start(path, &f, err);

	if (status)
		return status;
	for (size_t i = 0; i < hits->n; i++) {
		const struct hit *hit = &hits->items[i];
		uint32_t start0, end;

		hit_interval(variants, regions, hit, &start0, &end);
		write_variant(f.out, variants, hit->variant, start0, end, with_gt);
		putc('\t', f.out);
		write_region(f.out, regions, &regions->items[hit->region]);
		putc('\n', f.out);
	}
	return finish(path, &f, err);
}
