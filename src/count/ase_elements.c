/*
 * Most records lie over no segment: they cost their lengths, the read group and a look at the ends
 * of the CIGAR. The few others get their CIGAR walked.
 */
#include "ase_elements.h"

#include <string.h>

#include "bam/header.h"
#include "base/memory.h"
#include "observe.h"

/* Elements of one result; a unit that has more is handed out in parts. */
#ifndef FULL /* the fuzz targets have small ones */
#define FULL ((size_t)1 << 17)
#endif
/* The same for reads that are listed: the bytes of all of them are kept. */
#define MAX_READS ((size_t)1 << 16)
/* Runs that are sorted by insertion before they are merged. */
#define RUN ((size_t)16)

#define MAX_ADAPTOR_TLEN 100

struct scan {
	const struct ase_scanner *scanner;
	struct ase_elements *out;
	uint32_t ref;   /* of the segments at hand; POOL_NONE before the first record */
	size_t segment; /* those before end before the record */
};

void ase_elements_free(struct ase_elements *e)
{
	memory_free(e->items);
	memory_free(e->scratch);
	memory_free(e->reads);
	memset(e, 0, sizeof(*e));
}

/* ---------------------------------------------------------------- filters */

enum filter_state { FILTER_DEFAULT, FILTER_LOCKED, FILTER_EXTRA };

static const struct {
	const char *name;
	enum filter_state state;
	struct ase_filter flags;
} filters[] = {
	{"ValidAlignmentStartReadFilter", FILTER_DEFAULT, {0, 0}},
	{"ValidAlignmentEndReadFilter", FILTER_DEFAULT, {0, 0}},
	{"HasReadGroupReadFilter", FILTER_LOCKED, {0, 0}},
	{"MatchingBasesAndQualsReadFilter", FILTER_LOCKED, {0, 0}},
	{"SeqIsStoredReadFilter", FILTER_LOCKED, {0, 0}},
	{"NotDuplicateReadFilter", FILTER_DEFAULT, {FLAG_DUPLICATE, 0}},
	{"NotSecondaryAlignmentReadFilter", FILTER_DEFAULT, {FLAG_SECONDARY, 0}},
	{"MappedReadFilter", FILTER_LOCKED, {FLAG_UNMAPPED, 0}},
	{"NotSupplementaryAlignmentReadFilter", FILTER_EXTRA, {FLAG_SUPPLEMENTARY, 0}},
	{"PassesVendorQualityCheckReadFilter", FILTER_EXTRA, {FLAG_QC_FAIL, 0}},
	{"PrimaryLineReadFilter", FILTER_EXTRA, {FLAG_SECONDARY | FLAG_SUPPLEMENTARY, 0}},
	{"PairedReadFilter", FILTER_EXTRA, {0, FLAG_PAIRED}},
	{"ProperlyPairedReadFilter", FILTER_EXTRA, {0, FLAG_PAIRED | FLAG_PROPER_PAIR}},
};

const struct ase_filter ase_filter_default = {FLAG_UNMAPPED | FLAG_SECONDARY | FLAG_DUPLICATE, 0};

enum sphex_status ase_filter_change(
	struct ase_filter *filter, const char *name, bool enable, struct sphex_error *err)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++) {
		if (strcmp(filters[i].name, name) != 0)
			continue;
		if (enable) {
			filter->exclude |= filters[i].flags.exclude;
			filter->require |= filters[i].flags.require;
			return SPHEX_OK;
		}
		if (filters[i].state == FILTER_LOCKED)
			return fail(err, SPHEX_E_ARGUMENT, "%s cannot be switched off", name);
		if (filters[i].state == FILTER_DEFAULT)
			filter->exclude &= ~filters[i].flags.exclude;
		return SPHEX_OK;
	}
	return fail(err, SPHEX_E_ARGUMENT, "unknown read filter: %s", name);
}

/* No qualities: the first of them says so. */
static bool passes(const struct ase_filter *filter, const struct record *r)
{
	return !(r->flags & filter->exclude) && (r->flags & filter->require) == filter->require &&
	       r->ref_id >= 0 && r->pos0 >= 0 && r->n_bases && r->quals[0] != 0xFF;
}

/* ---------------------------------------------------------------- adaptor rule */

