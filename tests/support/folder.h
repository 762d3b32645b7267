/* A folder of a test's own, and small files of text. Whatever fails ends the test. */
#ifndef SPHEX_TESTS_FOLDER_H
#define SPHEX_TESTS_FOLDER_H

/* A new, empty folder. The path is valid until the next call. */
const char *folder_make(void);
/* The path of a file in it; valid until the fourth call after this one. */
const char *folder_path(const char *folder, const char *name);
/* How many files, links and folders there are in it. */
unsigned folder_n_entries(const char *folder);
/* With all files in it. */
void folder_remove(const char *folder);

void text_put(const char *path, const char *text);
/* The file has this text, of less than 100 bytes, and nothing else. */
void text_expect(const char *path, const char *text);

#endif
