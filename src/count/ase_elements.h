/*
 * Records of one unit in, elements out: what a record says at a position of a segment (design:
 * rules of mode gatk-ase, section 3). Pure work on one unit. What holds: elements are about
 * positions of segments only, and stand by position, those of one position in file order.
 */
#ifndef SPHEX_ASE_ELEMENTS_H
#define SPHEX_ASE_ELEMENTS_H

#include "bam/unit.h"
#include "name_hash.h"
#include "read_groups.h"
#include "variants/ase_segments.h"

enum ase_element_flag {
	ELEMENT_DELETION = 1, /* the letter is then D */
	ELEMENT_IMPROPER = 2  /* of a pair that is not proper, or whose mate is unmapped */
};

#define DELETION_QUALITY 16

struct ase_element {
	struct name_hash name;
	uint64_t place;  /* sort_key() of contig and position */
	uint32_t sample; /* POOL_NONE: the read group has none */
	char letter;
	int8_t quality;
	uint8_t mapq;
	uint8_t flags; /* enum ase_element_flag */
};

/* A record of the unit, for those who merge several files. */
struct ase_read {
	size_t offset;       /* of the record in the unit's bytes */
	uint32_t n_elements; /* that it added, behind those of the records before */
};

struct ase_elements {
	struct ase_element *items;
	size_t n, cap;
	struct ase_element *scratch; /* for sorting */
	size_t scratch_cap;
	struct ase_read *reads; /* with by_read */
	size_t n_reads, reads_cap;
	const uint8_t
		*bytes; /* with by_read: what offsets are into; valid until the unit is read on */
	/* facts about the records that were read */
	uint64_t n_records, n_counted, n_covering;
	uint64_t first_key, last_key; /* sort keys; valid when n_records > 0 */
	uint64_t first_voffset;       /* the same */
};

struct bam_header;

/* Flags that a record must not have, and must have. */
struct ase_filter {
	uint32_t exclude, require;
};

struct ase_scanner {
	const struct ase_segments *segments;
	const struct intervals *within; /* NULL: all reads are reached, else those that overlap */
	const struct read_groups *groups;
	const uint32_t *refs; /* of each reference of the file, the number of its contig */
	const struct bam_header *header; /* of the file */
	struct ase_filter filter;
	bool by_read; /* the unit is kept; reads are listed, and elements stay in their order */
};

/* What GATK filters without being asked. */
extern const struct ase_filter ase_filter_default;
/*
 * Adds or removes GATK's filter `name`. SPHEX_E_ARGUMENT when it is unknown, and when it cannot be
 * removed.
 */
enum sphex_status ase_filter_change(
	struct ase_filter *filter, const char *name, bool enable, struct sphex_error *err);

/* A zeroed struct is empty. */
void ase_elements_free(struct ase_elements *e);
/*
 * Reads records until the unit is finished or `out` is full, `out` being emptied first.
 * SPHEX_E_DATA for damaged records, for those out of order, and for what GATK refuses in a record.
 */
enum sphex_status ase_elements_scan(const struct ase_scanner *scanner, struct unit *unit,
	struct ase_elements *out, struct sphex_error *err);

/* Sorts by place, elements of one place staying as they are. `scratch` has room for n. */
void ase_elements_sort(struct ase_element *items, size_t n, struct ase_element *scratch);

#endif
