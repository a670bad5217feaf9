/*
 * A growable byte buffer with a maximum given at birth. The error is sticky:
 * append in a straight line, look once at the end. Always NUL-terminated.
 */
#ifndef TRUEUP_BASE_BUF_H
#define TRUEUP_BASE_BUF_H

#include <stddef.h>

struct buf {
	char *data; /* NULL while empty; else data[len] == 0 */
	size_t len;
	size_t cap;
	size_t max; /* len never exceeds it */
	int error;  /* 0, ERR_FULL (over max) or ERR_FAIL (no memory) */
};

/* buf_init(buf, max): an empty buffer of at most max bytes. */
void buf_init(struct buf *buf, size_t max);
/* buf_fini(buf): free the storage; buf may be used again after buf_init. */
void buf_fini(struct buf *buf);
/* buf_reset(buf): forget content and error, keep the storage. */
void buf_reset(struct buf *buf);
/* buf_add(buf, data, len): append; on error nothing is appended. */
void buf_add(struct buf *buf, const void *data, size_t len);
/* buf_adds(buf, text): append a C string. */
void buf_adds(struct buf *buf, const char *text);
/* buf_addf(buf, format, ...): append formatted text. */
void buf_addf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/*
 * buf_room(buf, len): where up to len bytes more may be written; NULL: there is
 * an error. buf_grown(buf, len): so many of them were.
 */
char *buf_room(struct buf *buf, size_t len);
void buf_grown(struct buf *buf, size_t len);
/* buf_repeat(buf, at, len): append what begins at `at` in it once more. */
void buf_repeat(struct buf *buf, size_t at, size_t len);
/*
 * buf_take(buf): the content as a C string that is the caller's, to be freed;
 * NULL when there is an error, or nothing. The buffer is as after buf_fini.
 */
char *buf_take(struct buf *buf);
/* buf_text(buf): the content as a C string, "" when empty; borrowed. */
const char *buf_text(const struct buf *buf);

#endif
