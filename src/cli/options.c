/* See options.h. Spellings are those of GNU: --name value, --name=value, -n value, -nvalue, -abc,
 * --. */
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- the tables */

static const struct option_row mode_rows[] = {
	{"--compat", "MODE", ACTION_COMPAT, NULL, NULL,
		"rules of another program: wasp2, wasp2-legacy, gatk-ase"},
	{"--help-compat", NULL, ACTION_HELP_COMPAT, NULL, NULL,
		"what is reproduced of that program, oddities included"},
	{0}};

static const struct option_row sample_rows[] = {
	{"-s --samples --sample --samps", "NAME", ACTION_SAMPLE, NULL, NULL,
		"heterozygous variants of this sample; repeatable, a list A,B, or a file of names"},
	{0}};

static const struct option_row native_variant_rows[] = {
	{"--all-sites", NULL, ACTION_SET, "all-sites", "1",
		"with -s: also what is not heterozygous"},
	{"--indels", NULL, ACTION_SET, "include-indels", "1",
		"also MNPs, insertions, deletions; needs --reference"},
	{"--biallelic-only", NULL, ACTION_SET, "biallelic-only", "1", "only records with one ALT"},
	{"-f --filter", "LIST", ACTION_SET, "filter", NULL,
		"only records with one of these in FILTER: PASS,."},
	{"--reference", "FASTA", ACTION_SET, "reference", NULL,
		"check REF against it, judge indels by it"},
	{"--contig-style", "auto", ACTION_CONTIG_STYLE, NULL, NULL,
		"let chr1 and 1, chrM and MT mean the same"},
	{0}};

static const struct option_row wasp2_variant_rows[] = {
	{"--include-indels", NULL, ACTION_SET, "include-indels", "1",
		"also insertions and deletions of up to 10 bases"},
	{"--no-indels", NULL, ACTION_SET, "include-indels", "0", ""},
	{"--include-multiallelic", NULL, ACTION_SET, "include-multiallelic", "1",
		"also records with more than one ALT"},
	{"--biallelic-only", NULL, ACTION_SET, "include-multiallelic", "0", ""},
	{"--vcf-bed", "FILE", ACTION_SET, "vcf-bed", NULL,
		"variant lines that an earlier run with -t kept; the VCF is not read"},
	{0}};

static const struct option_row native_region_rows[] = {
	{"-r --regions", "REGION", ACTION_SET, "regions", NULL,
		"BED, narrowPeak, broadPeak, GTF, GFF3, or chr:beg-end; repeatable"},
	{"--feature", "NAME", ACTION_SET, "feature", NULL, "lines of a GTF or GFF3 to use (gene)"},
	{0}};

static const struct option_row wasp2_region_rows[] = {
	{"-r --regions --region --region_file --regions_file", "FILE", ACTION_SET, "regions", NULL,
		"BED, narrowPeak, broadPeak, GTF or GFF3"},
	{"--use_region_names", NULL, ACTION_SET, "use-region-names", "1",
		"show the 4th BED column instead of contig_start_end"},
	{"--feature --gene_feature --feat", "NAME", ACTION_SET, "feature", NULL,
		"lines of a GTF or GFF3 to use (gene, transcript or exon)"},
	{"--attribute --gene_attribute --attributes --attrs --attr", "NAME", ACTION_SET,
		"attribute", NULL, "their attribute to show (FEATURE_id, ID or Name)"},
	{"--parent --gene_parent --parent_feature --parent_attribute", "NAME", ACTION_SET, "parent",
		NULL, "and their parent (Parent, transcript_id or gene_id)"},
	{"--intersect-bed", "FILE", ACTION_SET, "intersect-bed", NULL,
		"joined lines that an earlier run with -t kept; nothing is joined"},
	{"-t --temp_loc --temp", "DIR", ACTION_SET, "temp-dir", NULL,
		"keep the intermediate BED files in this folder"},
	{0}};

