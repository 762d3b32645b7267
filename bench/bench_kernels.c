/*
 * How long a kernel takes per base, for every row that this machine can run, beside memcpy, which
 * moves one byte per base and so is a bound that no kernel with a byte per base in or out can beat.
 * Two sizes: one read, where the ends of the work show, and a batch that stays in the L2 cache.
 * Prints a table and takes about a second.
 */
#include "simd/cpu.h"
#include "simd/select.h"

#include <libdeflate.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { N_READ = 150, N_BATCH = 16384, N_TRIES = 7 };

struct data {
	uint8_t quals[N_BATCH];
	uint8_t refs[N_BATCH];
	uint8_t alts[N_BATCH];
	uint8_t codes[N_BATCH];
	uint8_t packed[N_BATCH / 2];
	uint8_t out[N_BATCH];
	uint8_t usual[N_BATCH];
	uint64_t mask[N_BATCH / 64];
	odd_call odd[ODD_N_PLACES + ODD_ROOM];
};

typedef void work_fn(const struct kernels *row, struct data *d, size_t n);

static void copy(const struct kernels *row, struct data *d, size_t n)
{
	(void)row;
	memcpy(d->out, d->quals, n);
}

static void quality_mask(const struct kernels *row, struct data *d, size_t n)
{
	row->quality_mask(d->quals, n, 20, d->mask);
}

/* From base 1 on: the harder half of all reads' ranges. */
static void unpack_bases(const struct kernels *row, struct data *d, size_t n)
{
	row->unpack_bases(d->quals, 1, n, d->out);
}

static void classify(const struct kernels *row, struct data *d, size_t n)
{
	struct classify_rule rule = {20, 0xFEE9};
	row->classify(d->codes, d->quals, d->refs, d->alts, n, rule, d->out);
}

static void find_bytes(const struct kernels *row, struct data *d, size_t n)
{
	row->find_bytes(d->quals, n, '\t', '\n', d->mask);
}

static void count_byte(const struct kernels *row, struct data *d, size_t n)
{
	d->mask[0] = row->count_byte(d->quals, n, '\t');
}

/* One long line: of the codes none is a newline. */
static void split_line(const struct kernels *row, struct data *d, size_t n)
{
	uint32_t ends[12];

	d->mask[0] = row->split_line(d->codes, n, 2, ends, 12).n_ends;
}

static void call_bases(const struct kernels *row, struct data *d, size_t n)
{
	row->call_bases(d->packed, d->quals, 0, n, 20, d->out);
}

/* One base in 42 is of low quality, and one in 64 is another letter. */
static void list_odd(const struct kernels *row, struct data *d, size_t n)
{
	for (size_t i = 0; i < n; i += ODD_N_PLACES) {
		size_t left = n - i < ODD_N_PLACES ? n - i : ODD_N_PLACES;

		d->mask[0] =
			row->list_odd(d->packed, d->quals, i, left, 1, d->usual + i, 0, d->odd);
	}
}

/* Rows without one: as libdeflate does it, which is what a run then uses. */
static void crc32(const struct kernels *row, struct data *d, size_t n)
{
	d->mask[0] = row->crc32 ? row->crc32(d->quals, n) : libdeflate_crc32(0, d->quals, n);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Nanoseconds per base, the best of some tries of about a millisecond and more. */
static double time_per_base(work_fn *work, const struct kernels *row, struct data *d, size_t n)
{
	size_t n_calls = 4000000 / n;
	double best = 1e9;

	for (int try = 0; try < N_TRIES; try++) {
		double begin = seconds();

		for (size_t i = 0; i < n_calls; i++) {
			work(row, d, n);
			/* The compiler must not drop a copy that nobody reads. */
			__asm__ volatile("" : : "r"(d) : "memory");
		}
		double per_base = (seconds() - begin) * 1e9 / (double)(n_calls * n);
		best = per_base < best ? per_base : best;
	}
	return best;
}

static void print_line(const char *what, work_fn *work, const struct kernels *row, struct data *d)
{
	double read = time_per_base(work, row, d, N_READ);
	double batch = time_per_base(work, row, d, N_BATCH);

	printf("%-14s %-8s %10.4f %10.4f %10.1f\n", what, row ? row->name : "", read, batch,
		1 / batch);
}

static void fill(struct data *d)
{
	uint32_t r = 1;

	for (size_t i = 0; i < N_BATCH; i++) {
		r = r * 1664525 + 1013904223;
		d->quals[i] = (uint8_t)(r >> 24) % 42;
		d->codes[i] = (uint8_t)(1u << (r >> 16 & 3));
		d->packed[i / 2] = (uint8_t)(d->packed[i / 2] << 4 | d->codes[i]);
		d->usual[i] = r >> 4 & 63 ? d->codes[i] : d->codes[i] == 1 ? 2 : 1;
		d->refs[i] = (uint8_t)(1u << (r >> 12 & 3));
		d->alts[i] = (uint8_t)(1u << (r >> 8 & 3));
	}
}

int main(void)
{
	static const struct {
		const char *name;
		work_fn *work;
	} KERNELS[] = {
		{"quality_mask", quality_mask},
		{"unpack_bases", unpack_bases},
		{"classify", classify},
		{"find_bytes", find_bytes},
		{"count_byte", count_byte},
		{"split_line", split_line},
		{"call_bases", call_bases},
		{"list_odd", list_odd},
		{"crc32", crc32},
	};
	static struct data data;
	size_t n_rows;
	const struct row_info *rows = kernels_rows(&n_rows);
	char cpu[512];

	fill(&data);
	cpu_describe(cpu, sizeof(cpu));
	printf("%s\n\n", cpu);
	printf("%-14s %-8s %10s %10s %10s\n", "", "", "ns/base", "ns/base", "bases/ns");
	printf("%-14s %-8s %10d %10d %10d\n", "kernel", "row", N_READ, N_BATCH, N_BATCH);
	print_line("memcpy", copy, NULL, &data);
	for (size_t k = 0; k < sizeof(KERNELS) / sizeof(KERNELS[0]); k++) {
		for (size_t i = 0; i < n_rows; i++) {
			const struct kernels *row =
				sphex_kernels_select(rows[i].name, cpu_bundles());
			if (row)
				print_line(KERNELS[k].name, KERNELS[k].work, row, &data);
		}
	}
	return 0;
}
