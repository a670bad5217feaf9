#ifndef FAKE_ECURRING_SCRIPT_H
#define FAKE_ECURRING_SCRIPT_H

#include "tests/fake/provider.h"

/*
 * The attributes of eCurring's objects, as control calls script them.
 *
 * _make returns the attributes (the caller's) of a new object of KIND; SPEC
 * may give any of them.  ERROR is NULL, or says what is wrong with SPEC; the
 * attributes are returned all the same.
 */
json_t *ecurring_script_make(struct world *world, int kind, const char *id,
    const json_t *spec, const char **error);

/*
 * Edits ATTRIBUTES as one transition says: a new status, the entry that the
 * history gets for it, and the dates that follow.  NULL or the error.
 */
const char *ecurring_script_change(
    struct world *world, int kind, json_t *attributes, const json_t *change);

#endif
