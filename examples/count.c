/* Counts alleles and prints the rows that reads cover: count FILE.bam FILE.vcf [SAMPLE] */
#include <stdio.h>

#include "sphex.h"

static void print_rows(struct sphex_count *count, struct sphex_error *err)
{
	size_t n_columns = sphex_count_n_columns(count);
	struct sphex_column chrom, pos, ref, alt;

	if (sphex_count_column(count, 0, &chrom, err) || sphex_count_column(count, 2, &pos, err) ||
		sphex_count_column(count, n_columns - 3, &ref, err) ||
		sphex_count_column(count, n_columns - 2, &alt, err))
		return;
	for (size_t i = 0; i < sphex_count_n_rows(count); i++)
		if (ref.values[i] + alt.values[i])
			printf("%.*s:%u ref %u alt %u\n",
				(int)(chrom.offsets[i + 1] - chrom.offsets[i]),
				chrom.text + chrom.offsets[i], pos.values[i], ref.values[i],
				alt.values[i]);
}

int main(int argc, char **argv)
{
	struct sphex_count *count = NULL;
	struct sphex_error err = {0};
	char line[1024];
	bool failed = argc < 3 || sphex_count_new(SPHEX_MODE_WASP2, &count, &err) ||
		      sphex_count_bam(count, argv[1], &err) ||
		      sphex_count_variants(count, argv[2], &err) ||
		      (argc > 3 && sphex_count_sample(count, argv[3], &err)) ||
		      sphex_count_run(count, &err);

	if (!failed)
		print_rows(count, &err);
	else if (sphex_error_format(&err, line, sizeof(line)))
		fprintf(stderr, "count: %s\n", line);
	sphex_count_free(count);
	return failed;
}
