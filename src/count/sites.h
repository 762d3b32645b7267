/*
 * Sites: the positions at which reads are looked at. One site per contig and position; several rows
 * may share one. Sites lie sorted by the BAM's reference id and position, columns side by side, so
 * that a record is tested against the next position with one comparison.
 */
#ifndef SPHEX_SITES_H
#define SPHEX_SITES_H

#include "judge.h"
#include "modes.h"
#include "variants/rows.h"

#define SITE_NONE UINT32_MAX

/* Allele codes beside the 4-bit base codes. */
#define ALLELE_NEVER 0xFFu /* a letter that no read base equals */
#define ALLELE_TEXT 0xFEu  /* compare the read's text with the alleles of the site's variant */
#define ALLELE_EVENT 0xFDu /* ask judge_alt(): the site's `variant` is a number in event_refs */

/* One ALT among the events of its variant record. */
struct event_ref {
	uint32_t first; /* the record's first event */
	uint32_t n, i;  /* events of the record; which of them is the ALT */
};

/* Some of the sites in their order, with their positions side by side. */
struct site_list {
	uint32_t *pos0, *sites;
	uint32_t *ref_begins; /* as of all sites */
	size_t n;
};

struct sites {
	const struct variants *variants; /* borrowed */
	size_t n;
	uint32_t *pos0;
	uint32_t *order;   /* list order: number of the first row that asks for the site */
	uint32_t *variant; /* variant line whose alleles are compared */
	uint8_t *refs, *alts;
	uint32_t *ref_begins; /* n_refs + 1: sites of reference r are [ref_begins[r], ref_begins[r +
				 1]) */
	uint32_t n_refs;
	uint32_t *ends0;      /* behind the last position at which a record looks; NULL: pos0 + 1 */
	uint32_t max_width;   /* largest ends0 - pos0 */
	struct events events; /* of the sites that are no SNVs */
	struct event_ref *event_refs;
	size_t n_event_refs;
	/* native mode: the first site of each position at which there are SNVs, and the other sites
	 */
	struct site_list loci, event_sites;
	uint8_t *usual;     /* per locus: the call that most reads show, its first REF */
	bool in_list_order; /* within each reference, order ascends with position */

	/* rows */
	/* per row of struct rows; n: has no counts of its own, they are 0; SITE_NONE: contig not in
	 * the BAM */
	uint32_t *row_sites;
	uint32_t *kept_rows; /* rows of the table in order, exact duplicates left out */
	size_t n_kept;
};

static inline uint32_t site_end0(const struct sites *s, size_t site)
{
	return s->ends0 ? s->ends0[site] : s->pos0[site] + 1;
}

/* What the BAM lacks: contigs of the variants, in order of first appearance. */
struct missing_contig {
	uint32_t contig; /* number in variants.contigs */
	uint32_t min_pos1, max_pos1;
	size_t n_sites;
};
struct missing_contigs {
	struct missing_contig *items;
	size_t n;
};
void missing_contigs_free(struct missing_contigs *missing);

struct sites_options {
	const struct count_rules *rules;
	bool drop_duplicates; /* rows equal in all columns are printed once */
	bool share_counts;    /* later rows at a site repeat its counts; else only the first row has
				 them */
};

/*
 * contig_refs[i] is the reference id of contig i of the variants, or n_refs + i when the BAM lacks
 * it. At most 2^32 - 2 rows. `out` and `missing` are freed by the caller in every case.
 */
enum sphex_status sites_build(const struct variants *variants, const struct rows *rows,
	uint32_t n_refs, const uint32_t *contig_refs, const struct sites_options *options,
	struct sites *out, struct missing_contigs *missing, struct sphex_error *err);
/*
 * The same for variants with extras: each line with rows is a site of its own. The lines that are
 * no SNVs become events, for which `references` gives the bases: one per contig of the variants.
 */
enum sphex_status sites_build_native(const struct variants *variants, const struct rows *rows,
	uint32_t n_refs, const uint32_t *contig_refs, const struct reference *references,
	struct sites *out, struct missing_contigs *missing, struct sphex_error *err);
/* Of sites at [begin, end) of a list, or of all: the first at or behind pos0. */
uint32_t sites_search(const uint32_t *positions, uint32_t begin, uint32_t end, uint32_t pos0);
/* The reference id of a site; -1 for SITE_NONE. */
int32_t sites_reference_of(const struct sites *s, uint32_t site);
void sites_free(struct sites *s);

#endif
