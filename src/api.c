/* The functions of sphex.h for the counter, a few lines each. Errors are written to the caller's
 * record or to a spare one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api_parts.h"
#include "base/files.h"
#include "base/memory.h"
#include "output/summary.h"
#include "output/tsv.h"
#include "run.h"

#define UNIT_BLOCKS 64 /* about 1 MiB compressed */
/* Defaults of the native mode: rules of the native mode, sections 2 and 3. */
#define NATIVE_MIN_BASEQ 10
#define NATIVE_MIN_MAPQ 10
#define NATIVE_EXCLUDE_FLAGS \
	(FLAG_UNMAPPED | FLAG_SECONDARY | FLAG_QC_FAIL | FLAG_DUPLICATE | FLAG_SUPPLEMENTARY)

/* ---------------------------------------------------------------- the counter's options */

enum count_state { STATE_NEW, STATE_DONE, STATE_FAILED };

/* A column as Arrow has it, built when it is asked for. */
struct built_column {
	bool built;
	uint32_t *values;
	uint64_t *offsets;
	char *text;
	uint8_t *valid;
};

struct sphex_count {
	struct run_settings settings;
	struct run_result result;
	enum count_state state;
	struct built_column columns[TABLE_MAX_COLUMNS];
};

enum sphex_status sphex_count_new(
	enum sphex_mode mode, struct sphex_count **out, struct sphex_error *err)
{
	SPARE_ERROR(err);
	*out = NULL;
	if (!count_rules_of(mode))
		return fail(err, SPHEX_E_ARGUMENT, "unknown mode %d", (int)mode);
	*out = memory_new_zeroed(1, sizeof(**out));
	if (!*out)
		return fail_memory(err);
	(*out)->settings.mode = mode;
	(*out)->settings.unit_blocks = UNIT_BLOCKS;
	(*out)->settings.index = INDEX_WHEN_LESS;
	if (mode == SPHEX_MODE_NATIVE) {
		(*out)->settings.min_baseq = NATIVE_MIN_BASEQ;
		(*out)->settings.filter.min_mapq = NATIVE_MIN_MAPQ;
		(*out)->settings.filter.exclude_flags = NATIVE_EXCLUDE_FLAGS;
	}
	return choose_kernels(NULL, &(*out)->settings.kernels, err);
}

void sphex_count_free(struct sphex_count *c)
{
	struct run_settings *s;

	if (!c)
		return;
	s = &c->settings;
	run_result_free(&c->result);
	for (size_t i = 0; i < TABLE_MAX_COLUMNS; i++) {
		memory_free(c->columns[i].values);
		memory_free(c->columns[i].offsets);
		memory_free(c->columns[i].text);
		memory_free(c->columns[i].valid);
	}
	text_list_free(&s->samples);
	text_list_free(&s->regions);
	text_list_free(&s->filters);
	record_filter_free(&s->filter);
	memory_free(s->bam);
	memory_free(s->variants);
	memory_free(s->reference);
	memory_free(s->feature);
	memory_free(s->attribute);
	memory_free(s->parent);
	memory_free(s->temp_dir);
	memory_free(s->vcf_bed);
	memory_free(s->intersect_bed);
	memory_free(c);
}

enum sphex_status sphex_count_bam(struct sphex_count *c, const char *path, struct sphex_error *err)
{
	SPARE_ERROR(err);
	return text_set(&c->settings.bam, path, err);
}

enum sphex_status sphex_count_variants(
	struct sphex_count *c, const char *path, struct sphex_error *err)
{
	SPARE_ERROR(err);
	return text_set(&c->settings.variants, path, err);
}

enum sphex_status sphex_count_sample(
	struct sphex_count *c, const char *name, struct sphex_error *err)
{
	SPARE_ERROR(err);
	return text_list_add(&c->settings.samples, name, strlen(name), err);
}

