/* The functions of sphex.h for ASEReadCounter. Options are rows of data, by GATK's long names. */
#include <stdlib.h>
#include <string.h>

#include "api_parts.h"
#include "base/files.h"
#include "base/memory.h"
#include "run_ase.h"

#define UNIT_BLOCKS 64 /* about 1 MiB compressed */
enum ase_state { STATE_NEW, STATE_DONE, STATE_FAILED };

struct sphex_ase {
	struct ase_settings settings;
	struct ase_result result;
	enum ase_state state;
	uint32_t given; /* bit i: option i was set */
};

enum sphex_status sphex_ase_new(struct sphex_ase **out, struct sphex_error *err)
{
	SPARE_ERROR(err);
	*out = memory_new_zeroed(1, sizeof(**out));
	if (!*out)
		return fail_memory(err);
	(*out)->settings.overlap = ase_overlap_rule_of(NULL);
	(*out)->settings.min_depth = -1;
	(*out)->settings.filter = ase_filter_default;
	(*out)->settings.separator = '\t';
	(*out)->settings.unit_blocks = UNIT_BLOCKS;
	(*out)->settings.index = INDEX_WHEN_LESS;
	return choose_kernels(NULL, &(*out)->settings.kernels, err);
}

void sphex_ase_free(struct sphex_ase *ase)
{
	if (!ase)
		return;
	ase_result_free(&ase->result);
	text_list_free(&ase->settings.inputs);
	text_list_free(&ase->settings.variants);
	text_list_free(&ase->settings.intervals);
	text_list_free(&ase->settings.excluded);
	memory_free(ase->settings.reference);
	memory_free(ase);
}

/* ---------------------------------------------------------------- options */

enum option_kind {
	OPTION_TEXT,
	OPTION_LIST, /* each value is added */
	OPTION_INT,
	OPTION_BOOL,
	OPTION_ADD_FILTER,
	OPTION_DROP_FILTER,
	OPTION_OVERLAP,
	OPTION_FORMAT,
	OPTION_SET_RULE
};

struct ase_option {
	const char *key;
	enum option_kind kind;
	size_t offset; /* in struct ase_settings */
	int32_t min, max;
};

#define AT(member) offsetof(struct ase_settings, member)

static const struct ase_option options[] = {
	{"input", OPTION_LIST, AT(inputs), 0, 0},
	{"variant", OPTION_LIST, AT(variants), 0, 0},
	{"reference", OPTION_TEXT, AT(reference), 0, 0},
	{"min-mapping-quality", OPTION_INT, AT(min_mapq), INT32_MIN, INT32_MAX},
	{"min-base-quality", OPTION_INT, AT(min_baseq), INT8_MIN, INT8_MAX},
	{"min-depth-of-non-filtered-base", OPTION_INT, AT(min_depth), INT32_MIN, INT32_MAX},
	{"max-depth-per-sample", OPTION_INT, AT(max_depth), 0, 0},
	{"count-overlap-reads-handling", OPTION_OVERLAP, 0, 0, 0},
	{"output-format", OPTION_FORMAT, 0, 0, 0},
	{"intervals", OPTION_LIST, AT(intervals), 0, 0},
	{"exclude-intervals", OPTION_LIST, AT(excluded), 0, 0},
	{"interval-padding", OPTION_INT, AT(padding), 0, INT32_MAX},
	{"interval-exclusion-padding", OPTION_INT, AT(excluded_padding), 0, INT32_MAX},
	{"interval-set-rule", OPTION_SET_RULE, 0, 0, 0},
	{"read-filter", OPTION_ADD_FILTER, 0, 0, 0},
	{"disable-read-filter", OPTION_DROP_FILTER, 0, 0, 0},
	{"disable-sequence-dictionary-validation", OPTION_BOOL, AT(ignores_dictionaries), 0, 0},
	{"allow-truncated", OPTION_BOOL, AT(allow_truncated), 0, 0},
	{"drop-cache", OPTION_INT, AT(drop_cache), 0, 1},
	{"index", OPTION_INT, AT(index), 0, 2},
	{"unit-blocks", OPTION_INT, AT(unit_blocks), 1, 1 << 20},
};

#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

static enum sphex_status bad_value(
	const struct ase_option *option, const char *value, struct sphex_error *err)
{
	return fail(err, SPHEX_E_ARGUMENT, "%s: '%s' is not a value of this option", option->key,
		value);
}

static enum sphex_status set_int(
	int32_t *to, const struct ase_option *option, const char *value, struct sphex_error *err)
{
	const char *digits = value + (*value == '-' || *value == '+');
	size_t n = strspn(digits, "0123456789");
	long long number =
		n && n < 12 && !digits[n] ? strtoll(value, NULL, 10) : (long long)INT32_MAX + 1;

	if (number < option->min || number > option->max)
		return fail(err, SPHEX_E_ARGUMENT, "%s: a number from %d to %d, not '%s'",
			option->key, (int)option->min, (int)option->max, value);
	*to = (int32_t)number;
	return SPHEX_OK;
}

/* Which of two words; -1 for neither. */
static int word_of(const char *value, const char *no, const char *yes)
{
	return strcmp(value, yes) == 0 ? 1 : strcmp(value, no) == 0 ? 0 : -1;
}

static enum sphex_status set_flag(bool *to, const struct ase_option *option, const char *value,
	int word, struct sphex_error *err)
{
	if (word < 0)
		return bad_value(option, value, err);
	*to = word;
	return SPHEX_OK;
}

