/* The native rules; see select_native.h. */
#include "select_native.h"

#include "base/memory.h"
#include "change.h"
#include "check_record.h"
#include "genotype.h"

const struct select_rule select_by_native = {.line_per_alt = true, .several = SEVERAL_ANY_HET};

void native_selection_free(struct native_selection *s)
{
	memory_free(s->alts);
	memory_free(s->text);
	line_set_free(&s->lines);
	memset(s, 0, sizeof(*s));
}

/* ---------------------------------------------------------------- alleles */

static bool has_piece(struct span list, char separator, struct span piece)
{
	struct pieces pieces = pieces_of(list, separator);
	struct span other;

	while (pieces_next(&pieces, &other))
		if (span_equal(piece, other))
			return true;
	return false;
}

static bool passes_filter(const struct variant_options *o, struct span filters)
{
	struct pieces pieces = pieces_of(filters, ';');
	struct span filter;

	if (!o->n_filters)
		return true;
	while (pieces_next(&pieces, &filter))
		for (size_t i = 0; i < o->n_filters; i++)
			if (has_piece(span_of(o->filters[i]), ',', filter))
				return true;
	return false;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static struct span upper_case(struct span s, char *out)
{
	for (size_t i = 0; i < s.n; i++)
		out[i] = upper(s.p[i]);
	return (struct span){out, s.n};
}

/* REF, and ALT cut at its commas. */
static enum sphex_status take_alleles(
	struct native_selection *s, const struct record_view *r, struct sphex_error *err)
{
	struct pieces alts;
	struct span alt;

	s->n_alts = 0;
	if (!memory_reserve(&s->text, &s->text_cap, r->ref.n + r->alt.n + 1, 1))
		return fail_memory(err);
	s->ref = upper_case(r->ref, s->text);
	alts = pieces_of(upper_case(r->alt, s->text + r->ref.n), ',');
	while (pieces_next(&alts, &alt)) {
		if (!memory_reserve(&s->alts, &s->alts_cap, s->n_alts + 1, sizeof(*s->alts)))
			return fail_memory(err);
		s->alts[s->n_alts++] = (struct native_alt){.text = alt};
	}
	return SPHEX_OK;
}

static bool is_base(char c)
{
	return c == 'A' || c == 'C' || c == 'G' || c == 'T';
}

static bool is_acgt(struct span s)
{
	size_t i = 0;

	while (i < s.n && is_base(s.p[i]))
		i++;
	return s.n && i == s.n;
}

static bool is_snv(char ref, char alt)
{
	return is_base(ref) && is_base(alt) && ref != alt;
}

/* <X>, and breakends: with a place in brackets, or with a point for an end that is nowhere. */
static bool is_symbolic(struct span alt)
{
	return memchr(alt.p, '<', alt.n) || memchr(alt.p, '[', alt.n) ||
	       memchr(alt.p, ']', alt.n) || alt.p[0] == '.' || alt.p[alt.n - 1] == '.';
}

static enum variant_fate fate_of_change(const struct native_selection *s, struct native_alt *alt)
{
	struct change c = change_of(s->ref.p, s->ref.n, alt->text.p, alt->text.n);

	alt->is_snv = c.kind == EVENT_SNV;
	if (alt->is_snv)
		return FATE_KEPT;
	if (!s->options->include_indels)
		return FATE_NOT_SNV;
	return c.n_ref > EVENT_MAX_NBASES || c.n_alt > EVENT_MAX_NBASES ? FATE_TOO_LONG : FATE_KEPT;
}

/* FATE_KEPT: so far nothing speaks against it. */
static enum variant_fate fate_of_alleles(
	const struct native_selection *s, bool ref_is_acgt, struct native_alt *alt)
{
	alt->is_snv = s->ref.n == 1 && alt->text.n == 1 && is_snv(*s->ref.p, *alt->text.p);
	if (alt->is_snv) /* the quick way for several ALTs */
		return FATE_KEPT;
	if (!alt->text.n || span_is(alt->text, "."))
		return FATE_NO_ALT;
	if (span_is(alt->text, "*"))
		return FATE_STAR;
	if (is_symbolic(alt->text))
		return FATE_SYMBOLIC;
	if (!ref_is_acgt || !is_acgt(alt->text))
		return FATE_NOT_ACGT;
	if (span_equal(s->ref, alt->text))
		return FATE_SAME_AS_REF;
	return fate_of_change(s, alt);
}

static enum sphex_status check_place(const struct record_view *r, struct sphex_error *err)
{
	if (!r->pos1)
		return fail(err, SPHEX_E_DATA, "POS is not a position");
	if (r->pos1 > INT32_MAX || r->ref.n > INT32_MAX - r->pos1)
		return fail(err, SPHEX_E_LIMIT, "the variant ends beyond position 2147483646");
	return SPHEX_OK;
}

enum sphex_status native_alleles(struct native_selection *s, const struct record_view *r,
	bool *qualifies, struct variants *out, struct sphex_error *err)
{
	bool ref_is_acgt;

	*qualifies = false;
	if (s->record++ == UINT32_MAX)
		return fail(err, SPHEX_E_LIMIT, "more than 4294967295 records");
	if (check_record(r, err))
		return err->status;
	if (!passes_filter(s->options, r->filter)) {
		out->fates[FATE_FILTER]++;
		return SPHEX_OK;
	}
	if (s->options->biallelic_only && memchr(r->alt.p, ',', r->alt.n)) {
		out->fates[FATE_MULTIALLELIC]++;
		return SPHEX_OK;
	}
	if (take_alleles(s, r, err))
		return err->status;
	ref_is_acgt = is_acgt(s->ref);
	for (size_t i = 0; i < s->n_alts; i++) {
		enum variant_fate fate = fate_of_alleles(s, ref_is_acgt, &s->alts[i]);

		s->alts[i].qualifies = fate == FATE_KEPT;
		out->fates[fate] += fate != FATE_KEPT;
		*qualifies |= s->alts[i].qualifies;
	}
	return *qualifies ? check_place(r, err) : SPHEX_OK;
}

/* ---------------------------------------------------------------- genotypes */

/* A first separator tells the phase of the first allele (VCF 4.4). */
static struct span without_prefix(struct span gt)
{
	return gt.n > 1 && (gt.p[0] == '/' || gt.p[0] == '|') ? span_from(gt, 1) : gt;
}

static enum sphex_status mark_hets(
	struct native_selection *s, const struct record_view *r, struct sphex_error *err)
{
	for (size_t i = 0; r->has_gt && i < s->n_samples; i++) {
		struct span gt = without_prefix(r->gts[i]);
		struct gt_facts facts = gt_facts_of(gt);
		struct gt_scan scan = gt_scan_of(gt);

		facts.is_right &= !memchr(gt.p, '+', gt.n);
		if (gt_check(gt, &facts, s->n_alts, err))
			return err->status;
		while (gt_is_het(&facts) && gt_next(&scan))
			if (scan.number)
				s->alts[scan.number - 1].is_het = true;
	}
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- lines */

/* Texts of the record that its lines have in common. */
struct common {
	uint32_t contig, id, gt;
};

static enum sphex_status add_texts(const struct native_selection *s, const struct record_view *r,
	struct variants *out, struct common *common, struct sphex_error *err)
{
	struct span gt = r->has_gt && s->n_samples == 1 ? r->gts[0] : span_of(".");
	enum sphex_status status =
		pool_add(&out->contigs, r->contig.p, r->contig.n, &common->contig, err);

	common->id = VARIANT_NO_ID;
	common->gt = POOL_NONE;
	if (!status && r->id.n && !span_is(r->id, "."))
		status = variants_add_id(out, r->id.p, r->id.n, &common->id, err);
	if (!status && s->n_samples == 1)
		status = pool_add(&out->gts, gt.p, gt.n, &common->gt, err);
	return status;
}

static enum sphex_status add_line(const struct native_selection *s, const struct record_view *r,
	const struct common *common, const struct native_alt *alt, struct variants *out,
	struct sphex_error *err)
{
	uint32_t pos0 = (uint32_t)r->pos1 - 1, end = pos0 + (uint32_t)s->ref.n;
	struct variant_extra extra = {s->record, alt->has_row ? common->id : VARIANT_NO_ROW};

	if (variants_add(out, common->contig, pos0, end, s->ref.p, s->ref.n, alt->text.p,
		    alt->text.n, common->gt, err))
		return err->status;
	return variants_add_extra(out, extra, err);
}

static enum sphex_status add_row(struct native_selection *s, const struct record_view *r,
	const struct common *common, struct native_alt *alt, struct variants *out,
	struct sphex_error *err)
{
	struct line_key key = {common->contig, (uint32_t)r->pos1 - 1, s->ref, alt->text};
	bool is_repeated;

	if (line_set_find(&s->lines, out, &key, &is_repeated, err))
		return err->status;
	out->fates[is_repeated ? FATE_REPEATED : FATE_KEPT]++;
	if (is_repeated)
		return SPHEX_OK;
	alt->has_row = true;
	return add_line(s, r, common, alt, out, err);
}

/* True when a line of this record has the ALT. */
static bool has_line(
	const struct native_selection *s, const struct native_alt *alt, const struct variants *v)
{
	for (size_t i = v->n; i > 0 && v->extras[i - 1].record == s->record; i--) {
		struct span other;

		other.p = variant_alt(v, i - 1, &other.n);
		if (span_equal(other, alt->text))
			return true;
	}
	return false;
}

/* SNVs are judged alone; where another row is, all ALTs have a say, each of them once. */
static enum sphex_status add_others(struct native_selection *s, const struct record_view *r,
	const struct common *common, struct variants *out, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;
	bool has_event = false;

	for (size_t i = 0; i < s->n_alts; i++)
		has_event |= s->alts[i].has_row && !s->alts[i].is_snv;
	for (size_t i = 0; has_event && !status && i < s->n_alts; i++) {
		const struct native_alt *alt = &s->alts[i];

		if (alt->qualifies && !alt->has_row && !has_line(s, alt, out))
			status = add_line(s, r, common, alt, out, err);
	}
	return status;
}

enum sphex_status native_lines(struct native_selection *s, const struct record_view *r,
	struct variants *out, struct sphex_error *err)
{
	bool needs_het = s->n_samples && !s->options->all_sites, has_texts = false;
	struct common common = {0};
	enum sphex_status status = s->n_samples ? mark_hets(s, r, err) : SPHEX_OK;

	for (size_t i = 0; !status && i < s->n_alts; i++) {
		struct native_alt *alt = &s->alts[i];

		if (!alt->qualifies)
			continue;
		if (needs_het && !alt->is_het) {
			out->fates[FATE_NOT_HET]++;
			continue;
		}
		if (!has_texts)
			status = add_texts(s, r, out, &common, err);
		has_texts = true;
		if (!status)
			status = add_row(s, r, &common, alt, out, err);
	}
	return status || !has_texts ? status : add_others(s, r, &common, out, err);
}

/* ---------------------------------------------------------------- the short way */

bool native_is_plain(
	const struct native_selection *s, const struct record_view *r, const struct variants *v)
{
	uint32_t contig;

	if (!v->n || r->ref.n != 1 || r->alt.n != 1 || !is_snv(upper(*r->ref.p), upper(*r->alt.p)))
		return false;
	contig = v->items[v->n - 1].contig;
	return r->pos1 && r->pos1 < INT32_MAX && s->record < UINT32_MAX &&
	       passes_filter(s->options, r->filter) &&
	       pool_is_text(&v->contigs, contig, r->contig.p, r->contig.n) &&
	       line_set_ends_before(&s->lines, v, contig, (uint32_t)r->pos1 - 1);
}

/* False when a genotype is not 0/0, 0/1, 1/0 or 1/1, whatever its separator. */
static bool are_plain(const struct span *gts, size_t n, bool *has_het)
{
	for (size_t i = 0; i < n; i++) {
		const char *gt = gts[i].p;

		if (gts[i].n != 3 || (gt[0] | 1) != '1' || (gt[2] | 1) != '1' ||
			(gt[1] != '/' && gt[1] != '|'))
			return false;
		*has_het |= gt[0] != gt[2];
	}
	return true;
}

enum sphex_status native_take_plain(struct native_selection *s, const struct record_view *r,
	struct variants *out, bool *taken, struct sphex_error *err)
{
	struct snv_line line = {.contig = out->items[out->n - 1].contig,
		.pos0 = (uint32_t)r->pos1 - 1,
		.gt = POOL_NONE,
		.ref = upper(*r->ref.p),
		.alt = upper(*r->alt.p)};
	struct span gt = r->has_gt && s->n_samples ? r->gts[0] : span_of(".");
	bool has_het = false, adds_id = false;

	line.extra.id = VARIANT_NO_ID;
	if (r->id.n && !span_is(r->id, "."))
		adds_id = !variant_id_is_number(r->id.p, r->id.n, &line.extra.id);
	*taken = are_plain(r->gts, r->has_gt ? s->n_samples : 0, &has_het) &&
		 (!adds_id || is_record_id(r->id));
	if (!*taken)
		return SPHEX_OK;
	line.extra.record = ++s->record;
	if (s->n_samples && !s->options->all_sites && !has_het) {
		out->fates[FATE_NOT_HET]++;
		return SPHEX_OK;
	}
	out->fates[FATE_KEPT]++;
	if (s->n_samples == 1 && pool_add(&out->gts, gt.p, gt.n, &line.gt, err))
		return err->status;
	if (adds_id && variants_add_id(out, r->id.p, r->id.n, &line.extra.id, err))
		return err->status;
	return variants_add_snv(out, &line, err);
}
