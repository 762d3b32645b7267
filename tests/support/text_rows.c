/* Rows as text; see text_rows.h. */
#include "text_rows.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

char *text_file(const char *text, const char *suffix)
{
	struct bytes b = {0};
	char *path;

	bytes_add(&b, text, strlen(text) + 1);
	b.n--;
	path = temp_file(&b, suffix);
	bytes_free(&b);
	return path;
}

struct bytes file_bytes(const char *path)
{
	struct bytes b = {0};
	FILE *file = fopen(path, "rb");
	char buffer[4096];
	size_t n;

	cr_assert(file, "%s", path);
	while ((n = fread(buffer, 1, sizeof(buffer), file)) > 0)
		bytes_add(&b, buffer, n);
	fclose(file);
	return b;
}

void add_lines(struct variants *v, const char *text)
{
	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		char contig[64], ref[256], alt[256], gt[64];
		uint32_t start, end, contig_id, gt_id = POOL_NONE;
		struct sphex_error err;
		char line[1024];
		int n;

		snprintf(line, sizeof(line), "%.*s", (int)strcspn(p, "\n"), p);
		n = sscanf(line, "%63s %" SCNu32 " %" SCNu32 " %255s %255s %63s", contig, &start,
			&end, ref, alt, gt);
		cr_assert(n >= 5, "%s", line);
		cr_assert(!pool_add(&v->contigs, contig, strlen(contig), &contig_id, &err));
		if (n == 6)
			cr_assert(!pool_add(&v->gts, gt, strlen(gt), &gt_id, &err));
		cr_assert(!variants_add(
			v, contig_id, start, end, ref, strlen(ref), alt, strlen(alt), gt_id, &err));
	}
}

static void add_value(struct bytes *out, const struct pool *pool, uint32_t id)
{
	size_t n = 1;
	const char *text = id == POOL_NONE ? "-" : pool_text(pool, id, &n);

	bytes_add(out, " ", 1);
	bytes_add(out, text, n);
}

static void add_row(struct bytes *out, const struct variants *v, const struct rows *rows, size_t i)
{
	size_t line = rows->identity ? i : rows->items[i].variant, n;
	const struct variant *item = &v->items[line];
	const char *allele;

	bytes_print(out, "%s", pool_text(&v->contigs, item->contig, NULL));
	if (rows->has_pos0)
		bytes_print(out, " %" PRIu32, item->pos0);
	bytes_print(
		out, " %" PRIu32 " ", rows->identity ? variant_end(v, line) : rows->items[i].pos1);
	allele = variant_ref(v, line, &n);
	bytes_add(out, allele, n);
	bytes_add(out, " ", 1);
	allele = variant_alt(v, line, &n);
	bytes_add(out, allele, n);
	if (rows->has_gt)
		add_value(out, &v->gts, variant_gt(v, line));
	for (unsigned k = 0; k < rows->n_attributes; k++)
		add_value(out, &rows->values, rows->items[i].attributes[k]);
	bytes_add(out, "\n", 1);
}

struct bytes table_text(const struct variants *v, const struct rows *rows)
{
	struct bytes out = {0};

	bytes_print(&out, "chrom%s pos ref alt%s", rows->has_pos0 ? " pos0" : "",
		rows->has_gt ? " GT" : "");
	for (unsigned k = 0; k < rows->n_attributes; k++)
		bytes_print(&out, " %s", rows->attribute_names[k]);
	bytes_add(&out, "\n", 1);
	for (size_t i = 0; i < rows->n; i++)
		add_row(&out, v, rows, i);
	bytes_add(&out, "", 1);
	return out;
}
