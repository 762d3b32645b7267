/*
 * The seam between the program and the system: the linker puts the functions of seam.c in front of
 * those that allocate, read, write and so on (-Wl,--wrap). They count the calls of the chosen kinds
 * and let one of them, or one and all behind it, fail.
 */
#ifndef SPHEX_TESTS_SEAM_H
#define SPHEX_TESTS_SEAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Kinds of calls, as bits. */
enum seam_call {
	CALL_ALLOCATE = 1 << 0,
	CALL_READ = 1 << 1,
	CALL_WRITE = 1 << 2,
	CALL_OPEN = 1 << 3,
	CALL_STAT = 1 << 4, /* fstat, stat, lseek, access */
	CALL_SYNC = 1 << 5,
	CALL_CLOSE = 1 << 6,
	CALL_RENAME = 1 << 7,
	CALL_REMOVE = 1 << 8,
	CALL_PERMIT = 1 << 9, /* fchmod */
	CALL_THREAD = 1 << 10,
	CALL_CREATE = 1 << 11 /* those of open() that may make a file */
};

enum seam_effect {
	EFFECT_ERROR,  /* the call fails with `errnum` */
	EFFECT_SHORT,  /* one byte is moved */
	EFFECT_END,    /* a read tells the end of the file */
	EFFECT_SIGNAL, /* the process gets `errnum` as a signal, then the call goes on */
	EFFECT_LINK    /* somebody has put a symbolic link where the file is to be made */
};

struct seam_fault {
	unsigned calls;
	enum seam_effect effect;
	int errnum;
	uint64_t nth; /* from 1 */
	bool onwards; /* and all later ones */
};

/* In memory that parent and child share: the parent looks at it when the child is gone. */
struct seam {
	struct seam_fault fault;
	bool armed;
	_Atomic uint64_t n_calls, n_injected;
};

/* Calls that follow meet this fault. */
void seam_arm(struct seam *seam, const struct seam_fault *fault);
/* Calls that follow are no longer the program's. */
void seam_disarm(void);

#endif
