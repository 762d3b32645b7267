/* The commands and their options, as rows of data; see options.h. */
#include "options.h"

#include <stddef.h>

/* ---------------------------------------------------------------- options */

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
		"also MNPs, insertions, deletions and mixed changes of up to 50 bases; needs "
		"--reference"},
	{"--biallelic-only", NULL, ACTION_SET, "biallelic-only", "1", "only records with one ALT"},
	{"-f --filter", "LIST", ACTION_SET, "filter", NULL,
		"only records with one of these in FILTER, as in PASS,. (any)"},
	{"--reference", "FASTA", ACTION_SET, "reference", NULL,
		"check REF against it, judge indels by it"},
	{"--contig-style", "STYLE", ACTION_CONTIG_STYLE, NULL, NULL,
		"exact, or auto: chr1 and 1, chrM and MT mean the same (exact)"},
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
		"fragments, of which a read pair is one, or reads (fragments)"},
	{"--min-mapq", "N", ACTION_SET, "min-mapq", NULL, "lowest MAPQ, 0 to 255 (10)"},
	{"--min-baseq", "N", ACTION_SET, "min-baseq", NULL, "lowest base quality, 0 to 255 (10)"},
	{"--exclude-flags", "BITS", ACTION_SET, "exclude-flags", NULL,
		"drop records with any of these bits (0xF04)"},
	{"--require-flags", "BITS", ACTION_SET, "require-flags", NULL,
		"drop records without all of these bits (0)"},
	{"--require-tag", "TAG", ACTION_SET, "require-tag", NULL,
		"drop records without this tag and value, as in vW:i:1 (types A, i, f, Z); "
		"repeatable"},
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

static const struct option_row run_rows[] = {
	{"-@ --threads", "N", ACTION_THREADS, NULL, NULL,
		"threads, 1 to 1024 (all CPUs this process may use)"},
	{"--simd", "ROW", ACTION_SIMD, NULL, NULL,
		"kernel row: auto, or a name from `sphex cpu` (auto)"},
	{"-q --quiet", NULL, ACTION_QUIET, NULL, NULL, "no warnings, no summary line"},
	{"--progress", "HOW", ACTION_PROGRESS, NULL, NULL,
		"auto, a line on a terminal; json; or none (auto)"},
	{"--drop-cache", NULL, ACTION_SET, "drop-cache", "1",
		"do not leave the BAM in the page cache (Linux)"},
	{"--unit-blocks", "N", ACTION_SET, "unit-blocks", NULL, ""}, {0}};

static const struct option_row index_rows[] = {
	{"--no-index", NULL, ACTION_SET, "index", "0",
		"read all of the BAM, although it has an index"},
	{"--index", "N", ACTION_SET, "index", NULL, ""}, {0}};

static const struct option_row native_run_rows[] = {
	{"-v --verbose", NULL, ACTION_VERBOSE, NULL, NULL,
		"at the end, what became of all variants, records and observations"},
	{0}};

static const struct option_row wasp2_run_rows[] = {
	{"--use-rust", NULL, ACTION_NOTHING, NULL, NULL, "accepted, changes nothing"},
	{"--no-rust", NULL, ACTION_SCALAR, NULL, NULL, "plain kernels, one thread; same table"},
	{"-v --verbose", NULL, ACTION_NOTHING, NULL, NULL, "accepted, changes nothing"},
	{"-V --version", NULL, ACTION_VERSION, NULL, NULL, "print the version"}, {0}};

static const struct option_row ase_file_rows[] = {
	{"-R --reference", "FASTA", ACTION_SET, "reference", NULL,
		"the reference; an index is not needed"},
	{"-I --input", "BAM", ACTION_SET, "input", NULL, "reads, sorted; repeatable"},
	{"-V --variant", "VCF", ACTION_SET, "variant", NULL,
		"VCF, VCF.gz or BCF; an index is not needed; repeatable"},
	{"-O --output", "FILE", ACTION_OUTPUT, NULL, NULL, "the table (standard output)"},
	{"--output-format", "FORMAT", ACTION_SET, "output-format", "RTABLE TABLE CSV",
		"RTABLE, TABLE or CSV (RTABLE)"},
	{0}};

