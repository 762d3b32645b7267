/*
 * A strip is counted at once: that it is there, which costs two additions, and one by one its calls
 * that are not usual; all others are the usual letter. It waits for mates all the same: what these
 * say about its loci joins it, and where that changes what the fragment shows, the counts are put
 * right.
 */
#include "pileup.h"

#include <string.h>

#include "base/memory.h"
#include "base/prefetch.h"
#include "locus_sums.h"
#include "name_table.h"

/* Strips before one at which its name is asked for. */
#define AHEAD 16
/* Strips in waiting that are so far that this is worth the while. */
#define FAR ((size_t)1 << 13)
/* Strips in waiting at which those that need not wait any more are left out: with their names they
 * fit the nearest cache. */
#define LEAVE_OUT_AT ((size_t)1 << 9)
#define N_NAMES_MIN ((size_t)1 << 10)

/* Odd calls that fit a strip in waiting. */
#define N_FEW 3

/* A strip that a record of the same name may follow. */
struct waiting {
	struct name_hash name;
	uint32_t next;       /* 1 + the next one of the name, or 0 */
	uint16_t place, n;   /* in the cell: loci [place, place + n) */
	uint16_t n_odd;      /* above N_FEW they lie among those of the pileup, */
	odd_call odd[N_FEW]; /* and here stands where: see begin_of() */
};

_Static_assert(sizeof(struct waiting) == 32, "half a line of the cache");

struct pileup {
	struct locus_sums sums;
	bool by_read;

	/* in file order; of one name no two cover a locus, and they are linked by locus */
	struct waiting *waiting; /* aligned */
	size_t n_waiting, waiting_cap, leave_out_at;
	struct odd_calls odd, spare;
	struct name_table firsts;                /* of each name the first waiting strip */
	odd_call joined[CELL_N_LOCI + ODD_STEP]; /* at work */
};

enum sphex_status pileup_begin(struct pileup **pileup, const struct sites *sites, uint32_t cell,
	bool by_read, struct sphex_error *err)
{
	struct pileup *p = *pileup ? *pileup : memory_new_zeroed(1, sizeof(*p));

	*pileup = p;
	if (!p)
		return fail_memory(err);
	p->by_read = by_read;
	p->n_waiting = p->odd.n = p->firsts.n = 0;
	p->leave_out_at = LEAVE_OUT_AT;
	locus_sums_begin(&p->sums, sites, cell);
	return SPHEX_OK;
}

void pileup_free(struct pileup *p)
{
	if (!p)
		return;
	memory_free(p->waiting);
	memory_free(p->odd.items);
	memory_free(p->spare.items);
	memory_free(p->firsts.entries);
	memory_free(p);
}

uint64_t pileup_n_counted(const struct pileup *p)
{
	return p->sums.n_counted;
}

uint64_t pileup_n_observations(const struct pileup *p)
{
	return p->sums.n_observations;
}

/* ---------------------------------------------------------------- names */

/* The entry of a name, or the free one where it belongs. */
static uint32_t *find_name(const struct pileup *p, struct name_hash name)
{
	return name_table_find(&p->firsts, name, p->waiting, sizeof(*p->waiting));
}

static uint32_t first_of(const struct pileup *p, uint32_t entry)
{
	return name_table_thing(&p->firsts, entry);
}

/*
 * Asks the memory for the entry of a name that comes in a while, and for the strip of one that
 * comes soon: as if it were where it belongs, for nothing depends on it.
 */
static void ask_ahead(const struct pileup *p, const struct strip *strips)
{
	uint32_t first = first_of(p, *name_table_home(&p->firsts, strips[AHEAD / 2].name));

	prefetch(name_table_home(&p->firsts, strips[AHEAD].name));
	prefetch(&p->waiting[first - (first > 0)]);
}