enum sphex_status sphex_count_threads(struct sphex_count *c, unsigned n, struct sphex_error *err)
{
	SPARE_ERROR(err);
	c->settings.n_threads = n;
	return check_n_threads(n, err);
}

enum sphex_status sphex_count_simd(struct sphex_count *c, const char *row, struct sphex_error *err)
{
	SPARE_ERROR(err);
	return choose_kernels(row, &c->settings.kernels, err);
}

enum sphex_status sphex_count_sites(
	struct sphex_count *c, const struct sphex_sites *sites, struct sphex_error *err)
{
	(void)err;
	c->settings.sites = sites;
	return SPHEX_OK;
}

enum setting_kind {
	SETTING_TEXT,
	SETTING_BOOL,
	SETTING_NUMBER,
	SETTING_FLAGS, /* a number of 16 bits, decimal or 0x... */
	SETTING_LIST,  /* each value is added */
	SETTING_COMMA_LIST,
	SETTING_REQUIRE_TAG,
	SETTING_EXCLUDE_TAG
};

struct setting {
	const char *key;
	enum setting_kind kind;
	size_t offset; /* in struct run_settings */
	uint32_t min, max;
};

static const struct setting settings[] = {
	{"regions", SETTING_LIST, offsetof(struct run_settings, regions), 0, 0},
	{"reference", SETTING_TEXT, offsetof(struct run_settings, reference), 0, 0},
	{"filter", SETTING_COMMA_LIST, offsetof(struct run_settings, filters), 0, 0},
	{"all-sites", SETTING_BOOL, offsetof(struct run_settings, all_sites), 0, 0},
	{"biallelic-only", SETTING_BOOL, offsetof(struct run_settings, biallelic_only), 0, 0},
	{"contig-style-auto", SETTING_BOOL, offsetof(struct run_settings, contig_style_auto), 0, 0},
	{"count-reads", SETTING_BOOL, offsetof(struct run_settings, by_read), 0, 0},
	{"min-mapq", SETTING_NUMBER, offsetof(struct run_settings, filter.min_mapq), 0, 255},
	{"exclude-flags", SETTING_FLAGS, offsetof(struct run_settings, filter.exclude_flags), 0,
		65535},
	{"require-flags", SETTING_FLAGS, offsetof(struct run_settings, filter.require_flags), 0,
		65535},
	{"require-tag", SETTING_REQUIRE_TAG, 0, 0, 0},
	{"exclude-tag", SETTING_EXCLUDE_TAG, 0, 0, 0},
	{"wasp-filter", SETTING_BOOL, offsetof(struct run_settings, filter.wasp), 0, 0},
	{"use-region-names", SETTING_BOOL, offsetof(struct run_settings, use_region_names), 0, 0},
	{"feature", SETTING_TEXT, offsetof(struct run_settings, feature), 0, 0},
	{"attribute", SETTING_TEXT, offsetof(struct run_settings, attribute), 0, 0},
	{"parent", SETTING_TEXT, offsetof(struct run_settings, parent), 0, 0},
	{"include-indels", SETTING_BOOL, offsetof(struct run_settings, include_indels), 0, 0},
	{"include-multiallelic", SETTING_BOOL, offsetof(struct run_settings, include_multiallelic),
		0, 0},
	{"temp-dir", SETTING_TEXT, offsetof(struct run_settings, temp_dir), 0, 0},
	{"vcf-bed", SETTING_TEXT, offsetof(struct run_settings, vcf_bed), 0, 0},
	{"intersect-bed", SETTING_TEXT, offsetof(struct run_settings, intersect_bed), 0, 0},
	{"min-baseq", SETTING_NUMBER, offsetof(struct run_settings, min_baseq), 0, 255},
	{"allow-truncated", SETTING_BOOL, offsetof(struct run_settings, allow_truncated), 0, 0},
	{"drop-cache", SETTING_BOOL, offsetof(struct run_settings, drop_cache), 0, 0},
	{"accept-loss", SETTING_BOOL, offsetof(struct run_settings, accept_loss), 0, 0},
	{"index", SETTING_NUMBER, offsetof(struct run_settings, index), 0, 2},
	{"unit-blocks", SETTING_NUMBER, offsetof(struct run_settings, unit_blocks), 1, 1u << 20},
};

