/*
 * Variants and reference bases come in, events go out; events and records come in, classes go out.
 * See judge.h. Letters are 4-bit codes throughout: a good base is a code with one bit.
 */
#include "judge.h"

#include <string.h>

#include "base/memory.h"

/* ---------------------------------------------------------------- making events */

void events_free(struct events *events)
{
	memory_free(events->items);
	memory_free(events->codes);
	memset(events, 0, sizeof(*events));
}

/* The part of the reference that was read last. */
struct window {
	const struct reference *reference;
	uint64_t beg0, end0;
	char bases[256];
	enum sphex_status status; /* the first failure; bases are then 0 */
	struct sphex_error *err;
};

/* The reference base at pos0; 0 beyond the ends of the contig. */
static char base_at(struct window *w, int64_t pos0)
{
	const uint64_t half = sizeof(w->bases) / 2;
	uint64_t pos = (uint64_t)pos0, length = w->reference->length;

	if (pos0 < 0 || pos >= length || w->status)
		return 0;
	if (pos < w->beg0 || pos >= w->end0) {
		w->beg0 = pos < half ? 0 : pos - half;
		w->end0 = length - w->beg0 < 2 * half ? length : w->beg0 + 2 * half;
		w->status =
			w->reference->bases(w->reference->user, w->beg0, w->end0, w->bases, w->err);
	}
	return w->status ? 0 : w->bases[pos - w->beg0];
}

/* The bases of an insertion or deletion. */
struct unit_bases {
	char bases[EVENT_MAX_NBASES];
	uint32_t n;
};

/* How far the change can be moved to the right, and to the left, with the sequence the same. */
static uint32_t widening_right(struct window *w, const struct unit_bases *unit, uint32_t end0)
{
	uint32_t k = 0;

	while (k < EVENT_MAX_WIDENING && base_at(w, (int64_t)end0 + k) == unit->bases[k % unit->n])
		k++;
	return k;
}

static uint32_t widening_left(struct window *w, const struct unit_bases *unit, uint32_t beg0)
{
	uint32_t k = 0;

	while (k < EVENT_MAX_WIDENING &&
		base_at(w, (int64_t)beg0 - 1 - k) == unit->bases[unit->n - 1 - k % unit->n])
		k++;
	return k;
}

static uint8_t code_of(char letter)
{
	static const char letters[] = "=ACMGRSVTWYHKDBN";
	const char *at = letter ? strchr(letters, letter) : NULL;

	return at ? (uint8_t)(at - letters) : 0;
}

/* Appends to the codes; room is there. */
static void put_letter(struct events *events, char letter)
{
	events->codes[events->n_codes++] = code_of(letter);
}

static void put_reference(struct events *events, struct window *w, uint32_t beg0, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		put_letter(events, base_at(w, (int64_t)beg0 + i));
}

static bool reserve_codes(struct events *events, size_t n)
{
	return memory_reserve(&events->codes, &events->codes_cap, events->n_codes + n, 1);
}

static void find_margins(struct event *e, uint64_t length)
{
	uint64_t n_after = length - e->end0;

	e->n_before = (uint8_t)(e->beg0 < EVENT_MARGIN_NBASES ? e->beg0 : EVENT_MARGIN_NBASES);
	e->n_after = (uint8_t)(n_after < EVENT_MARGIN_NBASES ? n_after : EVENT_MARGIN_NBASES);
}

/* An insertion or deletion: widens the stretch and writes the longer text. */
static enum sphex_status add_indel(struct events *events, struct event *e, const char *inserted,
	struct window *w, struct sphex_error *err)
{
	struct unit_bases unit = {.n = e->n_ref ? e->n_ref : e->n_alt};
	uint32_t n_left, n_longer;

	for (uint32_t i = 0; i < unit.n; i++)
		unit.bases[i] = e->n_ref ? base_at(w, (int64_t)e->beg0 + i) : inserted[i];
	n_left = widening_left(w, &unit, e->beg0);
	e->end0 += widening_right(w, &unit, e->end0);
	e->beg0 -= n_left;
	find_margins(e, w->reference->length);
	n_longer = e->end0 - e->beg0 + e->n_alt;
	if (!reserve_codes(events, (size_t)n_longer + 2 * EVENT_MARGIN_NBASES))
		return fail_memory(err);
	put_reference(events, w, e->beg0 - e->n_before, e->n_before);
	/* the change repeats; where the file has it, at letter n_left, it begins with its first
	 * base */
	for (uint32_t i = 0; i < n_longer; i++)
		put_letter(events, unit.bases[(i + unit.n - n_left % unit.n) % unit.n]);
	put_reference(events, w, e->end0, e->n_after);
	return SPHEX_OK;
}