/* A strip becomes the next one of its name behind `before`; 0: the first. */
static void enter(struct pileup *p, uint32_t *entry, uint32_t before, uint32_t strip)
{
	struct waiting *w = &p->waiting[strip - 1];

	if (before) {
		w->next = p->waiting[before - 1].next;
		p->waiting[before - 1].next = strip;
	} else {
		w->next = first_of(p, *entry);
		*entry = name_table_entry(&p->firsts, w->name, strip);
	}
}

/* The list of a name goes on behind `before` with `next`. */
static void leave(struct pileup *p, uint32_t *entry, uint32_t before, uint32_t next)
{
	if (before)
		p->waiting[before - 1].next = next;
	else
		*entry = *entry - first_of(p, *entry) + next;
}

/* Enters all waiting strips by name anew, in a table with room for one more. */
static enum sphex_status enter_names(struct pileup *p, struct sphex_error *err)
{
	size_t n = p->firsts.n ? p->firsts.n : N_NAMES_MIN;

	while (n < 2 * (p->n_waiting + 1))
		n *= 2;
	if (name_table_clear(&p->firsts, n, err))
		return err->status;
	for (uint32_t strip = 1; strip <= p->n_waiting; strip++) {
		const struct waiting *w = &p->waiting[strip - 1];
		uint32_t *entry, before = 0, next;

		if (p->n_waiting - strip >= AHEAD)
			prefetch(name_table_home(&p->firsts, w[AHEAD].name));
		entry = find_name(p, w->name);
		next = first_of(p, *entry);
		while (next && p->waiting[next - 1].place < w->place) {
			before = next;
			next = p->waiting[next - 1].next;
		}
		enter(p, entry, before, strip);
	}
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- mates */

static uint32_t lower(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t end_of(const struct waiting *w)
{
	return (uint32_t)w->place + w->n;
}

/* Loci [begin, end) of a strip that goes on to strip_end, in the cell, and its odd calls from
 * `begin` on. */
struct piece {
	uint32_t begin, end, strip_end;
	const odd_call *odd, *odd_end;
};

/* Of more than N_FEW: where they begin. */
static uint32_t begin_of(const struct waiting *w)
{
	uint32_t begin;

	memcpy(&begin, w->odd, sizeof(begin));
	return begin;
}

/* Of more than N_FEW. */
static enum sphex_status append_odd(
	struct pileup *p, struct waiting *w, const odd_call *odd, struct sphex_error *err)
{
	uint32_t begin;

	if (!odd_append(&p->odd, odd, w->n_odd, &begin))
		return fail_memory(err);
	memcpy(w->odd, &begin, sizeof(begin));
	return SPHEX_OK;
}

/*
 * What a fragment shows at a locus, now that a mate shows something there. Odd calls of both have
 * been counted; NULL: it is the usual letter, of which the sum means nothing yet.
 */
static odd_call join_call(
	struct locus_sums *sums, uint32_t place, const odd_call *own, const odd_call *odd)
{
	uint8_t usual = sums->sites->usual[sums->first + place];
	uint8_t before = own ? odd_shown(*own) : usual, also = odd ? odd_shown(*odd) : usual;
	uint8_t joined = show_both(before, also);
	struct sums *at = &sums->items[place];

	at->n[before]--;
	at->n[also]--;
	at->n[joined]++;
	return odd_call_of(place, joined);
}

static odd_call *copy_one(odd_call *to, const odd_call **from)
{
	*to = *(*from)++;
	return to + 1;
}

/*
 * The calls of a mate join a waiting strip where that covers their loci, and make it longer where
 * they lie behind it: both lists are merged. Takes the odd calls of the piece off those of the
 * mate.
 */
static enum sphex_status join_piece(
	struct pileup *p, struct waiting *w, struct piece *piece, struct sphex_error *err)
{
	uint32_t w_end = end_of(w), n_before = w->n_odd, n;
	uint32_t shared_end = lower(w_end, piece->end);
	const odd_call *own, *own_end;
	odd_call *joined = p->joined;

	/* they are observations of each SNV of their loci, but not counted on their own */
	p->sums.n_observations += p->sums.n_snvs[shared_end] - p->sums.n_snvs[piece->begin];
	if (w_end < piece->end) {
		count_fragment(&p->sums, w_end, piece->end - w_end);
		w->n = (uint16_t)(piece->end - w->place);
	}
	if (!n_before && piece->odd == piece->odd_end)
		return SPHEX_OK;
	own = n_before > N_FEW ? p->odd.items + begin_of(w) : w->odd;
	own_end = own + n_before;
	while (own < own_end && odd_place(*own) < piece->begin)
		joined = copy_one(joined, &own);
	for (;;) {
		uint32_t own_place = own < own_end ? odd_place(*own) : shared_end;
		uint32_t mate_place =
			piece->odd < piece->odd_end ? odd_place(*piece->odd) : shared_end;
		uint32_t place = lower(own_place, mate_place);

		if (place >= shared_end)
			break;
		*joined++ = join_call(&p->sums, place, own_place == place ? own : NULL,
			mate_place == place ? piece->odd : NULL);
		own += own_place == place;
		piece->odd += mate_place == place;
	}
	while (own < own_end)
		joined = copy_one(joined, &own);
	while (piece->odd < piece->odd_end && odd_place(*piece->odd) < piece->end)
		joined = copy_one(joined, &piece->odd);
	n = (uint32_t)(joined - p->joined);
	w->n_odd = (uint16_t)n;
	if (n <= N_FEW)
		memcpy(w->odd, p->joined, sizeof(w->odd));
	else if (n == n_before)
		memcpy(p->odd.items + begin_of(w), p->joined, n * sizeof(*p->joined));
	else
		return append_odd(p, w, p->joined, err);
	return SPHEX_OK;
}

/* Counts what from now on waits for a mate. Takes its odd calls off those of the strip. */
static enum sphex_status count_piece(struct pileup *p, const struct name_hash *name,
	struct piece *piece, struct sphex_error *err)
{
	const odd_call *odd = piece->odd;
	struct waiting *w;

	if (piece->end == piece->strip_end)
		piece->odd = piece->odd_end;
	while (piece->odd < piece->odd_end && odd_place(*piece->odd) < piece->end)
		piece->odd++;
	if (p->n_waiting == p->waiting_cap && !memory_grow_aligned(&p->waiting, &p->waiting_cap,
						      p->n_waiting + 1, sizeof(*p->waiting)))
		return fail_memory(err);
	w = &p->waiting[p->n_waiting++];
	w->name = *name;
	w->place = (uint16_t)piece->begin;
	w->n = (uint16_t)(piece->end - piece->begin);
	w->n_odd = (uint16_t)(piece->odd - odd);
	count_fragment(&p->sums, w->place, w->n);
	if (w->n_odd > N_FEW)
		return append_odd(p, w, odd, err);
	memcpy(w->odd, odd, sizeof(w->odd));
	return SPHEX_OK;
}

/*
 * A strip along those of its name: where one waits already, calls join it, and go on behind it up
 * to the next one; what lies before is counted and waits, too. Strips that no later record can meet
 * leave the list of the name.
 */
static enum sphex_status add_named(struct pileup *p, const struct strip *s, const odd_call *odd,
	uint32_t reached, struct sphex_error *err)
{
	uint32_t *entry = find_name(p, s->name);
	uint32_t before = 0, next = first_of(p, *entry);
	uint32_t place = s->locus - p->sums.first;
	struct piece piece = {place, place, place + s->n, odd, odd + s->n_odd};
	enum sphex_status status = SPHEX_OK;

	while (piece.begin < piece.strip_end && !status) {
		struct waiting *w = next ? &p->waiting[next - 1] : NULL;

		if (w && end_of(w) <= piece.begin) {
			if (end_of(w) <= reached && w->next)
				leave(p, entry, before, w->next);
			else
				before = next;
			next = w->next;
			continue;
		}
		if (w && w->place <= piece.begin) {
			piece.end = w->next ? lower(piece.strip_end, p->waiting[w->next - 1].place)
					    : piece.strip_end;
			status = join_piece(p, w, &piece, err);
		} else {
			piece.end = w ? lower(piece.strip_end, w->place) : piece.strip_end;
			status = count_piece(p, &s->name, &piece, err);
			if (!status)
				enter(p, entry, before, (uint32_t)p->n_waiting);
			before = (uint32_t)p->n_waiting;
		}
		piece.begin = piece.end;
	}
	return status;
}

/* ---------------------------------------------------------------- strips */

/* Whether half of the strips in waiting need not wait any more: some of them are looked at. */
static bool half_have_passed(const struct pileup *p, uint32_t reached)
{
	size_t step = p->n_waiting / LEAVE_OUT_AT, n_looked = 0, n_passed = 0;

	for (size_t i = 0; i < p->n_waiting; i += step) {
		n_passed += end_of(&p->waiting[i]) <= reached;
		n_looked++;
	}
	return 2 * n_passed >= n_looked;
}

/* Leaves out the strips that wait for nothing any more, and the odd calls that are nobody's. */
static enum sphex_status leave_out_passed(
	struct pileup *p, uint32_t reached, struct sphex_error *err)
{
	struct odd_calls odd = p->odd;
	enum sphex_status status = SPHEX_OK;
	size_t n = 0;

	p->odd = p->spare;
	p->odd.n = 0;
	p->spare = odd;
	for (size_t i = 0; i < p->n_waiting && !status; i++) {
		struct waiting *w = &p->waiting[n];

		if (end_of(&p->waiting[i]) <= reached)
			continue;
		*w = p->waiting[i];
		n++;
		if (w->n_odd > N_FEW)
			status = append_odd(p, w, odd.items + begin_of(w), err);
	}
	p->n_waiting = n;
	return status ? status : enter_names(p, err);
}

/* When to look next: not before there are twice as many, nor so few that to clear the table of
 * names would be the most of it. */
static size_t next_leave_out(const struct pileup *p)
{
	size_t at = LEAVE_OUT_AT;

	at = 2 * p->n_waiting > at ? 2 * p->n_waiting : at;
	return p->firsts.n / 16 > at ? p->firsts.n / 16 : at;
}

/* With room for one more, of this strip's name. */
static enum sphex_status make_room(struct pileup *p, uint32_t reached, struct sphex_error *err)
{
	if (p->n_waiting >= p->leave_out_at) {
		if (half_have_passed(p, reached) && leave_out_passed(p, reached, err))
			return err->status;
		p->leave_out_at = next_leave_out(p);
	}
	return 2 * (p->n_waiting + 1) > p->firsts.n ? enter_names(p, err) : SPHEX_OK;
}

static void count_alone(struct pileup *p, const struct strip *s)
{
	uint32_t place = s->locus - p->sums.first;
	struct sums *at = p->sums.items + place;

	if (s->kind == STRIP_LOW_MAPQ) {
		at[0].n_low_mapq++;
		at[s->n].n_low_mapq--;
	} else if (s->kind == STRIP_FILTERED) {
		at[0].n_filtered++;
		at[s->n].n_filtered--;
	} else {
		count_fragment(&p->sums, place, s->n);
	}
}

enum sphex_status pileup_add(struct pileup *p, const struct strips *in, struct sphex_error *err)
{
	enum sphex_status status = SPHEX_OK;

	count_odd(&p->sums, in->odd.items, in->odd.n);
	for (size_t i = 0; i < in->n && !status; i++) {
		const struct strip *s = &in->items[i];
		/* in the cell */
		uint32_t reached = s->reached > p->sums.first ? s->reached - p->sums.first : 0;

		if (s->kind != STRIP_CALLS || s->nameless || p->by_read) {
			count_alone(p, s);
			continue;
		}
		status = make_room(p, reached, err);
		if (status)
			break;
		if (p->n_waiting > FAR && in->n - i > AHEAD)
			ask_ahead(p, s);
		status = add_named(p, s, strip_odd(in, s), reached, err);
	}
	return status;
}

void pileup_finish(struct pileup *p, uint32_t *counts)
{
	locus_sums_finish(&p->sums, counts);
}
