#ifndef FAKE_SPOIL_H
#define FAKE_SPOIL_H

#include <jansson.h>

#include "tests/fake/provider.h"
#include "tests/fake/text.h"

/*
 * Turns the good answer BODY into a bad one, as the answer part of a fault
 * (FAULT) says by "body": html empty garbage nul nul_escaped deep huge
 * wrong_types duplicate_keys array null; or by "text", which is the body.
 * Returns the content type that goes with it, or NULL for the usual one.
 */
const char *spoil_body(
    const struct provider *p, const json_t *fault, struct text *body);

/* Whether there is such a "body". */
bool spoil_is_known(const char *name);

#endif
