/* See options.h. Spellings are those of GNU: --name value, --name=value, -n value, -nvalue, -abc, --. */
#include "options.h"

#include <stdio.h>
#include <string.h>

#define WASP2_ROWS                                                                                  \
	{"-s --samples --sample --samps", "NAME", ACTION_SAMPLE, NULL, NULL, "Variants",             \
	        "count variants heterozygous in this sample; repeatable; also a comma list or a "   \
	        "file of names"},                                                                   \
	        {"--include-indels", NULL, ACTION_SET, "include-indels", "1", NULL,                 \
	                "also insertions and deletions of up to 10 bases"},                         \
	        {"--no-indels", NULL, ACTION_SET, "include-indels", "0", NULL, ""},                 \
	        {"--include-multiallelic", NULL, ACTION_SET, "include-multiallelic", "1", NULL,     \
	                "also records with more than one ALT"},                                     \
	        {"--biallelic-only", NULL, ACTION_SET, "include-multiallelic", "0", NULL, ""},      \
	        {"--vcf-bed", "FILE", ACTION_SET, "vcf-bed", NULL, NULL,                            \
	                "variant lines from an earlier run with -t; the VCF is not read"},          \
	        {"-r --regions --region --region_file --regions_file", "FILE", ACTION_SET,          \
	                "regions", NULL, "Regions",                                                 \
	                "only variants in these regions: BED, narrowPeak, broadPeak, GTF, GFF3"},   \
	        {"--use_region_names", NULL, ACTION_SET, "use-region-names", "1", NULL,             \
	                "show the 4th BED column instead of contig_start_end"},                     \
	        {"--feature --gene_feature --feat", "NAME", ACTION_SET, "feature", NULL, NULL,      \
	                "lines of a GTF or GFF3 to use (gene, transcript or exon)"},                \
	        {"--attribute --gene_attribute --attributes --attrs --attr", "NAME", ACTION_SET,    \
	                "attribute", NULL, NULL, "their attribute to show (FEATURE_id, ID or Name)"}, \
	        {"--parent --gene_parent --parent_feature --parent_attribute", "NAME", ACTION_SET,  \
	                "parent", NULL, NULL,                                                       \
	                "and their parent (Parent, transcript_id or gene_id)"},                     \
	        {"--intersect-bed", "FILE", ACTION_SET, "intersect-bed", NULL, NULL,                \
	                "joined lines from an earlier run with -t; nothing is joined"},             \
	        {"-t --temp_loc --temp", "DIR", ACTION_SET, "temp-dir", NULL, NULL,                 \
	                "keep the intermediate BED files in this folder"}

#define RUN_ROWS                                                                                    \
	{"-@ --threads", "N", ACTION_THREADS, NULL, NULL, "Running",                                 \
	        "threads (default: all CPUs this process may use)"},                                \
	        {"--simd", "ROW", ACTION_SIMD, NULL, NULL, NULL,                                    \
	                "kernel row: auto, or a name that `sphex cpu` lists"},                      \
	        {"-q --quiet", NULL, ACTION_QUIET, NULL, NULL, NULL, "no warnings, no summary line"}, \
	        {"-h --help", NULL, ACTION_HELP, NULL, NULL, NULL, "this text"}

#define LOSS_ROWS                                                                                   \
	{"--allow-truncated", NULL, ACTION_SET, "allow-truncated", "1", "Damaged input",             \
	        "a missing end-of-file marker is a warning, not an error"},                         \
	        {"--compat-exit", NULL, ACTION_SET, "accept-loss", "1", NULL,                       \
	                "where the original loses data and exits 0, do the same, with a warning"}

static const struct option_row count_rows[] = {
        {"--compat", "MODE", ACTION_COMPAT, NULL, NULL, "Counting",
                "rules of another program: wasp2, wasp2-legacy"},
        {"--help-compat", NULL, ACTION_HELP_COMPAT, NULL, NULL, NULL,
                "what is reproduced of that program, oddities included"},
        WASP2_ROWS,
        {"-o --out --out_file --outfile", "FILE", ACTION_OUTPUT, NULL, NULL, "Output",
                "the table (default: standard output)"},
        LOSS_ROWS,
        RUN_ROWS,
        {"--use-rust", NULL, ACTION_NOTHING, NULL, NULL, NULL, ""},
        {"--no-rust", NULL, ACTION_SCALAR, NULL, NULL, NULL, ""},
        {"--unit-blocks", "N", ACTION_SET, "unit-blocks", NULL, NULL, ""},
};

static const struct option_row wasp2_rows[] = {
        WASP2_ROWS,
        {"-o --out --out_file --outfile", "FILE", ACTION_OUTPUT, NULL, NULL, "Output",
                "the table (default: counts.tsv)"},
        LOSS_ROWS,
        RUN_ROWS,
        {"--use-rust", NULL, ACTION_NOTHING, NULL, NULL, NULL, "accepted, changes nothing"},
        {"--no-rust", NULL, ACTION_SCALAR, NULL, NULL, NULL, "plain kernels, one thread; same table"},
        {"-v --verbose", NULL, ACTION_NOTHING, NULL, NULL, NULL, "accepted, changes nothing"},
        {"-V --version", NULL, ACTION_VERSION, NULL, NULL, NULL, "print the version"},
};

