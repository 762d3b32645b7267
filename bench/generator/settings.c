/* The command line: one table of options serves parsing, presets and --help. */
#include "settings.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

#define UNSET UINT64_MAX

static const struct options default_options = {
	.contig_prefix = "chr",
	.seed = 1,
	.contigs = 1,
	.contig_length = 1000000,
	.reads = 100000,
	.read_length = 150,
	.insert_mean = 400,
	.insert_sd = 80,
	.variants = UNSET,
	.variants_per_kb = 1,
	.samples = 1,
	.level = 6,
	.block_size = 65280,
	.threads = 2,
	.paired = true,
	.tags = true,
};

enum option_kind { TEXT, COUNT, RATE, ON, OFF, WORD, PRESET, HELP };

struct option_row {
	const char *name, *argument, *help;
	enum option_kind kind;
	size_t offset;
	uint64_t least, most; /* bounds of COUNT and RATE */
};

#define AT(field) offsetof(struct options, field)

static const struct option_row option_rows[] = {
	{"out", "PREFIX", "required; writes PREFIX.bam, PREFIX.vcf.gz, ...", TEXT, AT(out), 0, 0},
	{"preset", "NAME", "set several options at once, see below; give it first", PRESET, 0, 0,
		0},
	{"seed", "N", "other numbers give other data", COUNT, AT(seed), 0, UINT64_MAX},
	{"contigs", "N", "number of contigs", COUNT, AT(contigs), 1, 100000},
	{"contig-length", "N", "bases of each", COUNT, AT(contig_length), 1000, 1u << 29},
	{"contig-prefix", "TEXT", "names are TEXT1, TEXT2, ...", TEXT, AT(contig_prefix), 0, 0},
	{"reads", "N", "primary reads, a pair counts 2; --duplicate-names adds others", COUNT,
		AT(reads), 0, UINT32_MAX},
	{"depth", "X", "instead of --reads: mean depth", RATE, AT(depth), 0, 1000000},
	{"read-length", "N", "bases; shorter where the fragment is shorter", COUNT, AT(read_length),
		10, 1000000},
	{"paired", NULL, "two reads a fragment", ON, AT(paired), 0, 0},
	{"single", NULL, "one read a fragment", OFF, AT(paired), 0, 0},
	{"insert-mean", "N", "fragment length", COUNT, AT(insert_mean), SHORTEST_FRAGMENT, 1000000},
	{"insert-sd", "N", "its standard deviation", COUNT, AT(insert_sd), 0, 1000000},
	{"coverage", "even|peaks|amplicons|genes|panel", "where fragments lie", WORD, AT(coverage),
		0, 0},
	{"spliced", "FRACTION", "reads over an intron, about; sets --coverage genes", RATE,
		AT(spliced), 0, 1},
	{"indels", "RATE", "stray indels per 1000 bases", RATE, AT(indels), 0, 200},
	{"soft-clips", "RATE", "reads with a soft clip", RATE, AT(soft_clips), 0, 1},
	{"duplicates", "RATE", "fragments that repeat the one before, flag 0x400", RATE,
		AT(duplicates), 0, 1},
	{"duplicate-names", "RATE",
		"fragments with a secondary or supplementary record or with the name of another "
		"one",
		RATE, AT(duplicate_names), 0, 1},
	{"unmapped", "RATE", "fragments with one or both reads unmapped", RATE, AT(unmapped), 0, 1},
	{"quality-profile", "full|binned|constant", "40 values, 4 values or one", WORD,
		AT(quality_profile), 0, 0},
	{"tags", NULL, "write NM, MD, AS, XS and RG", ON, AT(tags), 0, 0},
	{"no-tags", NULL, "write no tags", OFF, AT(tags), 0, 0},
	{"variants", "N", "variants in all", COUNT, AT(variants), 0, UINT32_MAX},
	{"variants-per-kb", "X", "instead of --variants", RATE, AT(variants_per_kb), 0, 200},
	{"variant-indels", "FRACTION", "of the variants", RATE, AT(variant_indels), 0, 1},
	{"samples", "N", "genotype columns; reads are those of the first", COUNT, AT(samples), 0,
		10000},
	{"level", "N", "deflate level", COUNT, AT(level), 0, 12},
	{"block-size", "BYTES", "inflated bytes a BGZF block", COUNT, AT(block_size), 64, 65280},
	{"straddle", NULL, "records may begin in one block and end in the next", ON, AT(straddle),
		0, 0},
	{"threads", "N", "for compression; never changes the output", COUNT, AT(threads), 1, 64},
	{"plain-vcf", NULL, "PREFIX.vcf instead of PREFIX.vcf.gz", ON, AT(plain_vcf), 0, 0},
	{"all-formats", NULL, "PREFIX.vcf, PREFIX.vcf.gz and PREFIX.bcf", ON, AT(all_formats), 0,
		0},
	{"annotated", NULL, "give variants an ID, a QUAL and INFO", ON, AT(annotated), 0, 0},
	{"all-sites", NULL,
		"list all three SNVs of every base; with amplicons or a panel, of theirs alone", ON,
		AT(all_sites), 0, 0},
	{"truth", NULL,
		"PREFIX.truth.tsv: fragments, duplicates too, of either allele over each variant",
		ON, AT(truth), 0, 0},
	{"bed", NULL, "PREFIX.bed: the genes, peaks or amplicons, or random intervals", ON, AT(bed),
		0, 0},
	{"fasta", NULL, "PREFIX.fa: the reference", ON, AT(fasta), 0, 0},
	{"help", NULL, "print this", HELP, 0, 0, 0},
};

