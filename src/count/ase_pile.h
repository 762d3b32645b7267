/*
 * Elements in file order in, whole positions out. A position is whole once the file has passed it;
 * only the others are kept.
 */
#ifndef SPHEX_ASE_PILE_H
#define SPHEX_ASE_PILE_H

#include "ase_elements.h"

struct ase_pile {
	struct ase_element *items; /* of the positions that are not whole, by place */
	size_t n, cap;
	struct ase_element *merged;
	size_t merged_cap;
	/* Gets the elements of one position; positions ascend. It may reorder them. */
	enum sphex_status (*position)(
		void *user, struct ase_element *items, size_t n, struct sphex_error *err);
	void *user;
};

/* A struct whose last two members are set is empty. */
void ase_pile_free(struct ase_pile *pile);
/*
 * Adds elements that come behind all before in file order, sorted by place; then hands out the
 * positions before `open_place`: no element will come that lies before it.
 */
enum sphex_status ase_pile_add(struct ase_pile *pile, const struct ase_element *items, size_t n,
	uint64_t open_place, struct sphex_error *err);

#endif