#define N_ROWS(rows) (sizeof(rows) / sizeof((rows)[0]))

const struct command command_count = {"sphex count", "sphex count --compat MODE [options] BAM VARIANTS",
        "Counts the reads of BAM per allele of VARIANTS (VCF, VCF.gz, BCF).", count_rows, N_ROWS(count_rows)};
const struct command command_wasp2 = {"wasp2-count", "wasp2-count [count-variants] [options] BAM VARIANTS",
        "Counts alleles by the rules of WASP2 1.5.0 (sphex count --compat wasp2).", wasp2_rows,
        N_ROWS(wasp2_rows)};

/* ---------------------------------------------------------------- parsing */

/* Whether `name` of n bytes is one of the spellings in `names`. */
static bool has_name(const char *names, const char *name, size_t n)
{
	while (*names) {
		size_t length = strcspn(names, " ");

		if (length == n && memcmp(names, name, n) == 0)
			return true;
		names += length;
		names += *names == ' ';
	}
	return false;
}

static const struct option_row *find_row(const struct command *command, const char *name, size_t n)
{
	for (size_t i = 0; i < command->n_rows; i++)
		if (has_name(command->rows[i].names, name, n))
			return &command->rows[i];
	return NULL;
}

static bool wrong(struct parsed *parsed, const char *what, const char *name, size_t n)
{
	snprintf(parsed->error, sizeof(parsed->error), "%s %.*s", what, (int)(n < 100 ? n : 100), name);
	return false;
}

static void keep(struct parsed *parsed, const struct option_row *row, const char *argument)
{
	parsed->options[parsed->n_options++] = (struct parsed_option){row, argument};
}

/* args[i] is --name or --name=value; moves i when the value is the next one. */
static bool parse_long(const struct command *command, int n, char **args, int *i, struct parsed *parsed)
{
	const char *name = args[*i], *equals = strchr(name, '=');
	size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct option_row *row = find_row(command, name, length);

	if (!row)
		return wrong(parsed, "unknown option", name, length);
	if (!row->argument) {
		keep(parsed, row, NULL);
		return equals ? wrong(parsed, "no argument is taken by", name, length) : true;
	}
	if (!equals && *i + 1 == n)
		return wrong(parsed, "an argument is missing after", name, length);
	keep(parsed, row, equals ? equals + 1 : args[++*i]);
	return true;
}

/* args[i] is -a, -abc, -nvalue or -n with its value in the next one. */
static bool parse_short(const struct command *command, int n, char **args, int *i, struct parsed *parsed)
{
	for (const char *p = args[*i] + 1; *p; p++) {
		char name[2] = {'-', *p};
		const struct option_row *row = find_row(command, name, 2);

		if (!row)
			return wrong(parsed, "unknown option", name, 2);
		if (!row->argument) {
			keep(parsed, row, NULL);
			continue;
		}
		if (!p[1] && *i + 1 == n)
			return wrong(parsed, "an argument is missing after", name, 2);
		keep(parsed, row, p[1] ? p + 1 : args[++*i]);
		return true;
	}
	return true;
}

bool options_parse(const struct command *command, int n, char **args, struct parsed *parsed)
{
	bool only_operands = false;

	for (int i = 0; i < n; i++) {
		const char *arg = args[i];
		bool good = true;

		if (only_operands || arg[0] != '-' || !arg[1])
			parsed->operands[parsed->n_operands++] = arg;
		else if (strcmp(arg, "--") == 0)
			only_operands = true;
		else if (arg[1] == '-')
			good = parse_long(command, n, args, &i, parsed);
		else
			good = parse_short(command, n, args, &i, parsed);
		if (!good)
			return false;
	}
	return true;
}

/* ---------------------------------------------------------------- help */

#define HELP_COLUMN 30

void options_print_help(const struct command *command)
{
	printf("%s\n\nusage: %s\n", command->purpose, command->usage);
	for (size_t i = 0; i < command->n_rows; i++) {
		const struct option_row *row = &command->rows[i];
		const char *first = row->names, *second = strchr(first, ' ');
		char left[128];
		int n;

		if (row->group)
			printf("\n%s:\n", row->group);
		if (!*row->help)
			continue;
		/* the preferred spelling, and for a one-letter one also the next */
		n = (int)strcspn(second && second - first == 2 ? second + 1 : first, " ");
		n += second && second - first == 2 ? 3 : 0;
		snprintf(left, sizeof(left), "%.*s%s%s", n, first, row->argument ? " " : "",
		        row->argument ? row->argument : "");
		printf("  %-*s %s\n", HELP_COLUMN - 3, left, row->help);
	}
}
