/* BCF files, built here from their parts (VCF specification 6). */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "tests/support/one_in.h"
#include "tests/support/prng.h"
#include "tests/support/variant_text.h"
#include "variants/ase_sites.h"

/* ---------------------------------------------------------------- building */

enum { INT8 = 1, INT16 = 2, INT32 = 3, FLOAT = 5, CHAR = 7 };

static void add_descriptor(struct bytes *b, unsigned type, size_t n)
{
	bytes_add_number(b, (n < 15 ? n : 15) << 4 | type, 1);
	if (n >= 15) {
		bytes_add_number(b, 1 << 4 | INT16, 1);
		bytes_add_number(b, n, 2);
	}
}

static void add_text(struct bytes *b, const char *text)
{
	add_descriptor(b, CHAR, strlen(text));
	bytes_add(b, text, strlen(text));
}

static void add_key(struct bytes *b, int key)
{
	bytes_add_number(b, 1 << 4 | INT8, 1);
	bytes_add_number(b, (uint64_t)key, 1);
}

/* GT key 1, AC 2, AN 3, q10 4, DP 6 (no 5); contigs c1 0, c2 1. */
static void start_bcf(struct bytes *bcf)
{
	static const char header[] =
		"##fileformat=VCFv4.2\n"
		"##FORMAT=<ID=GT,Number=1,Type=String,Description=\"g\">\n"
		"##INFO=<ID=AC,Number=A,Type=Integer,Description=\"a\">\n"
		"##INFO=<ID=AN,Number=1,Type=Integer,Description=\"a\">\n"
		"##FILTER=<ID=q10,Description=\"q\">\n"
		"##FORMAT=<ID=DP,Number=1,Type=Integer,Description=\"d\",IDX=6>\n"
		"##contig=<ID=c1,length=1000>\n##contig=<ID=c2>\n"
		"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\n";

	bytes_add(bcf, "BCF\2\2", 5);
	bytes_add_number(bcf, sizeof(header), 4); /* with its NUL */
	bytes_add(bcf, header, sizeof(header));
}

/* What is left out: contig c1, position 100, A>G, rlen 1, no filter, no INFO, no FORMAT. */
struct parts {
	int contig;
	int pos0_from_99; /* POS is 99 more */
	int rlen_from_1;
	const char *alleles; /* separated by commas */
	const char *filters; /* bytes: keys */
	struct bytes info;   /* n_info fields */
	unsigned n_info;
	struct bytes formats; /* n_formats fields */
	unsigned n_formats;
	unsigned n_samples_from_3;
};

static unsigned add_alleles(struct bytes *b, const char *alleles)
{
	char text[200];
	unsigned n = 0;

	for (const char *end; *alleles; alleles = end + (*end == ','), n++) {
		end = alleles + strcspn(alleles, ",");
		snprintf(text, sizeof(text), "%.*s", (int)(end - alleles), alleles);
		add_text(b, text);
	}
	return n;
}

static void add_record(struct bytes *bcf, struct parts p)
{
	struct bytes shared = {0}, alleles = {0};
	unsigned n_alleles = add_alleles(&alleles, p.alleles ? p.alleles : "A,G");

	bytes_add_number(&shared, (uint64_t)p.contig, 4);
	bytes_add_number(&shared, (uint64_t)(int64_t)(99 + p.pos0_from_99), 4);
	bytes_add_number(&shared, (uint64_t)(int64_t)(1 + p.rlen_from_1), 4);
	bytes_add_number(&shared, 0x7F800001, 4);
	bytes_add_number(&shared, p.n_info, 2);
	bytes_add_number(&shared, n_alleles, 2);
	bytes_add_number(&shared, 3 + p.n_samples_from_3, 3);
	bytes_add_number(&shared, p.n_formats, 1);
	add_text(&shared, "rs1");
	bytes_add(&shared, alleles.data, alleles.n);
	add_descriptor(&shared, p.filters ? INT8 : 0, p.filters ? strlen(p.filters) : 0);
	bytes_print(&shared, "%s", p.filters ? p.filters : "");
	bytes_add(&shared, p.info.data, p.info.n);
	bytes_add_number(bcf, shared.n, 4);
	bytes_add_number(bcf, p.formats.n, 4);
	bytes_add(bcf, shared.data, shared.n);
	bytes_add(bcf, p.formats.data, p.formats.n);
	bytes_free(&shared);
	bytes_free(&alleles);
	bytes_free(&p.info);
	bytes_free(&p.formats);
}

