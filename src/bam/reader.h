/*
 * The records of a BAM file by many threads, with results in file order.
 *
 * Where units begin is known from the block headers. Where the first record of a unit begins is
 * not: workers guess, and the end of the unit before proves or refutes the guess when its turn
 * comes; a refuted unit is read again from the right place. So a guess is only ever about speed.
 */
#ifndef SPHEX_READER_H
#define SPHEX_READER_H

#include "header.h"
#include "range.h"
#include "unit.h"

struct reader;

struct reader_client {
	void *user;
	/*
	 * Reads records of `unit` into the result `slot`, which it first empties, until the unit is
	 * finished or the result is full. Several threads call it at once, for different slots.
	 * With SPHEX_E_DATA, _TRUNCATED and _LIMIT the result has the records in front of the
	 * damage. In ranges unit->last_key must be that of the last record.
	 */
	enum sphex_status (*scan)(
		void *user, size_t slot, struct unit *unit, struct sphex_error *err);
};

struct reader_options {
	unsigned n_threads;
	size_t unit_n_blocks; /* blocks of a unit */
	crc32_fn *crc32;      /* for inflater_new() */
	bool keep_units;      /* records stay where they are until the next call of reader_next() */
	bool allow_truncated; /* a missing end-of-file marker is no error */
	bool skip_damage;     /* damage ends a result, and reading goes on behind it */
	bool drop_cache;      /* what has been read of a file leaves the page cache */
};

/* Opens the file and reads its header. `path` must outlive the reader. */
enum sphex_status reader_open(const char *path, const struct reader_options *options,
	struct reader **out, struct sphex_error *err);
void reader_close(struct reader *r);
const struct bam_header *reader_header(const struct reader *r);
/* Number of results that the client must have ready. */
size_t reader_n_slots(const struct reader *r);
/* Virtual offset of the first record; SPHEX_NO_OFFSET when the file is not BGZF. */
uint64_t reader_first_record(const struct reader *r);
/* Before reader_start(): the sort key of the record at voffset, SPHEX_END when none follows. */
enum sphex_status reader_peek(
	struct reader *r, uint64_t voffset, uint64_t *key, struct sphex_error *err);
/* Whether the file ends with the end-of-file marker. */
enum sphex_status reader_find_marker(struct reader *r, bool *found, struct sphex_error *err);
/*
 * Before reader_start(): the reader reads the ranges only, which are borrowed. Where one does not
 * begin with a record of its place, or ends before its records reach what they have to,
 * SPHEX_E_DATA. Whether the end-of-file marker is there is not looked at.
 */
void reader_set_ranges(struct reader *r, const struct record_range *ranges, size_t n);
/* Ends the workers and forgets ranges, results and failure: reader_start() then begins with the
 * first record. */
void reader_rewind(struct reader *r);
/* Starts the workers. */
enum sphex_status reader_start(
	struct reader *r, const struct reader_client *client, struct sphex_error *err);
/*
 * The slot with the next result in file order; SPHEX_END behind the last record. With an error all
 * records in front of its place have been handed out. It is given again to whoever asks again.
 */
enum sphex_status reader_next(struct reader *r, size_t *slot, struct sphex_error *err);

/* Records handed out, compressed bytes done, and of the file or the ranges (0: unknown). */
uint64_t reader_n_records(const struct reader *r);
uint64_t reader_bytes_done(const struct reader *r);
uint64_t reader_bytes_total(const struct reader *r);
/* Compressed bytes of the blocks that were read; fewer than those done when ranges were left early.
 */
uint64_t reader_bytes_read(const struct reader *r);
/*
 * With skip_damage: true when the result at hand ends at damage, of which *err then tells. The
 * records from there to the next place where records can be recognised are lost.
 */
bool reader_met_damage(const struct reader *r, struct sphex_error *err);
/* True when the end-of-file marker is missing (after SPHEX_END, with allow_truncated). */
bool reader_is_truncated(const struct reader *r);

#endif