static enum sphex_status set_bool(
	bool *to, const struct setting *setting, const char *value, struct sphex_error *err)
{
	if (strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
		return fail(err, SPHEX_E_ARGUMENT, "%s: 0 or 1, not %s", setting->key, value);
	*to = value[0] == '1';
	return SPHEX_OK;
}

static enum sphex_status set_number(
	uint32_t *to, const struct setting *setting, const char *value, struct sphex_error *err)
{
	bool hex = setting->kind == SETTING_FLAGS && strncmp(value, "0x", 2) == 0;
	char *end;
	unsigned long long number = strtoull(value, &end, hex ? 16 : 10);

	if (*value < '0' || *value > '9' || *end || number < setting->min || number > setting->max)
		return fail(err, SPHEX_E_ARGUMENT, "%s: a number from %u to %u, not %s",
			setting->key, setting->min, setting->max, value);
	*to = (uint32_t)number;
	return SPHEX_OK;
}

static enum sphex_status add_tag(
	struct tag_test **tests, size_t *n, const char *value, struct sphex_error *err)
{
	struct tag_test *more = memory_resize(*tests, *n + 1, sizeof(*more));
	enum sphex_status status;

	if (!more)
		return fail_memory(err);
	*tests = more;
	status = tag_test_parse(value, &more[*n], err);
	*n += !status;
	return status;
}

static enum sphex_status apply_setting(struct sphex_count *c, const struct setting *setting,
	void *field, const char *value, struct sphex_error *err)
{
	struct record_filter *filter = &c->settings.filter;

	switch (setting->kind) {
	case SETTING_TEXT:
		return text_set(field, value, err);
	case SETTING_BOOL:
		return set_bool(field, setting, value, err);
	case SETTING_LIST:
		return text_list_add(field, value, strlen(value), err);
	case SETTING_COMMA_LIST:
		return text_list_add_parts(field, value, err);
	case SETTING_REQUIRE_TAG:
		return add_tag(&filter->require_tags, &filter->n_require_tags, value, err);
	case SETTING_EXCLUDE_TAG:
		return add_tag(&filter->exclude_tags, &filter->n_exclude_tags, value, err);
	default:
		return set_number(field, setting, value, err);
	}
}

enum sphex_status sphex_count_set(
	struct sphex_count *c, const char *key, const char *value, struct sphex_error *err)
{
	SPARE_ERROR(err);
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const struct setting *setting = &settings[i];
		void *field = (char *)&c->settings + setting->offset;

		if (strcmp(setting->key, key) != 0)
			continue;
		return apply_setting(c, setting, field, value, err);
	}
	return fail(err, SPHEX_E_ARGUMENT, "unknown setting: %s", key);
}

void sphex_count_on_warning(
	struct sphex_count *c, void (*fn)(void *user, const char *text), void *user)
{
	c->settings.warner = (struct warner){fn, user};
}

void sphex_count_on_progress(struct sphex_count *c,
	int (*fn)(void *user, const struct sphex_progress *progress), void *user)
{
	c->settings.progress = fn;
	c->settings.progress_user = user;
}

/* ---------------------------------------------------------------- the counter's run and table */

enum sphex_status sphex_count_run(struct sphex_count *c, struct sphex_error *err)
{
	const struct run_settings *s = &c->settings;
	enum sphex_status status;

	SPARE_ERROR(err);
	if (c->state != STATE_NEW)
		return fail(err, SPHEX_E_ARGUMENT, "a count runs once");
	if (!s->bam || (!s->variants && !s->sites && !s->vcf_bed && !s->intersect_bed))
		return fail(err, SPHEX_E_ARGUMENT, "a count needs a BAM and variants");
	status = run_count(&c->settings, &c->result, err);
	c->state = status ? STATE_FAILED : STATE_DONE;
	return status;
}

