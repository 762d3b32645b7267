/*
 * One pass over the annotation. Which feature, attribute and parent are used may depend on the last
 * line, so the lines of the best feature so far are kept with the values of all keys that may win.
 */
#include "genes.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "bed.h"

#define MAX_KEYS 3
#define N_COLUMNS 9

/* The keys of which one becomes a column: the one that was asked for, or several in order. */
struct choice {
	const char *keys[MAX_KEYS];
	size_t n;
	bool given;
	bool in_any[MAX_KEYS]; /* the text occurs in the attributes of some kept line */
	bool in_all[MAX_KEYS];
};

/* Values of a kept line; POOL_NONE: missing. */
struct values {
	uint32_t attribute[MAX_KEYS];
	uint32_t parent[MAX_KEYS];
};

struct gene_job {
	const struct gene_options *options;
	struct regions *out;
	struct values *values; /* of out->items */
	size_t values_cap;
	const char *features[3];
	size_t n_features, feature; /* feature == n_features: none was seen */
	char *feature_id;           /* "<feature>_id" */
	struct choice attribute, parent;
	bool has_lines; /* besides comments */
	struct csv_line fields;
};

/* ---------------------------------------------------------------- values */

/* What stands behind the first `key` in `s`; false when it does not occur. */
static bool find_behind(struct span s, const char *key, struct span *behind)
{
	for (size_t n; (n = span_find(s, key[0])) < s.n; s = span_from(s, 1)) {
		s = span_from(s, n);
		if (span_starts_with(s, key)) {
			*behind = span_from(s, strlen(key));
			return true;
		}
	}
	return false;
}

static bool is_separator(char c)
{
	return c == '=' || c == ' ' || (c >= '\t' && c <= '\r');
}

static struct span without_start(struct span s, char c)
{
	return s.n && s.p[0] == c ? span_from(s, 1) : s;
}

static struct span without_end(struct span s, char c)
{
	return (struct span){s.p, s.n - (s.n && s.p[s.n - 1] == c)};
}

/*
 * What the regular expression KEY[=\s]"?'?(.*?)"?'?; finds first in the attributes. Returns true
 * when KEY occurs at all.
 */
static bool find_value(const char *key, struct span attributes, struct csv_field *value)
{
	struct span s;
	bool occurs = find_behind(attributes, key, &s), more = occurs;

	*value = (struct csv_field){.is_missing = true};
	/* the next occurrence may begin inside this one */
	while (more && (!s.n || !is_separator(s.p[0])))
		more = find_behind(
			(struct span){s.p - strlen(key) + 1, s.n + strlen(key) - 1}, key, &s);
	if (!more)
		return occurs;
	s = without_start(without_start(span_from(s, 1), '"'), '\'');
	if (span_find(s, ';') == s.n)
		return occurs;
	s.n = span_find(s, ';');
	*value = (struct csv_field){.text = without_end(without_end(s, '\''), '"')};
	return occurs;
}

static enum sphex_status keep_values(struct gene_job *job, struct choice *choice,
	const struct csv_field *attributes, uint32_t ids[MAX_KEYS], struct sphex_error *err)
{
	for (size_t i = 0; i < MAX_KEYS; i++)
		ids[i] = POOL_NONE;
	for (size_t i = 0; i < choice->n && !attributes->is_missing; i++) {
		struct csv_field value;
		bool occurs = find_value(choice->keys[i], attributes->text, &value);
		enum sphex_status status = csv_keep(&job->out->values, &value, &ids[i], err);

		if (status)
			return status;
		choice->in_any[i] |= occurs;
		choice->in_all[i] &= occurs;
		if (occurs && !job->options->legacy)
			break; /* no key behind this one can win any more */
	}
	return SPHEX_OK;
}

/* ---------------------------------------------------------------- lines */

static enum sphex_status start_feature(
	struct gene_job *job, size_t feature, struct sphex_error *err)
{
	size_t nbytes = strlen(job->features[feature]);