static const struct option_row read_rows[] = {
	{"--count", "WHAT", ACTION_COUNT, NULL, NULL,
		"fragments (a read pair counts once) or reads"},
	{"--min-mapq", "N", ACTION_SET, "min-mapq", NULL, "lowest MAPQ (10)"},
	{"--min-baseq", "N", ACTION_SET, "min-baseq", NULL, "lowest base quality (10)"},
	{"--exclude-flags", "BITS", ACTION_SET, "exclude-flags", NULL,
		"drop records with any of these bits (0xF04)"},
	{"--require-flags", "BITS", ACTION_SET, "require-flags", NULL,
		"drop records without all of these bits (0)"},
	{"--require-tag", "TAG", ACTION_SET, "require-tag", NULL,
		"drop records without this tag and value, as in vW:i:1; repeatable"},
	{"--exclude-tag", "TAG", ACTION_SET, "exclude-tag", NULL,
		"drop records with this tag and value; repeatable"},
	{"--wasp-filter", NULL, ACTION_SET, "wasp-filter", "1",
		"drop what failed STAR's WASP filter (vW present, not 1)"},
	{0}};

static const struct option_row compat_output_rows[] = {
	{"-o --out --out_file --outfile", "FILE", ACTION_OUTPUT, NULL, NULL,
		"the table (standard output)"},
	{0}};

static const struct option_row wasp2_output_rows[] = {
	{"-o --out --out_file --outfile", "FILE", ACTION_OUTPUT, NULL, NULL,
		"the table (counts.tsv)"},
	{0}};

static const struct option_row native_output_rows[] = {
	{"-o --out --out_file --outfile", "FILE", ACTION_OUTPUT, NULL, NULL,
		"the table (standard output); BGZF if the name ends in .gz"},
	{"--summary", "FILE", ACTION_SUMMARY, NULL, NULL, "what the run did, as JSON"},
	{"--explain", "POS", ACTION_EXPLAIN, NULL, NULL,
		"instead of the table: each record at chr:pos and its fate"},
	{0}};

static const struct option_row truncated_rows[] = {
	{"--allow-truncated", NULL, ACTION_SET, "allow-truncated", "1",
		"a missing end-of-file marker is a warning, not an error"},
	{0}};

static const struct option_row loss_rows[] = {
	{"--compat-exit", NULL, ACTION_SET, "accept-loss", "1",
		"where the original loses data and exits 0, do so too, with a warning"},
	{0}};

static const struct option_row run_rows[] = {{"-@ --threads", "N", ACTION_THREADS, NULL, NULL,
						     "threads (all CPUs this process may use)"},
	{"--simd", "ROW", ACTION_SIMD, NULL, NULL, "kernel row: auto, or a name from `sphex cpu`"},
	{"-q --quiet", NULL, ACTION_QUIET, NULL, NULL, "no warnings, no summary line"},
	{"--progress", "HOW", ACTION_PROGRESS, NULL, NULL,
		"auto (a line on a terminal), json or none"},
	{"--no-index", NULL, ACTION_SET, "index", "0",
		"read all of the BAM, although it has an index"},
	{"-h --help", NULL, ACTION_HELP, NULL, NULL, "this text"},
	{"--index", "N", ACTION_SET, "index", NULL, ""},
	{"--unit-blocks", "N", ACTION_SET, "unit-blocks", NULL, ""}, {0}};

static const struct option_row native_run_rows[] = {
	{"-v --verbose", NULL, ACTION_VERBOSE, NULL, NULL,
		"at the end, what became of all variants, records and observations"},
	{0}};

static const struct option_row wasp2_run_rows[] = {
	{"--use-rust", NULL, ACTION_NOTHING, NULL, NULL, "accepted, changes nothing"},
	{"--no-rust", NULL, ACTION_SCALAR, NULL, NULL, "plain kernels, one thread; same table"},
	{"-v --verbose", NULL, ACTION_NOTHING, NULL, NULL, "accepted, changes nothing"},
	{"-V --version", NULL, ACTION_VERSION, NULL, NULL, "print the version"}, {0}};

static const struct option_row help_rows[] = {
	{"-h --help", NULL, ACTION_HELP, NULL, NULL, "this text"}, {0}};

static const struct option_row version_rows[] = {
	{"-V --version", NULL, ACTION_VERSION, NULL, NULL, "print the version"}, {0}};

/* ---------------------------------------------------------------- the commands */

const struct command command_sphex = {.name = "sphex",
	.word = "sphex",
	.usage = "sphex COMMAND [options]",
	.purpose = "sphex counts reads per allele from a BAM and a list of variants.",
	.groups = {{"Options", help_rows}, {NULL, version_rows}}};