enum { N_OPTIONS = sizeof(option_rows) / sizeof(*option_rows) };

/* "name=value" or "name", separated by blanks. */
static const struct {
	const char *name, *settings;
} presets[] = {
	{"wgs", "contigs=4 contig-length=10000000 reads=8000000 variants=113642 indels=0.1 "
		"soft-clips=0.02 duplicates=0.02 duplicate-names=0.002 unmapped=0.005"},
	{"rna", "contigs=2 contig-length=5000000 reads=1000000 read-length=100 insert-mean=220 "
		"insert-sd=50 spliced=0.35 quality-profile=binned soft-clips=0.05 duplicates=0.2 "
		"duplicate-names=0.05 variants-per-kb=2 variant-indels=0.1"},
	{"atac",
		"contigs=2 contig-length=5000000 reads=1000000 read-length=75 insert-mean=130 "
		"insert-sd=60 coverage=peaks quality-profile=binned duplicates=0.15 unmapped=0.01"},
	{"amplicon", "contigs=1 contig-length=1000000 reads=500000 insert-mean=250 insert-sd=0 "
		     "coverage=amplicons quality-profile=binned variants-per-kb=10"},
	{"mito", "contigs=1 contig-length=16569 reads=1000000 variants=40 "
		 "all-sites soft-clips=0.02 duplicates=0.02"},
	{"panel", "contigs=1 contig-length=163840 reads=2500000 insert-mean=220 insert-sd=40 "
		  "coverage=panel quality-profile=binned all-sites duplicates=0.1"},
	{"sites", "contigs=20 contig-length=50000000 reads=20000 variants=5000000 samples=0 "
		  "variant-indels=0.1 annotated all-formats"},
	{"cohort", "contigs=20 contig-length=50000000 reads=20000 variants=100000 samples=2500 "
		   "variant-indels=0.1 annotated all-formats"},
	{"long", "contigs=2 contig-length=5000000 depth=20 single read-length=100000 "
		 "insert-mean=15000 insert-sd=1700 indels=5 soft-clips=0.1 duplicate-names=0.02 "
		 "variant-indels=0.1"},
};

enum { N_PRESETS = sizeof(presets) / sizeof(*presets) };

static _Noreturn void print_help(void)
{
	puts("Usage: make_input --out PREFIX [OPTION]...\n"
	     "Makes a BAM and a VCF; the same options make the same files everywhere.\n");
	for (size_t i = 0; i < N_OPTIONS; i++) {
		const struct option_row *row = &option_rows[i];

		printf("  --%s %s\n        %s\n", row->name, row->argument ? row->argument : "",
			row->help);
	}
	puts("\nPresets:");
	for (size_t i = 0; i < N_PRESETS; i++)
		printf("  %s: %s\n", presets[i].name, presets[i].settings);
	exit(0);
}

/* Index of `value` among the words of "a|b|c". */
static uint64_t word_index(const char *words, const char *name, const char *value)
{
	uint64_t index = 0;

	for (const char *p = words; *p; p += strcspn(p, "|"), p += *p == '|', index++)
		if (strcspn(p, "|") == strlen(value) && strncmp(p, value, strlen(value)) == 0)
			return index;
	die("--%s is one of %s", name, words);
}