static bool mate_is_unmapped(const struct record *r)
{
	return r->flags & FLAG_MATE_UNMAPPED || record_mate_ref_id(r) < 0 ||
	       record_mate_pos0(r) < 0;
}

/* A sum of two numbers of 32 bits as GATK's language has it. */
static int32_t wrapping_sum(int32_t a, int32_t b)
{
	return (int32_t)((uint32_t)a + (uint32_t)b);
}

/*
 * Cuts [*beg0, *end0), the span of the record, down to what is not beyond the mate's far end. The
 * oddities of the rule are GATK's: every negative TLEN is a short one.
 */
static void cut_adaptor(const struct record *r, int64_t *beg0, int64_t *end0)
{
	bool reverse = r->flags & FLAG_REVERSE, mate_reverse = r->flags & FLAG_MATE_REVERSE;
	int32_t tlen = record_tlen(r), mate = wrapping_sum(record_mate_pos0(r), 1);
	int32_t start = wrapping_sum(r->pos0, 1), limit;

	if (!(r->flags & FLAG_PAIRED) || tlen == 0 || tlen > MAX_ADAPTOR_TLEN ||
		reverse == mate_reverse || mate_is_unmapped(r))
		return;
	if (reverse && *end0 > mate)
		*beg0 = *beg0 > mate - 1 ? *beg0 : mate - 1;
	if (reverse || start > wrapping_sum(mate, tlen))
		return;
	limit = wrapping_sum(start, tlen < 0 ? wrapping_sum(~tlen, 1) : tlen);
	*end0 = *end0 < limit - 1 ? *end0 : (int64_t)limit - 1;
}

/* ---------------------------------------------------------------- one record */

/* What a record brings to each of its elements, and where it may have some. */
struct source {
	const struct record *r;
	struct ase_element element;
	int64_t beg0, end0;
};

static enum sphex_status bad_cigar(
	const struct record *r, const char *what, struct sphex_error *err)
{
	return fail(err, SPHEX_E_DATA, "read %s: its CIGAR %s", record_name(r), what);
}

/* GATK takes such reads for a sign of a malformed file. Operations of length 0 only count at the
 * end. */
static enum sphex_status check_deletions(const struct record *r, struct sphex_error *err)
{
	bool has_base = false;

	for (uint32_t i = 0; i < r->n_cigar && !has_base; i++) {
		uint32_t word = record_cigar_word(r, i);

		if ((word & 15) == CIGAR_D && word >> 4)
			return bad_cigar(r, "starts with a deletion", err);
		has_base = CIGAR_CONSUMES_READ >> (word & 15) & 1 && word >> 4;
	}
	if (has_base && (record_cigar_word(r, r->n_cigar - 1) & 15) == CIGAR_D)
		return bad_cigar(r, "ends with a deletion", err);
	return SPHEX_OK;
}

/* The sample of the record; SPHEX_END when it has no read group. */
static enum sphex_status find_sample(const struct read_groups *groups, const struct record *r,
	uint32_t *sample, struct sphex_error *err)
{
	struct tag tag;
	uint32_t group;

	if (!record_find_tag(r, "RG", &tag))
		return SPHEX_END;
	group = tag.type == 'Z' ? pool_find(&groups->ids, (const char *)tag.value, tag.n)
				: POOL_NONE;
	if (group == POOL_NONE) {
		fail(err, SPHEX_E_DATA, "read %s: the header has no @RG line for its read group",
			record_name(r));
		return with_hint(err, "samtools addreplacerg writes new ones");
	}
	*sample = groups->samples[group];
	return SPHEX_OK;
}

static enum sphex_status add_element(struct ase_elements *out, const struct source *source,
	int64_t pos0, struct sphex_error *err)
{
	if (!memory_reserve(&out->items, &out->cap, out->n + 1, sizeof(*out->items)))
		return fail_memory(err);
	out->items[out->n] = source->element;
	out->items[out->n++].place |= (uint64_t)pos0 + 1;
	return SPHEX_OK;
}