/* An MNP or a mixed change: writes both texts. */
static enum sphex_status add_replacement(struct events *events, struct event *e, const char *alt,
	struct window *w, struct sphex_error *err)
{
	find_margins(e, w->reference->length);
	if (!reserve_codes(events, 4 * EVENT_MARGIN_NBASES + 2 * EVENT_MAX_NBASES))
		return fail_memory(err);
	put_reference(events, w, e->beg0 - e->n_before, e->n_before);
	put_reference(events, w, e->beg0, e->n_ref);
	put_reference(events, w, e->end0, e->n_after);
	put_reference(events, w, e->beg0 - e->n_before, e->n_before);
	for (uint32_t i = 0; i < e->n_alt; i++)
		put_letter(events, alt[i]);
	put_reference(events, w, e->end0, e->n_after);
	return SPHEX_OK;
}

static enum sphex_status add_snv(struct events *events, char ref, char alt, struct sphex_error *err)
{
	if (!reserve_codes(events, 2))
		return fail_memory(err);
	put_letter(events, ref);
	put_letter(events, alt);
	return SPHEX_OK;
}

enum sphex_status events_add(struct events *events, const struct reference *reference,
	uint32_t pos0, const char *ref, size_t n_ref, const char *alt, size_t n_alt,
	struct sphex_error *err)
{
	struct change c = change_of(ref, n_ref, alt, n_alt);
	struct window w = {.reference = reference, .err = err};
	struct event e = {.codes = events->n_codes, .kind = (uint8_t)c.kind};
	enum sphex_status status;

	if (c.n_ref + c.n_alt == 0 || c.n_ref > EVENT_MAX_NBASES || c.n_alt > EVENT_MAX_NBASES)
		return fail(err, SPHEX_E_ARGUMENT, "no change, or one longer than %u bases",
			EVENT_MAX_NBASES);
	if (c.kind != EVENT_SNV && pos0 + c.n_skipped + c.n_ref > reference->length)
		return fail(err, SPHEX_E_ARGUMENT, "the variant goes on behind the contig's end");
	e.beg0 = pos0 + (uint32_t)c.n_skipped;
	e.end0 = e.beg0 + (uint32_t)c.n_ref;
	e.n_ref = (uint8_t)c.n_ref;
	e.n_alt = (uint8_t)c.n_alt;
	if (!memory_reserve(&events->items, &events->cap, events->n + 1, sizeof(*events->items)))
		return fail_memory(err);
	ref += c.n_skipped;
	alt += c.n_skipped;
	if (c.kind == EVENT_SNV)
		status = add_snv(events, *ref, *alt, err);
	else if (c.kind == EVENT_INSERTION || c.kind == EVENT_DELETION)
		status = add_indel(events, &e, alt, &w, err);
	else
		status = add_replacement(events, &e, alt, &w, err);
	if (status || w.status) {
		events->n_codes = e.codes;
		return status ? status : w.status;
	}
	events->items[events->n++] = e;
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- walking the CIGAR */

/* One operation; bits say what it consumes. */
struct step {
	uint32_t op, n;
	bool reads, refs;
};

static struct step step_at(const struct record *r, uint32_t i)
{
	uint32_t word = record_cigar_word(r, i), op = word & 15;