static uint64_t parse_count(const struct option_row *row, const char *value)
{
	char *end;
	uint64_t count = strtoull(value, &end, 10);

	if (*end || end == value || *value == '-' || count < row->least || count > row->most)
		die("--%s is a number in %llu..%llu", row->name, (unsigned long long)row->least,
			(unsigned long long)row->most);
	return count;
}

static double parse_rate(const struct option_row *row, const char *value)
{
	char *end;
	double rate = strtod(value, &end);

	/* Also refuses what is not a number. */
	if (*end || end == value || !(rate >= (double)row->least && rate <= (double)row->most))
		die("--%s is in %llu..%llu", row->name, (unsigned long long)row->least,
			(unsigned long long)row->most);
	return rate;
}

static void set_preset(struct options *o, const char *name);

static void set_option(struct options *o, const struct option_row *row, const char *value)
{
	void *field = (char *)o + row->offset;

	switch (row->kind) {
	case TEXT:
		*(const char **)field = value;
		break;
	case COUNT:
		*(uint64_t *)field = parse_count(row, value);
		break;
	case RATE:
		*(double *)field = parse_rate(row, value);
		break;
	case ON:
	case OFF:
		*(bool *)field = row->kind == ON;
		break;
	case WORD:
		*(uint64_t *)field = word_index(row->argument, row->name, value);
		break;
	case PRESET:
		set_preset(o, value);
		break;
	case HELP:
		print_help();
	}
	/* Of two ways to say how many, the later one counts. */
	if (row->offset == AT(depth))
		o->reads = UNSET;
	if (row->offset == AT(variants_per_kb))
		o->variants = UNSET;
}

static void set_by_name(struct options *o, const char *setting)
{
	size_t name_nbytes = strcspn(setting, "=");

	for (size_t i = 0; i < N_OPTIONS; i++)
		if (strlen(option_rows[i].name) == name_nbytes &&
			strncmp(option_rows[i].name, setting, name_nbytes) == 0) {
			set_option(o, &option_rows[i], setting + name_nbytes + 1);
			return;
		}
	die("a preset sets %s, which is no option", setting);
}

static void set_preset(struct options *o, const char *name)
{
	for (size_t i = 0; i < N_PRESETS; i++) {
		char text[512], *rest = text;

		if (strcmp(presets[i].name, name) != 0)
			continue;
		snprintf(text, sizeof(text), "%s", presets[i].settings);
		for (char *word = strtok_r(text, " ", &rest); word;
			word = strtok_r(NULL, " ", &rest))
			set_by_name(o, word);
		return;
	}
	die("no preset is called %s", name);
}

static void check_options(struct options *o)
{
	double n_bases = (double)(o->contigs * o->contig_length);
	uint64_t read_length = o->read_length < o->insert_mean ? o->read_length : o->insert_mean;

	if (!o->out)
		die("--out is missing; --help lists the options");
	if (strlen(o->contig_prefix) > 100 || !*o->contig_prefix)
		die("--contig-prefix has 1 to 100 bytes");
	if (longest_fragment(o) > o->contig_length / 2)
		die("fragments must be shorter than half a contig");
	if (o->reads == UNSET)
		o->reads = (uint64_t)(o->depth * n_bases / (double)read_length);
	if (o->variants == UNSET)
		o->variants = (uint64_t)(o->variants_per_kb * n_bases / 1000);
	if (o->variants > o->contigs * o->contig_length / 4)
		die("at most one base in four can vary");
	if (o->spliced > 0)
		o->coverage = GENES;
}

struct options parse_options(int argc, char **argv)
{
	struct options o = default_options;
	struct option rows[N_OPTIONS + 1] = {{0}};
	int found = 0, letter;

	for (size_t i = 0; i < N_OPTIONS; i++)
		rows[i] = (struct option){option_rows[i].name,
			option_rows[i].argument ? required_argument : no_argument, NULL, 0};
	while ((letter = getopt_long(argc, argv, "", rows, &found)) != -1) {
		if (letter == '?')
			exit(1);
		set_option(&o, &option_rows[found], optarg);
	}
	if (optind < argc)
		die("what is %s? --help lists the options", argv[optind]);
	check_options(&o);
	return o;
}

uint64_t longest_fragment(const struct options *o)
{
	return o->insert_mean + 6 * o->insert_sd + 32;
}

uint64_t last_start(const struct options *o)
{
	return o->contig_length - longest_fragment(o);
}