static const struct option_row ase_read_rows[] = {
	{"-mmq --min-mapping-quality", "N", ACTION_SET, "min-mapping-quality", NULL,
		"lowest MAPQ (0)"},
	{"-mbq --min-base-quality", "N", ACTION_SET, "min-base-quality", NULL,
		"lowest base quality, -128 to 127 (0)"},
	{"-min-depth --min-depth-of-non-filtered-base", "N", ACTION_SET,
		"min-depth-of-non-filtered-base", NULL, "fewest REF and ALT bases of a row (-1)"},
	{"-overlap --count-overlap-reads-handling", "MODE", ACTION_SET,
		"count-overlap-reads-handling",
		"COUNT_FRAGMENTS_REQUIRE_SAME_BASE COUNT_FRAGMENTS COUNT_READS",
		"COUNT_FRAGMENTS_REQUIRE_SAME_BASE, COUNT_FRAGMENTS or COUNT_READS (the first)"},
	{"--max-depth-per-sample", "N", ACTION_SET, "max-depth-per-sample", NULL, ""},
	{"-RF --read-filter", "NAME", ACTION_SET, "read-filter", NULL,
		"also drop by NotSupplementaryAlignment, PassesVendorQualityCheck, PrimaryLine, "
		"Paired or ProperlyPaired, each with ReadFilter behind; repeatable"},
	{"-DF --disable-read-filter", "NAME", ACTION_SET, "disable-read-filter", NULL,
		"do not drop by NotDuplicate, NotSecondaryAlignment, ValidAlignmentStart or "
		"ValidAlignmentEnd, each with ReadFilter behind; repeatable"},
	{0}};

static const struct option_row ase_interval_rows[] = {
	{"-L --intervals", "WHERE", ACTION_SET, "intervals", NULL,
		"chr, chr:p, chr:a-b, chr:a+, or a .bed, .interval_list, .list or VCF; repeatable"},
	{"-XL --exclude-intervals", "WHERE", ACTION_SET, "exclude-intervals", NULL,
		"leave these out; written as those of -L; repeatable"},
	{"-ip --interval-padding", "N", ACTION_SET, "interval-padding", NULL,
		"widen the intervals of -L by so many bases (0)"},
	{"-ixp --interval-exclusion-padding", "N", ACTION_SET, "interval-exclusion-padding", NULL,
		"widen those of -XL (0)"},
	{"-isr --interval-set-rule", "RULE", ACTION_SET, "interval-set-rule", "UNION INTERSECTION",
		"several -L: UNION or INTERSECTION (UNION)"},
	{0}};

static const struct option_row ase_run_rows[] = {
	{"--disable-sequence-dictionary-validation", NULL, ACTION_SET,
		"disable-sequence-dictionary-validation", "true",
		"do not compare the contigs of the files"},
	{"--allow-truncated", NULL, ACTION_SET, "allow-truncated", "true",
		"a missing end-of-file marker is a warning, not an error"},
	{0}};

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
	.examples = "sphex count -s NA12878 -o counts.tsv sample.bam variants.vcf.gz\n"
		    "sphex count --indels --reference ref.fa -r peaks.bed sample.bam "
		    "variants.vcf.gz >counts.tsv\n"
		    "samtools view -u -f 2 sample.bam | sphex count -o counts.tsv.gz - "
		    "variants.vcf.gz\n"
		    "sphex count --explain chr1:467 sample.bam variants.vcf.gz\n",
	.groups = {{"Rules", mode_rows}, {"Variants", sample_rows}, {NULL, native_variant_rows},
		{"Regions", native_region_rows}, {"Reads", read_rows},
		{"Output", native_output_rows}, {"Running", run_rows}, {NULL, index_rows},
		{NULL, native_run_rows}, {NULL, truncated_rows}, {NULL, help_rows}}};