/* A field of integers: n for each of the three samples. */
static void add_ints(struct bytes *formats, int key, unsigned type, size_t n, const int32_t *values)
{
	add_key(formats, key);
	add_descriptor(formats, type, n);
	for (size_t i = 0; i < 3 * n; i++)
		bytes_add_number(formats, (uint64_t)(int64_t)values[i], (size_t)1 << (type - 1));
}

static struct bytes read_bcf(const struct bytes *bcf, struct reading reading)
{
	return bytes_as_text(bcf, ".bcf", reading);
}

/* Lines of a file with this record and one behind it, c1:200 A>G without genotypes. */
static struct bytes read_record(struct parts parts, struct reading reading)
{
	struct bytes bcf = {0}, out;

	start_bcf(&bcf);
	add_record(&bcf, parts);
	add_record(&bcf, (struct parts){.pos0_from_99 = 100});
	out = read_bcf(&bcf, reading);
	bytes_free(&bcf);
	return out;
}

#define NEXT "c1 199 200 A G\n"

/* ---------------------------------------------------------------- first part */

Test(bcf, fields_of_a_record_become_a_line)
{
	struct reading all = {.include_indels = true, .include_multiallelic = true};

	expect_text(read_record((struct parts){0}, all), "c1 99 100 A G\n" NEXT, "A>G");
	expect_text(
		read_record((struct parts){.contig = 1}, all), "c2 99 100 A G\n" NEXT, "contig");
	expect_text(read_record((struct parts){.alleles = "A,G,<X>,AAAAAAAAAAAAAAAAAAAA"}, all),
		"c1 99 100 A G,<X>,AAAAAAAAAAAAAAAAAAAA\n" NEXT, "several ALTs, a long one");
	expect_text(read_record((struct parts){.alleles = "A"}, all), NEXT, "no ALT");
	expect_text(
		read_record((struct parts){.alleles = "A,G,T"}, (struct reading){.samples = ""}),
		NEXT, "not biallelic");
	expect_text(read_record((struct parts){.filters = "\4\1"}, all), "c1 99 100 A G\n" NEXT,
		"filters");
	expect_text(read_record((struct parts){.pos0_from_99 = -100}, all), NEXT, "telomere");
}

Test(bcf, rlen_gives_the_end)
{
	struct reading all = {.include_indels = true};

	expect_text(
		read_record((struct parts){.rlen_from_1 = 31}, all), "c1 99 131 A G\n" NEXT, "END");
	expect_text(read_record((struct parts){.alleles = "ACC,A", .rlen_from_1 = 2}, all),
		"c1 99 102 ACC A\n" NEXT, "deletion");
	expect_text(read_record((struct parts){.alleles = "ACC,A", .rlen_from_1 = -6}, all),
		"c1 99 102 ACC A\n" NEXT, "negative: the length of REF");
}

/* ---------------------------------------------------------------- genotypes */

#define GT(allele, phased) (((allele) + 1) << 1 | (phased))
#define NONE_LEFT(type) ((type) == INT8 ? -127 : (type) == INT16 ? -32767 : -2147483647)
#define MISSING(type) (NONE_LEFT(type) - 1)

/* A record with these two alleles for each of the samples. */
static void add_called(struct bytes *bcf, int number, const char *alleles, const int32_t *gts)
{
	struct parts parts = {.pos0_from_99 = number, .alleles = alleles, .n_formats = 1};

	add_ints(&parts.formats, 1, INT8, 2, gts);
	add_record(bcf, parts);
}

