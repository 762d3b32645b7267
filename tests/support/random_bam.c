/* A seed comes in, the bytes of a BAM go out; see random_bam.h. */
#include "random_bam.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const text = "@HD\tVN:1.6\tSO:coordinate\n@CO\trandom\n";

void random_bam_start(struct bytes *bam)
{
	static const struct built_ref refs[RANDOM_N_REFS] = {{"chr1", RANDOM_REF_NBASES},
		{"chr2", RANDOM_REF_NBASES}, {"chr3", RANDOM_REF_NBASES}};

	bam_start(bam, text, RANDOM_N_REFS, refs);
}

size_t random_bam_header_nbytes(const struct bytes *bam)
{
	size_t at = 8 + strlen(text) + 4;

	(void)bam;
	return at + RANDOM_N_REFS * (4 + sizeof("chr1") + 4);
}

/* Letters from the list, NUL behind. */
static void random_letters(struct prng *r, const char *letters, char *out, size_t n)
{
	size_t n_letters = strlen(letters);

	for (size_t i = 0; i < n; i++)
		out[i] = letters[prng_below(r, n_letters)];
	out[n] = '\0';
}

static void random_tags(struct prng *r, struct bytes *tags)
{
	if (prng_below(r, 2))
		return;
	bytes_add(tags, "NMC\7", 4);
	if (prng_below(r, 2))
		return;
	bytes_add(tags, "RGZ", 3);
	for (size_t n = prng_below(r, 30); n > 0; n--)
		bytes_add_number(tags, 'a' + prng_below(r, 26), 1);
	bytes_add_number(tags, 0, 1);
}

static void random_cigar(struct prng *r, struct bytes *cigar, size_t n_bases)
{
	size_t soft = n_bases ? prng_below(r, n_bases) : 0;

	if (n_bases == 0)
		bytes_print(cigar, "*");
	else if (soft > 1 && prng_below(r, 2))
		bytes_print(cigar, "%zuS%zuM%luD%zuM", soft - 1, (size_t)1,
			(unsigned long)prng_below(r, 50), n_bases - soft);
	else
		bytes_print(cigar, "%zuM", n_bases);
	bytes_add_number(cigar, 0, 1);
}

size_t random_bam_add(
	struct bytes *bam, struct prng *r, int32_t ref_id, int32_t pos0, size_t max_bases)
{
	size_t n_bases = prng_below(r, max_bases + 1), start;
	char name[256], *seq = malloc(n_bases + 1), *quals = malloc(n_bases + 1);
	struct bytes tags = {0}, cigar = {0};

	if (!seq || !quals)
		abort();
	random_letters(r, "abcdefghijklmnopqrstuvwxyz0123456789:", name, 1 + prng_below(r, 60));
	random_letters(r, "ACGTACGTACGTNRM=", seq, n_bases);
	random_letters(r, "!#5:ABCDEFGHI", quals, n_bases);
	random_tags(r, &tags);
	random_cigar(r, &cigar, n_bases);
	start = bam_add(
		bam, (struct bam_read){.name = name,
			     .flag = ref_id < 0 ? 4 : (uint16_t)prng_below(r, 4096) & 0xFFFB,
			     .ref_id = ref_id,
			     .pos0 = pos0,
			     .mapq = (uint8_t)prng_below(r, 256),
			     .cigar = (const char *)cigar.data,
			     .seq = n_bases ? seq : NULL,
			     .quals = n_bases && prng_below(r, 8) ? quals : NULL,
			     .mate_ref_id = (int32_t)prng_below(r, RANDOM_N_REFS + 1) - 1,
			     .mate_pos0 = (int32_t)prng_below(r, RANDOM_REF_NBASES),
			     .tlen = (int32_t)prng_below(r, 1000) - 500,
			     .tags = tags.data,
			     .tags_nbytes = tags.n});
	bytes_free(&tags);
	bytes_free(&cigar);
	free(seq);
	free(quals);
	return start;
}

void random_bam(struct bytes *bam, uint64_t seed, size_t n_records, size_t max_bases)
{
	struct prng r = {seed};
	size_t n_placed = n_records - n_records / 10;

	random_bam_start(bam);
	for (size_t i = 0; i < n_records; i++) {
		size_t in_order = i * RANDOM_N_REFS * 10000 / (n_placed + 1);

		if (i < n_placed)
			random_bam_add(bam, &r, (int32_t)(in_order / 10000),
				(int32_t)(in_order % 10000), max_bases);
		else
			random_bam_add(bam, &r, -1, -1, max_bases);
	}
}

/* ---------------------------------------------------------------- a pipe */

static void write_steps(int fd, const struct bytes *b, size_t step)
{
	for (size_t at = 0; at < b->n;) {
		size_t left = b->n - at;
		ssize_t done = write(fd, b->data + at, step && step < left ? step : left);

		if (done <= 0)
			_exit(EXIT_FAILURE);
		at += (size_t)done;
	}
	_exit(EXIT_SUCCESS);
}

pid_t feed_stdin(const struct bytes *b, size_t step)
{
	int ends[2];
	pid_t feeder;

	if (pipe(ends) != 0 || (feeder = fork()) < 0) {
		perror("feed_stdin");
		abort();
	}
	if (feeder == 0) {
		close(ends[0]);
		write_steps(ends[1], b, step);
	}
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	close(ends[1]);
	return feeder;
}

void stop_feeding(pid_t feeder)
{
	kill(feeder, SIGKILL);
	waitpid(feeder, NULL, 0);
}
