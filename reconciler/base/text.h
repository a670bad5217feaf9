/* Small questions about text and numbers in text. No allocation. */
#ifndef TRUEUP_BASE_TEXT_H
#define TRUEUP_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* text_is_utf8(data, len): well-formed UTF-8 (RFC 3629), no NUL byte. */
bool text_is_utf8(const char *data, size_t len);
/* text_has_control(data, len): a byte below 0x20, or 0x7f. */
bool text_has_control(const char *data, size_t len);
/* text_is_digits(text, min, max): only 0-9, and min..max of them. */
bool text_is_digits(const char *text, size_t min, size_t max);
/* text_is_uuid(text): 8-4-4-4-12 lower- or upper-case hex (RFC 9562). */
bool text_is_uuid(const char *text);
/* text_is_name(text, max): [a-z0-9][a-z0-9_-]*, 1..max bytes. */
bool text_is_name(const char *text, size_t max);
/* text_equal(a, b): same text; two NULLs are the same, NULL and "" are not. */
bool text_equal(const char *a, const char *b);

/*
 * text_int(text, min, max, out): the whole text as a decimal integer in range
 * (an optional '-', no blanks, no '+'); 0 or ERR_BAD.
 */
int text_int(const char *text, int64_t min, int64_t max, int64_t *out);
/*
 * text_size(text, out): bytes with an optional suffix K M G T (powers of 1024),
 * "1M"; 0 or ERR_BAD.
 */
int text_size(const char *text, uint64_t *out);
/*
 * text_copy(out, cap, text): copy with its NUL; 0, or ERR_FULL when it does not
 * fit (out is then ""). NULL is copied as "".
 */
int text_copy(char *out, size_t cap, const char *text);

/*
 * text_escape_path(buf, segment): append the segment percent-encoded for use as
 * ONE path segment (RFC 3986: only unreserved characters stay as they are), so
 * that no byte of it can end the segment. "." and ".." are fully encoded.
 */
void text_escape_path(struct buf *buf, const char *segment);
/*
 * text_unescape(data, len, out, cap, out_len): percent-decode (a lone '%' is an
 * error; '+' stays); 0, ERR_BAD, or ERR_FULL. out is NUL-terminated.
 */
int text_unescape(
    const char *data, size_t len, char *out, size_t cap, size_t *out_len);
/* text_hash(data, len): FNV-1a, 64 bits; for spreading, never for security. */
uint64_t text_hash(const void *data, size_t len);

#endif
