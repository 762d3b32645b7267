/* The rule sets, and the tests on alleles and genotypes that they are made of; see select.h. */
#include "select.h"

#include "genotype.h"

/* Bases by which REF and ALT may differ in length. */
#define MAX_INDEL_NBYTES ((size_t)10)
/* A genotype has a few alleles; this allows hundreds. */
#define MAX_GT_NBYTES ((size_t)4096)

const struct select_rule select_by_text = {
	.line_per_alt = true,
	.one_separator = true,
	.several = SEVERAL_FIRST_HET,
};

const struct select_rule select_by_bcftools = {
	.types_by_bases = true,
	.end_of_record = true,
	.keeps_without_gt = true,
	.gt_must_be_right = true,
	.several = SEVERAL_ALLELE_COUNT,
};

size_t selection_n_gts(const struct selection *s)
{
	return s->rule->several == SEVERAL_FIRST_HET && s->n_samples ? 1 : s->n_samples;
}

/* ---------------------------------------------------------------- alleles */

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_breakend(struct span alt)
{
	return alt.p[0] == '[' || alt.p[0] == ']';
}

static enum alt_type type_of_letters(char ref, char alt)
{
	return alt == '.' || alt == 'X' || alt == ref ? ALT_REF : ALT_SNP;
}

static enum alt_type type_of_symbol(struct span alt)
{
	bool is_ref = span_is(alt, "<*>") || span_is(alt, "<X>") || span_is(alt, "<NON_REF>");

	return is_ref ? ALT_REF : ALT_OTHER;
}

static bool last_is_equal(struct span a, struct span b)
{
	return upper(a.p[a.n - 1]) == upper(b.p[b.n - 1]);
}

static enum alt_type type_of_bases(struct span ref, struct span alt)
{
	while (ref.n && alt.n && upper(ref.p[0]) == upper(alt.p[0])) {
		ref = span_from(ref, 1);
		alt = span_from(alt, 1);
	}
	if (!ref.n && !alt.n)
		return ALT_REF;
	if (!ref.n)
		return is_breakend(alt) ? ALT_BREAKEND : ALT_INDEL;
	if (!alt.n)
		return ALT_INDEL;
	while (ref.n > 1 && alt.n > 1 && last_is_equal(ref, alt)) {
		ref.n--;
		alt.n--;
	}
	if (ref.n == 1 && alt.n == 1)
		return ALT_SNP;
	if (ref.n == 1 || alt.n == 1)
		return last_is_equal(ref, alt) ? ALT_INDEL : ALT_OTHER;
	return ref.n == alt.n ? ALT_MNP : ALT_OTHER;
}

enum alt_type alt_type_of(struct span ref, struct span alt)
{
	if (span_is(alt, "*"))
		return ALT_OVERLAP;
	if (ref.n == 1 && alt.n == 1)
		return type_of_letters(ref.p[0], alt.p[0]);
	if (span_starts_with(alt, "<"))
		return type_of_symbol(alt);
	if (alt.n && is_breakend(alt))
		return ALT_BREAKEND;
	return type_of_bases(ref, alt);
}

/* Text rules: one letter each, or with indels any alleles of similar length. */
static bool lengths_qualify(const struct selection *s, struct span ref, struct span alt)
{
	size_t difference = ref.n > alt.n ? ref.n - alt.n : alt.n - ref.n;

	return (ref.n == 1 && alt.n == 1) || (s->include_indels && difference <= MAX_INDEL_NBYTES);
}

static bool any_length_qualifies(const struct selection *s, const struct record_view *r)
{
	struct pieces alts = pieces_of(r->alt, ',');
	struct span alt;

	while (pieces_next(&alts, &alt))
		if (lengths_qualify(s, r->ref, alt))
			return true;
	return false;
}

/*
 * bcftools rules: one ALT has the type, and each bound of the length holds for some ALT. In the
 * arithmetic of its filters REF is the first value only: later ALTs are compared with a length of
 * 0.
 */
static bool types_qualify(const struct selection *s, const struct record_view *r)
{
	struct pieces alts = pieces_of(r->alt, ',');
	bool has_type = false, is_not_too_short = false, is_not_too_long = false;
	size_t ref_nbytes = r->ref.n;
	struct span alt;

	while (pieces_next(&alts, &alt)) {
		enum alt_type type = alt_type_of(r->ref, alt);

		has_type |= type == ALT_SNP || (s->include_indels && type == ALT_INDEL);
		is_not_too_short |= ref_nbytes <= alt.n + MAX_INDEL_NBYTES;
		is_not_too_long |= alt.n <= ref_nbytes + MAX_INDEL_NBYTES;
		ref_nbytes = 0;
	}
	return has_type && (!s->include_indels || (is_not_too_short && is_not_too_long));
}