/* Adds the elements at [beg0, end0) of one segment, read from base q on. */
static enum sphex_status add_elements(struct scan *s, struct source *source, int64_t beg0,
	int64_t end0, uint64_t q, struct sphex_error *err)
{
	struct ase_element *e = &source->element;
	bool deletion = e->flags & ELEMENT_DELETION;
	enum sphex_status status = SPHEX_OK;

	e->letter = 'D';
	e->quality = DELETION_QUALITY;
	for (; beg0 < end0 && !status; beg0++, q++) {
		if (!deletion) {
			e->letter = "=ACMGRSVTWYHKDBN"[record_base(source->r, (uint32_t)q)];
			e->quality = (int8_t)source->r->quals[q];
		}
		status = add_element(s->out, source, beg0, err);
	}
	return status;
}

/* Adds the elements of one operation on reference [beg0, end0), read from base q on. */
static enum sphex_status add_operation(struct scan *s, struct source *source, size_t *segment,
	int64_t beg0, int64_t end0, uint64_t q, struct sphex_error *err)
{
	const struct ase_segments *segments = s->scanner->segments;
	int64_t from = beg0 > source->beg0 ? beg0 : source->beg0;
	int64_t to = end0 < source->end0 ? end0 : source->end0;
	enum sphex_status status = SPHEX_OK;

	while (from < to && !status) {
		const struct ase_segment *here;
		int64_t here_end0;

		*segment = ase_segments_behind(segments, s->ref, *segment, from);
		if (*segment == segments->begins[s->ref + 1])
			break;
		here = &segments->items[*segment];
		from = from > here->beg0 ? from : here->beg0;
		here_end0 = to < here->end0 ? to : here->end0;
		/* no way around the error: one element is enough, however long a broken CIGAR is */
		if (here->record == SEGMENT_NO_REFERENCE && here_end0 > from + 1)
			here_end0 = from + 1;
		status = add_elements(s, source, from, here_end0, q + (uint64_t)(from - beg0), err);
		from = here->end0;
	}
	return status;
}

/* The CIGAR of a record that may lie over segments. */
static enum sphex_status walk(struct scan *s, struct source *source, struct sphex_error *err)
{
	const struct record *r = source->r;
	size_t segment = s->segment;
	int64_t p = r->pos0;
	uint64_t q = 0;
	enum sphex_status status = SPHEX_OK;

	for (uint32_t i = 0; i < r->n_cigar && !status; i++) {
		uint32_t op = record_cigar_word(r, i) & 15, n = record_cigar_word(r, i) >> 4;
		bool reads = CIGAR_CONSUMES_READ >> op & 1, refs = CIGAR_CONSUMES_REF >> op & 1;

		if (reads && refs && q + n > r->n_bases)
			return bad_cigar(r, "speaks of more bases than SEQ has", err);
		source->element.flags &= (uint8_t)~ELEMENT_DELETION;
		source->element.flags |= reads ? 0 : ELEMENT_DELETION;
		if (refs && op != CIGAR_N)
			status = add_operation(s, source, &segment, p, p + n, q, err);
		p += refs ? n : 0;
		q += reads ? n : 0;
	}
	return status;
}

/* Moves on to the segments that end behind the record's start; true when one begins before its end.
 */
static bool lies_over_segment(struct scan *s, uint32_t ref, const struct record *r, int64_t end0)
{
	const struct ase_segments *segments = s->scanner->segments;

	if (ref != s->ref) {
		s->ref = ref;
		s->segment = segments->begins[ref];
	}
	s->segment = ase_segments_behind(segments, ref, s->segment, r->pos0);
	return s->segment < segments->begins[ref + 1] && segments->items[s->segment].beg0 < end0;
}

static enum sphex_status scan_record(
	struct scan *s, const struct record *r, struct sphex_error *err)
{
	const struct ase_scanner *scanner = s->scanner;
	struct source source = {.r = r, .beg0 = r->pos0};
	uint32_t ref;
	enum sphex_status status;

	if (!passes(&scanner->filter, r))
		return SPHEX_OK;
	ref = scanner->refs[r->ref_id];
	source.end0 = r->pos0 + (int64_t)record_cigar_span(r).ref;
	if (scanner->within && !intervals_overlap(scanner->within, ref, r->pos0, source.end0))
		return SPHEX_OK;
	status = find_sample(scanner->groups, r, &source.element.sample, err);
	if (!status)
		status = check_deletions(r, err);
	if (status)
		return status == SPHEX_END ? SPHEX_OK : status;
	s->out->n_counted++;
	if (!lies_over_segment(s, ref, r, source.end0))
		return SPHEX_OK;
	s->out->n_covering++;
	source.element.name = name_hash_of((const uint8_t *)record_name(r), r->name_nbytes - 1u);
	source.element.place = (uint64_t)ref << 32;
	source.element.mapq = r->mapq;
	if (r->flags & FLAG_PAIRED && (!(r->flags & FLAG_PROPER_PAIR) || mate_is_unmapped(r)))
		source.element.flags = ELEMENT_IMPROPER;
	cut_adaptor(r, &source.beg0, &source.end0);
	return walk(s, &source, err);
}

