/*
 * Errors, classed by what the caller can do about them.
 *
 * A function that can fail returns 0 or one of these (negative). The cause, for
 * a person, goes as text into a struct err_text owned by the caller.
 */
#ifndef TRUEUP_BASE_ERR_H
#define TRUEUP_BASE_ERR_H

enum err {
	ERR_ABSENT = -1, /* not there: a normal answer, often expected */
	ERR_BAD = -2,	 /* input or data is wrong: do not retry unchanged */
	ERR_AGAIN = -3,	 /* not now: the same call may work later */
	ERR_DENIED = -4, /* not allowed: permissions, keys, ownership */
	ERR_FULL = -5,	 /* no room: disk, map, a buffer's maximum */
	ERR_FAIL = -6,	 /* anything else: I/O, memory, a broken promise */
	ERR_FORMAT = -7, /* made by another version: the right one is needed */
	ERR_TWICE = -8,	 /* this process has it already: use that one */
};

enum { ERR_TEXT_MAX = 512 };

struct err_text {
	char text[ERR_TEXT_MAX]; /* one line, NUL-terminated, no secret */
};

/*
 * err_set(err, code, format, ...): put the cause into err (which may be NULL),
 * cut to its size, control characters replaced; return code.
 */
int err_set(struct err_text *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * err_prefix(err, format, ...): put "prefix: " in front of the text that is
 * already there (what was being done, before what went wrong).
 */
void err_prefix(struct err_text *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* err_name(code): a word for the class, for logs ("absent", "again", ...). */
const char *err_name(int code);

#endif