	job->feature = feature;
	job->out->n = 0;
	pool_clear(&job->out->values);
	memory_free(job->feature_id);
	job->feature_id = memory_new(nbytes + sizeof("_id"), 1);
	if (!job->feature_id)
		return fail_memory(err);
	memcpy(job->feature_id, job->features[feature], nbytes);
	memcpy(job->feature_id + nbytes, "_id", sizeof("_id"));
	job->attribute = (struct choice){.keys = {job->feature_id, "ID", "Name"}, .n = 3};
	job->parent = (struct choice){.keys = {"Parent", "transcript_id", "gene_id"}, .n = 3};
	if (job->options->attribute)
		job->attribute =
			(struct choice){.keys = {job->options->attribute}, .n = 1, .given = true};
	if (job->options->parent)
		job->parent =
			(struct choice){.keys = {job->options->parent}, .n = 1, .given = true};
	for (size_t i = 0; i < MAX_KEYS; i++)
		job->attribute.in_all[i] = job->parent.in_all[i] = true;
	return SPHEX_OK;
}

/* Place of the line's feature in the order of preference; n_features for any other feature. */
static size_t find_feature(const struct gene_job *job, struct span name)
{
	size_t i = 0;

	while (i < job->n_features && !span_is(name, job->features[i]))
		i++;
	return i;
}

static enum sphex_status parse_interval(
	const struct csv_field *columns, struct region *region, struct sphex_error *err)
{
	uint64_t start1, end1;

	if (!bed_coordinate(columns[3].text, &start1))
		return fail(err, SPHEX_E_DATA, "column 4 is not a start coordinate");
	if (!bed_coordinate(columns[4].text, &end1))
		return fail(err, SPHEX_E_DATA, "column 5 is not an end coordinate");
	if (!start1)
		return fail(err, SPHEX_E_DATA,
			"the start is 0; coordinates of annotation count from 1");
	region->start = start1 - 1;
	region->end = end1;
	return SPHEX_OK;
}

static enum sphex_status keep_line(
	struct gene_job *job, const struct csv_field *columns, struct sphex_error *err)
{
	struct region region = {0};
	struct values *values;
	enum sphex_status status = parse_interval(columns, &region, err);

	if (status)
		return status;
	if (!memory_reserve(&job->values, &job->values_cap, job->out->n + 1, sizeof(*job->values)))
		return fail_memory(err);
	values = &job->values[job->out->n];
	status = pool_add(
		&job->out->contigs, columns[0].text.p, columns[0].text.n, &region.contig, err);
	if (!status)
		status = keep_values(job, &job->attribute, &columns[8], values->attribute, err);
	if (!status)
		status = keep_values(job, &job->parent, &columns[8], values->parent, err);
	return status ? status : regions_add(job->out, &region, err);
}

static enum sphex_status read_line(struct gene_job *job, struct span line, struct sphex_error *err)
{
	struct csv_field columns[N_COLUMNS];
	size_t n = 0, feature;
	enum sphex_status status;

	if (line.n && line.p[0] == '#')
		return SPHEX_OK;
	job->has_lines = true;
	for (size_t i = 0; i < N_COLUMNS; i++)
		columns[i] = (struct csv_field){.text = span_of(""), .is_missing = true};
	status = csv_begin(&job->fields, line, err);
	while (!status && n < 3 && csv_next(&job->fields, &columns[n]))
		n++;
	feature = find_feature(job, columns[2].text);
	if (status || feature == job->n_features || feature > job->feature)
		return status;
	if (feature < job->feature)
		status = start_feature(job, feature, err);
	while (n < N_COLUMNS && csv_next(&job->fields, &columns[n]))
		n++;
	return status ? status : keep_line(job, columns, err);
}

static enum sphex_status read_lines(struct gene_job *job, const char *path, struct sphex_error *err)
{
	struct lines lines;
	struct span line;
	enum sphex_status status = lines_open(&lines, path, job->options->n_threads, NULL, err);

	while (!status) {
		status = lines_next(&lines, &line, err);
		if (status)
			break;
		status = read_line(job, line, err);
		if (status)
			lines_fail(&lines, err);
	}
	lines_close(&lines);
	return status == SPHEX_END ? SPHEX_OK : status;
}

