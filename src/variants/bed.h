/* Lines of BED-like files by bedtools' rules (design: rules of mode wasp2, section 5.1). */
#ifndef SPHEX_BED_H
#define SPHEX_BED_H

#include "lines.h"

struct bed_file {
	struct lines lines;
	bool skips_headers; /* bedtools skips them, the reader of intermediate files does not */
	size_t n_columns;   /* of every line; 0 before the first */
};

struct bed_line {
	struct span contig;
	uint64_t start, end;
	struct span others; /* the columns behind `end` */
};

enum sphex_status bed_open(struct bed_file *bed, const char *path, bool skips_headers,
	unsigned n_threads, struct sphex_error *err);
void bed_close(struct bed_file *bed);
/* The next line, valid until the next call; SPHEX_END behind the last. Blank lines are skipped. */
enum sphex_status bed_next(struct bed_file *bed, struct bed_line *line, struct sphex_error *err);

/* Digits, or digits with an exponent as R writes large numbers (1e+05). */
bool bed_coordinate(struct span text, uint64_t *value);
/* What bedtools takes for a header line, wherever it stands. Also asked for a contig alone. */
bool bed_is_header(struct span line);

#endif