	return (struct step){
		op, word >> 4, CIGAR_CONSUMES_READ >> op & 1, CIGAR_CONSUMES_REF >> op & 1};
}

/*
 * Moves to the operation that has reference base pos0; where the record begins behind pos0, to its
 * first operation.
 */
static void seek(struct cigar_place *at, const struct record *r, int64_t pos0)
{
	while (at->i > 0 && at->p > pos0) {
		struct step s = step_at(r, --at->i);

		at->p -= s.refs ? s.n : 0;
		at->q -= s.reads ? s.n : 0;
	}
	while (at->i < r->n_cigar) {
		struct step s = step_at(r, at->i);
		int64_t end = at->p + (s.refs ? s.n : 0);

		if (s.refs ? end > pos0 : at->p > pos0)
			break;
		at->p = end;
		at->q += s.reads ? s.n : 0;
		at->i++;
	}
}

/* What of a record lies on an event; numbers are offsets in the read. */
struct reach {
	bool left, right;               /* the flank is aligned */
	bool touched;                   /* an I or D touches the stretch or a flank */
	uint32_t n_on_stretch, stretch; /* bases aligned to the stretch, and the first of them */
	uint64_t left_beg, left_end;    /* what follows the left flank, as far as it may be laid */
	uint64_t right_beg, right_end;  /* what precedes the right flank */
};

/* n bases of the read from `at` on are aligned. */
static void reach_aligned(
	struct reach *out, const struct event *e, const struct cigar_place *at, int64_t n)
{
	int64_t left0 = (int64_t)e->beg0 - 1, right0 = e->end0;
	int64_t beg = at->p > left0 + 1 ? at->p : left0 + 1;
	int64_t end = at->p + n < right0 ? at->p + n : right0;

	if (at->p <= left0 && left0 < at->p + n) {
		out->left = true;
		out->left_beg = at->q + (uint64_t)(left0 - at->p) + 1;
	}
	if (at->p <= right0 && right0 < at->p + n) {
		out->right = true;
		out->right_end = at->q + (uint64_t)(right0 - at->p);
	}
	if (beg < end) {
		if (!out->n_on_stretch)
			out->stretch = (uint32_t)(at->q + (uint64_t)(beg - at->p));
		out->n_on_stretch += (uint32_t)(end - beg);
	}
}

/* True for operations that are gaps: a layout does not go over them beyond the far flank. */
static bool is_gap(uint32_t op)
{
	return op == CIGAR_I || op == CIGAR_D || op == CIGAR_N;
}

/* From seek(left flank) on, to where the left layout ends; at most n_text bases are wanted. */
static void reach_forward(struct reach *out, const struct event *e, const struct record *r,
	struct cigar_place at, uint32_t n_text)
{
	int64_t beg0 = e->beg0, right0 = e->end0;

	for (; at.i < r->n_cigar; at.i++) {
		struct step s = step_at(r, at.i);

		if (s.n == 0)
			continue;
		if (at.p > right0 && (is_gap(s.op) || at.q >= out->left_beg + n_text))
			break;
		if (s.op == CIGAR_S && out->right)
			break;
		if (s.op == CIGAR_N && at.p + s.n > right0)
			break;
		if (s.op == CIGAR_N && at.p < beg0)
			out->right_beg = at.q;
		if (s.op == CIGAR_I || s.op == CIGAR_D)
			out->touched = true;
		if (s.reads && s.refs && at.q < r->n_bases)
			reach_aligned(out, e, &at,
				s.n < r->n_bases - at.q ? s.n : r->n_bases - (int64_t)at.q);
		at.p += s.refs ? s.n : 0;
		at.q += s.reads ? s.n : 0;
	}
	out->left_end = at.q < r->n_bases ? at.q : r->n_bases;
}

/* From there back, to where the right layout ends: all gaps that come are beyond its far flank. */
static void reach_backward(
	struct reach *out, const struct record *r, struct cigar_place at, uint32_t n_text)
{
	while (at.i > 0 && at.q + n_text > out->right_end) {
		struct step s = step_at(r, --at.i);

		if (s.n && (is_gap(s.op) || (s.op == CIGAR_S && out->left)))
			break;
		at.q -= s.reads ? s.n : 0;
	}
	out->right_beg = at.q;
}

/* ---------------------------------------------------------------- laying bases on the texts */

/* A run of the read's bases and both texts, all gone along by `step`: 1, or -1 for backwards. */
struct layout {
	const uint8_t *codes; /* of the event */
	int64_t ref, alt;     /* where the texts begin */
	uint32_t q, n;
	int step;
};

/* The first bases of both texts, in order or from the end. */
static struct layout texts_of(const struct events *events, const struct event *e, int step)
{
	bool one_text = e->kind == EVENT_INSERTION || e->kind == EVENT_DELETION;
	int64_t n_ref = e->end0 - e->beg0, n_alt = n_ref - e->n_ref + e->n_alt;
	int64_t ref = e->n_before, alt = ref;