Test(bcf, rules_of_gatk_see_positions_and_genotypes)
{
	static const uint8_t verdicts[] = {
		ASE_ROW, ASE_NOT_HET, ASE_NOT_BIALLELIC, ASE_BAD_GT, ASE_SYMBOLIC, ASE_NOT_HET};
	const int32_t het[] = {GT(0, 0), GT(0, 0), GT(0, 0), GT(1, 1), 0, 0};
	const int32_t no_het[] = {GT(1, 0), GT(1, 0), GT(0, 0), GT(0, 0), 0, GT(1, 0)};
	const int32_t beyond[] = {GT(0, 0), GT(1, 0), GT(0, 0), GT(2, 0), 0, 0};
	struct contigs contigs = {0};
	struct ase_sites sites = {0};
	struct ase_vcf_facts facts = {0};
	struct bytes bcf = {0};
	struct sphex_error err;
	char *path;

	start_bcf(&bcf);
	add_called(&bcf, 0, "A,g", het);
	add_called(&bcf, 1, "A,G", no_het);
	add_called(&bcf, 2, "A,G,T", het);
	add_called(&bcf, 3, "A,G", beyond);
	add_called(&bcf, 4, "A,<DEL>", het);
	add_record(&bcf, (struct parts){.pos0_from_99 = 5});
	path = temp_file(&bcf, ".bcf");
	cr_assert_eq(contigs_add(&contigs, "c1", 2, 1000, NULL, &err), SPHEX_OK);
	cr_assert_eq(ase_sites_read(path, &contigs, 1, &sites, &facts, &err), SPHEX_OK);
	cr_assert(facts.is_bcf && facts.has_samples && facts.contigs.names.n == 2);
	cr_assert_eq(sites.n, sizeof(verdicts));
	for (uint32_t i = 0; i < sites.n; i++) {
		cr_assert_eq(sites.items[i].verdict, verdicts[i], "record %u", i + 1);
		cr_assert_eq(sites.items[i].beg0, 99 + i);
		cr_assert_eq(sites.items[i].line, i + 1);
	}
	cr_assert_eq(sites.items[0].alt, 'G');
	temp_remove(path);
	ase_sites_free(&sites);
	ase_vcf_facts_free(&facts);
	contigs_free(&contigs);
	bytes_free(&bcf);
}

Test(bcf, genotypes_are_written_as_bcftools_does)
{
	for (unsigned type = INT8; type <= INT32; type++) {
		const int32_t end = NONE_LEFT(type);
		const struct {
			int32_t values[4];
			const char *gt; /* NULL: no line */
		} cases[] = {
			{{GT(0, 0), GT(1, 0), end, end}, "0/1"},
			{{GT(0, 0), GT(1, 1), end, end}, "0|1"},
			{{GT(0, 1), GT(1, 0), end, end}, "0/1"},
			{{GT(0, 0), GT(1, 0), GT(1, 1), end}, "0/1|1"},
			{{GT(1, 0), GT(0, 1), GT(1, 0), GT(0, 1)}, "1|0/1|0"},
			{{GT(1, 0), GT(1, 0), end, end}, NULL},
			{{GT(0, 0), GT(0, 0), end, end}, NULL},
			{{GT(1, 0), end, end, end}, NULL},
			{{0, 0, end, end}, NULL},
			{{0, GT(1, 0), end, end}, NULL},
			{{GT(0, 0), GT(1, 0), 0, end}, NULL},
			{{end, end, end, end}, NULL},
			{{MISSING(type), end, end, end}, NULL},
			{{MISSING(type), GT(0, 0), GT(1, 0), end}, NULL},
		};

		for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
			int32_t values[12] = {
				GT(1, 0), GT(1, 0), 0, 0, 0, 0, 0, 0, GT(1, 0), GT(0, 1), 0, 0};
			int32_t depths[3] = {1, 2, 3};
			struct parts p = {.n_formats = 2};
			char expected[100];

			memcpy(values + 4, cases[i].values, sizeof(cases[i].values));
			add_ints(&p.formats, 6, INT8, 1, depths);
			add_ints(&p.formats, 1, type, 4, values);
			snprintf(expected, sizeof(expected), "%s%s%sc1 199 200 A G .\n",
				cases[i].gt ? "c1 99 100 A G " : "", cases[i].gt ? cases[i].gt : "",
				cases[i].gt ? "\n" : "");
			expect_text(read_record(p, (struct reading){.samples = "B"}), expected,
				cases[i].gt ? cases[i].gt : "no line");
		}
	}
}

Test(bcf, a_gt_field_without_values_is_missing)
{
	struct parts p = {.n_formats = 1};

	add_key(&p.formats, 1);
	add_descriptor(&p.formats, 0, 0);
	expect_text(read_record(p, (struct reading){.samples = "B"}), "c1 199 200 A G .\n",
		"no values");
}