static enum sphex_status set_overlap(struct ase_settings *s, const struct ase_option *option,
	const char *value, struct sphex_error *err)
{
	const struct ase_overlap_rule *rule = ase_overlap_rule_of(value);

	if (!rule)
		return bad_value(option, value, err);
	s->overlap = rule;
	return SPHEX_OK;
}

static enum sphex_status set_format(struct ase_settings *s, const struct ase_option *option,
	const char *value, struct sphex_error *err)
{
	bool csv = strcmp(value, "CSV") == 0;

	if (!csv && strcmp(value, "RTABLE") != 0 && strcmp(value, "TABLE") != 0)
		return bad_value(option, value, err);
	s->separator = csv ? ',' : '\t';
	return SPHEX_OK;
}

static enum sphex_status apply(struct ase_settings *s, const struct ase_option *option,
	const char *value, struct sphex_error *err)
{
	void *field = (char *)s + option->offset;

	switch (option->kind) {
	case OPTION_TEXT:
		return text_set(field, value, err);
	case OPTION_LIST:
		return text_list_add(field, value, strlen(value), err);
	case OPTION_INT:
		return set_int(field, option, value, err);
	case OPTION_BOOL:
		return set_flag(field, option, value, word_of(value, "false", "true"), err);
	case OPTION_ADD_FILTER:
	case OPTION_DROP_FILTER:
		return ase_filter_change(&s->filter, value, option->kind == OPTION_ADD_FILTER, err);
	case OPTION_OVERLAP:
		return set_overlap(s, option, value, err);
	case OPTION_FORMAT:
		return set_format(s, option, value, err);
	default:
		return set_flag(&s->intersects, option, value,
			word_of(value, "UNION", "INTERSECTION"), err);
	}
}

static bool adds_up(enum option_kind kind)
{
	return kind == OPTION_LIST || kind == OPTION_ADD_FILTER || kind == OPTION_DROP_FILTER;
}

enum sphex_status sphex_ase_set(
	struct sphex_ase *ase, const char *key, const char *value, struct sphex_error *err)
{
	SPARE_ERROR(err);
	for (size_t i = 0; i < N_OPTIONS; i++) {
		enum sphex_status status;

		if (strcmp(options[i].key, key) != 0)
			continue;
		if (ase->given >> i & 1 && !adds_up(options[i].kind))
			return fail(err, SPHEX_E_ARGUMENT, "%s is given twice", key);
		status = apply(&ase->settings, &options[i], value, err);
		ase->given |= !status ? (uint32_t)1 << i : 0;
		return status;
	}
	return fail(err, SPHEX_E_ARGUMENT, "unknown setting: %s", key);
}

enum sphex_status sphex_ase_threads(struct sphex_ase *ase, unsigned n, struct sphex_error *err)
{
	SPARE_ERROR(err);
	ase->settings.n_threads = n;
	return check_n_threads(n, err);
}

enum sphex_status sphex_ase_simd(struct sphex_ase *ase, const char *row, struct sphex_error *err)
{
	SPARE_ERROR(err);
	return choose_kernels(row, &ase->settings.kernels, err);
}

void sphex_ase_on_warning(
	struct sphex_ase *ase, void (*fn)(void *user, const char *text), void *user)
{
	ase->settings.warner = (struct warner){fn, user};
}

void sphex_ase_on_progress(struct sphex_ase *ase,
	int (*fn)(void *user, const struct sphex_progress *progress), void *user)
{
	ase->settings.progress = fn;
	ase->settings.progress_user = user;
}

/* ---------------------------------------------------------------- run and table */

enum sphex_status sphex_ase_run(struct sphex_ase *ase, struct sphex_error *err)
{
	enum sphex_status status;

	SPARE_ERROR(err);
	if (ase->state != STATE_NEW)
		return fail(err, SPHEX_E_ARGUMENT, "a count runs once");
	if (!ase->settings.inputs.n || !ase->settings.variants.n)
		return fail(
			err, SPHEX_E_ARGUMENT, "an input (-I) and a variant file (-V) are needed");
	status = run_ase(&ase->settings, &ase->result, err);
	ase->state = status ? STATE_FAILED : STATE_DONE;
	return status;
}

void sphex_ase_cancel(struct sphex_ase *ase)
{
	atomic_store(&ase->settings.cancelled, true);
}

static enum sphex_status refuse_inputs(
	const struct ase_settings *s, const char *path, struct sphex_error *err)
{
	const struct text_list *const lists[] = {&s->inputs, &s->variants};
	enum sphex_status status = file_refuse_same(path, s->reference, err);

	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < lists[i]->n && !status; j++)
			status = file_refuse_same(path, lists[i]->items[j], err);
	return status;
}

enum sphex_status sphex_ase_check_output(
	struct sphex_ase *ase, const char *path, struct sphex_error *err)
{
	enum sphex_status status;

	SPARE_ERROR(err);
	status = refuse_inputs(&ase->settings, path, err);
	return status ? status : writer_check(path, err);
}

enum sphex_status sphex_ase_write(struct sphex_ase *ase, const char *path, struct sphex_error *err)
{
	struct writer *w;
	enum sphex_status status;

	SPARE_ERROR(err);
	if (ase->state != STATE_DONE)
		return fail(err, SPHEX_E_ARGUMENT, "there is no table: the count has not run");
	status = refuse_inputs(&ase->settings, path, err);
	if (!status)
		status = writer_open(path, &w, err);
	if (status)
		return status;
	writer_stop_when(w, &ase->settings.cancelled);
	ase_table_write(w, &ase->result.table, ase->settings.separator);
	return writer_commit(w, err);
}

void sphex_ase_stats(const struct sphex_ase *ase, struct sphex_count_stats *out)
{
	*out = ase->result.stats;
}