const struct command command_compat = {.name = "sphex count",
	.word = "count --compat",
	.usage = "sphex count --compat MODE [options] BAM VARIANTS",
	.purpose =
		"Counts the reads of BAM per allele of VARIANTS (VCF, VCF.gz, BCF) by the rules of "
		"MODE.",
	.examples = "sphex count --compat wasp2 -s NA12878 -r peaks.bed sample.bam "
		    "variants.vcf.gz >counts.tsv\n",
	.groups = {{"Rules", mode_rows}, {"Variants", sample_rows}, {NULL, wasp2_variant_rows},
		{"Regions", wasp2_region_rows}, {"Output", compat_output_rows},
		{"Running", run_rows}, {NULL, index_rows}, {NULL, wasp2_run_rows},
		{NULL, help_rows}, {"Damaged input", truncated_rows}, {NULL, loss_rows}}};

const struct command command_wasp2 = {.name = "wasp2-count",
	.word = "wasp2-count",
	.usage = "wasp2-count [count-variants] [options] BAM VARIANTS",
	.purpose =
		"Counts alleles by the rules of WASP2 1.5.0, as sphex count --compat wasp2 does.",
	.examples = "wasp2-count count-variants sample.bam variants.vcf.gz -s NA12878 -r peaks.bed "
		    "-o counts.tsv\n",
	.groups = {{"Variants", sample_rows}, {NULL, wasp2_variant_rows},
		{"Regions", wasp2_region_rows}, {"Output", wasp2_output_rows},
		{"Running", run_rows}, {NULL, index_rows}, {NULL, wasp2_run_rows},
		{NULL, help_rows}, {"Damaged input", truncated_rows}, {NULL, loss_rows}}};

const struct command command_ase = {.name = "sphex asereadcounter",
	.word = "asereadcounter",
	.brief = "the tables of GATK's ASEReadCounter",
	.usage = "sphex asereadcounter -R FASTA -I BAM -V VCF -O FILE [options]",
	.purpose = "Counts reads per allele at heterozygous sites by the rules of GATK's "
		   "ASEReadCounter.",
	.examples = "sphex asereadcounter -R ref.fa -I sample.bam -V sites.vcf -O out.table -mmq "
		    "10 -mbq 20\n",
	.groups = {{"Files", ase_file_rows}, {"Reads", ase_read_rows},
		{"Positions", ase_interval_rows}, {"Running", run_rows}, {NULL, index_rows},
		{NULL, ase_run_rows}, {NULL, help_rows}},
	.whole_words = true};

const struct command command_cpu = {.name = "sphex cpu",
	.word = "cpu",
	.brief = "what this CPU offers and which kernels are used",
	.usage = "sphex cpu",
	.purpose = "Shows what this CPU offers and which kernels are used.",
	.groups = {{"Options", help_rows}},
	.operands = ""};

const struct command command_man = {.name = "sphex man",
	.word = "man",
	.brief = "the manual: sphex man | man -l -",
	.usage = "sphex man [COMMAND]",
	.purpose = "Prints the manual, or the page of COMMAND, for man -l.",
	.groups = {{"Options", help_rows}},
	.operands = "count asereadcounter cpu man completion wasp2-count"};

const struct command command_completion = {.name = "sphex completion",
	.word = "completion",
	.brief = "for shells: source <(sphex completion bash)",
	.usage = "sphex completion SHELL",
	.purpose = "Prints what SHELL needs to complete command lines of sphex and wasp2-count.",
	.groups = {{"Options", help_rows}},
	.operands = "bash zsh fish"};

const struct command *const all_commands[] = {&command_sphex, &command_count, &command_compat,
	&command_ase, &command_cpu, &command_man, &command_completion, &command_wasp2, NULL};