const struct command command_count = {.name = "sphex count",
	.word = "count",
	.brief = "count reads per allele",
	.usage = "sphex count [options] BAM VARIANTS",
	.purpose = "Counts the reads of BAM per allele of VARIANTS (VCF, VCF.gz, BCF).",
	.groups = {{"Rules", mode_rows}, {"Variants", sample_rows}, {NULL, native_variant_rows},
		{"Regions", native_region_rows}, {"Reads", read_rows},
		{"Output", native_output_rows}, {"Running", run_rows}, {NULL, native_run_rows},
		{NULL, truncated_rows}}};

const struct command command_compat = {.name = "sphex count",
	.word = "count --compat",
	.usage = "sphex count --compat MODE [options] BAM VARIANTS",
	.purpose =
		"Counts the reads of BAM per allele of VARIANTS (VCF, VCF.gz, BCF) by the rules of "
		"MODE.",
	.groups = {{"Rules", mode_rows}, {"Variants", sample_rows}, {NULL, wasp2_variant_rows},
		{"Regions", wasp2_region_rows}, {"Output", compat_output_rows},
		{"Running", run_rows}, {NULL, wasp2_run_rows}, {"Damaged input", truncated_rows},
		{NULL, loss_rows}}};

const struct command command_wasp2 = {.name = "wasp2-count",
	.word = "wasp2-count",
	.usage = "wasp2-count [count-variants] [options] BAM VARIANTS",
	.purpose =
		"Counts alleles by the rules of WASP2 1.5.0, as sphex count --compat wasp2 does.",
	.groups = {{"Variants", sample_rows}, {NULL, wasp2_variant_rows},
		{"Regions", wasp2_region_rows}, {"Output", wasp2_output_rows},
		{"Running", run_rows}, {NULL, wasp2_run_rows}, {"Damaged input", truncated_rows},
		{NULL, loss_rows}}};

const struct command command_cpu = {.name = "sphex cpu",
	.word = "cpu",
	.brief = "what this CPU offers and which kernels are used",
	.usage = "sphex cpu",
	.purpose = "Shows what this CPU offers and which kernels are used.",
	.groups = {{"Options", help_rows}},
	.operands = ""};

const struct command command_man = {.name = "sphex man",
	.word = "man",
	.brief = "the manual, or a command's page: sphex man | man -l -",
	.usage = "sphex man [COMMAND]",
	.purpose = "Prints the manual, or the page of COMMAND, for man -l.",
	.groups = {{"Options", help_rows}},
	.operands = "count asereadcounter cpu man completion wasp2-count"};

const struct command command_completion = {.name = "sphex completion",
	.word = "completion",
	.brief = "what a shell needs to complete: source <(sphex completion bash)",
	.usage = "sphex completion SHELL",
	.purpose = "Prints what SHELL needs to complete command lines of sphex and wasp2-count.",
	.groups = {{"Options", help_rows}},
	.operands = "bash zsh fish"};

const struct command *const all_commands[] = {&command_sphex, &command_count, &command_compat,
	&command_ase, &command_cpu, &command_man, &command_completion, &command_wasp2, NULL};

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
	for (const struct option_group *group = command->groups; group->rows; group++)
		for (const struct option_row *row = group->rows; row->names; row++)
			if (has_name(row->names, name, n))
				return row;
	return NULL;
}

static bool wrong(struct parsed *parsed, const char *what, const char *name, size_t n)
{
	snprintf(parsed->error, sizeof(parsed->error), "%s %.*s", what, (int)(n < 100 ? n : 100),
		name);
	return false;
}

static void keep(struct parsed *parsed, const struct option_row *row, const char *argument)
{
	parsed->options[parsed->n_options++] = (struct parsed_option){row, argument};
}

/* args[i] is --name or --name=value; moves i when the value is the next one. */
static bool parse_long(
	const struct command *command, int n, char **args, int *i, struct parsed *parsed)
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
static bool parse_short(
	const struct command *command, int n, char **args, int *i, struct parsed *parsed)
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

/* args[i] is -name or --name, its value the next one. */
static bool parse_word(
	const struct command *command, int n, char **args, int *i, struct parsed *parsed)
{
	const char *name = args[*i];
	const struct option_row *row = find_row(command, name, strlen(name));

	if (!row)
		return wrong(parsed, "unknown option", name, strlen(name));
	if (row->argument && *i + 1 == n)
		return wrong(parsed, "an argument is missing after", name, strlen(name));
	keep(parsed, row, row->argument ? args[++*i] : NULL);
	return true;
}

