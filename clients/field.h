/*
 * Typed getters over a JSON document that name the path in their complaint.
 * Strict parsing: one document, duplicate keys refused, depth and size bounded,
 * valid UTF-8, no NUL in text, numbers kept as written where they are money.
 *
 * A struct fields is a sticky cursor: after the first complaint every getter
 * gives its "absent" value, so that a reader is a straight line with one check
 * at its end.
 */
#ifndef TRUEUP_CLIENTS_FIELD_H
#define TRUEUP_CLIENTS_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err_text;

/* A JSON value, jansson's json_t behind a name of ours. */
typedef struct json_t field_value;

struct fields {
	struct arena *arena;
	const char *error; /* first complaint, in the arena; NULL: none */
};

/*
 * field_parse(body, len, max_depth, out, err): the whole text as one JSON
 * object or array (RFC 8259; no byte order mark). 0 and *out (to be given to
 * field_free); ERR_BAD with line and column, never with a piece of the text;
 * ERR_FAIL without memory (as far as the parser can tell). The caller bounds
 * len; memory used is linear in it. Numbers with a fraction or exponent are
 * kept as reals.
 */
int field_parse(const char *body, size_t len, size_t max_depth,
    field_value **out, struct err_text *err);
void field_free(field_value *value);

void fields_init(struct fields *fields, struct arena *arena);

/*
 * Getters. `path` is member names joined by '.', from `from` ("data.attributes.
 * status"). `need_` complains when the member is absent or null; the others
 * give NULL, 0 or false for absent and null, and complain about a wrong type.
 * Text is copied into the arena; max is in bytes, longer is a complaint.
 */
const field_value *field_object(
    struct fields *fields, const field_value *from, const char *path);
const field_value *field_need_object(
    struct fields *fields, const field_value *from, const char *path);
const field_value *field_array(
    struct fields *fields, const field_value *from, const char *path);
size_t field_count(const field_value *array);
const field_value *field_at(const field_value *array, size_t i);
const char *field_text(struct fields *fields, const field_value *from,
    const char *path, size_t max);
const char *field_need_text(struct fields *fields, const field_value *from,
    const char *path, size_t max);
/* An id written as text or as a JSON integer. */
const char *field_id(struct fields *fields, const field_value *from,
    const char *path, size_t max);
/* A date-time by clock_parse; *text gets it as written (may be NULL). */
int64_t field_time(struct fields *fields, const field_value *from,
    const char *path, const char **text);
int64_t field_int(struct fields *fields, const field_value *from,
    const char *path, int64_t min, int64_t max);
bool field_bool(
    struct fields *fields, const field_value *from, const char *path);
/* field_has(from, path): the member is there and not null. */
bool field_has(const field_value *from, const char *path);
/* field_has_key(from, path): the member is there, even if it is null. */
bool field_has_key(const field_value *from, const char *path);
/*
 * field_cut(fields, from, path, max): as field_text, but what is longer than
 * max bytes is cut at a character; for text that only people read.
 */
const char *field_cut(struct fields *fields, const field_value *from,
    const char *path, size_t max);
/*
 * field_amount(fields, from, path, digits): an amount of money, a JSON number
 * or text, as canonical decimal text with exactly so many digits after the
 * point ("50.60"; none for 0 digits). An amount that cannot be kept exactly
 * (field_decimal, or more than 15 significant digits in a number that is not an
 * integer) is a complaint.
 */
const char *field_amount(struct fields *fields, const field_value *from,
    const char *path, unsigned int digits);
/*
 * field_complain(fields, path, what): "path: what" as the first complaint, for
 * checks that only the caller can make. `what` carries no value.
 */
void field_complain(struct fields *fields, const char *path, const char *what);

/*
 * field_pointer(from, pointer, arena): the text or integer that a JSON Pointer
 * (RFC 6901) names, as text; NULL when there is none.
 */
const char *field_pointer(
    const field_value *from, const char *pointer, struct arena *arena);
/*
 * field_find(from, pointer, wrong): the value that a JSON Pointer names, a null
 * one too; NULL when there is none. *wrong: on the way there is something that
 * is neither an object, nor an array, nor null.
 */
const field_value *field_find(
    const field_value *from, const char *pointer, bool *wrong);
/* field_pointer_is_valid(pointer): the syntax of RFC 6901. */
bool field_pointer_is_valid(const char *pointer);

/*
 * field_decimal(text, digits, out): decimal text to minor units, exactly:
 * "50.6" with 2 digits gives 5060; an optional '-', digits, and a point with
 * digits behind it. More digits than that (zeros too), an exponent, blanks, no
 * number, or more than int64_t holds: ERR_BAD.
 */
int field_decimal(const char *text, unsigned int digits, int64_t *out);
/*
 * field_decimal_text(minor, digits, arena): the way back, with exactly so many
 * digits (at most 18) after the point: 5060 and 2 give "50.60". NULL: full.
 */
const char *field_decimal_text(
    int64_t minor, unsigned int digits, struct arena *arena);

#endif