void sphex_count_cancel(struct sphex_count *c)
{
	atomic_store(&c->settings.cancelled, true);
}

size_t sphex_count_n_rows(const struct sphex_count *c)
{
	return c->state == STATE_DONE ? table_n_rows(&c->result.table) : 0;
}

size_t sphex_count_n_columns(const struct sphex_count *c)
{
	return c->state == STATE_DONE ? c->result.table.n_columns : 0;
}

static bool has_value(const struct table_cell *cell)
{
	return cell->is_number || cell->text;
}

static bool make_column(const struct table *t, unsigned column, struct built_column *out)
{
	size_t n = table_n_rows(t), n_text = 0, n_missing = 0;
	bool numbers = table_column_is_number(t, column);
	char room[TABLE_ROOM];

	out->valid = memory_new_zeroed(n / 8 + 1, 1);
	if (numbers)
		out->values = memory_new(n, sizeof(*out->values));
	else
		out->offsets = memory_new(n + 1, sizeof(*out->offsets));
	if (!out->valid || (numbers ? !out->values : !out->offsets))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct table_cell cell = table_cell(t, column, i, room);

		if (has_value(&cell))
			out->valid[i / 8] |= (uint8_t)(1u << i % 8);
		else
			n_missing++;
		if (numbers)
			out->values[i] = cell.number;
		else
			out->offsets[i] = n_text;
		n_text += cell.nbytes;
	}
	if (!n_missing) {
		memory_free(out->valid);
		out->valid = NULL;
	}
	if (numbers)
		return true;
	out->offsets[n] = n_text;
	out->text = memory_new(n_text, 1);
	for (size_t i = 0; out->text && i < n; i++) {
		struct table_cell cell = table_cell(t, column, i, room);

		if (cell.nbytes)
			memcpy(out->text + out->offsets[i], cell.text, cell.nbytes);
	}
	return out->text != NULL;
}

enum sphex_status sphex_count_column(
	struct sphex_count *c, size_t i, struct sphex_column *out, struct sphex_error *err)
{
	const struct table *t = &c->result.table;
	struct built_column *column;

	SPARE_ERROR(err);
	if (i >= sphex_count_n_columns(c))
		return fail(err, SPHEX_E_ARGUMENT, "no column %zu", i);
	column = &c->columns[i];
	if (!column->built && !make_column(t, (unsigned)i, column)) {
		memory_free(column->values);
		memory_free(column->offsets);
		memory_free(column->valid);
		memset(column, 0, sizeof(*column));
		return fail_memory(err);
	}
	column->built = true;
	*out = (struct sphex_column){.name = table_column_name(t, (unsigned)i),
		.kind = table_column_is_number(t, (unsigned)i) ? SPHEX_COLUMN_U32
							       : SPHEX_COLUMN_TEXT,
		.values = column->values,
		.offsets = column->offsets,
		.text = column->text,
		.valid = column->valid};
	return SPHEX_OK;
}

static enum sphex_status refuse_inputs(
	const struct sphex_count *c, const char *path, struct sphex_error *err)
{
	const struct run_settings *s = &c->settings;
	const char *const inputs[] = {
		s->bam, s->variants, s->reference, s->vcf_bed, s->intersect_bed};
	enum sphex_status status = SPHEX_OK;

	for (size_t i = 0; i < sizeof(inputs) / sizeof(*inputs) && !status; i++)
		status = file_refuse_same(path, inputs[i], err);
	for (size_t i = 0; i < s->regions.n && !status; i++)
		status = file_refuse_same(path, s->regions.items[i], err);
	return status;
}

enum sphex_status sphex_count_check_output(
	struct sphex_count *c, const char *path, struct sphex_error *err)
{
	enum sphex_status status;

