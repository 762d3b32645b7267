/*
 * The elements of one position in file order in, counts out (design: rules of mode gatk-ase,
 * sections 5 and 6). Here, and only here, one element's fate depends on others: those of one name
 * and sample are one fragment.
 */
#ifndef SPHEX_ASE_OVERLAP_H
#define SPHEX_ASE_OVERLAP_H

#include "ase_elements.h"

/* How reads of one name are counted, as data. */
struct ase_overlap_rule {
	const char *name;
	bool by_name; /* of a name one element is kept: the first of those with the best quality */
	bool same_base; /* and none when their letters differ */
};

/* Rule by GATK's name; NULL for the default. NULL when there is none. */
const struct ase_overlap_rule *ase_overlap_rule_of(const char *name);

/* Room for the names of one position; a zeroed struct is empty. */
struct ase_names {
	uint32_t *slots;
	uint8_t *states;
	size_t slots_cap, states_cap;
};
void ase_names_free(struct ase_names *names);

/* Moves the elements that the rule keeps together; deletions are not among them. */
enum sphex_status ase_overlap(const struct ase_overlap_rule *rule, struct ase_names *names,
	struct ase_element *items, size_t *n, struct sphex_error *err);

struct ase_count_rule {
	int32_t min_mapq, min_baseq;
	char ref, alt;
};

struct ase_counts {
	uint32_t ref, alt, low_mapq, low_baseq, raw, other, improper;
};

struct ase_counts ase_count(
	const struct ase_count_rule *rule, const struct ase_element *items, size_t n);

#endif
