#ifndef FAKE_TEXT_H
#define FAKE_TEXT_H

#include <stdarg.h>
#include <stddef.h>

/*
 * A text that grows, always ended by a NUL that is not counted.  The
 * simulator is a test tool: where memory ends, it ends (text_need).
 * A zeroed struct is an empty text.
 */
struct text {
	char *bytes;
	size_t len;
	size_t cap;
};

/* LEN bytes (zeroed), or the end of the program.  The caller frees. */
void *text_need(size_t len);

/* A copy of S that the caller frees, or the end of the program. */
char *text_copy(const char *s);

/* Appends LEN bytes. */
void text_add(struct text *t, const void *bytes, size_t len);

/* Appends a string. */
void text_adds(struct text *t, const char *s);

/* Appends LEN times the byte C. */
void text_fill(struct text *t, int c, size_t len);

/* Appends a formatted string. */
void text_addf(struct text *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes a formatted string into OUT; what does not fit is cut off. */
void text_print(char *out, size_t out_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts INSERT (LEN bytes) in front of the byte AT of the text. */
void text_insert(struct text *t, size_t at, const void *insert, size_t len);

/* Where the string NEEDLE begins, or (size_t)-1. */
size_t text_find(const struct text *t, const char *needle);

/* Frees the bytes and leaves an empty text. */
void text_fini(struct text *t);

#endif