bool parsed_new(struct parsed *parsed, int n, char **args)
{
	size_t n_options = 1;

	/* each argument can be several one-letter options */
	for (int i = 0; i < n; i++)
		n_options += strlen(args[i]);
	*parsed = (struct parsed){.options = calloc(n_options, sizeof(*parsed->options)),
		.operands = calloc((size_t)n + 1, sizeof(*parsed->operands))};
	return parsed->options && parsed->operands;
}

void parsed_free(struct parsed *parsed)
{
	free(parsed->options);
	free(parsed->operands);
}

/* Numbers and words that the library does not know by the option's name. */
static bool check_argument(const struct parsed_option *option, struct parsed *parsed)
{
	const struct option_row *row = option->row;
	const char *argument = option->argument, *wanted = "";
	bool good = true;

	if (row->action == ACTION_THREADS) {
		/* 0 would mean "all" to the library; on the command line it is a slip */
		good = strspn(argument, "0123456789") == strlen(argument) &&
		       strpbrk(argument, "123456789");
		wanted = "a number from 1 to 1024";
	} else if (row->action == ACTION_COUNT) {
		good = has_name(option_choices(row), argument, strlen(argument));
		wanted = "fragments or reads";
	} else if (row->action == ACTION_CONTIG_STYLE) {
		good = has_name(option_choices(row), argument, strlen(argument));
		wanted = "exact or auto";
	}
	if (!good)
		snprintf(parsed->error, sizeof(parsed->error), "%.*s takes %s, not %.100s",
			(int)strcspn(row->names, " "), row->names, wanted, argument);
	return good;
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
		else if (command->whole_words)
			good = parse_word(command, n, args, &i, parsed);
		else if (arg[1] == '-')
			good = parse_long(command, n, args, &i, parsed);
		else
			good = parse_short(command, n, args, &i, parsed);
		if (!good)
			return false;
	}
	for (size_t i = 0; i < parsed->n_options; i++)
		if (!check_argument(&parsed->options[i], parsed))
			return false;
	return true;
}

/* ---------------------------------------------------------------- help */

#define HELP_COLUMN 30

size_t option_shown_nbytes(const struct option_row *row)
{
	const char *second = strchr(row->names, ' ');

	if (!second || row->names[1] == '-')
		return strcspn(row->names, " ");
	return (size_t)(second + 1 - row->names) + strcspn(second + 1, " ");
}

const char *option_next_name(const struct option_row *row, const char *name, size_t *nbytes)
{
	const char *end = row->names + option_shown_nbytes(row);
	const char *next = name ? name + strcspn(name, " ") + 1 : row->names;

	if (next >= end)
		return NULL;
	*nbytes = strcspn(next, " ");
	return next;
}

const char *option_choices(const struct option_row *row)
{
	switch (row->action) {
	case ACTION_COMPAT:
		return "wasp2 wasp2-legacy gatk-ase";
	case ACTION_COUNT:
		return "fragments reads";
	case ACTION_CONTIG_STYLE:
		return "exact auto";
	case ACTION_PROGRESS:
		return "auto json none";
	case ACTION_SIMD:
		return "auto scalar avx2 avx512 neon";
	default:
		return NULL;
	}
}

static void print_row(const struct option_row *row)
{
	char left[128];

	snprintf(left, sizeof(left), "%.*s%s%s", (int)option_shown_nbytes(row), row->names,
		row->argument ? " " : "", row->argument ? row->argument : "");
	printf("  %-*s %s\n", HELP_COLUMN - 3, left, row->help);
}

static void print_commands(void)
{
	printf("\nCommands:\n");
	for (size_t i = 0; all_commands[i]; i++)
		if (all_commands[i]->brief)
			printf("  %-*s %s\n", HELP_COLUMN - 3, all_commands[i]->word,
				all_commands[i]->brief);
}

void options_print_help(const struct command *command)
{
	printf("%s\n\nusage: %s\n", command->purpose, command->usage);
	if (command == &command_sphex)
		print_commands();
	for (const struct option_group *group = command->groups; group->rows; group++) {
		if (group->title)
			printf("\n%s:\n", group->title);
		for (const struct option_row *row = group->rows; row->names; row++)
			if (*row->help)
				print_row(row);
	}
	if (command == &command_sphex)
		printf("\nCalled as wasp2-count it takes the options of WASP2's program of that "
		       "name.\n");
}
