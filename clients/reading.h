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
 * reading_word(fields, from, path): a status word, which must be there and be
 * one that can be shown as it is; else a complaint.
 */
const char *reading_word(
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
