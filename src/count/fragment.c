/*
 * Names are brought together by sorting: few observations by insertion, which is quickest for the
 * usual depth, many by heap sort, which has no bad case.
 */
#include "fragment.h"

#define INSERTION_MAX 48

static bool is_before(const struct observation *a, const struct observation *b)
{
	return a->name.lo != b->name.lo ? a->name.lo < b->name.lo : a->name.hi < b->name.hi;
}

static void insertion_sort(struct observation *items, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct observation item = items[i];
		size_t j = i;

		for (; j > 0 && is_before(&item, &items[j - 1]); j--)
			items[j] = items[j - 1];
		items[j] = item;
	}
}

static void sift_down(struct observation *items, size_t root, size_t n)
{
	struct observation item = items[root];

	for (size_t child; (child = 2 * root + 1) < n; root = child) {
		child += child + 1 < n && is_before(&items[child], &items[child + 1]);
		if (!is_before(&item, &items[child]))
			break;
		items[root] = items[child];
	}
	items[root] = item;
}

static void heap_sort(struct observation *items, size_t n)
{
	for (size_t i = n / 2; i-- > 0;)
		sift_down(items, i, n);
	for (size_t end = n; end-- > 1;) {
		struct observation last = items[end];

		items[end] = items[0];
		items[0] = last;
		sift_down(items, 0, end);
	}
}

const char *fragment_column_word(unsigned column)
{
	static const char *const words[N_NATIVE_COUNTS] = {[COUNT_REF] = "ref",
		[COUNT_ALT] = "alt",
		[COUNT_OTHER] = "other",
		[COUNT_DISCORDANT] = "discordant",
		[COUNT_AMBIGUOUS] = "ambiguous",
		[COUNT_LOW_BASEQ] = "low_baseq",
		[COUNT_LOW_MAPQ] = "low_mapq",
		[COUNT_FILTERED] = "filtered"};

	return words[column];
}

/* What one observation is worth by itself. */
static unsigned count_of(uint8_t says)
{
	static const uint8_t columns[] = {[CLASS_REF] = COUNT_REF,
		[CLASS_ALT] = COUNT_ALT,
		[CLASS_OTHER] = COUNT_OTHER,
		[CLASS_AMBIGUOUS] = COUNT_AMBIGUOUS,
		[CLASS_LOW_BASEQ] = COUNT_LOW_BASEQ,
		[SAYS_LOW_MAPQ] = COUNT_LOW_MAPQ,
		[SAYS_FILTERED] = COUNT_FILTERED};

	return columns[says];
}

/*
 * Two columns of one fragment become one: alleles win over low quality, that over ambiguous; two
 * different alleles are discordant, and stay so.
 */
static unsigned join_counts(unsigned a, unsigned b)
{
	bool a_says = a <= COUNT_DISCORDANT, b_says = b <= COUNT_DISCORDANT;

	if (a_says && b_says)
		return a == b ? a : COUNT_DISCORDANT;
	if (a_says || b_says)
		return a_says ? a : b;
	return a > b ? a : b;
}

uint8_t fragment_join(uint8_t column, uint8_t says)
{
	return (uint8_t)join_counts(column, count_of(says));
}

void fragments_count(
	struct observation *items, size_t n, bool by_read, uint32_t counts[N_NATIVE_COUNTS])
{
	size_t n_used = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned column = count_of(items[i].says);

		if (by_read || column >= COUNT_LOW_MAPQ || items[i].nameless)
			counts[column]++;
		else
			items[n_used++] = items[i];
	}
	if (n_used <= INSERTION_MAX)
		insertion_sort(items, n_used);
	else
		heap_sort(items, n_used);
	for (size_t i = 0; i < n_used;) {
		unsigned column = count_of(items[i].says);
		size_t first = i;

		for (i++; i < n_used && !is_before(&items[first], &items[i]); i++)
			column = join_counts(column, count_of(items[i].says));
		counts[column]++;
	}
}