	if (!one_text)
		alt += n_ref + e->n_after + e->n_before;
	if (one_text && step > 0) {
		ref += e->n_alt;
		alt += e->n_ref;
	}
	if (step < 0) {
		ref += n_ref - 1;
		alt += n_alt - 1;
	}
	return (struct layout){events->codes + e->codes, ref, alt, 0, 0, step};
}

/* Of good bases: how many there are, and how many differ from each text. */
struct comparison {
	uint32_t n, ref, alt;
	uint32_t n_deciding, deciding_ref, deciding_alt;
	bool low_baseq; /* a deciding one was left out for its quality */
};

static bool is_acgt(uint8_t code)
{
	return code && !(code & (code - 1));
}

/* Compares the first n bases of a layout. */
static struct comparison compare(
	const struct record *r, const struct layout *l, uint32_t n, uint8_t min_baseq)
{
	struct comparison c = {0};
	uint32_t n_common = 0; /* differences from both texts where these are equal */

	for (uint32_t i = 0; i < n; i++) {
		int64_t at = (int64_t)i * l->step;
		uint32_t q = (uint32_t)(l->q + at);
		uint8_t code = record_base(r, q);
		uint8_t ref = l->codes[l->ref + at], alt = l->codes[l->alt + at];
		bool decides = ref != alt;

		if (r->quals[q] < min_baseq) {
			c.low_baseq |= decides;
			continue;
		}
		if (!is_acgt(code))
			continue;
		c.n++;
		c.n_deciding += decides;
		c.deciding_ref += decides && code != ref;
		c.deciding_alt += decides && code != alt;
		n_common += !decides && code != ref;
	}
	c.ref = c.deciding_ref + n_common;
	c.alt = c.deciding_alt + n_common;
	return c;
}

/* The tolerance of the page: one in five, rounded down. */
static bool is_few(uint32_t n_differ, uint32_t n)
{
	return n_differ <= n / 5;
}

/* Beside the classes: no text fits, or both are as far off. */
#define UNDECIDED 6u

/* A text that fits has to agree with the bases of its own allele, too. */
static bool agrees_on_own(const struct event *e, const struct record *r, const struct layout *l,
	bool is_alt, uint8_t min_baseq)
{
	bool is_indel = e->kind == EVENT_INSERTION || e->kind == EVENT_DELETION;
	uint32_t n_own = is_alt ? e->n_alt : is_indel ? 0 : e->n_ref;
	struct comparison own = compare(r, l, n_own < l->n ? n_own : l->n, min_baseq);

	return is_few(is_alt ? own.alt : own.ref, own.n);
}

/* What one layout says: a class or UNDECIDED. */
static uint8_t class_of(const struct event *e, const struct record *r, const struct layout *l,
	const struct comparison *c, uint8_t min_baseq)
{
	bool is_alt = c->alt < c->ref;
	uint32_t n_differ = is_alt ? c->alt : c->ref;
	uint32_t n_deciding_differ = is_alt ? c->deciding_alt : c->deciding_ref;

	if (c->n_deciding == 0)
		return c->low_baseq ? CLASS_LOW_BASEQ : CLASS_AMBIGUOUS;
	if (c->alt == c->ref || !is_few(n_differ, c->n) ||
		!is_few(n_deciding_differ, c->n_deciding))
		return UNDECIDED;
	if (!agrees_on_own(e, r, l, is_alt, min_baseq))
		return CLASS_OTHER;
	return is_alt ? CLASS_ALT : CLASS_REF;
}

/* ---------------------------------------------------------------- judging */

/* An SNV, or an MNP whose bases are all aligned: by these alone. */
static uint8_t judge_alone(const struct events *events, const struct event *e,
	const struct record *r, const struct reach *reach, uint8_t min_baseq)
{
	struct layout l = texts_of(events, e, 1);
	struct comparison c;
	uint8_t says;

	l.q = reach->stretch;
	l.n = e->n_ref;
	c = compare(r, &l, l.n, min_baseq);
	says = class_of(e, r, &l, &c, min_baseq);
	return says == UNDECIDED ? CLASS_OTHER : says;
}

static uint32_t at_most(uint64_t n, uint32_t limit)
{
	return n < limit ? (uint32_t)n : limit;
}

/* By the layout, of the one or two there are, that is closer to ALT. */
static uint8_t judge_layouts(const struct events *events, const struct event *e,
	const struct record *r, const struct reach *reach, uint32_t n_left, uint32_t n_right,
	uint8_t min_baseq)
{
	struct layout left = texts_of(events, e, 1), right = texts_of(events, e, -1);
	struct comparison cl = {0}, cr = {0};
	uint8_t says = UNDECIDED;

	if (reach->left) {
		left.q = (uint32_t)reach->left_beg;
		left.n = at_most(reach->left_end - reach->left_beg, n_left);
		cl = compare(r, &left, left.n, min_baseq);
	}
	if (reach->right) {
		right.q = (uint32_t)reach->right_end - 1;
		right.n = at_most(reach->right_end - reach->right_beg, n_right);
		cr = compare(r, &right, right.n, min_baseq);
	}
	if (reach->left && (!reach->right || (int64_t)cl.alt - cl.ref <= (int64_t)cr.alt - cr.ref))
		says = class_of(e, r, &left, &cl, min_baseq);
	else if (reach->right)
		says = class_of(e, r, &right, &cr, min_baseq);
	if (says == UNDECIDED)
		return reach->touched ? CLASS_OTHER : CLASS_AMBIGUOUS;
	return says;
}

uint8_t judge_event(const struct events *events, size_t event, const struct record *r,
	struct cigar_place *place, uint8_t min_baseq)
{
	const struct event *e = &events->items[event];
	uint32_t n_kept = e->end0 - e->beg0 - e->n_ref; /* of the stretch, beside the change */
	uint32_t n_shorter = n_kept + (e->n_ref < e->n_alt ? e->n_ref : e->n_alt);
	uint32_t n_left = n_shorter + e->n_after, n_right = n_shorter + e->n_before;
	struct reach reach = {0};

