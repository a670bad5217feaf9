#ifndef FAKE_POINTER_H
#define FAKE_POINTER_H

#include <jansson.h>

/*
 * Edits a document in place by JSON Pointers (RFC 6901); a path that does not
 * begin with "/" begins in ATTRIBUTES.  0, or -1 when the place (its
 * parent, for _set) does not exist.
 */
int pointer_set(
    json_t *document, json_t *attributes, const char *path, json_t *value);
int pointer_remove(json_t *document, json_t *attributes, const char *path);

/* The value there, borrowed, or NULL. */
json_t *pointer_get(json_t *document, json_t *attributes, const char *path);

#endif