/* ---------------------------------------------------------------- choosing */

/* Index of the key that wins; choice->n when none does. */
static size_t choose(const struct choice *choice, bool legacy)
{
	size_t i = 0;

	if (choice->given)
		return 0;
	while (i < choice->n && !(legacy ? choice->in_all[i] : choice->in_any[i]))
		i++;
	return i;
}

static enum sphex_status name_columns(
	struct regions *out, const char *attribute, const char *parent, struct sphex_error *err)
{
	const char *prefix = strcmp(attribute, parent) == 0 ? "groupby_" : "";
	size_t nbytes = strlen(prefix) + strlen(parent) + 1;

	out->n_attributes = 2;
	out->attribute_names[0] = memory_copy_text(attribute, strlen(attribute));
	out->attribute_names[1] = memory_new(nbytes, 1);
	if (!out->attribute_names[0] || !out->attribute_names[1])
		return fail_memory(err);
	snprintf(out->attribute_names[1], nbytes, "%s%s", prefix, parent);
	return SPHEX_OK;
}

static enum sphex_status finish(struct gene_job *job, struct sphex_error *err)
{
	size_t attribute = choose(&job->attribute, job->options->legacy);
	size_t parent = choose(&job->parent, job->options->legacy);
	bool parent_is_attribute = parent == job->parent.n;

	if (!job->has_lines)
		return fail(err, SPHEX_E_EMPTY, "the annotation has no lines");
	if (job->feature == job->n_features) {
		fail(err, SPHEX_E_NOT_FOUND, "column 3 has none of gene, transcript and exon");
		return with_hint(err, "name the feature to use");
	}
	if (attribute == job->attribute.n) {
		fail(err, SPHEX_E_NOT_FOUND,
			"the lines of feature '%s' have none of %s, ID and Name",
			job->features[job->feature], job->feature_id);
		return with_hint(err, "name the attribute that identifies them");
	}
	for (size_t i = 0; i < job->out->n; i++) {
		uint32_t *attributes = job->out->items[i].attributes;

		attributes[0] = job->values[i].attribute[attribute];
		attributes[1] = parent_is_attribute ? attributes[0] : job->values[i].parent[parent];
	}
	return name_columns(job->out, job->attribute.keys[attribute],
		parent_is_attribute ? job->attribute.keys[attribute] : job->parent.keys[parent],
		err);
}

/* The original uses the key as a regular expression; only plain text is supported. */
static enum sphex_status check_key(const char *key, struct sphex_error *err)
{
	if (key && !*key)
		return fail(err, SPHEX_E_ARGUMENT, "the name of an attribute is empty");
	if (key && strpbrk(key, "\\.+*?()|[]{}^$"))
		return fail(err, SPHEX_E_UNSUPPORTED,
			"attribute '%s': regular expressions are not supported", key);
	return SPHEX_OK;
}

static void list_features(struct gene_job *job)
{
	static const char *const ORDERS[2][3] = {
		{"gene", "transcript", "exon"}, {"exon", "transcript", "gene"}};

	memcpy(job->features, ORDERS[job->options->legacy], sizeof(job->features));
	job->n_features = 3;
	if (job->options->feature) {
		job->features[0] = job->options->feature;
		job->n_features = 1;
	}
	job->feature = job->n_features;
}

enum sphex_status genes_read(const char *path, const struct gene_options *options,
	struct regions *out, struct sphex_error *err)
{
	struct gene_job job = {.options = options, .out = out};
	enum sphex_status status = check_key(options->attribute, err);

	if (!status)
		status = check_key(options->parent, err);
	if (status)
		return status;
	list_features(&job);
	/* a feature that was asked for may have no lines; its columns have names all the same */
	if (options->feature)
		status = start_feature(&job, 0, err);
	if (!status)
		status = read_lines(&job, path, err);
	if (!status) {
		status = finish(&job, err);
		if (status)
			at_file(err, path);
	}
	memory_free(job.values);
	memory_free(job.feature_id);
	csv_free(&job.fields);
	return status;
}
