/*
 * A file that appears whole or not at all: written under another name beside its final place,
 * flushed to the disk and renamed. Standard output, pipes and devices are written directly.
 * Functions return 0 or an errno: the words of the error are the caller's.
 */
#ifndef SPHEX_NEW_FILE_H
#define SPHEX_NEW_FILE_H

struct new_file {
	int fd;                  /* to write to */
	char *final, *temporary; /* NULL when written directly; owned */
};

/*
 * "-" is standard output. A symbolic link is followed, as a shell does: what it points to is
 * replaced, or made if it is not there. The new file has the permissions of the old one, else those
 * that the umask leaves. A file that this user may not write is not replaced.
 */
int new_file_open(struct new_file *f, const char *path);
/* Whether that would fail, as far as can be seen without making or opening anything. */
int new_file_check(const char *path);
/* Puts what is written on the disk, unless it went out directly. */
int new_file_close(struct new_file *f);
/* Then gives the file its name; on failure nothing is left of it. */
int new_file_appear(struct new_file *f);
/* Instead of these: closes what is open and leaves nothing. Also for a file that has ended. */
void new_file_vanish(struct new_file *f);

#endif
