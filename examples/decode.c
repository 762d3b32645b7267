/* Bases of quality 20 and more per contig: decode FILE.bam */
#include <stdio.h>
#include <stdlib.h>

#include "sphex.h"

static void add_batch(const struct sphex_batch *batch, uint64_t *good, uint64_t *mask)
{
	const int32_t *refs = sphex_batch_ref_ids(batch);
	const uint32_t *n_bases = sphex_batch_n_bases(batch);

	for (size_t i = 0; i < sphex_batch_n_records(batch); i++) {
		if (refs[i] < 0 || n_bases[i] > 1 << 20)
			continue;
		sphex_batch_quality_mask(batch, i, 20, mask);
		for (uint32_t j = 0; j < (n_bases[i] + 63) / 64; j++)
			for (uint64_t bits = mask[j]; bits; bits &= bits - 1)
				good[refs[i]]++;
	}
}

int main(int argc, char **argv)
{
	static uint64_t mask[(1 << 20) / 64];
	const struct sphex_batch *batch;
	struct sphex_error err;
	struct sphex_bam *bam;
	enum sphex_status status = sphex_bam_open(argc > 1 ? argv[1] : "-", NULL, &bam, &err);
	uint64_t *good = status ? NULL : calloc(sphex_bam_n_refs(bam) + 1, sizeof(*good));
	char line[1024];

	while (good && !(status = sphex_bam_next(bam, &batch, &err)))
		add_batch(batch, good, mask);
	for (size_t i = 0; status == SPHEX_END && i < sphex_bam_n_refs(bam); i++)
		printf("%s\t%llu\n", sphex_bam_ref_name(bam, i), (unsigned long long)good[i]);
	if (status != SPHEX_END && sphex_error_format(&err, line, sizeof(line)))
		fprintf(stderr, "decode: %s\n", line);
	sphex_bam_close(bam);
	free(good);
	return status != SPHEX_END;
}