Test(bcf, alleles_of_several_samples_are_counted)
{
	static const int32_t none[3] = {GT(0, 0), GT(0, 0), GT(1, 0)};
	static const int32_t one[3] = {GT(0, 0), GT(1, 0), GT(1, 0)};
	struct parts p = {.n_formats = 1}, q = {.n_formats = 1};

	add_ints(&p.formats, 1, INT8, 1, none);
	add_ints(&q.formats, 1, INT8, 1, one);
	expect_text(read_record(p, (struct reading){.samples = "A B"}), "", "0 and 0");
	expect_text(
		read_record(q, (struct reading){.samples = "B A"}), "c1 99 100 A G\n", "1 and 0");
}

Test(bcf, without_gt_info_is_counted)
{
	static const struct {
		unsigned n_ac;
		int ac, an;
		bool kept;
	} cases[] = {{1, 1, 6, true}, {1, 3, 6, true}, {1, 4, 6, false}, {1, 0, 6, false},
		{1, 1, -1, false}, {2, 1, 6, false}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct parts p = {.n_info = 2};

		add_key(&p.info, 2);
		add_descriptor(&p.info, INT8, cases[i].n_ac);
		for (unsigned k = 0; k < cases[i].n_ac; k++)
			bytes_add_number(&p.info, (uint64_t)cases[i].ac, 1);
		add_key(&p.info, 3);
		add_descriptor(&p.info, INT8, 1);
		bytes_add_number(&p.info, (uint64_t)(int64_t)cases[i].an, 1);
		expect_text(read_record(p, (struct reading){.samples = "A B"}),
			cases[i].kept ? "c1 99 100 A G\n" : "", "AC and AN");
	}
}

Test(bcf, contradictions_are_errors_with_the_number_of_the_record)
{
	static const int32_t beyond[3] = {GT(2, 0), GT(2, 0), GT(2, 0)};
	static const int32_t negative[3] = {-5, -5, -5};
	static const int32_t ploidy[3 * 1025];
	struct reading a = {.samples = "A"};
	struct parts p = {.n_formats = 1};

	add_ints(&p.formats, 1, INT8, 1, beyond);
	expect_start(read_record(p, a), "! data at 0,1", "allele beyond the ALTs");
	p.formats = (struct bytes){0};
	add_ints(&p.formats, 1, INT8, 1, negative);
	expect_start(read_record(p, a), "! data at 0,1", "negative allele");
	p.formats = (struct bytes){0};
	add_key(&p.formats, 1);
	add_descriptor(&p.formats, CHAR, 3);
	bytes_print(&p.formats, "0/10/10/1");
	expect_start(read_record(p, a), "! data at 0,1", "GT as text");
	p.formats = (struct bytes){0};
	add_ints(&p.formats, 1, INT8, 1025, ploidy);
	expect_start(read_record(p, a), "! data at 0,1", "1025 alleles");
	p.formats = (struct bytes){0};
	add_ints(&p.formats, 1, INT8, 2, (int32_t[]){2, 4, 2, 4, 2, 4});
	p.n_samples_from_3 = (unsigned)-1;
	expect_start(read_record(p, a), "! data at 0,1", "two samples instead of three");
	expect_start(read_record((struct parts){.contig = 2}, a), "! data at 0,1", "contig");
	expect_start(read_record((struct parts){.contig = -1}, a), "! data at 0,1", "contig");
	expect_start(read_record((struct parts){.filters = "\5"}, a), "! data at 0,1",
		"FILTER in a gap");
	expect_start(read_record((struct parts){.alleles = ""}, a), "! data at 0,1", "no REF");
	expect_start(read_record((struct parts){.alleles = "A,,C"}, a), "! data at 0,1",
		"the first ALT is empty");
	expect_start(read_record((struct parts){.alleles = "A,C,,G"}, a), "! data at 0,1",
		"the second ALT is empty");
	expect_start(
		read_record((struct parts){.n_formats = 1}, a), "! data at 0,1", "FORMAT missing");
	p.formats = (struct bytes){0};
	p.n_samples_from_3 = 0;
	add_ints(&p.formats, 5, INT8, 1, (int32_t[]){2, 2, 2});
	expect_start(read_record(p, a), "! data at 0,1", "FORMAT in a gap");
	p.formats = (struct bytes){0};
	add_ints(&p.formats, 6, INT8, 1, (int32_t[]){2, 2, 2});
	bytes_add_number(&p.formats, 0, 1);
	expect_start(read_record(p, a), "! data at 0,1", "a byte behind FORMAT");
	p = (struct parts){.n_info = 1};
	add_key(&p.info, 5);
	add_descriptor(&p.info, 0, 0);
	expect_start(read_record(p, a), "! data at 0,1", "INFO in a gap");
	p = (struct parts){0};
	bytes_add_number(&p.info, 0, 1);
	expect_start(read_record(p, a), "! data at 0,1", "a byte behind INFO");
}

