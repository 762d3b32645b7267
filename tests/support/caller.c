/* Calls of sphex.h that every test of it makes; see caller.h. */
#include "tests/support/caller.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_READS = 8 };

void caller_sites_fill(struct caller_sites *s, const struct caller_row *rows, size_t n)
{
	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < n; i++) {
		s->names[i] = rows[i].contig; /* names may repeat */
		s->contigs[i] = (uint32_t)i;
		s->pos1[i] = rows[i].pos1;
		bytes_add(&s->refs, rows[i].ref, strlen(rows[i].ref));
		bytes_add(&s->alts, rows[i].alt, strlen(rows[i].alt));
		s->ref_offsets[i + 1] = s->refs.n;
		s->alt_offsets[i + 1] = s->alts.n;
	}
	s->sites = (struct sphex_sites){n, n, s->names, s->contigs, s->pos1,
		(const char *)s->refs.data, s->ref_offsets, (const char *)s->alts.data,
		s->alt_offsets};
}

void caller_sites_free(struct caller_sites *s)
{
	bytes_free(&s->refs);
	bytes_free(&s->alts);
}

static void check(enum sphex_status status, const char *what)
{
	if (status == SPHEX_OK)
		return;
	fprintf(stderr, "caller: %s: %s\n", what, sphex_status_name(status));
	abort();
}

struct sphex_count *caller_count(struct caller_options o, const char *bam)
{
	struct sphex_count *c;

	check(sphex_count_new(o.mode, &c, NULL), "new");
	check(sphex_count_bam(c, bam, NULL), "BAM");
	check(sphex_count_threads(c, o.n_threads, NULL), "threads");
	check(sphex_count_simd(c, o.simd, NULL), "simd");
	if (o.unit_blocks)
		check(sphex_count_set(c, "unit-blocks", o.unit_blocks, NULL), "unit-blocks");
	if (o.min_baseq)
		check(sphex_count_set(c, "min-baseq", o.min_baseq, NULL), "min-baseq");
	return c;
}

static bool is_valid(const struct sphex_column *column, size_t row)
{
	return !column->valid || column->valid[row / 8] >> row % 8 & 1;
}

struct bytes caller_counts(struct sphex_count *c)
{
	size_t first = sphex_count_n_columns(c) - 3;
	struct sphex_column columns[3];
	struct bytes out = {0};

	for (size_t k = 0; k < 3; k++)
		check(sphex_count_column(c, first + k, &columns[k], NULL), "column");
	for (size_t row = 0; row < sphex_count_n_rows(c); row++) {
		for (size_t k = 0; k < 3; k++) {
			bytes_print(&out, "%s", k ? "," : row ? " " : "");
			if (is_valid(&columns[k], row))
				bytes_print(&out, "%u", columns[k].values[row]);
		}
	}
	bytes_add_number(&out, 0, 1);
	return out;
}

char *caller_bam(const struct bam_read *reads, size_t block_nbytes)
{
	struct bytes bam = {0}, file;
	char *path;

	random_bam_start(&bam);
	for (size_t i = 0; i < MAX_READS && reads[i].cigar; i++)
		bam_add(&bam, reads[i]);
	file = bgzf_wrap(&bam, (struct bgzf_shape){.block_nbytes = block_nbytes, .level = 6});
	path = temp_file(&file, ".bam");
	bytes_free(&bam);
	bytes_free(&file);
	return path;
}