	SPARE_ERROR(err);
	status = refuse_inputs(c, path, err);
	return status ? status : writer_check(path, err);
}

/* The other modes' programs do not look at the name. */
static enum sphex_status open_output(
	const struct sphex_count *c, const char *path, struct writer **w, struct sphex_error *err)
{
	const struct run_settings *s = &c->settings;
	enum sphex_status status = refuse_inputs(c, path, err);

	if (status)
		return status;
	status = s->mode == SPHEX_MODE_NATIVE ? writer_open_by_name(path, w, err)
					      : writer_open(path, w, err);
	if (!status)
		writer_stop_when(*w, &s->cancelled);
	return status;
}

enum sphex_status sphex_count_write(
	struct sphex_count *c, const char *path, struct sphex_error *err)
{
	struct writer *w;
	enum sphex_status status;

	SPARE_ERROR(err);
	if (c->state != STATE_DONE)
		return fail(err, SPHEX_E_ARGUMENT, "there is no table yet");
	status = open_output(c, path, &w, err);
	if (status)
		return status;
	tsv_write(w, &c->result.table);
	return writer_commit(w, err);
}

/* A pipe has no size, nor has a file that was named and not read. */
static enum sphex_status describe_input(
	const char *path, struct summary_input *out, struct sphex_error *err)
{
	struct stat st = {0};

	if (path && strcmp(path, "-") != 0 && stat(path, &st) != 0 && errno != ENOENT) {
		fail_errno(err, errno, "cannot look at");
		return at_file(err, path);
	}
	*out = (struct summary_input){path, (uint64_t)st.st_size};
	return SPHEX_OK;
}

enum sphex_status sphex_count_write_summary(
	struct sphex_count *c, const char *path, const char *command_line, struct sphex_error *err)
{
	struct summary summary = {.command_line = command_line,
		.mode = count_rules_of(c->settings.mode)->name,
		.stats = &c->result.stats,
		.account = c->settings.mode == SPHEX_MODE_NATIVE ? &c->result.account : NULL,
		.table = &c->result.table,
		.truncated = c->result.truncated};
	struct writer *w;
	enum sphex_status status;

	SPARE_ERROR(err);
	if (c->state != STATE_DONE)
		return fail(err, SPHEX_E_ARGUMENT, "there is no table yet");
	status = describe_input(c->settings.bam, &summary.bam, err);
	if (!status)
		status = describe_input(c->settings.variants, &summary.variants, err);
	if (!status)
		status = open_output(c, path, &w, err);
	if (status)
		return status;
	status = summary_write(w, &summary, err);
	if (!status)
		return writer_commit(w, err);
	writer_abandon(w);
	return status;
}

enum sphex_status sphex_count_check_explain(
	struct sphex_count *c, const char *position, struct sphex_error *err)
{
	SPARE_ERROR(err);
	return run_check_explain(&c->settings, position, err);
}

enum sphex_status sphex_count_explain(
	struct sphex_count *c, const char *position, const char *path, struct sphex_error *err)
{
	struct writer *w;
	enum sphex_status status;

	SPARE_ERROR(err);
	if (c->state != STATE_DONE || c->settings.mode != SPHEX_MODE_NATIVE)
		return fail(err, SPHEX_E_ARGUMENT, "a native count must have run");
	status = open_output(c, path, &w, err);
	if (status)
		return status;
	status = run_explain(&c->settings, &c->result, position, w, err);
	if (!status)
		return writer_commit(w, err);
	writer_abandon(w);
	return status;
}

void sphex_count_stats(const struct sphex_count *c, struct sphex_count_stats *out)
{
	*out = c->result.stats;
}

bool sphex_count_fate(const struct sphex_count *c, size_t i, struct sphex_fate *out)
{
	if (c->state != STATE_DONE || c->settings.mode != SPHEX_MODE_NATIVE ||
		i >= ACCOUNT_N_ENTRIES)
		return false;
	*out = c->result.account.entries[i];
	return true;
}
