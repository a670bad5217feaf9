/*
 * What all clients do to a reading and its observation: refuse, and add the
 * parts that have bounds of their own.
 */
#ifndef TRUEUP_CLIENTS_READING_H
#define TRUEUP_CLIENTS_READING_H

#include "clients/client.h"
#include "clients/field.h"

#include <stdint.h>

/* reading_refuse(out, verdict, cause): that verdict and nothing else. */
void reading_refuse(
    struct client_reading *out, enum verdict verdict, const char *cause);

/*
 * reading_document(reply, arena, out): the answer's document, for field_free.
 * NULL: out is refused, as GARBLED, or as LATER where memory ran out.
 */
field_value *reading_document(const struct client_reply *reply,
    struct arena *arena, struct client_reading *out);

/*
 * reading_close(fields, arena, out): at the end of a reading: a complaint, or
 * an arena that was too small, refuses it as GARBLED.
 */
void reading_close(const struct fields *fields, const struct arena *arena,
    struct client_reading *out);

/*
 * reading_name_question(operation, arena, out): put the name of one of several
 * questions in front of the cause: a key may lack the right to one only.
 */
void reading_name_question(
    const char *operation, struct arena *arena, struct client_reading *out);

/*
 * reading_word(fields, from, path): a status word, which must be there and be
 * one that can be shown as it is; else a complaint.
 */
const char *reading_word(
    struct fields *fields, const field_value *from, const char *path);

/*
 * reading_amount(fields, from, path): money, a JSON number or decimal text,
 * exactly, with as many digits as it was written with, at least two and at most
 * nine; NULL when absent or null.
 */
const char *reading_amount(
    struct fields *fields, const field_value *from, const char *path);

/*
 * reading_quantity(fields, from, path): how many, a JSON integer or decimal
 * text. NULL: absent or null, or nothing that counts things: no number, or one
 * below 0, as some write "no limit". Never a complaint: who may does not hang
 * on it.
 */
const char *reading_quantity(
    struct fields *fields, const field_value *from, const char *path);

/* reading_boundary(out, at): add the moment unless it is 0 or out is full. */
void reading_boundary(struct observation *out, int64_t at_ms);

/*
 * reading_renews(state, period_end, until): grant.renews_ms of a subscription
 * whose paid time ends at period_end (0: unknown), and that entitles until then
 * (0: open). 0: it ends instead, or is in a state in which nothing renews.
 */
int64_t reading_renews(
    enum state state, int64_t period_end_ms, int64_t until_ms);

/*
 * reading_fact(out, facts, name, value): add it unless value is NULL, to an
 * array of OBSERVATION_FACTS_MAX that is to become out->facts.
 */
void reading_fact(struct observation *out, struct fact *facts, const char *name,
    const char *value);

/* reading_also(out, kind, id): add an object to look at unless id is NULL. */
void reading_also(struct client_reading *out, const char *kind, const char *id);

#endif
