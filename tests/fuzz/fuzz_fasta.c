/*
 * Bases of a FASTA by place. With the index made here they are the letters of the text, from any
 * container; with an index from outside whatever is given out stands in the text. Input: container;
 * the text, a .fai, a .gzi.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "variants/fasta.h"

enum { MAX_BASES = 1 << 16 };

static char bases[MAX_BASES];

/* Everything that can be asked for; long contigs at their ends only. */
static struct bytes read_all(const char *path, unsigned n_threads, bool has_nul)
{
	struct bytes out = {0};
	struct sphex_error err;
	struct fasta *f;
	enum sphex_status status = fasta_open(path, n_threads, &f, &err);

	if (status) {
		fuzz_describe(&out, &err, false);
		return out;
	}
	for (uint32_t i = 0; i < fasta_n_contigs(f) && i < 50; i++) {
		const char *name = fasta_name(f, i);
		uint64_t n = fasta_length(f, i), beg0 = n > MAX_BASES ? n - MAX_BASES : 0;

		/* a name with a NUL inside is known to the index only */
		fuzz_must(
			fasta_find(f, name, strlen(name)) == i || has_nul, "a contig is not found");
		fuzz_must(fasta_bases(f, i, n, n + 1, bases, &err) == SPHEX_E_ARGUMENT,
			"a base behind the end");
		bytes_print(&out, ">%s %llu\n", name, (unsigned long long)n);
		status = fasta_bases(f, i, beg0, n, bases, &err);
		if (status)
			fuzz_describe(&out, &err, false);
		else
			bytes_add(&out, bases, (size_t)(n - beg0));
		if (!status && n > 3 && n < MAX_BASES) {
			char middle = bases[n / 2];

			fuzz_must(!fasta_bases(f, i, n / 2, n / 2 + 1, bases, &err) &&
					  bases[0] == middle,
				"another base when asked alone");
		}
	}
	fasta_close(f);
	return out;
}

/* The same by a plain walk over a text that is known to be right; names end at the first blank. */
static struct bytes walk(struct fuzz_input text)
{
	struct bytes out = {0}, letters = {0}, name = {0};
	bool in_name = false, has_contig = false;

	for (size_t i = 0; i <= text.n; i++) {
		bool at_line = i == 0 || text.p[i - 1] == '\n';

		if (i == text.n || (at_line && text.p[i] == '>')) {
			if (has_contig) {
				bytes_print(&out, ">%.*s %zu\n", (int)name.n, (char *)name.data,
					letters.n);
				bytes_add(&out, letters.data, letters.n);
			}
			has_contig = in_name = true;
			letters.n = name.n = 0;
		} else if (in_name && !name.n && (text.p[i] == ' ' || text.p[i] == '\t')) {
			; /* in front of the name */
		} else if (in_name && strchr(" \t\r\n\v\f", text.p[i])) {
			in_name = false;
			while (i + 1 < text.n && text.p[i] != '\n')
				i++;
		} else if (in_name) {
			bytes_add(&name, &text.p[i], 1);
		} else if (text.p[i] != '\n' && text.p[i] != '\r') {
			char c = (char)text.p[i];

			c = c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
			bytes_add(&letters, &c, 1);
		}
	}
	bytes_free(&letters);
	bytes_free(&name);
	return out;
}

static bool has_failed(const struct bytes *b)
{
	return b->n && memchr(b->data, '!', b->n);
}

void fuzz_one(struct fuzz_input in)
{
	uint8_t how = fuzz_byte(&in);
	struct fuzz_input text = fuzz_part(&in), fai = fuzz_part(&in);
	struct bytes file = fuzz_wrap(text, how), one, other, plain;
	const char *path = fuzz_file("in.fa", file.data, file.n);
	bool has_nul = fai.n && memchr(fai.p, 0, fai.n);
	bool is_made = text.n < 2 || memcmp(text.p, "\x1f\x8b", 2) != 0;

	fuzz_no_file("in.fa.fai");
	fuzz_no_file("in.fa.gzi");
	one = read_all(path, 2, false);
	if (!has_failed(&one) && is_made) {
		other = walk(text);
		fuzz_same(&other, &one, "not the letters of the text");
		bytes_free(&other);
	} else {
		bytes_free(&one);
	}
	if (in.n)
		fuzz_file("in.fa.gzi", in.p, in.n);
	if (fai.n)
		fuzz_file("in.fa.fai", fai.p, fai.n);
	if (fai.n || in.n) {
		one = read_all(path, 1, has_nul);
		fuzz_no_file("in.fa.gzi");
		other = read_all(path, 2, has_nul);
		if (!has_failed(&one))
			fuzz_same(&one, &other, "with a .gzi other letters");
		else
			bytes_free(&other);
		if (is_made && !has_failed(&one)) {
			fuzz_file("in.fa", text.p, text.n);
			plain = read_all(path, 1, has_nul);
			fuzz_same(&one, &plain, "another container, other letters");
		}
		bytes_free(&one);
	}
	bytes_free(&file);
}
