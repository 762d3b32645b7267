/* One row a mode; see modes.h. */
#include "modes.h"

#include "bam/record.h"

#define CODE(c) (1u << (c))
#define CODES_ACGT (CODE(1) | CODE(2) | CODE(4) | CODE(8))
#define CODES_ACGTN (CODES_ACGT | CODE(15))

static const struct count_rules rules[] = {
	[SPHEX_MODE_NATIVE] =
		{
			.name = "native",
			.style = TABLE_NATIVE,
			.n_counts = 8,
			.count_names = {"ref_count", "alt_count", "other_count", "discordant_count",
				"ambiguous_count", "low_baseq_count", "low_mapq_count",
				"filtered_count"},
			.silent_bases = 0xFFFFu & ~CODES_ACGT,
			.choice = SITES_ALL,
			.claims = CLAIM_FRAGMENTS,
			.reports_filtered = true,
		},
	[SPHEX_MODE_WASP2] =
		{
			.name = "wasp2",
			.n_counts = 3,
			.count_names = {"ref_count", "alt_count", "other_count"},
			.exclude_flags = FLAG_UNMAPPED,
			.silent_bases = 0xFFFFu & ~CODES_ACGTN,
			.text_alleles = true,
			.choice = SITES_FIRST_LISTED,
			.claims = CLAIM_BY_RECORD,
		},
	[SPHEX_MODE_WASP2_LEGACY] =
		{
			.name = "wasp2-legacy",
			.n_counts = 3,
			.count_names = {"ref_count", "alt_count", "other_count"},
			.padding_consumes_read = true,
			.spanning_claims = true,
			.choice = SITES_ALL,
			.claims = CLAIM_BY_SITE,
			.missing_contig_is_null = true,
		},
};

const struct count_rules *count_rules_of(enum sphex_mode mode)
{
	return (unsigned)mode < sizeof(rules) / sizeof(rules[0]) ? &rules[mode] : NULL;
}