bool select_alleles(const struct selection *s, const struct record_view *r)
{
	if (!r->pos1 || !r->alt.n)
		return false;
	if (!s->include_multiallelic && span_find(r->alt, ',') < r->alt.n)
		return false;
	return s->rule->types_by_bases ? types_qualify(s, r) : any_length_qualifies(s, r);
}

/* ---------------------------------------------------------------- genotypes */

static bool gt_has(struct span gt, uint64_t number)
{
	struct gt_scan s = gt_scan_of(gt);

	while (gt_next(&s))
		if (!s.is_missing && s.number == number)
			return true;
	return false;
}

static size_t count_alts(const struct record_view *r)
{
	struct pieces alts = pieces_of(r->alt, ',');
	struct span alt;
	size_t n = 0;

	while (pieces_next(&alts, &alt))
		n++;
	return n;
}

/* False in *keep when the record gives no line. */
static enum sphex_status test_genotypes(
	const struct selection *s, const struct record_view *r, bool *keep, struct sphex_error *err)
{
	uint64_t n_nonref = r->has_gt ? 0 : r->info_nonref;
	size_t n_gts = r->has_gt ? selection_n_gts(s) : 0;

	*keep = !s->n_samples || (s->n_samples == 1 && !r->has_gt && s->rule->keeps_without_gt);
	for (size_t i = 0; i < n_gts; i++) {
		struct gt_facts facts = gt_facts_of(r->gts[i]);

		/* bcftools stops at such a genotype */
		if (s->rule->gt_must_be_right && gt_check(r->gts[i], &facts, count_alts(r), err))
			return err->status;
		n_nonref += facts.n_nonref;
		*keep = gt_is_het(&facts);
	}
	if (s->n_samples > 1 && s->rule->several == SEVERAL_ALLELE_COUNT)
		*keep = n_nonref >= 1 && n_nonref <= 2 * s->n_samples - 1;
	return SPHEX_OK;
}

/* The GT cell: plain numbers; where the rule wants one separator, | if there is any, else /. */
static enum sphex_status add_gt(const struct selection *s, struct span gt, struct variants *out,
	uint32_t *id, struct sphex_error *err)
{
	char text[MAX_GT_NBYTES + MAX_DIGITS + 1];
	char one = span_find(gt, '|') < gt.n ? '|' : '/';
	struct gt_scan scan = gt_scan_of(gt);
	size_t n = 0;

	while (gt_next(&scan)) {
		if (scan.is_missing)
			text[n++] = '.';
		else
			n = (size_t)(put_decimal(text + n, scan.number) - text);
		if (scan.separator)
			text[n++] = s->rule->one_separator ? one : scan.separator;
		if (n > MAX_GT_NBYTES)
			return fail(err, SPHEX_E_LIMIT, "a genotype is longer than %zu bytes",
				MAX_GT_NBYTES);
	}
	return pool_add(&out->gts, text, n, id, err);
}

/* ---------------------------------------------------------------- lines */

static enum sphex_status add_line(const struct selection *s, const struct record_view *r,
	struct span alt, struct variants *out, struct sphex_error *err)
{
	uint64_t end = r->pos1 - 1 + r->ref.n;
	uint32_t contig, gt = POOL_NONE;

	if (s->rule->end_of_record && r->end != NO_END)
		end = (uint64_t)r->end;
	if (!r->contig.n || !r->ref.n || !alt.n)
		return fail(err, SPHEX_E_DATA, "the contig, REF or an ALT is empty");
	if (r->pos1 > UINT32_MAX || end > UINT32_MAX)
		return fail(err, SPHEX_E_LIMIT, "the variant ends beyond position 4294967295");
	if (pool_add(&out->contigs, r->contig.p, r->contig.n, &contig, err))
		return err->status;
	if (s->n_samples == 1 && add_gt(s, r->has_gt ? r->gts[0] : span_of("."), out, &gt, err))
		return err->status;
	return variants_add(out, contig, (uint32_t)(r->pos1 - 1), (uint32_t)end, r->ref.p, r->ref.n,
		alt.p, alt.n, gt, err);
}

enum sphex_status select_lines(const struct selection *s, const struct record_view *r,
	struct variants *out, struct sphex_error *err)
{
	struct pieces alts = pieces_of(r->alt, ',');
	struct span alt;
	bool keep;
	enum sphex_status status = test_genotypes(s, r, &keep, err);

	if (status || !keep)
		return status;
	if (!s->rule->line_per_alt)
		return add_line(s, r, r->alt, out, err);
	for (uint64_t number = 1; !status && pieces_next(&alts, &alt); number++)
		if (lengths_qualify(s, r->ref, alt) && (!s->n_samples || gt_has(r->gts[0], number)))
			status = add_line(s, r, alt, out, err);
	return status;
}