	seek(place, r, (int64_t)e->beg0 - 1);
	reach_forward(&reach, e, r, *place, n_left);
	if (e->kind == EVENT_SNV ? !reach.n_on_stretch
				 : !reach.n_on_stretch && !reach.left && !reach.right)
		return CLASS_NO_BASE;
	if (e->kind == EVENT_SNV ||
		(e->kind == EVENT_MNP && reach.n_on_stretch == e->n_ref && !reach.touched))
		return judge_alone(events, e, r, &reach, min_baseq);
	if (reach.right && !reach.right_beg)
		reach_backward(&reach, r, *place, n_right);
	return judge_layouts(events, e, r, &reach, n_left, n_right, min_baseq);
}

/* Insertion, deletion, mixed: bases behind one of these fit another ALT by chance too easily. */
static bool changes_length(uint8_t kind)
{
	return kind != EVENT_SNV && kind != EVENT_MNP;
}

static struct said_alts count_said(const struct events *events, size_t first, size_t n,
	const struct record *r, struct cigar_place *place, uint8_t min_baseq)
{
	struct said_alts said = {.known = true, .first = first};

	for (size_t i = first; i < first + n; i++) {
		if (judge_event(events, i, r, place, min_baseq) != CLASS_ALT)
			continue;
		said.n++;
		said.n_long += changes_length(events->items[i].kind);
	}
	return said;
}

uint8_t judge_alt(const struct events *events, size_t first, size_t n, size_t i,
	const struct record *r, struct cigar_place *place, uint8_t min_baseq,
	struct said_alts *said)
{
	uint8_t kind = events->items[first + i].kind;
	uint8_t says = judge_event(events, first + i, r, place, min_baseq);

	if (kind == EVENT_SNV || n == 1)
		return says;
	if (!said->known || said->first != first)
		*said = count_said(events, first, n, r, place, min_baseq);
	if (says == CLASS_ALT)
		return said->n_long > changes_length(kind) ? CLASS_AMBIGUOUS : CLASS_ALT;
	return (says == CLASS_REF || says == CLASS_AMBIGUOUS) && said->n ? CLASS_OTHER : says;
}

bool event_is_looked_at(const struct event *e, const struct record *r)
{
	int64_t beg0, end0, p = r->pos0;

	event_span(e, &beg0, &end0);
	for (uint32_t i = 0; i < r->n_cigar && p < end0; i++) {
		uint32_t word = record_cigar_word(r, i), op = word & 15;
		int64_t n = CIGAR_CONSUMES_REF >> op & 1 ? word >> 4 : 0;

		if ((CIGAR_CONSUMES_READ >> op & 1) && n && p + n > beg0)
			return true;
		p += n;
	}
	return false;
}
