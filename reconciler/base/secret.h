/*
 * Secrets come from files only (systemd credentials work), never from the
 * configuration's text, and never reach a log: not the value, its length or
 * its prefix.
 */
#ifndef TRUEUP_BASE_SECRET_H
#define TRUEUP_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err_text;

enum {
	SECRET_MAX = 4096, /* bytes of one secret */
	SECRET_LINES_MAX = 8
};

/* The lines of one secret file (several while a secret is being rotated). */
struct secret {
	char *lines[SECRET_LINES_MAX]; /* owned, each NUL-terminated */
	size_t n;
};

/*
 * secret_read(path, max_lines, out, err): read a file of 1..max_lines secrets,
 * one a line. Trailing CR and blanks are cut, empty lines skipped. A file that
 * anyone but owner and group may read is refused, as are control characters,
 * an empty file, and a line that is too long. 0, ERR_ABSENT (no such file),
 * ERR_DENIED (permissions), ERR_BAD. The text names the path, never content.
 */
int secret_read(const char *path, size_t max_lines, struct secret *out,
    struct err_text *err);
/*
 * secret_stamp(path): a number that changes when the file is replaced or
 * rewritten; 0: there is no such file. It says nothing about the content.
 */
uint64_t secret_stamp(const char *path);
/* secret_fini(secret): wipe and free; NULL-safe. */
void secret_fini(struct secret *secret);
/* secret_wipe(data, len): zero that the compiler may not remove. */
void secret_wipe(void *data, size_t len);
/*
 * secret_equal(a, b): compare two C strings in time that depends on the length
 * of b alone, b being what came from outside.
 */
bool secret_equal(const char *a, const char *b);

#endif