/* ---------------------------------------------------------------- sorting */

static void sort_run(struct ase_element *items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct ase_element e = items[i];
		size_t j = i;

		for (; j && items[j - 1].place > e.place; j--)
			items[j] = items[j - 1];
		items[j] = e;
	}
}

/* Merges items[0, middle) and items[middle, n) by way of `scratch`. */
static void merge(struct ase_element *items, size_t middle, size_t n, struct ase_element *scratch)
{
	size_t left = 0, right = middle, to = 0;

	if (items[middle - 1].place <= items[middle].place)
		return;
	memcpy(scratch, items, middle * sizeof(*items));
	while (left < middle)
		if (right < n && items[right].place < scratch[left].place)
			items[to++] = items[right++];
		else
			items[to++] = scratch[left++];
}

void ase_elements_sort(struct ase_element *items, size_t n, struct ase_element *scratch)
{
	for (size_t begin = 0; begin < n; begin += RUN)
		sort_run(items + begin, n - begin < RUN ? n - begin : RUN);
	for (size_t width = RUN; width < n; width *= 2)
		for (size_t begin = 0; begin + width < n; begin += 2 * width)
			merge(items + begin, width, n - begin < 2 * width ? n - begin : 2 * width,
				scratch);
}

static bool sort(struct ase_elements *e)
{
	if (!memory_reserve(&e->scratch, &e->scratch_cap, e->n, sizeof(*e->scratch)))
		return false;
	ase_elements_sort(e->items, e->n, e->scratch);
	return true;
}

/* ---------------------------------------------------------------- the records of a unit */

static enum sphex_status list_read(struct ase_elements *e, const struct unit *unit,
	const uint8_t *bytes, size_t n_before, struct sphex_error *err)
{
	if (!memory_reserve(&e->reads, &e->reads_cap, e->n_reads + 1, sizeof(*e->reads)))
		return fail_memory(err);
	e->reads[e->n_reads++] =
		(struct ase_read){(size_t)(bytes - unit->data), (uint32_t)(e->n - n_before)};
	return SPHEX_OK;
}

static void clear(struct ase_elements *e)
{
	e->n = e->n_reads = 0;
	e->n_records = e->n_counted = e->n_covering = 0;
}

enum sphex_status ase_elements_scan(const struct ase_scanner *scanner, struct unit *unit,
	struct ase_elements *out, struct sphex_error *err)
{
	struct scan scan = {.scanner = scanner, .out = out, .ref = POOL_NONE};
	const uint8_t *bytes;
	size_t nbytes;
	enum sphex_status status = SPHEX_OK;

	clear(out);
	while (out->n < FULL && out->n_reads < MAX_READS) {
		size_t n_before = out->n;
		struct record r;

		status = unit_next(unit, &bytes, &nbytes, err);
		if (status)
			break;
		status = record_parse(bytes, nbytes, scanner->header->n_refs, &r, err);
		if (!status && out->n_records && sort_key(r.ref_id, r.pos0) < out->last_key) {
			unit_put_back(unit, nbytes);
			break;
		}
		if (!status)
			status = scan_record(&scan, &r, err);
		if (!status && scanner->by_read)
			status = list_read(out, unit, bytes, n_before, err);
		if (status) {
			out->n = n_before;
			unit_refuse(unit, nbytes, err);
			break;
		}
		out->last_key = sort_key(r.ref_id, r.pos0);
		if (!out->n_records++) {
			out->first_key = out->last_key;
			out->first_voffset = unit_tell_record(unit, nbytes);
		}
	}
	out->bytes = unit->data;
	/* also before damage: what was read stands */
	if (!scanner->by_read && !sort(out))
		return fail_memory(err);
	return status == SPHEX_END ? SPHEX_OK : status;
}
