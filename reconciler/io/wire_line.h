/*
 * Our own JSON, member by member, straight into a buffer: RFC 8259, nothing
 * between the tokens, UTF-8 as it is, and only what must be escaped is. Keys
 * are our own words and never are. A text that is not UTF-8 is an error of the
 * buffer (ERR_BAD), which is sticky: no reader ever sees half an answer. Inside
 * of wire*.c.
 */
#ifndef TRUEUP_IO_WIRE_LINE_H
#define TRUEUP_IO_WIRE_LINE_H

#include "reconciler/core/entitle.h"
#include "reconciler/core/name.h"

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct history_line;
struct job;
struct object;

/*
 * An object: begun by one of these, then its members, then wire_line_end.
 * wire_line_begin: the line itself; wire_line_inner: as a member of another;
 * wire_line_element: as an element of an array.
 */
void wire_line_begin(struct buf *out);
void wire_line_inner(struct buf *out, const char *key);
void wire_line_element(struct buf *out);
void wire_line_end(struct buf *out);

/* An array as a member: wire_line_list, then elements, then wire_line_end_list.
 */
void wire_line_list(struct buf *out, const char *key);
void wire_line_end_list(struct buf *out);

/* One member each. Text NULL, time 0, number_or_null 0: null. */
void wire_line_null(struct buf *out, const char *key);
void wire_line_text(struct buf *out, const char *key, const char *text);
void wire_line_time(struct buf *out, const char *key, int64_t ms);
void wire_line_number(struct buf *out, const char *key, uint64_t value);
void wire_line_number_or_null(struct buf *out, const char *key, int64_t value);
/* wire_line_real: 17 digits, and a fraction even of whole numbers. */
void wire_line_real(struct buf *out, const char *key, double value);
void wire_line_bool(struct buf *out, const char *key, bool value);
void wire_line_entitled(
    struct buf *out, const char *key, enum entitled entitled);
/* Three members: provider, kind, id. */
void wire_line_ref(struct buf *out, const struct object_ref *ref);

/* The members of what wire.h gives as whole lines, to be put into others. */
void wire_line_of_entry(struct buf *out, const struct history_line *shown);
void wire_line_of_job(struct buf *out, const struct job *job);
void wire_line_of_object(struct buf *out, const struct object *object);

#endif