/* ---------------------------------------------------------------- damage */

static struct bytes small_bcf(void)
{
	struct bytes bcf = {0};

	start_bcf(&bcf);
	for (int i = 0; i < 5; i++) {
		struct parts p = {.n_formats = 2,
			.n_info = 1,
			.filters = "\4",
			.alleles = i % 2 ? "A,G" : "ACC,G,T",
			.pos0_from_99 = i};

		add_key(&p.info, 2);
		add_descriptor(&p.info, INT8, 1);
		bytes_add_number(&p.info, 1, 1);
		add_ints(&p.formats, 6, INT32, 1, (int32_t[]){5, 6, 7});
		add_ints(&p.formats, 1, INT8, 2, (int32_t[]){2, 4, 2, 5, 4, 4});
		add_record(&bcf, p);
	}
	return bcf;
}

Test(bcf, a_file_that_is_cut_is_an_error_everywhere_but_between_records)
{
	struct bytes bcf = small_bcf();
	size_t n_whole = 0;

	for (size_t n = 3; n <= bcf.n; n++) {
		struct bytes cut = {.data = bcf.data, .n = n};
		struct bytes got = read_bcf(&cut, (struct reading){.samples = "A"});

		n_whole += got.data[0] != '!';
		bytes_free(&got);
	}
	cr_assert_eq(n_whole, 6, "behind the header and each of 5 records, not %zu", n_whole);
	bytes_free(&bcf);
}

Test(bcf, is_read_from_bgzf_and_plain_alike)
{
	struct bytes bcf = small_bcf();
	struct bytes plain = read_bcf(&bcf, (struct reading){.samples = "B"});

	cr_assert(plain.n > 1 && plain.data[0] != '!', "%s", (char *)plain.data);
	for (size_t n = 1; n < 200; n += n < 5 ? 1 : 39) {
		struct bytes file = bgzf_wrap(
			&bcf, (struct bgzf_shape){.block_nbytes = n, .empty_blocks = true});

		expect_text(read_bcf(&file, (struct reading){.samples = "B"}), (char *)plain.data,
			"BGZF");
		bytes_free(&file);
	}
	bytes_free(&plain);
	bytes_free(&bcf);
}

Test(bcf, other_versions_and_broken_headers_are_refused)
{
	struct bytes bcf = small_bcf();

	bcf.data[4] = 1;
	expect_start(read_bcf(&bcf, (struct reading){.samples = ""}), "! unsupported", "BCF 2.1");
	bcf.data[4] = 2;
	bcf.data[8] = 0x7F;
	expect_start(read_bcf(&bcf, (struct reading){.samples = ""}), "! limit", "header of 2 GB");
	bcf.data[8] = 0;
	bcf.data[5] = 30;
	bcf.data[6] = 0;
	expect_start(read_bcf(&bcf, (struct reading){.samples = ""}), "! format", "no #CHROM line");
	bytes_free(&bcf);
}

Test(bcf, bytes_changed_at_random_never_crash)
{
	struct bytes good = small_bcf();
	struct prng r = {17};

	for (size_t round = 0; round < 3000; round += one_in(7)) {
		struct bytes bcf = {0}, got;
		size_t begin = round % 4 ? 9 + strlen((char *)good.data + 9) : 9;

		bytes_add(&bcf, good.data, good.n);
		for (size_t i = 0; i < 1 + round % 3; i++)
			bcf.data[begin + prng_below(&r, bcf.n - begin)] = (uint8_t)prng_next(&r);
		got = read_bcf(&bcf, (struct reading){.samples = round % 2 ? "A" : "A B C",
					     .include_indels = true,
					     .include_multiallelic = true});
		cr_assert(got.n >= 1);
		bytes_free(&got);
		bytes_free(&bcf);
	}
	bytes_free(&good);
}
